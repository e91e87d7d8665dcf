//! What the shadows show to be undefined or out of range, with the line.

use super::trace::Site;
use std::panic::Location;

/// Which numbers a program is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// The reals: only what is undefined counts.
    Reals,
    /// Binary32: what leaves its range counts too.
    Binary32,
}

/// Something a device may answer with anything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Oddity {
    /// Where.
    pub site: Site,
    /// The operand or result that shows it.
    pub number: f64,
    /// Whether it makes the result meaningless, or just inaccurate.
    pub severe: bool,
}

impl std::fmt::Display for Oddity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({:e})", self.site, self.number)
    }
}

/// The oddities of a run, one for each place.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    oddities: Vec<Oddity>,
}

impl Watch {
    pub(super) fn note(
        &mut self,
        line: &'static Location<'static>,
        kind: &'static str,
        number: f64,
        severe: bool,
    ) {
        let site = Site::new(line, kind);
        if self.oddities.iter().all(|o| o.site != site) {
            self.oddities.push(Oddity {
                site,
                number,
                severe,
            });
        }
    }

    /// What was seen.
    pub fn oddities(&self) -> &[Oddity] {
        &self.oddities
    }
}
