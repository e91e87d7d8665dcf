//! A tape as a list of the nodes that the proofs are about, `node` of `hesper-ad/proofs/Tape.v`.

use super::{Id, MOST, Node, Real, Recorder, Tape, record, sweep};
use hesper_shader::Number;
use hesper_shader::domain::{RealBinary, RealUnary};

/// Nodes in a line.
const A_LINE: usize = 6;

impl Tape {
    /// The nodes as a list in Coq.
    pub(crate) fn coq(&self) -> String {
        let nodes = self.nodes.iter();
        let nodes: Vec<String> = nodes.map(|(node, _)| self.coq_node(*node)).collect();
        let lines: Vec<String> = nodes.chunks(A_LINE).map(|line| line.join("; ")).collect();
        list(&lines, ";\n   ")
    }

    fn coq_node(&self, node: Node) -> String {
        match node {
            Node::Given(at) => format!("Given {at}"),
            Node::Constant(at) => format!("Constant {}", number(self.constants[at as usize])),
            Node::NegInfinity => "NegInfinity".to_string(),
            Node::Float(bits) => format!("Float {bits}"),
            Node::Same(x) => format!("Same {x}"),
            Node::Unary(op, x) => format!("Unary {op:?} {x}"),
            Node::Binary(op, x, y) => format!("Binary {op:?} {x} {y}"),
            Node::Powi(x, n) => format!("Powi {x} {}", integer(n)),
            Node::Sum { start, len } => format!("Sum {}", list(self.terms(start, len), "; ")),
            Node::Compare(op, x, y) => format!("Compare {op:?} {x} {y}"),
            Node::Select(mask, x, y) => format!("Select {mask} {x} {y}"),
        }
    }
}

/// A list in Coq.
pub(crate) fn list(items: &[impl ToString], between: &str) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    format!("[{}]", items.join(between))
}

fn number(number: Number) -> String {
    let (digits, exponent) = (integer(number.digits()), integer(number.exponent()));
    format!("(Decimal {digits} {exponent} {})", number.divisor())
}

/// An integer as an argument.
fn integer(n: impl Into<i128>) -> String {
    match n.into() {
        n if n < 0 => format!("({n})"),
        n => n.to_string(),
    }
}

/// Where a sweep stands on a tape.
pub(crate) struct Swept {
    /// How many nodes there were before.
    pub(crate) before: usize,
    /// The outputs' nodes and those of their cotangents.
    pub(crate) outputs: Vec<(Id, Id)>,
    pub(crate) inputs: Vec<Id>,
    /// The nodes of the inputs' cotangents.
    pub(crate) results: Vec<Id>,
}

impl Swept {
    /// The tape and the sweep's places on it, by this name: what `RecordedProofs.v` holds against the sweep of `Sweep.v`.
    pub(crate) fn coq(&self, name: &str, tape: &Tape) -> String {
        let pair = |(y, dy): &(Id, Id)| format!("({y}, {dy})");
        let outputs: Vec<String> = self.outputs.iter().map(pair).collect();
        [
            definition(name, "list node", &tape.coq()),
            definition(&format!("{name}_before"), "nat", &self.before.to_string()),
            definition(
                &format!("{name}_outputs"),
                "list (nat * nat)",
                &list(&outputs, "; "),
            ),
            definition(
                &format!("{name}_inputs"),
                "list nat",
                &list(&self.inputs, "; "),
            ),
            definition(
                &format!("{name}_results"),
                "list nat",
                &list(&self.results, "; "),
            ),
        ]
        .concat()
    }
}

/// A definition in Coq.
pub(crate) fn definition(name: &str, of: &str, text: &str) -> String {
    format!("Definition {name} : {of} :=\n  {text}.\n")
}

/// A run with every kind of node that a spec can make, and its sweep, by this name.
pub(crate) fn every_kind(name: &str) -> String {
    let (swept, recording) = record(MOST, "", || {
        let [x, y, dy] = [0, 1, 2].map(Real::given);
        let (x, y) = (x.copied(), y.copied());
        let masks = [x.eq(y), x.lt(y), x.le(y), x.gt(y), x.ge(y)];
        let mut all = vec![x, x, y * 0.25, y + f64::NAN, Real::neg_infinity()];
        all.extend(RealUnary::ALL.map(|op| x.unary(op)));
        all.extend(RealBinary::ALL.map(|op| x.binary(op, y)));
        all.extend([-2, 0, 1, 2, 3].map(|n| x.powi(n)));
        all.extend(masks.map(|mask| Real::select(mask, x, y)));
        let total = Real::sum(all);
        let before = Recorder::with(|run| run.tape.len());
        (before, sweep(&[(total, dy)], &[x, y]), [total, dy, x, y])
    });
    // It has no other run's numbers, and ends.
    let Ok((before, results, ends)) = swept else {
        return String::new();
    };
    let id = |x: &Real| recording.id(x.handle()).unwrap_or_default();
    let [total, dy, x, y] = ends.map(|end| id(&end));
    let (outputs, inputs) = (vec![(total, dy)], vec![x, y]);
    let results = results.iter().map(id).collect();
    let swept = Swept {
        before,
        outputs,
        inputs,
        results,
    };
    swept.coq(name, &recording.tape)
}
