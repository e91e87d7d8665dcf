//! Statements in order.

use super::range::Range;
use super::same::{Names, inside};
use super::state::{Conditions, Local, State, Value};
use super::uses::Use;
use super::{Frame, Loop, Walk};
use crate::tree::{
    AtomicOp, BinaryOp, Block, BranchWay, ExprId, ExprKind, Literal, Loc, Math, Place, Root,
    Scalar, Stmt, StmtKind, Type,
};
use std::collections::BTreeSet;
use std::mem::take;
use std::rc::Rc;

/// Rounds of a loop after which a local that still grows has no end.
const ROUNDS: usize = 3;

/// Rounds after that in which it may turn out to have one.
const CLOSER: usize = 2;

/// Functions within functions, at most; deeper ones yield anything.
const DEEP: usize = 64;

impl<'t> Walk<'t> {
    /// Runs a function; what it returns.
    pub(super) fn enter(&mut self, number: usize, arguments: Vec<ExprId>) -> Option<Value> {
        let tree = self.tree;
        let function = tree.functions.get(number).unwrap_or(&tree.entry);
        let names = self.names.entry(number);
        let names = names.or_insert_with(|| Rc::new(Names::of(tree, function)));
        self.frames.push(Frame {
            number,
            function,
            names: names.clone(),
            arguments,
            state: State::new(function.locals.len()),
            loops: Vec::new(),
            path: Vec::new(),
            returned: None,
        });
        let k = self.frames.len() - 1;
        self.block(k, &function.body);
        self.memo.clear();
        self.frames.pop().and_then(|frame| frame.returned)
    }

    fn block(&mut self, k: usize, block: &'t [Stmt]) {
        for stmt in block {
            if !self.frames[k].state.reached {
                return;
            }
            self.statement(k, stmt);
        }
    }

    fn statement(&mut self, k: usize, stmt: &'t Stmt) {
        let loc = stmt.loc;
        match &stmt.kind {
            StmtKind::Emit(id) => self.emit(k, *id),
            StmtKind::Load { place, result } => self.load(k, place, *result, loc),
            StmtKind::Store { place, value } => self.store(k, place, *value, loc),
            StmtKind::If {
                condition,
                accept,
                reject,
            } => self.branch(k, *condition, [reject, accept]),
            StmtKind::For {
                counter,
                trips,
                body,
            } => self.counted(k, [*counter, *trips], body, loc),
            StmtKind::Loop { body } => self.repeated(k, body),
            StmtKind::Break => self.leave(k, |around| &mut around.broken),
            StmtKind::Continue => self.leave(k, |around| &mut around.continued),
            StmtKind::Return(value) => {
                let value = value.map(|id| self.components(k, id));
                let frame = &mut self.frames[k];
                frame.returned = match (frame.returned, value) {
                    (Some(a), Some(b)) => Some(a.join(b)),
                    (a, b) => a.or(b),
                };
                frame.state.reached = false;
            }
            StmtKind::Call {
                function,
                arguments,
                result,
            } => self.call(k, function.index(), arguments, *result),
            StmtKind::Atomic { place, op, result } => {
                self.indexed(k, place, loc);
                if let AtomicOp::CompareExchangeWeak { exchanged, .. } = op {
                    self.define(k, *exchanged, Value::new(Range::TRUTH));
                }
                if let Some(result) = result {
                    self.anything(k, *result);
                }
            }
            StmtKind::UniformLoad { place, result } => {
                self.indexed(k, place, loc);
                self.anything(k, *result);
            }
            StmtKind::Subgroup { result, .. } => self.anything(k, *result),
            // Memory that others write is anything anyway.
            StmtKind::Barrier(_) | StmtKind::Aside { .. } | StmtKind::Log { .. } => {}
        }
    }

    /// A result that may be anything of its type.
    fn anything(&mut self, k: usize, id: ExprId) {
        let all = Range::of(self.expr(k, id).ty.scalar);
        self.define(k, id, Value::new(all));
    }

    fn define(&mut self, k: usize, id: ExprId, value: Value) {
        self.frames[k].state.values.insert(id, value);
    }

    /// An expression is computed here: what it decides, and what it compares.
    fn emit(&mut self, k: usize, id: ExprId) {
        match &self.expr(k, id).kind {
            ExprKind::Select { condition, .. } => self.decides(k, *condition),
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), x, y)
                if self.expr(k, id).ty == Type::BOOL =>
            {
                self.decides(k, *x);
                let open = *op == BinaryOp::And;
                if self.range(k, *x).may_be(open) {
                    let state = self.frames[k].state.clone();
                    self.assume(k, *x, open);
                    if self.frames[k].state.reached {
                        self.decides(k, *y);
                    }
                    self.frames[k].state = state;
                }
            }
            ExprKind::Binary(op, x, y) if op.is_comparison() => {
                let at = self.expr(k, id).loc;
                for side in [*x, *y] {
                    let ty = self.expr(k, side).ty;
                    if ty.scalar.is_integer() && ty.size == 1 {
                        self.used(k, side, || Use::Comparison, at);
                    }
                }
            }
            _ => {}
        }
    }

    /// A condition decides which way to go.
    fn decides(&mut self, k: usize, condition: ExprId) {
        let may = self.range(k, condition);
        for way in BranchWay::BOTH {
            if may.may_be(way == BranchWay::Yes) {
                self.can(k, condition, way);
            }
        }
    }

    fn can(&mut self, k: usize, id: ExprId, way: BranchWay) {
        let number = self.branches.number(self.frames[k].number, id);
        if let (Some(number), false) = (number, self.quiet)
            && let Some(ways) = self.found.ways.get_mut(number)
        {
            ways[way as usize] = true;
        }
    }

    fn load(&mut self, k: usize, place: &Place, result: ExprId, loc: Loc) {
        self.indexed(k, place, loc);
        if !self.frames[k].state.reached {
            return;
        }
        match place.root {
            Root::Local(local) => self.load_local(k, local.index(), place, result),
            Root::Storage(param) => {
                let all = Range::of(self.expr(k, result).ty.scalar);
                let known = self.launch.params.get(param.index());
                let elements = known.map_or(all, |known| known.elements);
                // Loaded before from the same element, it is known already.
                let first = self.canon(k, result);
                let state = &mut self.frames[k].state;
                state
                    .values
                    .entry(first)
                    .or_insert(Value::new(elements.and(all)));
            }
            Root::Workgroup(_) => self.anything(k, result),
        }
    }

    fn load_local(&mut self, k: usize, local: usize, place: &Place, result: ExprId) {
        let all = Range::of(self.expr(k, result).ty.scalar);
        let state = &mut self.frames[k].state;
        let Some(known) = state.locals.get_mut(local) else {
            return;
        };
        let value = known.value.unwrap_or(Value::new(all));
        if !place.path.is_empty() {
            // An element of an array, or a component: all of them have one range.
            state.values.insert(result, value);
            return;
        }
        match known.alias {
            Some(alias) => _ = state.links.insert(result, alias),
            None => {
                known.alias = Some(result);
                state.values.insert(result, value);
            }
        }
        let implied = known.implied.clone();
        let stands_for = known.alias.unwrap_or(result);
        if implied.iter().any(Option::is_some) {
            state.implied.insert(stands_for, implied);
        }
    }

    fn store(&mut self, k: usize, place: &Place, value: ExprId, loc: Loc) {
        self.indexed(k, place, loc);
        let ty = self.expr(k, value).ty;
        match place.root {
            Root::Local(local) => self.store_local(k, local.index(), place, value),
            Root::Storage(_) if ty.scalar.is_integer() && ty.size == 1 => {
                let name = self.name(k, place.root);
                self.used(k, value, || Use::Stored(name), loc);
            }
            Root::Storage(_) | Root::Workgroup(_) => {}
        }
    }

    fn store_local(&mut self, k: usize, local: usize, place: &Place, value: ExprId) {
        let expr = self.expr(k, value);
        if expr.ty == Type::BOOL {
            self.decides(k, value);
        }
        let known = self.components(k, value);
        let alias = self.canon(k, value);
        let array = self.frames[k].function.locals.get(local);
        let whole =
            place.path.is_empty() && array.is_some_and(|l| l.dims.is_empty() && l.ty.size == 1);
        let Some(slot) = self.frames[k].state.locals.get_mut(local) else {
            return;
        };
        if !whole {
            slot.value = Some(slot.value.map_or(known, |old| old.join(known)));
            return;
        }
        let literal = match &expr.kind {
            ExprKind::Literal(Literal::Bool(b)) => Some(*b),
            _ => None,
        };
        let implied = |truth: bool| -> Option<Conditions> {
            match literal {
                Some(literal) => (literal == truth).then(Vec::new),
                None => Some(vec![(alias, truth)]),
            }
        };
        *slot = Local {
            value: Some(known),
            alias: Some(alias),
            implied: match expr.ty.scalar {
                Scalar::Bool => [implied(false), implied(true)],
                _ => [None, None],
            },
        };
    }

    fn branch(&mut self, k: usize, condition: ExprId, blocks: [&'t Block; 2]) {
        self.decides(k, condition);
        self.settle(k);
        let before = self.frames[k].state.clone();
        let may = self.range(k, condition);
        let mut after: Option<State> = None;
        let mut left = Vec::new();
        for (block, truth) in blocks.into_iter().zip([false, true]) {
            if !may.may_be(truth) {
                continue;
            }
            self.frames[k].state = before.clone();
            self.assume(k, condition, truth);
            let way = self.frames[k].path.len();
            self.frames[k].path.push((condition, truth));
            self.block(k, block);
            // Where the other side leaves, the condition holds for all that comes after.
            let leaves = !self.frames[k].state.reached;
            self.frames[k].path.truncate(way);
            left.push((condition, truth, leaves));
            self.settle(k);
            let mut state = self.frames[k].state.clone();
            // What a local says, it says where the condition was so.
            for implied in state
                .locals
                .iter_mut()
                .flat_map(|l| l.implied.iter_mut().flatten())
            {
                if !implied.contains(&(condition, truth)) {
                    implied.push((condition, truth));
                }
            }
            after = Some(match after {
                None => state,
                Some(other) => other.join(state),
            });
        }
        for (condition, truth, leaves) in left {
            if leaves {
                self.frames[k].path.push((condition, !truth));
            }
        }
        self.frames[k].state = after.unwrap_or(State {
            reached: false,
            ..before
        });
    }

    fn leave(&mut self, k: usize, exit: impl Fn(&mut Loop) -> &mut Option<State>) {
        self.settle(k);
        let frame = &mut self.frames[k];
        let state = frame.state.clone();
        frame.state.reached = false;
        if let Some(around) = frame.loops.last_mut() {
            let exit = exit(around);
            *exit = Some(match exit.take() {
                None => state,
                Some(other) => other.join(state),
            });
        }
    }

    /// Locals take over what is known of the expressions that they are equal to.
    fn settle(&mut self, k: usize) {
        for local in 0..self.frames[k].state.locals.len() {
            if let Some(alias) = self.frames[k].state.locals[local].alias {
                let range = self.range(k, alias);
                if let Some(value) = &mut self.frames[k].state.locals[local].value {
                    value.range = value.range.and(range);
                }
            }
        }
    }

    fn counted(&mut self, k: usize, [counter, trips]: [ExprId; 2], body: &'t Block, loc: Loc) {
        self.used(k, trips, || Use::Trips, loc);
        let many = self.range(k, trips);
        if many.low <= 0 {
            self.can(k, counter, BranchWay::No);
        }
        if many.high <= 0 {
            return;
        }
        self.can(k, counter, BranchWay::Yes);
        self.settle(k);
        let before = self.frames[k].state.clone();
        let begin = |walk: &mut Self| {
            walk.narrow(k, trips, Range::new(1, Range::ENDLESS.high));
            walk.define(k, counter, Value::new(Range::new(0, many.high - 1)));
            walk.keep_apart(k, counter, trips, Range::new(-Range::ENDLESS.high, -1));
            walk.stepped(k, counter, trips);
        };
        let (after, broken) = self.iterate(k, body, begin);
        let mut exit = after;
        if many.low <= 0 {
            exit = exit.join(before);
        }
        if let Some(broken) = broken {
            exit = exit.join(broken);
        }
        self.frames[k].state = exit;
    }

    /// Of a loop over a range with a step, that `counter · step` lies below what is rounded up to give the trips.
    fn stepped(&mut self, k: usize, counter: ExprId, trips: ExprId) {
        let Some([n, step]) = self.rounded_up(k, trips) else {
            return;
        };
        let exprs = self.frames[k].function.exprs.iter().zip(0..);
        let product = exprs.filter_map(|(expr, id)| match expr.kind {
            ExprKind::Binary(BinaryOp::Multiply, x, y)
                if x == counter && self.canon(k, y) == self.canon(k, step) =>
            {
                Some(ExprId(id))
            }
            _ => None,
        });
        let products: Vec<ExprId> = product.collect();
        for product in products {
            self.keep_apart(k, product, n, Range::new(-Range::ENDLESS.high, -1));
            self.started(k, product, n);
        }
    }

    /// Of a loop that starts at `first` and ends at `end`, where `n` is `max(end, first) - first`: that `first + product` lies below `end`.
    fn started(&mut self, k: usize, product: ExprId, n: ExprId) {
        let ExprKind::Binary(BinaryOp::Subtract, most, first) = self.expr(k, self.canon(k, n)).kind
        else {
            return;
        };
        let ExprKind::Math(Math::Max, ref ends) = self.expr(k, self.canon(k, most)).kind else {
            return;
        };
        let Some(end) = ends.first().copied() else {
            return;
        };
        let exprs = self.frames[k].function.exprs.iter().zip(0..);
        let index = exprs.filter_map(|(expr, id)| match expr.kind {
            ExprKind::Binary(BinaryOp::Add, x, y)
                if y == product && self.canon(k, x) == self.canon(k, first) =>
            {
                Some(ExprId(id))
            }
            _ => None,
        });
        let indices: Vec<ExprId> = index.collect();
        for index in indices {
            // There is an iteration, so that the range ends after it starts: the sum lies below its end, and does not wrap.
            let most = self.range(k, end).high - 1;
            let index = self.canon(k, index);
            self.frames[k]
                .state
                .exact
                .insert(index, Range::new(-Range::ENDLESS.high, most));
            self.keep_apart(k, index, end, Range::new(-Range::ENDLESS.high, -1));
        }
    }

    fn repeated(&mut self, k: usize, body: &'t Block) {
        self.settle(k);
        let before = self.frames[k].state.clone();
        let (_, broken) = self.iterate(k, body, |_| {});
        self.frames[k].state = broken.unwrap_or(State {
            reached: false,
            ..before
        });
    }

    /// Runs a loop's body until nothing new is known at its head: what holds after an iteration, and where it is left by `break`.
    fn iterate(
        &mut self,
        k: usize,
        body: &'t Block,
        begin: impl Fn(&mut Self),
    ) -> (State, Option<State>) {
        let inside = inside(body);
        let all: Vec<Range> = {
            let locals = &self.frames[k].function.locals;
            locals.iter().map(|l| Range::of(l.ty.scalar)).collect()
        };
        let mut before = self.frames[k].state.clone();
        before.forget(&inside);
        let mut head = before.clone();
        let quiet = std::mem::replace(&mut self.quiet, true);
        for round in 0.. {
            let (after, _) = self.once(k, &head, body, &begin, &inside);
            let next = before.clone().join(after);
            if next == head {
                break;
            }
            if round > 4 * ROUNDS {
                let locals = head.locals;
                head = State {
                    locals,
                    ..before.clone()
                };
                head.lose_locals(&all);
                break;
            }
            head = if round < ROUNDS {
                next
            } else {
                head.widened(next, &all)
            };
        }
        for _ in 0..CLOSER {
            let (after, _) = self.once(k, &head, body, &begin, &inside);
            head = before.clone().join(after);
        }
        self.quiet = quiet;
        self.once(k, &head, body, &begin, &inside)
    }

    /// One iteration: what holds after it, and where it is left by `break`.
    fn once(
        &mut self,
        k: usize,
        head: &State,
        body: &'t Block,
        begin: impl Fn(&mut Self),
        inside: &BTreeSet<ExprId>,
    ) -> (State, Option<State>) {
        self.frames[k].state = head.clone();
        self.frames[k].loops.push(Loop::default());
        begin(self);
        let way = self.frames[k].path.len();
        self.block(k, body);
        self.frames[k].path.truncate(way);
        self.settle(k);
        let frame = &mut self.frames[k];
        let Loop { broken, continued } = frame.loops.pop().unwrap_or_default();
        let mut after = frame.state.clone();
        if let Some(continued) = continued {
            after = after.join(continued);
        }
        after.forget(inside);
        (after, broken)
    }

    fn call(&mut self, k: usize, number: usize, arguments: &[ExprId], result: Option<ExprId>) {
        let returned = match self.frames.len() < DEEP {
            true => self.enter(number, arguments.to_vec()),
            false => None,
        };
        if let Some(result) = result {
            let all = Range::of(self.expr(k, result).ty.scalar);
            self.define(k, result, returned.unwrap_or(Value::new(all)));
        }
        let _ = take(&mut self.memo);
    }
}
