//! What a device allows, and what a kernel needs of it.

use crate::tree::{Shape, Tree, WorkgroupVar};
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
    /// Whether invocations of a subgroup can exchange values.
    pub subgroups: bool,
    /// Whether there are reals of 16 bits.
    pub f16: bool,
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
        subgroups: false,
        f16: false,
    };

    /// What GPUs of desktop machines allow: the reference executor's own limits.
    pub const DESKTOP: Limits = Limits {
        workgroup_size: [1024, 1024, 64],
        invocations: 1024,
        workgroup_bytes: 32_768,
        storage_buffers: 64,
        binding_bytes: 1 << 34,
        uniform_bytes: 65_536,
        buffer_bytes: 1 << 34,
        groups_per_dimension: 65_535,
        subgroups: true,
        f16: true,
    };

    /// The limit of a quantity.
    pub(crate) fn of(&self, what: &Quantity) -> u64 {
        let [x, y, z] = self.workgroup_size;
        match what {
            Quantity::WorkgroupSize(Axis::X) => x.into(),
            Quantity::WorkgroupSize(Axis::Y) => y.into(),
            Quantity::WorkgroupSize(Axis::Z) => z.into(),
            Quantity::Invocations => self.invocations,
            Quantity::WorkgroupBytes => self.workgroup_bytes,
            Quantity::StorageBuffers => self.storage_buffers,
            Quantity::UniformBytes => self.uniform_bytes,
            Quantity::Groups(_) => self.groups_per_dimension.into(),
            Quantity::BindingBytes(_) => self.binding_bytes,
        }
    }

    /// Whether so much of a quantity is there.
    pub(crate) fn allow(&self, what: &Quantity, need: u64) -> Result<(), Excess> {
        let (what, limit) = (what.clone(), self.of(what));
        match need > limit {
            true => Err(Excess { what, need, limit }),
            false => Ok(()),
        }
    }

    /// Whether a dispatch of the kernel fits.
    pub(crate) fn check(&self, needs: &Needs<'_>) -> Result<(), Excess> {
        needs
            .each()
            .try_for_each(|(what, need)| self.allow(&what, need))
    }
}

/// What one dispatch needs.
pub(crate) struct Needs<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) groups: [u32; 3],
    /// Elements of each buffer, in the order of their bindings.
    pub(crate) lengths: Vec<usize>,
    /// Bytes of the uniform block.
    pub(crate) uniform_bytes: u64,
}

impl Needs<'_> {
    /// Every quantity with its need.
    pub(crate) fn each(&self) -> impl Iterator<Item = (Quantity, u64)> + '_ {
        let by_axis = |what: fn(Axis) -> Quantity, needs: [u32; 3]| {
            let needs = needs.into_iter().map(u64::from);
            Axis::ALL.into_iter().map(what).zip(needs)
        };
        let sizes = by_axis(Quantity::WorkgroupSize, self.tree.workgroup_size);
        let groups = by_axis(Quantity::Groups, self.groups);
        let workgroup_bytes = self.tree.workgroup.iter().map(variable_bytes);
        let workgroup_bytes = workgroup_bytes.fold(0, u64::saturating_add);
        let storage_buffers = self.tree.bindings().count() as u64;
        let bindings = self.tree.bindings().zip(&self.lengths);
        let bindings = bindings.map(|((id, param, element, _), len)| {
            let structured = self.tree.field(id).map(|(buffer, _)| buffer);
            let name = structured.map_or(&param.name, |buffer| &buffer.name);
            let plain = Shape::Value(element);
            let shape = structured.map_or(&plain, |buffer| &buffer.shape);
            let bytes = shape.bytes(*len as u64);
            (Quantity::BindingBytes(name.clone()), bytes)
        });
        sizes
            .chain([
                (Quantity::Invocations, self.tree.invocations()),
                (Quantity::WorkgroupBytes, workgroup_bytes),
                (Quantity::StorageBuffers, storage_buffers),
                (Quantity::UniformBytes, self.uniform_bytes),
            ])
            .chain(groups)
            .chain(bindings)
    }
}

/// As WebGPU counts: the WGSL size, rounded up to 16.
fn variable_bytes(var: &WorkgroupVar) -> u64 {
    let bytes = if var.dims.is_empty() {
        var.element.scalar.bytes() * u64::from(var.element.size)
    } else {
        var.count()
            .saturating_mul(Shape::Value(var.element).stride())
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

impl Excess {
    /// `512 invocations per workgroup, and the limit is 256`.
    pub(crate) fn without_verb(&self) -> String {
        format!(
            "{}, and the limit is {}",
            self.what.counted(self.need),
            self.limit
        )
    }
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "needs {}", self.without_verb())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vec3;
    use crate::record::Recorder;

    /// What the WebGPU limits say of a kernel with this workgroup size, an array of `Vec3`, and some buffers.
    fn judged(size: [u32; 3], array: u32, lengths: &[usize], groups: [u32; 3]) -> String {
        let kernel = Recorder::record("k", &[], size, |r| {
            for i in 0..lengths.len() {
                r.storage::<Vec3<f32>>(&format!("x{i}"));
            }
            if array > 0 {
                r.workgroup_var::<bool>("flag");
                r.workgroup_array::<Vec3<f32>>("tile", array);
            }
        });
        let needs = Needs {
            tree: kernel.tree().unwrap(),
            groups,
            lengths: lengths.to_vec(),
            uniform_bytes: 4,
        };
        let result = Limits::WEBGPU.check(&needs);
        result.map_or_else(|excess| excess.to_string(), |()| "fits".to_string())
    }

    #[test]
    fn needs_are_compared_with_limits() {
        let one = [1, 1, 1];
        for (judged, expected) in [
            (
                judged([256, 1, 1], 1023, &[1 << 23; 8], [65_535; 3]),
                "fits",
            ),
            (
                judged([257, 1, 1], 0, &[], one),
                "needs a workgroup size of 257 in x, and the limit is 256",
            ),
            (
                judged([1, 1, 65], 0, &[], one),
                "needs a workgroup size of 65 in z, and the limit is 64",
            ),
            (
                judged([16, 17, 1], 0, &[], one),
                "needs 272 invocations per workgroup, and the limit is 256",
            ),
            // 16 bytes for each `Vec3`, and 16 for the flag.
            (
                judged(one, 1024, &[], one),
                "needs 16400 bytes of workgroup memory, and the limit is 16384",
            ),
            (
                judged(one, 0, &[0; 9], one),
                "needs 9 storage buffers, and the limit is 8",
            ),
            (
                judged(one, 0, &[], [1, 65_536, 1]),
                "needs 65536 workgroups in y, and the limit is 65535",
            ),
            (
                judged(one, 0, &[1, (1 << 23) + 1], one),
                "needs 134217744 bytes for `x1`, and the limit is 134217728",
            ),
        ] {
            assert_eq!(judged, expected);
        }
    }
}
