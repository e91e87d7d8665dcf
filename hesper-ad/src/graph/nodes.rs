//! Lists of ops of different types.

use crate::op::DiffOp;

/// A list of ops: `()`, or `(list, op)` with one more at its end.
///
/// An op's methods are generic over the number domain, so ops of different types cannot stand behind one pointer type; a
/// nested pair knows them all, and hands each to a [`Visit`].
pub trait Nodes {
    /// How many.
    const COUNT: usize;

    /// Shows every op with its position, first to last.
    fn visit(&self, visitor: &mut impl Visit);

    /// Shows every op with its position, last to first.
    fn visit_reversed(&self, visitor: &mut impl Visit);
}

/// Something done with each op of a list.
pub trait Visit {
    /// Meets the op at a position.
    fn visit<O: DiffOp>(&mut self, at: usize, op: &O);
}

impl Nodes for () {
    const COUNT: usize = 0;

    fn visit(&self, _: &mut impl Visit) {}

    fn visit_reversed(&self, _: &mut impl Visit) {}
}

impl<N: Nodes, O: DiffOp> Nodes for (N, O) {
    const COUNT: usize = N::COUNT + 1;

    fn visit(&self, visitor: &mut impl Visit) {
        self.0.visit(visitor);
        visitor.visit(N::COUNT, &self.1);
    }

    fn visit_reversed(&self, visitor: &mut impl Visit) {
        visitor.visit(N::COUNT, &self.1);
        self.0.visit_reversed(visitor);
    }
}
