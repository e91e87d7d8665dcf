//! Replaying: what a tape computes in a number domain.

use super::places::{Places, Values};
use super::{Id, Node, Tape};
use hesper_shader::domain::Domain;
use std::panic::Location;

impl Tape {
    /// What has to run for nodes of some kind to have their operands.
    pub(crate) fn needed_by(&self, wanted: impl Fn(Node) -> bool) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        let mut masks = vec![false; self.masks as usize];
        let mut decided = masks.len();
        for (id, (node, _)) in self.nodes.iter().enumerate().rev() {
            if let Node::Compare(..) = node {
                decided -= 1;
                needed[id] |= masks[decided];
            }
            needed[id] |= wanted(*node);
            if !needed[id] {
                continue;
            }
            if let Node::Select(mask, ..) = node {
                masks[*mask as usize] = true;
            }
            self.each_operand(*node, |x| needed[x as usize] = true);
        }
        needed
    }

    /// Runs the tape on what it is given, operation by operation as the spec did; yields the values that the places keep.
    pub(crate) fn replay<'p, D: Domain>(
        &self,
        domain: &D,
        given: &[D::Value],
        places: &'p Places,
    ) -> Values<'p, D::Value> {
        self.replay_some(domain, given, places, |_| true)
    }

    /// The same for those nodes alone that are needed; the others yield minus infinity.
    pub(crate) fn replay_some<'p, D: Domain>(
        &self,
        domain: &D,
        given: &[D::Value],
        places: &'p Places,
        needed: impl Fn(usize) -> bool,
    ) -> Values<'p, D::Value> {
        let nothing = domain.neg_infinity();
        let mut all = vec![nothing; places.count()];
        let mut masks: Vec<Option<D::Mask>> = Vec::with_capacity(self.masks as usize);
        let mut terms: Vec<D::Value> = Vec::new();
        let mut last: Option<&'static Location<'static>> = None;
        for (id, (node, line)) in self.nodes.iter().enumerate() {
            let place = places.of(id as Id);
            if !needed(id) {
                if let Node::Compare(..) = node {
                    masks.push(None);
                }
                all[place] = nothing;
                continue;
            }
            if !last.is_some_and(|last| std::ptr::eq(last, *line)) {
                domain.at(line);
                last = Some(line);
            }
            let at = |id: &Id| all[places.of(*id)];
            let value = match node {
                Node::Given(at) => given[*at as usize],
                Node::Constant(at) => domain.constant(self.constants[*at as usize]),
                Node::NegInfinity => domain.neg_infinity(),
                Node::Float(bits) => domain.from_f32(f32::from_bits(*bits)),
                Node::Same(x) => at(x),
                Node::Unary(op, x) => domain.unary(*op, at(x)),
                Node::Binary(op, x, y) => domain.binary(*op, at(x), at(y)),
                Node::Powi(x, n) => domain.powi(at(x), *n),
                Node::Sum { start, len } => {
                    terms.clear();
                    terms.extend(self.terms(*start, *len).iter().map(at));
                    domain.sum(&terms)
                }
                Node::Compare(op, x, y) => {
                    let x = at(x);
                    masks.push(Some(domain.compare(*op, x, at(y))));
                    // It yields no number; this one stands in its place.
                    x
                }
                Node::Select(mask, x, y) => match masks[*mask as usize] {
                    Some(mask) => domain.select(mask, at(x), at(y)),
                    // A selection that is needed needs its mask.
                    None => at(x),
                },
            };
            all[place] = value;
        }
        Values { places, all }
    }
}
