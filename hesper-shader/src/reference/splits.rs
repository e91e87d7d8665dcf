//! Where invocations of one workgroup parted, for reports of barriers that not all of them reach.

use crate::tree::{Block, Loc, StmtKind};

/// A branch of which both sides are taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Split<'a> {
    pub(super) loc: Loc,
    /// The side that the running lanes did not take.
    pub(super) other: &'a Block,
}

/// The first place in a block where all invocations have to meet.
pub(super) fn meeting(block: &Block) -> Option<Loc> {
    block.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Barrier(_) | StmtKind::UniformLoad { .. } => Some(stmt.loc),
        _ => stmt.kind.blocks().find_map(meeting),
    })
}
