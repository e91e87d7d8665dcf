//! Where invocations of one workgroup parted, for reports of barriers that not all of them reach.
//!
//! An invocation that is not at a barrier either waits for the other side of a branch, which stands on a stack, or has left a loop or the
//! function before, which is remembered lane by lane.

use crate::reference::values::mask::Mask;
use crate::tree::verify::Verified;
use crate::tree::{Block, Loc, StmtKind};
use std::fmt;

/// How and where an invocation left the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parting {
    /// How.
    pub way: Way,
    /// The statement.
    pub loc: Loc,
}

/// How an invocation leaves others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It takes the other side of a branch.
    Branch,
    /// It leaves a loop by `break`, or by the condition of a `while`.
    Break,
    /// It goes on to the next iteration.
    Continue,
    /// It returns.
    Return,
    /// It is done with its iterations of a `for`.
    Done,
}

impl fmt::Display for Parting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let did = match self.way {
            Way::Branch => "took another way",
            Way::Break => "left the loop",
            Way::Continue => "went on to the next iteration",
            Way::Return => "returned",
            Way::Done => "was done with the loop",
        };
        write!(f, "{did} at {}", self.loc)
    }
}

/// Where the lanes of a team parted.
#[derive(Debug)]
pub(in crate::reference) struct Splits<'a> {
    /// The branches that run, outermost first.
    branches: Vec<Split<'a>>,
    /// For each lane, where it last left a loop or a function; empty where invocations never meet.
    left: Vec<Option<Parting>>,
}

/// A branch of which one side runs.
#[derive(Debug)]
pub(in crate::reference) struct Split<'a> {
    pub(in crate::reference) loc: Loc,
    /// The side that does not run.
    pub(in crate::reference) other: &'a Block,
    /// The lanes that take it, or have taken it.
    pub(in crate::reference) absent: Mask,
}

impl<'a> Splits<'a> {
    pub(in crate::reference) fn new(tree: &Verified, lanes: usize) -> Splits<'a> {
        Splits {
            branches: Vec::new(),
            left: vec![None; if tree.facts().meets() { lanes } else { 0 }],
        }
    }

    /// One side of a branch begins.
    pub(in crate::reference) fn push(&mut self, split: Split<'a>) {
        self.branches.push(split);
    }

    /// The side ends; the lanes of the other one.
    pub(in crate::reference) fn pop(&mut self) -> Option<Mask> {
        self.branches.pop().map(|split| split.absent)
    }

    /// Lanes leave a loop or a function, others do not.
    pub(in crate::reference) fn leave(&mut self, lanes: &Mask, way: Way, loc: Loc) {
        for (left, on) in self.left.iter_mut().zip(lanes.lanes()) {
            if *on {
                *left = Some(Parting { way, loc });
            }
        }
    }

    /// Where a lane that is not running left those that are, and a barrier that it comes to instead.
    pub(in crate::reference) fn parting(&self, lane: usize) -> (Option<Parting>, Option<Loc>) {
        let waits = |split: &&Split<'_>| split.absent.lanes().get(lane) == Some(&true);
        match self.branches.iter().rev().find(waits) {
            Some(split) => {
                let (way, loc) = (Way::Branch, split.loc);
                (Some(Parting { way, loc }), meeting(split.other))
            }
            None => (self.left.get(lane).copied().flatten(), None),
        }
    }
}

/// The first place in a block where all invocations have to meet.
fn meeting(block: &Block) -> Option<Loc> {
    block.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Barrier(_) | StmtKind::UniformLoad { .. } => Some(stmt.loc),
        _ => stmt.kind.blocks().find_map(meeting),
    })
}
