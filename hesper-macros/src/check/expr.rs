//! Expressions.

use super::Checker;
use super::place::ident;
use crate::ast::Expr;
use crate::messages::Message;
use crate::scope::Binding;
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{BinOp, ExprBinary, ExprIndex, ExprLit, ExprPath, ExprUnary, Lit, Token, UnOp};

impl Checker<'_> {
    /// Checks an expression whose value is wanted.
    pub(super) fn expr(&mut self, e: &syn::Expr) -> Expr {
        match e {
            syn::Expr::Binary(e) => self.binary(e),
            syn::Expr::Block(e) => match &e.label {
                Some(label) => self.labelled_value(e, label),
                None => Expr::Block(self.block(&e.block, true)),
            },
            syn::Expr::Call(e) => self.call(e),
            syn::Expr::Cast(e) => Expr::Cast {
                value: Box::new(self.expr(&e.expr)),
                span: e.as_token.span,
                ty: self.ty((*e.ty).clone()),
            },
            syn::Expr::Const(e) => Expr::Lift {
                span: e.const_token.span,
                host: e.to_token_stream(),
            },
            syn::Expr::Field(e) => self.field(e),
            syn::Expr::Struct(e) => self.structure_value(e),
            syn::Expr::Array(_) | syn::Expr::Repeat(_) => self.array_value(e),
            syn::Expr::Group(e) => {
                Expr::Paren(syn::token::Paren(e.expr.span()), self.boxed(&e.expr))
            }
            syn::Expr::If(e) => self.if_value(e),
            syn::Expr::Index(e) => self.index(e),
            syn::Expr::Lit(e) => self.literal(e, None),
            syn::Expr::Loop(e) => self.loop_value(e),
            syn::Expr::Match(e) => self.match_value(e),
            syn::Expr::MethodCall(e) => self.method(e),
            syn::Expr::Paren(e) => Expr::Paren(e.paren_token, self.boxed(&e.expr)),
            syn::Expr::Path(e) => self.path(e),
            syn::Expr::Tuple(e) if !e.elems.is_empty() => {
                let parts = e.elems.iter().map(|part| self.expr(part)).collect();
                Expr::Tuple(e.paren_token, parts)
            }
            syn::Expr::Unary(e) => self.unary(e),
            refused => self.refuse(refused),
        }
    }

    pub(super) fn boxed(&mut self, e: &syn::Expr) -> Box<Expr> {
        Box::new(self.expr(e))
    }

    fn path(&mut self, e: &ExprPath) -> Expr {
        let lift = || Expr::Lift {
            span: e.span(),
            host: e.to_token_stream(),
        };
        let Some(name) = e.path.get_ident() else {
            return lift();
        };
        match self.scope.find(name) {
            None | Some(Binding::Host) => lift(),
            Some(Binding::Unrolled) => {
                let host = Expr::Host(syn::Expr::Path(e.clone()));
                Expr::Recorder(Ident::new("unrolled", name.span()), vec![host])
            }
            Some(Binding::Let | Binding::Param | Binding::Loop) => Expr::Name(name.clone()),
            Some(Binding::Mut | Binding::WorkgroupVar) => {
                Expr::Read(crate::ast::Place::Name(name.clone()))
            }
            Some(Binding::Unknown) => Expr::Broken,
            Some(binding) => {
                let message = match binding {
                    Binding::AtomicVar => Message::AtomicRead,
                    Binding::Reference | Binding::ReadReference => Message::ReferenceValue,
                    Binding::Function => Message::FunctionValue,
                    _ => Message::BufferAsValue,
                };
                self.errors.push_named(name, message, &name.to_string());
                Expr::Broken
            }
        }
    }

    fn index(&mut self, e: &ExprIndex) -> Expr {
        let whole = syn::Expr::Index(e.clone());
        if let Some(read) = self.read(&whole) {
            return read;
        }
        let index = self.expr(&e.index);
        if let Some(table) = self.host_path(&e.expr) {
            let name = table.path.segments.last();
            return Expr::Table {
                span: e.bracket_token.span.join(),
                table: table.to_token_stream(),
                name: name.map(|name| name.ident.to_string()).unwrap_or_default(),
                index: Box::new(index),
            };
        }
        // A component of a vector, or an element of an array that lies nowhere.
        if !self.is_unknown(&e.expr) {
            return Expr::Index {
                value: self.boxed(&e.expr),
                index: Box::new(index),
                span: e.bracket_token.span.join(),
            };
        }
        Expr::Broken
    }

    /// The path that `e` is, if the host knows what it stands for.
    pub(super) fn host_path<'e>(&self, e: &'e syn::Expr) -> Option<&'e ExprPath> {
        let syn::Expr::Path(path) = e else {
            return None;
        };
        let bound = path.path.get_ident().and_then(|name| self.scope.find(name));
        bound.is_none_or(Binding::is_host).then_some(path)
    }

    fn unary(&mut self, e: &ExprUnary) -> Expr {
        match (&e.op, &*e.expr) {
            (UnOp::Neg(minus), syn::Expr::Lit(lit)) => self.literal(lit, Some(*minus)),
            (UnOp::Deref(_), inner) if ident(inner).is_some_and(|name| self.is_reference(name)) => {
                let whole = syn::Expr::Unary(e.clone());
                self.read(&whole).unwrap_or(Expr::Broken)
            }
            (UnOp::Deref(_), inner) if self.is_unknown(inner) => Expr::Broken,
            (UnOp::Deref(_), _) => {
                self.errors.push(e, Message::Dereference);
                Expr::Broken
            }
            _ => Expr::Unary(e.op, self.boxed(&e.expr)),
        }
    }

    fn literal(&mut self, e: &ExprLit, minus: Option<Token![-]>) -> Expr {
        let float = |digits: &str, half| Expr::Float {
            half,
            text: format!("{}{digits}", if minus.is_some() { "-" } else { "" }),
            span: e.lit.span(),
        };
        let suffix = match &e.lit {
            Lit::Int(lit) => lit.suffix(),
            Lit::Float(lit) => lit.suffix(),
            _ => "",
        };
        match (&e.lit, suffix) {
            (Lit::Int(lit), "f32" | "f16") => float(lit.base10_digits(), suffix == "f16"),
            (Lit::Float(lit), "" | "f32" | "f16") => float(lit.base10_digits(), suffix == "f16"),
            (Lit::Int(lit), "" | "u32" | "i32") => Expr::Int {
                minus,
                literal: lit.clone(),
            },
            (Lit::Int(_) | Lit::Float(_), "f64") => {
                self.errors.push_named(e, Message::DoubleLiteral, suffix);
                Expr::Broken
            }
            (Lit::Int(_) | Lit::Float(_), suffix) => {
                self.errors.push_named(e, Message::IntegerLiteral, suffix);
                Expr::Broken
            }
            (Lit::Bool(lit), _) => Expr::Bool(lit.clone()),
            _ => {
                self.errors.push(e, Message::TextLiteral);
                Expr::Broken
            }
        }
    }

    pub(super) fn binary(&mut self, e: &ExprBinary) -> Expr {
        let (left, right) = (&*e.left, &*e.right);
        match &e.op {
            BinOp::And(op) => self.logic(left, true, op.spans[0], right),
            BinOp::Or(op) => self.logic(left, false, op.spans[0], right),
            BinOp::Lt(op) => self.compare(left, "lt", op.span, right),
            BinOp::Gt(op) => self.compare(left, "gt", op.span, right),
            BinOp::Le(op) => self.compare(left, "le", op.spans[0], right),
            BinOp::Ge(op) => self.compare(left, "ge", op.spans[0], right),
            BinOp::Eq(op) => self.compare(left, "eq", op.spans[0], right),
            BinOp::Ne(op) => self.compare(left, "ne", op.spans[0], right),
            op if super::stmt::plain(op).is_some() => {
                self.errors.push(e, Message::AssignmentValue);
                Expr::Broken
            }
            op => Expr::Binary(self.boxed(left), *op, self.boxed(right)),
        }
    }

    fn logic(&mut self, left: &syn::Expr, and: bool, span: Span, right: &syn::Expr) -> Expr {
        Expr::Logic {
            left: self.boxed(left),
            and,
            span,
            right: self.boxed(right),
        }
    }

    fn compare(&mut self, left: &syn::Expr, method: &str, at: Span, right: &syn::Expr) -> Expr {
        Expr::Compare {
            left: self.boxed(left),
            method: Ident::new(method, at),
            right: self.boxed(right),
        }
    }

    /// Says what to write instead of an expression that kernel code does not offer.
    fn refuse(&mut self, e: &syn::Expr) -> Expr {
        let (message, name) = match e {
            syn::Expr::Tuple(_) => (Message::Aggregate, String::new()),
            syn::Expr::Assign(_) => (Message::AssignmentValue, String::new()),
            syn::Expr::Break(_) => (Message::LeaveInExpression, "break".to_owned()),
            syn::Expr::Continue(_) => (Message::LeaveInExpression, "continue".to_owned()),
            syn::Expr::Return(_) => (Message::LeaveInExpression, "return".to_owned()),
            syn::Expr::Closure(_) => (Message::Closure, String::new()),
            syn::Expr::ForLoop(_) => (Message::LoopValue, "for".to_owned()),
            syn::Expr::While(_) => (Message::LoopValue, "while".to_owned()),
            syn::Expr::Let(_) => (Message::IfLet, String::new()),
            syn::Expr::Macro(_) => (Message::MacroCall, String::new()),
            syn::Expr::Range(_) => (Message::RangeValue, String::new()),
            syn::Expr::Reference(e) => return self.no_reference(e),
            _ => (Message::NotOffered, String::new()),
        };
        self.errors.push_named(e, message, &name);
        Expr::Broken
    }
}
