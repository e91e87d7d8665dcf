//! Branches, loops and leaving them.

use super::jumps::Kind;
use super::{Checker, Returns};
use crate::ast::{Block, Expr, If, Loop, Range, Stmt};
use crate::messages::Message;
use crate::scope::Binding;
use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{ExprForLoop, ExprIf, ExprLoop, ExprReturn, ExprWhile, Pat, RangeLimits, token};

impl Checker<'_> {
    /// An `if` for its value.
    pub(super) fn if_value(&mut self, e: &ExprIf) -> Expr {
        if e.else_branch.is_none() {
            self.errors.push(e.if_token, Message::MissingElse);
        }
        Expr::If(Box::new(self.if_(e, true)))
    }

    pub(super) fn if_(&mut self, e: &ExprIf, value: bool) -> If {
        let span = e.if_token.span;
        If {
            span,
            condition: self.expr(&e.cond),
            accept: self.block(&e.then_branch, value),
            reject: e.else_branch.as_ref().map(|(_, e)| self.else_(e, value)),
        }
    }

    /// `{ .. }` or a further `if` after `else`.
    fn else_(&mut self, e: &syn::Expr, value: bool) -> Block {
        match e {
            syn::Expr::Block(e) => self.block(&e.block, value),
            syn::Expr::If(e) if value => {
                let branch = self.if_value(e);
                wrap(branch, e.if_token.span)
            }
            syn::Expr::If(e) => {
                let branch = Stmt::If(self.if_(e, false));
                Block {
                    brace: token::Brace(e.if_token.span),
                    stmts: vec![branch],
                    tail: None,
                }
            }
            other => wrap(self.expr(other), other.span()),
        }
    }

    pub(super) fn for_loop(&mut self, e: &ExprForLoop) -> Option<Stmt> {
        if self.is_unrolled(&e.attrs) {
            return self.unrolled(e);
        }
        let range = self.range(&e.expr);
        let name = self.counter(&e.pat);
        self.scope.enter();
        if let Some(name) = &name {
            self.scope.bind(name, Binding::Loop);
        }
        let (exit, body) = self.loop_body(Kind::Counted, e.label.as_ref(), &e.body);
        self.scope.leave();
        Some(Stmt::For {
            span: e.for_token.span,
            name,
            range: range?,
            exit,
            body,
        })
    }

    /// The name that a `for` binds.
    pub(super) fn counter(&mut self, pat: &Pat) -> Option<Ident> {
        match pat {
            Pat::Ident(pat)
                if pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none() =>
            {
                Some(pat.ident.clone())
            }
            Pat::Wild(_) => None,
            other => {
                self.errors.push(other, Message::ForPattern);
                None
            }
        }
    }

    /// `a..b`, `a..=b` and `rev()`, `step_by(n)` of them.
    fn range(&mut self, e: &syn::Expr) -> Option<Range> {
        match e {
            syn::Expr::Paren(e) => self.range(&e.expr),
            syn::Expr::Group(e) => self.range(&e.expr),
            syn::Expr::Range(e) => {
                let (Some(start), Some(end)) = (&e.start, &e.end) else {
                    self.errors.push(e, Message::ForOpenRange);
                    return None;
                };
                let (span, inclusive) = match &e.limits {
                    RangeLimits::HalfOpen(dots) => (dots.spans[0], false),
                    RangeLimits::Closed(dots) => (dots.spans[0], true),
                };
                Some(Range {
                    span,
                    start: self.expr(start),
                    end: self.expr(end),
                    inclusive,
                    methods: Vec::new(),
                })
            }
            syn::Expr::MethodCall(e) => {
                let mut range = self.range(&e.receiver)?;
                if e.method != "rev" && e.method != "step_by" {
                    let name = e.method.to_string();
                    self.errors
                        .push_named(&e.method, Message::ForRangeMethod, &name);
                }
                let args = e.args.iter().map(|arg| self.expr(arg)).collect();
                range.methods.push((e.method.clone(), args));
                Some(range)
            }
            other => {
                if !self.is_unknown(other) {
                    self.errors.push(other, Message::ForWithoutRange);
                }
                None
            }
        }
    }

    pub(super) fn while_(&mut self, e: &ExprWhile) -> Stmt {
        let condition = self.expr(&e.cond);
        let (exit, body) = self.loop_body(Kind::Counted, e.label.as_ref(), &e.body);
        Stmt::While {
            span: e.while_token.span,
            condition,
            exit,
            body,
        }
    }

    pub(super) fn loop_(&mut self, e: &ExprLoop, value: bool) -> Loop {
        let kind = Kind::Loop { value };
        let (exit, body) = self.loop_body(kind, e.label.as_ref(), &e.body);
        Loop {
            span: e.loop_token.span,
            exit,
            body,
        }
    }

    /// A `loop` for its value, inside of an expression.
    pub(super) fn loop_value(&mut self, e: &ExprLoop) -> Expr {
        let value = self.loop_(e, true);
        if value.leaves() {
            self.errors.push(e.loop_token, Message::LoopEndless);
        }
        Expr::Loop(Box::new(value))
    }

    pub(super) fn return_(&mut self, e: &ExprReturn) -> Option<Stmt> {
        match (&self.returns, &e.expr) {
            (Returns::Nothing, Some(value)) => self.errors.push(value, Message::ReturnValue),
            (Returns::Closure, _) => {
                self.errors.push(e, Message::ReturnInClosure);
                return None;
            }
            (Returns::Value, None) => self.errors.push(e, Message::ReturnNothing),
            _ => {}
        }
        Some(Stmt::Return {
            span: e.return_token.span,
            value: e.expr.as_ref().map(|value| self.expr(value)),
        })
    }
}

/// A block of one expression.
fn wrap(e: Expr, span: Span) -> Block {
    let mut block = Block {
        brace: token::Brace(span),
        stmts: Vec::new(),
        tail: None,
    };
    block.end(e);
    block
}
