//! Two accesses that nothing orders, and who makes them.

use super::error::{AccessKind, Invocation};
use crate::tree::Loc;
use std::fmt;

/// Two accesses to one element by different invocations, at least one of them a write, with nothing to order them.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("data race: `{place}` is {first}, and {second}, with nothing to order the two\nhelp: {}", self.help())]
pub struct Race {
    /// The element, `tile[3]`.
    pub place: String,
    /// The access that ran first here; on a device it may be the second.
    pub first: RaceAccess,
    /// The access that met it.
    pub second: RaceAccess,
}

impl Race {
    fn help(&self) -> &'static str {
        if self.first.invocation.workgroup == self.second.invocation.workgroup {
            "put a barrier for this memory between them"
        } else {
            "no barrier orders workgroups: use a dispatch for each step"
        }
    }
}

/// One side of a race.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RaceAccess {
    /// Whether it reads or writes.
    pub kind: AccessKind,
    /// The statement.
    pub loc: Loc,
    /// Who.
    pub invocation: Invocation,
}

impl fmt::Display for RaceAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = match self.kind {
            AccessKind::Read => "read",
            AccessKind::Write => "written",
        };
        write!(f, "{done} at {} by {}", self.loc, self.invocation)
    }
}
