//! Trees built by hand: anything at all, also what a recorder would refuse.

use hesper_shader::Number;
use hesper_shader::tree::*;

pub(crate) use hesper_shader::tree::{Scalar, Type};

/// A kernel in the making.
pub(crate) struct Kernel {
    pub(crate) tree: Tree,
}

impl Kernel {
    #[track_caller]
    pub(crate) fn new(name: &str) -> Kernel {
        let loc = Loc::caller();
        Kernel {
            tree: Tree {
                name: name.into(),
                docs: Vec::new(),
                loc,
                workgroup_size: [64, 1, 1],
                any_order: None,
                bound_at: Default::default(),
                params: Vec::new(),
                structured: Vec::new(),
                workgroup: Vec::new(),
                functions: Vec::new(),
                entry: empty_function(name, loc),
            },
        }
    }

    #[track_caller]
    fn param(&mut self, name: &str, kind: ParamKind) -> ParamId {
        let (name, loc) = (name.into(), Loc::caller());
        self.tree.params.push(Param {
            name,
            loc,
            kind,
            any_order: None,
            field: None,
        });
        ParamId(self.tree.params.len() as u32 - 1)
    }

    #[track_caller]
    pub(crate) fn read(&mut self, name: &str, element: Type) -> ParamId {
        let access = Access::Read;
        self.param(name, ParamKind::Storage { element, access })
    }

    #[track_caller]
    pub(crate) fn write(&mut self, name: &str, element: Type) -> ParamId {
        let access = Access::ReadWrite;
        self.param(name, ParamKind::Storage { element, access })
    }

    #[track_caller]
    pub(crate) fn uniform(&mut self, name: &str, scalar: Scalar) -> ParamId {
        self.param(name, ParamKind::Uniform(scalar))
    }

    #[track_caller]
    pub(crate) fn workgroup(&mut self, name: &str, element: Type, dims: &[u32]) -> WorkgroupId {
        self.tree.workgroup.push(WorkgroupVar {
            name: name.into(),
            loc: Loc::caller(),
            element,
            dims: dims.into(),
            atomic: false,
        });
        WorkgroupId(self.tree.workgroup.len() as u32 - 1)
    }

    /// Adds a helper function.
    #[track_caller]
    pub(crate) fn helper(
        &mut self,
        name: &str,
        arguments: &[(&str, Type)],
        result: Option<Type>,
        f: impl FnOnce(&mut Body),
    ) -> FunctionId {
        let mut function = empty_function(name, Loc::caller());
        function.arguments = arguments.iter().map(|(n, t)| (n.to_string(), *t)).collect();
        function.result = result;
        self.tree.functions.push(Body::build(function, f));
        FunctionId(self.tree.functions.len() as u32 - 1)
    }

    /// Gives the kernel its body.
    #[track_caller]
    pub(crate) fn body(mut self, f: impl FnOnce(&mut Body)) -> Tree {
        let function = empty_function(&self.tree.name, self.tree.loc);
        self.tree.entry = Body::build(function, f);
        self.tree
    }
}

fn empty_function(name: &str, loc: Loc) -> Function {
    Function {
        name: name.into(),
        loc,
        arguments: Vec::new(),
        result: None,
        exprs: Vec::new(),
        locals: Vec::new(),
        body: Vec::new(),
    }
}

/// A function in the making.
pub(crate) struct Body {
    pub(crate) function: Function,
    blocks: Vec<Block>,
}

impl Body {
    fn build(function: Function, f: impl FnOnce(&mut Body)) -> Function {
        let blocks = vec![Vec::new()];
        let mut body = Body { function, blocks };
        f(&mut body);
        body.function.body = body.blocks.pop().expect("the outermost block");
        body.function
    }

    #[track_caller]
    pub(crate) fn expr(&mut self, kind: ExprKind, ty: Type) -> ExprId {
        let (loc, name) = (Loc::caller(), None);
        let expr = Expr {
            kind,
            ty,
            loc,
            name,
        };
        self.function.exprs.push(expr);
        ExprId(self.function.exprs.len() as u32 - 1)
    }

    #[track_caller]
    pub(crate) fn stmt(&mut self, kind: StmtKind) {
        let loc = Loc::caller();
        let block = self.blocks.last_mut().expect("an open block");
        block.push(Stmt { kind, loc });
    }

    #[track_caller]
    pub(crate) fn emit(&mut self, kind: ExprKind, ty: Type) -> ExprId {
        let id = self.expr(kind, ty);
        self.stmt(StmtKind::Emit(id));
        id
    }

    pub(crate) fn named(&mut self, name: &str, id: ExprId) -> ExprId {
        self.function.exprs[id.index()].name = Some(name.into());
        id
    }

    pub(crate) fn ty(&self, id: ExprId) -> Type {
        self.function[id].ty
    }

    #[track_caller]
    pub(crate) fn f32(&mut self, text: &str) -> ExprId {
        let number = Number::parse(text).expect("a number");
        self.expr(ExprKind::Literal(Literal::F32(number)), Type::F32)
    }

    #[track_caller]
    pub(crate) fn u32(&mut self, value: u32) -> ExprId {
        self.expr(ExprKind::Literal(Literal::U32(value)), Type::U32)
    }

    #[track_caller]
    pub(crate) fn i32(&mut self, value: i32) -> ExprId {
        self.expr(ExprKind::Literal(Literal::I32(value)), Type::I32)
    }

    #[track_caller]
    pub(crate) fn bool(&mut self, value: bool) -> ExprId {
        self.expr(ExprKind::Literal(Literal::Bool(value)), Type::BOOL)
    }

    #[track_caller]
    pub(crate) fn builtin(&mut self, builtin: BuiltinValue) -> ExprId {
        self.expr(ExprKind::BuiltinValue(builtin), builtin.ty())
    }

    #[track_caller]
    pub(crate) fn global_index(&mut self) -> ExprId {
        self.builtin(BuiltinValue::GlobalIndex)
    }

    #[track_caller]
    pub(crate) fn length(&mut self, param: ParamId) -> ExprId {
        self.expr(ExprKind::Length(param), Type::U32)
    }

    #[track_caller]
    pub(crate) fn uniform(&mut self, param: ParamId, scalar: Scalar) -> ExprId {
        self.expr(ExprKind::Uniform(param), Type::scalar(scalar))
    }

    #[track_caller]
    pub(crate) fn argument(&mut self, index: u32) -> ExprId {
        let ty = self.function.arguments[index as usize].1;
        self.expr(ExprKind::Argument(index), ty)
    }

    #[track_caller]
    pub(crate) fn unary(&mut self, op: UnaryOp, a: ExprId) -> ExprId {
        self.emit(ExprKind::Unary(op, a), self.ty(a))
    }

    #[track_caller]
    pub(crate) fn binary(&mut self, op: BinaryOp, a: ExprId, b: ExprId) -> ExprId {
        let ty = match op.is_comparison() {
            true => self.ty(a).with_scalar(Scalar::Bool),
            false => self.ty(a),
        };
        self.emit(ExprKind::Binary(op, a, b), ty)
    }

    #[track_caller]
    pub(crate) fn math(&mut self, math: Math, operands: &[ExprId]) -> ExprId {
        let types: Vec<_> = operands.iter().map(|o| self.ty(*o)).collect();
        let ty = math.result(&types).expect("operands that fit");
        self.emit(ExprKind::Math(math, operands.into()), ty)
    }

    #[track_caller]
    pub(crate) fn select(
        &mut self,
        condition: ExprId,
        on_true: ExprId,
        on_false: ExprId,
    ) -> ExprId {
        let ty = self.ty(on_true);
        let kind = ExprKind::Select {
            condition,
            on_true,
            on_false,
        };
        self.emit(kind, ty)
    }

    #[track_caller]
    pub(crate) fn convert(&mut self, a: ExprId, scalar: Scalar) -> ExprId {
        self.emit(ExprKind::Convert(a), self.ty(a).with_scalar(scalar))
    }

    #[track_caller]
    pub(crate) fn splat(&mut self, a: ExprId, size: u8) -> ExprId {
        let ty = Type::vector(size, self.ty(a).scalar);
        self.emit(ExprKind::Splat(a), ty)
    }

    #[track_caller]
    pub(crate) fn compose(&mut self, parts: &[ExprId]) -> ExprId {
        let ty = Type::vector(parts.len() as u8, self.ty(parts[0]).scalar);
        self.emit(ExprKind::Compose(parts.into()), ty)
    }

    #[track_caller]
    pub(crate) fn component(&mut self, a: ExprId, index: u8) -> ExprId {
        self.emit(ExprKind::Component(a, index), self.ty(a).component())
    }

    #[track_caller]
    pub(crate) fn local(&mut self, name: &str, ty: Type) -> Place {
        self.function.locals.push(Local {
            name: name.into(),
            loc: Loc::caller(),
            ty,
            dims: Vec::new(),
        });
        let id = LocalId(self.function.locals.len() as u32 - 1);
        place(Root::Local(id), &[])
    }

    #[track_caller]
    pub(crate) fn load(&mut self, place: Place, ty: Type) -> ExprId {
        let result = self.expr(ExprKind::Result, ty);
        self.stmt(StmtKind::Load { place, result });
        result
    }

    #[track_caller]
    pub(crate) fn store(&mut self, place: Place, value: ExprId) {
        self.stmt(StmtKind::Store { place, value });
    }

    fn block(&mut self, f: impl FnOnce(&mut Body)) -> Block {
        self.blocks.push(Vec::new());
        f(self);
        self.blocks.pop().expect("the block just opened")
    }

    #[track_caller]
    pub(crate) fn if_(&mut self, condition: ExprId, f: impl FnOnce(&mut Body)) {
        self.if_else(condition, f, |_| {});
    }

    #[track_caller]
    pub(crate) fn if_else(
        &mut self,
        condition: ExprId,
        f: impl FnOnce(&mut Body),
        g: impl FnOnce(&mut Body),
    ) {
        let (accept, reject) = (self.block(f), self.block(g));
        self.stmt(StmtKind::If {
            condition,
            accept,
            reject,
        });
    }

    #[track_caller]
    pub(crate) fn for_(&mut self, name: &str, trips: ExprId, f: impl FnOnce(&mut Body, ExprId)) {
        let counter = self.expr(ExprKind::Result, Type::U32);
        if !name.is_empty() {
            self.named(name, counter);
        }
        let body = self.block(|b| f(b, counter));
        self.stmt(StmtKind::For {
            counter,
            trips,
            body,
        });
    }

    #[track_caller]
    pub(crate) fn loop_(&mut self, f: impl FnOnce(&mut Body)) {
        let body = self.block(f);
        self.stmt(StmtKind::Loop { body });
    }

    #[track_caller]
    pub(crate) fn call(
        &mut self,
        function: FunctionId,
        arguments: &[ExprId],
        result: Option<Type>,
    ) -> Option<ExprId> {
        let result = result.map(|ty| self.expr(ExprKind::Result, ty));
        self.stmt(StmtKind::Call {
            function,
            arguments: arguments.into(),
            result,
        });
        result
    }
}

pub(crate) fn place(root: Root, path: &[Step]) -> Place {
    let path = path.into();
    Place { root, path }
}

/// `buffer[index]`
pub(crate) fn at(buffer: ParamId, index: ExprId) -> Place {
    place(Root::Storage(buffer), &[Step::Index(index)])
}

/// The operands that a function takes beside one of this type.
pub(crate) fn operand_types(math: Math, ty: Type) -> Vec<Type> {
    let mut types = vec![ty; math.arity()];
    match math.signature() {
        Signature::Refract => types[2] = ty.component(),
        Signature::Scaled => types[1] = ty.with_scalar(Scalar::I32),
        Signature::Extract => types[1..].fill(Type::U32),
        Signature::Insert => types[2..].fill(Type::U32),
        Signature::Float
        | Signature::Numeric
        | Signature::Signed
        | Signature::Length
        | Signature::Dot
        | Signature::Vectors
        | Signature::Cross
        | Signature::Each(..)
        | Signature::Integer
        | Signature::Truth
        | Signature::Pack(..)
        | Signature::Unpack(..)
        | Signature::Packed(_) => {}
    }
    types
}

/// Every type of values.
pub(crate) fn value_types() -> impl Iterator<Item = Type> {
    let scalars = [Scalar::F32, Scalar::I32, Scalar::U32, Scalar::Bool];
    let types = scalars.map(|scalar| (1..=4).map(move |size| Type::vector(size, scalar)));
    types.into_iter().flatten()
}
