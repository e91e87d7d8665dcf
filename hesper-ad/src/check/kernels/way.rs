//! How plans run.

use crate::check::target::Speed;
use hesper_shader::Plan;
use std::fmt::{self, Display};

/// Lanes of a subgroup on one device or another; 32 is what every other run has.
const SUBGROUPS: [u32; 5] = [4, 8, 16, 64, 128];

/// How plans run.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) speed: Speed,
    /// With more workgroups than needed.
    pub(super) folded: bool,
}

impl Way {
    /// With as many workgroups as needed.
    pub(super) fn plain(speed: Speed) -> Way {
        Way {
            speed,
            folded: false,
        }
    }

    /// With more.
    pub(super) fn folded(speed: Speed) -> Way {
        Way {
            speed,
            folded: true,
        }
    }

    /// With every size of a subgroup, where a plan uses any.
    pub(super) fn with_subgroups(plan: &Plan) -> impl Iterator<Item = Way> {
        let trees = plan.steps().iter().map(|step| step.kernel().tree());
        let uses = trees.flatten().any(|tree| tree.uses_subgroups());
        let ways = SUBGROUPS.map(|lanes| Way::plain(Speed::Subgroups(lanes)));
        ways.into_iter().filter(move |_| uses)
    }
}

impl Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.speed {
            Speed::Subgroups(lanes) => write!(f, "with subgroups of {lanes} lanes"),
            _ => f.write_str("with more workgroups than needed, over two dimensions"),
        }
    }
}
