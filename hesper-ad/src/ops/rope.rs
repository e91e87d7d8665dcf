//! Rotary position embedding.

use crate::op_plan::OpStep;
use crate::prelude::*;

/// Rotary position embedding of `x[heads, rows, 2·half]`: pair `j` of every row is turned by the angle whose cosine and sine stand
/// in the tables `cos[rows, half]` and `sin[rows, half]`, constants:
/// `y₀ = x₀·cos − x₁·sin`, `y₁ = x₁·cos + x₀·sin`; the cotangent is turned back: `dx₀ = dy₀·cos + dy₁·sin`,
/// `dx₁ = dy₁·cos − dy₀·sin`.
///
/// - [`PAIRS`](Rope::PAIRS): elements `2j` and `2j + 1` are a pair, as in Su et al., "RoFormer" (2021), equation 34, and GPT-J.
/// - [`HALVES`](Rope::HALVES): elements `j` and `j + half` are, as in GPT-NeoX and the `rotate_half` of Llama 2 and 3.
///
/// Compared with GPT-J and Llama of Hugging Face Transformers 5.24.0. Who writes the same names there need not mean the same: Llama 4 turns
/// pairs, and DeepSeek-V3 reads pairs and writes halves, which is neither: reorder its queries and keys before `HALVES`.
///
/// Usually the angle is `row·10000^(−j/half)`; tables leave it to the host, whose sines are better than a GPU's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rope {
    are_adjacent: bool,
}

shader! {
    /// Turns each pair by its angle (turn = 1) or back (turn = −1), one invocation per pair.
    ///
    /// Pair j of a row has its elements at j·step and j·step + apart.
    #[workgroup_size(64)]
    pub fn rope(
        x: &[f32],
        cos: &[f32],
        sin: &[f32],
        y: &mut [f32],
        rows: u32,
        half: u32,
        step: u32,
        apart: u32,
        turn: f32,
    ) {
        let i = global_index();
        if 2 * i < y.len() {
            let row = i / half;
            let j = i % half;
            let first = 2 * half * row + j * step;
            let second = first + apart;
            let at = row % rows * half + j;
            let c = cos[at];
            let s = turn * sin[at];
            y[first] = x[first] * c - x[second] * s;
            y[second] = x[second] * c + x[first] * s;
        }
    }
}

impl Rope {
    /// Adjacent elements are a pair.
    pub const PAIRS: Rope = Rope { are_adjacent: true };

    /// An element of the first half and its counterpart in the second are a pair.
    pub const HALVES: Rope = Rope {
        are_adjacent: false,
    };

    /// Where pair `j` has its elements.
    fn pair(self, j: usize, half: usize) -> [usize; 2] {
        if self.are_adjacent {
            [2 * j, 2 * j + 1]
        } else {
            [j, j + half]
        }
    }

    /// `x` with each pair turned; `sin` has the sign of the turn.
    fn turned(self, cx: &Context, x: &Tensor, sin: &Tensor) -> Tensor {
        let (rows, half, cos) = (cx.dim("rows"), cx.dim("half"), cx.constant("cos"));
        let mut y = x.clone();
        for head in 0..cx.dim("heads") {
            for row in 0..rows {
                for j in 0..half {
                    let [first, second] = self.pair(j, half).map(|at| [head, row, at]);
                    let (c, s) = (cos[[row, j]], sin[[row, j]]);
                    y[first] = x[first] * c - x[second] * s;
                    y[second] = x[second] * c + x[first] * s;
                }
            }
        }
        y
    }

    /// Gives a dispatch of [`rope()`] its layout and the sign of its turn.
    fn layout(self, step: &mut OpStep, half: usize, turn: f32) {
        let [first, second] = self.pair(0, half);
        step.uniform("step", self.pair(1, half)[0] - first);
        step.uniform("apart", second - first).uniform("turn", turn);
    }
}

impl DiffOp for Rope {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let name = if self.are_adjacent {
            "RoPE(pairs)"
        } else {
            "RoPE(halves)"
        };
        Signature::new(name)
            .input("x", ["heads", "rows", "2*half"])
            .constant("cos", ["rows", "half"])
            .constant("sin", ["rows", "half"])
            .output("y", ["heads", "rows", "2*half"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [self.turned(cx, x, cx.constant("sin"))]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let back = cx.constant("sin").map(|s| -*s);
        [self.turned(cx, dy, &back)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let half = plan.dim("half")?;
        let pairs = plan.dim("heads")? * plan.dim("rows")? * half;
        self.layout(plan.forward(rope(), Grid::cover(pairs)), half, 1.0);
        let backward = plan.backward(rope(), Grid::cover(pairs));
        self.layout(backward.bind("x", "dy").bind("y", "dx"), half, -1.0);
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        [0.7, 1.5].into_iter().fold(
            Sampling::default().greatest([("heads", 64), ("rows", 1 << 17), ("half", 64)]),
            |sampling, angle: f32| {
                let point: [(&str, &[f32]); 4] = [
                    ("x", &[3.0, -1.5]),
                    ("cos", &[libm::cosf(angle)]),
                    ("sin", &[libm::sinf(angle)]),
                    ("dy", &[1.0, -0.5]),
                ];
                let dims = [("heads", 1), ("rows", 1), ("half", 1)];
                sampling.known(&format!("Lean θ={angle}"), dims, point)
            },
        )
    }
}
