//! Matrix product.

use super::Variant;
use hesper_ad::ops::MatMul;
use hesper_ad::ops::matmul::matmul_layout;
use hesper_ad::prelude::*;

/// `y = a·b` as in the catalogue, with other kernels.
pub(crate) struct Product(pub(crate) Variant);

/// Wrong variants.
pub(crate) mod wrong {
    /// The tile that is not full is left out; each tile's last column is.
    pub(crate) const LAST_TILE: u32 = 1;
    pub(crate) const TILE_BOUND: u32 = 2;
    /// `b` read as if it were `bᵀ` in `da`.
    pub(crate) const NOT_TRANSPOSED: u32 = 3;
}

/// Right variants.
pub(crate) mod right {
    pub(crate) const UNTILED: u32 = 10;
    /// Products summed from the last on, in two sums.
    pub(crate) const TWO_SUMS: u32 = 11;
}
use right::*;
use wrong::*;

shader! {
    const TILE: u32 = 3;

    /// As `matmul` of the catalogue, with small tiles.
    #[workgroup_size(TILE, TILE)]
    fn tiled(
        #[comptime] way: u32,
        a: &[f32],
        b: &[f32],
        y: &mut [f32],
        rows: u32,
        inner: u32,
        cols: u32,
        a_row: u32,
        a_inner: u32,
        b_inner: u32,
        b_col: u32,
    ) {
        let tile_a = workgroup::<[[f32; TILE]; TILE]>();
        let tile_b = workgroup::<[[f32; TILE]; TILE]>();
        let row = global_invocation_id().y;
        let col = global_invocation_id().x;
        let local = local_invocation_id();
        let mut sum = 0.0;
        let end = if way == LAST_TILE { inner / TILE * TILE } else { inner };
        for start in (0..end).step_by(TILE) {
            let p = start + local.x;
            tile_a[local.y][local.x] = if row < rows && p < inner { a[row * a_row + p * a_inner] } else { 0.0 };
            let q = start + local.y;
            tile_b[local.y][local.x] = if q < inner && col < cols { b[q * b_inner + col * b_col] } else { 0.0 };
            workgroup_barrier();
            for k in 0..if way == TILE_BOUND { TILE - 1 } else { TILE } {
                sum += tile_a[local.y][k] * tile_b[k][local.x];
            }
            workgroup_barrier();
        }
        if row < rows && col < cols {
            y[row * cols + col] = sum;
        }
    }

    #[workgroup_size(3, 2)]
    fn untiled(
        #[comptime] way: u32,
        a: &[f32],
        b: &[f32],
        y: &mut [f32],
        rows: u32,
        inner: u32,
        cols: u32,
        a_row: u32,
        a_inner: u32,
        b_inner: u32,
        b_col: u32,
    ) {
        let row = global_invocation_id().y;
        let col = global_invocation_id().x;
        if row < rows && col < cols {
            let mut even = 0.0;
            let mut odd = 0.0;
            for k in (0..inner).rev() {
                let term = a[row * a_row + k * a_inner] * b[k * b_inner + col * b_col];
                if way == TWO_SUMS && k % 2 == 1 { odd += term; } else { even += term; }
            }
            y[row * cols + col] = odd + even;
        }
    }
}

impl DiffOp for Product {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        MatMul.signature()
    }

    fn forward(&self, cx: &mut Context, inputs: [&Tensor; 2]) -> [Tensor; 1] {
        MatMul.forward(cx, inputs)
    }

    fn backward(&self, cx: &mut Context, inputs: [&Tensor; 2], dy: [&Tensor; 1]) -> [Tensor; 2] {
        MatMul.backward(cx, inputs, dy)
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (m, k, n, way) = (
            plan.dim("m")?,
            plan.dim("k")?,
            plan.dim("n")?,
            self.0.kernel,
        );
        let kernel = || match way {
            UNTILED | TWO_SUMS => untiled(way),
            _ => tiled(way),
        };
        let forward = plan.forward(kernel(), Grid::cover_2d(n, m));
        matmul_layout(forward, [m, k, n], [k, 1, n, 1]);
        // da[m, k] = dy[m, n] · bᵀ[n, k]
        let da = plan.backward(kernel(), Grid::cover_2d(k, m));
        let of_b = if way == NOT_TRANSPOSED {
            [k, 1]
        } else {
            [1, n]
        };
        let strides = [n, 1, of_b[0], of_b[1]];
        matmul_layout(da.bind("a", "dy").bind("y", "da"), [m, n, k], strides);
        // db[k, n] = aᵀ[k, m] · dy[m, n]
        let db = plan.backward(kernel(), Grid::cover_2d(n, k));
        matmul_layout(db.bind("b", "dy").bind("y", "db"), [k, m, n], [1, k, n, 1]);
        Ok(())
    }
}
