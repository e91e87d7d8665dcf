//! What can go wrong in a run.

use crate::domain::NoMeaning;
use crate::tree::{Loc, Tree};
use std::borrow::Cow;
use std::fmt;

/// A run stopped: in which kernel, at which line, and why.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{loc}: in kernel `{kernel}`, {fault}")]
pub struct ExecError {
    /// The kernel's name.
    pub kernel: String,
    /// The statement or parameter at fault.
    pub loc: Loc,
    /// What happened.
    pub fault: Fault,
}

/// Why a run stopped.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// More or fewer bindings than parameters.
    #[error("{expected} parameters are to be bound, but {given} are given")]
    BindingCount {
        /// Number of parameters.
        expected: usize,
        /// Number of bindings.
        given: usize,
    },
    /// A binding that does not fit its parameter.
    #[error("parameter `{param}` takes {expected}, but {given} is given")]
    Binding {
        /// The parameter's name.
        param: String,
        /// What the parameter declares.
        expected: String,
        /// What was bound.
        given: String,
    },
    /// An index beyond an array's end.
    #[error("{invocation} {access}s `{name}` at index {index}, but its length is {length}")]
    OutOfBounds {
        /// Whether it reads or writes.
        access: AccessKind,
        /// The buffer or workgroup variable.
        name: String,
        /// The index that is too large.
        index: u32,
        /// The length of the array dimension.
        length: u64,
        /// Who.
        invocation: Invocation,
    },
    /// A write to a buffer that is only read.
    #[error("`{name}` is written, but it is a read-only buffer")]
    ReadOnly {
        /// The parameter's name.
        name: String,
    },
    /// A barrier that part of a workgroup does not reach.
    #[error(
        "the barrier is reached by {reached} of {invocations} invocations of workgroup {}\n\
         help: move it out of branches, loops and early returns that differ between invocations",
        triple(workgroup)
    )]
    DivergentBarrier {
        /// How many invocations reach it.
        reached: usize,
        /// How many there are.
        invocations: usize,
        /// The workgroup's position.
        workgroup: [u32; 3],
    },
    /// The number domain cannot do an operation.
    #[error(transparent)]
    NoMeaning(#[from] NoMeaning),
    /// A loop that does not seem to end.
    #[error("the loop passes its budget of {budget} iterations in {invocation}")]
    Endless {
        /// The budget.
        budget: u64,
        /// One that is still in the loop.
        invocation: Invocation,
    },
    /// Two accesses that nothing orders.
    #[error(transparent)]
    Race(Box<Race>),
    /// More of something than the executor can hold.
    #[error("{need} {what} are needed, but the reference executor has at most {limit}")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How much the run needs.
        need: u64,
        /// How much there is.
        limit: u64,
    },
    /// A tree that breaks its own rules.
    #[error("the tree is malformed: {0}; this is a bug of hesper-shader, please report it")]
    Internal(Cow<'static, str>),
}

impl Fault {
    /// The fault with its kernel and line.
    pub(super) fn at(self, tree: &Tree, loc: Loc) -> ExecError {
        ExecError {
            kernel: tree.name.clone(),
            loc,
            fault: self,
        }
    }
}

/// A tree that breaks its own rules.
pub(super) const fn internal(problem: &'static str) -> Fault {
    Fault::Internal(Cow::Borrowed(problem))
}

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

/// Whether memory is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessKind {
    /// A load.
    Read,
    /// A store.
    Write,
}

/// One invocation of a dispatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// Its `global_invocation_id()`.
    pub global: [u32; 3],
    /// Its `workgroup_id()`.
    pub workgroup: [u32; 3],
}

impl fmt::Display for AccessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AccessKind::Read => "read",
            AccessKind::Write => "write",
        })
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (global, workgroup) = (triple(&self.global), triple(&self.workgroup));
        write!(f, "invocation {global} of workgroup {workgroup}")
    }
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

fn triple([x, y, z]: &[u32; 3]) -> String {
    format!("({x}, {y}, {z})")
}
