//! What a kernel needs of any device, before there is one.

use crate::limits::{Limits, Needs, Quantity};
use crate::tree::Tree;
use crate::uniforms::UniformBlock;
use std::fmt;

/// What a kernel needs of a device, whatever it is launched with; grids and lengths of buffers are looked at by each launch.
///
/// ```
/// use hesper_shader::{Limits, shader};
/// shader! {
///     #[workgroup_size(16, 32)]
///     fn doubled(x: &mut [f32]) {
///         let i = global_invocation_id().x;
///         if i < x.len() {
///             x[i] *= 2.0;
///         }
///     }
/// }
/// # fn main() -> Result<(), hesper_shader::Error> {
/// let requirements = doubled().requirements()?;
/// assert_eq!(requirements.to_string(), "512 invocations per workgroup, 16 × 32 × 1; 1 storage buffer; 4 bytes by value");
/// assert_eq!(requirements.unmet(&Limits::WEBGPU), ["512 invocations per workgroup, and the limit is 256"]);
/// assert!(requirements.unmet(&Limits::DESKTOP).is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirements {
    /// Invocations per workgroup in x, y and z.
    pub workgroup_size: [u32; 3],
    /// Invocations per workgroup in all.
    pub invocations: u64,
    /// Bytes of workgroup memory, as WebGPU counts.
    pub workgroup_bytes: u64,
    /// Storage buffers.
    pub storage_buffers: u64,
    /// Bytes of the by-value parameters and lengths.
    pub uniform_bytes: u64,
    /// Whether invocations of a subgroup exchange values.
    pub subgroups: bool,
    /// Whether there are reals of 16 bits.
    pub f16: bool,
    /// Of each quantity how much.
    needs: Vec<(Quantity, u64)>,
}

impl Requirements {
    pub(crate) fn of(tree: &Tree) -> Requirements {
        let needs = Needs {
            tree,
            groups: [0; 3],
            lengths: Vec::new(),
            uniform_bytes: UniformBlock::of(tree).size() as u64,
        };
        let needs: Vec<(Quantity, u64)> = needs.each().collect();
        let of = |quantity| {
            let found = needs.iter().find(|(what, _)| *what == quantity);
            found.map_or(0, |(_, need)| *need)
        };
        Requirements {
            workgroup_size: tree.workgroup_size,
            invocations: of(Quantity::Invocations),
            workgroup_bytes: of(Quantity::WorkgroupBytes),
            storage_buffers: of(Quantity::StorageBuffers),
            uniform_bytes: of(Quantity::UniformBytes),
            subgroups: tree.uses_subgroups(),
            f16: tree.uses_f16(),
            needs,
        }
    }

    /// What a device with these limits does not have; nothing where the kernel runs there.
    pub fn unmet(&self, limits: &Limits) -> Vec<String> {
        let excess = self.needs.iter().filter_map(|(what, need)| {
            let excess = limits.allow(what, *need).err()?;
            Some(excess.without_verb())
        });
        let features = [
            (self.subgroups && !limits.subgroups, "subgroups"),
            (self.f16 && !limits.f16, "reals of 16 bits"),
        ];
        let missing = features.into_iter().filter(|(is_missing, _)| *is_missing);
        excess
            .chain(missing.map(|(_, what)| format!("{what}, which there are none of")))
            .collect()
    }
}

impl fmt::Display for Requirements {
    /// ``512 invocations per workgroup, 16 × 32 × 1; 64 bytes of workgroup memory; 2 storage buffers; 8 bytes by value; subgroups``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y, z] = self.workgroup_size;
        write!(
            f,
            "{} invocations per workgroup, {x} × {y} × {z}",
            self.invocations
        )?;
        if self.workgroup_bytes > 0 {
            write!(f, "; {} bytes of workgroup memory", self.workgroup_bytes)?;
        }
        let plural = if self.storage_buffers == 1 { "" } else { "s" };
        write!(f, "; {} storage buffer{plural}", self.storage_buffers)?;
        if self.uniform_bytes > 0 {
            write!(f, "; {} bytes by value", self.uniform_bytes)?;
        }
        for (needs, what) in [(self.subgroups, "subgroups"), (self.f16, "f16")] {
            if needs {
                write!(f, "; {what}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::f16;
    use crate::record::Recorder;

    #[test]
    fn what_is_missing_is_told() {
        let kernel = Recorder::record("k", &[], [1, 1, 65], |r| {
            for i in 0..9 {
                r.storage::<f16>(&format!("x{i}"));
            }
            r.workgroup_array::<f32>("tile", 4097);
        });
        let requirements = kernel.requirements().unwrap();
        assert_eq!(
            requirements.to_string(),
            "65 invocations per workgroup, 1 × 1 × 65; 16400 bytes of workgroup memory; 9 storage buffers; f16"
        );
        let unmet = requirements.unmet(&Limits::WEBGPU);
        let expected = [
            "a workgroup size of 65 in z, and the limit is 64",
            "16400 bytes of workgroup memory, and the limit is 16384",
            "9 storage buffers, and the limit is 8",
            "reals of 16 bits, which there are none of",
        ];
        assert_eq!(unmet, expected);
        assert_eq!(requirements.unmet(&Limits::DESKTOP), expected[..1]);
    }
}
