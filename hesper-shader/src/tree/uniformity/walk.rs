//! From the statements of a function to its graph.

use super::Summary;
use super::graph::{Demand, Dependences, Input, Node, Origin};
use super::problem::{Collective, Scope, Source, UniformityProblem};
use crate::tree::Problem;
use crate::tree::{
    AtomicOp, Block, ExprId, Function, FunctionId, Loc, LocalId, Root, Stmt, StmtKind, Tree,
};
use std::collections::HashMap;

/// What a function's result and demands depend on; problems that no call can mend.
pub(super) fn walk(
    tree: &Tree,
    function: &Function,
    summaries: &[Summary],
    problems: &mut Vec<Problem<UniformityProblem>>,
) -> Summary {
    let mut graph = Dependences::default();
    let start = graph.input(Input::ControlFlow);
    let mut walk = Walk {
        tree,
        function,
        summaries,
        result: graph.node(&[]),
        values: vec![None; function.exprs.len()],
        locals: vec![start; function.locals.len()],
        arguments: HashMap::new(),
        loops: Vec::new(),
        demands: Vec::new(),
        graph,
    };
    walk.block(&function.body, start);
    let mut demands = Vec::new();
    for (collective, loc, operand, node) in walk.demands {
        let reached = walk.graph.reached(node, collective.scope());
        if let Some(found) = reached.parted {
            let parted = found.parted();
            let kind = match operand {
                true => UniformityProblem::Operand { collective, parted },
                false => UniformityProblem::ControlFlow { collective, parted },
            };
            problems.push(Problem { kind, loc });
        } else if !reached.inputs.is_empty() {
            demands.push(Demand {
                collective,
                loc,
                operand,
                inputs: reached.inputs,
            });
        }
    }
    let scopes = [Scope::Workgroup, Scope::Subgroup];
    Summary {
        result: scopes.map(|scope| walk.graph.reached(walk.result, scope)),
        demands,
    }
}

/// Where control may go on after a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ways {
    next: bool,
    breaks: bool,
    returns: bool,
    continues: bool,
}

impl Ways {
    const NEXT: Ways = Ways {
        next: true,
        breaks: false,
        returns: false,
        continues: false,
    };
    const NONE: Ways = Ways {
        next: false,
        ..Ways::NEXT
    };
    const BREAKS: Ways = Ways {
        breaks: true,
        ..Ways::NONE
    };
    const CONTINUES: Ways = Ways {
        continues: true,
        ..Ways::NONE
    };
    const RETURNS: Ways = Ways {
        returns: true,
        ..Ways::NONE
    };

    fn or(self, other: Ways) -> Ways {
        Ways {
            next: self.next || other.next,
            breaks: self.breaks || other.breaks,
            returns: self.returns || other.returns,
            continues: self.continues || other.continues,
        }
    }
}

/// A loop around the statement.
struct Around {
    /// What the locals that the body stores to hold where an iteration begins, and where the loop is left by a `break`.
    inside: Vec<(usize, Node)>,
    after: Vec<(usize, Node)>,
}

pub(super) struct Walk<'a> {
    pub(super) tree: &'a Tree,
    pub(super) function: &'a Function,
    summaries: &'a [Summary],
    pub(super) graph: Dependences,
    /// What the function returns.
    result: Node,
    /// Of each expression that has been evaluated, what it depends on.
    pub(super) values: Vec<Option<Node>>,
    /// What each local holds now.
    pub(super) locals: Vec<Node>,
    pub(super) arguments: HashMap<u32, Node>,
    loops: Vec<Around>,
    /// For each collective on a line, and for its operand: what must be uniform.
    demands: Vec<(Collective, Loc, bool, Node)>,
}

impl<'a> Walk<'a> {
    /// The control flow after a block, and where it may go on.
    fn block(&mut self, block: &'a Block, mut flow: Node) -> (Node, Ways) {
        let mut ways = Ways::NEXT;
        for stmt in block {
            let (after, of_stmt) = self.stmt(stmt, flow);
            flow = after;
            ways = Ways {
                next: false,
                ..ways
            }
            .or(of_stmt);
            if !ways.next {
                break;
            }
        }
        (flow, ways)
    }

    fn stmt(&mut self, stmt: &'a Stmt, flow: Node) -> (Node, Ways) {
        if let Some(collective) = Collective::of(&stmt.kind) {
            self.demand(collective, stmt.loc, false, &[flow]);
        }
        match &stmt.kind {
            StmtKind::If {
                condition,
                accept,
                reject,
            } => return self.branch(stmt.loc, *condition, [accept, reject], flow),
            StmtKind::For {
                counter,
                trips,
                body,
            } => return self.counted(stmt.loc, [*counter, *trips], body, flow),
            StmtKind::Loop { body } => return self.endless(body, flow),
            StmtKind::Break => {
                if let Some(around) = self.loops.last() {
                    for (local, node) in &around.after {
                        self.graph.depend(*node, self.locals[*local]);
                    }
                }
                return (flow, Ways::BREAKS);
            }
            StmtKind::Continue => {
                if let Some(around) = self.loops.last() {
                    for (local, node) in &around.inside {
                        self.graph.depend(*node, self.locals[*local]);
                    }
                }
                return (flow, Ways::CONTINUES);
            }
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    let value = self.value(*value, flow);
                    self.graph.depend(self.result, value);
                }
                return (flow, Ways::RETURNS);
            }
            StmtKind::Emit(id) => self.emit(*id, flow),
            StmtKind::Load { place, result } => {
                let node = self.load(place, stmt.loc, flow);
                self.set(*result, node);
            }
            StmtKind::Store { place, value } => self.store(place, *value, flow),
            StmtKind::Call {
                function,
                arguments,
                result,
            } => self.call(*function, arguments, *result, flow),
            StmtKind::Atomic { place, op, result } => {
                let source = Source::Atomic(self.name(place));
                let node = self.source(source, stmt.loc, false);
                if let Some(id) = result {
                    self.set(*id, node);
                }
                if let AtomicOp::CompareExchangeWeak { exchanged, .. } = op {
                    self.set(*exchanged, node);
                }
            }
            StmtKind::UniformLoad { place, result } => {
                let mut index = Vec::new();
                place.for_each_index(|id| index.push(self.value(id, flow)));
                self.demand(Collective::UniformLoad, stmt.loc, true, &index);
                self.set(*result, flow);
            }
            StmtKind::Subgroup { op, value, result } => {
                self.subgroup(*op, *value, *result, stmt.loc, flow);
            }
            // No device sees them.
            StmtKind::Aside { .. } | StmtKind::Log { .. } => {}
            StmtKind::Barrier(_) => {}
        }
        (flow, Ways::NEXT)
    }

    fn branch(
        &mut self,
        loc: Loc,
        condition: ExprId,
        [accept, reject]: [&'a Block; 2],
        flow: Node,
    ) -> (Node, Ways) {
        let condition = self.value(condition, flow);
        let inside = self.graph.branch(loc, &[condition]);
        let before = self.locals.clone();
        let (first, first_ways) = self.block(accept, inside);
        let after_first = std::mem::replace(&mut self.locals, before.clone());
        let (second, second_ways) = self.block(reject, inside);
        for (i, before) in before.into_iter().enumerate() {
            let (a, b) = (after_first[i], self.locals[i]);
            if a != before || b != before {
                let sides = [(a, first_ways), (b, second_ways)];
                let sides = sides.iter().filter(|(_, ways)| ways.next);
                let sides: Vec<Node> = sides.map(|(node, _)| *node).collect();
                self.locals[i] = self.graph.node(&sides);
            }
        }
        let ways = first_ways.or(second_ways);
        match ways == Ways::NEXT {
            // All that went in are together again.
            true => (flow, ways),
            false => (self.graph.node(&[first, second]), ways),
        }
    }

    /// A loop begins: the control flow in it.
    fn enter(&mut self, body: &'a Block, flow: Node) -> Node {
        let mut around = Around {
            inside: Vec::new(),
            after: Vec::new(),
        };
        for LocalId(local) in stored(body) {
            let i = local as usize;
            if let Some(now) = self.locals.get(i).copied() {
                self.locals[i] = self.graph.node(&[now]);
                around.inside.push((i, self.locals[i]));
                around.after.push((i, self.graph.node(&[])));
            }
        }
        self.loops.push(around);
        self.graph.node(&[flow])
    }

    /// A loop ends: its body's end leads back to its start. The control flow after it.
    fn leave(&mut self, start: Node, end: Node, ways: Ways, before: Node) -> (Node, Ways) {
        self.graph.depend(start, end);
        if let Some(around) = self.loops.pop() {
            for (i, node) in around.inside {
                self.graph.depend(node, self.locals[i]);
            }
            if ways.breaks {
                for (i, node) in around.after {
                    self.locals[i] = node;
                }
            }
        }
        let after = Ways {
            next: ways.breaks,
            returns: ways.returns,
            ..Ways::NONE
        };
        match after == Ways::NEXT {
            true => (before, after),
            false => (start, after),
        }
    }

    fn endless(&mut self, body: &'a Block, flow: Node) -> (Node, Ways) {
        let start = self.enter(body, flow);
        let (end, ways) = self.block(body, start);
        self.leave(start, end, ways, flow)
    }

    fn counted(
        &mut self,
        loc: Loc,
        [counter, trips]: [ExprId; 2],
        body: &'a Block,
        flow: Node,
    ) -> (Node, Ways) {
        let trips = self.value(trips, flow);
        let count = self.graph.node(&[flow]);
        let start = self.enter(body, flow);
        let value = self.graph.node(&[count, start]);
        self.set(counter, value);
        let inside = self.graph.branch(loc, &[value, trips]);
        // The count may be spent where an iteration begins.
        if let Some(around) = self.loops.last() {
            for ((_, inside), (_, after)) in around.inside.iter().zip(&around.after) {
                self.graph.depend(*after, *inside);
            }
        }
        let (end, ways) = self.block(body, inside);
        self.graph.depend(count, end);
        let breaks = true;
        self.leave(start, end, Ways { breaks, ..ways }, flow)
    }

    fn call(
        &mut self,
        function: FunctionId,
        arguments: &[ExprId],
        result: Option<ExprId>,
        flow: Node,
    ) {
        let Some(callee) = self.summaries.get(function.index()) else {
            return;
        };
        let arguments: Vec<Node> = arguments.iter().map(|id| self.value(*id, flow)).collect();
        let given = |graph: &mut Dependences, inputs: &[(Input, Option<Loc>)]| -> Vec<Node> {
            let given = inputs.iter().map(|(input, at)| {
                let node = match input {
                    Input::ControlFlow => flow,
                    Input::Argument(n) => arguments.get(*n as usize).copied().unwrap_or(flow),
                };
                at.map_or(node, |at| graph.branch(at, &[node]))
            });
            given.collect()
        };
        for demand in &callee.demands {
            let edges = given(&mut self.graph, &demand.inputs);
            self.demand(demand.collective, demand.loc, demand.operand, &edges);
        }
        if let Some(id) = result {
            let [workgroup, subgroup] = &callee.result;
            let mut edges = given(&mut self.graph, &workgroup.inputs);
            edges.push(flow);
            for (reached, between_subgroups) in [(workgroup, true), (subgroup, false)] {
                if let Some(found) = &reached.parted {
                    let source = self.graph.source(Origin {
                        between_subgroups,
                        ..found.origin.clone()
                    });
                    edges.push(
                        found
                            .at
                            .map_or(source, |at| self.graph.branch(at, &[source])),
                    );
                }
            }
            let node = self.graph.node(&edges);
            self.set(id, node);
        }
    }

    /// Something must be uniform.
    pub(super) fn demand(&mut self, collective: Collective, loc: Loc, operand: bool, on: &[Node]) {
        let mut known = self.demands.iter();
        let known = known.find(|(_, at, of, _)| (*at, *of) == (loc, operand));
        let node = known.map(|(.., node)| *node).unwrap_or_else(|| {
            let node = self.graph.node(&[]);
            self.demands.push((collective, loc, operand, node));
            node
        });
        for edge in on {
            self.graph.depend(node, *edge);
        }
    }
}

/// The locals that a block stores to.
fn stored(block: &Block) -> Vec<LocalId> {
    let mut blocks = vec![block];
    let mut found = Vec::new();
    while let Some(block) = blocks.pop() {
        for stmt in block {
            if let StmtKind::Store { place, .. } = &stmt.kind
                && let Root::Local(local) = place.root
                && !found.contains(&local)
            {
                found.push(local);
            }
            blocks.extend(stmt.kind.blocks());
        }
    }
    found
}
