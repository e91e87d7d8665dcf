//! Scores of causal attention.

use super::Variant;
use hesper_ad::prelude::*;

/// `yᵢⱼ = qᵢ·kⱼ/√d` where `j ≤ i`, else 0; `dqᵢ = Σⱼ dyᵢⱼ·kⱼ/√d`, `dkⱼ = Σᵢ dyᵢⱼ·qᵢ/√d`, both over `j ≤ i`.
pub(crate) struct Scores(pub(crate) Variant);

/// Wrong variants.
pub(crate) mod wrong {
    /// No scale in dk; no mask in dq.
    pub(crate) const SCALE_OF_DK: u32 = 1;
    pub(crate) const MASK_OF_DQ: u32 = 2;
    /// The mask one to the right, or none; the factor 1/d; keys read by columns; every query the first.
    pub(crate) const MASK_SHIFTED: u32 = 3;
    pub(crate) const MASK_FORGOTTEN: u32 = 4;
    pub(crate) const INVERSE: u32 = 5;
    pub(crate) const BY_COLUMNS: u32 = 6;
    pub(crate) const QUERY_OFFSET: u32 = 7;
}

/// Right variants.
pub(crate) mod right {
    /// The scale by a root, a power, on the query before the product.
    pub(crate) const ROOT: u32 = 10;
    pub(crate) const POWER: u32 = 11;
    pub(crate) const SCALED_QUERY: u32 = 12;
    /// A factor of 0 or 1 for `if`.
    pub(crate) const ARITHMETIC: u32 = 13;
}
use right::*;
use wrong::*;

shader! {
    fn scale(way: u32, d: u32) -> f32 {
        let n = d as f32;
        if way == INVERSE {
            return 1.0 / n;
        }
        if way == ROOT {
            return 1.0 / n.sqrt();
        }
        if way == POWER {
            return n.powf(-0.5);
        }
        inverse_sqrt(n)
    }

    /// Whether query i sees key j.
    fn sees(way: u32, i: u32, j: u32) -> bool {
        way == MASK_FORGOTTEN || j < i + if way == MASK_SHIFTED { 2 } else { 1 }
    }

    #[workgroup_size(4)]
    fn scores(#[comptime] way: u32, q: &[f32], k: &[f32], y: &mut [f32], m: u32, d: u32) {
        let at = global_index();
        if at < y.len() {
            let i = at / m;
            let j = at % m;
            let c = scale(way, d);
            let mut sum = 0.0;
            for p in 0..d {
                let x = q[if way == QUERY_OFFSET { p } else { i * d + p }];
                let key = k[if way == BY_COLUMNS { p * m + j } else { j * d + p }];
                sum += if way == SCALED_QUERY { (x * c) * key } else { x * key };
            }
            let score = if way == SCALED_QUERY { sum } else { sum * c };
            if way == ARITHMETIC {
                y[at] = score * if sees(0, i, j) { 1.0 } else { 0.0 };
            } else {
                y[at] = if sees(way, i, j) { score } else { 0.0 };
            }
        }
    }

    #[workgroup_size(4)]
    fn scores_dq(k: &[f32], dy: &[f32], dq: &mut [f32], m: u32, d: u32) {
        let at = global_index();
        if at < dq.len() {
            let i = at / d;
            let mut sum = 0.0;
            for j in 0..m.min(i + 1) {
                sum += dy[i * m + j] * k[j * d + at % d];
            }
            dq[at] = sum * scale(0, d);
        }
    }

    #[workgroup_size(4)]
    fn scores_dk(q: &[f32], dy: &[f32], dk: &mut [f32], n: u32, m: u32, d: u32) {
        let at = global_index();
        if at < dk.len() {
            let j = at / d;
            let mut sum = 0.0;
            for i in j..n {
                sum += dy[i * m + j] * q[i * d + at % d];
            }
            dk[at] = sum * scale(0, d);
        }
    }
}

impl DiffOp for Scores {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Scores")
            .input("q", ["n", "d"])
            .input("k", ["m", "d"])
            .output("y", ["n", "m"])
    }

    fn forward(&self, cx: &mut Context, [q, k]: [&Tensor; 2]) -> [Tensor; 1] {
        let (n, m, d) = (cx.dim("n"), cx.dim("m"), cx.dim("d"));
        let root = cx.count(d).sqrt();
        [Tensor::from_fn([n, m], |[i, j]| {
            let seen = if j <= i { d } else { 0 };
            cx.sum((0..seen).map(|p| q[[i, p]] * k[[j, p]])) / root
        })]
    }

    fn backward(&self, cx: &mut Context, [q, k]: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let (n, m, d, way) = (cx.dim("n"), cx.dim("m"), cx.dim("d"), self.0.spec);
        let root = cx.count(d).sqrt();
        let root_of_dk = if way == SCALE_OF_DK {
            cx.real(1.0)
        } else {
            root
        };
        let seen = |i: usize| if way == MASK_OF_DQ { m } else { m.min(i + 1) };
        [
            Tensor::from_fn([n, d], |[i, p]| {
                cx.sum((0..seen(i)).map(|j| dy[[i, j]] * k[[j, p]])) / root
            }),
            Tensor::from_fn([m, d], |[j, p]| {
                cx.sum((j..n).map(|i| dy[[i, j]] * q[[i, p]])) / root_of_dk
            }),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (n, m, d) = (plan.dim("n")?, plan.dim("m")?, plan.dim("d")?);
        plan.forward(scores(self.0.kernel), Grid::cover(n * m));
        plan.backward(scores_dq(), Grid::cover(n * d));
        plan.backward(scores_dk(), Grid::cover(m * d));
        Ok(())
    }
}
