//! Dependences, and what is reached by following them.

use super::problem::{Collective, Parted, Scope, Source};
use crate::tree::Loc;
use std::collections::BTreeSet;

/// A node of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Node(usize);

#[derive(Debug, Default)]
struct Data {
    edges: Vec<Node>,
    source: Option<Origin>,
    /// The branch or loop whose condition this is.
    branch: Option<Loc>,
    /// What comes from the caller.
    input: Option<Input>,
}

/// Something that differs between invocations.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) source: Source,
    pub(super) loc: Loc,
    /// Whether it differs between subgroups alone.
    pub(super) between_subgroups: bool,
}

/// What a function gets from its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Input {
    /// The control flow at the call.
    ControlFlow,
    /// An argument.
    Argument(u32),
}

/// What something depends on.
#[derive(Clone, Debug, Default)]
pub(super) struct Reached {
    /// A difference, if there is one, and where invocations part by it last.
    pub(super) parted: Option<Found>,
    /// What of the caller's it depends on, and where invocations part by that.
    pub(super) inputs: Vec<(Input, Option<Loc>)>,
}

#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) origin: Origin,
    pub(super) at: Option<Loc>,
}

/// Something that must be uniform.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    pub(super) collective: Collective,
    pub(super) loc: Loc,
    /// Whether it is the place or distance, not the control flow.
    pub(super) operand: bool,
    /// What of the caller's it depends on.
    pub(super) inputs: Vec<(Input, Option<Loc>)>,
}

impl Found {
    pub(super) fn parted(self) -> Parted {
        Parted {
            at: self.at,
            source: self.origin.source,
            loc: self.origin.loc,
        }
    }
}

/// The dependences of one function.
#[derive(Debug, Default)]
pub(super) struct Dependences {
    nodes: Vec<Data>,
}

impl Dependences {
    fn add(&mut self, data: Data) -> Node {
        self.nodes.push(data);
        Node(self.nodes.len() - 1)
    }

    /// Something that depends on these.
    pub(super) fn node(&mut self, edges: &[Node]) -> Node {
        let edges = edges.to_vec();
        self.add(Data {
            edges,
            ..Data::default()
        })
    }

    pub(super) fn source(&mut self, origin: Origin) -> Node {
        self.add(Data {
            source: Some(origin),
            ..Data::default()
        })
    }

    pub(super) fn input(&mut self, input: Input) -> Node {
        self.add(Data {
            input: Some(input),
            ..Data::default()
        })
    }

    /// The control flow behind a condition.
    pub(super) fn branch(&mut self, loc: Loc, edges: &[Node]) -> Node {
        let edges = edges.to_vec();
        self.add(Data {
            edges,
            branch: Some(loc),
            ..Data::default()
        })
    }

    pub(super) fn depend(&mut self, node: Node, on: Node) {
        if let Some(data) = self.nodes.get_mut(node.0)
            && node != on
        {
            data.edges.push(on);
        }
    }

    /// What a node depends on, nearest first.
    pub(super) fn reached(&self, from: Node, scope: Scope) -> Reached {
        let mut seen = vec![false; self.nodes.len()];
        let mut inputs = BTreeSet::new();
        let mut reached = Reached::default();
        // Each with the first branch on the way to it.
        let mut queue = std::collections::VecDeque::from([(from, None)]);
        while let Some((node, at)) = queue.pop_front() {
            let Some(data) = self.nodes.get(node.0) else {
                continue;
            };
            if std::mem::replace(&mut seen[node.0], true) {
                continue;
            }
            let at: Option<Loc> = at.or(data.branch);
            if let Some(origin) = &data.source
                && !(origin.between_subgroups && scope == Scope::Subgroup)
                && reached.parted.is_none()
            {
                let origin = origin.clone();
                reached.parted = Some(Found { origin, at });
            }
            if let Some(input) = data.input
                && inputs.insert(input)
            {
                reached.inputs.push((input, at));
            }
            queue.extend(data.edges.iter().map(|edge| (*edge, at)));
        }
        reached
    }
}
