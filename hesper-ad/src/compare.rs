//! The comparator: NaN-safe, shape-checked, never content with nothing.

use crate::tensor::Tensor;
use crate::tracked::Bounded;
use std::fmt;

/// How far a result may lie from what is wanted, element by element:
/// `|got − want| ≤ relative · (|want| + max |want| over the row) + absolute`.
///
/// Where an element is a difference of nearly equal numbers, rounding alone can exceed that. Such an element is granted what
/// is known of its own rounding besides; it then agrees, but does not count as compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Part of the element and of its row's greatest.
    pub relative: f64,
    /// Granted to every element.
    pub absolute: f64,
}

impl Tolerance {
    /// For kernels in binary32.
    pub const F32: Tolerance = Tolerance::relative(1e-5);
    /// For kernels run in binary64.
    pub const F64: Tolerance = Tolerance::relative(1e-12);

    /// A purely relative tolerance.
    pub const fn relative(relative: f64) -> Tolerance {
        Tolerance {
            relative,
            absolute: 0.0,
        }
    }

    /// The tolerance scaled by `factor`.
    pub fn scaled(self, factor: f64) -> Tolerance {
        Tolerance {
            relative: self.relative * factor,
            absolute: self.absolute * factor,
        }
    }

    /// What is granted to an element of such [scale](scales).
    pub(crate) fn bound(self, scale: f64) -> f64 {
        self.relative * scale + self.absolute
    }
}

/// Two tensors agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// How many elements are within the tolerance.
    pub compared: usize,
    /// How many are beyond it, but within what their own rounding explains.
    pub granted: usize,
    /// The element nearest to its bound.
    pub worst: Deviation,
}

impl Agreement {
    /// The same where what is beyond the tolerance is known to be near.
    pub(crate) fn as_close(self) -> Agreement {
        Agreement {
            compared: self.compared + self.granted,
            granted: 0,
            ..self
        }
    }
}

/// One element's distance from what is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Deviation {
    /// Its index.
    pub index: Vec<usize>,
    /// What was computed.
    pub got: f64,
    /// What is right.
    pub want: f64,
    /// `|got − want|`.
    pub error: f64,
    /// The greatest error allowed.
    pub bound: f64,
}

/// Two tensors do not agree.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Disagreement {
    /// The shapes differ.
    #[error("the shape is {got:?}, not {want:?}")]
    Shape {
        /// Shape of the result.
        got: Vec<usize>,
        /// The right shape.
        want: Vec<usize>,
    },
    /// There is nothing to compare.
    #[error("there are no elements to compare")]
    Empty,
    /// An element on either side is infinite or NaN, and not a mask value on both.
    #[error("not finite at {0}")]
    NotFinite(Deviation),
    /// Some elements are beyond the tolerance.
    #[error("{beyond} of {compared} elements are beyond the tolerance, the worst at {worst}")]
    TooFar {
        /// The worst element.
        worst: Deviation,
        /// How many are beyond.
        beyond: usize,
        /// How many were compared.
        compared: usize,
    },
}

impl Deviation {
    /// Error over bound; zero where the element is right.
    pub fn ratio(&self) -> f64 {
        if self.error == 0.0 {
            0.0
        } else {
            self.error / self.bound
        }
    }
}

impl fmt::Display for Deviation {
    /// `[0, 3]: got 1.0, want 2.0, error 1.0e0 > 1.0e-5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Deviation {
            index,
            got,
            want,
            error,
            bound,
        } = self;
        let relation = if error <= bound { "<=" } else { ">" };
        write!(
            f,
            "{index:?}: got {got:e}, want {want:e}, error {error:.1e} {relation} {bound:.1e}"
        )
    }
}

/// What the elements are measured by: each with its row's greatest.
pub(crate) fn scales(want: &Tensor<Bounded>) -> impl Iterator<Item = f64> {
    // A mask value says nothing of the scale of the others.
    let max_abs = |row: &[Bounded]| {
        let numbers = row.iter().filter(|w| !w.is_mask());
        numbers.fold(0f64, |max, w| max.max(w.value.abs()))
    };
    let maxima = want.rows().map(max_abs);
    let maxima = maxima.flat_map(|max| std::iter::repeat_n(max, want.row_len()));
    maxima.zip(want.data()).map(|(max, w)| w.value.abs() + max)
}

/// Compares a result with what is right.
///
/// A mask value, exactly −∞ on both sides, agrees; infinities that come of numbers too large do not.
///
/// # Errors
/// Where shapes differ, nothing is there to compare, an element on either side is not finite, or one is beyond the tolerance.
pub fn compare(
    got: &Tensor<f64>,
    want: &Tensor<Bounded>,
    tolerance: Tolerance,
) -> Result<Agreement, Disagreement> {
    if got.shape() != want.shape() {
        let (got, want) = (got.shape().to_vec(), want.shape().to_vec());
        return Err(Disagreement::Shape { got, want });
    }
    let mut worst: Option<Deviation> = None;
    let (mut beyond, mut granted) = (0, 0);
    let elements = got.data().iter().zip(want.data()).zip(scales(want));
    for (flat, ((got, want_here), scale)) in elements.enumerate() {
        let is_masked = want_here.is_mask() && *got == f64::NEG_INFINITY;
        let mut here = Deviation {
            index: want.index_of(flat),
            got: *got,
            want: want_here.value,
            error: (got - want_here.value).abs(),
            bound: tolerance.bound(scale),
        };
        if is_masked {
            (here.error, here.bound) = (0.0, 0.0);
        } else if !here.got.is_finite() || !here.want.is_finite() {
            return Err(Disagreement::NotFinite(here));
        }
        if here.error > here.bound {
            here.bound += want_here.error;
            // Where rounding is without bound nothing can be told; not `error > bound`, for a NaN explains nothing.
            let explained = here.error <= here.bound;
            granted += usize::from(explained);
            beyond += usize::from(!explained);
        }
        if worst.as_ref().is_none_or(|w| here.ratio() > w.ratio()) {
            worst = Some(here);
        }
    }
    match worst {
        None => Err(Disagreement::Empty),
        Some(worst) if beyond > 0 => Err(Disagreement::TooFar {
            worst,
            beyond,
            compared: got.len(),
        }),
        Some(worst) => Ok(Agreement {
            compared: got.len() - granted,
            granted,
            worst,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[f64]) -> Tensor<f64> {
        Tensor::new([1, values.len()], values.to_vec()).unwrap()
    }

    fn right(values: &[f64]) -> Tensor<Bounded> {
        row(values).map(|value| Bounded {
            value: *value,
            error: 0.0,
        })
    }

    #[test]
    fn known_rounding_explains_but_does_not_count() {
        let mut want = right(&[1.0, 1.0]);
        want.data_mut()[1].error = 0.1;
        let agreement = compare(&row(&[1.0, 1.05]), &want, Tolerance::F32).unwrap();
        assert_eq!((agreement.compared, agreement.granted), (1, 1));
        assert!(compare(&row(&[1.0, 1.2]), &want, Tolerance::F32).is_err());
        want.data_mut()[1].error = f64::NAN;
        assert!(compare(&row(&[1.0, 1.2]), &want, Tolerance::F32).is_err());
    }

    #[test]
    fn only_close_finite_numbers_agree() {
        const INF: f64 = f64::INFINITY;
        for (got, want, says) in [
            (&[1.0, 100.0][..], &[1.0 + 9e-4, 100.0][..], "ok 2"),
            (
                &[1.0, 100.0],
                &[1.1, 100.0],
                "1 of 2 elements are beyond the tolerance, the worst at [0, 0]: got 1e0, want 1.1e0, error 1.0e-1 > 1.0e-3",
            ),
            (&[0.0], &[0.0], "ok 1"),
            (
                &[1e-300],
                &[0.0],
                "1 of 1 elements are beyond the tolerance, the worst at [0, 0]: got 1e-300, want 0e0, error 1.0e-300 > 0.0e0",
            ),
            (
                &[f64::NAN],
                &[1.0],
                "not finite at [0, 0]: got NaN, want 1e0, error NaN > 2.0e-5",
            ),
            (
                &[INF],
                &[INF],
                "not finite at [0, 0]: got inf, want inf, error NaN > inf",
            ),
            (
                &[1.0],
                &[INF],
                "not finite at [0, 0]: got 1e0, want inf, error inf <= inf",
            ),
            (
                &[-INF],
                &[1.0],
                "not finite at [0, 0]: got -inf, want 1e0, error inf > 2.0e-5",
            ),
            (&[1.0, -INF], &[1.0, -INF], "ok 2"),
            (
                // The row's scale is that of its numbers.
                &[1.1, -INF],
                &[1.0, -INF],
                "1 of 2 elements are beyond the tolerance, the worst at [0, 0]: got 1.1e0, want 1e0, error 1.0e-1 > 2.0e-5",
            ),
            (
                &[-1e30],
                &[-INF],
                "not finite at [0, 0]: got -1e30, want -inf, error inf <= inf",
            ),
            (
                &[INF],
                &[-INF],
                "not finite at [0, 0]: got inf, want -inf, error inf <= inf",
            ),
            (
                &[f64::NAN],
                &[-INF],
                "not finite at [0, 0]: got NaN, want -inf, error NaN > inf",
            ),
            (&[1.0, 2.0], &[1.0], "the shape is [1, 2], not [1, 1]"),
            (&[], &[], "there are no elements to compare"),
        ] {
            let said = match compare(&row(got), &right(want), Tolerance::F32) {
                Ok(agreement) => format!("ok {}", agreement.compared),
                Err(disagreement) => disagreement.to_string(),
            };
            assert_eq!(said, says);
        }
    }

    #[test]
    fn an_overflow_is_no_mask() {
        let mut want = right(&[f64::NEG_INFINITY]);
        assert!(compare(&row(&[f64::NEG_INFINITY]), &want, Tolerance::F32).is_ok());
        want.data_mut()[0].error = f64::INFINITY;
        assert!(compare(&row(&[f64::NEG_INFINITY]), &want, Tolerance::F32).is_err());
    }

    #[test]
    fn the_worst_element_is_named() {
        let want = right(&[1.0, 2.0, 3.0]);
        let worst = compare(&row(&[1.0, 2.0, 3.00001]), &want, Tolerance::F32)
            .unwrap()
            .worst;
        assert_eq!(worst.index, [0, 2]);
    }
}
