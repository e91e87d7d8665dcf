//! Values and places as text.

use super::Printer;
use crate::tree::{BinaryOp, Expr, ExprId, ExprKind, Literal, Place, Root, Step, Type, UnaryOp};
use std::fmt::Write;

impl<'a> Printer<'a> {
    pub(super) fn value(&mut self, id: ExprId) -> String {
        self.value_and_loads(id).0
    }

    fn value_and_loads(&mut self, id: ExprId) -> (String, bool) {
        if let Some(pending) = self.pending.remove(&id) {
            return (pending.text, pending.loads);
        }
        if let Some(name) = self.names.get(&id) {
            return (name.clone(), false);
        }
        (
            self.function
                .get(id)
                .map_or("?".to_string(), |e| self.ambient(e)),
            false,
        )
    }

    pub(super) fn ambient(&self, expr: &Expr) -> String {
        let param = |index: usize| self.tree.params.get(index).map_or("?", |p| p.name.as_str());
        match &expr.kind {
            ExprKind::Literal(Literal::F32(number)) => number.to_string(),
            ExprKind::Literal(Literal::I32(n)) => format!("{n}i"),
            ExprKind::Literal(Literal::U32(n)) => n.to_string(),
            ExprKind::Literal(Literal::Bool(b)) => b.to_string(),
            ExprKind::NegInfinity => "neg_infinity".to_string(),
            ExprKind::Uniform(id) => param(id.index()).to_string(),
            ExprKind::Length(id) => format!("{}.len()", param(id.index())),
            ExprKind::BuiltinValue(value) => format!("{}()", value.name()),
            ExprKind::Argument(n) => self
                .function
                .arguments
                .get(*n as usize)
                .map_or("?", |a| a.0.as_str())
                .to_string(),
            _ => "?".to_string(),
        }
    }

    /// The text of an emitted expression, and whether it reads memory.
    pub(super) fn compute(&mut self, expr: &'a Expr) -> (String, bool) {
        let mut loads = false;
        let ambient = self.ambient(expr);
        let text = computed(expr, ambient, |id| {
            let (text, l) = self.value_and_loads(id);
            loads |= l;
            text
        });
        (text, loads)
    }

    pub(super) fn place(&mut self, place: &Place) -> String {
        let root = self.root(place.root);
        at_place(place, root, |id| self.value(id))
    }

    /// The name of a variable.
    pub(super) fn root(&self, root: Root) -> String {
        let name = match root {
            Root::Storage(id) => self.tree.params.get(id.index()).map(|p| p.name.clone()),
            Root::Workgroup(id) => self.tree.workgroup.get(id.index()).map(|v| v.name.clone()),
            Root::Local(id) => self
                .function
                .locals
                .get(id.index())
                .map(|l| self.local_name(&l.name, id.index())),
        };
        name.unwrap_or_else(|| "?".to_string())
    }

    /// Locals are marked, since a `let` may have the same name; those that share a name are told apart by their position.
    pub(super) fn local_name(&self, name: &str, index: usize) -> String {
        let shared = self
            .function
            .locals
            .iter()
            .filter(|l| l.name == name)
            .count()
            > 1;
        if shared {
            format!("${name}_{index}")
        } else {
            format!("${name}")
        }
    }
}

/// The text of an expression, of the texts of its operands; one without operands is `ambient`.
pub(super) fn computed(
    expr: &Expr,
    ambient: String,
    mut part: impl FnMut(ExprId) -> String,
) -> String {
    let mut join = |ids: &[ExprId]| {
        let parts: Vec<String> = ids.iter().map(|id| part(*id)).collect();
        parts.join(", ")
    };
    match &expr.kind {
        ExprKind::Unary(op, a) => {
            let symbol = if *op == UnaryOp::Negate { "-" } else { "!" };
            format!("{symbol}{}", grouped(&part(*a)))
        }
        ExprKind::Binary(op, a, b) => {
            let a = part(*a);
            binary(*op, &a, &part(*b))
        }
        ExprKind::Math(function, operands) => format!("{}({})", function.name(), join(operands)),
        ExprKind::Select {
            condition,
            on_true,
            on_false,
        } => format!("select({})", join(&[*condition, *on_true, *on_false])),
        ExprKind::Convert(a) => format!("{} as {}", grouped(&part(*a)), expr.ty),
        ExprKind::Compose(parts) => format!("{}({})", constructor(expr.ty), join(parts)),
        ExprKind::Splat(a) => format!("{}({})", constructor(expr.ty), part(*a)),
        ExprKind::Component(a, index) => format!("{}.{}", grouped(&part(*a)), component(*index)),
        _ => ambient,
    }
}

/// The text of a place in a variable of this name.
pub(super) fn at_place(
    place: &Place,
    root: String,
    mut part: impl FnMut(ExprId) -> String,
) -> String {
    let mut text = root;
    for step in &place.path {
        // Writing to a string cannot fail.
        let _ = match step {
            Step::Index(index) => write!(text, "[{}]", part(*index)),
            Step::Component(index) => write!(text, ".{}", component(*index)),
        };
    }
    text
}

fn binary(op: BinaryOp, a: &str, b: &str) -> String {
    format!("{} {} {}", grouped(a), op.symbol(), grouped(b))
}

/// Parentheses around what is not a single term.
fn grouped(text: &str) -> String {
    let mut depth = 0;
    let open = text.chars().any(|c| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        depth == 0 && c == ' '
    });
    if open {
        format!("({text})")
    } else {
        text.to_string()
    }
}

fn constructor(ty: Type) -> String {
    format!("vec{}", ty.size)
}

fn component(index: u8) -> char {
    match index {
        0 => 'x',
        1 => 'y',
        2 => 'z',
        _ => 'w',
    }
}
