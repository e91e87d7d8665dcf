//! How much work a check may be before it is given up, which is said.

use crate::spec::Spec;

/// Operations of the spec that a check in binary64 may run: some seconds.
pub(super) const NUMERIC: u64 = 200_000_000;

/// The same for differences, each of them at four points at once.
pub(super) const DIFFERENCES: u64 = 250_000_000;

/// The same in the exact field. Each costs more there, but a decision must be looked for.
pub(super) const EXACT: u64 = 300_000_000;

/// What a check may still spend on running the spec.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    end: u64,
    most: u64,
}

impl Budget {
    /// So many operations from now on.
    pub(super) fn of(spec: &Spec<'_>, most: u64) -> Budget {
        let end = spec.spent().saturating_add(most);
        Budget { end, most }
    }

    /// Whether it is spent.
    pub(super) fn is_spent(&self, spec: &Spec<'_>) -> bool {
        spec.spent() >= self.end
    }

    /// Why the check goes no further.
    pub(super) fn why(&self) -> String {
        let million = self.most / 1_000_000;
        format!("given up after {million} million operations of the spec")
    }

    /// The same, if it is spent.
    pub(super) fn given_up(&self, spec: &Spec<'_>) -> Option<String> {
        self.is_spent(spec).then(|| self.why())
    }
}
