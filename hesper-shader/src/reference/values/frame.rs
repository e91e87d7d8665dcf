//! The registers of one function, for all lanes of a workgroup.
//!
//! A function calls only functions before it, so each is active at most once and has one frame, allocated once for a dispatch.

use super::columns::{self, Column, same_scalar};
use super::reals::Reals;
use crate::domain::Domain;
use crate::reference::dispatch::options::Options;
use crate::reference::workgroup::team::{Team, is_same_for_all_groups};
use crate::tree::facts::Shortcuts;
use crate::tree::{
    BuiltinValue, ByScalar, Expr, ExprId, ExprKind, Function, Local, LocalId, ScalarValue,
};
use std::sync::Arc;

/// One column for each expression and each local of a function.
#[derive(Debug)]
pub(in crate::reference) struct Frame<V> {
    pub(in crate::reference) values: Vec<Column<V>>,
    /// A single value for each lane, or an array: element after element, each a column.
    pub(in crate::reference) locals: Vec<Column<V>>,
    pub(in crate::reference) result: Option<Column<V>>,
    /// Which expression is which argument.
    pub(in crate::reference) arguments: Vec<(ExprId, usize)>,
    /// Builtin values that differ between workgroups.
    builtins: Vec<(ExprId, BuiltinValue)>,
    pub(in crate::reference) shortcuts: Arc<Shortcuts>,
    /// Whether loads may take a local's column: not where it is compared with what is stored next, to see whether an iteration changes anything.
    takes: bool,
    /// The locals that may be read before they are written, each with zeros.
    unset: Vec<(LocalId, Column<V>)>,
}

impl<V: Copy> Frame<V> {
    /// Allocates a frame and computes what is the same for a whole dispatch.
    pub(in crate::reference) fn new<D: Domain<Value = V, Mask = bool>>(
        (function, shortcuts, unset): (&Function, &Arc<Shortcuts>, &[LocalId]),
        uniforms: &[Option<ScalarValue<V>>],
        dims: &[Vec<u32>],
        reals: &Reals<'_, D>,
        team: &Team,
        options: &Options,
    ) -> Frame<V> {
        let lanes = team.lanes();
        let zeros = |ty| columns::zeros(ty, lanes, reals.zero);
        let local = |l: &Local| {
            let count = l.count().max(1) as usize;
            columns::zeros(l.ty, lanes * count, reals.zero)
        };
        let mut frame = Frame {
            values: function.exprs.iter().map(|e| zeros(e.ty)).collect(),
            locals: function.locals.iter().map(local).collect(),
            unset: unset
                .iter()
                .map(|id| (*id, local(&function.locals[id.index()])))
                .collect(),
            result: function.result.map(zeros),
            arguments: Vec::new(),
            builtins: Vec::new(),
            // A trace shows every value.
            shortcuts: match options.trace {
                None => shortcuts.clone(),
                Some(_) => Arc::default(),
            },
            takes: !options.sanitize,
        };
        for (i, expr) in function.exprs.iter().enumerate() {
            let id = ExprId(i as u32);
            match &expr.kind {
                ExprKind::Argument(n) => frame.arguments.push((id, *n as usize)),
                ExprKind::BuiltinValue(value) if is_same_for_all_groups(*value) => {
                    team.fill(*value, frame.value_mut(id));
                }
                ExprKind::BuiltinValue(value) => frame.builtins.push((id, *value)),
                _ => {
                    if let Some(value) = constant(expr, uniforms, dims, reals) {
                        fill(frame.value_mut(id), value);
                    }
                }
            }
        }
        frame
    }

    /// Computes what differs between workgroups.
    pub(in crate::reference) fn enter(&mut self, team: &Team) {
        for (id, builtin) in &self.builtins {
            team.fill(*builtin, &mut self.values[id.index()]);
        }
    }

    /// Begins the function for these lanes: what may be read before it is written is zero.
    pub(in crate::reference) fn clear(&mut self, active: &[bool]) {
        for (id, zeros) in &self.unset {
            columns::copy_column_active(zeros, &mut self.locals[id.index()], active);
        }
    }

    /// The locals that may be read before they are written.
    pub(in crate::reference) fn unset(&self) -> impl Iterator<Item = LocalId> {
        self.unset.iter().map(|(id, _)| *id)
    }

    /// Whether the result of a load may take the column of the local.
    pub(in crate::reference) fn takes(&self, result: ExprId) -> bool {
        self.takes && self.shortcuts.takes(result)
    }

    /// The column of an expression.
    pub(in crate::reference) fn value(&self, id: ExprId) -> &Column<V> {
        &self.values[id.index()]
    }

    /// The column of an expression.
    pub(in crate::reference) fn value_mut(&mut self, id: ExprId) -> &mut Column<V> {
        &mut self.values[id.index()]
    }
}

fn fill<V: Copy>(column: &mut Column<V>, value: ScalarValue<V>) {
    same_scalar!(column, value, |column, x| column.fill(x))
}

/// The value of an expression that is the same for a whole dispatch.
fn constant<D: Domain<Mask = bool>>(
    expr: &Expr,
    uniforms: &[Option<ScalarValue<D::Value>>],
    dims: &[Vec<u32>],
    reals: &Reals<'_, D>,
) -> Option<ScalarValue<D::Value>> {
    let kept = |real| reals.kept(expr.ty.scalar, real);
    Some(match &expr.kind {
        ExprKind::Literal(literal) => literal.map_real(|n| kept(reals.domain.constant(n))),
        ExprKind::NegInfinity => ScalarValue::F32(reals.domain.neg_infinity()),
        ExprKind::Uniform(param) => {
            return uniforms[param.index()].map(|value| value.map_real(kept));
        }
        ExprKind::Length(param) => {
            ScalarValue::U32(dims[param.index()].first().copied().unwrap_or_default())
        }
        ExprKind::BuiltinValue(_)
        | ExprKind::Argument(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Math(..)
        | ExprKind::Select { .. }
        | ExprKind::Convert(_)
        | ExprKind::Compose(_)
        | ExprKind::Splat(_)
        | ExprKind::Component(..)
        | ExprKind::Result => return None,
    })
}
