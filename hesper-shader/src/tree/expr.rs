//! Pure expressions.

use super::by_scalar::Literal;
use super::{Loc, Math, ParamId, Scalar, Type};

/// An expression of one function: index into [`Function::exprs`](super::Function::exprs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

impl ExprId {
    /// The position in the arena.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A typed, located expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where it was written.
    pub loc: Loc,
    /// The user's name for it, from a `let`.
    pub name: Option<String>,
}

/// What an expression computes.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A constant.
    Literal(Literal),
    /// Minus infinity, the identity of `max`: the mask value.
    NegInfinity,
    /// A by-value scalar parameter of the kernel.
    Uniform(ParamId),
    /// The logical number of elements of a storage parameter, `u32`.
    Length(ParamId),
    /// A value the device provides.
    BuiltinValue(BuiltinValue),
    /// A by-value argument of the enclosing helper function.
    Argument(u32),
    /// One operand, componentwise.
    Unary(UnaryOp, ExprId),
    /// Two operands, componentwise. Types are equal, but for shifts, whose right operand is `u32` of the same size.
    Binary(BinaryOp, ExprId, ExprId),
    /// A builtin function.
    Math(Math, Vec<ExprId>),
    /// `on_true` where `condition`, else `on_false`; both are already evaluated. The condition is a scalar `bool`.
    Select {
        /// The scalar condition.
        condition: ExprId,
        /// The value where it holds.
        on_true: ExprId,
        /// The value where it does not.
        on_false: ExprId,
    },
    /// Conversion of each component to the scalar of this expression's type, as Rust's `as`: float to integer truncates and
    /// saturates, `bool` gives 0 or 1, integers keep their bits. To `bool`: differs from zero.
    Convert(ExprId),
    /// A vector from as many scalars.
    Compose(Vec<ExprId>),
    /// A vector with all components equal to one scalar.
    Splat(ExprId),
    /// One component of a vector, by index.
    Component(ExprId, u8),
    /// What a statement yields: a load, an atomic, a subgroup's exchange, a call, or the counter of a counted loop.
    Result,
}

impl ExprKind {
    /// Whether the expression means the same everywhere in its function, so that it needs no [`Emit`](super::StmtKind::Emit).
    pub const fn is_ambient(&self) -> bool {
        use ExprKind::*;
        matches!(
            self,
            Literal(_) | NegInfinity | Uniform(_) | Length(_) | BuiltinValue(_) | Argument(_)
        )
    }

    /// Calls `f` for each operand, in evaluation order.
    pub fn for_each_operand(&self, mut f: impl FnMut(ExprId)) {
        use ExprKind::*;
        match self {
            Literal(_) | NegInfinity | Uniform(_) | Length(_) | BuiltinValue(_) | Argument(_)
            | Result => {}
            Unary(_, a) | Convert(a) | Splat(a) | Component(a, _) => f(*a),
            Binary(_, a, b) => [*a, *b].into_iter().for_each(f),
            Math(_, operands) | Compose(operands) => operands.iter().copied().for_each(f),
            Select {
                condition,
                on_true,
                on_false,
            } => [*condition, *on_true, *on_false].into_iter().for_each(f),
        }
    }
}

/// Values the device provides to each invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BuiltinValue {
    /// Position in the grid of invocations, `Vec3<u32>`.
    GlobalInvocationId,
    /// Position in the workgroup, `Vec3<u32>`.
    LocalInvocationId,
    /// Position in the workgroup, flattened, x fastest, `u32`.
    LocalInvocationIndex,
    /// Position of the workgroup in the dispatch, `Vec3<u32>`.
    WorkgroupId,
    /// Number of workgroups in the dispatch, `Vec3<u32>`.
    NumWorkgroups,
    /// Position of the workgroup in the dispatch, flattened, x fastest: `(z·ny + y)·nx + x`, `u32`.
    WorkgroupIndex,
    /// `workgroup_index · invocations per workgroup + local_invocation_index`, `u32`.
    GlobalIndex,
    /// Position in the subgroup, its lane, `u32`.
    SubgroupInvocationId,
    /// Lanes of a subgroup, also where not all of them hold an invocation, `u32`.
    SubgroupSize,
    /// Position of the subgroup in the workgroup, `u32`.
    SubgroupId,
    /// Number of subgroups in the workgroup, `u32`.
    NumSubgroups,
}

impl BuiltinValue {
    /// All of them, in alphabetical order of name.
    pub const ALL: [BuiltinValue; 11] = {
        use BuiltinValue::*;
        [
            GlobalIndex,
            GlobalInvocationId,
            LocalInvocationId,
            LocalInvocationIndex,
            NumSubgroups,
            NumWorkgroups,
            SubgroupId,
            SubgroupInvocationId,
            SubgroupSize,
            WorkgroupId,
            WorkgroupIndex,
        ]
    };

    /// The name of the function that yields it in kernel code.
    pub const fn name(self) -> &'static str {
        match self {
            BuiltinValue::GlobalInvocationId => "global_invocation_id",
            BuiltinValue::LocalInvocationId => "local_invocation_id",
            BuiltinValue::LocalInvocationIndex => "local_invocation_index",
            BuiltinValue::WorkgroupId => "workgroup_id",
            BuiltinValue::NumWorkgroups => "num_workgroups",
            BuiltinValue::WorkgroupIndex => "workgroup_index",
            BuiltinValue::GlobalIndex => "global_index",
            BuiltinValue::SubgroupInvocationId => "subgroup_invocation_id",
            BuiltinValue::SubgroupSize => "subgroup_size",
            BuiltinValue::SubgroupId => "subgroup_id",
            BuiltinValue::NumSubgroups => "num_subgroups",
        }
    }

    /// Its type.
    pub const fn ty(self) -> Type {
        use BuiltinValue::*;
        match self {
            GlobalInvocationId | LocalInvocationId | WorkgroupId | NumWorkgroups => {
                Type::vector(3, Scalar::U32)
            }
            LocalInvocationIndex | WorkgroupIndex | GlobalIndex | SubgroupInvocationId
            | SubgroupSize | SubgroupId | NumSubgroups => Type::U32,
        }
    }
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-x` on `f32` and `i32`.
    Negate,
    /// `!x`: logical on `bool`, bitwise on integers.
    Not,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`; wraps on integers, which the reference executor reports where it reaches an index.
    Add,
    /// `-`; wraps on integers as `+` does.
    Subtract,
    /// `*`; wraps on integers as `+` does.
    Multiply,
    /// `wrapping_add` of integers: meant to wrap.
    WrappingAdd,
    /// `wrapping_sub` of integers: meant to wrap.
    WrappingSubtract,
    /// `wrapping_mul` of integers: meant to wrap.
    WrappingMultiply,
    /// `/`; an integer divided by zero is itself, and `i32::MIN / -1` is `i32::MIN`, as in WGSL.
    Divide,
    /// `%`, sign of the left operand; an integer modulo zero is zero, as in WGSL.
    Remainder,
    /// `&` on integers and `bool` (both sides evaluated).
    And,
    /// `|` on integers and `bool` (both sides evaluated).
    Or,
    /// `^` on integers and `bool`.
    Xor,
    /// `<<` on integers, by the right operand modulo 32.
    ShiftLeft,
    /// `>>` on integers, by the right operand modulo 32; keeps the sign of `i32`.
    ShiftRight,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
}

impl BinaryOp {
    /// Whether the result is a truth value for each component.
    pub const fn is_comparison(self) -> bool {
        use BinaryOp::*;
        matches!(
            self,
            Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual
        )
    }

    /// The operator's text.
    pub const fn symbol(self) -> &'static str {
        use BinaryOp::*;
        match self {
            Add => "+",
            Subtract => "-",
            Multiply => "*",
            WrappingAdd => "+%",
            WrappingSubtract => "-%",
            WrappingMultiply => "*%",
            Divide => "/",
            Remainder => "%",
            And => "&",
            Or => "|",
            Xor => "^",
            ShiftLeft => "<<",
            ShiftRight => ">>",
            Equal => "==",
            NotEqual => "!=",
            Less => "<",
            LessEqual => "<=",
            Greater => ">",
            GreaterEqual => ">=",
        }
    }
}
