//! What a condition says of what it compares.

use super::Walk;
use super::launch::Product;
use super::range::Range;
use crate::tree::{BinaryOp, ExprId, ExprKind, UnaryOp};

impl Walk<'_> {
    /// Takes for granted, from here on, that a condition holds or does not.
    pub(super) fn assume(&mut self, k: usize, condition: ExprId, truth: bool) {
        let id = self.canon(k, condition);
        let known = self.frames[k].state.facts.get(&id);
        if known == Some(&Range::point(truth.into())) {
            return;
        }
        self.narrow(k, id, Range::point(truth.into()));
        match self.expr(k, id).kind.clone() {
            ExprKind::Unary(UnaryOp::Not, x) => self.assume(k, x, !truth),
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), x, y) => {
                let open = op == BinaryOp::And;
                if truth == open {
                    self.assume(k, x, truth);
                    self.assume(k, y, truth);
                } else if self.range(k, x) == Range::point(open.into()) {
                    self.assume(k, y, truth);
                } else if self.range(k, y) == Range::point(open.into()) {
                    self.assume(k, x, truth);
                }
            }
            ExprKind::Binary(op, x, y) if op.is_comparison() => {
                let ty = self.expr(k, x).ty;
                if ty.scalar.is_integer() && ty.size == 1 {
                    self.compare(k, if truth { op } else { opposite(op) }, x, y);
                }
            }
            ExprKind::Result => {
                let implied = self.frames[k].state.implied.get(&id).cloned();
                let implied = implied.and_then(|both| both[usize::from(truth)].clone());
                for (condition, truth) in implied.unwrap_or_default() {
                    self.assume(k, condition, truth);
                }
            }
            _ => {}
        }
    }

    fn compare(&mut self, k: usize, op: BinaryOp, x: ExprId, y: ExprId) {
        use BinaryOp::*;
        const END: i128 = Range::ENDLESS.high;
        let apart = match op {
            Less => Range::new(-END, -1),
            LessEqual => Range::new(-END, 0),
            Greater => Range::new(1, END),
            GreaterEqual => Range::new(0, END),
            Equal => Range::point(0),
            _ => return self.differ(k, x, y),
        };
        self.keep_apart(k, x, y, apart);
    }

    /// Takes for granted how far one integer is above another.
    pub(super) fn keep_apart(&mut self, k: usize, x: ExprId, y: ExprId, apart: Range) {
        let (x, y) = (self.canon(k, x), self.canon(k, y));
        let (p, q) = (self.range(k, x), self.range(k, y));
        let known = self.frames[k].state.apart.get(&(x, y)).copied();
        let known = known.map_or(apart, |known| known.and(apart));
        self.frames[k].state.apart.insert((x, y), known);
        if apart.high < 0
            && let Some(product) = self.product(k, y)
        {
            self.keep_below(k, x, product);
        }
        if apart.low > 0
            && let Some(product) = self.product(k, x)
        {
            self.keep_below(k, y, product);
        }
        self.narrow(k, x, q.add(apart));
        self.narrow(k, y, p.minus(apart));
    }

    /// Takes for granted that an integer lies below a product of sizes.
    pub(super) fn keep_below(&mut self, k: usize, id: ExprId, product: Product) {
        let id = self.canon(k, id);
        let all = self.frames[k].state.below.entry(id).or_default();
        if !all.contains(&product) {
            all.push(product);
        }
    }

    /// Two integers differ: what is at the end of a range is not there if the other one is.
    fn differ(&mut self, k: usize, x: ExprId, y: ExprId) {
        for (x, y) in [(x, y), (y, x)] {
            let (p, q) = (self.range(k, x), self.range(k, y));
            if let Some(n) = q.single() {
                let low = p.low + i128::from(p.low == n);
                let high = p.high - i128::from(p.high == n);
                self.narrow(k, x, Range::new(low, high));
            }
        }
    }

    /// Takes for granted that an integer lies in a range too; nobody gets here where it cannot.
    pub(super) fn narrow(&mut self, k: usize, id: ExprId, to: Range) {
        let id = self.canon(k, id);
        let range = self.range(k, id).and(to);
        let wrapped = self.value(k, id).wrap.is_some();
        let state = &mut self.frames[k].state;
        if range.is_empty() {
            state.reached = false;
            return;
        }
        state.facts.insert(id, range);
        // What has wrapped says nothing of what it was made of.
        if wrapped {
            return;
        }
        match self.expr(k, id).kind.clone() {
            ExprKind::Convert(x) if self.expr(k, x).ty.scalar.is_integer() => {
                self.narrow(k, x, range);
            }
            ExprKind::Binary(BinaryOp::Add, x, y) => {
                for (x, y) in [(x, y), (y, x)] {
                    if let Some(n) = self.range(k, y).single() {
                        self.narrow(k, x, range.minus(Range::point(n)));
                    }
                }
            }
            ExprKind::Binary(BinaryOp::Subtract, x, y) => {
                if let Some(n) = self.range(k, y).single() {
                    self.narrow(k, x, range.add(Range::point(n)));
                }
            }
            ExprKind::Binary(BinaryOp::Multiply, x, y) => {
                for (x, y) in [(x, y), (y, x)] {
                    let by = self.range(k, y).single().filter(|n| *n > 0);
                    if let (Some(n), true) = (by, range.low >= 0) {
                        let up = (range.low + n - 1) / n;
                        self.narrow(k, x, Range::new(up, range.high / n));
                    }
                }
            }
            _ => {}
        }
    }
}

/// What holds where a comparison does not.
fn opposite(op: BinaryOp) -> BinaryOp {
    use BinaryOp::*;
    match op {
        Less => GreaterEqual,
        LessEqual => Greater,
        Greater => LessEqual,
        GreaterEqual => Less,
        Equal => NotEqual,
        _ => Equal,
    }
}
