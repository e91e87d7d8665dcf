//! Random statements.

use super::generate::{Generator, Leave};
use super::sorts::Sort;
use hesper_shader::tree::{BinaryOp, Block, ExprId, FunctionId, Root, Step, StmtKind};

/// Iterations of all loops of an invocation together, at most; some drivers stop at 65 535.
const MOST_ITERATIONS: u32 = 3000;

/// Most trips of a loop.
const TRIPS: u32 = 4;

impl Generator<'_> {
    /// Up to `most` statements in the open block.
    pub(crate) fn statements(&mut self, most: usize) {
        for _ in 0..most {
            if self.fuel == 0 || !self.choices.more(4) {
                return;
            }
            self.fuel -= 1;
            self.statement();
        }
    }

    fn statement(&mut self) {
        match self.choices.below(10) {
            0 | 1 => self.store_somewhere(),
            2 => {
                let sort = self.sort(true);
                let value = self.expr(sort, 3);
                self.scope.push(value);
            }
            3 => self.branch(),
            4 => self.counted_loop(),
            5 => self.endless_loop(),
            6 => self.call_something(),
            7 => self.store_component(),
            8 => self.aside(),
            _ => self.atomic_update(),
        }
    }

    /// A place of this invocation: a local, or an element of its own.
    fn own_place(&mut self) -> Option<(Root, Vec<Step>, Sort)> {
        let count = self.locals.len() + self.own.len();
        if count == 0 {
            return None;
        }
        let position = self.choices.below(count);
        if let Some((local, sort, length)) = self.locals.get(position).copied() {
            let path = length.map(|length| self.index_below(length));
            return Some((Root::Local(local), path.into_iter().collect(), sort));
        }
        self.own.get(position - self.locals.len()).cloned()
    }

    fn store_somewhere(&mut self) {
        if let Some((root, path, sort)) = self.own_place() {
            let value = self.value_for(root, sort);
            self.w.store(root, path, value);
        }
    }

    fn value_for(&mut self, root: Root, sort: Sort) -> ExprId {
        match root {
            Root::Local(_) => self.held(sort, 3),
            Root::Storage(_) | Root::Workgroup(_) => self.stored(sort, 3),
        }
    }

    fn store_component(&mut self) {
        match self.own_place() {
            Some((root, mut path, sort)) if !sort.ty.is_scalar() => {
                let value = self.value_for(root, sort.component());
                let component = self.choices.below(sort.ty.size.into()) as u8;
                path.push(Step::Component(component));
                self.w.store(root, path, value);
            }
            _ => self.store_somewhere(),
        }
    }

    /// A block of its own; `in_loop` where it is a loop's body.
    fn nested(&mut self, in_loop: bool) -> Block {
        let (scope, leave) = (self.scope.len(), self.leave);
        self.leave.in_loop |= in_loop;
        self.w.open();
        self.statements(3);
        let block = self.w.close();
        self.scope.truncate(scope);
        self.leave = leave;
        block
    }

    fn branch(&mut self) {
        self.steers = self.leave.in_loop;
        let condition = self.expr(Sort::BOOL, 2);
        self.steers = false;
        let accept = self.arm(true);
        let leaves = accept.last().is_some_and(|s| s.kind.is_terminator());
        let reject = if self.choices.one_in(2) {
            // Were both to leave, what follows would be unreachable (see `known`).
            self.arm(!leaves)
        } else {
            Block::new()
        };
        self.w.branch(condition, accept, reject);
    }

    /// A block that may end by leaving, where it is allowed to.
    fn arm(&mut self, may_leave: bool) -> Block {
        let scope = self.scope.len();
        self.w.open();
        self.statements(2);
        let Leave { in_loop, returns } = self.leave;
        let how = self.choices.below(5);
        match (if may_leave { how } else { 0 }, returns) {
            (1, _) if in_loop => self.w.stmt(StmtKind::Break),
            (2, _) if in_loop => self.w.stmt(StmtKind::Continue),
            (3, Some(None)) => self.w.stmt(StmtKind::Return(None)),
            (3, Some(Some(sort))) => {
                let value = self.held(sort, 2);
                self.w.stmt(StmtKind::Return(Some(value)));
            }
            _ => {}
        }
        self.scope.truncate(scope);
        self.w.close()
    }

    /// Whether a loop here keeps within the budget; then it counts as begun.
    fn enter_loop(&mut self) -> bool {
        let weight = self.weight * TRIPS;
        let fits = self.cost + weight <= MOST_ITERATIONS;
        if fits {
            self.weight = weight;
            self.cost += weight;
        }
        fits
    }

    fn counted_loop(&mut self) {
        let outside = self.weight;
        if !self.enter_loop() {
            return;
        }
        let trips = if self.choices.one_in(2) {
            let value = self.expr(Sort::U32, 2);
            let trips = self.w.u32(TRIPS + 1);
            self.w.integer(BinaryOp::Remainder, value, trips)
        } else {
            let trips = self.choices.below(TRIPS as usize + 1) as u32;
            self.w.u32(trips)
        };
        let counter = self.w.result(Sort::U32);
        self.scope.push(counter);
        let body = self.nested(true);
        self.scope.pop();
        self.w.stmt(StmtKind::For {
            counter,
            trips,
            body,
        });
        self.weight = outside;
    }

    /// `count = 0; loop { if count >= n { break } count += 1; … }`
    fn endless_loop(&mut self) {
        let outside = self.weight;
        if !self.enter_loop() {
            return;
        }
        let count = self.w.local(Sort::U32, None);
        let zero = self.w.u32(0);
        self.w.store(Root::Local(count), Vec::new(), zero);
        let most = self.choices.below(TRIPS as usize + 1) as u32;
        self.w.open();
        let value = self.w.load(Root::Local(count), Vec::new(), Sort::U32);
        let most = self.w.u32(most);
        let done = self.w.integer(BinaryOp::GreaterEqual, value, most);
        self.w.open();
        self.w.stmt(StmtKind::Break);
        let leave = self.w.close();
        self.w.branch(done, leave, Block::new());
        let one = self.w.u32(1);
        let next = self.w.integer(BinaryOp::Add, value, one);
        self.w.store(Root::Local(count), Vec::new(), next);
        let (scope, leave) = (self.scope.len(), self.leave);
        self.leave.in_loop = true;
        self.scope.push(value);
        self.statements(3);
        self.scope.truncate(scope);
        self.leave = leave;
        let body = self.w.close();
        self.w.stmt(StmtKind::Loop { body });
        self.weight = outside;
    }

    fn call_something(&mut self) {
        if self.helpers.is_empty() {
            return;
        }
        let position = self.choices.below(self.helpers.len());
        self.call(position, 2);
    }

    /// Calls a helper, if its loops keep within the budget. Its result comes into scope.
    pub(crate) fn call(&mut self, position: usize, depth: u32) -> Option<ExprId> {
        let helper = self.helpers[position].clone();
        let cost = self.weight * helper.cost;
        if self.cost + cost > MOST_ITERATIONS {
            return None;
        }
        self.cost += cost;
        let arguments = helper
            .arguments
            .iter()
            .map(|s| self.held(*s, depth))
            .collect();
        let result = helper.result.map(|sort| self.w.result(sort));
        self.w.stmt(StmtKind::Call {
            function: FunctionId(position as u32),
            arguments,
            result,
        });
        self.scope.extend(result);
        result
    }

    /// Lines that the reference executor alone prints.
    fn aside(&mut self) {
        let (scope, outside) = (self.scope.len(), std::mem::replace(&mut self.aside, true));
        self.w.open();
        if self.choices.one_in(3) {
            let condition = self.expr(Sort::BOOL, 2);
            self.w.open();
            self.log();
            let accept = self.w.close();
            self.w.branch(condition, accept, Block::new());
        } else {
            self.log();
        }
        let body = self.w.close();
        self.scope.truncate(scope);
        self.aside = outside;
        self.w.stmt(StmtKind::Aside { body });
    }
    fn log(&mut self) {
        let sort = self.sort(true);
        let value = self.expr(sort, 2);
        self.w.stmt(StmtKind::Log {
            fails: false,
            text: vec!["value ".to_string(), String::new()],
            values: vec![value],
        });
    }
}
