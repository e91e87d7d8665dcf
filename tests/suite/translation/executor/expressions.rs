//! What expressions yield to an invocation.

use super::Outcome;
use super::arithmetic::{binary, bitcast, convert, relational, select, unary};
use super::functions::call;
use super::invocation::Invocation;
use super::memory::World;
use super::values::{Pointer, Root, Value, composed};
use hesper_shader::domain::{Domain, Format};
use naga::{Expression, Handle, ScalarKind};

impl<'m, V: Copy + std::fmt::Debug> Invocation<'m, V> {
    /// The value of an expression that has one.
    pub(super) fn value<D>(
        &self,
        handle: Handle<Expression>,
        world: &World<'m, D>,
    ) -> Outcome<Value<V>>
    where
        D: Domain<Value = V, Mask = bool>,
    {
        let frame = self.frames.last().ok_or("it has ended")?;
        if let Some(Some(value)) = frame.values.get(handle.index()) {
            return Ok(value.clone());
        }
        let to = |root| {
            let path = Vec::new();
            Ok(Value::Pointer(Pointer { root, path }))
        };
        match &frame.function.expressions[handle] {
            Expression::FunctionArgument(index) => {
                let argument = frame.arguments.get(*index as usize).cloned();
                Ok(argument.ok_or("an argument is missing")?)
            }
            Expression::GlobalVariable(variable) => to(Root::Global(variable.index())),
            Expression::LocalVariable(variable) => to(Root::Local {
                frame: self.frames.len() - 1,
                variable: variable.index(),
            }),
            _ => world.constant(&frame.function.expressions, handle),
        }
    }

    /// Evaluates an expression, here and now.
    pub(super) fn evaluate<D>(
        &self,
        handle: Handle<Expression>,
        world: &World<'m, D>,
    ) -> Outcome<Value<V>>
    where
        D: Domain<Value = V, Mask = bool>,
    {
        let domain = world.domain;
        let of = |handle: Handle<Expression>| self.value(handle, world);
        let frame = self.frames.last().ok_or("it has ended")?;
        match &frame.function.expressions[handle] {
            Expression::Access { base, index } => of(*base)?.part(of(*index)?.index()?),
            Expression::AccessIndex { base, index } => of(*base)?.part(*index as usize),
            Expression::Splat { size, value } => {
                Ok(Value::Parts(vec![of(*value)?; *size as usize]))
            }
            Expression::Swizzle {
                size,
                vector,
                pattern,
            } => {
                let vector = of(*vector)?;
                let parts = pattern.iter().take(*size as usize);
                let parts = parts.map(|component| vector.part(*component as usize));
                Ok(Value::Parts(parts.collect::<Outcome<_>>()?))
            }
            Expression::Compose { ty, components } => {
                let components = components.iter().map(|c| of(*c));
                Ok(composed(
                    world.module,
                    *ty,
                    components.collect::<Outcome<_>>()?,
                ))
            }
            Expression::Load { pointer } => {
                Ok(self.read(&self.pointer(*pointer, world)?, world)?.clone())
            }
            Expression::Unary { op, expr } => unary(domain, *op, &of(*expr)?),
            Expression::Binary { op, left, right } => {
                binary(domain, *op, &of(*left)?, &of(*right)?)
            }
            Expression::Select {
                condition,
                accept,
                reject,
            } => select(&of(*condition)?, &of(*accept)?, &of(*reject)?),
            Expression::Relational { fun, argument } => relational(*fun, &of(*argument)?),
            Expression::Math {
                fun,
                arg,
                arg1,
                arg2,
                arg3,
            } => {
                let arguments = [Some(*arg), *arg1, *arg2, *arg3].into_iter().flatten();
                let arguments: Vec<_> = arguments.map(of).collect::<Outcome<_>>()?;
                call(domain, *fun, &arguments)
            }
            Expression::As {
                expr,
                kind,
                convert: Some(4 | 1),
            } => convert(domain, &of(*expr)?, *kind),
            // To halves, which kernels of the catalogue keep, and do not compute with.
            Expression::As {
                expr,
                kind: kind @ ScalarKind::Float,
                convert: Some(2),
            } => {
                let real = convert(domain, &of(*expr)?, *kind)?;
                real.map(&|value| match value {
                    Value::Real(x) => Ok(Value::Real(domain.round(Format::Binary16, *x))),
                    other => Err(format!("{other:?} becomes a half")),
                })
            }
            Expression::As {
                expr,
                kind,
                convert: None,
            } => bitcast(domain, &of(*expr)?, *kind),
            Expression::ArrayLength(array) => {
                match self.read(&self.pointer(*array, world)?, world)? {
                    Value::Parts(parts) => Ok(Value::U32(parts.len() as u32)),
                    other => Err(format!("the length of {other:?}")),
                }
            }
            other => Err(format!("{other:?} is not known here")),
        }
    }
}
