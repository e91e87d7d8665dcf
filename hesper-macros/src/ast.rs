//! Kernel code after checking: names are resolved, and only what can be expanded has a form here.
//!
//! The one exception is `Broken`, which stands where an error was reported; a function that holds one is never expanded.

use proc_macro2::{Ident, Span, TokenStream};
use syn::spanned::Spanned;
use syn::{
    Attribute, BinOp, ConstParam, Index, LitBool, LitInt, LitStr, Path, Token, UnOp, Visibility,
    token,
};

/// An item of `shader!`.
pub(crate) enum Item {
    Kernel(Kernel),
    Helper(Helper),
    Structure(Structure),
    /// Kept as it was written: a `const`, or a refused item that other code may name.
    Verbatim(TokenStream),
}

/// What kernels and helpers share.
pub(crate) struct Function {
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub name: Ident,
    /// Type parameters, each of them `f32` or `f16`.
    pub types: Vec<Ident>,
    pub consts: Vec<ConstParam>,
    pub params: Vec<Param>,
    pub body: Block,
    /// Whether it can be expanded; else a stub with the same signature takes its place.
    pub valid: bool,
}

/// A function with `#[workgroup_size(..)]`.
pub(crate) struct Kernel {
    pub function: Function,
    /// Host expressions for x, y and z, as far as given.
    pub size: Vec<syn::Expr>,
    /// What it is built with.
    pub comptime: Vec<Comptime>,
    /// The reason of `#[any_order("..")]`.
    pub any_order: Option<LitStr>,
    /// Where `#[uniforms(group, binding)]` binds what is by value.
    pub uniforms: Option<Numbers>,
}

/// A group and a binding, as host expressions.
pub(crate) struct Numbers {
    pub group: syn::Expr,
    pub binding: syn::Expr,
}

/// A parameter that is given when the kernel is built.
pub(crate) enum Comptime {
    /// `#[comptime] c: T`
    Value(Ident, syn::Type),
    /// `f: impl Fn(A) -> B`
    Function(Ident, Signature),
}

/// The `Fn(A) -> B` of a parameter.
pub(crate) struct Signature {
    pub span: Span,
    pub inputs: Vec<Ty>,
    pub output: Option<Ty>,
}

/// `struct S { .. }`
pub(crate) struct Structure {
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub name: Ident,
    pub fields: Vec<Field>,
    /// Whether an atomic is in it, so that it is memory and no value.
    pub atomic: bool,
    /// Whether it can be expanded; else the host's declaration alone stays.
    pub valid: bool,
}

impl Structure {
    /// The element of the array of runtime length that it ends in.
    pub(crate) fn tail(&self) -> Option<&Ty> {
        match self.fields.last().map(|field| &field.ty) {
            Some(Ty::Tail(_, element)) => Some(element),
            _ => None,
        }
    }
}

/// A field of a structure.
pub(crate) struct Field {
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub name: Ident,
    pub ty: Ty,
    /// Whether its type is declared elsewhere, or has such a field: rustc alone knows whether that is a value.
    pub unsure: bool,
}

/// A function that kernels call.
pub(crate) struct Helper {
    pub function: Function,
    pub result: Option<Ty>,
}

/// A parameter that the device sees.
pub(crate) struct Param {
    pub docs: Vec<Attribute>,
    pub name: Ident,
    pub kind: ParamKind,
    pub ty: Ty,
    /// The length of an array.
    pub length: Option<Length>,
    /// Of a function.
    pub signature: Option<Signature>,
    /// The reason of `#[any_order("..")]`.
    pub any_order: Option<LitStr>,
    /// Where `#[binding(group, binding)]` binds it.
    pub binding: Option<Numbers>,
}

/// The length of an array as written.
#[derive(Clone)]
pub(crate) struct Length {
    pub value: syn::Expr,
    /// Whether a type can hold it; what is computed from generic constants, or given when the kernel is built, it cannot.
    pub is_constant: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParamKind {
    Read,
    Write,
    Value,
    /// `mut n: T`.
    MutValue,
    /// `&mut [T; N]`
    Array,
    /// `&[T; N]`
    ReadArray,
    /// `&mut T`, in a kernel a buffer of one element.
    Place,
    /// `&T` of a kernel, the same to be read.
    ReadPlace,
    /// `impl Fn(A) -> B`
    Function,
}

/// A type as written.
pub(crate) enum Ty {
    /// `f32`, `i32`, `u32` or `bool`.
    Scalar(Ident),
    /// `f16`, which is no type of stable Rust.
    Half(Ident),
    /// A type parameter of the function.
    Generic(Ident),
    /// `Vec2`, `Vec3` or `Vec4` and what it holds.
    Vector(Ident, Box<Ty>),
    /// `Mat3`, `Mat2x4` and what it holds.
    Matrix(Ident, Box<Ty>),
    /// `Atomic` and what it holds: a type of memory.
    Atomic(Ident, Box<Ty>),
    /// `(A, B)`, of values that are together while a kernel is recorded.
    Tuple(token::Paren, Vec<Ty>),
    /// `[T; N]`
    Array(token::Bracket, Box<Ty>, syn::Expr),
    /// `[T]`, which a structure ends in.
    Tail(token::Bracket, Box<Ty>),
    /// Left to rustc.
    Other(syn::Type),
    Broken,
}

impl Ty {
    /// What an array's elements are, and those's; else the type itself.
    pub(crate) fn innermost(&self) -> &Ty {
        match self {
            Ty::Array(_, element, _) => element.innermost(),
            ty => ty,
        }
    }

    /// Whether the type parameter stands in it.
    pub(crate) fn names(&self, parameter: &Ident) -> bool {
        match self {
            Ty::Generic(name) => name == parameter,
            Ty::Vector(_, inner) | Ty::Matrix(_, inner) | Ty::Atomic(_, inner) => {
                inner.names(parameter)
            }
            Ty::Array(_, element, _) | Ty::Tail(_, element) => element.names(parameter),
            Ty::Tuple(_, parts) => parts.iter().any(|part| part.names(parameter)),
            Ty::Scalar(_) | Ty::Half(_) | Ty::Other(_) | Ty::Broken => false,
        }
    }
}

/// `{ stmts tail }`.
pub(crate) struct Block {
    pub brace: token::Brace,
    pub stmts: Vec<Stmt>,
    /// The block's value, where one is wanted.
    pub tail: Option<Box<Expr>>,
}

pub(crate) enum Stmt {
    Let {
        attrs: Vec<Attribute>,
        /// `None` for `_`.
        name: Option<Ident>,
        mutable: bool,
        ty: Option<Ty>,
        value: Expr,
        eq: Token![=],
    },
    /// A value evaluated once, under a name of the macro's own.
    Fix {
        name: Ident,
        value: Expr,
    },
    /// `let (a, mut b) = value;`
    Parts {
        attrs: Vec<Attribute>,
        pattern: Pattern,
        ty: Option<Ty>,
        value: Expr,
        eq: Token![=],
    },
    /// `let mut name: [ty; length] = array;`
    Array {
        attrs: Vec<Attribute>,
        name: Ident,
        ty: Option<(Ty, syn::Expr)>,
        array: Array,
    },
    /// `log!(..)`; the pieces of text around the values.
    Log {
        span: Span,
        text: Vec<String>,
        values: Vec<Expr>,
    },
    /// `assert!(condition, ..)`; the text with its values is told where it fails.
    Assert {
        span: Span,
        condition: Expr,
        text: Vec<String>,
        values: Vec<Expr>,
    },
    Workgroup {
        name: Ident,
        element: Ty,
        /// Lengths as the type nests them, outermost first.
        lengths: Vec<Length>,
    },
    Store {
        place: Place,
        eq: Span,
        value: Expr,
    },
    /// `place op= value`; `op` is the plain operator under the span of the compound one.
    Update {
        place: Place,
        op: BinOp,
        value: Expr,
    },
    /// For its effect; a value is dropped.
    Effect(Expr),
    If(If),
    For {
        span: Span,
        name: Option<Ident>,
        range: Range,
        exit: Exit,
        body: Block,
    },
    /// A `for` whose body is recorded once for each value; the range is the host's.
    Unroll {
        span: Span,
        name: Option<Ident>,
        range: syn::Expr,
        exit: Exit,
        body: Block,
    },
    While {
        span: Span,
        condition: Expr,
        exit: Exit,
        body: Block,
    },
    Loop(Loop),
    Block(Block),
    Labelled(Labelled),
    Break {
        span: Span,
        to: Jump,
        value: Option<Expr>,
    },
    Continue {
        span: Span,
        to: Jump,
    },
    Return {
        span: Span,
        value: Option<Expr>,
    },
    /// An item inside a body, as it was written.
    Item(TokenStream),
}

/// What a `let` takes apart.
pub(crate) enum Pattern {
    Name {
        name: Ident,
        mutable: bool,
    },
    Wild(Token![_]),
    Tuple(token::Paren, Vec<Pattern>),
    /// `S { a, b: pattern, .. }`; the number tells it from others in its function.
    Structure {
        path: Path,
        fields: Vec<(Ident, Pattern)>,
        rest: Option<Token![..]>,
        number: usize,
    },
}

/// How a loop or a labelled block is left from inside.
#[derive(Clone, Copy)]
pub(crate) struct Exit {
    /// Its number, which no other of the function has.
    pub number: usize,
    /// Whether something leaves or repeats it from inside of another loop or block.
    pub named: bool,
    /// Whether a `break` leaves it.
    pub left: bool,
    /// Whether a `continue` ends a round of an unrolled one.
    pub repeated: bool,
}

/// What a `break` leaves or a `continue` repeats.
#[derive(Clone, Copy)]
pub(crate) struct Jump {
    pub number: usize,
    /// Whether it is the innermost loop, which needs no name.
    pub innermost: bool,
    /// Whether it is unrolled.
    pub unrolled: bool,
}

/// `loop { .. }`
pub(crate) struct Loop {
    pub span: Span,
    pub exit: Exit,
    pub body: Block,
}

/// `'label: { .. }`
pub(crate) struct Labelled {
    pub span: Span,
    pub exit: Exit,
    pub body: Block,
}

/// A local array's first elements.
pub(crate) enum Array {
    /// `[value; length]`, the length a host expression.
    Repeat(Expr, syn::Expr),
    List(Vec<Expr>),
}

pub(crate) struct If {
    pub span: Span,
    pub condition: Expr,
    pub accept: Block,
    pub reject: Option<Block>,
}

/// What a `for` runs over: `start..end` and the methods called on it.
pub(crate) struct Range {
    pub span: Span,
    pub start: Expr,
    pub end: Expr,
    pub inclusive: bool,
    pub methods: Vec<(Ident, Vec<Expr>)>,
}

pub(crate) enum Expr {
    Int {
        minus: Option<Token![-]>,
        literal: LitInt,
    },
    Float {
        text: String,
        /// `1.0f16`.
        half: bool,
        span: Span,
    },
    Bool(LitBool),
    /// A value, or a buffer passed on whole.
    Name(Ident),
    /// The content of a place.
    Read(Place),
    /// `TABLE[index]` of the host's table.
    Table {
        span: Span,
        table: TokenStream,
        name: String,
        index: Box<Expr>,
    },
    /// A host expression.
    Lift {
        span: Span,
        host: TokenStream,
    },
    Paren(token::Paren, Box<Expr>),
    Unary(UnOp, Box<Expr>),
    Binary(Box<Expr>, BinOp, Box<Expr>),
    Compare {
        left: Box<Expr>,
        method: Ident,
        right: Box<Expr>,
    },
    /// `&&` and `||`.
    Logic {
        left: Box<Expr>,
        and: bool,
        span: Span,
        right: Box<Expr>,
    },
    Cast {
        value: Box<Expr>,
        span: Span,
        ty: Ty,
    },
    Tuple(token::Paren, Vec<Expr>),
    /// `t.0`
    Part(Box<Expr>, Index),
    Component(Box<Expr>, Ident),
    /// A field of a structure.
    Field(Box<Expr>, Ident),
    /// `S { a: x, ..base }`
    Structure {
        path: Path,
        fields: Vec<(Ident, Expr)>,
        base: Option<Box<Expr>>,
    },
    /// `[a, b]` and `[a; N]`
    Array(token::Bracket, Box<Array>),
    /// `value[index]`
    Index {
        value: Box<Expr>,
        index: Box<Expr>,
        span: Span,
    },
    /// Component names in x, y, z, w.
    Swizzle(Box<Expr>, Vec<Ident>),
    Method {
        receiver: Box<Expr>,
        name: Ident,
        types: Vec<Ty>,
        args: Vec<Expr>,
    },
    /// A method of an atomic place.
    Atomic(Place, Ident, Vec<Expr>),
    /// `x.powi(n)` with its host exponent.
    Powi(Box<Expr>, Ident, syn::Expr),
    /// A method of the recorder.
    Recorder(Ident, Vec<Expr>),
    /// A function of `builtins`.
    Builtin(Ident, Vec<Expr>),
    /// `&mut place`, and a row of an array: handed to a helper.
    Lend(Place),
    /// A helper that is handed to another.
    Function(Path),
    /// A function that is handed to a helper.
    Closure {
        span: Span,
        params: Vec<(Ident, Option<Ty>)>,
        body: Box<Expr>,
    },
    /// An argument that stays a host expression.
    Host(syn::Expr),
    /// `workgroup_uniform_load(place)`.
    UniformLoad(Ident, Place),
    /// A helper.
    Call(Path, Vec<Expr>),
    If(Box<If>),
    Block(Block),
    Loop(Box<Loop>),
    Labelled(Box<Labelled>),
    Broken,
}

/// Something that can be read and, where it is writable, stored to.
pub(crate) enum Place {
    Name(Ident),
    At(Box<Place>, token::Bracket, Box<Expr>),
    Component(Box<Place>, Ident),
    Field(Box<Place>, Ident),
}

impl Expr {
    /// Where it starts.
    pub(crate) fn span(&self) -> Span {
        match self {
            Expr::Int { literal, .. } => literal.span(),
            Expr::Bool(literal) => literal.span(),
            Expr::Float { span, .. } | Expr::Lift { span, .. } | Expr::Table { span, .. } => *span,
            Expr::Name(name)
            | Expr::Recorder(name, _)
            | Expr::Builtin(name, _)
            | Expr::UniformLoad(name, _) => name.span(),
            Expr::Host(host) => host.span(),
            Expr::Read(place) | Expr::Lend(place) | Expr::Atomic(place, ..) => place.span(),
            Expr::Paren(paren, _) | Expr::Tuple(paren, _) => paren.span.open(),
            Expr::Unary(op, _) => op.span(),
            Expr::Binary(first, ..)
            | Expr::Compare { left: first, .. }
            | Expr::Logic { left: first, .. }
            | Expr::Cast { value: first, .. }
            | Expr::Part(first, _)
            | Expr::Component(first, _)
            | Expr::Field(first, _)
            | Expr::Index { value: first, .. }
            | Expr::Swizzle(first, _)
            | Expr::Method {
                receiver: first, ..
            }
            | Expr::Powi(first, ..) => first.span(),
            Expr::Call(path, _) | Expr::Function(path) => path.span(),
            Expr::Structure { path, .. } => path.span(),
            Expr::Array(bracket, _) => bracket.span.open(),
            Expr::Closure { span, .. } => *span,
            Expr::If(branch) => branch.span,
            Expr::Block(block) => block.brace.span.open(),
            Expr::Loop(e) => e.span,
            Expr::Labelled(e) => e.span,
            Expr::Broken => Span::call_site(),
        }
    }
}

impl Place {
    /// Where it starts.
    pub(crate) fn span(&self) -> Span {
        match self {
            Place::Name(name) => name.span(),
            Place::At(base, ..) | Place::Component(base, _) | Place::Field(base, _) => base.span(),
        }
    }
}

impl Block {
    /// Makes this the block's value, or its last statement where it leaves and has none.
    pub(crate) fn end(&mut self, e: Expr) {
        match e {
            Expr::If(branch) if branch.leaves() => self.stmts.push(Stmt::If(*branch)),
            Expr::Loop(e) if e.leaves() => self.stmts.push(Stmt::Loop(*e)),
            Expr::Labelled(e) if e.leaves() => self.stmts.push(Stmt::Labelled(*e)),
            e => self.tail = Some(Box::new(e)),
        }
    }

    /// Whether control never reaches the block's end.
    pub(crate) fn leaves(&self) -> bool {
        self.stmts.last().is_some_and(Stmt::leaves)
    }
}

impl Stmt {
    /// Whether control never reaches what follows.
    pub(crate) fn leaves(&self) -> bool {
        match self {
            Stmt::Break { .. } | Stmt::Continue { .. } | Stmt::Return { .. } => true,
            Stmt::Block(block) => block.leaves(),
            Stmt::Labelled(block) => block.leaves(),
            Stmt::Loop(e) => e.leaves(),
            Stmt::If(branch) => branch.leaves(),
            Stmt::Let { .. }
            | Stmt::Fix { .. }
            | Stmt::Parts { .. }
            | Stmt::Array { .. }
            | Stmt::Log { .. }
            | Stmt::Assert { .. }
            | Stmt::Workgroup { .. }
            | Stmt::Store { .. }
            | Stmt::Update { .. }
            | Stmt::Effect(_)
            | Stmt::For { .. }
            | Stmt::Unroll { .. }
            | Stmt::While { .. }
            | Stmt::Item(_) => false,
        }
    }
}

impl Loop {
    /// Whether control never reaches what follows.
    pub(crate) fn leaves(&self) -> bool {
        !self.exit.left
    }
}

impl Labelled {
    /// Whether control never reaches what follows.
    pub(crate) fn leaves(&self) -> bool {
        !self.exit.left && self.body.leaves()
    }
}

impl If {
    /// Whether both arms leave.
    pub(crate) fn leaves(&self) -> bool {
        self.accept.leaves() && self.reject.as_ref().is_some_and(Block::leaves)
    }
}
