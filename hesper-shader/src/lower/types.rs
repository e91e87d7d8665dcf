//! Types of values and of memory.

use std::num::NonZeroU32;

use naga::{ArraySize, Handle, TypeInner, UniqueArena, VectorSize};

use crate::tree::{Scalar, Shape, Type};

/// naga's scalar.
pub(super) fn scalar(scalar: Scalar) -> naga::Scalar {
    match scalar {
        Scalar::F16 => naga::Scalar::F16,
        Scalar::F32 => naga::Scalar::F32,
        Scalar::I32 => naga::Scalar::I32,
        Scalar::U32 => naga::Scalar::U32,
        Scalar::Bool => naga::Scalar::BOOL,
    }
}

/// What an atomic is kept as: a float as its bits.
pub(super) fn atomic_scalar(of: Scalar) -> naga::Scalar {
    match of {
        Scalar::F32 => naga::Scalar::U32,
        other => scalar(other),
    }
}

/// naga's vector size, or `None` for a scalar.
pub(super) fn vector_size(ty: Type) -> Option<VectorSize> {
    match ty.size {
        2 => Some(VectorSize::Bi),
        3 => Some(VectorSize::Tri),
        4 => Some(VectorSize::Quad),
        _ => None,
    }
}

/// The type of a value.
pub(super) fn value(types: &mut UniqueArena<naga::Type>, ty: Type) -> Handle<naga::Type> {
    let scalar = scalar(ty.scalar);
    anonymous(
        types,
        match vector_size(ty) {
            Some(size) => TypeInner::Vector { size, scalar },
            None => TypeInner::Scalar(scalar),
        },
    )
}

/// The type of an element of memory.
pub(super) fn element(
    types: &mut UniqueArena<naga::Type>,
    ty: Type,
    atomic: bool,
) -> Handle<naga::Type> {
    match atomic {
        true => anonymous(types, TypeInner::Atomic(atomic_scalar(ty.scalar))),
        false => value(types, ty),
    }
}

/// The runtime-sized array of a storage buffer.
pub(super) fn runtime_array(
    types: &mut UniqueArena<naga::Type>,
    ty: Type,
    atomic: bool,
) -> Handle<naga::Type> {
    let base = element(types, ty, atomic);
    anonymous(
        types,
        TypeInner::Array {
            base,
            size: ArraySize::Dynamic,
            stride: stride(ty),
        },
    )
}

/// Nested arrays of these dimensions, outermost first; `None` where one is empty or the whole is too large to address.
pub(super) fn nested_array(
    types: &mut UniqueArena<naga::Type>,
    ty: Type,
    atomic: bool,
    dims: &[u32],
) -> Option<Handle<naga::Type>> {
    let mut base = element(types, ty, atomic);
    let mut bytes = stride(ty);
    for dim in dims.iter().rev() {
        let size = ArraySize::Constant(NonZeroU32::new(*dim)?);
        let stride = bytes;
        base = anonymous(types, TypeInner::Array { base, size, stride });
        bytes = bytes.checked_mul(*dim)?;
    }
    Some(base)
}

/// Bytes from one array element to the next. naga believes what it is told here, so a wrong value would be a silent fault.
fn stride(element: Type) -> u32 {
    Shape::Value(element).stride() as u32
}

pub(super) fn anonymous(
    types: &mut UniqueArena<naga::Type>,
    inner: TypeInner,
) -> Handle<naga::Type> {
    types.insert(naga::Type { name: None, inner }, naga::Span::UNDEFINED)
}
