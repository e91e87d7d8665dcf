//! What WGSL would refuse, in the words of the kernel.

use crate::tree::{Barrier, BuiltinValue, Loc, StmtKind, SubgroupOp};
use std::fmt;

/// Whom something is the same for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All invocations of a workgroup.
    Workgroup,
    /// All invocations of a subgroup.
    Subgroup,
}

/// A statement that invocations make together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collective {
    /// A barrier.
    Barrier(Barrier),
    /// `workgroup_uniform_load`.
    UniformLoad,
    /// An exchange of values within a subgroup.
    Subgroup(SubgroupOp),
}

impl Collective {
    /// The collective that a statement is, if it is one.
    pub const fn of(kind: &StmtKind) -> Option<Collective> {
        Some(match kind {
            StmtKind::Barrier(barrier) => Collective::Barrier(*barrier),
            StmtKind::UniformLoad { .. } => Collective::UniformLoad,
            StmtKind::Subgroup { op, .. } => Collective::Subgroup(*op),
            _ => return None,
        })
    }

    /// Who has to be together.
    pub const fn scope(self) -> Scope {
        match self {
            Collective::Barrier(_) | Collective::UniformLoad => Scope::Workgroup,
            Collective::Subgroup(_) => Scope::Subgroup,
        }
    }

    /// The name of the function in kernel code.
    pub const fn name(self) -> &'static str {
        match self {
            Collective::Barrier(Barrier::Workgroup) => "workgroup_barrier",
            Collective::Barrier(Barrier::Storage) => "storage_barrier",
            Collective::UniformLoad => "workgroup_uniform_load",
            Collective::Subgroup(op) => op.name(),
        }
    }
}

/// Why something may differ between invocations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// It comes from a value of the device.
    Builtin(BuiltinValue),
    /// It is read from this buffer, which the kernel may write.
    Storage(String),
    /// It is read from this workgroup variable.
    Workgroup(String),
    /// It is what this atomic held.
    Atomic(String),
    /// It is what a subgroup's exchange yields.
    Exchange(SubgroupOp),
}

/// Where invocations part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parted {
    /// The branch or loop, if they part at all; else a value itself must be the same.
    pub at: Option<Loc>,
    /// What differs between them.
    pub source: Source,
    /// Where that comes from.
    pub loc: Loc,
}

/// A statement that WGSL refuses where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UniformityProblem {
    /// Not all invocations may get there.
    #[error(
        "`{}` must be reached by all invocations of a {}, and {parted} lets them part\nhelp: {}",
        .collective.name(), .collective.scope(), advice(*.collective, &.parted.source)
    )]
    ControlFlow {
        /// The statement.
        collective: Collective,
        /// Where invocations part, and why.
        parted: Parted,
    },
    /// A place or distance that may differ between invocations.
    #[error(
        "{} of `{}` must be the same for all invocations of a {}, and {}\nhelp: {}",
        operand(*.collective), .collective.name(), .collective.scope(), .parted.differs(),
        advice_value(*.collective)
    )]
    Operand {
        /// The statement.
        collective: Collective,
        /// Why the value may differ.
        parted: Parted,
    },
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scope::Workgroup => "workgroup",
            Scope::Subgroup => "subgroup",
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Builtin(value) => write!(f, "`{}()`", value.name()),
            Source::Storage(name) | Source::Workgroup(name) => write!(f, "what `{name}` holds"),
            Source::Atomic(name) => write!(f, "what the atomic `{name}` held"),
            Source::Exchange(op) => write!(f, "the result of `{}`", op.name()),
        }
    }
}

impl Parted {
    fn differs(&self) -> String {
        match self.at {
            Some(at) => format!(
                "it depends on the way taken at {at}, by {} at {}",
                self.source, self.loc
            ),
            None => format!("it depends on {} at {}", self.source, self.loc),
        }
    }
}

impl fmt::Display for Parted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, loc) = (&self.source, self.loc);
        match self.at {
            Some(at) => write!(
                f,
                "the condition at {at}, which depends on {source} at {loc},"
            ),
            None => write!(f, "{source} at {loc}"),
        }
    }
}

fn operand(collective: Collective) -> &'static str {
    match collective {
        Collective::UniformLoad => "the place",
        _ => "the distance or mask",
    }
}

/// What to write instead of a collective that some invocations miss.
fn advice(collective: Collective, source: &Source) -> String {
    let name = collective.name();
    match (source, collective) {
        (Source::Storage(buffer), _) => format!(
            "read it from a buffer that is only read, `{buffer}: &[T]`, or let one invocation put it into workgroup memory and all read it by `workgroup_uniform_load`"
        ),
        (Source::Workgroup(variable), _) => {
            format!("read it by `workgroup_uniform_load({variable}[..])`")
        }
        (_, Collective::Subgroup(_)) => format!(
            "call it before the branch, in all invocations, and choose what each one gives and keeps: `let sum = {name}(if inside {{ x }} else {{ 0.0 }});`"
        ),
        _ => format!(
            "move `{name}` out of the branch or loop, or decide by what is the same for all: sizes, scalars of the kernel, `workgroup_id()`"
        ),
    }
}

fn advice_value(collective: Collective) -> &'static str {
    match collective {
        Collective::UniformLoad => {
            "read places that differ by a plain load after `workgroup_barrier()`"
        }
        _ => "`subgroup_shuffle(value, lane)` takes a lane of each invocation's own",
    }
}
