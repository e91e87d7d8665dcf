//! Which types the builtin functions take and yield.

use super::{Scalar, Type};
use crate::domain::{Math, Of, Signature};

/// The scalar type of such components; of bits and words the reals are `f32`.
const fn scalar(of: Of) -> Scalar {
    match of {
        Of::Real => Scalar::F32,
        Of::Signed => Scalar::I32,
        Of::Unsigned => Scalar::U32,
    }
}

impl Math {
    /// The result type for operands of these types, or `None` where they do not fit.
    pub fn result(self, operands: &[Type]) -> Option<Type> {
        use Signature::*;
        let first = *operands.first()?;
        let narrow =
            matches!(self, Math::QuantizeToF16 | Math::ToBits) && first.scalar == Scalar::F16;
        let of_reals = first.scalar.is_float() && !narrow;
        let equal = operands.iter().all(|t| *t == first);
        let two = |x: &Type, y: &Type| *x == Type::U32 && *y == Type::U32;
        let fits = operands.len() == self.arity()
            && match (self.signature(), operands) {
                (Float | Length, _) => equal && of_reals,
                (Numeric, _) => equal && first.scalar.is_numeric(),
                (Signed, _) => equal && (of_reals || first.scalar == Scalar::I32),
                (Dot | Vectors, _) => equal && of_reals && !first.is_scalar(),
                (Cross, _) => equal && of_reals && first.size == 3,
                (Refract, [i, n, eta]) => {
                    i == n && of_reals && !first.is_scalar() && *eta == first.component()
                }
                (Scaled, [_, n]) => of_reals && *n == first.with_scalar(Scalar::I32),
                (Each(Of::Real, _), _) => of_reals,
                (Each(from, _), _) => first.scalar == scalar(from),
                (Integer, _) => first.scalar.is_integer(),
                (Extract, [_, offset, count]) => first.scalar.is_integer() && two(offset, count),
                (Insert, [x, y, offset, count]) => {
                    x == y && first.scalar.is_integer() && two(offset, count)
                }
                (Truth, _) => first.scalar == Scalar::Bool && !first.is_scalar(),
                (Pack(of, n), _) => first == Type::vector(n, scalar(of)),
                (Unpack(..) | Packed(_), _) => equal && first == Type::U32,
                (Refract | Scaled | Extract | Insert, _) => false,
            };
        fits.then(|| match self.signature() {
            Float | Numeric | Signed | Vectors | Cross | Refract | Scaled | Integer | Extract
            | Insert => first,
            Length | Dot => first.component(),
            Each(_, to) => first.with_scalar(scalar(to)),
            Truth => Type::BOOL,
            Pack(..) => Type::U32,
            Unpack(of, n) => Type::vector(n, scalar(of)),
            Packed(of) => Type::scalar(scalar(of)),
        })
    }
}
