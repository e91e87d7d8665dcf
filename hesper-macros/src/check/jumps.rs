//! `break` and `continue`, and the loops and labelled blocks that they name.

use super::Checker;
use crate::ast::{Block, Exit, Expr, Jump, Labelled, Stmt};
use crate::messages::Message;
use syn::{ExprBlock, ExprBreak, ExprContinue, Label, Lifetime};

/// A loop or labelled block that the line stands in.
pub(super) struct Around {
    label: Option<Lifetime>,
    kind: Kind,
    exit: Exit,
}

/// What a `break` may carry, and whether there is something to `continue`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `for` and `while`, which yield nothing.
    Counted,
    /// `#[unroll] for`, whose rounds are recorded one after the other.
    Unrolled,
    /// `loop`, and whether its value is wanted.
    Loop { value: bool },
    /// `'label: { .. }`, and whether its value is wanted.
    Block { value: bool },
}

impl Checker<'_> {
    /// The body of a loop, and how it is left.
    pub(super) fn loop_body(
        &mut self,
        kind: Kind,
        label: Option<&Label>,
        body: &syn::Block,
    ) -> (Exit, Block) {
        self.inside(kind, label, |check| check.block(body, false))
    }

    /// `'label: { .. }`
    pub(super) fn labelled(&mut self, e: &ExprBlock, label: &Label, value: bool) -> Labelled {
        let kind = Kind::Block { value };
        let (exit, body) = self.inside(kind, Some(label), |check| check.block(&e.block, value));
        Labelled {
            span: label.name.apostrophe,
            exit,
            body,
        }
    }

    fn inside(
        &mut self,
        kind: Kind,
        label: Option<&Label>,
        body: impl FnOnce(&mut Self) -> Block,
    ) -> (Exit, Block) {
        let mut exit = Exit {
            number: self.exits,
            named: false,
            left: false,
            repeated: false,
        };
        self.exits += 1;
        self.around.push(Around {
            label: label.map(|label| label.name.clone()),
            kind,
            exit,
        });
        let body = body(self);
        if let Some(around) = self.around.pop() {
            exit = around.exit;
        }
        (exit, body)
    }

    pub(super) fn break_(&mut self, e: &ExprBreak) -> Option<Stmt> {
        let at = self.target(e.label.as_ref(), e, "break");
        let value = e.expr.as_ref().map(|value| self.expr(value));
        let at = at?;
        let kind = self.around.get(at)?.kind;
        match (kind, &e.expr) {
            (Kind::Counted | Kind::Unrolled, Some(value)) => {
                self.errors.push(value, Message::BreakValue)
            }
            (Kind::Loop { value: false } | Kind::Block { value: false }, Some(value)) => {
                self.errors.push(value, Message::BreakUnused);
            }
            (Kind::Loop { value: true } | Kind::Block { value: true }, None) => {
                self.errors.push(e, Message::BreakNothing);
            }
            _ => {}
        }
        let to = self.jump(at)?;
        self.around.get_mut(at)?.exit.left = true;
        Some(Stmt::Break {
            span: e.break_token.span,
            to,
            value,
        })
    }

    pub(super) fn continue_(&mut self, e: &ExprContinue) -> Option<Stmt> {
        let at = self.target(e.label.as_ref(), e, "continue")?;
        if let (Kind::Block { .. }, Some(label)) = (self.around.get(at)?.kind, &e.label) {
            let name = label.to_string();
            self.errors.push_named(e, Message::ContinueBlock, &name);
            return None;
        }
        let to = self.jump(at)?;
        self.around.get_mut(at)?.exit.repeated = true;
        Some(Stmt::Continue {
            span: e.continue_token.span,
            to,
        })
    }

    /// Which of the loops and blocks around is meant.
    fn target(
        &mut self,
        label: Option<&Lifetime>,
        whole: impl quote::ToTokens,
        keyword: &str,
    ) -> Option<usize> {
        let Some(label) = label else {
            let innermost = self.around.len().checked_sub(1);
            let kind = self.around.last().map(|around| around.kind);
            let message = match kind {
                None => Message::OutsideLoop,
                Some(Kind::Block { .. }) => Message::JumpInBlock,
                Some(_) => return innermost,
            };
            self.errors.push_named(whole, message, keyword);
            return None;
        };
        let named = |around: &Around| {
            around
                .label
                .as_ref()
                .is_some_and(|l| l.ident == label.ident)
        };
        let found = self.around.iter().rposition(named);
        if found.is_none() {
            let name = label.to_string();
            self.errors.push_named(label, Message::Label, &name);
        }
        found
    }

    fn jump(&mut self, at: usize) -> Option<Jump> {
        let innermost = at + 1 == self.around.len();
        let around = self.around.get_mut(at)?;
        let is_block = matches!(around.kind, Kind::Block { .. } | Kind::Unrolled);
        around.exit.named |= !innermost || is_block;
        Some(Jump {
            number: around.exit.number,
            innermost: innermost && !is_block,
            unrolled: around.kind == Kind::Unrolled,
        })
    }

    /// A labelled block for its value.
    pub(super) fn labelled_value(&mut self, e: &ExprBlock, label: &Label) -> Expr {
        Expr::Labelled(Box::new(self.labelled(e, label, true)))
    }
}
