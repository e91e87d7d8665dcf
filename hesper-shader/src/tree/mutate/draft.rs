//! A copy of a tree that is being changed in one function.

use super::ids;
use crate::tree::verify::{Verified, VerifyProblem, verify};
use crate::tree::{
    Block, Expr, ExprId, ExprKind, Function, Literal, Loc, Problem, Stmt, StmtKind, Tree, Type,
};

/// A copy of a tree, and the function that is changed. Expressions are added at the end of the arena; [`finish`](Draft::finish) sorts them.
pub(super) struct Draft {
    tree: Tree,
    at: usize,
}

impl Draft {
    /// A copy of the tree, for changes in the function at this position, the kernel's own last.
    pub(super) fn of(tree: &Tree, at: usize) -> Draft {
        let tree = tree.clone();
        Draft { tree, at }
    }

    /// Goes on to another function.
    pub(super) fn at(&mut self, at: usize) {
        self.at = at;
    }

    /// The function.
    pub(super) fn function(&mut self) -> &mut Function {
        let Draft { tree, at } = self;
        tree.functions.get_mut(*at).unwrap_or(&mut tree.entry)
    }

    /// Gives an expression another meaning.
    pub(super) fn replace(&mut self, id: ExprId, kind: ExprKind) {
        if let Some(expr) = self.function().exprs.get_mut(id.index()) {
            expr.kind = kind;
        }
    }

    /// Whatever reads one expression reads another.
    pub(super) fn substitute(&mut self, old: ExprId, new: ExprId) {
        let swap = |id: &mut ExprId| {
            if *id == old {
                *id = new;
            }
        };
        let function = self.function();
        for expr in &mut function.exprs {
            ids::operands(&mut expr.kind, swap);
        }
        read_everywhere(&mut function.body, &swap);
    }

    /// One expression reads another where it read a third.
    pub(super) fn read_in(&mut self, reader: ExprId, old: ExprId, new: ExprId) {
        if let Some(expr) = self.function().exprs.get_mut(reader.index()) {
            ids::operands(&mut expr.kind, |id| {
                if *id == old {
                    *id = new;
                }
            });
        }
    }

    /// A new expression; what is not ambient needs a place of evaluation.
    pub(super) fn add(&mut self, kind: ExprKind, ty: Type, loc: Loc) -> ExprId {
        let exprs = &mut self.function().exprs;
        exprs.push(Expr {
            kind,
            ty,
            loc,
            name: None,
        });
        ExprId(exprs.len() as u32 - 1)
    }

    /// A new constant.
    pub(super) fn literal(&mut self, literal: Literal, loc: Loc) -> ExprId {
        let ty = Type::scalar(literal.scalar());
        self.add(ExprKind::Literal(literal), ty, loc)
    }

    /// A new expression, evaluated just before the one that is to read it.
    pub(super) fn before(&mut self, reader: ExprId, kind: ExprKind, ty: Type, loc: Loc) -> ExprId {
        let id = self.add(kind, ty, loc);
        self.rewrite(|_, stmt| match stmt.kind {
            StmtKind::Emit(emitted) if emitted == reader => vec![emit(id, loc), stmt],
            _ => vec![stmt],
        });
        id
    }

    /// Puts other statements in the place of each; they are numbered as [`numbered`] does it.
    pub(super) fn rewrite(&mut self, mut f: impl FnMut(usize, Stmt) -> Vec<Stmt>) {
        let function = self.function();
        let body = std::mem::take(&mut function.body);
        function.body = rewritten(body, &mut 0, &mut f);
    }

    /// Puts other statements in the place of one.
    pub(super) fn rewrite_one(&mut self, at: usize, f: impl FnOnce(Stmt) -> Vec<Stmt>) {
        let mut f = Some(f);
        self.rewrite(|n, stmt| match f.take_if(|_| n == at) {
            Some(f) => f(stmt),
            None => vec![stmt],
        });
    }

    /// The tree, if it keeps all rules.
    pub(super) fn finish(mut self) -> Result<Verified, Vec<Problem<VerifyProblem>>> {
        for at in 0..=self.tree.functions.len() {
            self.at(at);
            sort(self.function());
        }
        verify(self.tree)
    }
}

/// The evaluation of an expression.
pub(super) fn emit(id: ExprId, loc: Loc) -> Stmt {
    let kind = StmtKind::Emit(id);
    Stmt { kind, loc }
}

/// The statements of a block and of those inside it, each with its number: its own first, then those inside it.
pub(super) fn numbered(block: &Block) -> Vec<(usize, &Stmt)> {
    fn walk<'b>(block: &'b Block, all: &mut Vec<(usize, &'b Stmt)>) {
        for stmt in block {
            all.push((all.len(), stmt));
            stmt.kind.blocks().for_each(|inner| walk(inner, all));
        }
    }
    let mut all = Vec::new();
    walk(block, &mut all);
    all
}

fn rewritten(
    block: Block,
    next: &mut usize,
    f: &mut impl FnMut(usize, Stmt) -> Vec<Stmt>,
) -> Block {
    let mut all = Vec::new();
    for mut stmt in block {
        let number = *next;
        *next += 1;
        for inner in ids::blocks(&mut stmt.kind) {
            *inner = rewritten(std::mem::take(inner), next, f);
        }
        all.extend(f(number, stmt));
    }
    all
}

fn read_everywhere(block: &mut Block, swap: &impl Fn(&mut ExprId)) {
    for stmt in block {
        ids::read(&mut stmt.kind, swap);
        for inner in ids::blocks(&mut stmt.kind) {
            read_everywhere(inner, swap);
        }
    }
}

/// Puts operands before what uses them.
fn sort(function: &mut Function) {
    let (mut order, mut seen) = (Vec::new(), vec![false; function.exprs.len()]);
    for id in 0..function.exprs.len() as u32 {
        // An expression, and whether its operands were seen to.
        let mut stack = vec![(ExprId(id), false)];
        while let Some((id, ready)) = stack.pop() {
            if ready {
                order.push(id);
            } else if !std::mem::replace(&mut seen[id.index()], true) {
                stack.push((id, true));
                function[id]
                    .kind
                    .for_each_operand(|operand| stack.push((operand, false)));
            }
        }
    }
    let mut places = vec![ExprId(0); order.len()];
    for (place, id) in order.iter().enumerate() {
        places[id.index()] = ExprId(place as u32);
    }
    let moved = |id: &mut ExprId| *id = places[id.index()];
    function.exprs = order.iter().map(|id| function[*id].clone()).collect();
    for expr in &mut function.exprs {
        ids::operands(&mut expr.kind, moved);
    }
    ids::every(&mut function.body, &mut { moved });
}
