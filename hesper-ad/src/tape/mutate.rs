//! Wrong variants of a tape: one operation of the spec's text changed, wherever the tape has it.

use super::formula::symbol;
use super::{Id, Node, Tape};
use hesper_shader::domain::{Comparison, RealBinary, RealUnary};
use std::panic::Location;

/// What stands at a line of a spec, and what becomes of it. A tape may have it many times, once for each element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Edit {
    /// The line and column that made the operation.
    pub(crate) line: &'static Location<'static>,
    /// What it is.
    pub(crate) was: Operation,
    /// What becomes of it.
    pub(crate) change: Change,
}

/// An operation without its operands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operation {
    Constant,
    Unary(RealUnary),
    Binary(RealBinary),
    Powi(i32),
    Sum,
    Compare(Comparison),
    Select,
}

/// What becomes of an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Change {
    /// Its operands, or the values of a selection, exchanged.
    Swap,
    /// Its first or only operand alone; of a sum all but the last.
    First,
    /// Its second operand alone; of a sum all but the first.
    Second,
    /// Its last operand counted twice.
    Twice,
    /// Another operation of the same operands.
    Binary(RealBinary),
    Compare(Comparison),
    Powi(i32),
    /// One more, or one less, in a constant's last digit.
    Next,
    Previous,
}

impl Change {
    /// What such a change is called in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Change::Swap => "operands swapped",
            Change::First | Change::Second => "term dropped",
            Change::Twice => "term duplicated",
            Change::Binary(_) => "sign changed",
            Change::Compare(_) => "comparison changed",
            Change::Powi(_) | Change::Next | Change::Previous => "constant changed",
        }
    }
}

impl Operation {
    fn of(node: Node) -> Option<Operation> {
        match node {
            Node::Given(_) | Node::NegInfinity | Node::Float(_) | Node::Same(_) => None,
            Node::Constant(_) => Some(Operation::Constant),
            Node::Unary(op, _) => Some(Operation::Unary(op)),
            Node::Binary(op, ..) => Some(Operation::Binary(op)),
            Node::Powi(_, n) => Some(Operation::Powi(n)),
            Node::Sum { .. } => Some(Operation::Sum),
            Node::Compare(op, ..) => Some(Operation::Compare(op)),
            Node::Select(..) => Some(Operation::Select),
        }
    }

    /// What may become of it.
    fn changes(self) -> Vec<Change> {
        use Change::*;
        use RealBinary::{Add, Divide, Max, Min, Multiply, Subtract};
        match self {
            Operation::Constant => vec![Next, Previous],
            Operation::Unary(_) => vec![First],
            Operation::Binary(Add) => vec![First, Second, Twice, Binary(Subtract)],
            Operation::Binary(Subtract) => vec![Swap, First, Second, Twice, Binary(Add)],
            Operation::Binary(Multiply) => vec![First, Second, Twice],
            Operation::Binary(Divide) => vec![Swap, First, Second, Twice],
            Operation::Binary(Max) => vec![First, Second, Binary(Min)],
            Operation::Binary(Min) => vec![First, Second, Binary(Max)],
            Operation::Binary(_) => vec![Swap, First],
            Operation::Powi(n) => vec![Powi(n.saturating_add(1)), First],
            Operation::Sum => vec![First, Second, Twice],
            Operation::Compare(op) => others(op).into_iter().map(Compare).collect(),
            Operation::Select => vec![Swap, First, Second],
        }
    }

    /// The operation of operands that go by letters.
    fn text(self) -> String {
        match self {
            Operation::Constant => "c".to_string(),
            Operation::Unary(op) => format!("{}(x)", op.name()),
            Operation::Binary(op) => binary(op, "x", "y"),
            Operation::Powi(n) => format!("x^{n}"),
            Operation::Sum => "sum(x, …, z)".to_string(),
            Operation::Compare(op) => format!("x {} y", symbol(op)),
            Operation::Select => "select(c, x, y)".to_string(),
        }
    }
}

impl Edit {
    /// "`x − y` becomes `y − x`".
    pub(crate) fn words(&self) -> String {
        let old = self.was.text();
        let new = match (self.change, self.was) {
            (Change::Swap, Operation::Binary(op)) => binary(op, "y", "x"),
            (Change::Swap, _) => "select(c, y, x)".to_string(),
            (Change::First, Operation::Sum) => "sum(x, …)".to_string(),
            (Change::Second, Operation::Sum) => "sum(…, z)".to_string(),
            (Change::Twice, Operation::Sum) => "sum(x, …, z, z)".to_string(),
            (Change::First, _) => "x".to_string(),
            (Change::Second, _) => "y".to_string(),
            (Change::Twice, Operation::Binary(op)) => binary(op, &format!("({old})"), "y"),
            (Change::Twice, _) => format!("{old} twice"),
            (Change::Binary(op), _) => binary(op, "x", "y"),
            (Change::Compare(op), _) => format!("x {} y", symbol(op)),
            (Change::Powi(n), _) => format!("x^{n}"),
            (Change::Next, _) => "c with its last digit one more".to_string(),
            (Change::Previous, _) => "c with its last digit one less".to_string(),
        };
        format!("`{old}` becomes `{new}`")
    }
}

impl Tape {
    /// All edits that change what the results are made of, in the order of the text.
    pub(crate) fn edits(&self, results: &[Id]) -> Vec<Edit> {
        let live = self.live(results);
        let mut sites: Vec<(&'static Location<'static>, Operation)> = Vec::new();
        for (id, (node, line)) in self.nodes.iter().enumerate() {
            let operation = Operation::of(*node).filter(|_| live[id]);
            let site = operation.map(|operation| (*line, operation));
            sites.extend(site.filter(|site| !sites.contains(site)));
        }
        let place = |line: &Location<'static>| (line.file(), line.line(), line.column());
        sites.sort_by(|(a, _), (b, _)| place(a).cmp(&place(b)));
        let edits = sites.into_iter().flat_map(|(line, was)| {
            let changes = was.changes().into_iter();
            changes.map(move |change| Edit { line, was, change })
        });
        edits.collect()
    }

    /// The tape with an edit, and where each of its nodes has gone; none where it does not have the operation.
    pub(crate) fn edited(&self, edit: &Edit) -> Option<(Tape, Vec<Id>)> {
        let hit = |(node, line): &(Node, &'static Location<'static>)| {
            *line == edit.line && Operation::of(*node) == Some(edit.was)
        };
        self.nodes.iter().find(|node| hit(node))?;
        let mut new = Tape {
            masks: self.masks,
            constants: self.constants.clone(),
            ..Tape::default()
        };
        let mut moved: Vec<Id> = Vec::with_capacity(self.nodes.len());
        for (node, line) in &self.nodes {
            let at = |x: Id| moved[x as usize];
            let same = match *node {
                Node::Same(x) => Node::Same(at(x)),
                Node::Unary(op, x) => Node::Unary(op, at(x)),
                Node::Binary(op, x, y) => Node::Binary(op, at(x), at(y)),
                Node::Powi(x, n) => Node::Powi(at(x), n),
                Node::Compare(op, x, y) => Node::Compare(op, at(x), at(y)),
                Node::Select(mask, x, y) => Node::Select(mask, at(x), at(y)),
                Node::Sum { start, len } => {
                    let terms = self.terms(start, len).iter().map(|x| at(*x));
                    new.sum(terms.collect())
                }
                node
                @ (Node::Given(_) | Node::Constant(_) | Node::NegInfinity | Node::Float(_)) => node,
            };
            let node = match hit(&(*node, *line)) {
                true => new.changed(same, edit.change, line),
                false => same,
            };
            new.nodes.push((node, *line));
            moved.push(new.nodes.len() as Id - 1);
        }
        Some((new, moved))
    }

    /// A node that is changed.
    fn changed(&mut self, node: Node, change: Change, line: &'static Location<'static>) -> Node {
        match (change, node) {
            (Change::Swap, Node::Binary(op, x, y)) => Node::Binary(op, y, x),
            (Change::Swap, Node::Select(mask, x, y)) => Node::Select(mask, y, x),
            (Change::Binary(op), Node::Binary(_, x, y)) => Node::Binary(op, x, y),
            (Change::Compare(op), Node::Compare(_, x, y)) => Node::Compare(op, x, y),
            (Change::Powi(n), Node::Powi(x, _)) => Node::Powi(x, n),
            (Change::Twice, Node::Binary(op, _, y)) => {
                self.nodes.push((node, line));
                Node::Binary(op, self.nodes.len() as Id - 1, y)
            }
            (Change::First | Change::Second | Change::Twice, Node::Sum { start, len }) => {
                let mut terms = self.terms(start, len).to_vec();
                match change {
                    Change::First => terms.truncate(terms.len().saturating_sub(1)),
                    Change::Second => terms = terms.into_iter().skip(1).collect(),
                    _ => terms.extend(terms.last().copied()),
                }
                self.sum(terms)
            }
            (
                Change::First,
                Node::Unary(_, x)
                | Node::Powi(x, _)
                | Node::Binary(_, x, _)
                | Node::Select(_, x, _),
            ) => Node::Same(x),
            (Change::Second, Node::Binary(_, _, y) | Node::Select(_, _, y)) => Node::Same(y),
            (Change::Next | Change::Previous, Node::Constant(at)) => {
                let number = self.constants[at as usize];
                let other = match change {
                    Change::Next => number.next(),
                    _ => number.previous(),
                };
                self.constants.push(other.unwrap_or(number));
                Node::Constant(self.constants.len() as u32 - 1)
            }
            (_, node) => node,
        }
    }

    fn sum(&mut self, terms: Vec<Id>) -> Node {
        let (start, len) = (self.terms.len() as u32, terms.len() as u32);
        self.terms.extend(terms);
        Node::Sum { start, len }
    }

    /// Which nodes the results are made of.
    fn live(&self, results: &[Id]) -> Vec<bool> {
        let mut results: Vec<Id> = results.to_vec();
        results.sort_unstable();
        let is_result = |id: usize| results.binary_search(&(id as Id)).is_ok();
        let mut live = vec![false; self.nodes.len()];
        let mut masks = vec![false; self.masks as usize];
        let mut decided = masks.len();
        for (id, (node, _)) in self.nodes.iter().enumerate().rev() {
            if let Node::Compare(..) = node {
                decided -= 1;
                live[id] |= masks[decided];
            }
            live[id] |= is_result(id);
            if live[id] {
                if let Node::Select(mask, ..) = node {
                    masks[*mask as usize] = true;
                }
                self.each_operand(*node, |x| live[x as usize] = true);
            }
        }
        live
    }
}

/// What differs at equality, and what goes the other way.
fn others(op: Comparison) -> Vec<Comparison> {
    use Comparison::*;
    match op {
        Equal => vec![NotEqual, GreaterEqual, LessEqual],
        NotEqual => vec![Equal],
        Less => vec![LessEqual, Greater],
        LessEqual => vec![Less, GreaterEqual],
        Greater => vec![GreaterEqual, Less],
        GreaterEqual => vec![Greater, LessEqual],
    }
}

fn binary(op: RealBinary, x: &str, y: &str) -> String {
    use RealBinary::{Add, Divide, Multiply, Subtract};
    match op {
        Add | Subtract | Multiply | Divide => format!("{x} {} {y}", op.name()),
        _ => format!("{}({x}, {y})", op.name()),
    }
}
