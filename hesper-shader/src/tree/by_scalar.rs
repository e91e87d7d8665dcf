//! One thing for each scalar type.

use super::types::Scalar;
use crate::number::Number;

/// One of four things, by scalar type. Reals of all formats are of one variant: what they are kept in, [`Scalar::F16`] or [`Scalar::F32`], stands where
/// the thing is, as the type of an expression or of a buffer's elements.
///
/// Single values and lists of components are instances of it. In these, `V` is what stands for a real number: `f32` on a device, a [`Number`]
/// in a tree, a value of the number domain in the reference executor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByScalar<F, I, U, B> {
    /// Of reals.
    F32(F),
    /// Of `i32`.
    I32(I),
    /// Of `u32`.
    U32(U),
    /// Of `bool`.
    Bool(B),
}

/// A scalar with its type.
pub type ScalarValue<V = f32> = ByScalar<V, i32, u32, bool>;

/// A constant of scalar type. A real one is exact; each meaning rounds it once.
pub type Literal = ScalarValue<Number>;

/// Matches a [`ByScalar`] whatever it is of, with the same body for each type.
macro_rules! each_scalar {
    ($what:expr, |$x:pat_param| $body:expr) => {
        match $what {
            $crate::tree::ByScalar::F32($x) => $body,
            $crate::tree::ByScalar::I32($x) => $body,
            $crate::tree::ByScalar::U32($x) => $body,
            $crate::tree::ByScalar::Bool($x) => $body,
        }
    };
}
pub(crate) use each_scalar;

impl<F, I, U, B> ByScalar<F, I, U, B> {
    /// The type; of reals the widest.
    pub const fn scalar(&self) -> Scalar {
        match self {
            ByScalar::F32(_) => Scalar::F32,
            ByScalar::I32(_) => Scalar::I32,
            ByScalar::U32(_) => Scalar::U32,
            ByScalar::Bool(_) => Scalar::Bool,
        }
    }

    /// The same with something else for reals.
    pub fn map_real<G>(self, f: impl FnOnce(F) -> G) -> ByScalar<G, I, U, B> {
        match self {
            ByScalar::F32(x) => ByScalar::F32(f(x)),
            ByScalar::I32(x) => ByScalar::I32(x),
            ByScalar::U32(x) => ByScalar::U32(x),
            ByScalar::Bool(x) => ByScalar::Bool(x),
        }
    }
}

impl Literal {
    /// The nearest `f64`; a truth value is 0 or 1.
    pub fn to_f64(self) -> f64 {
        match self {
            Literal::F32(number) => number.to_f64(),
            Literal::I32(n) => n.into(),
            Literal::U32(n) => n.into(),
            Literal::Bool(b) => u8::from(b).into(),
        }
    }
}

impl<F, I, U, B> ByScalar<Vec<F>, Vec<I>, Vec<U>, Vec<B>> {
    /// Number of components.
    pub fn len(&self) -> usize {
        each_scalar!(self, |list| list.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
