//! What can go wrong in a run.

use super::race::Race;
use crate::domain::NoMeaning;
use crate::limits::Excess;
use crate::reference::control::splits::Parting;
use crate::reference::dispatch::options::Outcome;
use crate::tree::{Loc, SubgroupOp, Tree};
use std::fmt::{self, Display};

/// A run stopped: in which kernel, at which line, and why.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{loc}: in kernel `{kernel}`, {fault}{}", again(so_far.order))]
pub struct ExecError {
    /// The kernel's name.
    pub kernel: String,
    /// The statement or parameter at fault.
    pub loc: Loc,
    /// What happened.
    pub fault: Fault,
    /// What the run had told until then: the trace up to the statement at fault, lines of `log!`, warnings. Where a kernel fails in another
    /// order alone, what it told in the one asked for, and [which other](Outcome::order).
    pub so_far: Box<Outcome>,
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
        expected: Box<str>,
        /// What was bound.
        given: Box<str>,
    },
    /// An `assert!` that does not hold.
    #[error("{invocation}: {text}")]
    Assertion {
        /// What it says, with its values.
        text: String,
        /// Who.
        invocation: Invocation,
    },
    /// An index beyond an array's end.
    #[error(
        "{invocation} {access}s `{name}` at index {index}, but its length is {length}\nhelp: compare the index with the length first"
    )]
    OutOfBounds {
        /// Whether it reads or writes.
        access: AccessKind,
        /// The buffer or array; `tile[3]` for a row of two dimensions.
        name: String,
        /// The index that is too large.
        index: u32,
        /// The length of the array dimension.
        length: u64,
        /// Who.
        invocation: Invocation,
    },
    /// A place where a workgroup meets that part of it does not reach.
    #[error(
        "the barrier is reached by {reached} of {invocations} invocations, but not by {absent}{}\n\
         help: move it out of branches, loops and early returns that differ between invocations",
        way(*parted, *other)
    )]
    DivergentBarrier {
        /// How many invocations of a workgroup reach it.
        reached: usize,
        /// How many the workgroup has.
        invocations: usize,
        /// One that does not.
        absent: Invocation,
        /// Where that one left the others.
        parted: Option<Parting>,
        /// Another barrier that lies on its way.
        other: Option<Loc>,
    },
    /// A value that is to be the same for a whole workgroup is read at different places.
    #[error(
        "`workgroup_uniform_load` reads `{}` in {}, and `{}` in {}\nhelp: the place must be the same for all invocations",
        reads[0].0, reads[0].1, reads[1].0, reads[1].1
    )]
    UnequalUniformLoad {
        /// Two elements, `tile[3]`, and who reads them.
        reads: Box<[(String, Invocation); 2]>,
    },
    /// Memory is read that nobody has written.
    #[error("{invocation} reads `{place}`, which nothing has written{}", if *shared {
        ": workgroup memory is not zero everywhere\nhelp: write it first, then put a barrier"
    } else {
        "\nhelp: write it first, or give a buffer whose contents count"
    })]
    Unwritten {
        /// The element, `tile[3]`.
        place: String,
        /// Whether it is workgroup memory.
        shared: bool,
        /// Who.
        invocation: Invocation,
    },
    /// An index that comes from an addition, subtraction or multiplication that wrapped.
    #[error(
        "{invocation} uses {index} as an index of `{name}`, which comes from an operation that wrapped at {wrapped}\n\
         help: compare before subtracting, or say `wrapping_sub` where wrapping is meant"
    )]
    Wrapped {
        /// The array.
        name: String,
        /// The index.
        index: u32,
        /// The operation.
        wrapped: Loc,
        /// Who.
        invocation: Invocation,
    },
    /// An integer divided by zero.
    #[error(
        "{invocation} computes {dividend} {} 0\nhelp: WGSL gives {}; if that is meant, test for zero and say so",
        if *remainder { '%' } else { '/' },
        if *remainder { "0" } else { "the left operand" }
    )]
    DivisionByZero {
        /// The left operand.
        dividend: i64,
        /// Whether the remainder is asked for.
        remainder: bool,
        /// Who.
        invocation: Invocation,
    },
    /// An exchange within a subgroup that part of the subgroup does not reach.
    #[error(
        "`{}` is reached by {reached} of {invocations} invocations of a subgroup, but not by {absent}{}\n\
         help: call it in all of them, before the branch, and choose what each one gives and keeps",
        op.name(), way(*parted, None)
    )]
    DivergentExchange {
        /// The exchange.
        op: SubgroupOp,
        /// How many invocations of a subgroup reach it.
        reached: usize,
        /// How many the subgroup has.
        invocations: usize,
        /// One that does not.
        absent: Invocation,
        /// Where that one left the others.
        parted: Option<Parting>,
    },
    /// A value of a lane that the subgroup does not have, which tells.
    #[error(
        "{invocation} {used} what comes from lane {lane} of a subgroup, asked for at {asked}: that lane does not exist\n\
         help: what it gets differs between devices; ask a lane that is there in every subgroup size, or leave the value in lanes whose result nobody takes"
    )]
    AbsentLane {
        /// What is done with the value.
        used: AbsentUse,
        /// The lane asked for.
        lane: u32,
        /// Where it was asked.
        asked: Loc,
        /// Who uses it.
        invocation: Invocation,
    },
    /// Two atomic accesses with a barrier between them that orders the other kind of memory.
    #[error(
        "`{}` is {}, and {}, and the barrier between them at {barrier} does not order {}\n\
         help: write `{}()` there; where any order is right, say why: `#[any_order(\"..\")]`",
        race.place, race.first, race.second,
        if *shared { "workgroup memory" } else { "storage" },
        if *shared { "workgroup_barrier" } else { "storage_barrier" }
    )]
    WrongBarrier {
        /// The two accesses, of which one would have to come first.
        race: Box<Race>,
        /// The barrier.
        barrier: Loc,
        /// Whether they go to workgroup memory.
        shared: bool,
    },
    /// A dispatch that needs more than devices allow.
    #[error("the dispatch {0}\nhelp: where a device allows more, say so by `Options::limits`")]
    BeyondLimits(Excess),
    /// A loop that waits for something that cannot happen.
    #[error(
        "an iteration of the loop changes nothing, so {waiting} of {invocations} invocations wait for ever, {invocation} among them\n\
         help: nothing makes other invocations go on while one waits: split the kernel into a dispatch for each step"
    )]
    NoProgress {
        /// How many invocations of a workgroup are in the loop.
        waiting: usize,
        /// How many the workgroup has.
        invocations: usize,
        /// One that is in the loop.
        invocation: Invocation,
    },
    /// A result that depends on the order in which workgroups run or lanes reach an atomic.
    #[error(
        "the result depends on the order of invocations: `{place}` is {natural} in one order and {other} in another\n\
         help: use operations whose order does not matter; where any order is right, say why: `#[any_order(\"..\")]` on `{}`",
        place.split('[').next().unwrap_or_default()
    )]
    OrderDependent {
        /// The element that differs, `out[3]`; of a vector, with its component.
        place: String,
        /// What it is in the order asked for.
        natural: Box<str>,
        /// What it is in another.
        other: Box<str>,
    },
    /// The number domain cannot do an operation.
    #[error(transparent)]
    NoMeaning(#[from] NoMeaning),
    /// Loops that do not seem to end; the line is that of the loop that has gone round most often.
    #[error(
        "the loop does not end: {invocation} is still in it when the budget of {budget} iterations is spent, {iterations} of them here\n\
         help: look at what should end it; where it is only long, raise `Options::step_budget`"
    )]
    Endless {
        /// The budget for all loops of a workgroup.
        budget: u64,
        /// How often this loop has gone round since it was entered.
        iterations: u64,
        /// One that is still in the loop.
        invocation: Invocation,
    },
    /// Two accesses that nothing orders.
    #[error(transparent)]
    Race(Box<Race>),
    /// Two writes of one value that nothing orders: on most devices no harm is done, and WGSL promises nothing.
    #[error(
        "data race: `{}` is {}, and {}: the same value, but nothing orders the two\n\
         help: let one invocation write it; where any may, say why: `#[any_order(\"..\")]`",
        .0.place, .0.first, .0.second
    )]
    SameValue(Box<Race>),
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
}

impl ExecError {
    /// The error of a run that had told something.
    pub(in crate::reference) fn after(self, outcome: Outcome) -> ExecError {
        let so_far = Box::new(outcome);
        ExecError { so_far, ..self }
    }
}

impl Fault {
    /// The fault with its kernel and line.
    pub(in crate::reference) fn at(self, tree: &Tree, loc: Loc) -> ExecError {
        ExecError {
            kernel: tree.name.clone(),
            loc,
            fault: self,
            so_far: Box::default(),
        }
    }
}

/// What is done with the value of a lane that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsentUse {
    /// It goes to memory.
    Store,
    /// It says which way an invocation goes.
    Decision,
    /// It says which element is meant, or which lane.
    Index,
}

impl Display for AbsentUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AbsentUse::Store => "writes to memory",
            AbsentUse::Decision => "decides by",
            AbsentUse::Index => "takes for an index",
        })
    }
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

impl Display for AccessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AccessKind::Read => "read",
            AccessKind::Write => "write",
        })
    }
}

impl Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (global, workgroup) = (triple(&self.global), triple(&self.workgroup));
        write!(f, "invocation {global} of workgroup {workgroup}")
    }
}

fn triple([x, y, z]: &[u32; 3]) -> String {
    format!("({x}, {y}, {z})")
}

fn again(order: Option<u64>) -> String {
    order.map_or(String::new(), |order| {
        format!("\nhelp: found in another order of invocations; `Options::order` = Some({order}) runs it so")
    })
}

fn way(parted: Option<Parting>, other: Option<Loc>) -> String {
    let parted = parted.map_or(String::new(), |parted| format!(", which {parted}"));
    let other = other.map_or(String::new(), |other| {
        format!(", to the barrier at {other}")
    });
    parted + &other
}
