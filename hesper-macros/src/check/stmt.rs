//! Blocks and the statements that are expressions.

use super::Checker;
use crate::ast::{Block, Expr, Stmt};
use crate::messages::Message;
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    Attribute, BinOp, ExprAssign, ExprBinary, ExprMethodCall, ExprTuple, Index, Token, token,
};

impl Checker<'_> {
    /// A block in a scope of its own; `value` tells whether it must end in a value (or leave).
    pub(super) fn block(&mut self, block: &syn::Block, value: bool) -> Block {
        self.scope.enter();
        let block = self.statements(block.brace_token, block.stmts.clone(), value);
        self.scope.leave();
        block
    }

    pub(super) fn statements(
        &mut self,
        brace: token::Brace,
        mut source: Vec<syn::Stmt>,
        value: bool,
    ) -> Block {
        source.retain(|stmt| !is_empty(stmt));
        let mut block = Block {
            brace,
            stmts: Vec::new(),
            tail: None,
        };
        let last = source.len().saturating_sub(1);
        let mut left = false;
        for (at, stmt) in source.into_iter().enumerate() {
            if block.leaves() && !left {
                left = true;
                self.errors.push(&stmt, Message::Unreachable);
            }
            match stmt {
                syn::Stmt::Expr(e, None) if at == last => self.tail(&e, value, &mut block),
                stmt => block.stmts.extend(self.stmt(stmt)),
            }
        }
        if value && self.whole && block.tail.is_none() && !block.leaves() {
            let end = brace.span.close();
            self.errors.push_at(end, Message::MissingValue, "");
        }
        block
    }

    /// The expression that ends a block without a semicolon.
    fn tail(&mut self, e: &syn::Expr, value: bool, block: &mut Block) {
        let leaves = matches!(
            e,
            syn::Expr::Break(_) | syn::Expr::Continue(_) | syn::Expr::Return(_)
        );
        if value && !leaves {
            let e = match e {
                // Only `return` may leave it here.
                syn::Expr::Loop(e) => Expr::Loop(Box::new(self.loop_(e, true))),
                e => self.expr(e),
            };
            block.end(e);
        } else {
            let drops = matches!(
                e,
                syn::Expr::Binary(e) if plain(&e.op).is_none())
                || matches!(
                    e,
                    syn::Expr::Lit(_)
                        | syn::Expr::Path(_)
                        | syn::Expr::Index(_)
                        | syn::Expr::Field(_)
                        | syn::Expr::Paren(_)
                        | syn::Expr::Cast(_)
                        | syn::Expr::Unary(_)
                )
                || matches!(e, syn::Expr::MethodCall(e) if !self.is_atomic_store(e));
            if drops {
                self.errors.push(e, Message::UnusedValue);
            }
            block.stmts.extend(self.effect(e));
        }
    }

    fn stmt(&mut self, stmt: syn::Stmt) -> Option<Stmt> {
        match stmt {
            syn::Stmt::Local(local) => self.local(local),
            syn::Stmt::Expr(e, _) => self.effect(&e),
            syn::Stmt::Item(item @ (syn::Item::Const(_) | syn::Item::Use(_))) => {
                Some(Stmt::Item(item.into_token_stream()))
            }
            syn::Stmt::Item(item) => {
                self.errors.push(item, Message::ItemInBody);
                None
            }
            syn::Stmt::Macro(call) => {
                self.no_attributes(&call.attrs);
                self.macro_call(&call.mac, &call)
            }
        }
    }

    /// An expression for its effect.
    fn effect(&mut self, e: &syn::Expr) -> Option<Stmt> {
        self.no_attributes(attributes(e));
        match e {
            syn::Expr::Assign(e) => self.assign(e),
            syn::Expr::Binary(e) => match plain(&e.op) {
                Some(op) => self.update(e, op),
                None => Some(Stmt::Effect(self.binary(e))),
            },
            syn::Expr::Block(e) => {
                let labelled = e.label.as_ref().map(|label| self.labelled(e, label, false));
                Some(match labelled {
                    Some(labelled) => Stmt::Labelled(labelled),
                    None => Stmt::Block(self.block(&e.block, false)),
                })
            }
            syn::Expr::Break(e) => self.break_(e),
            syn::Expr::Call(e) => Some(Stmt::Effect(self.effect_call(e))),
            syn::Expr::Continue(e) => self.continue_(e),
            syn::Expr::ForLoop(e) => self.for_loop(e),
            syn::Expr::If(e) => Some(Stmt::If(self.if_(e, false))),
            syn::Expr::Loop(e) => Some(Stmt::Loop(self.loop_(e, false))),
            syn::Expr::Match(e) => self.match_effect(e),
            syn::Expr::Macro(e) => self.macro_call(&e.mac, e),
            syn::Expr::MethodCall(e) => Some(Stmt::Effect(self.effect_method(e))),
            syn::Expr::Return(e) => self.return_(e),
            syn::Expr::While(e) => Some(self.while_(e)),
            other => Some(Stmt::Effect(self.expr(other))),
        }
    }

    /// A method for its effect; only those of atomics have one.
    fn effect_method(&mut self, e: &ExprMethodCall) -> Expr {
        self.atomic(e).unwrap_or_else(|| self.method(e))
    }

    fn assign(&mut self, e: &ExprAssign) -> Option<Stmt> {
        let value = self.expr(&e.right);
        match &*e.left {
            syn::Expr::Infer(_) => return Some(Stmt::Effect(value)),
            syn::Expr::Tuple(parts) => return self.assign_parts(parts, e.eq_token.span, value),
            _ => {}
        }
        Some(Stmt::Store {
            place: self.writable(&e.left)?,
            eq: e.eq_token.span,
            value,
        })
    }

    /// `(a, b) = value;`: the value first, then each part from left to right.
    fn assign_parts(&mut self, parts: &ExprTuple, eq: Span, value: Expr) -> Option<Stmt> {
        let name = Ident::new("__hesper_parts", eq);
        let mut stmts = vec![Stmt::Fix {
            name: name.clone(),
            value,
        }];
        self.store_parts(parts, eq, &mut stmts, &|| Expr::Name(name.clone()))?;
        Some(Stmt::Block(Block {
            brace: token::Brace(parts.paren_token.span.join()),
            stmts,
            tail: None,
        }))
    }

    fn store_parts(
        &mut self,
        parts: &ExprTuple,
        eq: Span,
        stmts: &mut Vec<Stmt>,
        whole: &dyn Fn() -> Expr,
    ) -> Option<()> {
        for (at, part) in parts.elems.iter().enumerate() {
            let index = Index {
                index: at as u32,
                span: part.span(),
            };
            let value = || Expr::Part(Box::new(whole()), index.clone());
            match part {
                syn::Expr::Infer(_) => {}
                syn::Expr::Tuple(inner) => self.store_parts(inner, eq, stmts, &value)?,
                place => stmts.push(Stmt::Store {
                    place: self.writable(place)?,
                    eq,
                    value: value(),
                }),
            }
        }
        Some(())
    }

    fn update(&mut self, e: &ExprBinary, op: BinOp) -> Option<Stmt> {
        let value = self.expr(&e.right);
        let place = self.writable(&e.left)?;
        Some(Stmt::Update { place, op, value })
    }
}

/// The plain operator of a compound assignment, under its span.
pub(super) fn plain(op: &BinOp) -> Option<BinOp> {
    Some(match op {
        BinOp::AddAssign(t) => BinOp::Add(Token![+](t.spans[0])),
        BinOp::SubAssign(t) => BinOp::Sub(Token![-](t.spans[0])),
        BinOp::MulAssign(t) => BinOp::Mul(Token![*](t.spans[0])),
        BinOp::DivAssign(t) => BinOp::Div(Token![/](t.spans[0])),
        BinOp::RemAssign(t) => BinOp::Rem(Token![%](t.spans[0])),
        BinOp::BitXorAssign(t) => BinOp::BitXor(Token![^](t.spans[0])),
        BinOp::BitAndAssign(t) => BinOp::BitAnd(Token![&](t.spans[0])),
        BinOp::BitOrAssign(t) => BinOp::BitOr(Token![|](t.spans[0])),
        BinOp::ShlAssign(t) => BinOp::Shl(Token![<<]([t.spans[0], t.spans[1]])),
        BinOp::ShrAssign(t) => BinOp::Shr(Token![>>]([t.spans[0], t.spans[1]])),
        _ => return None,
    })
}

fn is_empty(stmt: &syn::Stmt) -> bool {
    matches!(stmt, syn::Stmt::Expr(syn::Expr::Verbatim(tokens), _) if tokens.is_empty())
}

fn attributes(e: &syn::Expr) -> &[Attribute] {
    match e {
        syn::Expr::Assign(e) => &e.attrs,
        syn::Expr::Block(e) => &e.attrs,
        syn::Expr::Break(e) => &e.attrs,
        syn::Expr::Call(e) => &e.attrs,
        syn::Expr::Continue(e) => &e.attrs,
        syn::Expr::If(e) => &e.attrs,
        syn::Expr::Loop(e) => &e.attrs,
        syn::Expr::Match(e) => &e.attrs,
        syn::Expr::Return(e) => &e.attrs,
        syn::Expr::While(e) => &e.attrs,
        _ => &[],
    }
}
