//! Shader types of values and of memory.

use crate::domain::Format;
use std::fmt;

/// A scalar type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scalar {
    /// A real number, in 16-bit binary floating point on a device that has it.
    F16,
    /// A real number, in 32-bit binary floating point on a device.
    F32,
    /// A 32-bit signed integer, wrapping.
    I32,
    /// A 32-bit unsigned integer, wrapping.
    U32,
    /// A truth value; cannot live in a buffer.
    Bool,
}

impl Scalar {
    /// Whether arithmetic is defined on the type.
    pub const fn is_numeric(self) -> bool {
        !matches!(self, Scalar::Bool)
    }

    /// In what a device keeps the type's reals; `None` for types that have none.
    pub const fn format(self) -> Option<Format> {
        match self {
            Scalar::F16 => Some(Format::Binary16),
            Scalar::F32 => Some(Format::Binary32),
            Scalar::I32 | Scalar::U32 | Scalar::Bool => None,
        }
    }

    /// Whether the type is one of reals.
    pub const fn is_float(self) -> bool {
        matches!(self, Scalar::F16 | Scalar::F32)
    }

    /// The type that [`ByScalar`](super::ByScalar) tells it by: the widest of the same kind.
    pub const fn widest(self) -> Scalar {
        match self {
            Scalar::F16 => Scalar::F32,
            other => other,
        }
    }

    /// Bytes in a buffer; as many for a truth value, which has none there.
    pub const fn bytes(self) -> u64 {
        match self {
            Scalar::F16 => 2,
            Scalar::F32 | Scalar::I32 | Scalar::U32 | Scalar::Bool => 4,
        }
    }

    /// Whether the type is a 32-bit integer.
    pub const fn is_integer(self) -> bool {
        matches!(self, Scalar::I32 | Scalar::U32)
    }
}

/// The type of a value: a scalar (`size` 1) or a vector of 2 to 4 scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Type {
    /// The type of each component.
    pub scalar: Scalar,
    /// Number of components, 1 to 4.
    pub size: u8,
}

impl Type {
    /// `f16`.
    pub const F16: Type = Type::scalar(Scalar::F16);
    /// `f32`.
    pub const F32: Type = Type::scalar(Scalar::F32);
    /// `i32`.
    pub const I32: Type = Type::scalar(Scalar::I32);
    /// `u32`.
    pub const U32: Type = Type::scalar(Scalar::U32);
    /// `bool`.
    pub const BOOL: Type = Type::scalar(Scalar::Bool);

    /// The scalar type.
    pub const fn scalar(scalar: Scalar) -> Type {
        Type { scalar, size: 1 }
    }

    /// A vector type of `size` components (2 to 4).
    pub const fn vector(size: u8, scalar: Scalar) -> Type {
        Type { scalar, size }
    }

    /// Whether this is a scalar.
    pub const fn is_scalar(self) -> bool {
        self.size == 1
    }

    /// The type with the same number of components and another scalar.
    pub const fn with_scalar(self, scalar: Scalar) -> Type {
        Type {
            scalar,
            size: self.size,
        }
    }

    /// The type of one component.
    pub const fn component(self) -> Type {
        Type::scalar(self.scalar)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scalar::F16 => "f16",
            Scalar::F32 => "f32",
            Scalar::I32 => "i32",
            Scalar::U32 => "u32",
            Scalar::Bool => "bool",
        })
    }
}

impl fmt::Display for Type {
    /// As in kernel code: `f32`, `Vec3<u32>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size {
            1 => write!(f, "{}", self.scalar),
            n => write!(f, "Vec{n}<{}>", self.scalar),
        }
    }
}
