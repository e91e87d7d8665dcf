//! Differentiable operations: a spec and its hand-written VJP.

mod derive;
mod erased;
mod plan;

pub(crate) use erased::Erased;
pub(crate) use plan::op_plan;

use crate::certificate::Certificate;
use crate::context::Context;
use crate::dims::Dims;
use crate::error::OpError;
use crate::op_plan::OpPlan;
use crate::options::Options;
use crate::sample::Sampling;
use crate::signature::Signature;
use crate::tensor::Tensor;
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

    /// The ops that it is made of, where it is made of others: those of a graph's nodes. Their kernels are launched as they are.
    fn parts(&self) -> Vec<&dyn Op> {
        Vec::new()
    }

    /// Runs every check.
    fn verify(&self, options: &Options) -> Certificate
    where
        Self: Sized,
    {
        // What is above supplies the method.
        <dyn Op>::verify(self, options)
    }

    /// Runs the checks at one shape alone, say that of a training run: the ties in random fields, and the kernels on each target at numbers of every kind.
    /// It takes a part of the time of [`verify`](DiffOp::verify), and says nothing of other sizes; thresholds are bisected where the elements are few, and a
    /// shape that does not fit the op is a failure.
    ///
    /// ```
    /// use hesper_ad::ops::Softmax;
    /// use hesper_ad::prelude::*;
    ///
    /// let dims = Dims::new([("rows", 8), ("cols", 10)]);
    /// let certificate = Softmax.verify_at(&dims, &Options::default());
    /// assert!(certificate.is_pass(), "{certificate}");
    /// ```
    fn verify_at(&self, dims: &Dims, options: &Options) -> Certificate
    where
        Self: Sized,
    {
        <dyn Op>::verify_at(self, dims, options)
    }
}

/// Any op behind a pointer, its arrays as slices: `&dyn Op` is what checks take, `Box<dyn Op>` what lists hold.
///
/// Every [`DiffOp`] is one, and for users nothing else. What can be done with it are the methods of `dyn Op`; those of the trait have names of their own,
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

    /// The ops that it is made of; none where it is not made of others.
    pub fn parts(&self) -> Vec<&dyn Op> {
        self.erased_parts()
    }

    /// The type's name with its path.
    pub fn type_name(&self) -> &'static str {
        self.erased_type().0
    }

    /// Whether the type has just one value, which its name is.
    pub(crate) fn is_unit(&self) -> bool {
        self.erased_type().1
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
