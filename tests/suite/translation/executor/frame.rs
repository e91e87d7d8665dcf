//! A function that is being run: where it stands, its locals and the values of its expressions.

use super::Outcome;
use super::memory::World;
use super::values::{Value, zero};
use hesper_shader::domain::Domain;
use naga::{Block, Expression, Function, Handle, Statement};

/// A call.
pub(super) struct Frame<'m, V> {
    pub(super) function: &'m Function,
    pub(super) arguments: Vec<Value<V>>,
    /// By handle.
    pub(super) locals: Vec<Value<V>>,
    /// By expression: its value where it was last evaluated.
    pub(super) values: Vec<Option<Value<V>>>,
    /// The open blocks, outermost first; none when the function has ended.
    pub(super) positions: Vec<Position<'m>>,
    /// The caller's expression for what the function returns.
    pub(super) result: Option<Handle<Expression>>,
}

/// A block and how far it was run.
pub(super) struct Position<'m> {
    pub(super) statements: &'m [Statement],
    pub(super) next: usize,
    pub(super) kind: Kind<'m>,
}

/// What a block is part of.
#[derive(Clone, Copy)]
pub(super) enum Kind<'m> {
    /// A function, or an arm of a branch; a number tells arms of one branch apart.
    Arm(u64),
    /// A loop's body in this round.
    Body(Loop<'m>, u64),
    /// What stands after the body.
    Continuing(Loop<'m>, u64),
}

/// The parts of a loop.
#[derive(Clone, Copy)]
pub(super) struct Loop<'m> {
    pub(super) body: &'m Block,
    pub(super) continuing: &'m Block,
    pub(super) break_if: Option<Handle<Expression>>,
}

impl<'m, V: Copy + std::fmt::Debug> Frame<'m, V> {
    /// A call that begins.
    pub(super) fn new<D: Domain<Value = V>>(
        world: &World<'m, D>,
        function: &'m Function,
        arguments: Vec<Value<V>>,
        result: Option<Handle<Expression>>,
    ) -> Outcome<Frame<'m, V>> {
        let locals = function
            .local_variables
            .iter()
            .map(|(_, local)| match local.init {
                Some(init) => world.constant(&function.expressions, init),
                None => zero(world.domain, world.module, local.ty),
            });
        let mut frame = Frame {
            function,
            arguments,
            locals: locals.collect::<Outcome<_>>()?,
            values: vec![None; function.expressions.len()],
            positions: Vec::new(),
            result,
        };
        frame.enter(&function.body, Kind::Arm(0));
        Ok(frame)
    }

    /// Goes into a block.
    pub(super) fn enter(&mut self, block: &'m Block, kind: Kind<'m>) {
        self.positions.push(Position {
            statements: block,
            next: 0,
            kind,
        });
    }

    /// Leaves the innermost loop.
    pub(super) fn break_loop(&mut self) -> Outcome<()> {
        while let Some(position) = self.positions.pop() {
            if !matches!(position.kind, Kind::Arm(_)) {
                return Ok(());
            }
        }
        Err("`break` outside a loop".to_string())
    }

    /// Goes to the end of the innermost loop's body.
    pub(super) fn continue_loop(&mut self) -> Outcome<()> {
        while let Some(position) = self.positions.pop() {
            if let Kind::Body(parts, round) = position.kind {
                self.enter(parts.continuing, Kind::Continuing(parts, round));
                return Ok(());
            }
        }
        Err("`continue` outside a loop".to_string())
    }

    pub(super) fn set(&mut self, handle: Handle<Expression>, value: Value<V>) {
        self.values[handle.index()] = Some(value);
    }

    /// Where it stands: of two invocations in one function, the one that others may yet catch up with has the greater.
    pub(super) fn path(&self) -> impl Iterator<Item = u64> {
        self.positions.iter().flat_map(|position| {
            let part = match position.kind {
                Kind::Arm(arm) => arm,
                Kind::Body(_, round) => 2 * round,
                Kind::Continuing(_, round) => 2 * round + 1,
            };
            [part, position.next as u64]
        })
    }
}
