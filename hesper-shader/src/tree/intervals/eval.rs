//! Where the value of an expression lies, at one place of a function.

use super::Walk;
use super::launch::Product;
use super::range::Range;
use super::state::{Origin, Value};
use crate::tree::{
    BinaryOp, BuiltinValue, Expr, ExprId, ExprKind, Literal, Math, ParamId, Root, Scalar, UnaryOp,
};

/// How deep differences are taken apart.
const DEPTH: usize = 6;

impl<'t> Walk<'t> {
    /// The expression that stands for all of its value here.
    pub(super) fn canon(&self, k: usize, id: ExprId) -> ExprId {
        let frame = &self.frames[k];
        let same = frame.names.same(id);
        frame.state.links.get(&same).copied().unwrap_or(same)
    }

    pub(super) fn expr(&self, k: usize, id: ExprId) -> &'t Expr {
        &self.frames[k].function[id]
    }

    /// Where the value of a scalar lies here.
    pub(super) fn value(&mut self, k: usize, id: ExprId) -> Value {
        self.memo.clear();
        self.component(k, id, 0)
    }

    /// Where all components of a value lie.
    pub(super) fn components(&mut self, k: usize, id: ExprId) -> Value {
        self.memo.clear();
        let first = self.component(k, id, 0);
        (1..self.expr(k, id).ty.size).fold(first, |all, c| all.join(self.component(k, id, c)))
    }

    pub(super) fn range(&mut self, k: usize, id: ExprId) -> Range {
        self.value(k, id).range
    }

    /// Where a component of a value lies.
    fn component(&mut self, k: usize, id: ExprId, c: u8) -> Value {
        let id = self.canon(k, id);
        let key = (k, id, c);
        if let Some(known) = self.memo.get(&key) {
            return *known;
        }
        let expr = self.expr(k, id);
        let scalar = expr.ty.scalar;
        let mut value = match scalar {
            // Nothing is said of reals.
            Scalar::F16 | Scalar::F32 => Value::new(Range::ENDLESS),
            _ => self.computed(k, id, expr, c),
        };
        if expr.ty.size == 1
            && let Some(fact) = self.frames[k].state.facts.get(&id)
        {
            value.range = value.range.and(*fact);
        }
        self.memo.insert(key, value);
        value
    }

    fn computed(&mut self, k: usize, id: ExprId, expr: &'t Expr, c: u8) -> Value {
        let all = Range::of(expr.ty.scalar);
        match &expr.kind {
            ExprKind::Literal(literal) => Value::new(integer(*literal).map_or(all, Range::point)),
            ExprKind::NegInfinity => Value::new(all),
            ExprKind::Uniform(param) | ExprKind::Length(param) => Value::new(self.param(*param)),
            ExprKind::BuiltinValue(builtin) => {
                let exact = self.builtin(*builtin, c);
                // Over any grid at all, it is one that a dispatch can have.
                match self.launch.groups.iter().all(|n| n.single().is_some()) {
                    true => self.fit(Value::new(exact), exact, expr, builtin.name()),
                    false => Value::new(exact.and(all)),
                }
            }
            ExprKind::Argument(n) => self.argument(k, *n, c).unwrap_or(Value::new(all)),
            ExprKind::Result => self.frames[k]
                .state
                .values
                .get(&id)
                .copied()
                .unwrap_or(Value::new(all)),
            ExprKind::Unary(op, x) => {
                let x = self.component(k, *x, c);
                let exact = match op {
                    UnaryOp::Negate => x.range.negated(),
                    // `!x` is the greatest less `x`, of either sign.
                    UnaryOp::Not => Range::point(all.high + all.low).minus(x.range),
                };
                self.fit(x, exact, expr, "-")
            }
            ExprKind::Binary(op, x, y) => self.binary(k, id, (*op, [*x, *y]), c),
            ExprKind::Math(op, operands) => self.math(k, *op, operands, expr, c),
            ExprKind::Select {
                condition,
                on_true,
                on_false,
            } => self.select(k, *condition, [*on_true, *on_false], c),
            ExprKind::Convert(x) => self.convert(k, *x, expr, c),
            ExprKind::Compose(parts) => match parts.get(usize::from(c)) {
                Some(part) => self.component(k, *part, 0),
                None => Value::new(all),
            },
            ExprKind::Splat(x) => self.component(k, *x, 0),
            ExprKind::Component(x, c) => self.component(k, *x, *c),
        }
    }

    fn param(&self, id: ParamId) -> Range {
        let known = self.launch.params.get(id.index());
        known.map_or(Range::ENDLESS, |known| known.value)
    }

    fn argument(&mut self, k: usize, n: u32, c: u8) -> Option<Value> {
        let given = *self.frames[k].arguments.get(n as usize)?;
        Some(self.component(k.checked_sub(1)?, given, c))
    }

    /// The value if it is within its type, or all of the type, for what has wrapped may be anything.
    fn fit(&self, operands: Value, exact: Range, expr: &Expr, what: &'static str) -> Value {
        let all = Range::of(expr.ty.scalar);
        if all.contains(exact) {
            return Value {
                range: exact,
                ..operands
            };
        }
        let origin = Origin {
            loc: expr.loc,
            what,
            exact,
        };
        Value {
            range: all,
            // What wraps first is to blame.
            wrap: operands.wrap.or(Some(origin)),
        }
    }

    fn binary(
        &mut self,
        k: usize,
        id: ExprId,
        (op, [x, y]): (BinaryOp, [ExprId; 2]),
        c: u8,
    ) -> Value {
        let expr = self.expr(k, id);
        use BinaryOp::*;
        if op.is_comparison() {
            return Value::new(self.compared(k, op, x, y));
        }
        let (a, b) = (self.component(k, x, c), self.component(k, y, c));
        let both = a.join(b);
        let (p, q) = (a.range, b.range);
        let all = Range::of(expr.ty.scalar);
        let scalar = expr.ty.size == 1;
        let open = |exact: Range| Value {
            range: if all.contains(exact) { exact } else { all },
            ..both
        };
        if expr.ty.scalar == Scalar::Bool {
            return Value::new(match op {
                And => p.min(q),
                Or => p.max(q),
                _ => Range::TRUTH,
            });
        }
        match op {
            Add => {
                let mut exact = p.add(q);
                if let Some(known) = self.frames[k].state.exact.get(&id) {
                    exact = exact.and(*known);
                }
                if scalar && let Some(closer) = self.whole(k, x, y) {
                    exact = exact.and(closer);
                }
                self.fit(both, exact, expr, "+")
            }
            Subtract => {
                let exact = if scalar {
                    self.distance(k, x, y, DEPTH)
                } else {
                    p.minus(q)
                };
                self.fit(both, exact, expr, "-")
            }
            Multiply => self.fit(both, p.times(q), expr, "*"),
            ShiftLeft => {
                let (low, high) = (q.low.clamp(0, 31), q.high.clamp(0, 31));
                let exact = p.times(Range::new(1 << low, 1 << high));
                self.fit(both, exact, expr, "<<")
            }
            WrappingAdd => open(p.add(q)),
            WrappingSubtract => open(p.minus(q)),
            WrappingMultiply => open(p.times(q)),
            Divide => open(p.over(q)),
            Remainder => open(p.modulo(q)),
            ShiftRight if q.low >= 0 && q.high <= 31 => open(Range::new(
                (p.low >> q.low).min(p.low >> q.high),
                (p.high >> q.low).max(p.high >> q.high),
            )),
            And if p.low >= 0 && q.low >= 0 => open(Range::new(0, p.high.min(q.high))),
            Or | Xor if p.low >= 0 && q.low >= 0 => {
                let bits = 128 - p.high.max(q.high).leading_zeros();
                open(Range::new(0, (1 << bits) - 1))
            }
            _ => open(all),
        }
    }

    /// Of a sum, what is known of the whole of it: `n / d + min(n % d, 1)` is n / d rounded up, and `n / d * d + n % d` is n.
    fn whole(&mut self, k: usize, x: ExprId, y: ExprId) -> Option<Range> {
        let (quotient, rest) = (self.canon(k, x), self.canon(k, y));
        let one = |walk: &mut Self, id| walk.component(k, id, 0).range == Range::point(1);
        match (&self.expr(k, quotient).kind, &self.expr(k, rest).kind) {
            (ExprKind::Binary(BinaryOp::Divide, n, d), ExprKind::Math(Math::Min, least)) => {
                let [rest, unit] = least[..] else {
                    return None;
                };
                let (n, d) = (*n, *d);
                if !one(self, unit) || !self.is_remainder(k, rest, n, d) {
                    return None;
                }
                let (n, d) = (self.component(k, n, 0).range, self.component(k, d, 0).range);
                let up = |n: i128, d: i128| (n + d - 1).div_euclid(d);
                (n.low >= 0 && d.low > 0).then(|| Range::new(up(n.low, d.high), up(n.high, d.low)))
            }
            (ExprKind::Binary(BinaryOp::Multiply, q, d), _) => {
                let q = self.canon(k, *q);
                let ExprKind::Binary(BinaryOp::Divide, n, by) = &self.expr(k, q).kind else {
                    return None;
                };
                let fits =
                    self.canon(k, *by) == self.canon(k, *d) && self.is_remainder(k, rest, *n, *d);
                fits.then(|| self.component(k, *n, 0).range)
            }
            _ => None,
        }
    }

    /// Of a number of trips that is `n / step + min(n % step, 1)`, so that it is n / step rounded up: both.
    pub(super) fn rounded_up(&mut self, k: usize, trips: ExprId) -> Option<[ExprId; 2]> {
        let ExprKind::Binary(BinaryOp::Add, whole, least) = self.expr(k, self.canon(k, trips)).kind
        else {
            return None;
        };
        let (whole, least) = (self.canon(k, whole), self.canon(k, least));
        let ExprKind::Binary(BinaryOp::Divide, n, step) = self.expr(k, whole).kind else {
            return None;
        };
        let ExprKind::Math(Math::Min, operands) = &self.expr(k, least).kind else {
            return None;
        };
        let [rest, unit] = operands[..] else {
            return None;
        };
        let one = self.component(k, unit, 0).range == Range::point(1);
        (one && self.is_remainder(k, rest, n, step)).then_some([n, step])
    }

    fn is_remainder(&self, k: usize, id: ExprId, n: ExprId, d: ExprId) -> bool {
        let kind = &self.expr(k, self.canon(k, id)).kind;
        matches!(kind, ExprKind::Binary(BinaryOp::Remainder, a, b)
            if self.canon(k, *a) == self.canon(k, n) && self.canon(k, *b) == self.canon(k, d))
    }

    /// How far one integer is above another.
    pub(super) fn distance(&mut self, k: usize, x: ExprId, y: ExprId, depth: usize) -> Range {
        let (x, y) = (self.canon(k, x), self.canon(k, y));
        if x == y {
            return Range::point(0);
        }
        let (p, q) = (self.component(k, x, 0), self.component(k, y, 0));
        let mut range = p.range.minus(q.range);
        // What has wrapped is no sum of its parts.
        if p.wrap.is_some() || q.wrap.is_some() {
            return range;
        }
        let apart = &self.frames[k].state.apart;
        if let Some(known) = apart.get(&(x, y)) {
            range = range.and(*known);
        }
        if let Some(known) = apart.get(&(y, x)) {
            range = range.and(known.negated());
        }
        if self.lies_below(k, x, y) {
            range = range.and(Range::new(-Range::ENDLESS.high, -1));
        }
        if self.lies_below(k, y, x) {
            range = range.and(Range::new(1, Range::ENDLESS.high));
        }
        if depth == 0 {
            return range;
        }
        for (closer, sign) in [
            (self.parts(k, x, y, depth - 1), 1),
            (self.parts(k, y, x, depth - 1), -1),
        ] {
            if let Some(closer) = closer {
                range = range.and(if sign > 0 { closer } else { closer.negated() });
            }
        }
        range
    }

    /// [`distance`](Walk::distance) by what `x` is made of.
    fn parts(&mut self, k: usize, x: ExprId, y: ExprId, depth: usize) -> Option<Range> {
        match &self.expr(k, x).kind {
            ExprKind::Math(op @ (Math::Min | Math::Max), operands) => {
                let [a, b] = operands[..] else {
                    return None;
                };
                let (a, b) = (self.distance(k, a, y, depth), self.distance(k, b, y, depth));
                Some(match op {
                    Math::Min => a.min(b),
                    _ => a.max(b),
                })
            }
            // a·b − a = a·(b − 1)
            ExprKind::Binary(BinaryOp::Multiply, a, b) => {
                let (a, b) = (*a, *b);
                let (times, by) = if self.canon(k, a) == y {
                    (a, b)
                } else {
                    (b, a)
                };
                if self.canon(k, times) != y {
                    return None;
                }
                let more = self.component(k, by, 0).range.minus(Range::point(1));
                Some(self.component(k, times, 0).range.times(more))
            }
            ExprKind::Binary(BinaryOp::Add, a, b) => {
                let (a, b) = (*a, *b);
                // One part against all of y, the other on top.
                let by = |walk: &mut Self, part, rest| {
                    let rest = walk.component(k, rest, 0).range;
                    walk.distance(k, part, y, depth).add(rest)
                };
                let mut range = by(self, a, b).and(by(self, b, a));
                if let ExprKind::Binary(BinaryOp::Add, c, d) = &self.expr(k, y).kind {
                    let (c, d) = (*c, *d);
                    for [p, q, r, s] in [[a, c, b, d], [a, d, b, c]] {
                        let (one, two) = (
                            self.distance(k, p, q, depth.min(1)),
                            self.distance(k, r, s, depth.min(1)),
                        );
                        range = range.and(one.add(two));
                    }
                }
                Some(range)
            }
            _ => None,
        }
    }

    /// Whether `x` is known to lie below a product of sizes, and `y` is that.
    fn lies_below(&self, k: usize, x: ExprId, y: ExprId) -> bool {
        let Some(y) = self.product(k, y) else {
            return false;
        };
        if self.is_below(k, x, &y) {
            return true;
        }
        // i / n < m where i < m·n
        let ExprKind::Binary(BinaryOp::Divide, i, n) = &self.expr(k, x).kind else {
            return false;
        };
        let whole = self.product(k, *n).and_then(|n| y.times(&n));
        whole.is_some_and(|whole| self.is_below(k, self.canon(k, *i), &whole))
    }

    fn is_below(&self, k: usize, x: ExprId, product: &Product) -> bool {
        let frame = &self.frames[k];
        if frame
            .state
            .below
            .get(&x)
            .is_some_and(|all| all.contains(product))
        {
            return true;
        }
        let Some(Root::Storage(param)) = frame.names.place(x).map(|place| place.root) else {
            return false;
        };
        let known = self.launch.params.get(param.index());
        known.and_then(|known| known.below.as_ref()) == Some(product)
    }

    /// What an expression is as a product of sizes.
    pub(super) fn product(&self, k: usize, id: ExprId) -> Option<Product> {
        match &self.expr(k, self.canon(k, id)).kind {
            ExprKind::Uniform(param) | ExprKind::Length(param) => {
                self.launch.params.get(param.index())?.symbol.clone()
            }
            ExprKind::Binary(BinaryOp::Multiply, x, y) => {
                self.product(k, *x)?.times(&self.product(k, *y)?)
            }
            ExprKind::Binary(BinaryOp::Divide, x, y) => {
                self.product(k, *x)?.over(&self.product(k, *y)?)
            }
            ExprKind::Argument(n) => {
                let given = *self.frames[k].arguments.get(*n as usize)?;
                self.product(k.checked_sub(1)?, given)
            }
            _ => None,
        }
    }

    /// Whether a comparison holds.
    fn compared(&mut self, k: usize, op: BinaryOp, x: ExprId, y: ExprId) -> Range {
        let ty = self.expr(k, x).ty;
        if !ty.scalar.is_integer() || ty.size != 1 {
            return Range::TRUTH;
        }
        let apart = self.distance(k, x, y, DEPTH);
        let truth = |never: bool, always: bool| Range::new(i128::from(always), i128::from(!never));
        match op {
            BinaryOp::Less => truth(apart.low >= 0, apart.high < 0),
            BinaryOp::LessEqual => truth(apart.low > 0, apart.high <= 0),
            BinaryOp::Greater => truth(apart.high <= 0, apart.low > 0),
            BinaryOp::GreaterEqual => truth(apart.high < 0, apart.low >= 0),
            BinaryOp::Equal => truth(!apart.contains(Range::point(0)), apart == Range::point(0)),
            BinaryOp::NotEqual => truth(apart == Range::point(0), !apart.contains(Range::point(0))),
            _ => Range::TRUTH,
        }
    }

    fn math(&mut self, k: usize, op: Math, operands: &[ExprId], expr: &'t Expr, c: u8) -> Value {
        let all = Range::of(expr.ty.scalar);
        let mut values = Vec::with_capacity(operands.len());
        for id in operands {
            // All components, where the function does not go by components.
            let size = self.expr(k, *id).ty.size;
            let parts = if size == expr.ty.size {
                c..c + 1
            } else {
                0..size
            };
            values.extend(parts.map(|c| self.component(k, *id, c)));
        }
        let both = values
            .iter()
            .copied()
            .reduce(Value::join)
            .unwrap_or(Value::new(all));
        let ranges: Vec<Range> = values.iter().map(|v| v.range).collect();
        let range = match (op, &ranges[..]) {
            (Math::Min, [x, y]) => x.min(*y),
            (Math::Max, [x, y]) => x.max(*y),
            (Math::Clamp, [x, low, high]) => x.max(*low).min(*high),
            (Math::CountOnes | Math::LeadingZeros | Math::TrailingZeros, _) => Range::new(0, 32),
            (Math::ExtractBits, [_, _, n]) if all.low == 0 && n.high < 32 => {
                Range::new(0, (1 << n.high) - 1)
            }
            (Math::Unpack4xI8, _) => Range::new(-128, 127),
            (Math::Unpack4xU8, _) => Range::new(0, 255),
            (Math::Abs, [x]) if x.low > all.low => x.max(x.negated()).and(Range::new(0, all.high)),
            _ => all,
        };
        Value { range, ..both }
    }

    fn select(
        &mut self,
        k: usize,
        condition: ExprId,
        [on_true, on_false]: [ExprId; 2],
        c: u8,
    ) -> Value {
        let may = self.component(k, condition, 0).range;
        let mut chosen: Option<Value> = None;
        for (truth, id) in [(true, on_true), (false, on_false)] {
            if !may.may_be(truth) {
                continue;
            }
            let state = self.frames[k].state.clone();
            let memo = std::mem::take(&mut self.memo);
            self.assume(k, condition, truth);
            self.memo.clear();
            let value = self.component(k, id, c);
            self.frames[k].state = state;
            self.memo = memo;
            chosen = Some(chosen.map_or(value, |other| other.join(value)));
        }
        chosen.unwrap_or(Value::new(Range::ENDLESS))
    }

    fn convert(&mut self, k: usize, x: ExprId, expr: &'t Expr, c: u8) -> Value {
        let from = self.expr(k, x).ty.scalar;
        let value = self.component(k, x, c);
        let all = Range::of(expr.ty.scalar);
        match (from, expr.ty.scalar) {
            // A float saturates, and may be anything.
            (Scalar::F16 | Scalar::F32, _) => Value::new(all),
            (_, Scalar::Bool) => {
                let zero = value.range.contains(Range::point(0));
                let only = value.range == Range::point(0);
                Value::new(Range::new(i128::from(!zero), i128::from(!only)))
            }
            _ => self.fit(value, value.range, expr, "as"),
        }
    }

    /// Where a builtin value lies. What is counted flat may be more than `u32` holds.
    fn builtin(&self, builtin: BuiltinValue, c: u8) -> Range {
        let at = usize::from(c).min(2);
        let below = |n: i128| Range::new(0, (n - 1).max(0));
        let size = self.tree.workgroup_size.map(i128::from);
        let team = size.iter().product::<i128>();
        let groups = self.launch.groups;
        let all: i128 = groups.iter().map(|g| g.high.max(1)).product();
        match builtin {
            BuiltinValue::GlobalInvocationId => below(groups[at].high * size[at]),
            BuiltinValue::LocalInvocationId => below(size[at]),
            BuiltinValue::WorkgroupId => below(groups[at].high),
            BuiltinValue::NumWorkgroups => groups[at],
            BuiltinValue::LocalInvocationIndex | BuiltinValue::SubgroupId => below(team),
            BuiltinValue::WorkgroupIndex => below(all),
            BuiltinValue::GlobalIndex => below(all * team),
            BuiltinValue::SubgroupInvocationId => below(128),
            BuiltinValue::SubgroupSize => Range::new(4, 128),
            BuiltinValue::NumSubgroups => Range::new(1, team),
        }
    }
}

fn integer(literal: Literal) -> Option<i128> {
    match literal {
        Literal::U32(n) => Some(n.into()),
        Literal::I32(n) => Some(n.into()),
        Literal::Bool(b) => Some(b.into()),
        Literal::F32(_) => None,
    }
}
