//! The recorder's untyped state: open functions, open blocks, collected mistakes.

use super::error::RecordProblem;
use super::in_place::InPlace;
use super::jumps::Ways;
use super::table::Table;
use crate::number::Number;
use crate::tree::verify::breaks;
use crate::tree::{
    Block, BoundAt, Expr, ExprId, ExprKind, Function, FunctionId, Literal, Loc, Local, LocalId,
    Param, Place, Problem, Root, Scalar, Stmt, StmtKind, Structured, Type, WorkgroupId,
    WorkgroupVar,
};
use std::collections::HashMap;

/// The number of a variable that is declared where control never comes; no statement names it.
const NOWHERE: u32 = u32::MAX;

/// Identifies the function an expression belongs to, from its opening on (its [`FunctionId`] exists only once it is done).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Serial(pub(super) u32);

pub(super) struct State {
    pub(super) any_order: Option<String>,
    pub(super) bound_at: BoundAt,
    pub(super) params: Vec<Param>,
    pub(super) structured: Vec<Structured>,
    pub(super) workgroup: Vec<WorkgroupVar>,
    pub(super) functions: Vec<Function>,
    pub(super) specialisations: HashMap<String, Specialisation>,
    pub(super) problems: Vec<Problem<RecordProblem>>,
    pub(super) open: Vec<OpenFunction>,
    serials: u32,
    /// How many rounds of loops were unrolled so far.
    pub(super) rounds: usize,
    /// How many labels there are so far.
    pub(super) labels: u32,
}

/// What is known of a helper called with given types, constants and buffers.
#[derive(Clone, Copy)]
pub(super) enum Specialisation {
    /// Its body is being recorded: a call now is recursion.
    Recording,
    Done(FunctionId),
}

pub(super) struct OpenFunction {
    serial: Serial,
    pub(super) function: Function,
    pub(super) blocks: Vec<OpenBlock>,
    /// The host's tables that it reads.
    pub(super) tables: Vec<Table>,
    /// The helpers that are being recorded in place, innermost last.
    pub(super) in_place: Vec<InPlace>,
}

pub(super) struct OpenBlock {
    pub(super) kind: OpenKind,
    pub(super) statements: Block,
    pub(super) loc: Loc,
    /// Control has left: what follows is unreachable and not recorded.
    left: bool,
    /// How a loop or block is left and repeated.
    pub(super) ways: Ways,
}

impl OpenBlock {
    /// A block by itself, which control reaches.
    pub(super) fn aside(loc: Loc) -> OpenBlock {
        OpenBlock::new(OpenKind::Body, loc, false)
    }

    fn new(kind: OpenKind, loc: Loc, left: bool) -> OpenBlock {
        OpenBlock {
            kind,
            statements: Block::new(),
            loc,
            left,
            ways: Ways::default(),
        }
    }

    /// Adds a statement where control can reach it.
    pub(super) fn push(&mut self, kind: StmtKind, loc: Loc) {
        if !self.left {
            self.left = kind.is_terminator();
            self.statements.push(Stmt { kind, loc });
        }
    }
}

pub(super) enum OpenKind {
    Body,
    Accept {
        condition: ExprId,
    },
    Reject {
        condition: ExprId,
        accept: Block,
    },
    For {
        counter: ExprId,
        trips: ExprId,
    },
    Loop,
    /// A block that something may leave.
    Block,
    Aside,
    /// The right side of `&&` (true) or `||` (false).
    Shortcut {
        left: ExprId,
        and: bool,
    },
}

impl OpenKind {
    /// The call that opened the block.
    pub(super) const fn opener(&self) -> &'static str {
        match self {
            OpenKind::Body => "record",
            OpenKind::Accept { .. } => "if_",
            OpenKind::Reject { .. } => "else_",
            OpenKind::For { .. } => "for_",
            OpenKind::Loop => "loop_",
            OpenKind::Block => "block_",
            OpenKind::Aside => "log_",
            OpenKind::Shortcut { and: true, .. } => "and_",
            OpenKind::Shortcut { and: false, .. } => "or_",
        }
    }
}

impl OpenKind {
    /// Whether it is a loop in the tree, if anything leaves it.
    pub(super) const fn is_loop(&self) -> bool {
        matches!(
            self,
            OpenKind::For { .. } | OpenKind::Loop | OpenKind::Block
        )
    }
}

impl State {
    pub(super) fn new(name: &str, loc: Loc) -> State {
        let mut state = State {
            any_order: None,
            bound_at: BoundAt::default(),
            params: Vec::new(),
            structured: Vec::new(),
            workgroup: Vec::new(),
            functions: Vec::new(),
            specialisations: HashMap::new(),
            problems: Vec::new(),
            open: Vec::new(),
            serials: 0,
            labels: 0,
            rounds: 0,
        };
        state.open_function(name, loc);
        state
    }

    pub(super) fn problem(&mut self, kind: RecordProblem, loc: Loc) {
        self.problems.push(Problem { kind, loc });
    }

    // Functions. The kernel's body is the outermost one and stays open until the end.

    pub(super) fn open_function(&mut self, name: &str, loc: Loc) -> Serial {
        let serial = Serial(self.serials);
        self.serials += 1;
        let function = Function {
            name: name.to_string(),
            loc,
            arguments: Vec::new(),
            result: None,
            exprs: Vec::new(),
            locals: Vec::new(),
            body: Block::new(),
        };
        let body = OpenBlock::aside(loc);
        self.open.push(OpenFunction {
            serial,
            function,
            blocks: vec![body],
            in_place: Vec::new(),
            tables: Vec::new(),
        });
        serial
    }

    /// A result after a last loop that only `return` leaves: not every language that kernels are written as sees that nothing comes to it.
    pub(super) fn end_after_loop(&mut self, result: Type, loc: Loc) {
        let last = self
            .blocks()
            .next_back()
            .and_then(|body| body.statements.last());
        let endless = |stmt: &Stmt| matches!(&stmt.kind, StmtKind::Loop { body } if !breaks(body));
        if last.is_some_and(endless) {
            let zero = self.zero(result, loc);
            self.push(StmtKind::Return(Some(zero)), loc);
        }
    }

    /// Closes the innermost function, reporting blocks left open.
    pub(super) fn close_function(&mut self) -> Option<Function> {
        let mut open = self.open.pop()?;
        for block in open.blocks.iter().skip(1) {
            self.problems.push(Problem {
                kind: RecordProblem::Unclosed(block.kind.opener()),
                loc: block.loc,
            });
        }
        open.function.body = open
            .blocks
            .into_iter()
            .next()
            .map(|b| b.statements)
            .unwrap_or_default();
        Some(open.function)
    }

    pub(super) fn in_helper(&self) -> bool {
        self.open.len() > 1
    }

    pub(super) fn serial(&self) -> Serial {
        self.open.last().map_or(Serial(0), |o| o.serial)
    }

    /// The next serial an opened function will get.
    pub(super) fn next_serial(&self) -> Serial {
        Serial(self.serials)
    }

    pub(super) fn function(&mut self) -> Option<&mut Function> {
        self.open.last_mut().map(|o| &mut o.function)
    }

    // Blocks and statements.

    /// Opens a block; what never runs is not recorded.
    pub(super) fn open_block(&mut self, kind: OpenKind, loc: Loc) {
        let never = match &kind {
            OpenKind::Accept { condition } => self.known(*condition) == Some(false),
            OpenKind::Reject { condition, .. } => self.known(*condition) == Some(true),
            OpenKind::Shortcut { left, and } => self.known(*left) == Some(!and),
            _ => false,
        };
        if let Some(open) = self.open.last_mut() {
            let left = never || open.blocks.last().is_some_and(|b| b.left);
            open.blocks.push(OpenBlock::new(kind, loc, left));
        }
    }

    /// Takes the innermost block where `accepts` says it is the one to close; else notes the imbalance.
    pub(super) fn close_block(
        &mut self,
        found: &'static str,
        needed: &'static str,
        loc: Loc,
        accepts: impl Fn(&OpenKind) -> bool,
    ) -> Option<OpenBlock> {
        let blocks = self.open.last_mut().map(|o| &mut o.blocks);
        let block = blocks.and_then(|b| {
            if b.last().is_some_and(|b| accepts(&b.kind)) {
                b.pop()
            } else {
                None
            }
        });
        if block.is_none() {
            self.problem(RecordProblem::Unbalanced { found, needed }, loc);
        }
        block
    }

    pub(super) fn push(&mut self, kind: StmtKind, loc: Loc) {
        if let Some(block) = self.blocks().next_back() {
            block.push(kind, loc);
        }
    }

    /// The open blocks of the function, outermost first.
    pub(super) fn blocks(&mut self) -> std::slice::IterMut<'_, OpenBlock> {
        let blocks = self.open.last_mut().map(|open| open.blocks.as_mut_slice());
        blocks.unwrap_or_default().iter_mut()
    }

    pub(super) fn local_type(&mut self, local: LocalId) -> Type {
        let function = self.function();
        let local = function.and_then(|f| f.locals.get(local.index()));
        local.map_or(Type::BOOL, |local| local.ty)
    }

    /// Whether control cannot get here.
    pub(super) fn has_left(&mut self) -> bool {
        self.blocks().next_back().is_some_and(|block| block.left)
    }

    // Expressions.

    /// Adds an expression, evaluated here unless it is ambient or the result of a statement.
    pub(super) fn expr(&mut self, kind: ExprKind, ty: Type, loc: Loc) -> ExprId {
        let emitted = !kind.is_ambient() && kind != ExprKind::Result;
        let Some(function) = self.function() else {
            return ExprId(0);
        };
        let id = ExprId(function.exprs.len() as u32);
        function.exprs.push(Expr {
            kind,
            ty,
            loc,
            name: None,
        });
        if emitted {
            self.push(StmtKind::Emit(id), loc);
        }
        id
    }

    pub(super) fn get(&self, id: ExprId) -> Option<&Expr> {
        self.open.last().and_then(|o| o.function.get(id))
    }

    /// A literal.
    pub(super) fn u32(&mut self, n: u32, loc: Loc) -> ExprId {
        self.expr(ExprKind::Literal(Literal::U32(n)), Type::U32, loc)
    }

    /// The value of an unsigned literal.
    pub(super) fn literal_u32(&self, id: ExprId) -> Option<u32> {
        match self.get(id)?.kind {
            ExprKind::Literal(Literal::U32(n)) => Some(n),
            _ => None,
        }
    }

    /// Names a value, unless it has a name or is a parameter, which has one of its own.
    pub(super) fn name(&mut self, id: ExprId, name: &str) {
        if let Some(expr) = self.function().and_then(|f| f.exprs.get_mut(id.index()))
            && expr.name.is_none()
            && !matches!(expr.kind, ExprKind::Uniform(_) | ExprKind::Argument(_))
        {
            expr.name = Some(name.to_string());
        }
    }

    /// Zero of a type: what stands in for a value that could not be recorded.
    pub(super) fn zero(&mut self, ty: Type, loc: Loc) -> ExprId {
        let literal = match ty.scalar {
            Scalar::F16 | Scalar::F32 => Literal::F32(Number::ZERO),
            Scalar::I32 => Literal::I32(0),
            Scalar::U32 => Literal::U32(0),
            Scalar::Bool => Literal::Bool(false),
        };
        let scalar = self.expr(ExprKind::Literal(literal), ty.component(), loc);
        if ty.is_scalar() {
            scalar
        } else {
            self.expr(ExprKind::Splat(scalar), ty, loc)
        }
    }

    // Variables.

    pub(super) fn workgroup(
        &mut self,
        name: &str,
        element: Type,
        dims: Vec<u32>,
        atomic: bool,
        loc: Loc,
    ) -> Root {
        if self.in_helper() {
            self.problem(RecordProblem::WorkgroupInHelper(name.to_string()), loc);
        }
        if self.has_left() {
            return Root::Workgroup(WorkgroupId(NOWHERE));
        }
        self.workgroup.push(WorkgroupVar {
            name: name.to_string(),
            loc,
            element,
            dims,
            atomic,
        });
        Root::Workgroup(WorkgroupId(self.workgroup.len() as u32 - 1))
    }

    pub(super) fn local(&mut self, name: &str, ty: Type, dims: &[u32], loc: Loc) -> LocalId {
        if self.has_left() {
            return LocalId(NOWHERE);
        }
        let Some(function) = self.function() else {
            return LocalId(0);
        };
        function.locals.push(Local {
            name: name.to_string(),
            loc,
            ty,
            dims: dims.to_vec(),
        });
        LocalId(function.locals.len() as u32 - 1)
    }

    pub(super) fn load(&mut self, place: Place, ty: Type, loc: Loc) -> ExprId {
        let result = self.expr(ExprKind::Result, ty, loc);
        self.push(StmtKind::Load { place, result }, loc);
        result
    }

    pub(super) fn uniform_load(&mut self, place: Place, ty: Type, loc: Loc) -> ExprId {
        let result = self.expr(ExprKind::Result, ty, loc);
        self.push(StmtKind::UniformLoad { place, result }, loc);
        result
    }

    pub(super) fn load_local(&mut self, local: LocalId, ty: Type, loc: Loc) -> ExprId {
        self.load(
            Place {
                root: Root::Local(local),
                path: Vec::new(),
            },
            ty,
            loc,
        )
    }
}

/// A store to a local, as the last statement of a block that was already closed.
pub(super) fn store_local(local: LocalId, value: ExprId, loc: Loc) -> Stmt {
    Stmt {
        kind: StmtKind::Store {
            place: Place {
                root: Root::Local(local),
                path: Vec::new(),
            },
            value,
        },
        loc,
    }
}
