//! How elements lie in a device's memory: as WGSL lays out arrays, so that `Vec3` takes the room of four scalars.

use crate::memory::Memory;
use crate::tree::{Scalar, Type};
use half::f16;
use std::borrow::Cow;

/// Bytes from one element of an array to the next.
pub(super) fn stride(element: Type) -> u64 {
    element.scalar.bytes() * u64::from(lanes(element))
}

/// Bytes of an array; `None` where they do not fit.
pub(super) fn array_bytes(element: Type, len: usize) -> Option<u64> {
    u64::try_from(len).ok()?.checked_mul(stride(element))
}

/// The elements as a device stores them.
pub(super) fn to_bytes(memory: &Memory<f32>, element: Type) -> Cow<'_, [u8]> {
    let packed: Cow<'_, [u8]> = match memory {
        Memory::F32(v) if element.scalar == Scalar::F16 => {
            let halves = v.iter().flat_map(|x| f16::from_f32(*x).to_ne_bytes());
            Cow::Owned(halves.collect())
        }
        Memory::F32(v) => Cow::Borrowed(bytemuck::cast_slice(v)),
        Memory::I32(v) => Cow::Borrowed(bytemuck::cast_slice(v)),
        Memory::U32(v) => Cow::Borrowed(bytemuck::cast_slice(v)),
        Memory::Bool(_) => Cow::Borrowed(&[]),
    };
    if element.size != 3 {
        return packed;
    }
    let scalar = element.scalar.bytes() as usize;
    let mut padded = Vec::with_capacity(packed.len() / 3 * 4);
    for vector in packed.chunks_exact(3 * scalar) {
        padded.extend_from_slice(vector);
        padded.resize(padded.len() + scalar, 0);
    }
    Cow::Owned(padded)
}

/// The elements back. No buffer holds `bool`; as a field of the uniform block it is a `u32`.
pub(super) fn from_bytes(bytes: &[u8], element: Type) -> Memory<f32> {
    match element.scalar {
        Scalar::F16 => Memory::F32(components(bytes, element, |b| {
            f16::from_ne_bytes(b).to_f32()
        })),
        Scalar::F32 => Memory::F32(components(bytes, element, f32::from_ne_bytes)),
        Scalar::I32 => Memory::I32(components(bytes, element, i32::from_ne_bytes)),
        Scalar::U32 | Scalar::Bool => Memory::U32(components(bytes, element, u32::from_ne_bytes)),
    }
}

/// Bytewise, because a mapped range need not be aligned for its scalars.
fn components<T, const N: usize>(
    bytes: &[u8],
    element: Type,
    read: impl Fn([u8; N]) -> T,
) -> Vec<T> {
    let (scalars, _) = bytes.as_chunks::<N>();
    if element.size != 3 {
        return scalars.iter().map(|b| read(*b)).collect();
    }
    let vectors = scalars.chunks_exact(4);
    vectors
        .flat_map(|vector| vector.iter().take(3))
        .map(|b| read(*b))
        .collect()
}

fn lanes(element: Type) -> u8 {
    if element.size == 3 { 4 } else { element.size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_back_from_their_bytes() {
        for size in 1..=4 {
            let element = Type::vector(size, Scalar::U32);
            for len in [0, 1, 2, 65] {
                let memory = Memory::U32((0..u32::from(size) * len).collect());
                let bytes = to_bytes(&memory, element);
                assert_eq!(Some(bytes.len() as u64), array_bytes(element, len as usize));
                assert_eq!(from_bytes(&bytes, element), memory, "{element}");
            }
        }
    }

    #[test]
    fn halves_take_two_bytes() {
        for size in 1..=4 {
            let element = Type::vector(size, Scalar::F16);
            let count = 5 * usize::from(size);
            let memory = Memory::F32((0..count).map(|n| n as f32 / 8.0).collect());
            let bytes = to_bytes(&memory, element);
            assert_eq!(Some(bytes.len() as u64), array_bytes(element, 5));
            assert_eq!(from_bytes(&bytes, element), memory, "{element}");
        }
        assert_eq!(stride(Type::vector(3, Scalar::F16)), 8);
    }

    #[test]
    fn a_vector_of_three_takes_the_room_of_four() {
        let element = Type::vector(3, Scalar::F32);
        let bytes = to_bytes(&Memory::F32(vec![1.0, 2.0, 3.0]), element).into_owned();
        assert_eq!(bytes.len(), 16);
        assert_eq!(bytes[12..], [0; 4]);
    }
}
