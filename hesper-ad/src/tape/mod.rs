//! A spec as data: what one run of it computes, operation by operation.
//!
//! ```text
//! real     the handle that a spec computes with
//! record   a spec's run becomes a tape          replay   a tape's meaning in a number domain
//! sweep    the VJP of what was recorded          formula  a tape as text
//! mutate   a tape with one operation changed     places   where the values of a replay stand
//! coq      a tape as what the proofs are about
//! ```

mod coq;
mod formula;
mod mutate;
mod places;
mod real;
mod record;
mod replay;
mod sweep;
mod symbols;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::evaluate;

pub(crate) use coq::{Swept, definition, every_kind, list};
pub(crate) use mutate::Edit;
pub(crate) use places::{Places, Values};
pub use real::{Mask, Operand, Real};
pub(crate) use record::{Handle, MOST, MaskHandle, Recorder, Recording, record, too_many_elements};
pub(crate) use sweep::sweep;

use hesper_shader::Number;
use hesper_shader::domain::{Comparison, RealBinary, RealUnary};
use std::panic::Location;

/// The position of a node among those of a tape.
pub(crate) type Id = u32;

/// One operation. Its operands stand before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Node {
    /// The number at this position of what a run is given.
    Given(u32),
    /// An exact constant, by its position among the tape's.
    Constant(u32),
    NegInfinity,
    /// The bits of a host float that is no number: positive infinity, or NaN.
    Float(u32),
    /// The operand itself, as a node of its own.
    Same(Id),
    Unary(RealUnary, Id),
    Binary(RealBinary, Id, Id),
    Powi(Id, i32),
    /// The sum of so many operands, from a position among the tape's terms on.
    Sum {
        start: u32,
        len: u32,
    },
    /// Decides, and yields a mask, which goes by its position among the tape's masks.
    Compare(Comparison, Id, Id),
    /// By a mask, the first number or the second.
    Select(u32, Id, Id),
}

/// A straight-line program over the reals.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tape {
    /// The operations in the order in which the spec made them, each with its line.
    nodes: Vec<(Node, &'static Location<'static>)>,
    constants: Vec<Number>,
    terms: Vec<Id>,
    masks: u32,
}

impl Tape {
    /// How many operations.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The operands of a sum.
    fn terms(&self, start: u32, len: u32) -> &[Id] {
        &self.terms[start as usize..][..len as usize]
    }

    /// Shows the numbers that a node looks at: what its result is made of, or what it compares.
    fn each_operand(&self, node: Node, mut f: impl FnMut(Id)) {
        match node {
            Node::Given(_) | Node::Constant(_) | Node::NegInfinity | Node::Float(_) => {}
            Node::Same(x) | Node::Unary(_, x) | Node::Powi(x, _) => f(x),
            Node::Binary(_, x, y) | Node::Compare(_, x, y) | Node::Select(_, x, y) => {
                f(x);
                f(y);
            }
            Node::Sum { start, len } => self.terms(start, len).iter().copied().for_each(f),
        }
    }
}
