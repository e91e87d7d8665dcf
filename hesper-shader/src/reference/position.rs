//! Where an invocation is in the dispatch.

use super::columns::{Column, MIXED, part_mut};
use super::error::{Fault, Invocation};
use crate::tree::BuiltinValue;

/// The shape of a dispatch and the workgroup that runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// Invocations per workgroup in x, y and z.
    pub(super) size: [u32; 3],
    /// Workgroups in x, y and z.
    pub(super) groups: [u32; 3],
    /// The running workgroup.
    pub(super) group: [u32; 3],
}

impl Position {
    /// Invocations per workgroup.
    pub(super) fn lanes(&self) -> usize {
        self.size.iter().map(|n| *n as usize).product()
    }

    /// The running workgroup's lane as an invocation.
    pub(super) fn invocation(&self, lane: usize) -> Invocation {
        let local = unflatten(lane, self.size);
        Invocation {
            global: [0, 1, 2].map(|d| self.global(d, local)),
            workgroup: self.group,
        }
    }

    /// The same lane of the workgroup that ran `index`th.
    pub(super) fn invocation_of(&self, index: usize, lane: usize) -> Invocation {
        let group = unflatten(index, self.groups);
        Position { group, ..*self }.invocation(lane)
    }

    fn global(&self, dimension: usize, local: [u32; 3]) -> u32 {
        self.group[dimension]
            .wrapping_mul(self.size[dimension])
            .wrapping_add(local[dimension])
    }

    /// Computes a builtin value for all lanes.
    pub(super) fn fill<V>(&self, value: BuiltinValue, out: &mut Column<V>) -> Result<(), Fault> {
        let Column::U32(out) = out else {
            return Err(MIXED);
        };
        let lanes = self.lanes();
        let [nx, ny, _] = self.groups;
        let [x, y, z] = self.group;
        let index = z
            .wrapping_mul(ny)
            .wrapping_add(y)
            .wrapping_mul(nx)
            .wrapping_add(x);
        let local = |lane: usize| unflatten(lane, self.size);
        match value {
            BuiltinValue::LocalInvocationIndex => scalar(out, |lane| lane as u32),
            BuiltinValue::WorkgroupIndex => scalar(out, |_| index),
            BuiltinValue::GlobalIndex => {
                let first = index.wrapping_mul(lanes as u32);
                scalar(out, |lane| first.wrapping_add(lane as u32));
            }
            BuiltinValue::GlobalInvocationId => {
                vector(out, lanes, |d, lane| self.global(d, local(lane)));
            }
            BuiltinValue::LocalInvocationId => vector(out, lanes, |d, lane| local(lane)[d]),
            BuiltinValue::WorkgroupId => vector(out, lanes, |d, _| self.group[d]),
            BuiltinValue::SubgroupInvocationId
            | BuiltinValue::SubgroupSize
            | BuiltinValue::SubgroupId
            | BuiltinValue::NumSubgroups => return Err(MIXED),
            BuiltinValue::NumWorkgroups => vector(out, lanes, |d, _| self.groups[d]),
        }
        Ok(())
    }
}

fn scalar(out: &mut [u32], f: impl Fn(usize) -> u32) {
    for (lane, out) in out.iter_mut().enumerate() {
        *out = f(lane);
    }
}

fn vector(out: &mut [u32], lanes: usize, f: impl Fn(usize, usize) -> u32) {
    for dimension in 0..3 {
        scalar(part_mut(out, dimension, lanes), |lane| f(dimension, lane));
    }
}

/// The position of the `index`th cell of a box, x fastest.
fn unflatten(index: usize, [nx, ny, _]: [u32; 3]) -> [u32; 3] {
    let (nx, ny) = ((nx as usize).max(1), (ny as usize).max(1));
    [index % nx, index / nx % ny, index / nx / ny].map(|n| n as u32)
}
