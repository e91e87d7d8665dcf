//! Reductions over a workgroup of [`LANES`] invocations, shared by the row-wise kernels.

use hesper_shader::shader;

/// Invocations per workgroup of the kernels that reduce along a row.
pub const LANES: u32 = 64;

shader! {
    /// The sum of `value` over the workgroup, by a tree in `scratch`. All invocations must call it.
    pub fn workgroup_sum(scratch: &mut [f32; 64], value: f32) -> f32 {
        let lane = local_invocation_index();
        // An earlier reduction may still be read.
        workgroup_barrier();
        scratch[lane] = value;
        workgroup_barrier();
        let mut stride = LANES / 2;
        while stride > 0 {
            if lane < stride {
                scratch[lane] += scratch[lane + stride];
            }
            workgroup_barrier();
            stride /= 2;
        }
        scratch[0]
    }

    /// The greatest `value` over the workgroup, by a tree in `scratch`. All invocations must call it.
    pub fn workgroup_max(scratch: &mut [f32; 64], value: f32) -> f32 {
        let lane = local_invocation_index();
        // An earlier reduction may still be read.
        workgroup_barrier();
        scratch[lane] = value;
        workgroup_barrier();
        let mut stride = LANES / 2;
        while stride > 0 {
            if lane < stride {
                scratch[lane] = scratch[lane].max(scratch[lane + stride]);
            }
            workgroup_barrier();
            stride /= 2;
        }
        scratch[0]
    }
}
