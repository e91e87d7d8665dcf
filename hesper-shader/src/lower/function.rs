//! One function: its scope, and how expressions get into naga's arena.
//!
//! naga evaluates an expression where an `Emit` statement names it. Lowering emits each expression at the tree's own
//! emit, so that evaluation order in the module is that of the tree.

use std::collections::BTreeMap;

use naga::{Expression, Handle, Range, Span, Statement};

use super::globals::Globals;
use super::spans::Spans;
use super::{Edges, LowerError, types};
use crate::tree::{self, BuiltinValue, Expr, ExprId, Loc, Tree, Type};

/// Texts nest a single-use expression into its user. Browsers and naga's own parser give up between 100 and 200 levels,
/// so deeper ones get a name.
const MAX_TEXT_DEPTH: u32 = 30;

/// A tree expression in naga's arena.
#[derive(Clone, Copy)]
pub(super) struct Value {
    pub(super) handle: Handle<Expression>,
    /// Whether WGSL may evaluate it when it compiles the shader.
    pub(super) constant: bool,
    /// Levels of nesting in a text.
    pub(super) depth: u32,
}

/// A lowered helper function.
pub(super) struct Helper {
    pub(super) handle: Handle<naga::Function>,
    /// Builtin values it takes after its own arguments.
    pub(super) builtins: Vec<BuiltinValue>,
    pub(super) has_result: bool,
}

/// What the functions of a module share while they are lowered.
pub(super) struct Shared<'t> {
    pub(super) tree: &'t Tree,
    pub(super) edges: Edges,
    pub(super) types: &'t mut naga::UniqueArena<naga::Type>,
    pub(super) globals: &'t Globals,
    pub(super) spans: &'t mut Spans,
    pub(super) helpers: &'t [Helper],
}

/// A function being lowered.
pub(super) struct FunctionLowering<'s, 't> {
    pub(super) shared: &'s mut Shared<'t>,
    pub(super) source: &'t tree::Function,
    pub(super) out: naga::Function,
    /// The block that statements go to.
    pub(super) block: naga::Block,
    /// By tree expression: its value where it is in scope.
    values: Vec<Option<Value>>,
    /// What came into scope since the function began, to be taken out again where a block ends.
    scope: Vec<ExprId>,
    /// Open blocks.
    pub(super) nesting: u32,
    pub(super) locals: Vec<Handle<naga::LocalVariable>>,
    pub(super) builtins: BTreeMap<BuiltinValue, Handle<Expression>>,
}

impl<'s, 't> FunctionLowering<'s, 't> {
    /// A function with its arguments and locals declared and nothing else.
    pub(super) fn new(
        shared: &'s mut Shared<'t>,
        source: &'t tree::Function,
    ) -> Result<Self, LowerError> {
        let mut this = FunctionLowering {
            shared,
            source,
            out: naga::Function {
                name: Some(source.name.clone()),
                ..Default::default()
            },
            block: naga::Block::new(),
            values: vec![None; source.exprs.len()],
            scope: Vec::new(),
            nesting: 0,
            locals: Vec::new(),
            builtins: BTreeMap::new(),
        };
        this.out.result = source.result.map(|ty| naga::FunctionResult {
            ty: types::value(this.shared.types, ty),
            binding: None,
        });
        for (name, ty) in &source.arguments {
            let name = this.shared.globals.local_name(name, "arg");
            this.argument(name, *ty, None);
        }
        for local in &source.locals {
            let name = local.name.replace('.', "_");
            let name = this.shared.globals.local_name(&name, "local");
            let handle = match local.dims.is_empty() {
                true => this.local(name, local.ty, local.loc),
                false => this.local_array(name, local)?,
            };
            this.locals.push(handle);
        }
        Ok(this)
    }

    /// Adds an argument.
    pub(super) fn argument(
        &mut self,
        name: String,
        ty: Type,
        binding: Option<naga::Binding>,
    ) -> Handle<Expression> {
        let index = self.out.arguments.len() as u32;
        self.out.arguments.push(naga::FunctionArgument {
            name: Some(name),
            ty: types::value(self.shared.types, ty),
            binding,
        });
        self.append(Expression::FunctionArgument(index), self.source.loc)
    }

    /// Adds a local variable without a value.
    pub(super) fn local(
        &mut self,
        name: String,
        ty: Type,
        loc: Loc,
    ) -> Handle<naga::LocalVariable> {
        let ty = types::value(self.shared.types, ty);
        self.variable(name, ty, loc)
    }

    fn local_array(
        &mut self,
        name: String,
        local: &tree::Local,
    ) -> Result<Handle<naga::LocalVariable>, LowerError> {
        let ty = types::nested_array(self.shared.types, local.ty, false, &local.dims);
        let ty = ty.ok_or_else(|| LowerError::ArraySize {
            kernel: self.shared.tree.name.clone(),
            loc: local.loc,
            name: local.name.clone(),
            dims: local.dims.clone(),
        })?;
        Ok(self.variable(name, ty, local.loc))
    }

    fn variable(
        &mut self,
        name: String,
        ty: Handle<naga::Type>,
        loc: Loc,
    ) -> Handle<naga::LocalVariable> {
        let variable = naga::LocalVariable {
            name: Some(name),
            ty,
            init: None,
        };
        let span = self.span(loc);
        self.out.local_variables.append(variable, span)
    }

    /// Adds an expression that is not emitted: one that means the same everywhere.
    pub(super) fn append(&mut self, expression: Expression, loc: Loc) -> Handle<Expression> {
        let span = self.span(loc);
        self.out.expressions.append(expression, span)
    }

    /// Adds an expression and evaluates it here.
    pub(super) fn emit(&mut self, expression: Expression, loc: Loc) -> Handle<Expression> {
        let handle = self.append(expression, loc);
        let span = self.span(loc);
        let range = Range::new_from_bounds(handle, handle);
        self.block.push(Statement::Emit(range), span);
        handle
    }

    /// Gives an emitted expression a name in texts.
    pub(super) fn name(&mut self, handle: Handle<Expression>, name: impl Into<String>) {
        self.out.named_expressions.insert(handle, name.into());
    }

    /// A literal `u32`.
    pub(super) fn u32(&mut self, value: u32, loc: Loc) -> Handle<Expression> {
        self.append(Expression::Literal(naga::Literal::U32(value)), loc)
    }

    /// Brings a value of the tree into scope until the block ends.
    pub(super) fn define(&mut self, id: ExprId, value: Value) -> Result<(), LowerError> {
        let Some(slot) = self.values.get_mut(id.index()) else {
            return Err(self.internal(self.source.loc, format!("no expression {id:?}")));
        };
        *slot = Some(value);
        self.scope.push(id);
        Ok(())
    }

    /// Brings an emitted value into scope, under the user's name for it. Where it has none and its text nests too deep,
    /// it gets one.
    pub(super) fn define_emitted(
        &mut self,
        id: ExprId,
        mut value: Value,
    ) -> Result<(), LowerError> {
        let user_name = self.source.get(id).and_then(|e| e.name.as_deref());
        let deep = value.depth >= MAX_TEXT_DEPTH;
        if let Some(name) = user_name.or(deep.then_some("part")) {
            self.out
                .named_expressions
                .insert(value.handle, name.to_string());
            value.depth = 0;
        }
        self.define(id, value)
    }

    /// The expression behind a handle of the tree.
    pub(super) fn expr(&self, id: ExprId, loc: Loc) -> Result<&'t Expr, LowerError> {
        self.source
            .get(id)
            .ok_or_else(|| self.internal(loc, format!("no expression {id:?}")))
    }

    /// A value in scope.
    pub(super) fn value(&self, id: ExprId, loc: Loc) -> Result<Value, LowerError> {
        let value = self.values.get(id.index()).copied().flatten();
        value.ok_or_else(|| self.internal(loc, format!("{id:?} is used out of its scope")))
    }

    /// A value in scope, as naga's handle.
    pub(super) fn handle(&self, id: ExprId, loc: Loc) -> Result<Handle<Expression>, LowerError> {
        Ok(self.value(id, loc)?.handle)
    }

    /// Runs `f` on a new block, with a scope of its own, and returns the block.
    pub(super) fn scoped(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<(), LowerError>,
    ) -> Result<naga::Block, LowerError> {
        let outside = std::mem::take(&mut self.block);
        let scope = self.scope.len();
        f(self)?;
        for id in self.scope.drain(scope..) {
            if let Some(slot) = self.values.get_mut(id.index()) {
                *slot = None;
            }
        }
        Ok(std::mem::replace(&mut self.block, outside))
    }

    /// The error of a tree that breaks a rule.
    pub(super) fn internal(&self, loc: Loc, what: impl Into<String>) -> LowerError {
        LowerError::Internal {
            kernel: self.shared.tree.name.clone(),
            loc,
            what: what.into(),
        }
    }

    pub(super) fn span(&mut self, loc: Loc) -> Span {
        self.shared.spans.of(loc)
    }
}
