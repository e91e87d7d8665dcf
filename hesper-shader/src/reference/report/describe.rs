//! What a statement did in one lane, as text with values: `sum = 0.75 from 0.5 + 0.25`.

use crate::domain::Value;
use crate::reference::values::columns::Column;
use crate::reference::values::frame::Frame;
use crate::tree::{
    AtomicOp, ExprId, ExprKind, Function, Place, Root, Step, Stmt, StmtKind, SubgroupOp, Tree,
    UnaryOp,
};

/// What a statement did in one lane; `None` for statements that hold others, which speak for themselves.
pub(in crate::reference) fn describe<V: Value>(
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
        StmtKind::Emit(id) => match computed_text(function, *id, &value) {
            Some(source) => format!("{} from {source}", name(*id)),
            None => name(*id),
        },
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

/// An operation with the values it is done on; `None` for those that only rearrange.
fn computed_text(
    function: &Function,
    id: ExprId,
    value: &impl Fn(ExprId) -> String,
) -> Option<String> {
    Some(match &function.get(id)?.kind {
        ExprKind::Unary(UnaryOp::Negate, x) => format!("-({})", value(*x)),
        ExprKind::Unary(UnaryOp::Not, x) => format!("!{}", value(*x)),
        ExprKind::Binary(op, x, y) => format!("{} {} {}", value(*x), op.symbol(), value(*y)),
        ExprKind::Math(op, operands) => format!("{}({})", op.name(), list(operands, value)),
        ExprKind::Select {
            condition,
            on_true,
            on_false,
        } => {
            let (condition, on_true, on_false) =
                (value(*condition), value(*on_true), value(*on_false));
            format!("if {condition} {{ {on_true} }} else {{ {on_false} }}")
        }
        ExprKind::Convert(x) => format!("{} as {}", value(*x), function.get(id)?.ty),
        _ => return None,
    })
}

fn list(ids: &[ExprId], value: &impl Fn(ExprId) -> String) -> String {
    let values: Vec<String> = ids.iter().map(|id| value(*id)).collect();
    values.join(", ")
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
pub(in crate::reference) fn value<V: Value>(
    frame: &Frame<V>,
    id: ExprId,
    lane: usize,
    lanes: usize,
) -> String {
    let Some(column) = frame.values.get(id.index()) else {
        return "?".to_string();
    };
    components(column, lane, lanes)
}

fn components<V: Value>(column: &Column<V>, lane: usize, lanes: usize) -> String {
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
