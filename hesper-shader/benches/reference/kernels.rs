//! The kernels that are timed.

use hesper_shader::shader;

/// Invocations of a softmax's workgroup.
const ROW: u32 = 256;

/// Edge of a tile of the matrix product.
pub(crate) const TILE: u32 = 16;

shader! {
    /// y = max(x, 0), elementwise.
    #[workgroup_size(64)]
    pub(crate) fn relu(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i].max(0.0);
        }
    }

    /// y = a·x + b, elementwise, `steps` times over.
    #[workgroup_size(LANES)]
    pub(crate) fn iterate<const LANES: u32>(x: &[f32], y: &mut [f32], steps: u32) {
        let i = global_index();
        if i < y.len() {
            let mut v = x[i];
            for _ in 0..steps {
                v = v * 0.5 + 1.0;
            }
            y[i] = v;
        }
    }

    /// Each row's eˣ by its sum, one workgroup a row: the greatest, the sum, the quotients.
    #[workgroup_size(ROW)]
    pub(crate) fn softmax(x: &[f32], y: &mut [f32], columns: u32) {
        let shared = workgroup::<[f32; ROW]>();
        let lane = local_invocation_index();
        let row = workgroup_index() * columns;
        let trips = (columns + ROW - 1) / ROW;
        let mut greatest = neg_infinity();
        for t in 0..trips {
            let c = t * ROW + lane;
            if c < columns {
                greatest = greatest.max(x[row + c]);
            }
        }
        shared[lane] = greatest;
        workgroup_barrier();
        let mut half = ROW / 2;
        while half > 0 {
            if lane < half {
                shared[lane] = shared[lane].max(shared[lane + half]);
            }
            workgroup_barrier();
            half = half / 2;
        }
        let top = shared[0];
        workgroup_barrier();
        let mut sum = 0.0;
        for t in 0..trips {
            let c = t * ROW + lane;
            if c < columns {
                sum += (x[row + c] - top).exp();
            }
        }
        shared[lane] = sum;
        workgroup_barrier();
        let mut half = ROW / 2;
        while half > 0 {
            if lane < half {
                shared[lane] += shared[lane + half];
            }
            workgroup_barrier();
            half = half / 2;
        }
        let total = shared[0];
        for t in 0..trips {
            let c = t * ROW + lane;
            if c < columns {
                y[row + c] = (x[row + c] - top).exp() / total;
            }
        }
    }

    /// c = a·b of square matrices whose size is a multiple of the tile, by tiles in workgroup memory.
    #[workgroup_size(TILE, TILE)]
    pub(crate) fn matmul_tiled(a: &[f32], b: &[f32], c: &mut [f32], n: u32) {
        let tile_a = workgroup::<[[f32; TILE]; TILE]>();
        let tile_b = workgroup::<[[f32; TILE]; TILE]>();
        let local = local_invocation_id();
        let global = global_invocation_id();
        let mut sum = 0.0;
        for t in 0..n / TILE {
            tile_a[local.y][local.x] = a[global.y * n + t * TILE + local.x];
            tile_b[local.y][local.x] = b[(t * TILE + local.y) * n + global.x];
            workgroup_barrier();
            for k in 0..TILE {
                sum += tile_a[local.y][k] * tile_b[k][local.x];
            }
            workgroup_barrier();
        }
        c[global.y * n + global.x] = sum;
    }

    /// c = a·b of square matrices whose size is a multiple of 4, sixteen results each; `b` and `c` by rows of four.
    #[workgroup_size(16, 16)]
    pub(crate) fn matmul_blocked(a: &[f32], b: &[Vec4<f32>], c: &mut [Vec4<f32>], n: u32) {
        let id = global_invocation_id();
        let row = id.y * 4;
        let quads = n / 4;
        let mut sum0 = Vec4::splat(0.0);
        let mut sum1 = Vec4::splat(0.0);
        let mut sum2 = Vec4::splat(0.0);
        let mut sum3 = Vec4::splat(0.0);
        for k in 0..n {
            let right = b[k * quads + id.x];
            sum0 += right * a[row * n + k];
            sum1 += right * a[(row + 1) * n + k];
            sum2 += right * a[(row + 2) * n + k];
            sum3 += right * a[(row + 3) * n + k];
        }
        c[row * quads + id.x] = sum0;
        c[(row + 1) * quads + id.x] = sum1;
        c[(row + 2) * quads + id.x] = sum2;
        c[(row + 3) * quads + id.x] = sum3;
    }
}
