//! A function in the making: expressions with their types and grids, statements in open blocks.

use super::sorts::{Grid, Sort};
use hesper_shader::Number;
use hesper_shader::tree::{
    AtomicOp, BinaryOp, Block, Expr, ExprId, ExprKind, Function, Literal, Loc, Local, LocalId,
    Math, Place, Root, Scalar, Step, Stmt, StmtKind, Type, UnaryOp,
};

pub(crate) struct Writer {
    function: Function,
    blocks: Vec<Block>,
    /// By expression.
    grids: Vec<Grid>,
    /// By expression: whether an operation that wrapped without saying so may be behind it.
    wraps: Vec<bool>,
    loc: Loc,
}

impl Writer {
    pub(crate) fn new(name: &str, arguments: Vec<(String, Type)>, result: Option<Type>) -> Writer {
        let loc = Loc::caller();
        Writer {
            function: Function {
                name: name.to_string(),
                loc,
                arguments,
                result,
                exprs: Vec::new(),
                locals: Vec::new(),
                body: Vec::new(),
            },
            blocks: vec![Vec::new()],
            grids: Vec::new(),
            wraps: Vec::new(),
            loc,
        }
    }

    pub(crate) fn finish(mut self) -> Function {
        self.function.body = self.close();
        self.function
    }

    pub(crate) fn open(&mut self) {
        self.blocks.push(Vec::new());
    }

    pub(crate) fn close(&mut self) -> Block {
        self.blocks.pop().unwrap_or_default()
    }

    pub(crate) fn stmt(&mut self, kind: StmtKind) {
        let loc = self.loc;
        if let Some(block) = self.blocks.last_mut() {
            block.push(Stmt { kind, loc });
        }
    }

    pub(crate) fn ty(&self, id: ExprId) -> Type {
        self.function[id].ty
    }

    pub(crate) fn grid(&self, id: ExprId) -> Grid {
        self.grids[id.index()]
    }

    /// Whether the value must not reach an index, as it may come from an operation that wrapped unmeant.
    pub(crate) fn wraps(&self, id: ExprId) -> bool {
        self.wraps[id.index()]
    }

    /// An operation on these cannot wrap.
    pub(crate) fn tame(&mut self, id: ExprId, operands: [ExprId; 2]) {
        self.wraps[id.index()] = operands.iter().any(|id| self.wraps(*id));
    }

    fn may_wrap(&self, kind: &ExprKind, ty: Type) -> bool {
        use BinaryOp::{Add, Multiply, Subtract};
        match kind {
            ExprKind::Binary(op, ..) if op.is_comparison() => false,
            ExprKind::Binary(Add | Subtract | Multiply, ..) if ty.scalar.is_integer() => true,
            // The condition only chooses.
            ExprKind::Select {
                on_true, on_false, ..
            } => self.wraps(*on_true) || self.wraps(*on_false),
            kind => {
                let mut any = false;
                kind.for_each_operand(|id| any |= self.wraps(id));
                any
            }
        }
    }

    /// The sort of a value by what is known of it.
    pub(crate) fn sort(&self, id: ExprId) -> Sort {
        let ty = self.ty(id);
        let rough = ty.scalar == Scalar::F32 && self.grid(id) == Grid::ROUGH;
        Sort { ty, rough }
    }

    /// An expression that needs no place of its own, or is a statement's result.
    pub(crate) fn ambient(&mut self, kind: ExprKind, ty: Type, grid: Grid) -> ExprId {
        self.grids.push(grid);
        self.wraps.push(self.may_wrap(&kind, ty));
        self.function.exprs.push(Expr {
            kind,
            ty,
            loc: self.loc,
            name: None,
        });
        ExprId(self.function.exprs.len() as u32 - 1)
    }

    /// An expression evaluated here.
    pub(crate) fn emit(&mut self, kind: ExprKind, ty: Type, grid: Grid) -> ExprId {
        let id = self.ambient(kind, ty, grid);
        self.stmt(StmtKind::Emit(id));
        id
    }

    /// A statement's result.
    pub(crate) fn result(&mut self, sort: Sort) -> ExprId {
        self.result_on(sort.ty, sort.grid())
    }

    pub(crate) fn result_on(&mut self, ty: Type, grid: Grid) -> ExprId {
        self.ambient(ExprKind::Result, ty, grid)
    }

    pub(crate) fn literal(&mut self, literal: Literal) -> ExprId {
        let ty = Type::scalar(literal.scalar());
        self.ambient(ExprKind::Literal(literal), ty, Grid::SETTLED)
    }

    pub(crate) fn u32(&mut self, value: u32) -> ExprId {
        self.literal(Literal::U32(value))
    }

    /// A real literal. Numbers off the settled grid are rough.
    pub(crate) fn f32(&mut self, value: f32) -> ExprId {
        let number = Number::from_f32(value).unwrap_or(Number::ZERO);
        let settled = value.abs() <= 256.0 && (value * 4.0).fract() == 0.0;
        let grid = if settled { Grid::SETTLED } else { Grid::ROUGH };
        self.ambient(ExprKind::Literal(Literal::F32(number)), Type::F32, grid)
    }

    /// A scalar in each component of a type.
    pub(crate) fn splat(&mut self, scalar: ExprId, size: u8) -> ExprId {
        let ty = Type::vector(size, self.ty(scalar).scalar);
        let grid = self.grid(scalar);
        match size {
            1 => scalar,
            _ => self.emit(ExprKind::Splat(scalar), ty, grid),
        }
    }

    pub(crate) fn f32_like(&mut self, value: f32, size: u8) -> ExprId {
        let scalar = self.f32(value);
        self.splat(scalar, size)
    }

    pub(crate) fn unary(&mut self, op: UnaryOp, a: ExprId) -> ExprId {
        self.emit(ExprKind::Unary(op, a), self.ty(a), self.grid(a))
    }

    pub(crate) fn binary(&mut self, op: BinaryOp, a: ExprId, b: ExprId, grid: Grid) -> ExprId {
        let ty = self.ty(a);
        let ty = if op.is_comparison() {
            ty.with_scalar(Scalar::Bool)
        } else {
            ty
        };
        self.emit(ExprKind::Binary(op, a, b), ty, grid)
    }

    /// A binary operator on integers or truth values.
    pub(crate) fn integer(&mut self, op: BinaryOp, a: ExprId, b: ExprId) -> ExprId {
        self.binary(op, a, b, Grid::SETTLED)
    }

    pub(crate) fn math(&mut self, math: Math, operands: &[ExprId], grid: Grid) -> ExprId {
        let types: Vec<Type> = operands.iter().map(|id| self.ty(*id)).collect();
        let ty = math.result(&types).unwrap_or(types[0]);
        self.emit(ExprKind::Math(math, operands.to_vec()), ty, grid)
    }

    pub(crate) fn convert(&mut self, a: ExprId, scalar: Scalar, grid: Grid) -> ExprId {
        let ty = self.ty(a).with_scalar(scalar);
        self.emit(ExprKind::Convert(a), ty, grid)
    }

    pub(crate) fn component(&mut self, a: ExprId, index: u8) -> ExprId {
        self.emit(
            ExprKind::Component(a, index),
            self.ty(a).component(),
            self.grid(a),
        )
    }

    pub(crate) fn local(&mut self, sort: Sort, length: Option<u32>) -> LocalId {
        let position = self.function.locals.len() as u32;
        self.function.locals.push(Local {
            name: format!("v{position}"),
            loc: self.loc,
            ty: sort.ty,
            dims: length.into_iter().collect(),
        });
        LocalId(position)
    }

    pub(crate) fn load(&mut self, root: Root, path: Vec<Step>, sort: Sort) -> ExprId {
        let result = self.result(sort);
        let place = Place { root, path };
        self.stmt(StmtKind::Load { place, result });
        result
    }

    pub(crate) fn store(&mut self, root: Root, path: Vec<Step>, value: ExprId) {
        let place = Place { root, path };
        self.stmt(StmtKind::Store { place, value });
    }

    /// An atomic statement at a place; yields the value before.
    pub(crate) fn atomic(&mut self, place: Place, op: AtomicOp, sort: Sort) -> Option<ExprId> {
        let result = match op {
            AtomicOp::Store(_) => None,
            _ => Some(self.result(sort)),
        };
        self.stmt(StmtKind::Atomic { place, op, result });
        result
    }

    /// `if condition { accept } else { reject }` of blocks closed before.
    pub(crate) fn branch(&mut self, condition: ExprId, accept: Block, reject: Block) {
        self.stmt(StmtKind::If {
            condition,
            accept,
            reject,
        });
    }
}
