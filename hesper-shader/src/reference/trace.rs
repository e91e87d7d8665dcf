//! What one invocation does, statement by statement, and what kernels log.

use super::columns::Column;
use super::frame::Frame;
use super::mask::Mask;
use super::options::{Options, Outcome};
use super::team::Team;
use crate::tree::{
    AtomicOp, ExprId, Function, Loc, Place, Root, Step, Stmt, StmtKind, SubgroupOp, Tree,
};
use std::fmt;
use std::fmt::Debug;

/// A statement of the invocation that is traced.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceLine {
    /// Where it was written.
    pub loc: Loc,
    /// What it did, with values: `y[3] = 0.5`.
    pub text: String,
    /// How many invocations of its workgroup did it together.
    pub active: usize,
    /// How many there are.
    pub invocations: usize,
}

impl fmt::Display for TraceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (active, all) = (self.active, self.invocations);
        write!(f, "{}: {} [{active} of {all} active]", self.loc, self.text)
    }
}

/// The trace and the log of a run.
#[derive(Debug)]
pub(super) struct Journal {
    kernel: String,
    invocation: Option<[u32; 3]>,
    /// The lane traced, where it is in the running team.
    lane: Option<usize>,
    print: bool,
    trace: Vec<TraceLine>,
    log: Vec<String>,
}

impl Journal {
    pub(super) fn new(tree: &Tree, options: &Options) -> Journal {
        Journal {
            kernel: tree.name.clone(),
            invocation: options.trace,
            lane: None,
            print: options.print_log,
            trace: Vec::new(),
            log: Vec::new(),
        }
    }

    pub(super) fn enter(&mut self, team: &Team) {
        let Some(traced) = self.invocation else {
            return;
        };
        let mut lanes = 0..team.members() * team.per_group();
        self.lane = lanes.find(|lane| team.invocation(*lane).global == traced);
    }

    /// The lane that is traced and takes part.
    pub(super) fn traced(&self, active: &Mask) -> Option<usize> {
        self.lane
            .filter(|lane| active.lanes().get(*lane) == Some(&true))
    }

    /// Writes down a statement that was done.
    pub(super) fn done(&mut self, loc: Loc, text: String, active: &Mask, team: &Team) {
        self.trace.push(TraceLine {
            loc,
            text,
            active: active.count(),
            invocations: team.per_group(),
        });
    }

    /// A line of `log!` for each active lane.
    #[allow(clippy::print_stdout, reason = "printing is what `log!` is for")]
    pub(super) fn log<V: Copy + Debug>(
        &mut self,
        text: &[String],
        values: &[ExprId],
        frame: &Frame<V>,
        active: &Mask,
        team: &Team,
    ) {
        let lanes = active.lanes().iter().enumerate();
        for (lane, _) in lanes.filter(|(_, on)| **on) {
            let mut line = text.first().cloned().unwrap_or_default();
            for (i, id) in values.iter().enumerate() {
                line += &value(frame, *id, lane, active.lanes().len());
                line += text.get(i + 1).map_or("", String::as_str);
            }
            let line = format!("{}: {}: {line}", self.kernel, team.invocation(lane));
            if self.print {
                println!("{line}");
            } else {
                self.log.push(line);
            }
        }
    }

    /// Hands over what was written down.
    pub(super) fn finish(&mut self, outcome: &mut Outcome) {
        outcome.trace.append(&mut self.trace);
        outcome.log.append(&mut self.log);
    }
}

/// What a statement did in one lane; `None` for statements that hold others, which speak for themselves.
pub(super) fn describe<V: Copy + Debug>(
    stmt: &Stmt,
    tree: &Tree,
    function: &Function,
    frame: &Frame<V>,
    lane: usize,
    lanes: usize,
) -> Option<String> {
    let value = |id: ExprId| value(frame, id, lane, lanes);
    let name = |id: ExprId| match function.get(id).and_then(|e| e.name.as_deref()) {
        Some(name) => format!("{name} = {}", value(id)),
        None => value(id),
    };
    let place = |p: &Place| place_text(p, tree, function, &value);
    Some(match &stmt.kind {
        StmtKind::Emit(id) => name(*id),
        StmtKind::Load { place: p, result } => format!("{} from {}", name(*result), place(p)),
        StmtKind::UniformLoad { place: p, result } => {
            format!(
                "{} from workgroup_uniform_load({})",
                name(*result),
                place(p)
            )
        }
        StmtKind::Store { place: p, value: v } => format!("{} = {}", place(p), value(*v)),
        StmtKind::Atomic {
            place: p,
            op,
            result,
        } => {
            let call = format!("{}.{}", place(p), atomic_text(*op, &value));
            match result {
                Some(result) => format!("{} from {call}", name(*result)),
                None => call,
            }
        }
        StmtKind::Subgroup {
            op,
            value: v,
            result,
        } => format!("{} from {}", name(*result), subgroup_text(*op, *v, &value)),
        StmtKind::Return(Some(id)) => format!("return {}", value(*id)),
        StmtKind::Return(None) => "return".to_string(),
        StmtKind::Break => "break".to_string(),
        StmtKind::Continue => "continue".to_string(),
        StmtKind::Barrier(barrier) => format!("{barrier:?} barrier").to_lowercase(),
        StmtKind::If { condition, .. } => format!("if {}", value(*condition)),
        StmtKind::For { trips, .. } => format!("for {} times", value(*trips)),
        StmtKind::Loop { .. } => "loop".to_string(),
        StmtKind::Call { function, .. } => {
            format!("calls `{}`", tree.functions.get(function.index())?.name)
        }
        StmtKind::Aside { .. } | StmtKind::Log { .. } => return None,
    })
}

/// An atomic operation as it is written, with what it came to where that is not its value.
fn atomic_text(op: AtomicOp, value: &impl Fn(ExprId) -> String) -> String {
    match op {
        AtomicOp::Load => "load()".to_string(),
        AtomicOp::Store(v) => format!("store({})", value(v)),
        AtomicOp::Update(update, v) => format!("{}({})", update.name(), value(v)),
        AtomicOp::CompareExchangeWeak {
            expected,
            new,
            exchanged,
        } => {
            let (expected, new, exchanged) = (value(expected), value(new), value(exchanged));
            format!("compare_exchange_weak({expected}, {new}), exchanged: {exchanged}")
        }
    }
}

/// An exchange within a subgroup as it is written.
fn subgroup_text(op: SubgroupOp, given: ExprId, value: &impl Fn(ExprId) -> String) -> String {
    let lane = op.lane().map(|lane| lane.to_string());
    let second = op.operand().map(value).or(lane);
    let operands: Vec<String> = [value(given)].into_iter().chain(second).collect();
    format!("{}({})", op.name(), operands.join(", "))
}

/// A value of one lane: `0.5`, `(1, 2)`.
fn value<V: Copy + Debug>(frame: &Frame<V>, id: ExprId, lane: usize, lanes: usize) -> String {
    let Some(column) = frame.values.get(id.index()) else {
        return "?".to_string();
    };
    components(column, lane, lanes)
}

fn components<V: Copy + Debug>(column: &Column<V>, lane: usize, lanes: usize) -> String {
    let at = (lane..column.len()).step_by(lanes.max(1));
    let texts: Vec<String> = at.filter_map(|i| column.text(i)).collect();
    match texts.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    }
}

fn place_text(
    place: &Place,
    tree: &Tree,
    function: &Function,
    value: &impl Fn(ExprId) -> String,
) -> String {
    let name = match place.root {
        Root::Storage(id) => tree.params.get(id.index()).map(|p| &p.name),
        Root::Workgroup(id) => tree.workgroup.get(id.index()).map(|v| &v.name),
        Root::Local(id) => function.locals.get(id.index()).map(|l| &l.name),
    };
    let mut text = name.cloned().unwrap_or_default();
    for step in &place.path {
        match step {
            Step::Index(id) => text += &format!("[{}]", value(*id)),
            Step::Component(c) => {
                text.push('.');
                text.push(*b"xyzw".get(usize::from(*c)).unwrap_or(&b'?') as char);
            }
        }
    }
    text
}
