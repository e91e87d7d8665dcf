//! The registers of one function, for all lanes of a workgroup.
//!
//! A function calls only functions before it, so each is active at most once and has one frame, allocated once for a dispatch.

use super::binding::Binding;
use super::columns::Column;
use super::error::{Fault, internal};
use super::position::Position;
use super::reals::Reals;
use crate::domain::Domain;
use crate::tree::{BuiltinValue, ExprId, ExprKind, Function, Literal, ParamKind, Tree};

/// One column for each expression and each local of a function.
#[derive(Debug)]
pub(super) struct Frame<V> {
    pub(super) values: Vec<Column<V>>,
    pub(super) locals: Vec<Column<V>>,
    pub(super) result: Option<Column<V>>,
    /// Which expression is which argument.
    pub(super) arguments: Vec<(ExprId, usize)>,
    builtins: Vec<(ExprId, BuiltinValue)>,
}

impl<V: Copy> Frame<V> {
    /// Allocates a frame and computes what is the same for a whole dispatch.
    pub(super) fn new<D: Domain<Value = V, Mask = bool>>(
        function: &Function,
        tree: &Tree,
        bindings: &[Binding<'_, V>],
        reals: &Reals<'_, D>,
        lanes: usize,
    ) -> Result<Frame<V>, Fault> {
        let zeros = |ty| Column::zeros(ty, lanes, reals.zero);
        let mut frame = Frame {
            values: function.exprs.iter().map(|e| zeros(e.ty)).collect(),
            locals: function.locals.iter().map(|l| zeros(l.ty)).collect(),
            result: function.result.map(zeros),
            arguments: Vec::new(),
            builtins: Vec::new(),
        };
        for (i, expr) in function.exprs.iter().enumerate() {
            let id = ExprId(i as u32);
            match &expr.kind {
                ExprKind::Argument(n) => frame.arguments.push((id, *n as usize)),
                ExprKind::BuiltinValue(value) => frame.builtins.push((id, *value)),
                kind => {
                    if let Some(value) = constant(kind, tree, bindings, reals.domain)? {
                        value.fill(frame.value_mut(id)?)?;
                    }
                }
            }
        }
        Ok(frame)
    }

    /// Computes what is the same for a whole workgroup.
    pub(super) fn enter_workgroup(&mut self, position: &Position) -> Result<(), Fault> {
        for (id, builtin) in &self.builtins {
            let column = self.values.get_mut(id.index()).ok_or(MISSING)?;
            position.fill(*builtin, column)?;
        }
        Ok(())
    }

    /// The column of an expression.
    pub(super) fn value(&self, id: ExprId) -> Result<&Column<V>, Fault> {
        self.values.get(id.index()).ok_or(MISSING)
    }

    /// The column of an expression.
    pub(super) fn value_mut(&mut self, id: ExprId) -> Result<&mut Column<V>, Fault> {
        self.values.get_mut(id.index()).ok_or(MISSING)
    }
}

pub(super) const MISSING: Fault = internal("a handle that points nowhere");

/// A value that all lanes share.
enum Constant<V> {
    Real(V),
    I32(i32),
    U32(u32),
    Bool(bool),
}

impl<V: Copy> Constant<V> {
    fn fill(self, column: &mut Column<V>) -> Result<(), Fault> {
        match (self, column) {
            (Constant::Real(x), Column::Real(column)) => column.fill(x),
            (Constant::I32(x), Column::I32(column)) => column.fill(x),
            (Constant::U32(x), Column::U32(column)) => column.fill(x),
            (Constant::Bool(x), Column::Bool(column)) => column.fill(x),
            _ => return Err(super::columns::MIXED),
        }
        Ok(())
    }
}

/// The value of an expression that is the same for a whole dispatch.
fn constant<D: Domain>(
    kind: &ExprKind,
    tree: &Tree,
    bindings: &[Binding<'_, D::Value>],
    domain: &D,
) -> Result<Option<Constant<D::Value>>, Fault> {
    Ok(Some(match kind {
        ExprKind::Literal(Literal::F32(number)) => Constant::Real(domain.constant(*number)),
        ExprKind::Literal(Literal::I32(n)) => Constant::I32(*n),
        ExprKind::Literal(Literal::U32(n)) => Constant::U32(*n),
        ExprKind::Literal(Literal::Bool(b)) => Constant::Bool(*b),
        ExprKind::NegInfinity => Constant::Real(domain.neg_infinity()),
        ExprKind::Uniform(param) => match bindings.get(param.index()) {
            Some(Binding::F32(x)) => Constant::Real(*x),
            Some(Binding::I32(n)) => Constant::I32(*n),
            Some(Binding::U32(n)) => Constant::U32(*n),
            Some(Binding::Bool(b)) => Constant::Bool(*b),
            _ => return Err(MISSING),
        },
        ExprKind::Length(id) => {
            let i = id.index();
            match (tree.params.get(i).map(|p| p.kind), bindings.get(i)) {
                (Some(ParamKind::Storage { element, .. }), Some(binding)) => {
                    Constant::U32(binding.length(element).try_into().unwrap_or(u32::MAX))
                }
                _ => return Err(MISSING),
            }
        }
        _ => return Ok(None),
    }))
}
