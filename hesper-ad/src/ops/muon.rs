//! Muon, an optimiser of matrices, composed.

use super::adamw::rest;
use super::{Moment, MuonStep, NewtonSchulz, UnitNorm};
use crate::error::OpError;
use crate::graph::{Composite, Graph};
use crate::sample::Sampling;

/// A step of Muon, of weights `w[rows, cols]` with gradients `g` and a moment `m`: `new_m` is a moving average of gradients, and `w` moves along it looked ahead ([`Moment`]), divided by its
/// length ([`UnitNorm`]), made nearly orthogonal by five steps of [`NewtonSchulz`] and scaled ([`MuonStep`]). Constants are `lr`, `beta`, `eps` and, each a number of its own, `rest = 1 − beta` and
/// `keep = 1 − lr·decay`; [`Settings::step`] computes them.
///
/// Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024); as `torch.optim.Muon`, which computes the iteration in bfloat16 and has a row of `w` for each output, where
/// [`MatMul`](super::MatMul) has a column. At the first step `m` is 0. Vectors such as biases have no such step.
pub type Muon = Composite<3, 2>;

/// [`Muon`].
///
/// # Errors
/// None, unless the ops it is made of do not fit together.
pub fn muon() -> Result<Muon, OpError> {
    let inputs = ["w", "g", "m"].map(|name| -> (&str, &[&str]) { (name, &["rows", "cols"]) });
    let greatest = [("rows", 1 << 13), ("cols", 1 << 13)];
    Graph::new("Muon", inputs)
        .node(Moment, ["g", "m"], ["new_m", "u"])
        .node(UnitNorm, ["u"], ["x0"])
        .node(NewtonSchulz, ["x0"], ["x1"])
        .node(NewtonSchulz, ["x1"], ["x2"])
        .node(NewtonSchulz, ["x2"], ["x3"])
        .node(NewtonSchulz, ["x3"], ["x4"])
        .node(NewtonSchulz, ["x4"], ["x5"])
        .node(MuonStep, ["w", "x5"], ["new_w"])
        .sampling(Sampling::default().greatest(greatest))
        .finish(["new_w", "new_m"])
}

/// What a run of [`Muon`] is set to, in the decimals that users write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The rate.
    pub lr: f64,
    /// How much of the moment a step keeps, at least 0 and below 1.
    pub beta: f64,
    /// The least length that a moment is divided by.
    pub eps: f64,
    /// Weight decay, which is multiplied by the rate.
    pub decay: f64,
}

impl Settings {
    /// The constants of a step, by the names that the op's plans give their scalars.
    ///
    /// ```
    /// use hesper_ad::ops::muon::Settings;
    /// let settings = Settings { lr: 0.02, beta: 0.95, eps: 1e-7, decay: 0.1 };
    /// assert!(settings.step().contains(&("rest", 0.05)));
    /// ```
    pub fn step(&self) -> [(&'static str, f32); 5] {
        [
            ("lr", self.lr),
            ("beta", self.beta),
            ("rest", rest(self.beta)),
            ("eps", self.eps),
            ("keep", 1.0 - self.lr * self.decay),
        ]
        .map(|(name, value)| (name, value as f32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_ops::{connections_are_right, run_kernels};
    use crate::{DiffOp, Dims};

    /// All checks of the whole would take minutes; its parts have them.
    #[test]
    fn its_connections_are_right() {
        let muon = muon().unwrap();
        connections_are_right(&muon);
        assert_eq!(muon.parts().len(), 8);
    }

    /// The step along a matrix, divided by lr·gain: its singular values lie near 1 wherever those of the gradient are.
    #[test]
    fn steps_are_nearly_orthogonal() {
        for (rows, cols, g, gain) in [
            (2, 2, vec![3.0, 0.0, 0.0, -0.05], 1.0),
            (2, 2, vec![1e20, -1e20, 1e20, 2e20], 1.0),
            (2, 3, vec![1.0, 2.0, 3.0, 3.0, -1.0, 0.5], 1.5f32.sqrt()),
            (3, 2, vec![1e-3, 2e-3, 3e-3, 3e-3, -1e-3, 5e-4], 1.0),
        ] {
            let dims = Dims::new([("rows", rows), ("cols", cols)]);
            let zeros = vec![0.0; rows * cols];
            let settings = Settings {
                lr: 1.0,
                beta: 0.5,
                eps: 1e-7,
                decay: 0.0,
            };
            let constants = settings.step().map(|(name, value)| (name, [value]));
            let given: [(&str, &[f32]); 5] = [
                ("w", &zeros),
                ("g", &g),
                ("m", &zeros),
                ("dnew_w", &zeros),
                ("dnew_m", &zeros),
            ];
            let constants = constants.iter().map(|(name, value)| (*name, &value[..]));
            let given: Vec<(&str, &[f32])> = given.into_iter().chain(constants).collect();
            let got = run_kernels(&muon().unwrap(), &dims, &given, &[]).unwrap();
            let step = &got["new_w"];
            // Of the two singular values the squares have this sum and, of two rows or columns, this product.
            let side = rows.min(cols);
            let at = |i: usize, k: usize| match rows <= cols {
                true => step[i * cols + k],
                false => step[k * cols + i],
            };
            let dot = |i, j| {
                let terms = (0..rows.max(cols)).map(|k| at(i, k) * at(j, k));
                terms.sum::<f32>() / gain / gain
            };
            assert_eq!(side, 2);
            let (sum, product) = (
                dot(0, 0) + dot(1, 1),
                dot(0, 0) * dot(1, 1) - dot(0, 1) * dot(0, 1),
            );
            let root = (sum * sum / 4.0 - product).max(0.0).sqrt();
            for square in [sum / 2.0 - root, sum / 2.0 + root] {
                assert!(
                    (0.45..1.5).contains(&square),
                    "{rows}×{cols}: {square} of {step:?}"
                );
            }
            // Against the gradient; divided, since products could overflow.
            let first = g[0].abs();
            let along = step.iter().zip(&g).map(|(step, g)| step * (g / first));
            assert!(along.sum::<f32>() < 0.0, "{step:?} of {g:?}");
        }
    }
}
