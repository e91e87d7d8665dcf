//! What a buffer holds on the host and in the reference executor.

use crate::domain::{Value, identical};
use crate::tree::Scalar;
use std::fmt::Debug;

/// The contents of a buffer: components of all elements, element after element, without padding.
///
/// `V` is the number domain's value; buffers of a device hold `Memory<f32>`.
#[derive(Clone, Debug, PartialEq)]
pub enum Memory<V> {
    /// Components of `f32` elements.
    Real(Vec<V>),
    /// Components of `i32` elements.
    I32(Vec<i32>),
    /// Components of `u32` elements.
    U32(Vec<u32>),
}

impl<V: Copy> Memory<V> {
    /// `components` zeros of a numeric scalar type, or `None` for `bool`, which cannot live in memory shared with the host.
    pub fn zeros(scalar: Scalar, components: usize, zero: V) -> Option<Memory<V>> {
        match scalar {
            Scalar::F32 => Some(Memory::Real(vec![zero; components])),
            Scalar::I32 => Some(Memory::I32(vec![0; components])),
            Scalar::U32 => Some(Memory::U32(vec![0; components])),
            Scalar::Bool => None,
        }
    }

    /// Number of components.
    pub fn len(&self) -> usize {
        match self {
            Memory::Real(v) => v.len(),
            Memory::I32(v) => v.len(),
            Memory::U32(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type of the components.
    pub fn scalar(&self) -> Scalar {
        match self {
            Memory::Real(_) => Scalar::F32,
            Memory::I32(_) => Scalar::I32,
            Memory::U32(_) => Scalar::U32,
        }
    }

    /// The same contents with each real replaced.
    pub fn map_reals<W>(&self, f: impl FnMut(V) -> W) -> Memory<W> {
        match self {
            Memory::Real(v) => Memory::Real(v.iter().copied().map(f).collect()),
            Memory::I32(v) => Memory::I32(v.clone()),
            Memory::U32(v) => Memory::U32(v.clone()),
        }
    }

    /// Whether a component is the same in another memory.
    pub(crate) fn identical(&self, i: usize, other: &Memory<V>) -> bool
    where
        V: Value,
    {
        match (self, other) {
            (Memory::Real(x), Memory::Real(y)) => identical(x.get(i), y.get(i)),
            (Memory::I32(x), Memory::I32(y)) => x.get(i) == y.get(i),
            (Memory::U32(x), Memory::U32(y)) => x.get(i) == y.get(i),
            _ => false,
        }
    }

    /// A component as text.
    pub(crate) fn text(&self, i: usize) -> Option<String>
    where
        V: Debug,
    {
        match self {
            Memory::Real(v) => v.get(i).map(|x| format!("{x:?}")),
            Memory::I32(v) => v.get(i).map(i32::to_string),
            Memory::U32(v) => v.get(i).map(u32::to_string),
        }
    }
}
