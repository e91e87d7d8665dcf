//! Which integers of a kernel may reach an index.

use crate::tree::{ExprId, ExprKind, Function, LocalId, Place, Root, Step, StmtKind, Tree};

/// For each function, kernel last, what may reach an index there or in a function it calls.
#[derive(Debug, Default)]
pub(crate) struct Feeds {
    functions: Vec<Marks>,
}

#[derive(Clone, Debug, Default)]
struct Marks {
    exprs: Vec<bool>,
    locals: Vec<bool>,
    arguments: Vec<bool>,
    result: bool,
}

impl Feeds {
    /// Follows every index back to what it is made of, until nothing new is found.
    pub(super) fn of(tree: &Tree) -> Feeds {
        let functions: Vec<&Function> = tree.all_functions().collect();
        let marks = |f: &&Function| Marks {
            exprs: vec![false; f.exprs.len()],
            locals: vec![false; f.locals.len()],
            arguments: vec![false; f.arguments.len()],
            result: false,
        };
        let mut feeds = Feeds {
            functions: functions.iter().map(marks).collect(),
        };
        let mut grown = true;
        while grown {
            grown = false;
            for (f, function) in functions.iter().enumerate() {
                grown |= feeds.statements(f, function);
                grown |= feeds.expressions(f, function);
            }
        }
        feeds
    }

    /// Whether an expression may reach an index.
    pub(crate) fn reaches(&self, f: usize, id: ExprId) -> bool {
        let marks = self.functions.get(f);
        marks.is_some_and(|m| m.exprs.get(id.index()) == Some(&true))
    }

    fn mark(&mut self, f: usize, id: ExprId) -> bool {
        let exprs = self.functions.get_mut(f).map(|m| &mut m.exprs);
        set(exprs, id.index())
    }

    fn statements(&mut self, f: usize, function: &Function) -> bool {
        let mut grown = false;
        let mut blocks = vec![&function.body];
        while let Some(block) = blocks.pop() {
            for stmt in block {
                grown |= self.statement(f, &stmt.kind);
                blocks.extend(stmt.kind.blocks());
            }
        }
        grown
    }

    fn statement(&mut self, f: usize, kind: &StmtKind) -> bool {
        let mut grown = false;
        match kind {
            StmtKind::Load { place, result } => {
                grown |= self.indices(f, place);
                if let (Root::Local(local), true) = (place.root, self.reaches(f, *result)) {
                    grown |= self.mark_local(f, local);
                }
            }
            StmtKind::Store { place, value } => {
                grown |= self.indices(f, place);
                if let Root::Local(local) = place.root
                    && self
                        .functions
                        .get(f)
                        .is_some_and(|m| m.locals.get(local.index()) == Some(&true))
                {
                    grown |= self.mark(f, *value);
                }
            }
            StmtKind::Atomic { place, .. } | StmtKind::UniformLoad { place, .. } => {
                grown |= self.indices(f, place);
            }
            StmtKind::Call {
                function,
                arguments,
                result,
            } => {
                let g = function.index();
                if result.is_some_and(|id| self.reaches(f, id)) {
                    let marks = self.functions.get_mut(g);
                    grown |= marks.is_some_and(|m| !std::mem::replace(&mut m.result, true));
                }
                for (i, argument) in arguments.iter().enumerate() {
                    if self
                        .functions
                        .get(g)
                        .is_some_and(|m| m.arguments.get(i) == Some(&true))
                    {
                        grown |= self.mark(f, *argument);
                    }
                }
            }
            StmtKind::Return(Some(value)) if self.functions.get(f).is_some_and(|m| m.result) => {
                grown |= self.mark(f, *value);
            }
            StmtKind::Subgroup { value, result, .. } if self.reaches(f, *result) => {
                grown |= self.mark(f, *value);
            }
            StmtKind::Emit(_)
            | StmtKind::If { .. }
            | StmtKind::For { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Barrier(_)
            | StmtKind::Subgroup { .. }
            | StmtKind::Aside { .. }
            | StmtKind::Log { .. } => {}
        }
        grown
    }

    fn indices(&mut self, f: usize, place: &Place) -> bool {
        let indices = place.path.iter().filter_map(|step| match step {
            Step::Index(id) => Some(*id),
            Step::Component(_) => None,
        });
        indices.fold(false, |grown, id| self.mark(f, id) | grown)
    }

    fn mark_local(&mut self, f: usize, local: LocalId) -> bool {
        let locals = self.functions.get_mut(f).map(|m| &mut m.locals);
        set(locals, local.index())
    }

    /// What marked expressions are made of; operands stand before what uses them.
    fn expressions(&mut self, f: usize, function: &Function) -> bool {
        let mut grown = false;
        for (i, expr) in function.exprs.iter().enumerate().rev() {
            if !self.reaches(f, ExprId(i as u32)) {
                continue;
            }
            match &expr.kind {
                ExprKind::Argument(n) => {
                    let arguments = self.functions.get_mut(f).map(|m| &mut m.arguments);
                    grown |= set(arguments, *n as usize);
                }
                ExprKind::Binary(op, ..) if op.is_comparison() => {}
                // The condition only chooses.
                ExprKind::Select {
                    on_true, on_false, ..
                } => {
                    grown |= self.mark(f, *on_true) | self.mark(f, *on_false);
                }
                kind => {
                    let mut operands = Vec::new();
                    kind.for_each_operand(|id| operands.push(id));
                    grown |= operands
                        .into_iter()
                        .fold(false, |g, id| self.mark(f, id) | g);
                }
            }
        }
        grown
    }
}

/// Sets a mark; whether it was not set before.
fn set(marks: Option<&mut Vec<bool>>, i: usize) -> bool {
    let mark = marks.and_then(|m| m.get_mut(i));
    mark.is_some_and(|m| !std::mem::replace(m, true))
}
