//! How elements lie in a device's memory: as WGSL lays out arrays and structures, so that in an array `Vec3` takes the room of four scalars.

use crate::memory::Memory;
use crate::tree::{Leaf, Portion, Scalar, Shape, Type};
use half::f16;
use std::borrow::Cow;

/// Elements of any shape, given leaf by leaf, as a device stores them. Padding is zero.
pub(super) fn shape_to_bytes<'m>(leaves: &[&'m Memory<f32>], shape: &Shape) -> Cow<'m, [u8]> {
    if let ([memory], Some((element, _))) = (leaves, shape.plain()) {
        return to_bytes(memory, element);
    }
    let parts = shape.leaves();
    let len = parts.iter().zip(leaves).filter_map(|(leaf, memory)| {
        let each = leaf.count().saturating_mul(leaf.ty.size.into()).max(1);
        (leaf.portion != Portion::Head).then_some(memory.len() as u64 / each)
    });
    let bytes = shape.bytes(len.max().unwrap_or(0));
    // Memory for the elements is there, so their bytes can be counted.
    let mut bytes = vec![0; usize::try_from(bytes).unwrap_or(0)];
    let stride = step(shape);
    for (memory, leaf) in leaves.iter().zip(&parts) {
        let packed = packed(memory, leaf.ty);
        let part = part_bytes(leaf);
        for (number, value) in packed.chunks_exact(part).enumerate() {
            let at = byte_of(leaf, number, stride);
            if let Some(to) = bytes.get_mut(at..at + part) {
                to.copy_from_slice(value);
            }
        }
    }
    Cow::Owned(bytes)
}

/// So many elements back, leaf by leaf.
pub(super) fn shape_from_bytes(bytes: &[u8], shape: &Shape, len: usize) -> Vec<Memory<f32>> {
    if let Some((element, _)) = shape.plain() {
        return vec![from_bytes(bytes, element)];
    }
    let stride = step(shape);
    let leaf = |leaf: Leaf| {
        let values = (0..leaf.count_in(len as u64) as usize).filter_map(|number| {
            let at = byte_of(&leaf, number, stride);
            bytes.get(at..at + part_bytes(&leaf))
        });
        // One after the other a vector of three takes no more room than it has components.
        let packed: Vec<u8> = values.flatten().copied().collect();
        from_bytes(&packed, leaf.ty.component())
    };
    shape.leaves().into_iter().map(leaf).collect()
}

/// Bytes from one element to the next of those that a buffer counts.
fn step(shape: &Shape) -> usize {
    let counted = shape.tail().map_or(shape, |(_, element)| element);
    counted.stride() as usize
}

fn part_bytes(leaf: &Leaf) -> usize {
    leaf.ty.scalar.bytes() as usize * usize::from(leaf.ty.size)
}

/// Where the leaf of this number is, counted over the elements and the arrays inside of them.
fn byte_of(leaf: &Leaf, number: usize, stride: usize) -> usize {
    let mut rest = number;
    let mut at = leaf.offset as usize;
    for (dim, stride) in leaf.dims.iter().zip(&leaf.strides).rev() {
        let dim = (*dim as usize).max(1);
        at += rest % dim * *stride as usize;
        rest /= dim;
    }
    at + rest * stride
}

/// The components without padding.
fn packed(memory: &Memory<f32>, element: Type) -> Cow<'_, [u8]> {
    match memory {
        Memory::F32(v) if element.scalar == Scalar::F16 => {
            let halves = v.iter().flat_map(|x| f16::from_f32(*x).to_ne_bytes());
            Cow::Owned(halves.collect())
        }
        Memory::F32(v) => Cow::Borrowed(bytemuck::cast_slice(v)),
        Memory::I32(v) => Cow::Borrowed(bytemuck::cast_slice(v)),
        Memory::U32(v) => Cow::Borrowed(bytemuck::cast_slice(v)),
        Memory::Bool(_) => Cow::Borrowed(&[]),
    }
}

/// The elements as a device stores them.
fn to_bytes(memory: &Memory<f32>, element: Type) -> Cow<'_, [u8]> {
    let packed = packed(memory, element);
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
fn from_bytes(bytes: &[u8], element: Type) -> Memory<f32> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Structure;
    use std::sync::Arc;

    #[test]
    fn elements_come_back_from_their_bytes() {
        for size in 1..=4 {
            let element = Type::vector(size, Scalar::U32);
            for len in [0, 1, 2, 65] {
                let memory = Memory::U32((0..u32::from(size) * len).collect());
                let bytes = to_bytes(&memory, element);
                assert_eq!(
                    Some(bytes.len() as u64),
                    Some(Shape::Value(element).bytes(len.into()))
                );
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
            assert_eq!(
                Some(bytes.len() as u64),
                Some(Shape::Value(element).bytes(5))
            );
            assert_eq!(from_bytes(&bytes, element), memory, "{element}");
        }
        assert_eq!(Shape::Value(Type::vector(3, Scalar::F16)).stride(), 8);
    }

    #[test]
    fn a_vector_of_three_takes_the_room_of_four() {
        let element = Type::vector(3, Scalar::F32);
        let bytes = to_bytes(&Memory::F32(vec![1.0, 2.0, 3.0]), element).into_owned();
        assert_eq!(bytes.len(), 16);
        assert_eq!(bytes[12..], [0; 4]);
    }

    #[test]
    fn tails_come_back_from_their_bytes() {
        let fields = [
            ("count", Shape::Atomic(Type::U32)),
            (
                "rest",
                Shape::Tail(Box::new(Shape::Value(Type::vector(3, Scalar::F32)))),
            ),
        ];
        let fields = fields.map(|(name, shape)| (name.to_string(), shape));
        let name = "S".to_string();
        let fields = fields.to_vec();
        let shape = Shape::Structure(Arc::new(Structure { name, fields }));
        for len in [0, 1, 4] {
            let reals = Memory::F32((0..3 * len).map(|i| i as f32).collect());
            let leaves = vec![Memory::U32(vec![7]), reals];
            let bytes = shape_to_bytes(&leaves.iter().collect::<Vec<_>>(), &shape);
            assert_eq!(bytes.len(), 16 + 16 * len.max(1));
            assert_eq!(shape_from_bytes(&bytes, &shape, len), leaves);
        }
    }

    #[test]
    fn structures_come_back_from_their_bytes() {
        let fields = [
            ("a", Shape::Value(Type::vector(3, Scalar::F32))),
            ("b", Shape::Value(Type::U32)),
            (
                "c",
                Shape::Array(Box::new(Shape::Value(Type::vector(3, Scalar::F16))), 2),
            ),
            ("d", Shape::Atomic(Type::I32)),
        ];
        let fields = fields.map(|(name, shape)| (name.to_string(), shape));
        let name = "S".to_string();
        let structure = Structure {
            name,
            fields: fields.to_vec(),
        };
        let shape = Shape::Structure(Arc::new(structure));
        for len in [0, 1, 3] {
            let reals = |n: usize| Memory::F32((0..n * len).map(|i| i as f32).collect());
            let ids = Memory::U32((0..len as u32).collect());
            let signed = Memory::I32((0..len as i32).map(|i| -i).collect());
            let leaves = vec![reals(3), ids, reals(6), signed];
            let bytes = shape_to_bytes(&leaves.iter().collect::<Vec<_>>(), &shape);
            assert_eq!(bytes.len() as u64, shape.bytes(len as u64));
            assert_eq!(shape_from_bytes(&bytes, &shape, len), leaves);
            if let Some(second) = bytes.get(48..) {
                assert!(
                    len < 2
                        || second[..12] == bytemuck::cast_slice::<f32, u8>(&[3.0, 4.0, 5.0])[..]
                );
            }
        }
    }
}
