//! Where functions begin: builtin values as arguments, and what means the same everywhere, read once.

use naga::{BinaryOperator, Expression, Handle};

use super::function::{FunctionLowering, Value};
use super::usage::Usage;
use super::{LowerError, expressions};
use crate::tree::{BuiltinValue, ExprId, ExprKind, Literal, Loc, Scalar, Type};
use crate::uniforms::UniformSource;

/// Bits of minus infinity, which WGSL has no literal for.
const NEG_INFINITY_BITS: u32 = 0xff80_0000;

impl FunctionLowering<'_, '_> {
    /// Takes builtin values from the caller. Arguments rather than private variables keep uniform values uniform in the
    /// eyes of WGSL, so that barriers may depend on them.
    pub(super) fn take_builtins(&mut self, usage: &Usage) {
        for builtin in &usage.builtins {
            let name = self.builtin_name(usage, *builtin);
            let handle = self.argument(name, builtin.ty(), None);
            self.builtins.insert(*builtin, handle);
        }
    }

    /// Takes builtin values from the device, and computes the flattened indices from them.
    pub(super) fn bind_builtins(&mut self, usage: &Usage) {
        use BuiltinValue::*;
        let flat = |b: BuiltinValue| usage.builtins.contains(&b);
        let group = flat(GlobalIndex) || flat(WorkgroupIndex);
        for (builtin, needed, binding) in [
            (GlobalInvocationId, false, naga::BuiltIn::GlobalInvocationId),
            (LocalInvocationId, false, naga::BuiltIn::LocalInvocationId),
            (
                LocalInvocationIndex,
                flat(GlobalIndex),
                naga::BuiltIn::LocalInvocationIndex,
            ),
            (WorkgroupId, group, naga::BuiltIn::WorkGroupId),
            (NumWorkgroups, group, naga::BuiltIn::NumWorkGroups),
            (
                SubgroupInvocationId,
                false,
                naga::BuiltIn::SubgroupInvocationId,
            ),
            (SubgroupSize, false, naga::BuiltIn::SubgroupSize),
            (SubgroupId, false, naga::BuiltIn::SubgroupId),
            (NumSubgroups, false, naga::BuiltIn::NumSubgroups),
        ] {
            if needed || flat(builtin) {
                let name = self.builtin_name(usage, builtin);
                let binding = Some(naga::Binding::BuiltIn(binding));
                let handle = self.argument(name, builtin.ty(), binding);
                self.builtins.insert(builtin, handle);
            }
        }
        if let (true, Some(id), Some(counts)) = (
            group,
            self.builtin(WorkgroupId),
            self.builtin(NumWorkgroups),
        ) {
            let index = self.workgroup_index(id, counts);
            self.bind_flat(usage, WorkgroupIndex, index);
            if let (true, Some(local)) = (flat(GlobalIndex), self.builtin(LocalInvocationIndex)) {
                let index = self.global_index(index, local);
                self.bind_flat(usage, GlobalIndex, index);
            }
        }
    }

    /// Evaluates what the function uses of the things that mean the same everywhere.
    pub(super) fn define_ambient(&mut self, usage: &Usage) -> Result<(), LowerError> {
        let mut known: Vec<(&ExprKind, Value)> = Vec::new();
        for id in &usage.ambient {
            let expr = self.expr(*id, self.source.loc)?;
            let seen = known.iter().find(|(kind, _)| **kind == expr.kind);
            let value = match seen {
                Some((_, value)) => *value,
                None => {
                    let value = self.ambient(*id)?;
                    // Literals are many and cost nothing; looking for them would be quadratic.
                    if !matches!(expr.kind, ExprKind::Literal(_)) {
                        known.push((&expr.kind, value));
                    }
                    value
                }
            };
            self.define(*id, value)?;
        }
        Ok(())
    }

    fn ambient(&mut self, id: ExprId) -> Result<Value, LowerError> {
        let expr = self.expr(id, self.source.loc)?;
        let loc = expr.loc;
        let mut constant = false;
        let handle = match &expr.kind {
            ExprKind::Literal(literal) => {
                constant = true;
                self.literal(*literal, expr.ty, loc)?
            }
            ExprKind::NegInfinity => self.neg_infinity(loc),
            ExprKind::Uniform(param) => self.field(id, UniformSource::Uniform(*param), loc)?,
            ExprKind::Length(param) => self.field(id, UniformSource::Length(*param), loc)?,
            ExprKind::BuiltinValue(builtin) => self
                .builtin(*builtin)
                .ok_or_else(|| self.internal(loc, format!("{} is not bound", builtin.name())))?,
            ExprKind::Argument(index) if (*index as usize) < self.source.arguments.len() => {
                self.append(Expression::FunctionArgument(*index), loc)
            }
            other => return Err(self.internal(loc, format!("{other:?} is not ambient"))),
        };
        Ok(Value {
            handle,
            constant,
            depth: 1,
        })
    }

    fn builtin(&self, builtin: BuiltinValue) -> Option<Handle<Expression>> {
        self.builtins.get(&builtin).copied()
    }

    /// `(z·ny + y)·nx + x`
    fn workgroup_index(
        &mut self,
        id: Handle<Expression>,
        counts: Handle<Expression>,
    ) -> Handle<Expression> {
        use BinaryOperator::{Add, Multiply};
        let loc = self.source.loc;
        let component =
            |this: &mut Self, base, index| this.emit(Expression::AccessIndex { base, index }, loc);
        let z = component(self, id, 2);
        let ny = component(self, counts, 1);
        let planes = self.binary(Multiply, z, ny, loc);
        let y = component(self, id, 1);
        let rows = self.binary(Add, planes, y, loc);
        let nx = component(self, counts, 0);
        let row_starts = self.binary(Multiply, rows, nx, loc);
        let x = component(self, id, 0);
        self.binary(Add, row_starts, x, loc)
    }

    /// `workgroup_index · invocations + local_invocation_index`
    fn global_index(
        &mut self,
        group: Handle<Expression>,
        local: Handle<Expression>,
    ) -> Handle<Expression> {
        let loc = self.source.loc;
        // Sizes that no device allows wrap here; they are refused before a launch.
        let invocations = self.u32(self.shared.tree.invocations() as u32, loc);
        let start = self.binary(BinaryOperator::Multiply, group, invocations, loc);
        self.binary(BinaryOperator::Add, start, local, loc)
    }

    /// Names a computed index.
    fn bind_flat(&mut self, usage: &Usage, builtin: BuiltinValue, index: Handle<Expression>) {
        let name = self.builtin_name(usage, builtin);
        self.name(index, name);
        self.builtins.insert(builtin, index);
    }

    /// What the user calls a builtin value where it is used, else its own name.
    fn builtin_name(&self, usage: &Usage, builtin: BuiltinValue) -> String {
        let kind = ExprKind::BuiltinValue(builtin);
        let mut uses = usage.ambient.iter().filter_map(|id| self.source.get(*id));
        let named = uses.find(|e| e.kind == kind && e.name.is_some());
        let name = named
            .and_then(|e| e.name.as_deref())
            .unwrap_or(builtin.name());
        self.shared.globals.local_name(name, "arg")
    }

    /// A field of the uniform block.
    fn field(
        &mut self,
        id: ExprId,
        source: UniformSource,
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        let globals = self.shared.globals;
        let position = globals.layout.position(source);
        let (Some(block), Some(position)) = (globals.block, position) else {
            return Err(self.internal(loc, format!("{source:?} is not in the uniform block")));
        };
        let field = globals.layout.fields.get(position);
        let base = self.append(Expression::GlobalVariable(block), loc);
        let index = position as u32;
        let pointer = self.emit(Expression::AccessIndex { base, index }, loc);
        let mut value = self.emit(Expression::Load { pointer }, loc);
        if field.is_some_and(|f| f.scalar == Scalar::Bool) {
            let zero = self.u32(0, loc);
            value = self.binary(BinaryOperator::NotEqual, value, zero, loc);
        }
        if field.is_some_and(|f| f.scalar == Scalar::F16) {
            value = self.convert(value, Type::F32, Type::F16, loc)?;
        }
        let user_name = self.source.get(id).and_then(|e| e.name.clone());
        if let Some(name) = user_name.or_else(|| field.map(|f| f.name.clone())) {
            self.name(value, name);
        }
        Ok(value)
    }

    /// Minus infinity from its bits, at run time: WGSL allows no constant expression to be infinite.
    fn neg_infinity(&mut self, loc: Loc) -> Handle<Expression> {
        let bits = self.u32(NEG_INFINITY_BITS, loc);
        let bits = self.at_run_time(bits, Type::U32, loc);
        let value = self.emit(expressions::bits_to_f32(bits), loc);
        self.name(value, "neg_infinity");
        value
    }

    fn literal(
        &mut self,
        literal: Literal,
        ty: Type,
        loc: Loc,
    ) -> Result<Handle<Expression>, LowerError> {
        let literal = match literal {
            Literal::Bool(value) => naga::Literal::Bool(value),
            Literal::I32(value) => naga::Literal::I32(value),
            Literal::U32(value) => naga::Literal::U32(value),
            Literal::F32(number) if ty == Type::F16 => {
                naga::Literal::F16(half::f16::from_f32(number.to_f32()))
            }
            Literal::F32(number) => {
                let value = number.to_f32();
                if !value.is_finite() {
                    return Err(LowerError::Literal {
                        kernel: self.shared.tree.name.clone(),
                        loc,
                        literal: number,
                    });
                }
                if value.abs() == f32::MAX {
                    // naga writes the shortest decimal that reads back, which here lies above the greatest float, and
                    // Tint refuses it.
                    let bits = self.u32(value.to_bits(), loc);
                    return Ok(self.emit(expressions::bits_to_f32(bits), loc));
                }
                naga::Literal::F32(value)
            }
        };
        Ok(self.append(Expression::Literal(literal), loc))
    }
}
