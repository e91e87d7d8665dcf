//! The kernel as data.
//!
//! A [`Tree`] is one kernel: its parameters, workgroup memory, helper functions and body. Each [`Function`] holds an
//! arena of typed, located expressions and a tree of statements. The rules, which [`verify`] checks:
//!
//! - **Expressions are pure.** Whatever reads or writes memory, synchronises or calls is a statement; what it yields is
//!   an [`ExprKind::Result`].
//! - **Every expression has one place where it is evaluated**: the [`StmtKind::Emit`] that names it, or the statement
//!   whose result it is. It may be used after that point, in the same block or in blocks inside it. Literals, uniforms, lengths, builtin
//!   values and arguments need no place ([`ExprKind::is_ambient`]): they mean the same everywhere.
//! - **Operands match exactly**: a scalar meets a vector only through [`ExprKind::Splat`].
//! - **Counted loops stay counted** ([`StmtKind::For`]): a trip count evaluated once, and a counter from 0.
//!
//! Everything else (text, naga module, execution) is a meaning given to this data by a module of its own.

mod branches;
mod builtin;
mod by_scalar;
mod display;
mod exchange;
mod expr;
pub(crate) mod facts;
pub mod intervals;
pub mod mutate;
mod problem;
mod seen;
mod shape;
mod stmt;
mod thresholds;
mod types;
pub mod uniformity;
pub mod verify;

pub use crate::domain::{Math, Signature};
pub(crate) use branches::Branches;
pub use branches::{Branch, BranchKind, BranchWay};
pub(crate) use by_scalar::each_scalar;
pub use by_scalar::{ByScalar, Literal, ScalarValue};
pub use exchange::{AtomicOp, AtomicUpdate, Combine, SubgroupOp};
pub use expr::{BinaryOp, BuiltinValue, Expr, ExprId, ExprKind, UnaryOp};
pub use problem::Problem;
pub(crate) use shape::scalars;
pub use shape::{Field, Leaf, Portion, Shape, Structure, Structured, Way};
pub use stmt::{Barrier, Block, Place, Root, Step, Stmt, StmtKind};
pub use types::{Scalar, Type};

use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;

/// Where in Rust source something was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loc(pub &'static Location<'static>);

impl Loc {
    /// The caller's location.
    #[track_caller]
    pub fn caller() -> Loc {
        Loc(Location::caller())
    }
}

impl fmt::Display for Loc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.0.file(), self.0.line(), self.0.column())
    }
}

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the list this handle points into.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

handles! {
    /// A kernel parameter, in declaration order: index into [`Tree::params`].
    ParamId
    /// A workgroup variable: index into [`Tree::workgroup`].
    WorkgroupId
    /// A helper function: index into [`Tree::functions`].
    FunctionId
    /// A mutable local: index into [`Function::locals`].
    LocalId
}

/// One kernel.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The kernel's name.
    pub name: String,
    /// Lines of its doc comment, without the leading space.
    pub docs: Vec<String>,
    /// Where it was written.
    pub loc: Loc,
    /// Invocations per workgroup in x, y and z; each at least 1.
    pub workgroup_size: [u32; 3],
    /// Why any order of its invocations is right, where that changes what it computes.
    pub any_order: Option<String>,
    /// Buffers and uniforms, in declaration order.
    pub params: Vec<Param>,
    /// Where some of them are bound; the others follow.
    pub bound_at: BoundAt,
    /// Buffers of structures and of arrays, whose parts are parameters.
    pub structured: Vec<Structured>,
    /// Variables shared by a workgroup, zero at its start.
    pub workgroup: Vec<WorkgroupVar>,
    /// Helper functions; a function calls only functions before it.
    pub functions: Vec<Function>,
    /// The kernel's own body: no arguments, no result.
    pub entry: Function,
}

impl Tree {
    /// Invocations in one workgroup.
    pub fn invocations(&self) -> u64 {
        let sizes = self.workgroup_size.iter().map(|n| u64::from(*n));
        sizes.fold(1, u64::saturating_mul)
    }

    /// The storage parameters with their handles, each part of a structured buffer alone.
    pub fn buffers(&self) -> impl Iterator<Item = (ParamId, &Param, Type, Access)> {
        self.params
            .iter()
            .enumerate()
            .filter_map(|(i, p)| match p.kind {
                ParamKind::Storage { element, access } => {
                    Some((ParamId(i as u32), p, element, access))
                }
                ParamKind::Uniform(_) => None,
            })
    }

    /// The leaf of a structured buffer that a parameter is, and the buffer.
    pub fn field(&self, param: ParamId) -> Option<(&Structured, &Leaf)> {
        let field = self.params.get(param.index())?.field?;
        let buffer = self.structured.get(field.buffer as usize)?;
        Some((buffer, buffer.leaves.get(field.leaf as usize)?))
    }

    /// What is bound as a buffer: each storage parameter that is one, and the first of each structured buffer.
    pub fn bindings(&self) -> impl Iterator<Item = (ParamId, &Param, Type, Access)> {
        self.buffers()
            .filter(|(_, param, ..)| param.field.is_none_or(|field| field.leaf == 0))
    }

    /// For each of the [bindings](Tree::bindings), the parameter whose length is the buffer's.
    pub fn counted(&self) -> impl Iterator<Item = ParamId> {
        self.bindings().map(|(id, ..)| {
            let structured = self.field(id);
            structured.map_or(id, |(buffer, _)| buffer.counted())
        })
    }

    /// All functions, helpers first, the kernel's own body last.
    pub fn all_functions(&self) -> impl Iterator<Item = &Function> {
        self.functions.iter().chain([&self.entry])
    }
}

/// Where a kernel says that its parameters are bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BoundAt {
    /// Buffers; of a structured one the first part.
    pub buffers: BTreeMap<ParamId, BindingNumber>,
    /// What is by value.
    pub uniforms: Option<BindingNumber>,
}

/// A binding of a pipeline: `@group(1) @binding(2)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingNumber {
    /// The bind group.
    pub group: u32,
    /// The number in it.
    pub binding: u32,
}

impl fmt::Display for BindingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BindingNumber { group, binding } = self;
        write!(f, "@group({group}) @binding({binding})")
    }
}

/// A kernel parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// The user's name.
    pub name: String,
    /// Where it was declared.
    pub loc: Loc,
    /// What it binds.
    pub kind: ParamKind,
    /// Of a buffer, why any order of accesses to it is right, where that changes what it holds.
    pub any_order: Option<String>,
    /// Of a part of a buffer whose elements have several.
    pub field: Option<Field>,
}

/// What a kernel parameter binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// A storage buffer of elements, `&[T]` or `&mut [T]`; its length is known at dispatch.
    Storage {
        /// Type of one element; never of `bool`.
        element: Type,
        /// Whether the kernel may write it.
        access: Access,
    },
    /// A scalar that is the same for all invocations of a dispatch.
    Uniform(Scalar),
}

impl ParamKind {
    /// Whether a kernel may write what the parameter binds.
    pub const fn writes(self) -> bool {
        match self {
            ParamKind::Storage { access, .. } => access.writes(),
            ParamKind::Uniform(_) => false,
        }
    }
}

/// Access mode of a storage buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// `&[T]`.
    Read,
    /// `&mut [T]`.
    ReadWrite,
    /// `&mut [Atomic<T>]`, of `u32`, `i32` or `f32`: read and written by atomic statements alone.
    Atomic,
}

impl Access {
    /// Whether a kernel may write the buffer.
    pub const fn writes(self) -> bool {
        match self {
            Access::Read => false,
            Access::ReadWrite | Access::Atomic => true,
        }
    }
}

/// A variable in workgroup memory.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkgroupVar {
    /// The user's name.
    pub name: String,
    /// Where it was declared.
    pub loc: Loc,
    /// Type of one element.
    pub element: Type,
    /// Lengths of the array dimensions, outermost first; empty for a single value.
    pub dims: Vec<u32>,
    /// Whether the elements, `i32` or `u32`, are read and written by atomic statements alone.
    pub atomic: bool,
}

impl WorkgroupVar {
    /// Number of elements over all dimensions.
    pub fn count(&self) -> u64 {
        let lengths = self.dims.iter().map(|d| u64::from(*d));
        lengths.fold(1, u64::saturating_mul)
    }
}

/// A mutable local variable of one invocation; storage for the whole function, zero until a store gives it a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// The user's name, or one made by the recorder.
    pub name: String,
    /// Where it was declared.
    pub loc: Loc,
    /// Its type, or that of its elements.
    pub ty: Type,
    /// Lengths of the array dimensions, outermost first; empty for a single value.
    pub dims: Vec<u32>,
}

impl Local {
    /// Number of elements over all dimensions.
    pub fn count(&self) -> u64 {
        let lengths = self.dims.iter().map(|d| u64::from(*d));
        lengths.fold(1, u64::saturating_mul)
    }
}

/// A helper function or the kernel's body.
#[derive(Clone, Debug)]
pub struct Function {
    /// The user's name; the kernel's for its body.
    pub name: String,
    /// Where it was written.
    pub loc: Loc,
    /// Names and types of by-value arguments.
    pub arguments: Vec<(String, Type)>,
    /// Type of the result, if any.
    pub result: Option<Type>,
    /// All expressions, operands before what uses them.
    pub exprs: Vec<Expr>,
    /// Mutable locals.
    pub locals: Vec<Local>,
    /// The statements.
    pub body: Block,
}

impl Function {
    /// The expression behind a handle, if there is one.
    pub fn get(&self, id: ExprId) -> Option<&Expr> {
        self.exprs.get(id.index())
    }
}

impl std::ops::Index<ExprId> for Function {
    type Output = Expr;

    /// The expression behind a handle of this function; a verified tree holds no others.
    fn index(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }
}
