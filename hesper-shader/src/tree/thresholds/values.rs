//! The range of every expression.

use super::range::{Interval, binary};
use super::{Search, operands};
use crate::tree::{
    BuiltinValue, Expr, ExprId, ExprKind, Function, Literal, Math, ParamId, ParamKind, Root,
    StmtKind, Type,
};
use std::collections::HashMap;

impl Search<'_> {
    /// The range of every expression, with locals as they are known so far.
    pub(super) fn values(
        &mut self,
        function: &Function,
        at: usize,
        arguments: &[Interval],
        defs: &HashMap<ExprId, &StmtKind>,
        locals: &[Option<Interval>],
    ) -> Vec<Interval> {
        let mut values: Vec<Interval> = Vec::with_capacity(function.exprs.len());
        for (i, expr) in function.exprs.iter().enumerate() {
            let value = match &expr.kind {
                ExprKind::Literal(literal) => self.literal(*literal, at, i, expr.ty),
                ExprKind::Uniform(param) => match self.uniforms.get(param.index()).copied() {
                    Some(Some(value)) => Interval::point(value),
                    _ => Interval::endless(expr.ty, self.is_integer(*param)),
                },
                ExprKind::Argument(n) => {
                    let given = arguments.get(*n as usize).copied();
                    given.unwrap_or(Interval::endless(expr.ty, false))
                }
                ExprKind::Result => {
                    let def = defs.get(&ExprId(i as u32)).copied();
                    self.result(expr.ty, def, &values, locals)
                }
                kind => self.pure(kind, expr.ty, &values),
            };
            values.push(value);
        }
        values
    }

    fn is_integer(&self, param: ParamId) -> bool {
        let kind = self.tree.params.get(param.index()).map(|p| p.kind);
        matches!(kind, Some(ParamKind::Uniform(scalar)) if scalar.is_integer())
    }

    fn literal(&self, literal: Literal, function: usize, at: usize, ty: Type) -> Interval {
        let other = match self.other.functions.get(function) {
            Some(helper) => helper,
            None => &self.other.entry,
        };
        let same = |other: &Expr| other.kind == ExprKind::Literal(literal);
        let differs = |other: &Expr| {
            matches!(other.kind, ExprKind::Literal(l) if l.scalar() == literal.scalar())
                && !same(other)
        };
        if other.exprs.get(at).is_some_and(differs) {
            return Interval::endless(ty, true);
        }
        Interval::point(literal.to_f64())
    }

    /// What a statement yields.
    fn result(
        &mut self,
        ty: Type,
        def: Option<&StmtKind>,
        values: &[Interval],
        locals: &[Option<Interval>],
    ) -> Interval {
        // Integers in memory are labels, offsets, counts.
        let data = Interval::endless(ty, ty.scalar.is_integer());
        match def {
            Some(StmtKind::For { trips, .. }) => match values.get(trips.index()) {
                Some(trips) => Interval {
                    low: 0.0,
                    high: (trips.high - 1.0).max(0.0),
                    sized: true,
                    ..*trips
                },
                None => Interval::endless(ty, true),
            },
            Some(StmtKind::Load { place, .. }) => match place.root {
                Root::Local(local) => {
                    let known = locals.get(local.index()).copied().flatten();
                    known.unwrap_or(Interval::NONE)
                }
                _ => data,
            },
            Some(StmtKind::Call {
                function,
                arguments,
                ..
            }) => {
                let arguments = operands(values, arguments);
                self.call(*function, &arguments, false).unwrap_or(data)
            }
            _ => data,
        }
    }

    fn pure(&self, kind: &ExprKind, ty: Type, values: &[Interval]) -> Interval {
        let of = |id: &ExprId| values.get(id.index()).copied();
        let known = match kind {
            ExprKind::Length(_) => Some(Interval::endless(ty, true)),
            ExprKind::BuiltinValue(builtin) => Some(self.builtin(*builtin, ty)),
            ExprKind::Convert(x) | ExprKind::Splat(x) | ExprKind::Component(x, _) => of(x),
            ExprKind::Compose(parts) => {
                let parts = parts.iter().filter_map(of);
                parts.reduce(Interval::join)
            }
            ExprKind::Select {
                on_true, on_false, ..
            } => of(on_true).zip(of(on_false)).map(|(a, b)| a.join(b)),
            ExprKind::Binary(op, x, y) => of(x).zip(of(y)).map(|(x, y)| binary(*op, x, y, ty)),
            ExprKind::Math(math, operands) => {
                let operands: Vec<Interval> = operands.iter().filter_map(of).collect();
                match (math, &operands[..]) {
                    (Math::Min, [x, y]) => Some(Interval {
                        low: x.low.min(y.low),
                        high: x.high.min(y.high),
                        ..x.join(*y)
                    }),
                    (Math::Max, [x, y]) => Some(Interval {
                        low: x.low.max(y.low),
                        ..x.join(*y)
                    }),
                    (Math::Clamp, [_, low, high]) => Some(low.join(*high)),
                    (Math::Floor | Math::Ceil | Math::Trunc | Math::RoundTiesEven, [x]) => Some(*x),
                    (_, operands) => {
                        let sized = operands.iter().any(|x| x.sized);
                        Some(Interval::endless(ty, sized))
                    }
                }
            }
            _ => None,
        };
        known.unwrap_or(Interval::endless(ty, false))
    }

    fn builtin(&self, builtin: BuiltinValue, ty: Type) -> Interval {
        let below = |n: u64| Interval::new(0.0, n.saturating_sub(1) as f64, true);
        match builtin {
            BuiltinValue::LocalInvocationId => below(
                self.tree
                    .workgroup_size
                    .iter()
                    .copied()
                    .max()
                    .unwrap_or(1)
                    .into(),
            ),
            BuiltinValue::LocalInvocationIndex
            | BuiltinValue::SubgroupInvocationId
            | BuiltinValue::SubgroupId => below(self.tree.invocations()),
            BuiltinValue::SubgroupSize | BuiltinValue::NumSubgroups => {
                Interval::new(1.0, self.tree.invocations() as f64, false)
            }
            _ => Interval::endless(ty, true),
        }
    }
}
