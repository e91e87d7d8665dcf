//! A tape as formulas that people read.

use super::{Id, Node, Tape};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, RealBinary, RealUnary};
use std::collections::{BTreeMap, HashMap};

/// How deep operations stand in each other within one line, at most.
const DEEPEST: usize = 24;

/// How tightly a text holds together.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Tightness {
    Choice,
    Sum,
    Product,
    Sign,
    Power,
    Whole,
}
use Tightness::{Choice, Power, Product, Sign, Sum, Whole};

impl Tape {
    /// The results as formulas of the numbers that are given, whose names these are: one line for each term that is read more than once, in the
    /// order of the run, then one for each result.
    pub(crate) fn formulas(&self, names: &[String], results: &[(String, Id)]) -> Vec<String> {
        let mut text = Text {
            tape: self,
            names,
            terms: BTreeMap::new(),
            comparisons: self.comparisons(),
            originals: self.originals(),
        };
        let shared = text.shared(results);
        let mut lines = Vec::new();
        for id in shared {
            let term = format!("t{}", text.terms.len() + 1);
            lines.push(format!("{term} = {}", text.node(id).0));
            text.terms.insert(id, term);
        }
        let result = |(name, id): &(String, Id)| format!("{name} = {}", text.of(*id, Choice));
        lines.extend(results.iter().map(result));
        lines
    }

    /// For each node the first that computes the same from the same.
    fn originals(&self) -> Vec<Id> {
        let mut originals: Vec<Id> = Vec::with_capacity(self.nodes.len());
        let mut known: HashMap<String, Id> = HashMap::new();
        let mut masks = Vec::new();
        for (id, (node, _)) in (0..).zip(&self.nodes) {
            let of = |x: &Id| originals[*x as usize];
            let key = match node {
                Node::Same(x) => {
                    originals.push(of(x));
                    continue;
                }
                Node::Unary(op, x) => format!("{:?}", Node::Unary(*op, of(x))),
                Node::Binary(op, x, y) => format!("{:?}", Node::Binary(*op, of(x), of(y))),
                Node::Powi(x, n) => format!("{:?}", Node::Powi(of(x), *n)),
                Node::Sum { start, len } => {
                    let terms: Vec<Id> = self.terms(*start, *len).iter().map(of).collect();
                    format!("sum {terms:?}")
                }
                Node::Compare(op, x, y) => format!("{:?}", Node::Compare(*op, of(x), of(y))),
                Node::Select(mask, x, y) => {
                    let mask: Id = masks[*mask as usize];
                    format!("{:?}", Node::Select(mask, of(x), of(y)))
                }
                leaf => format!("{leaf:?}"),
            };
            let original = *known.entry(key).or_insert(id);
            if matches!(node, Node::Compare(..)) {
                masks.push(original);
            }
            originals.push(original);
        }
        originals
    }

    /// The comparisons by the positions of their masks.
    fn comparisons(&self) -> Vec<(Comparison, Id, Id)> {
        let nodes = self.nodes.iter();
        let comparisons = nodes.filter_map(|(node, _)| match node {
            Node::Compare(op, x, y) => Some((*op, *x, *y)),
            _ => None,
        });
        comparisons.collect()
    }
}

/// A tape being written down.
struct Text<'t> {
    tape: &'t Tape,
    names: &'t [String],
    /// Terms that have names of their own.
    terms: BTreeMap<Id, String>,
    comparisons: Vec<(Comparison, Id, Id)>,
    originals: Vec<Id>,
}

impl Text<'_> {
    /// The first node that computes what this one does.
    fn original(&self, id: Id) -> Id {
        self.originals[id as usize]
    }

    /// All operands, those of the comparison that a selection goes by among them.
    fn operands(&self, node: Node) -> Vec<Id> {
        let mut operands = Vec::new();
        if let Node::Select(mask, ..) = node
            && let Some((_, x, y)) = self.comparisons.get(mask as usize)
        {
            operands.extend([*x, *y]);
        }
        self.tape.each_operand(node, |x| operands.push(x));
        operands.iter().map(|id| self.original(*id)).collect()
    }

    /// The nodes that the results read more than once, but for what is as short as a name, and those that hold others too deep to be read.
    fn shared(&self, results: &[(String, Id)]) -> Vec<Id> {
        let mut reads: BTreeMap<Id, usize> = BTreeMap::new();
        let mut left: Vec<Id> = results.iter().map(|(_, id)| self.original(*id)).collect();
        while let Some(id) = left.pop() {
            let count = reads.entry(id).or_default();
            *count += 1;
            if *count == 1 {
                left.extend(self.operands(self.tape.nodes[id as usize].0));
            }
        }
        let mut depths: HashMap<Id, usize> = HashMap::new();
        let mut shared = Vec::new();
        for (id, count) in reads {
            let operands = self.operands(self.tape.nodes[id as usize].0);
            let inside = operands.iter().filter_map(|id| depths.get(id)).max();
            let depth = inside.copied().unwrap_or_default() + 1;
            let named = depth > DEEPEST || count > 1 && !self.is_short(id);
            depths.insert(id, if named { 0 } else { depth });
            if named {
                shared.push(id);
            }
        }
        shared
    }

    fn is_short(&self, id: Id) -> bool {
        match self.tape.nodes[id as usize].0 {
            Node::Given(_) | Node::Constant(_) | Node::NegInfinity | Node::Float(_) => true,
            Node::Unary(RealUnary::Negate, x) => self.is_short(self.original(x)),
            _ => false,
        }
    }

    /// A number where what is around it holds together so tightly.
    fn of(&self, id: Id, around: Tightness) -> String {
        let id = self.original(id);
        let (text, own) = match self.terms.get(&id) {
            Some(term) => (term.clone(), Whole),
            None => self.node(id),
        };
        if own < around {
            format!("({text})")
        } else {
            text
        }
    }

    fn node(&self, id: Id) -> (String, Tightness) {
        match self.tape.nodes[id as usize].0 {
            Node::Given(at) => {
                let name = self.names.get(at as usize).cloned();
                (name.unwrap_or_else(|| format!("#{at}")), Whole)
            }
            Node::Constant(at) => number(self.tape.constants[at as usize]),
            Node::NegInfinity => ("−∞".to_string(), Sign),
            Node::Float(bits) => (f32::from_bits(bits).to_string(), Whole),
            // A copy is its original.
            Node::Same(x) => (self.of(x, Whole), Whole),
            Node::Unary(op, x) => self.unary(op, x),
            Node::Binary(op, x, y) => self.binary(op, x, y),
            Node::Powi(x, n) => (format!("{}{}", self.of(x, Whole), superscript(n)), Power),
            Node::Sum { start, len } => self.sum(self.tape.terms(start, len)),
            // Nothing reads it but a selection.
            Node::Compare(op, x, y) => (self.comparison(op, x, y), Choice),
            Node::Select(mask, x, y) => {
                let comparison = self.comparisons.get(mask as usize);
                let holds = comparison.map(|(op, x, y)| self.comparison(*op, *x, *y));
                let text = format!(
                    "if {} then {} else {}",
                    holds.unwrap_or_default(),
                    self.of(x, Sum),
                    self.of(y, Sum)
                );
                (text, Choice)
            }
        }
    }

    fn comparison(&self, op: Comparison, x: Id, y: Id) -> String {
        let sign = symbol(op);
        format!("{} {sign} {}", self.of(x, Sum), self.of(y, Sum))
    }

    fn sum(&self, terms: &[Id]) -> (String, Tightness) {
        match terms {
            [] => ("0".to_string(), Whole),
            [only] => self.node(self.original(*only)),
            [first, rest @ ..] => {
                let mut text = self.of(*first, Sum);
                for term in rest {
                    text += &self.added(*term);
                }
                (text, Sum)
            }
        }
    }

    /// One more term of a sum: ` − x` for a negated one.
    fn added(&self, term: Id) -> String {
        let term = self.original(term);
        match self.tape.nodes[term as usize].0 {
            Node::Unary(RealUnary::Negate, x) if !self.terms.contains_key(&term) => {
                format!(" − {}", self.of(x, Product))
            }
            _ => format!(" + {}", self.of(term, Sum)),
        }
    }

    fn unary(&self, op: RealUnary, x: Id) -> (String, Tightness) {
        match op {
            RealUnary::Negate => return (format!("−{}", self.of(x, Sign)), Sign),
            RealUnary::Abs => return (format!("|{}|", self.of(x, Choice)), Whole),
            _ => {}
        }
        let tightness = if op == RealUnary::InverseSqrt {
            Product
        } else {
            Whole
        };
        (format!("{}({})", op.name(), self.of(x, Choice)), tightness)
    }

    fn binary(&self, op: RealBinary, x: Id, y: Id) -> (String, Tightness) {
        match op {
            RealBinary::Add => self.sum(&[x, y]),
            RealBinary::Subtract => (
                format!("{} − {}", self.of(x, Sum), self.of(y, Product)),
                Sum,
            ),
            RealBinary::Multiply => (
                format!("{}·{}", self.of(x, Product), self.of(y, Power)),
                Product,
            ),
            RealBinary::Divide => (
                format!("{}/{}", self.of(x, Product), self.of(y, Power)),
                Product,
            ),
            RealBinary::Remainder
            | RealBinary::Max
            | RealBinary::Min
            | RealBinary::Pow
            | RealBinary::Atan2 => {
                let (x, y) = (self.of(x, Choice), self.of(y, Choice));
                (format!("{}({x}, {y})", op.name()), Whole)
            }
        }
    }
}

/// A constant: `2` for 2.0.
fn number(number: Number) -> (String, Tightness) {
    let text = match (number.to_string(), number.to_f64()) {
        // Digits beyond a float's are left out.
        (text, value) if text.len() > 24 => format!("{value:.8}…"),
        (text, _) => text,
    };
    let text = text.strip_suffix(".0").unwrap_or(&text);
    match (text.strip_prefix('-'), text.contains('/')) {
        (Some(digits), _) => (format!("−{digits}"), Sign),
        (None, true) => (text.to_string(), Product),
        (None, false) => (text.to_string(), Whole),
    }
}

fn superscript(n: i32) -> String {
    let digit = |c: char| match c.to_digit(10) {
        Some(d) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][d as usize],
        None => '⁻',
    };
    n.to_string().chars().map(digit).collect()
}

/// How a comparison is written in a formula.
pub(super) fn symbol(op: Comparison) -> &'static str {
    match op {
        Comparison::Equal => "=",
        Comparison::NotEqual => "≠",
        Comparison::Less => "<",
        Comparison::LessEqual => "≤",
        Comparison::Greater => ">",
        Comparison::GreaterEqual => "≥",
    }
}
