//! Replaying: what a tape computes in a number domain.

use super::{Id, Node, Tape};
use hesper_shader::domain::Domain;
use std::panic::Location;

impl Tape {
    /// Runs the tape on what it is given, operation by operation as the spec did; yields the value of every node.
    pub(crate) fn replay<D: Domain>(&self, domain: &D, given: &[D::Value]) -> Vec<D::Value> {
        let mut values: Vec<D::Value> = Vec::with_capacity(self.nodes.len());
        let mut masks: Vec<D::Mask> = Vec::with_capacity(self.masks as usize);
        let mut terms: Vec<D::Value> = Vec::new();
        let mut last: Option<&'static Location<'static>> = None;
        for (node, line) in &self.nodes {
            if !last.is_some_and(|last| std::ptr::eq(last, *line)) {
                domain.at(line);
                last = Some(line);
            }
            let at = |id: &Id| values[*id as usize];
            let value = match node {
                Node::Given(at) => given[*at as usize],
                Node::Constant(at) => domain.constant(self.constants[*at as usize]),
                Node::NegInfinity => domain.neg_infinity(),
                Node::Float(value) => domain.from_f32(*value),
                Node::Same(x) => at(x),
                Node::Unary(op, x) => domain.unary(*op, at(x)),
                Node::Binary(op, x, y) => domain.binary(*op, at(x), at(y)),
                Node::Powi(x, n) => domain.powi(at(x), *n),
                Node::Sum { start, len } => {
                    let (start, len) = (*start as usize, *len as usize);
                    terms.clear();
                    terms.extend(self.terms[start..start + len].iter().map(at));
                    domain.sum(&terms)
                }
                Node::Compare(op, x, y) => {
                    let x = at(x);
                    masks.push(domain.compare(*op, x, at(y)));
                    // It yields no number; this one stands in its place.
                    x
                }
                Node::Select(mask, x, y) => domain.select(masks[*mask as usize], at(x), at(y)),
            };
            values.push(value);
        }
        values
    }
}
