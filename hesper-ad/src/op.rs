//! Differentiable operations: a spec and its hand-written VJP.

use crate::compare::Tolerance;
use crate::context::Context;
use crate::graph::GraphError;
use crate::op_plan::OpPlan;
use crate::real::Real;
use crate::sample::Sampling;
use crate::signature::{Signature, SignatureError};
use crate::tensor::Tensor;
use hesper_shader::{KernelError, PlanError};

/// A differentiable operation.
///
/// `forward` says what is computed, `backward` is its VJP: cotangents of the outputs in, cotangents of the inputs out. Both
/// are formulas over any [`Real`] and define correctness; the kernels are checked against them. A forgotten cotangent is a
/// compile error, since `backward` returns an array with one tensor per input.
///
/// ```
/// use hesper_ad::prelude::*;
///
/// /// y = x²;  dx = 2x·dy.
/// struct Square;
///
/// shader! {
///     #[workgroup_size(64)]
///     fn square(x: &[f32], y: &mut [f32]) {
///         let i = global_index();
///         if i < y.len() {
///             y[i] = x[i] * x[i];
///         }
///     }
///
///     #[workgroup_size(64)]
///     fn square_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
///         let i = global_index();
///         if i < dx.len() {
///             dx[i] = 2.0 * x[i] * dy[i];
///         }
///     }
/// }
///
/// impl DiffOp for Square {
///     type Inputs<V> = [V; 1];
///     type Outputs<V> = [V; 1];
///
///     fn signature(&self) -> Signature {
///         Signature::new("Square").input("x", ["n"]).output("y", ["n"])
///     }
///
///     fn forward<T: Real>(&self, _: &mut Context<T>, [x]: [&Tensor<T>; 1]) -> [Tensor<T>; 1] {
///         [x.map(|x| x.powi(2))]
///     }
///
///     fn backward<T: Real>(
///         &self,
///         _: &mut Context<T>,
///         [x]: [&Tensor<T>; 1],
///         [dy]: [&Tensor<T>; 1],
///     ) -> [Tensor<T>; 1] {
///         [x.zip(dy, |x, dy| *x * *dy * 2.0)]
///     }
///
///     fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
///         let n = plan.dim("n")?;
///         plan.forward(square(), Grid::cover(n));
///         plan.backward(square_backward(), Grid::cover(n));
///         Ok(())
///     }
/// }
///
/// let certificate = Square.verify(&Options::default());
/// assert!(certificate.is_pass(), "{certificate}");
/// ```
pub trait DiffOp {
    /// One value per differentiable input: an array.
    type Inputs<V>: Ports<V>;
    /// One value per output: an array.
    type Outputs<V>: Ports<V>;

    /// The ports; inputs and outputs in the order of the arrays.
    fn signature(&self) -> Signature;

    /// The function itself.
    fn forward<T: Real>(
        &self,
        cx: &mut Context<T>,
        inputs: Self::Inputs<&Tensor<T>>,
    ) -> Self::Outputs<Tensor<T>>;

    /// Its VJP at `inputs`.
    fn backward<T: Real>(
        &self,
        cx: &mut Context<T>,
        inputs: Self::Inputs<&Tensor<T>>,
        cotangents: Self::Outputs<&Tensor<T>>,
    ) -> Self::Inputs<Tensor<T>>;

    /// The dispatches that implement both passes on a device, for the plan's sizes.
    ///
    /// # Errors
    /// Those of the plan's methods.
    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError>;

    /// Where the op is defined: the values its ports are drawn from.
    fn sampling(&self) -> Sampling {
        Sampling::default()
    }

    /// How far a 32-bit kernel's result may lie from the spec's.
    fn tolerance(&self) -> Tolerance {
        Tolerance::F32
    }
}

/// A fixed number of values, one per port: `[V; N]`.
pub trait Ports<V>: Sized {
    /// How many.
    const COUNT: usize;

    /// The value of each port by its position.
    fn from_fn(f: impl FnMut(usize) -> V) -> Self;

    /// The values in order.
    fn into_vec(self) -> Vec<V>;
}

impl<V, const N: usize> Ports<V> for [V; N] {
    const COUNT: usize = N;

    fn from_fn(f: impl FnMut(usize) -> V) -> Self {
        std::array::from_fn(f)
    }

    fn into_vec(self) -> Vec<V> {
        Vec::from(self)
    }
}

/// Why an op cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OpError {
    /// Its signature makes no sense.
    #[error("{op}: {error}")]
    Signature {
        /// The op.
        op: String,
        /// What is wrong.
        error: SignatureError,
    },
    /// The signature and the arrays of `forward` and `backward` differ.
    #[error("{op}: the signature has {signature} {what}, `DiffOp` has {array}")]
    Count {
        /// The op.
        op: String,
        /// `inputs` or `outputs`.
        what: &'static str,
        /// Length of the array.
        array: usize,
        /// Ports in the signature.
        signature: usize,
    },
    /// A known point of the op's sampling does not fit its ports.
    #[error("{op}: {message}")]
    Known {
        /// The op.
        op: String,
        /// What does not fit.
        message: String,
    },
    /// Two ops do not fit together.
    #[error("{outer} does not compose with {inner}: {message}")]
    Compose {
        /// The op applied last.
        outer: String,
        /// The op applied first.
        inner: String,
        /// Why.
        message: String,
    },
    /// A graph is put together wrongly.
    #[error("{graph}: {}", list(mistakes))]
    Graph {
        /// The graph.
        graph: String,
        /// All that is wrong with it.
        mistakes: Vec<GraphError>,
    },
    /// The plan asks for a dimension that is not there.
    #[error("{op}: the plan asks for the dimension `{dim}`, which no port has")]
    UnknownDim {
        /// The op.
        op: String,
        /// The dimension.
        dim: String,
    },
    /// A temporary with the name of something else.
    #[error("{op}: the temporary `{name}` needs another name; this one is taken")]
    NameTaken {
        /// The op.
        op: String,
        /// The name.
        name: String,
    },
    /// A kernel is wrong in itself.
    #[error("{op}: {error}")]
    Kernel {
        /// The op.
        op: String,
        /// What is wrong.
        error: Box<KernelError>,
    },
    /// A kernel parameter does not bind.
    #[error("{op}, kernel `{kernel}`: `{param}` {message}")]
    Binding {
        /// The op.
        op: String,
        /// The kernel.
        kernel: String,
        /// The parameter.
        param: String,
        /// Why.
        message: String,
    },
    /// A dispatch makes no sense: a type does not fit, an input is written, a slot is bound twice.
    #[error("{op}, {pass}: {error}")]
    Plan {
        /// The op.
        op: String,
        /// `forward` or `backward`.
        pass: &'static str,
        /// What is wrong.
        error: Box<PlanError>,
    },
    /// A result that no kernel writes.
    #[error("{op}: no {pass} kernel writes `{name}`")]
    Unwritten {
        /// The op.
        op: String,
        /// `forward` or `backward`.
        pass: &'static str,
        /// The output, saved result or cotangent.
        name: String,
    },
}

fn list(mistakes: &[GraphError]) -> String {
    let texts: Vec<String> = mistakes.iter().map(GraphError::to_string).collect();
    texts.join("; ")
}

/// The op's signature, if it makes sense and fits the op's arrays.
///
/// # Errors
/// [`OpError::Signature`] and [`OpError::Count`].
pub fn checked_signature<O: DiffOp>(op: &O) -> Result<Signature, OpError> {
    let signature = op.signature();
    let name = || signature.name().to_string();
    signature
        .validate()
        .map_err(|error| OpError::Signature { op: name(), error })?;
    let inputs = (
        <O::Inputs<()> as Ports<()>>::COUNT,
        signature.inputs().count(),
    );
    let outputs = (
        <O::Outputs<()> as Ports<()>>::COUNT,
        signature.outputs().count(),
    );
    for (what, (array, ports)) in [("inputs", inputs), ("outputs", outputs)] {
        if array != ports {
            return Err(OpError::Count {
                op: name(),
                what,
                array,
                signature: ports,
            });
        }
    }
    Ok(signature)
}
