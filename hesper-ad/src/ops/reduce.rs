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

    /// The sum of `value` over the workgroup, eight numbers at a time: with less waiting than a tree, which counts where there is little else to do.
    /// All invocations must call it.
    pub fn workgroup_total(scratch: &mut [f32; 64], value: f32) -> f32 {
        let lane = local_invocation_index();
        // An earlier reduction may still be read.
        workgroup_barrier();
        scratch[lane] = value;
        workgroup_barrier();
        if lane < 8 {
            let mut sum = scratch[lane];
            #[unroll]
            for j in 1..8u32 {
                sum += scratch[lane + 8 * j];
            }
            scratch[lane] = sum;
        }
        workgroup_barrier();
        let mut total = scratch[0];
        #[unroll]
        for j in 1..8u32 {
            total += scratch[j];
        }
        total
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

    /// The greatest of the `len` elements of `x` from `start` on. All invocations must call it.
    pub fn row_max(scratch: &mut [f32; 64], x: &[f32], start: u32, len: u32) -> f32 {
        let mut greatest = neg_infinity();
        for j in (local_invocation_index()..len).step_by(LANES) {
            greatest = greatest.max(x[start + j]);
        }
        workgroup_max(scratch, greatest)
    }

    /// The greatest of 1 and |x| over the `len` elements of `x` from `start` on: divided by it, numbers have squares that are in range. All
    /// invocations must call it.
    pub fn row_scale(scratch: &mut [f32; 64], x: &[f32], start: u32, len: u32) -> f32 {
        let mut greatest = 1.0;
        for j in (local_invocation_index()..len).step_by(LANES) {
            greatest = greatest.max(x[start + j].abs());
        }
        workgroup_max(scratch, greatest)
    }

    /// Σ exp(x − m) over the `len` elements of `x` from `start` on. All invocations must call it.
    pub fn row_sum_exp(scratch: &mut [f32; 64], x: &[f32], start: u32, len: u32, m: f32) -> f32 {
        let mut sum = 0.0;
        for j in (local_invocation_index()..len).step_by(LANES) {
            sum += (x[start + j] - m).exp();
        }
        workgroup_sum(scratch, sum)
    }
}
