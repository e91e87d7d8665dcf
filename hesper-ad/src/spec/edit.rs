//! A spec with one operation of its text changed.

use super::recorded::{Part, Recorded};
use super::{KEPT, Spec, SpecError, operations};
use crate::dims::Dims;
use crate::tape::Edit;
use std::rc::Rc;

/// A change in one pass, and the records it was made in so far.
pub(super) struct Edited {
    part: Part,
    edit: Edit,
    /// What it was made in, and what came of it.
    made: Vec<(Rc<Recorded>, Rc<Recorded>)>,
}

impl Edited {
    /// The record with the change, where it is one of the pass and has the operation.
    pub(super) fn of(&mut self, record: Rc<Recorded>) -> Rc<Recorded> {
        if !record.is_of(self.part) {
            return record;
        }
        let known = self.made.iter().find(|(from, _)| Rc::ptr_eq(from, &record));
        if let Some((_, edited)) = known {
            return edited.clone();
        }
        let edited = record.edited(&self.edit).map(Rc::new);
        let edited = edited.unwrap_or_else(|| record.clone());
        let made: Vec<Rc<Recorded>> = self.made.iter().map(|(_, made)| made.clone()).collect();
        if operations(&made) > KEPT {
            self.made.clear();
        }
        self.made.push((record, edited.clone()));
        edited
    }
}

impl Spec<'_> {
    /// Changes one operation of `forward` or `backward` from now on; `None` for the spec as it is. The VJP that is derived from `forward` is derived
    /// from `forward` as it is.
    pub(crate) fn edit(&self, edit: Option<(Part, Edit)>) {
        let edited = edit.map(|(part, edit)| Edited {
            part,
            edit,
            made: Vec::new(),
        });
        self.edited.replace(edited);
    }

    /// The edits that change what a pass yields at these sizes.
    ///
    /// # Errors
    /// As [`forward_at`](Spec::forward_at).
    pub(crate) fn edits(&self, part: Part, dims: &Dims) -> Result<Vec<Edit>, SpecError> {
        let sample = self.any_sample(dims)?;
        Ok(self.recorded(part, dims, &sample.integers)?.edits())
    }
}
