//! Whether a kernel's results are what the spec says and WGSL allows.

use super::element::{Element, Found, TINY};
use crate::accuracy::Allowed;
use crate::compare::{Agreement, Deviation, Disagreement, Tolerance, compare, scales};
use crate::tensor::Tensor;
use crate::tracked::Bounded;
use std::fmt::{self, Display};
use std::panic::Location;

/// What was found of one result.
#[derive(Default)]
pub(super) struct Judgement {
    /// How many elements count.
    compared: usize,
    /// How many of them have a wide bound, as the spec's formula has.
    pub(super) wide: usize,
    /// How many more are off by more than a formula in binary32 should be, as the spec's explains.
    granted: usize,
    /// How many are beyond a bound.
    beyond: usize,
    /// The worst of those, and why that is the bound.
    refused: Option<(Deviation, String)>,
    /// Of the others the nearest to its bound.
    worst: Option<Deviation>,
    /// The widest bound that counted, as part of the scale, or of a long sum's terms.
    pub(super) width: f64,
    /// How far the kernel's formula is from the spec's in exact arithmetic, as part of the scale.
    pub(super) apart: f64,
    /// The worst element at which the kernel loses digits that the spec's formula keeps.
    pub(super) lost: Option<Lost>,
}

/// A result that is not what it should be, and what explains it.
pub(super) struct Refused(Disagreement, String);

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused(disagreement, why) = self;
        match why.as_str() {
            "" => write!(f, "{disagreement}"),
            why => write!(f, "{disagreement}; {why}"),
        }
    }
}

impl From<Disagreement> for Refused {
    fn from(disagreement: Disagreement) -> Refused {
        Refused(disagreement, String::new())
    }
}

/// Digits that are lost.
pub(super) struct Lost {
    index: Vec<usize>,
    /// What WGSL allows the kernel, and the spec's formula, as parts of the scale.
    allowed: [f64; 2],
    line: Option<&'static Location<'static>>,
}

impl Lost {
    /// `the kernel loses digits at rows.rs:31:20: …`.
    pub(super) fn words(&self, name: &str) -> String {
        let at = match self.line {
            Some(line) => format!(" at {line}"),
            None => String::new(),
        };
        let [kernel, spec] = self.allowed;
        let index = &self.index;
        if kernel.is_infinite() {
            return format!(
                "nothing bounds the kernel's {name}{index:?}: a function beyond its range, or an overflow{at}; the spec's formula may be off by {spec:.1e} of the \
                 scale"
            );
        }
        format!(
            "the kernel loses digits{at}: WGSL lets its {name}{index:?} be off by {kernel:.1e} of its scale, and the spec's formula by {spec:.1e}"
        )
    }

    fn at(element: &Element, index: Vec<usize>) -> Lost {
        let allowed = [element.allowed.error(), element.want.error];
        Lost {
            index,
            allowed: allowed.map(|bound| element.part(bound)),
            line: element.allowed.line(),
        }
    }

    /// How much WGSL allows the kernel, as part of the scale.
    pub(super) fn part(&self) -> f64 {
        self.allowed[0]
    }

    /// Of two the worse.
    pub(super) fn worse(self, other: Option<Lost>) -> Lost {
        match other {
            Some(other) if other.allowed[0] > self.allowed[0] => other,
            _ => self,
        }
    }
}

impl Judgement {
    fn take(&mut self, element: Element, index: impl Fn() -> Vec<usize>) -> Result<(), Refused> {
        let (got, want) = (element.got, element.want.value);
        let deviation = |bound: f64| Deviation {
            index: index(),
            got,
            want,
            error: (got - want).abs(),
            bound,
        };
        if element.is_masked() {
            self.compared += 1;
            return Ok(());
        }
        if !got.is_finite() || !want.is_finite() {
            let error = Disagreement::NotFinite(deviation(element.plain));
            // Why a bound is missing explains what is missing.
            let is_bounded = element.allowed.error().is_finite();
            let why = if is_bounded {
                String::new()
            } else {
                element.loss()
            };
            return Err(Refused(error, why));
        }
        match element.judge() {
            Found::Narrow => {
                self.compared += 1;
                self.width = self.width.max(element.width());
                self.apart = self.apart.max(element.part(element.apart()));
            }
            Found::Wide => {
                self.compared += 1;
                self.wide += 1;
            }
            Found::Explained => self.granted += 1,
            Found::Lost => {
                let lost = Lost::at(&element, index());
                self.lost = Some(lost.worse(self.lost.take()));
            }
            Found::Beyond(bound, why) => {
                self.beyond += 1;
                let here = deviation(bound);
                let most = self
                    .refused
                    .as_ref()
                    .map_or(-1.0, |(worst, _)| worst.ratio());
                if here.ratio() > most || self.refused.is_none() {
                    self.refused = Some((here, why));
                }
                return Ok(());
            }
        }
        let here = deviation(element.bound());
        let most = self.worst.as_ref().map_or(-1.0, Deviation::ratio);
        // What is flushed is as far off as it may be, and says nothing.
        if here.bound.is_finite() && here.bound > TINY && here.ratio() > most {
            self.worst = Some(here);
        }
        Ok(())
    }

    fn end(self, elements: usize) -> Result<Judgement, Refused> {
        match self.refused {
            Some((worst, why)) => {
                let error = Disagreement::TooFar {
                    worst,
                    beyond: self.beyond,
                    compared: elements,
                };
                Err(Refused(error, why))
            }
            None if elements == 0 => Err(Disagreement::Empty.into()),
            None => Ok(self),
        }
    }

    /// How many elements count, and which of them was nearest to its bound.
    pub(super) fn agreement(&self) -> Agreement {
        let none = Deviation {
            index: Vec::new(),
            got: 0.0,
            want: 0.0,
            error: 0.0,
            bound: 0.0,
        };
        Agreement {
            compared: self.compared,
            granted: self.granted,
            worst: self.worst.clone().unwrap_or(none),
        }
    }

    /// By tolerance, where nothing is known of what WGSL allows.
    fn plain(agreement: Agreement) -> Judgement {
        Judgement {
            compared: agreement.compared,
            granted: agreement.granted,
            worst: Some(agreement.worst),
            ..Judgement::default()
        }
    }
}

/// The spec's number, with what one order of roundings explains where WGSL bounds it not at all.
pub(super) fn bounded_by(want: &Bounded, running: &Bounded) -> Bounded {
    let error = match want.error.is_finite() {
        true => want.error,
        false => running.error + TINY,
    };
    Bounded { error, ..*want }
}

/// Compares a result with the spec's, `allowed` being what WGSL allows the kernel and `running` what one order of roundings explains where it bounds the spec's
/// formula not at all; where nothing is known of that, by the plain tolerance and what
/// rounding of the spec's formula explains. What is kept in binary16 has wider bounds that are narrow.
///
/// # Errors
/// Where shapes differ, nothing is there to compare, an element on either side is not finite, or one is beyond what is allowed.
pub(super) fn judge(
    got: &Tensor<f64>,
    want: &Tensor<Bounded>,
    running: Option<&Tensor<Bounded>>,
    allowed: Option<&[Allowed]>,
    (plain, is_f16): (Tolerance, bool),
) -> Result<Judgement, Refused> {
    let fits = |all: &&[Allowed]| all.len() == got.len() && got.shape() == want.shape();
    let Some(allowed) = allowed.filter(fits) else {
        let explained = running.map(|running| want.zip(running, bounded_by));
        let explained = explained.as_ref().unwrap_or(want);
        return Ok(Judgement::plain(compare(got, explained, plain)?));
    };
    let mut judgement = Judgement::default();
    let numbers = got.data().iter().zip(want.data()).zip(allowed);
    for (flat, (((got, wanted), allowed), scale)) in numbers.zip(scales(want)).enumerate() {
        let element = Element {
            got: *got,
            want: *wanted,
            running: running.map_or(0.0, |t| t.data().get(flat).map_or(0.0, |x| x.error)),
            allowed: *allowed,
            is_f16,
            scale,
            plain: plain.bound(scale),
        };
        judgement.take(element, || want.index_of(flat))?;
    }
    judgement.end(got.len())
}
