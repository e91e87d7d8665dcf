//! Kernels that are wrong at some sizes only: where two are equal, at multiples, where several are large together.

use hesper_ad::prelude::*;

/// What is wrong, and where; `n` in [`Twice`] says more of some.
pub(crate) mod wrong {
    /// Read across where two dimensions are equal.
    pub(crate) const LAST_EQUAL: u32 = 1;
    pub(crate) const FIRST_EQUAL: u32 = 2;
    pub(crate) const ENDS_EQUAL: u32 = 3;
    /// Where all three are equal.
    pub(crate) const CUBE: u32 = 4;
    /// The last of each full group of `n` is forgotten.
    pub(crate) const MULTIPLE: u32 = 5;
    /// The last is, where one is left over of groups of `n`.
    pub(crate) const ONE_OVER: u32 = 6;
    /// Beyond the first tile in two dimensions, or in all three.
    pub(crate) const TWO_LARGE: u32 = 7;
    pub(crate) const THREE_LARGE: u32 = 8;
    /// Elements from `n` on, or an index that wraps there.
    pub(crate) const MANY: u32 = 9;
    pub(crate) const WRAPPED: u32 = 10;
    /// First indices from `n` on.
    pub(crate) const INDEX: u32 = 11;
    /// By the plan: where two dimensions are equal, at multiples of `n`, beyond `n`.
    pub(crate) const HOST_EQUAL: u32 = 12;
    pub(crate) const HOST_MULTIPLE: u32 = 13;
    pub(crate) const HOST_LARGE: u32 = 14;
    /// No more than 65 535 workgroups.
    pub(crate) const HOST_GRID: u32 = 15;
    /// Where no run goes: two equal and beyond `n`, chosen by an `if`, as a value, or by a number of iterations.
    pub(crate) const EQUAL_LARGE: u32 = 16;
    pub(crate) const EQUAL_CHOSEN: u32 = 17;
    pub(crate) const EQUAL_TRIPS: u32 = 18;
    /// Three large together, one of them beyond `n`.
    pub(crate) const ALL_LARGE: u32 = 19;
    /// By the plan, beyond `n`, as [`HOST_LARGE`].
    pub(crate) const HOST_FAR: u32 = 20;
}
use wrong::*;

shader! {
    /// y = 2x, but for one place that the plan may switch off.
    #[workgroup_size(16)]
    fn twice(
        x: &[f32],
        y: &mut [f32],
        a: u32,
        b: u32,
        c: u32,
        #[comptime] at: u32,
        #[comptime] n: u32,
    ) {
        let i = global_index();
        if i < a * b * c {
            let r = i / (b * c);
            let q = i / c % b;
            let p = i % c;
            let mut from = i;
            let mut factor = 2.0;
            if at == LAST_EQUAL {
                if b == c { from = r * b * c + p * c + q; }
            }
            if at == FIRST_EQUAL {
                if a == b { from = q * b * c + r * c + p; }
            }
            if at == ENDS_EQUAL {
                if a == c { from = p * b * c + q * c + r; }
            }
            if at == CUBE {
                if a == b && b == c { factor = 3.0; }
            }
            if at == MULTIPLE {
                if c % n == 0 && p == c - 1 { factor = 3.0; }
            }
            if at == ONE_OVER {
                if a % n == 1 && a > n && r == a - 1 { factor = 3.0; }
            }
            if at == TWO_LARGE {
                if r >= 16 && p >= 16 { factor = 3.0; }
            }
            if at == THREE_LARGE {
                if r >= 16 && q >= 16 && p >= 16 { factor = 3.0; }
            }
            if at == MANY {
                if i >= n { factor = 3.0; }
            }
            if at == WRAPPED { from = i & (n - 1); }
            if at == INDEX {
                if r >= n { factor = 3.0; }
            }
            if at == EQUAL_LARGE {
                if b == c && b > n { factor = 3.0; }
            }
            if at == EQUAL_CHOSEN { factor = if b == c && b > n { 3.0 } else { 2.0 }; }
            if at == EQUAL_TRIPS {
                for _k in 0..(b.max(n) - n).min(c.max(n) - n).min(1) { factor = 3.0; }
            }
            if at == ALL_LARGE {
                if r >= 40 && q >= 40 && p >= n { factor = 3.0; }
            }
            y[i] = factor * x[from];
        }
    }
}

/// `y = 2·x`, three dimensions.
pub(crate) struct Twice(pub(crate) u32, pub(crate) u32);

impl DiffOp for Twice {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("Twice").input("x", ["a", "b", "c"]);
        signature.output("y", ["a", "b", "c"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| *x * 2.0)]
    }

    fn backward(&self, _: &mut Context, [_]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.map(|dy| *dy * 2.0)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let [a, b, c] = [plan.dim("a")?, plan.dim("b")?, plan.dim("c")?];
        let Twice(way, n) = *self;
        let size = n as usize;
        let wrong = match way {
            HOST_EQUAL => b == c,
            HOST_MULTIPLE => c % size == 0,
            HOST_LARGE | HOST_FAR => a > size,
            _ => false,
        };
        let kernel = match way {
            HOST_EQUAL..=HOST_GRID | HOST_FAR if wrong => twice(INDEX, 0),
            HOST_EQUAL..=HOST_GRID | HOST_FAR => twice(0, 0),
            _ => twice(way, n),
        };
        let grid = match way {
            HOST_GRID => Grid::exact((a * b * c).div_ceil(16).min(65_535) as u32, 1, 1),
            _ => Grid::cover(a * b * c),
        };
        plan.forward(kernel, grid);
        plan.backward(twice(0, 0), Grid::cover(a * b * c))
            .bind("x", "dy")
            .bind("y", "dx");
        Ok(())
    }
}
