//! Which sizes of a spec can be recorded, and telling those that cannot.

use super::recorded::Part;
use super::{Spec, SpecError};
use crate::dims::{Dims, elements};
use crate::sample::{Rng, Sample};

/// Sizes that a note lists, at most.
const LISTED: usize = 4;

/// Which sizes can be recorded, as far as was tried.
#[derive(Default)]
pub(super) struct Reached {
    can: Vec<Dims>,
    cannot: Vec<(Dims, SpecError)>,
}

impl Reached {
    /// Takes note that a record at these sizes was given up.
    pub(super) fn too_long(&mut self, dims: &Dims, error: &SpecError) {
        self.cannot.push((dims.clone(), error.clone()));
    }
}

/// Sizes at which nothing was checked, for the spec takes too many operations there.
#[derive(Debug)]
pub(crate) struct Missed {
    sizes: Vec<Dims>,
    /// Operations that are not too many.
    most: usize,
}

impl Missed {
    pub(crate) fn add(&mut self, dims: &Dims) {
        if !self.sizes.contains(dims) {
            self.sizes.push(dims.clone());
        }
    }

    /// Which sizes, and why; nothing where there are none.
    pub(crate) fn note(&self) -> Option<String> {
        let listed = self.sizes.iter().take(LISTED).map(Dims::to_string);
        let mut sizes = listed.collect::<Vec<_>>().join(", ");
        match self.sizes.len() {
            0 => return None,
            all if all > LISTED => sizes += &format!(" and {} more", all - LISTED),
            _ => {}
        }
        Some(format!(
            "not reached: ({sizes}), the record of a pass would be more than {} operations",
            in_words(self.most)
        ))
    }
}

/// `30 million` for what is round.
fn in_words(n: usize) -> String {
    match n % 1_000_000 {
        0 => format!("{} million", n / 1_000_000),
        _ => n.to_string(),
    }
}

impl Spec<'_> {
    /// No sizes were missed so far.
    pub(crate) fn missed(&self) -> Missed {
        Missed {
            sizes: Vec::new(),
            most: self.most,
        }
    }

    /// Whether all ports have few enough elements at these sizes, and no record there was given up before.
    ///
    /// # Errors
    /// Which port is too large, or why the record was given up.
    pub(crate) fn fits(&self, dims: &Dims) -> Result<(), SpecError> {
        for port in self.signature.ports() {
            let shape = port.shape(dims);
            if elements(&shape).is_none_or(|len| len > self.most) {
                return Err(SpecError::TooLong {
                    pass: Part::Forward.name(),
                    message: format!(
                        "`{}` of shape {shape:?} has more than {} elements",
                        port.name,
                        in_words(self.most)
                    ),
                });
            }
        }
        let reached = self.reached.borrow();
        let known = reached.cannot.iter().find(|(known, _)| known == dims);
        known.map_or(Ok(()), |(_, error)| Err(error.clone()))
    }

    /// Any point of these sizes, for its integers.
    pub(super) fn any_sample(&self, dims: &Dims) -> Result<Sample, SpecError> {
        self.fits(dims)?;
        Ok(self.draw(dims, &mut Rng::new(1)))
    }

    /// The shapes at which both passes can be recorded; the others are missed. Other mistakes of the spec are for the checks to tell.
    pub(crate) fn reached(
        &self,
        shapes: impl IntoIterator<Item = Dims>,
        missed: &mut Missed,
    ) -> Vec<Dims> {
        let mut shapes: Vec<Dims> = shapes.into_iter().collect();
        shapes.retain(|dims| {
            let reached = self.reach(dims).is_ok();
            if !reached {
                missed.add(dims);
            }
            reached
        });
        shapes
    }

    /// Records both passes at these sizes, once.
    ///
    /// # Errors
    /// Where that takes too many operations.
    pub(crate) fn reach(&self, dims: &Dims) -> Result<(), SpecError> {
        if self.reached.borrow().can.contains(dims) {
            return Ok(());
        }
        let sample = self.any_sample(dims)?;
        for part in [Part::Forward, Part::Backward] {
            if let Err(error @ SpecError::TooLong { .. }) =
                self.recorded(part, dims, &sample.integers)
            {
                return Err(error);
            }
        }
        self.reached.borrow_mut().can.push(dims.clone());
        Ok(())
    }
}
