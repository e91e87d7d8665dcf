//! What a device allows, and what a kernel needs of it.

use super::layout::{self, SCALAR_BYTES};
use crate::tree::{Tree, WorkgroupVar};
use std::fmt;

/// What a device allows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Invocations per workgroup in x, y and z.
    pub workgroup_size: [u32; 3],
    /// Invocations per workgroup in all.
    pub invocations: u64,
    /// Bytes of workgroup memory.
    pub workgroup_bytes: u64,
    /// Storage buffers of one kernel.
    pub storage_buffers: u64,
    /// Bytes of one buffer as seen by a kernel.
    pub binding_bytes: u64,
    /// Bytes of the by-value parameters and lengths.
    pub uniform_bytes: u64,
    /// Bytes of one buffer.
    pub buffer_bytes: u64,
    /// Workgroups per dimension of a dispatch.
    pub groups_per_dimension: u32,
}

impl Limits {
    /// What every WebGPU device allows.
    pub const WEBGPU: Limits = Limits {
        workgroup_size: [256, 256, 64],
        invocations: 256,
        workgroup_bytes: 16_384,
        storage_buffers: 8,
        binding_bytes: 128 << 20,
        uniform_bytes: 65_536,
        buffer_bytes: 256 << 20,
        groups_per_dimension: 65_535,
    };

    /// Whether a dispatch of the kernel fits.
    pub(crate) fn check(&self, needs: &Needs<'_>) -> Result<(), Excess> {
        needs
            .each(self)
            .find(|(_, need, limit)| need > limit)
            .map_or(Ok(()), |(what, need, limit)| {
                Err(Excess { what, need, limit })
            })
    }
}

/// What one dispatch needs.
pub(crate) struct Needs<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) groups: [u32; 3],
    /// Elements of each storage parameter, in declaration order.
    pub(crate) lengths: Vec<usize>,
    /// Bytes of the uniform block.
    pub(crate) uniform_bytes: u64,
}

impl Needs<'_> {
    /// Every quantity with its need and its limit.
    fn each<'a>(&'a self, limits: &'a Limits) -> impl Iterator<Item = (Quantity, u64, u64)> + 'a {
        let sizes = self
            .tree
            .workgroup_size
            .into_iter()
            .zip(limits.workgroup_size);
        let sizes = sizes.zip(Axis::ALL);
        let sizes = sizes.map(|((need, limit), axis)| {
            (Quantity::WorkgroupSize(axis), need.into(), limit.into())
        });
        let groups = self.groups.into_iter().zip(Axis::ALL).map(|(need, axis)| {
            (
                Quantity::Groups(axis),
                need.into(),
                limits.groups_per_dimension.into(),
            )
        });
        let workgroup_bytes = self.tree.workgroup.iter().map(variable_bytes);
        let bindings =
            self.tree
                .buffers()
                .zip(&self.lengths)
                .map(|((_, param, element, _), len)| {
                    let bytes = layout::array_bytes(element, *len).unwrap_or(u64::MAX);
                    (
                        Quantity::BindingBytes(param.name.clone()),
                        bytes,
                        limits.binding_bytes,
                    )
                });
        sizes
            .chain([
                (
                    Quantity::Invocations,
                    self.tree.invocations(),
                    limits.invocations,
                ),
                (
                    Quantity::WorkgroupBytes,
                    workgroup_bytes.fold(0, u64::saturating_add),
                    limits.workgroup_bytes,
                ),
                (
                    Quantity::StorageBuffers,
                    self.tree.buffers().count() as u64,
                    limits.storage_buffers,
                ),
                (
                    Quantity::UniformBytes,
                    self.uniform_bytes,
                    limits.uniform_bytes,
                ),
            ])
            .chain(groups)
            .chain(bindings)
    }
}

/// As WebGPU counts: the WGSL size, rounded up to 16.
fn variable_bytes(var: &WorkgroupVar) -> u64 {
    let bytes = if var.dims.is_empty() {
        SCALAR_BYTES * u64::from(var.element.size)
    } else {
        var.count().saturating_mul(layout::stride(var.element))
    };
    bytes.div_ceil(16).saturating_mul(16)
}

/// A need beyond its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    /// Of what.
    pub what: Quantity,
    /// How much the kernel needs.
    pub need: u64,
    /// How much the device allows.
    pub limit: u64,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "needs {}, and the limit is {}",
            self.what.counted(self.need),
            self.limit
        )
    }
}

/// What devices limit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quantity {
    /// Size of a workgroup in one dimension.
    WorkgroupSize(Axis),
    /// Invocations of a workgroup.
    Invocations,
    /// Bytes of workgroup memory.
    WorkgroupBytes,
    /// Number of storage buffers.
    StorageBuffers,
    /// Bytes of the by-value parameters and lengths.
    UniformBytes,
    /// Workgroups in one dimension of the dispatch.
    Groups(Axis),
    /// Bytes of the buffer bound to this parameter.
    BindingBytes(String),
}

impl Quantity {
    fn counted(&self, n: u64) -> String {
        match self {
            Quantity::WorkgroupSize(axis) => format!("a workgroup size of {n} in {axis}"),
            Quantity::Invocations => format!("{n} invocations per workgroup"),
            Quantity::WorkgroupBytes => format!("{n} bytes of workgroup memory"),
            Quantity::StorageBuffers => format!("{n} storage buffers"),
            Quantity::UniformBytes => format!("{n} bytes of by-value parameters"),
            Quantity::Groups(axis) => format!("{n} workgroups in {axis}"),
            Quantity::BindingBytes(param) => format!("{n} bytes for `{param}`"),
        }
    }
}

/// A dimension of a workgroup or dispatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// The first.
    X,
    /// The second.
    Y,
    /// The third.
    Z,
}

impl Axis {
    const ALL: [Axis; 3] = [Axis::X, Axis::Y, Axis::Z];
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Axis::X => "x",
            Axis::Y => "y",
            Axis::Z => "z",
        })
    }
}
