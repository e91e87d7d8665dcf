//! What values depend on: expressions, memory, exchanges.

use super::graph::{Input, Node, Origin};
use super::problem::{Collective, Source};
use super::walk::Walk;
use crate::tree::{
    Access, BuiltinValue, ExprId, ExprKind, Loc, ParamKind, Place, Root, SubgroupOp,
};

impl Walk<'_> {
    pub(super) fn emit(&mut self, id: ExprId, flow: Node) {
        let Some(expr) = self.function.get(id) else {
            return;
        };
        let mut edges = vec![flow];
        expr.kind
            .for_each_operand(|operand| edges.push(self.value(operand, flow)));
        let node = self.graph.node(&edges);
        self.set(id, node);
    }

    pub(super) fn set(&mut self, id: ExprId, node: Node) {
        if let Some(value) = self.values.get_mut(id.index()) {
            *value = Some(node);
        }
    }

    /// A value as it is used where control flow is this.
    pub(super) fn value(&mut self, id: ExprId, flow: Node) -> Node {
        if let Some(value) = self.values.get(id.index()).copied().flatten() {
            return self.graph.node(&[value, flow]);
        }
        let Some(expr) = self.function.get(id) else {
            return flow;
        };
        let source = match expr.kind {
            ExprKind::Argument(n) => {
                let graph = &mut self.graph;
                let argument = self.arguments.entry(n);
                *argument.or_insert_with(|| graph.input(Input::Argument(n)))
            }
            ExprKind::BuiltinValue(value) => {
                use BuiltinValue::*;
                match value {
                    WorkgroupId | NumWorkgroups | WorkgroupIndex | SubgroupSize | NumSubgroups => {
                        return flow;
                    }
                    SubgroupId => self.source(Source::Builtin(value), expr.loc, true),
                    GlobalInvocationId | LocalInvocationId | LocalInvocationIndex | GlobalIndex
                    | SubgroupInvocationId => self.source(Source::Builtin(value), expr.loc, false),
                }
            }
            _ => return flow,
        };
        self.graph.node(&[source, flow])
    }

    pub(super) fn source(&mut self, source: Source, loc: Loc, between_subgroups: bool) -> Node {
        self.graph.source(Origin {
            source,
            loc,
            between_subgroups,
        })
    }

    pub(super) fn name(&self, place: &Place) -> String {
        let tree = self.tree;
        let name = match place.root {
            Root::Storage(id) => tree.params.get(id.index()).map(|p| &p.name),
            Root::Workgroup(id) => tree.workgroup.get(id.index()).map(|v| &v.name),
            Root::Local(id) => self.function.locals.get(id.index()).map(|l| &l.name),
        };
        name.cloned().unwrap_or_default()
    }

    pub(super) fn load(&mut self, place: &Place, loc: Loc, flow: Node) -> Node {
        let mut edges = vec![flow];
        place.for_each_index(|id| edges.push(self.value(id, flow)));
        match place.root {
            Root::Local(id) => edges.extend(self.locals.get(id.index())),
            Root::Storage(id) => {
                let param = self.tree.params.get(id.index());
                let read = param.is_some_and(|param| {
                    matches!(
                        param.kind,
                        ParamKind::Storage {
                            access: Access::Read,
                            ..
                        }
                    )
                });
                if !read {
                    let source = Source::Storage(self.name(place));
                    edges.push(self.source(source, loc, false));
                }
            }
            Root::Workgroup(_) => {
                let source = Source::Workgroup(self.name(place));
                edges.push(self.source(source, loc, false));
            }
        }
        self.graph.node(&edges)
    }

    pub(super) fn store(&mut self, place: &Place, value: ExprId, flow: Node) {
        let Root::Local(id) = place.root else {
            return;
        };
        let mut edges = vec![self.value(value, flow)];
        place.for_each_index(|id| edges.push(self.value(id, flow)));
        // Of an array or a vector the rest stays as it was.
        if !place.path.is_empty() {
            edges.extend(self.locals.get(id.index()));
        }
        let node = self.graph.node(&edges);
        if let Some(local) = self.locals.get_mut(id.index()) {
            *local = node;
        }
    }

    pub(super) fn subgroup(
        &mut self,
        op: SubgroupOp,
        value: ExprId,
        result: ExprId,
        loc: Loc,
        flow: Node,
    ) {
        use SubgroupOp::*;
        if let ShuffleUp(by) | ShuffleDown(by) | ShuffleXor(by) = op {
            let by = self.value(by, flow);
            self.demand(Collective::Subgroup(op), loc, true, &[by]);
        }
        let source = Source::Exchange(op);
        let node = match op {
            Reduce(_) | All | Any | Ballot | Broadcast(_) | BroadcastFirst => {
                let value = self.value(value, flow);
                let source = self.source(source, loc, true);
                self.graph.node(&[value, source])
            }
            InclusiveScan(_) | ExclusiveScan(_) | Shuffle(_) | ShuffleUp(_) | ShuffleDown(_)
            | ShuffleXor(_) | QuadBroadcast(_) | QuadSwapX | QuadSwapY | QuadSwapDiagonal => {
                self.source(source, loc, false)
            }
        };
        self.set(result, node);
    }
}
