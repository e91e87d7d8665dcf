//! What a buffer holds on the host and in the reference executor.

use crate::domain::{Value, identical};
use crate::tree::{ByScalar, Scalar, each_scalar};
use std::fmt::Debug;

/// The contents of a buffer: components of all elements, element after element, without padding.
///
/// `V` is the number domain's value; buffers of a device hold `Memory<f32>`. No buffer holds `bool`, but variables of workgroups do.
pub type Memory<V> = ByScalar<Vec<V>, Vec<i32>, Vec<u32>, Vec<bool>>;

impl<V: Copy> Memory<V> {
    /// So many zeros of a scalar type.
    pub fn zeros(scalar: Scalar, components: usize, zero: V) -> Memory<V> {
        match scalar {
            Scalar::F16 | Scalar::F32 => Memory::F32(vec![zero; components]),
            Scalar::I32 => Memory::I32(vec![0; components]),
            Scalar::U32 => Memory::U32(vec![0; components]),
            Scalar::Bool => Memory::Bool(vec![false; components]),
        }
    }

    /// Every component becomes zero.
    pub(crate) fn fill_zero(&mut self, zero: V) {
        match self {
            Memory::F32(v) => v.fill(zero),
            Memory::I32(v) => v.fill(0),
            Memory::U32(v) => v.fill(0),
            Memory::Bool(v) => v.fill(false),
        }
    }

    /// The same contents with each real replaced.
    pub fn map_reals<W>(&self, f: impl FnMut(V) -> W) -> Memory<W> {
        match self {
            Memory::F32(v) => Memory::F32(v.iter().copied().map(f).collect()),
            Memory::I32(v) => Memory::I32(v.clone()),
            Memory::U32(v) => Memory::U32(v.clone()),
            Memory::Bool(v) => Memory::Bool(v.clone()),
        }
    }
}

impl<V: Value> Memory<V> {
    /// Whether component `i` is the same as component `j` of other memory.
    pub(crate) fn identical(&self, i: usize, other: &Memory<V>, j: usize) -> bool {
        match (self, other) {
            (Memory::F32(x), Memory::F32(y)) => identical(x.get(i), y.get(j)),
            (Memory::I32(x), Memory::I32(y)) => x.get(i) == y.get(j),
            (Memory::U32(x), Memory::U32(y)) => x.get(i) == y.get(j),
            (Memory::Bool(x), Memory::Bool(y)) => x.get(i) == y.get(j),
            _ => false,
        }
    }
}

impl<V: Debug> Memory<V> {
    /// A component as text.
    pub(crate) fn text(&self, i: usize) -> Option<String> {
        each_scalar!(self, |list| list.get(i).map(|x| format!("{x:?}")))
    }
}
