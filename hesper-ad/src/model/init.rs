//! How parameters start.

use crate::sample::Rng;

/// How a parameter starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// At 0: biases.
    Zeros,
    /// At 1: the gains of norms.
    Ones,
    /// Uniform from `-bound` to `bound`.
    Uniform(f32),
    /// Uniform with the variance `2/inputs`, which keeps the size of what passes through a ReLU; the last dimension counts the outputs, all
    /// others are inputs. He et al., "Delving deep into rectifiers" (2015).
    He,
    /// [`He`](Init::He) where the first dimension counts the outputs, as in the filters of a convolution.
    HeFilters,
}

impl Init {
    /// The values of a parameter of this shape, row-major.
    pub(super) fn values(self, shape: &[usize], rng: &mut Rng) -> Vec<f32> {
        let n = shape.iter().product();
        let mut uniform = |bound: f32| (0..n).map(|_| rng.uniform(-bound, bound)).collect();
        match self {
            Init::Zeros => vec![0.0; n],
            Init::Ones => vec![1.0; n],
            Init::Uniform(bound) => uniform(bound),
            Init::He => uniform(he(n, shape.last())),
            Init::HeFilters => uniform(he(n, shape.first())),
        }
    }
}

/// How far from 0 the `n` numbers of a parameter with so many outputs may start.
fn he(n: usize, outputs: Option<&usize>) -> f32 {
    let outputs = outputs.copied().unwrap_or(1).max(1);
    (6.0 / (n / outputs).max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_where_they_should_and_follow_from_the_seed() {
        for (init, low, high) in [
            (Init::Zeros, 0.0, 0.0),
            (Init::Ones, 1.0, 1.0),
            (Init::Uniform(0.25), -0.25, 0.25),
            // Of 2·12 inputs: √(6/24).
            (Init::He, -0.5, 0.5),
            // Of 12·20 inputs: √(6/240).
            (Init::HeFilters, -0.15811, 0.15812),
        ] {
            let values = |seed| init.values(&[2, 12, 20], &mut Rng::new(seed));
            let got = values(1);
            assert_eq!((got.len(), &got), (480, &values(1)), "{init:?}");
            assert!(got.iter().all(|x| (low..=high).contains(x)), "{init:?}");
            let spread = got.iter().fold(0.0, |m: f32, x| m.max(x.abs()));
            assert!(spread >= 0.9 * high, "{init:?}: {spread}");
            assert_eq!(got != values(2), low < high, "{init:?}");
        }
    }
}
