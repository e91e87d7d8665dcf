//! `match` as a chain of `if`s over a scrutinee that is evaluated once.

use super::{Checker, structure};
use crate::ast::{Block, Expr, If, Stmt};
use crate::messages::Message;
use crate::scope::Binding;
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Arm, ExprMatch, ExprRange, Index, Pat, PatIdent, RangeLimits, token};

/// The scrutinee of a `match`, or a part of it.
#[derive(Clone)]
struct Subject {
    name: Ident,
    path: Vec<Step>,
}

/// A step to a part of it.
#[derive(Clone)]
enum Step {
    Part(Index),
    Field(Ident),
}

impl Subject {
    fn part(&self, at: usize, span: Span) -> Subject {
        let index = at as u32;
        let mut part = self.clone();
        part.path.push(Step::Part(Index { index, span }));
        part
    }

    fn field(&self, name: &Ident) -> Subject {
        let mut part = self.clone();
        part.path.push(Step::Field(name.clone()));
        part
    }

    fn expr(&self) -> Expr {
        let whole = Expr::Name(self.name.clone());
        let part = |whole, step: &Step| match step {
            Step::Part(index) => Expr::Part(Box::new(whole), index.clone()),
            Step::Field(name) => Expr::Field(Box::new(whole), name.clone()),
        };
        self.path.iter().fold(whole, part)
    }
}

/// What an arm asks of the scrutinee.
enum Test {
    /// Nothing: `_` or a name.
    Always,
    Condition(Expr),
}

impl Checker<'_> {
    /// A `match` for its value.
    pub(super) fn match_value(&mut self, e: &ExprMatch) -> Expr {
        self.match_(e, true).map_or(Expr::Broken, Expr::Block)
    }

    /// A `match` for its effect.
    pub(super) fn match_effect(&mut self, e: &ExprMatch) -> Option<Stmt> {
        self.match_(e, false).map(Stmt::Block)
    }

    fn match_(&mut self, e: &ExprMatch, value: bool) -> Option<Block> {
        let span = e.match_token.span;
        let scrutinee = Ident::new("__hesper_m", span);
        let fixed = Stmt::Fix {
            name: scrutinee.clone(),
            value: self.expr(&e.expr),
        };
        let subject = Subject {
            name: scrutinee,
            path: Vec::new(),
        };
        let mut chain = self.arms(&e.arms, &subject, value, span);
        if ends_on_half_a_bool(&e.arms) {
            chain = None;
        }
        if chain.is_none() {
            self.errors.push(e.match_token, Message::MatchDefault);
        }
        if let Some(chain) = &mut chain {
            chain.stmts.insert(0, fixed);
        }
        chain
    }

    /// The arms as nested `if`s; `None` where the last does not take whatever is left.
    fn arms(&mut self, arms: &[Arm], m: &Subject, value: bool, span: Span) -> Option<Block> {
        let (arm, rest) = arms.split_first()?;
        self.no_attributes(&arm.attrs);
        let (pat, guard) = match &arm.pat {
            Pat::Guard(guarded) => (&*guarded.pat, Some(&*guarded.guard)),
            pat => (pat, None),
        };
        let mut bound = Vec::new();
        bound_names(pat, m, &mut bound);
        let test = self.test(pat, m);
        let guard = guard.map(|guard| {
            let mut block = self.bound(&bound, true, span, |check| check.value_block(guard));
            block.brace = token::Brace(guard.span());
            Expr::Block(block)
        });
        let guarded = guard.is_some();
        let accept = self.bound(&bound, guarded, span, |check| {
            check.arm_body(&arm.body, value)
        });
        let condition = match (test, guard) {
            (Test::Always, None) => {
                if let Some(next) = rest.first() {
                    self.errors.push(&next.pat, Message::Unreachable);
                }
                return Some(accept);
            }
            (Test::Condition(_), None) if rest.is_empty() && is_bool(pat) => {
                return Some(accept);
            }
            (Test::Always, Some(guard)) => guard,
            (Test::Condition(test), None) => test,
            (Test::Condition(test), Some(guard)) => logic(test, true, guard, span),
        };
        let reject = Some(self.arms(rest, m, value, span)?);
        let branch = If {
            span,
            condition,
            accept,
            reject,
        };
        Some(if value && !branch.leaves() {
            let tail = Some(Box::new(Expr::If(Box::new(branch))));
            block(span, Vec::new(), tail)
        } else {
            block(span, vec![Stmt::If(branch)], None)
        })
    }

    /// A block in which the arm's names stand for the scrutinee or parts of it.
    fn bound(
        &mut self,
        names: &[(Ident, Subject)],
        guarded: bool,
        span: Span,
        inside: impl FnOnce(&mut Self) -> Block,
    ) -> Block {
        self.scope.enter();
        for (name, _) in names {
            self.scope.bind(name, Binding::Let);
        }
        let mut block = inside(self);
        self.scope.leave();
        let binds = names
            .iter()
            .map(|(name, subject)| bind(name, subject, guarded, span));
        block.stmts.splice(0..0, binds);
        block
    }

    fn value_block(&mut self, e: &syn::Expr) -> Block {
        let tail = Some(self.boxed(e));
        block(e.span(), Vec::new(), tail)
    }

    fn arm_body(&mut self, e: &syn::Expr, value: bool) -> Block {
        match e {
            syn::Expr::Block(e) if e.label.is_none() => self.block(&e.block, value),
            e => {
                let stmt = syn::Stmt::Expr(e.clone(), None);
                self.statements(token::Brace(e.span()), vec![stmt], value)
            }
        }
    }

    fn test(&mut self, pat: &Pat, m: &Subject) -> Test {
        let name = || Box::new(m.expr());
        let span = pat.span();
        match pat {
            Pat::Wild(_) => Test::Always,
            Pat::Ident(_) if bound_name(pat).is_some() => Test::Always,
            Pat::Ident(PatIdent {
                by_ref: None,
                subpat: None,
                mutability: None,
                ident,
                ..
            }) => equals(name(), lift(ident), span),
            Pat::Path(path) => equals(name(), lift(path), span),
            Pat::Lit(lit) => {
                let value = self.expr(&syn::Expr::Lit(lit.clone()));
                equals(name(), value, span)
            }
            Pat::Paren(inner) => self.test(&inner.pat, m),
            Pat::Range(range) => self.range_test(range, m),
            Pat::Tuple(tuple) => {
                let parts = tuple.elems.iter().enumerate();
                let parts = parts.map(|(at, part)| (part, m.part(at, part.span())));
                self.all(parts, span)
            }
            Pat::Struct(pat) => {
                let parts = structure::fields(pat);
                self.all(parts.map(|(name, part)| (part, m.field(name))), span)
            }
            Pat::Or(or) => {
                let mut all: Option<Expr> = None;
                for case in &or.cases {
                    let Test::Condition(case) = self.test(case, m) else {
                        return Test::Always;
                    };
                    all = Some(match all {
                        Some(all) => logic(all, false, case, span),
                        None => case,
                    });
                }
                all.map_or(Test::Always, Test::Condition)
            }
            other => {
                self.errors.push(other, Message::Match);
                Test::Condition(Expr::Broken)
            }
        }
    }

    /// Whether all parts fit.
    fn all<'p>(&mut self, parts: impl Iterator<Item = (&'p Pat, Subject)>, span: Span) -> Test {
        let mut all = Test::Always;
        for (part, subject) in parts {
            all = match (all, self.test(part, &subject)) {
                (all, Test::Always) => all,
                (Test::Always, test) => test,
                (Test::Condition(all), Test::Condition(test)) => {
                    Test::Condition(logic(all, true, test, span))
                }
            };
        }
        all
    }

    fn range_test(&mut self, range: &ExprRange, m: &Subject) -> Test {
        let span = range.span();
        let name = || Box::new(m.expr());
        let below = match range.limits {
            RangeLimits::HalfOpen(_) => "lt",
            RangeLimits::Closed(_) => "le",
        };
        let start = range.start.as_ref().map(|e| self.expr(e));
        let end = range.end.as_ref().map(|e| self.expr(e));
        let start = start.map(|e| compare(name(), "ge", e, span));
        let end = end.map(|e| compare(name(), below, e, span));
        match (start, end) {
            (Some(start), Some(end)) => Test::Condition(logic(start, true, end, span)),
            (Some(test), None) | (None, Some(test)) => Test::Condition(test),
            (None, None) => Test::Always,
        }
    }
}

/// The name that a pattern binds. As in Rust's style, names in capitals are constants.
fn bound_name(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(PatIdent {
            by_ref: None,
            subpat: None,
            mutability: None,
            ident,
            ..
        }) => {
            let constant = ident.to_string().starts_with(char::is_uppercase);
            (!constant).then_some(ident)
        }
        Pat::Paren(inner) => bound_name(&inner.pat),
        _ => None,
    }
}

/// The names that a pattern binds, each with what it stands for.
fn bound_names(pat: &Pat, m: &Subject, names: &mut Vec<(Ident, Subject)>) {
    match pat {
        Pat::Tuple(tuple) => {
            for (at, part) in tuple.elems.iter().enumerate() {
                bound_names(part, &m.part(at, part.span()), names);
            }
        }
        Pat::Struct(pat) => {
            for (name, part) in structure::fields(pat) {
                bound_names(part, &m.field(name), names);
            }
        }
        pat => names.extend(bound_name(pat).map(|name| (name.clone(), m.clone()))),
    }
}

/// Whether the last arm is `true` or `false` and no earlier arm takes the other.
fn ends_on_half_a_bool(arms: &[Arm]) -> bool {
    let boolean = |arm: &Arm| match &arm.pat {
        Pat::Lit(lit) => match &lit.lit {
            syn::Lit::Bool(literal) => Some(literal.value),
            _ => None,
        },
        _ => None,
    };
    let Some((last, earlier)) = arms.split_last() else {
        return false;
    };
    boolean(last).is_some_and(|last| !earlier.iter().any(|arm| boolean(arm) == Some(!last)))
}

fn is_bool(pat: &Pat) -> bool {
    matches!(pat, Pat::Lit(lit) if matches!(lit.lit, syn::Lit::Bool(_)))
}

/// With a guard the name is bound twice, and may be used once.
fn bind(name: &Ident, subject: &Subject, guarded: bool, span: Span) -> Stmt {
    let allow = guarded.then(|| syn::parse_quote_spanned! {span=> #[allow(unused_variables)] });
    Stmt::Let {
        attrs: allow.into_iter().collect(),
        name: Some(name.clone()),
        mutable: false,
        ty: None,
        value: subject.expr(),
        eq: syn::Token![=](span),
    }
}

fn block(span: Span, stmts: Vec<Stmt>, tail: Option<Box<Expr>>) -> Block {
    let brace = token::Brace(span);
    Block { brace, stmts, tail }
}

fn lift(host: &impl ToTokens) -> Expr {
    let host = host.to_token_stream();
    let span = host.span();
    Expr::Lift { span, host }
}

fn equals(left: Box<Expr>, right: Expr, at: Span) -> Test {
    Test::Condition(compare(left, "eq", right, at))
}

fn compare(left: Box<Expr>, method: &str, right: Expr, at: Span) -> Expr {
    Expr::Compare {
        left,
        method: Ident::new(method, at),
        right: Box::new(right),
    }
}

fn logic(left: Expr, and: bool, right: Expr, span: Span) -> Expr {
    Expr::Logic {
        left: Box::new(left),
        and,
        span,
        right: Box::new(right),
    }
}
