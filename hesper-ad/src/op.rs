//! Differentiable operations: a spec and its hand-written VJP.

use crate::certificate::Certificate;
use crate::compare::Tolerance;
use crate::context::Context;
use crate::graph::GraphError;
use crate::op_plan::OpPlan;
use crate::sample::Sampling;
use crate::signature::{Signature, SignatureError};
use crate::tensor::Tensor;
use crate::verify::{Options, verify};
use hesper_shader::{KernelError, PlanError};
use std::fmt;

/// A differentiable operation.
///
/// `forward` says what is computed, `backward` is its VJP: cotangents of the outputs in, cotangents of the inputs out. Both
/// are formulas over [`Real`](crate::Real)s and define correctness; the kernels are checked against them. A forgotten cotangent is a
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
///     fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
///         [x.map(|x| x.powi(2))]
///     }
///
///     fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
///         [x.zip(dy, |x, dy| 2.0 * x * dy)]
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
    fn forward(&self, cx: &mut Context, inputs: Self::Inputs<&Tensor>) -> Self::Outputs<Tensor>;

    /// Its VJP at `inputs`.
    fn backward(
        &self,
        cx: &mut Context,
        inputs: Self::Inputs<&Tensor>,
        cotangents: Self::Outputs<&Tensor>,
    ) -> Self::Inputs<Tensor>;

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

    /// Runs every check.
    fn verify(&self, options: &Options) -> Certificate
    where
        Self: Sized,
    {
        verify(self, options)
    }
}

/// Any op behind a pointer, its arrays as slices: `&dyn Op` is what checks take, `Box<dyn Op>` what lists hold.
///
/// Every [`DiffOp`] is one, and nothing else. What can be done with it are the methods of `dyn Op`; those of the trait have names of their own,
/// so that one may import both traits.
pub trait Op: Erased {}

impl<O: DiffOp> Op for O {}

/// A caller of `forward` and `backward` gives as many tensors as the op has ports, which [`checked_signature`] compares.
impl dyn Op + '_ {
    /// The op's name.
    pub fn name(&self) -> String {
        self.signature().name().to_string()
    }

    /// The ports.
    pub fn signature(&self) -> Signature {
        self.erased_signature()
    }

    /// How many inputs and outputs the op's arrays have.
    pub fn arity(&self) -> [usize; 2] {
        self.erased_arity()
    }

    /// The function itself.
    pub fn forward(&self, cx: &mut Context, inputs: &[Tensor]) -> Vec<Tensor> {
        self.erased_forward(cx, inputs)
    }

    /// Its VJP at `inputs`.
    pub fn backward(
        &self,
        cx: &mut Context,
        inputs: &[Tensor],
        cotangents: &[Tensor],
    ) -> Vec<Tensor> {
        self.erased_backward(cx, inputs, cotangents)
    }

    /// The dispatches that implement both passes on a device.
    ///
    /// # Errors
    /// Those of the plan's methods.
    pub fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.erased_plan(plan)
    }

    /// Where the op is defined.
    pub fn sampling(&self) -> Sampling {
        self.erased_sampling()
    }

    /// How far a 32-bit kernel's result may lie from the spec's.
    pub fn tolerance(&self) -> Tolerance {
        self.erased_tolerance()
    }

    /// The type's name with its path.
    pub fn type_name(&self) -> &'static str {
        self.erased_type().0
    }

    /// Whether the type has just one value, which its name is.
    pub(crate) fn is_unit(&self) -> bool {
        self.erased_type().1
    }

    /// Runs every check.
    pub fn verify(&self, options: &Options) -> Certificate {
        verify(self, options)
    }
}

pub(crate) use erased::Erased;

mod erased {
    use super::*;

    /// A [`DiffOp`], the types of its arrays forgotten.
    pub trait Erased {
        fn erased_signature(&self) -> Signature;
        fn erased_arity(&self) -> [usize; 2];
        fn erased_forward(&self, cx: &mut Context, inputs: &[Tensor]) -> Vec<Tensor>;
        fn erased_backward(
            &self,
            cx: &mut Context,
            inputs: &[Tensor],
            cotangents: &[Tensor],
        ) -> Vec<Tensor>;
        fn erased_plan(&self, plan: &mut OpPlan) -> Result<(), OpError>;
        fn erased_sampling(&self) -> Sampling;
        fn erased_tolerance(&self) -> Tolerance;
        fn erased_type(&self) -> (&'static str, bool);
    }

    impl<O: DiffOp> Erased for O {
        fn erased_signature(&self) -> Signature {
            self.signature()
        }

        fn erased_arity(&self) -> [usize; 2] {
            let inputs = <O::Inputs<()> as Ports<()>>::COUNT;
            [inputs, <O::Outputs<()> as Ports<()>>::COUNT]
        }

        fn erased_forward(&self, cx: &mut Context, inputs: &[Tensor]) -> Vec<Tensor> {
            self.forward(cx, O::Inputs::from_fn(|i| &inputs[i]))
                .into_vec()
        }

        fn erased_backward(
            &self,
            cx: &mut Context,
            inputs: &[Tensor],
            cotangents: &[Tensor],
        ) -> Vec<Tensor> {
            let inputs = O::Inputs::from_fn(|i| &inputs[i]);
            let cotangents = O::Outputs::from_fn(|i| &cotangents[i]);
            self.backward(cx, inputs, cotangents).into_vec()
        }

        fn erased_plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
            self.plan(plan)
        }

        fn erased_sampling(&self) -> Sampling {
            self.sampling()
        }

        fn erased_tolerance(&self) -> Tolerance {
            self.tolerance()
        }

        fn erased_type(&self) -> (&'static str, bool) {
            (std::any::type_name::<O>(), size_of::<O>() == 0)
        }
    }
}

impl fmt::Debug for dyn Op + '_ {
    /// The op's type.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.type_name())
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
pub fn checked_signature(op: &dyn Op) -> Result<Signature, OpError> {
    let signature = op.signature();
    let name = || signature.name().to_string();
    signature
        .validate()
        .map_err(|error| OpError::Signature { op: name(), error })?;
    let [inputs, outputs] = op.arity();
    let counts = [
        ("inputs", inputs, signature.inputs().count()),
        ("outputs", outputs, signature.outputs().count()),
    ];
    for (what, array, ports) in counts {
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
