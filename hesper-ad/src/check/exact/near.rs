//! What the field cannot tell apart, or tells apart where binary32 could not: judged by the real numbers.

use super::trial::{Compared, Difference, Trial};
use crate::field::{Element, Kind, Trouble};
use crate::tracked::UNIT_F32;

/// What kernels yield by way of what the field does not have may differ by so much of its scale: what is finer is judged by bounds, at the numeric
/// checks' points.
const COARSE: f64 = 1e-5;

/// The same for formulas of a spec, beyond the rounding of the real numbers: constants of as many digits as a float has.
const FINE: f64 = 1e-14;

/// Values that differ in the field, or may, though they do not as real numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Near {
    /// How many.
    pub(super) elements: usize,
    /// The greatest difference, as part of the numbers' size.
    pub(super) apart: f64,
    /// The first of them, told as a difference.
    pub(super) first: Difference,
}

impl Near {
    /// What was found at one place or another.
    pub(super) fn and(self, other: Near) -> Near {
        Near {
            elements: self.elements + other.elements,
            apart: self.apart.max(other.apart),
            first: self.first,
        }
    }
}

/// Adds to what was found.
pub(super) fn add(found: &mut Option<Near>, near: Near) {
    *found = Some(match found.take() {
        Some(before) => before.and(near),
        None => near,
    });
}

/// What a tie says where nothing differs for certain: none where all is equal in the field.
pub(super) fn said(opaque: Option<&(Near, Trouble)>, approximate: Option<&Near>) -> Option<String> {
    if let Some((near, trouble)) = opaque {
        let Near {
            elements,
            apart,
            first,
        } = near;
        let rest = match first.text.as_str() {
            "" => "what depends on it is compared with the derived VJP".to_string(),
            _ => format!(
                "{elements} numbers that depend on it were compared as real numbers, and are at most {apart:.0e} of their size apart"
            ),
        };
        return Some(format!(
            "{trouble} lies outside what the field can judge; {rest}"
        ));
    }
    let near = approximate?;
    Some(format!(
        "the formulas differ, by at most {:.0e} of a number's size, which is less than one rounding of binary32: bounds decide; first {}",
        near.apart, near.first.text
    ))
}

impl Compared {
    /// What differs in the field differs, though binary32 could not tell.
    pub(super) fn be_strict(&mut self) {
        if let Some(near) = self.approximate.take() {
            self.difference.get_or_insert(near.first);
        }
    }
}

impl Trial<'_> {
    /// Compares two elements; `room` is what those of a size may differ by where the field cannot tell, `told` says what they are.
    pub(super) fn same(
        &self,
        compared: &mut Compared,
        (got, want): (&Element, &Element),
        room: impl FnOnce(f64) -> f64,
        told: impl FnOnce() -> String,
    ) {
        compared.elements += 1;
        if got.same_value(want) || compared.difference.is_some() {
            return;
        }
        let near = |apart| Near {
            elements: 1,
            apart,
            first: Difference { text: told() },
        };
        let is_opaque = got.opaque || want.opaque;
        match apart(got, want) {
            Some((gap, size)) if is_opaque && gap <= room(size) => {
                add(&mut compared.opaque, near(part(gap, size)));
            }
            Some((gap, size)) if !is_opaque && gap <= UNIT_F32 * size => {
                add(&mut compared.approximate, near(part(gap, size)));
            }
            _ => compared.difference = Some(near(0.0).first),
        }
    }
}

/// How far two numbers are certainly apart, and the greater one's size.
fn apart(got: &Element, want: &Element) -> Option<(f64, f64)> {
    if got.kind != Kind::Finite || want.kind != Kind::Finite {
        return None;
    }
    let (x, y) = (got.shadow, want.shadow);
    let size = x.value.abs().max(y.value.abs());
    let gap = (x.value - y.value).abs() - x.error - y.error;
    (size.is_finite() && !gap.is_nan()).then_some((gap.max(0.0), size))
}

/// What results of kernels may differ by from these, by their size.
pub(super) fn coarse(all: &[Element]) -> impl Fn(f64) -> f64 + Copy {
    let sizes = all.iter().filter(|x| x.kind == Kind::Finite);
    let sizes = sizes.map(|x| x.shadow.value.abs());
    let scale = sizes.filter(|x| x.is_finite()).fold(0.0, f64::max);
    move |size: f64| COARSE * size.max(scale)
}

/// What formulas of one function may differ by.
pub(super) fn fine(size: f64) -> f64 {
    FINE * size
}

fn part(gap: f64, size: f64) -> f64 {
    if size > 0.0 { gap / size } else { 0.0 }
}
