//! Which types the builtin functions take and yield.

use super::{Scalar, Type};
use crate::domain::{Math, Signature};

impl Math {
    /// The result type for operands of these types, or `None` where they do not fit.
    pub fn result(self, operands: &[Type]) -> Option<Type> {
        let first = *operands.first()?;
        let of_reals = first.scalar == Scalar::F32;
        let equal = operands.iter().all(|t| *t == first);
        let is_integer = |t: &Type| *t == first.with_scalar(Scalar::I32);
        let fits = operands.len() == self.arity()
            && match (self.signature(), operands) {
                (Signature::Float | Signature::Length | Signature::Exponent, _) => {
                    equal && of_reals
                }
                (Signature::Numeric, _) => equal && first.scalar.is_numeric(),
                (Signature::Signed, _) => {
                    equal && matches!(first.scalar, Scalar::F32 | Scalar::I32)
                }
                (Signature::Dot | Signature::Vectors, _) => equal && of_reals && !first.is_scalar(),
                (Signature::Cross, _) => equal && first == Type::vector(3, Scalar::F32),
                (Signature::Refract, [i, n, eta]) => {
                    i == n && of_reals && !first.is_scalar() && *eta == Type::F32
                }
                (Signature::Scaled, [_, exponent]) => of_reals && is_integer(exponent),
                (Signature::Refract | Signature::Scaled, _) => false,
            };
        fits.then(|| match self.signature() {
            Signature::Float
            | Signature::Numeric
            | Signature::Signed
            | Signature::Vectors
            | Signature::Cross
            | Signature::Refract
            | Signature::Scaled => first,
            Signature::Length | Signature::Dot => Type::F32,
            Signature::Exponent => first.with_scalar(Scalar::I32),
        })
    }
}
