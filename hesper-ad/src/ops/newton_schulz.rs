//! A step of a Newton–Schulz iteration.

use super::matmul::{matmul, matmul_grid, matmul_layout};
use crate::prelude::*;

/// A step of the Newton–Schulz iteration that makes a matrix `x[rows, cols]` orthogonal: `y = 3.4445·x − 4.775·A·x + 2.0315·A²·x`, `A = x·xᵀ`. It takes each singular value `s`, at most 1, to
/// `3.4445·s − 4.775·s³ + 2.0315·s⁵`; after five steps nearly all lie between 0.7 and 1.2. With `S = dy·xᵀ + x·dyᵀ` and `B = −4.775·A + 2.0315·A²`,
/// `dx = 3.4445·dy + B·dy + (−4.775·S + 2.0315·(S·A + A·S))·x`.
///
/// Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024), with its coefficients, which rise as steeply from 0 as they can and do not converge to 1. A matrix of
/// more rows than columns has `x·(xᵀ·x)` for `A·x`, the same numbers: kernels take the smaller of both products.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewtonSchulz;

/// The coefficients of x, A·x and A²·x.
const COEFFICIENTS: [f64; 3] = [3.4445, -4.775, 2.0315];

shader! {
    /// polynomial = −4.775·gram + 2.0315·square, elementwise.
    #[workgroup_size(64)]
    pub fn newton_schulz_polynomial(gram: &[f32], square: &[f32], polynomial: &mut [f32]) {
        let i = global_index();
        if i < polynomial.len() {
            polynomial[i] = 2.0315 * square[i] - 4.775 * gram[i];
        }
    }

    /// y = 3.4445·x + product, elementwise.
    #[workgroup_size(64)]
    pub fn newton_schulz(x: &[f32], product: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = 3.4445 * x[i] + product[i];
        }
    }

    /// both = product + productᵀ, of `side` rows and columns.
    #[workgroup_size(64)]
    pub fn newton_schulz_symmetric(product: &[f32], both: &mut [f32], side: u32) {
        let i = global_index();
        if i < both.len() {
            both[i] = product[i] + product[i % side * side + i / side];
        }
    }

    /// slope = −4.775·both + 2.0315·(along + alongᵀ), of `side` rows and columns.
    #[workgroup_size(64)]
    pub fn newton_schulz_slope(both: &[f32], along: &[f32], slope: &mut [f32], side: u32) {
        let i = global_index();
        if i < slope.len() {
            let square = along[i] + along[i % side * side + i / side];
            slope[i] = 2.0315 * square - 4.775 * both[i];
        }
    }

    /// dx = 3.4445·dy + product + through, elementwise.
    #[workgroup_size(64)]
    pub fn newton_schulz_backward(
        dy: &[f32],
        product: &[f32],
        through: &[f32],
        dx: &mut [f32],
    ) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = 3.4445 * dy[i] + product[i] + through[i];
        }
    }
}

/// A matrix, and which of its products with its transpose is the smaller.
#[derive(Clone, Copy)]
struct Sizes {
    rows: usize,
    cols: usize,
}

impl Sizes {
    fn of(plan: &OpPlan) -> Result<Sizes, OpError> {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        Ok(Sizes { rows, cols })
    }

    fn is_tall(self) -> bool {
        self.rows > self.cols
    }

    /// Rows and columns of the smaller product.
    fn side(self) -> usize {
        self.rows.min(self.cols)
    }

    /// `y = a·bᵀ` of two such matrices, of tall ones `aᵀ·b`.
    fn gram(self, step: &mut OpStep, [a, b, y]: [&str; 3]) {
        let Sizes { rows, cols } = self;
        let [side, inner] = [self.side(), rows.max(cols)];
        let strides = match self.is_tall() {
            true => [1, cols, cols, 1],
            false => [cols, 1, 1, cols],
        };
        step.bind("a", a).bind("b", b).bind("y", y);
        matmul_layout(step, [side, inner, side], strides);
    }

    /// `y = a·b` of two matrices of the size of that product.
    fn square(self, step: &mut OpStep, [a, b, y]: [&str; 3]) {
        let side = self.side();
        step.bind("a", a).bind("b", b).bind("y", y);
        matmul_layout(step, [side; 3], [side, 1, side, 1]);
    }

    /// `y = p·x` of such a product and a matrix, of a tall one `x·p`.
    fn apply(self, step: &mut OpStep, [p, x, y]: [&str; 3]) {
        let Sizes { rows, cols } = self;
        let (a, b) = if self.is_tall() { (x, p) } else { (p, x) };
        step.bind("a", a).bind("b", b).bind("y", y);
        let inner = self.side();
        matmul_layout(step, [rows, inner, cols], [inner, 1, cols, 1]);
    }
}

/// `a·b`.
fn product(cx: &Context, a: &Tensor, b: &Tensor) -> Tensor {
    let ([rows, inner], cols) = ([a.shape()[0], a.shape()[1]], b.row_len());
    Tensor::from_fn([rows, cols], |[i, j]| {
        cx.sum((0..inner).map(|k| a[[i, k]] * b[[k, j]]))
    })
}

fn transposed(x: &Tensor) -> Tensor {
    Tensor::from_fn([x.row_len(), x.shape()[0]], |[j, i]| x[[i, j]])
}

impl DiffOp for NewtonSchulz {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("NewtonSchulz")
            .input("x", ["rows", "cols"])
            .output("y", ["rows", "cols"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let [first, third, fifth] = COEFFICIENTS;
        let gram = product(cx, x, &transposed(x));
        let once = product(cx, &gram, x);
        let twice = product(cx, &gram, &once);
        let sum = once.zip(&twice, |once, twice| third * once + fifth * twice);
        [x.zip(&sum, |x, sum| first * x + sum)]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let [first, third, fifth] = COEFFICIENTS;
        let (x_transposed, dy_transposed) = (transposed(x), transposed(dy));
        let gram = product(cx, x, &x_transposed);
        let both = product(cx, dy, &x_transposed);
        let both = both.zip(&product(cx, x, &dy_transposed), |a, b| a + b);
        // (S·A + A·S)·x + A²·dy = S·(A·x) + A·(S·x + A·dy): products with matrices of `cols` columns alone.
        let (along, through) = (product(cx, &gram, dy), product(cx, &both, x));
        let inner = along.zip(&through, |a, b| a + b);
        let once = product(cx, &gram, x);
        let outer = product(cx, &gram, &inner).zip(&product(cx, &both, &once), |a, b| a + b);
        let sum = inner.zip(&outer, |inner, outer| third * inner + fifth * outer);
        [dy.zip(&sum, |dy, sum| first * dy + sum)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let sizes = Sizes::of(plan)?;
        let (side, n) = (sizes.side(), sizes.rows * sizes.cols);
        let squares = Grid::cover(side * side);
        let small = matmul_grid(side, side);
        let full = matmul_grid(sizes.rows, sizes.cols);
        for name in [
            "gram",
            "square",
            "polynomial",
            "outer",
            "both",
            "along",
            "slope",
        ] {
            plan.temporary(name, Type::F32, side * side)?;
        }
        for name in ["product", "through"] {
            plan.temporary(name, Type::F32, n)?;
        }
        sizes.gram(plan.forward(matmul::<f32>(), small), ["x", "x", "gram"]);
        sizes.square(
            plan.forward(matmul::<f32>(), small),
            ["gram", "gram", "square"],
        );
        plan.forward(newton_schulz_polynomial(), squares);
        sizes.apply(
            plan.forward(matmul::<f32>(), full),
            ["polynomial", "x", "product"],
        );
        plan.forward(newton_schulz(), Grid::cover(n));

        sizes.gram(plan.backward(matmul::<f32>(), small), ["x", "x", "gram"]);
        sizes.square(
            plan.backward(matmul::<f32>(), small),
            ["gram", "gram", "square"],
        );
        plan.backward(newton_schulz_polynomial(), squares);
        sizes.apply(
            plan.backward(matmul::<f32>(), full),
            ["polynomial", "dy", "product"],
        );
        sizes.gram(plan.backward(matmul::<f32>(), small), ["dy", "x", "outer"]);
        let both = plan.backward(newton_schulz_symmetric(), squares);
        both.bind("product", "outer").uniform("side", side);
        sizes.square(
            plan.backward(matmul::<f32>(), small),
            ["both", "gram", "along"],
        );
        let slope = plan.backward(newton_schulz_slope(), squares);
        slope.uniform("side", side);
        sizes.apply(
            plan.backward(matmul::<f32>(), full),
            ["slope", "x", "through"],
        );
        plan.backward(newton_schulz_backward(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("rows", 1 << 13), ("cols", 1 << 13)])
            .greatest([("rows", 1_000_000), ("cols", 1 << 10)])
            .greatest([("rows", 1 << 10), ("cols", 1_000_000)])
    }
}
