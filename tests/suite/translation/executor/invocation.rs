//! One invocation, run until it ends or has to wait for others.

use super::Outcome;
use super::arithmetic::binary;
use super::frame::{Frame, Kind, Loop};
use super::functions::{greatest, least};
use super::memory::World;
use super::values::{Pointer, Root, Value};
use hesper_shader::domain::Domain;
use naga::{AtomicFunction, BinaryOperator, Expression, Handle, Statement};

/// Statements after which an invocation counts as endless.
const BUDGET: u32 = 1 << 22;

/// The state of an invocation.
pub(super) struct Invocation<'m, V> {
    /// The calls it is in; none when it has ended.
    pub(super) frames: Vec<Frame<'m, V>>,
    /// The statement at which it waits for others.
    pub(super) waits: Option<&'m Statement>,
    left: u32,
}

impl<'m, V: Copy + std::fmt::Debug> Invocation<'m, V> {
    /// An invocation at the beginning of the entry point.
    pub(super) fn new(frame: Frame<'m, V>) -> Invocation<'m, V> {
        Invocation {
            frames: vec![frame],
            waits: None,
            left: BUDGET,
        }
    }

    /// Where it stands. Equal for invocations that are at the same statement in the same rounds of the same loops, and less for one that
    /// may yet come to where another is.
    pub(super) fn path(&self) -> Vec<u64> {
        self.frames.iter().flat_map(Frame::path).collect()
    }

    /// Runs until it ends or waits.
    pub(super) fn advance<D>(&mut self, world: &mut World<'m, D>) -> Outcome<()>
    where
        D: Domain<Value = V, Mask = bool>,
    {
        while let Some(frame) = self.frames.last_mut() {
            self.left = self.left.checked_sub(1).ok_or("it does not end")?;
            let Some(position) = frame.positions.last_mut() else {
                self.finish(None);
                continue;
            };
            match position.statements.get(position.next) {
                Some(statement) => {
                    position.next += 1;
                    if is_shared(statement) {
                        self.waits = Some(statement);
                        return Ok(());
                    }
                    self.execute(statement, world)?;
                }
                None => self.end_block(world)?,
            }
        }
        Ok(())
    }

    fn frame(&mut self) -> Outcome<&mut Frame<'m, V>> {
        Ok(self.frames.last_mut().ok_or("it has ended")?)
    }

    /// Defines an expression of the function it is in.
    pub(super) fn set(&mut self, handle: Handle<Expression>, value: Value<V>) -> Outcome<()> {
        self.frame()?.set(handle, value);
        Ok(())
    }

    /// Leaves a function.
    fn finish(&mut self, value: Option<Value<V>>) {
        let result = self.frames.pop().and_then(|frame| frame.result);
        if let (Some(caller), Some(result), Some(value)) = (self.frames.last_mut(), result, value) {
            caller.set(result, value);
        }
    }

    fn end_block<D>(&mut self, world: &World<'m, D>) -> Outcome<()>
    where
        D: Domain<Value = V, Mask = bool>,
    {
        let Some(ended) = self.frame()?.positions.pop() else {
            return Ok(());
        };
        match ended.kind {
            Kind::Arm(_) => {}
            Kind::Body(parts, round) => {
                let kind = Kind::Continuing(parts, round);
                self.frame()?.enter(parts.continuing, kind);
            }
            Kind::Continuing(parts, round) => {
                let leaves = match parts.break_if {
                    Some(condition) => self.value(condition, world)?.truth()?,
                    None => false,
                };
                if !leaves {
                    let kind = Kind::Body(parts, round + 1);
                    self.frame()?.enter(parts.body, kind);
                }
            }
        }
        Ok(())
    }

    fn execute<D>(&mut self, statement: &'m Statement, world: &mut World<'m, D>) -> Outcome<()>
    where
        D: Domain<Value = V, Mask = bool>,
    {
        match statement {
            Statement::Emit(range) => {
                for handle in range.clone() {
                    let value = self.evaluate(handle, world)?;
                    self.set(handle, value)?;
                }
            }
            Statement::Block(block) => self.frame()?.enter(block, Kind::Arm(0)),
            Statement::If {
                condition,
                accept,
                reject,
            } => {
                let holds = self.value(*condition, world)?.truth()?;
                let (block, arm) = if holds { (accept, 0) } else { (reject, 1) };
                self.frame()?.enter(block, Kind::Arm(arm));
            }
            Statement::Loop {
                body,
                continuing,
                break_if,
            } => {
                let parts = Loop {
                    body,
                    continuing,
                    break_if: *break_if,
                };
                self.frame()?.enter(body, Kind::Body(parts, 0));
            }
            Statement::Break => self.frame()?.break_loop()?,
            Statement::Continue => self.frame()?.continue_loop()?,
            Statement::Return { value } => {
                let value = value.map(|handle| self.value(handle, world)).transpose()?;
                self.finish(value);
            }
            Statement::Store { pointer, value } => {
                let value = self.value(*value, world)?;
                let pointer = self.pointer(*pointer, world)?;
                *self.place(&pointer, world)? = value;
            }
            Statement::Call {
                function,
                arguments,
                result,
            } => {
                let arguments = arguments.iter().map(|a| self.value(*a, world));
                let arguments = arguments.collect::<Outcome<_>>()?;
                let function = &world.module.functions[*function];
                self.frames
                    .push(Frame::new(world, function, arguments, *result)?);
            }
            Statement::Atomic {
                pointer,
                fun,
                value,
                result,
            } => self.atomic(*pointer, fun, *value, *result, world)?,
            other => return Err(format!("{other:?} is not known here")),
        }
        Ok(())
    }

    fn atomic<D>(
        &mut self,
        pointer: Handle<Expression>,
        fun: &AtomicFunction,
        value: Handle<Expression>,
        result: Option<Handle<Expression>>,
        world: &mut World<'m, D>,
    ) -> Outcome<()>
    where
        D: Domain<Value = V, Mask = bool>,
    {
        let domain = world.domain;
        let pointer = self.pointer(pointer, world)?;
        let value = self.value(value, world)?;
        let old = self.read(&pointer, world)?.clone();
        let compute = |op| binary(domain, op, &old, &value);
        let mut seen = old.clone();
        let new = match fun {
            AtomicFunction::Add => compute(BinaryOperator::Add)?,
            AtomicFunction::Subtract => compute(BinaryOperator::Subtract)?,
            AtomicFunction::And => compute(BinaryOperator::And)?,
            AtomicFunction::ExclusiveOr => compute(BinaryOperator::ExclusiveOr)?,
            AtomicFunction::InclusiveOr => compute(BinaryOperator::InclusiveOr)?,
            AtomicFunction::Min => least(domain, &old, &value)?,
            AtomicFunction::Max => greatest(domain, &old, &value)?,
            AtomicFunction::Exchange { compare: None } => value,
            AtomicFunction::Exchange {
                compare: Some(expected),
            } => {
                let expected = self.value(*expected, world)?;
                let equal = binary(domain, BinaryOperator::Equal, &old, &expected)?;
                seen = Value::Parts(vec![old.clone(), equal.clone()]);
                if equal.truth()? { value } else { old }
            }
        };
        *self.place(&pointer, world)? = new;
        result.map_or(Ok(()), |handle| self.set(handle, seen))
    }

    pub(super) fn pointer<D>(
        &self,
        handle: Handle<Expression>,
        world: &World<'m, D>,
    ) -> Outcome<Pointer>
    where
        D: Domain<Value = V, Mask = bool>,
    {
        match self.value(handle, world)? {
            Value::Pointer(pointer) => Ok(pointer),
            other => Err(format!("{other:?} is not a pointer")),
        }
    }

    /// What a pointer leads to.
    pub(super) fn read<'a, D: Domain<Value = V>>(
        &'a self,
        pointer: &Pointer,
        world: &'a World<'m, D>,
    ) -> Outcome<&'a Value<V>> {
        match pointer.root {
            Root::Global(_) => world.read(pointer),
            Root::Local { frame, variable } => {
                self.frames[frame].locals[variable].follow(&pointer.path)
            }
        }
    }

    /// What a pointer leads to, to be changed.
    fn place<'a, D: Domain<Value = V>>(
        &'a mut self,
        pointer: &Pointer,
        world: &'a mut World<'m, D>,
    ) -> Outcome<&'a mut Value<V>> {
        match pointer.root {
            Root::Global(_) => world.write(pointer),
            Root::Local { frame, variable } => {
                self.frames[frame].locals[variable].follow_mut(&pointer.path)
            }
        }
    }
}

/// Whether invocations wait for each other at the statement.
fn is_shared(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::ControlBarrier(_)
            | Statement::WorkGroupUniformLoad { .. }
            | Statement::SubgroupBallot { .. }
            | Statement::SubgroupGather { .. }
            | Statement::SubgroupCollectiveOperation { .. }
    )
}
