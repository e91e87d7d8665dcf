//! The reverse sweep: from what a run has recorded to its VJP, recorded behind it.
//!
//! Node by node from the last, a node's cotangent goes to its operands by the derivative of its operation (Linnainmaa 1970; Griewank and
//! Walther, *Evaluating Derivatives*, 2008, chapter 3). Masks have no cotangents: a selection hands its own to the number it chose.
//! Where `max` and `min` have equal operands, the first is the one chosen.

use super::real::{Mask, Real};
use super::symbols::Symbols;
use super::{Id, Node, Recorder};
use hesper_shader::domain::{Arithmetic, Domain};
use std::collections::HashSet;
use std::panic::Location;

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
    let line = Location::caller();
    let zero = || Symbols { line }.integer(0);
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

/// The sum of what a node's readers contribute.
fn total(parts: &[Real], line: &'static Location<'static>) -> Real {
    match parts {
        [only] => *only,
        parts => Symbols { line }.sum(parts),
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
        let Pull { line, y, dy } = *self;
        let d = &Symbols { line };
        match node {
            Node::Given(_) | Node::Constant(_) | Node::NegInfinity | Node::Float(_) => Vec::new(),
            // A decision is constant around almost every point.
            Node::Compare(..) => Vec::new(),
            Node::Same(x) => vec![(x, dy)],
            Node::Unary(op, x) => {
                let dx = op.derivative(d, [at(x), y], dy);
                dx.map(|dx| (x, dx)).into_iter().collect()
            }
            Node::Binary(op, a, b) => {
                let here = [at(a), at(b), y];
                vec![
                    (a, op.by_first(d, here, dy)),
                    (b, op.by_second(d, here, dy)),
                ]
            }
            // d xⁿ = n·xⁿ⁻¹·dx
            Node::Powi(_, 0) => Vec::new(),
            Node::Powi(x, 1) => vec![(x, dy)],
            Node::Powi(x, n) => {
                let times = d.integer(n.into());
                let power = match n.checked_sub(1) {
                    Some(less) => d.powi(at(x), less),
                    None => d.div(y, at(x)),
                };
                vec![(x, d.mul(dy, d.mul(times, power)))]
            }
            Node::Sum { start, len } => {
                let terms = Recorder::with(|run| run.tape.terms(start, len).to_vec());
                terms.into_iter().map(|x| (x, dy)).collect()
            }
            Node::Select(mask, x, y) => {
                let mask = Mask::of(Recorder::with(|run| run.mask(mask)));
                let zero = d.integer(0);
                vec![(x, d.select(mask, dy, zero)), (y, d.select(mask, zero, dy))]
            }
        }
    }
}
