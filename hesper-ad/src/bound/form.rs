//! Linear forms in tangents or cotangents: one size for each coefficient.

use super::size::{Atoms, Size};
use std::rc::Rc;

/// An expression, apart by the one formal variable that each part is linear in.
///
/// An identity that is wrong is wrong in one coefficient, so a bound needs the size of a coefficient and not that of the whole form,
/// whose common denominator may be astronomical. The coefficients of a row are mostly alike, and those next to each other that are equal are one
/// run. A form is never changed, so copies share its runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Form {
    /// In the order of their variables, each beyond the last.
    runs: Rc<[Run]>,
}

/// A formal variable, or none.
pub(crate) type Label = Option<u32>;

/// Variables that follow each other and have the same coefficient.
#[derive(Clone, Debug, PartialEq)]
struct Run {
    /// The first variable's place.
    start: u64,
    /// The place beyond the last one's.
    end: u64,
    size: Rc<Size>,
}

/// Where a variable stands: what has none comes first.
fn place(label: Label) -> u64 {
    label.map_or(0, |n| u64::from(n) + 1)
}

/// The variable that stands there.
fn label(place: u64) -> Label {
    place.checked_sub(1).map(|n| n as u32)
}

impl Form {
    /// A form without formal variables.
    pub(super) fn plain(size: Size) -> Form {
        Form::of(None, size)
    }

    /// One part.
    pub(super) fn of(label: Label, size: Size) -> Form {
        let mut runs = Runs::default();
        if !size.is_zero() {
            runs.push(place(label), place(label) + 1, Rc::new(size));
        }
        runs.form()
    }

    /// Whether it has no part.
    pub(super) fn is_zero(&self) -> bool {
        self.runs.is_empty()
    }

    /// How many variables have a coefficient.
    pub(super) fn len(&self) -> usize {
        let lengths = self.runs.iter().map(|run| run.end - run.start);
        lengths.sum::<u64>() as usize
    }

    /// The coefficients, each once for the variables next to each other that have it.
    pub(super) fn coefficients(&self) -> impl Iterator<Item = &Rc<Size>> {
        self.runs.iter().map(|run| &run.size)
    }

    /// The coefficients by variable.
    pub(super) fn parts(&self) -> impl Iterator<Item = (Label, &Rc<Size>)> {
        let labels = |run: &'_ Run| (run.start..run.end).map(label);
        let runs = self.runs.iter();
        runs.flat_map(move |run| labels(run).map(move |label| (label, &run.size)))
    }

    /// The coefficient of a variable.
    pub(super) fn coefficient(&self, label: Label) -> Option<&Rc<Size>> {
        let place = place(label);
        let after = self.runs.partition_point(|run| run.end <= place);
        let run = self.runs.get(after).filter(|run| run.start <= place)?;
        Some(&run.size)
    }

    /// The size of the whole.
    pub(super) fn total(&self, atoms: &Atoms) -> Size {
        let mut sizes = self.parts().map(|(_, size)| &**size);
        let Some(first) = sizes.next() else {
            return Size::zero();
        };
        sizes.fold(first.clone(), |sum, size| sum.plus(size, atoms))
    }

    fn is_plain(&self) -> bool {
        self.runs.last().is_none_or(|run| run.end == 1)
    }

    pub(super) fn plus(&self, other: &Form, atoms: &Atoms) -> Form {
        self.merge(other, |x, y| x.plus(y, atoms))
    }

    pub(super) fn or(&self, other: &Form, atoms: &Atoms) -> Form {
        self.merge(other, |x, y| x.or(y, atoms))
    }

    /// Joins the coefficients of variables that both have, and takes the others as they are.
    fn merge(&self, other: &Form, join: impl Fn(&Size, &Size) -> Size) -> Form {
        let (mut left, mut right) = (self.runs.iter(), other.runs.iter());
        let (mut a, mut b) = (left.next().cloned(), right.next().cloned());
        let mut runs = Runs::with_capacity(self.runs.len() + other.runs.len());
        while let (Some(x), Some(y)) = (&mut a, &mut b) {
            let start = x.start.max(y.start);
            let apart = x.start.min(y.start)..start.min(x.end).min(y.end);
            if apart.start < apart.end {
                // The one that starts first stands alone up to the other.
                let alone = if x.start < y.start { x } else { y };
                runs.push(apart.start, apart.end, alone.size.clone());
                alone.start = apart.end;
            } else {
                let end = x.end.min(y.end);
                runs.push(start, end, Rc::new(join(&x.size, &y.size)));
                (x.start, y.start) = (end, end);
            }
            if a.as_ref().is_some_and(|run| run.start == run.end) {
                a = left.next().cloned();
            }
            if b.as_ref().is_some_and(|run| run.start == run.end) {
                b = right.next().cloned();
            }
        }
        let rest = a.into_iter().chain(left.cloned());
        let rest = rest.chain(b).chain(right.cloned());
        rest.for_each(|run| runs.push(run.start, run.end, run.size));
        runs.form()
    }

    /// Each part times the same.
    fn scaled(&self, factor: &Size) -> Form {
        let mut runs = Runs::with_capacity(self.runs.len());
        for run in self.runs.iter() {
            runs.push(run.start, run.end, Rc::new(run.size.times(factor)));
        }
        runs.form()
    }

    pub(super) fn times(&self, other: &Form, atoms: &Atoms) -> Form {
        match (self.is_plain(), other.is_plain()) {
            (_, true) => self.scaled(&other.total(atoms)),
            (true, false) => other.scaled(&self.total(atoms)),
            // No linear form any more: taken as a whole.
            (false, false) => Form::plain(self.total(atoms).times(&other.total(atoms))),
        }
    }

    pub(super) fn map_total(&self, atoms: &Atoms, f: impl FnOnce(&Size) -> Size) -> Form {
        Form::plain(f(&self.total(atoms)))
    }
}

/// Runs on their way to a form.
#[derive(Default)]
struct Runs(Vec<Run>);

impl Runs {
    fn with_capacity(runs: usize) -> Runs {
        Runs(Vec::with_capacity(runs))
    }

    /// Adds a run beyond all others, to the last one where it goes on with the same coefficient.
    fn push(&mut self, start: u64, end: u64, size: Rc<Size>) {
        if let Some(last) = self.0.last_mut()
            && last.end == start
            && (Rc::ptr_eq(&last.size, &size) || last.size == size)
        {
            last.end = end;
            return;
        }
        self.0.push(Run { start, end, size });
    }

    fn form(self) -> Form {
        let runs = self.0.into();
        Form { runs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(form: &Form) -> Vec<(Label, f64)> {
        form.parts()
            .map(|(label, size)| (label, size.weight))
            .collect()
    }

    /// A form by the weights of its variables.
    fn form(weights: &[(u32, f64)]) -> Form {
        let atoms = Atoms::default();
        let part = |(label, weight): &(u32, f64)| {
            let size = Size {
                weight: *weight,
                ..Size::one()
            };
            Form::of(Some(*label), size)
        };
        let zero = Form::plain(Size::zero());
        weights
            .iter()
            .map(part)
            .fold(zero, |sum, part| sum.plus(&part, &atoms))
    }

    #[test]
    fn equal_coefficients_are_one_run() {
        let row = form(&[(2, 1.0), (3, 1.0), (0, 1.0), (1, 5.0), (9, 1.0)]);
        assert_eq!(row.runs.len(), 4);
        assert_eq!(row.len(), 5);
        assert_eq!(row.coefficient(Some(3)).map(|size| size.weight), Some(1.0));
        assert_eq!(row.coefficient(Some(4)), None);
        assert_eq!(row.coefficient(None), None);
        let parts = [(0, 1.0), (1, 5.0), (2, 1.0), (3, 1.0), (9, 1.0)];
        assert_eq!(weights(&row), parts.map(|(label, w)| (Some(label), w)));
    }

    #[test]
    fn forms_of_runs_add_like_forms_of_parts() {
        let atoms = Atoms::default();
        // Every pair of subsets of four variables, with coefficients that are mostly equal.
        let subset = |bits: u32, weight: f64| -> Vec<(u32, f64)> {
            let on = (0..4).filter(|v| bits >> v & 1 == 1);
            on.map(|v| (v, if v == 2 { 7.0 } else { weight })).collect()
        };
        for (x, y) in (0..16).flat_map(|x| (0..16).map(move |y| (x, y))) {
            let (x, y) = (subset(x, 1.0), subset(y, 3.0));
            let sum = form(&x).or(&form(&y), &atoms);
            let find = |of: &[(u32, f64)], v| of.iter().find(|(w, _)| *w == v).map(|(_, w)| *w);
            let wanted: Vec<(Label, f64)> = (0..4)
                .filter_map(|v| match (find(&x, v), find(&y, v)) {
                    (Some(a), Some(b)) => Some((Some(v), a.max(b))),
                    (a, b) => Some((Some(v), a.or(b)?)),
                })
                .collect();
            assert_eq!(weights(&sum), wanted, "{x:?} {y:?}");
            assert_eq!(sum.len(), wanted.len());
        }
    }
}
