//! The reverse sweep: from what a run has recorded to its VJP, recorded behind it.
//!
//! Node by node from the last, a node's cotangent goes to its operands by the derivative of its operation (Linnainmaa 1970; Griewank and
//! Walther, *Evaluating Derivatives*, 2008, chapter 3). Masks have no cotangents: a selection hands its own to the number it chose.
//! Where `max` and `min` have equal operands, the first is the one chosen.

use super::{Handle, Id, Node, Recorder};
use crate::real::Real;
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, RealBinary, RealUnary};
use std::collections::HashSet;
use std::panic::Location;

/// `2/√π`, to 38 digits.
const TWO_OVER_ROOT_PI: &str = "1.1283791670955125738961589031215451717";

/// The cotangents of `inputs`, which are different nodes, where `outputs` have those beside them.
pub(crate) fn sweep(outputs: &[(Real, Real)], inputs: &[Real]) -> Vec<Real> {
    let wanted: Vec<Option<Id>> = inputs.iter().map(|x| own(*x)).collect();
    let inputs: HashSet<Id> = wanted.iter().copied().flatten().collect();
    let len = Recorder::with(|run| run.tape.len());
    let depends = depends(&wanted, len);
    let mut contributions: Vec<Vec<Real>> = vec![Vec::new(); len];
    let add = |contributions: &mut Vec<Vec<Real>>, id: Id, cotangent: Real| {
        if depends.get(id as usize).copied().unwrap_or_default() {
            contributions[id as usize].push(cotangent);
        }
    };
    for (y, dy) in outputs {
        own(*dy);
        if let Some(id) = own(*y) {
            add(&mut contributions, id, *dy);
        }
    }
    for id in (0..len).rev() {
        let (node, line) = Recorder::with(|run| run.tape.nodes[id]);
        // What an input was made of is none of the inputs.
        if contributions[id].is_empty() || inputs.contains(&(id as Id)) {
            continue;
        }
        let parts = std::mem::take(&mut contributions[id]);
        let pull = Pull {
            line,
            y: at(id as Id),
            dy: total(&parts, line),
        };
        for (operand, cotangent) in pull.operands(node) {
            add(&mut contributions, operand, cotangent);
        }
    }
    let zero = || constant(Number::ZERO, Location::caller());
    let line = Location::caller();
    wanted
        .iter()
        .map(|id| id.map(|id| &contributions[id as usize]))
        .map(|parts| parts.filter(|parts| !parts.is_empty()))
        .map(|parts| parts.map_or_else(zero, |parts| total(parts, line)))
        .collect()
}

/// The node of a number of this run; another run's has none here, and no derivative: that is told, lest it pass for zero.
fn own(x: Real) -> Option<Id> {
    Recorder::with(|run| {
        let own = run.own(x.handle());
        if own.is_none() {
            run.refuse(x.handle());
        }
        own
    })
}

fn at(id: Id) -> Real {
    Real::of(Recorder::with(|run| run.handle(id)))
}

fn constant(number: Number, line: &'static Location<'static>) -> Real {
    Real::of(Recorder::with(|run| run.constant(number, line)))
}

/// The sum of what a node's readers contribute.
fn total(parts: &[Real], line: &'static Location<'static>) -> Real {
    match parts {
        [only] => *only,
        parts => {
            let parts: Vec<Handle> = parts.iter().map(|part| part.handle()).collect();
            Real::of(Recorder::with(|run| run.sum(parts, line)))
        }
    }
}

/// Which nodes depend on one of these.
fn depends(inputs: &[Option<Id>], len: usize) -> Vec<bool> {
    let mut depends = vec![false; len];
    for id in inputs.iter().flatten() {
        depends[*id as usize] = true;
    }
    Recorder::with(|run| {
        for id in 0..len {
            let mut any = depends[id];
            run.tape
                .each_operand(run.tape.nodes[id].0, |x| any |= depends[x as usize]);
            depends[id] = any;
        }
    });
    depends
}

/// A node's result and its cotangent, to be handed to the operands.
struct Pull {
    line: &'static Location<'static>,
    y: Real,
    dy: Real,
}

impl Pull {
    /// Each operand's share.
    fn operands(&self, node: Node) -> Vec<(Id, Real)> {
        match node {
            Node::Given(_) | Node::Constant(_) | Node::NegInfinity | Node::Float(_) => Vec::new(),
            // A decision is constant around almost every point.
            Node::Compare(..) => Vec::new(),
            Node::Same(x) => vec![(x, self.dy)],
            Node::Unary(op, x) => self
                .of_one(op, at(x))
                .into_iter()
                .map(|dx| (x, dx))
                .collect(),
            Node::Binary(op, x, y) => {
                let [dx, dy] = self.of_two(op, at(x), at(y));
                vec![(x, dx), (y, dy)]
            }
            // d xⁿ = n·xⁿ⁻¹·dx
            Node::Powi(_, 0) => Vec::new(),
            Node::Powi(x, 1) => vec![(x, self.dy)],
            Node::Powi(x, n) => {
                let power = self.powi(at(x), n - 1);
                let factor = constant(Number::integer(n.into()), self.line);
                vec![(x, self.mul(self.dy, self.mul(factor, power)))]
            }
            Node::Sum { start, len } => {
                let terms = Recorder::with(|run| run.tape.terms(start, len).to_vec());
                terms.into_iter().map(|x| (x, self.dy)).collect()
            }
            Node::Select(mask, x, y) => {
                let zero = self.zero();
                let choose = |on_true: Real, on_false: Real| {
                    let operands = [on_true.handle(), on_false.handle()];
                    Real::of(Recorder::with(|run| {
                        run.select(run.mask(mask), operands, self.line)
                    }))
                };
                vec![(x, choose(self.dy, zero)), (y, choose(zero, self.dy))]
            }
        }
    }

    /// The cotangent of the operand of `op`; none where the function is constant around almost every point.
    fn of_one(&self, op: RealUnary, x: Real) -> Option<Real> {
        let Pull { y, dy, .. } = *self;
        let two = || self.integer(2);
        Some(match op {
            // d(−x) = −dx
            RealUnary::Negate => self.unary(RealUnary::Negate, dy),
            // d|x| = sign x·dx
            RealUnary::Abs => self.mul(dy, self.unary(RealUnary::Sign, x)),
            RealUnary::Sign
            | RealUnary::Floor
            | RealUnary::Ceil
            | RealUnary::RoundTiesEven
            | RealUnary::Trunc => return None,
            // d√x = dx / (2√x)
            RealUnary::Sqrt => self.div(dy, self.mul(two(), y)),
            // d(1/√x) = −(1/√x)/(2x)·dx
            RealUnary::InverseSqrt => {
                let slope = self.div(y, self.mul(two(), x));
                self.unary(RealUnary::Negate, self.mul(dy, slope))
            }
            // d eˣ = eˣ·dx
            RealUnary::Exp => self.mul(dy, y),
            // d 2ˣ = ln 2·2ˣ·dx
            RealUnary::Exp2 => self.mul(dy, self.mul(y, self.unary(RealUnary::Ln, two()))),
            // d ln x = dx/x
            RealUnary::Ln => self.div(dy, x),
            // d log₂ x = dx/(x·ln 2)
            RealUnary::Log2 => self.div(dy, self.mul(x, self.unary(RealUnary::Ln, two()))),
            // d sin x = cos x·dx
            RealUnary::Sin => self.mul(dy, self.unary(RealUnary::Cos, x)),
            // d cos x = −sin x·dx
            RealUnary::Cos => {
                let slope = self.unary(RealUnary::Sin, x);
                self.unary(RealUnary::Negate, self.mul(dy, slope))
            }
            // d tan x = (1 + tan² x)·dx
            RealUnary::Tan => {
                let square = self.powi(y, 2);
                self.mul(dy, self.binary(RealBinary::Add, self.integer(1), square))
            }
            // d sinh x = cosh x·dx, d cosh x = sinh x·dx
            RealUnary::Sinh => self.mul(dy, self.unary(RealUnary::Cosh, x)),
            RealUnary::Cosh => self.mul(dy, self.unary(RealUnary::Sinh, x)),
            // d tanh x = (1 − tanh² x)·dx
            RealUnary::Tanh => {
                let square = self.powi(y, 2);
                let slope = self.binary(RealBinary::Subtract, self.integer(1), square);
                self.mul(dy, slope)
            }
            // d erf x = 2/√π·e^(−x²)·dx
            RealUnary::Erf => {
                let square = self.unary(RealUnary::Negate, self.powi(x, 2));
                let factor = Number::parse(TWO_OVER_ROOT_PI).unwrap_or(Number::ZERO);
                let factor = constant(factor, self.line);
                self.mul(dy, self.mul(factor, self.unary(RealUnary::Exp, square)))
            }
        })
    }

    /// The cotangents of both operands of `op`.
    fn of_two(&self, op: RealBinary, a: Real, b: Real) -> [Real; 2] {
        let Pull { y, dy, .. } = *self;
        let minus = |x: Real| self.unary(RealUnary::Negate, x);
        match op {
            RealBinary::Add => [dy, dy],
            RealBinary::Subtract => [dy, minus(dy)],
            // d(ab) = b·da + a·db
            RealBinary::Multiply => [self.mul(dy, b), self.mul(dy, a)],
            // d(a/b) = (da − (a/b)·db)/b
            RealBinary::Divide => {
                let da = self.div(dy, b);
                [da, minus(self.mul(da, y))]
            }
            // a − b·trunc(a/b), where trunc is constant around almost every point
            RealBinary::Remainder => {
                let whole = self.unary(RealUnary::Trunc, self.div(a, b));
                [dy, minus(self.mul(dy, whole))]
            }
            RealBinary::Max => self.chosen(Comparison::GreaterEqual, a, b),
            RealBinary::Min => self.chosen(Comparison::LessEqual, a, b),
            // d aᵇ = b·aᵇ⁻¹·da + ln a·aᵇ·db
            RealBinary::Pow => {
                let less = self.binary(RealBinary::Subtract, b, self.integer(1));
                let power = self.binary(RealBinary::Pow, a, less);
                let da = self.mul(dy, self.mul(b, power));
                let db = self.mul(dy, self.mul(self.unary(RealUnary::Ln, a), y));
                [da, db]
            }
        }
    }

    /// All for the operand that was chosen.
    fn chosen(&self, first: Comparison, a: Real, b: Real) -> [Real; 2] {
        let zero = self.zero().handle();
        let dy = self.dy.handle();
        let operands = [a.handle(), b.handle()];
        Recorder::with(|run| {
            let mask = run.compare(first, operands, self.line);
            [[dy, zero], [zero, dy]].map(|choice| Real::of(run.select(mask, choice, self.line)))
        })
    }

    fn zero(&self) -> Real {
        self.integer(0)
    }

    fn integer(&self, n: i64) -> Real {
        constant(Number::integer(n), self.line)
    }

    fn unary(&self, op: RealUnary, x: Real) -> Real {
        Real::of(Recorder::with(|run| run.unary(op, x.handle(), self.line)))
    }

    fn binary(&self, op: RealBinary, x: Real, y: Real) -> Real {
        let operands = [x.handle(), y.handle()];
        Real::of(Recorder::with(|run| run.binary(op, operands, self.line)))
    }

    fn mul(&self, x: Real, y: Real) -> Real {
        self.binary(RealBinary::Multiply, x, y)
    }

    fn div(&self, x: Real, y: Real) -> Real {
        self.binary(RealBinary::Divide, x, y)
    }

    fn powi(&self, x: Real, n: i32) -> Real {
        Real::of(Recorder::with(|run| run.powi(x.handle(), n, self.line)))
    }
}
