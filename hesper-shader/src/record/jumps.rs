//! `break` and `continue` by name, labelled blocks, and the values that a `break` carries.
//!
//! The tree's `break` and `continue` mean the innermost loop. One that means another sets a flag, leaves the innermost, and the flag is asked for
//! after each loop on the way. A block that something leaves is a loop that runs once.

use super::error::RecordProblem;
use super::recorder::Recorder;
use super::state::{OpenBlock, OpenKind, State, store_local};
use super::value::{Parts, Value};
use crate::tree::{ExprKind, Literal, Loc, LocalId, StmtKind, Type};
use std::cell::RefCell;
use std::marker::PhantomData;

/// A loop or block that is open, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(u32);

/// What becomes of what a label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jump {
    Leave,
    Repeat,
}

/// What is known of an open loop or block besides its statements.
#[derive(Default)]
pub(super) struct Ways {
    label: Option<Label>,
    /// The flags that say that control is on its way to this one.
    flags: Vec<(Jump, LocalId)>,
    /// The jumps to others that leave this one on their way.
    crossed: Vec<(Label, Jump, LocalId)>,
    /// Whether something leaves it.
    left: bool,
}

/// Where the value goes that the `break`s of a loop or block carry.
pub struct Slot<'m, V> {
    recorder: &'m Recorder,
    /// A variable for each part, from the first `break` on.
    parts: RefCell<Option<Vec<LocalId>>>,
    value: PhantomData<fn() -> V>,
}

impl Recorder {
    /// A name for the loop that was just opened.
    pub fn label(&self) -> Label {
        self.with(State::label)
    }

    /// Opens a block that [`break_to`](Recorder::break_to) may leave.
    #[track_caller]
    pub fn block_(&self) -> Label {
        let loc = Loc::caller();
        self.with(|s| {
            s.open_block(OpenKind::Block, loc);
            s.label()
        })
    }

    /// Closes it.
    #[track_caller]
    pub fn end_block(&self) {
        let loc = Loc::caller();
        self.with(|s| {
            let is_block = |k: &OpenKind| matches!(k, OpenKind::Block);
            if let Some(block) = s.close_block("end_block", "block_", loc, is_block) {
                s.push_block(block);
            }
        });
    }

    /// Leaves a loop or block, from inside of others too.
    #[track_caller]
    pub fn break_to(&self, label: Label) {
        let loc = Loc::caller();
        self.with(|s| s.jump(label, Jump::Leave, loc));
    }

    /// Goes to the next iteration of a loop, from inside of others too.
    #[track_caller]
    pub fn continue_to(&self, label: Label) {
        let loc = Loc::caller();
        self.with(|s| s.jump(label, Jump::Repeat, loc));
    }

    /// For the value of a loop or block.
    pub fn slot<'m, V: Value<'m>>(&'m self) -> Slot<'m, V> {
        Slot {
            recorder: self,
            parts: RefCell::new(None),
            value: PhantomData,
        }
    }
}

impl<'m, V: Value<'m>> Slot<'m, V> {
    /// The value of a way out, before it is taken.
    #[track_caller]
    pub fn set(&self, value: V) {
        let loc = Loc::caller();
        let mut parts = Vec::new();
        value.parts(self.recorder, loc, &mut parts);
        self.recorder.with(|s| {
            if s.has_left() {
                return;
            }
            let mut kept = self.parts.borrow_mut();
            let locals = kept.get_or_insert_with(|| {
                let locals = parts.iter().map(|(_, ty)| s.local("value", *ty, &[], loc));
                locals.collect()
            });
            for (local, (value, _)) in locals.iter().zip(parts) {
                let store = store_local(*local, value, loc);
                s.push(store.kind, loc);
            }
        });
    }

    /// The value after the way out that was taken.
    #[track_caller]
    pub fn take(&self) -> V {
        let loc = Loc::caller();
        let mut locals = self.parts.take().unwrap_or_default().into_iter();
        V::made_of(&mut Parts::new(self.recorder, &mut |ty| {
            self.recorder.with(|s| match locals.next() {
                Some(local) => s.load_local(local, ty, loc),
                None => s.zero(ty, loc),
            })
        }))
    }
}

impl State {
    /// The name of the innermost open loop or block.
    pub(super) fn label(&mut self) -> Label {
        let fresh = Label(self.labels);
        self.labels += 1;
        match self.blocks().rev().find(|block| block.kind.is_loop()) {
            Some(block) => *block.ways.label.get_or_insert(fresh),
            None => fresh,
        }
    }

    /// A jump to what a label names: at once, or by a flag where there are loops in between.
    pub(super) fn jump(&mut self, label: Label, jump: Jump, loc: Loc) {
        if self.has_left() {
            return;
        }
        let inner = self.blocks().rev().filter(|block| block.kind.is_loop());
        let between = inner.take_while(|block| block.ways.label != Some(label));
        if between.count() == 0 {
            return self.jump_here(label, jump, loc);
        }
        let Some(flag) = self.flag(label, jump, loc) else {
            return self.problem(RecordProblem::ForeignLabel, loc);
        };
        let yes = self.expr(ExprKind::Literal(Literal::Bool(true)), Type::BOOL, loc);
        self.push(store_local(flag, yes, loc).kind, loc);
        self.leave_towards((label, jump, flag), loc);
    }

    fn jump_here(&mut self, label: Label, jump: Jump, loc: Loc) {
        let target = self.blocks().find(|block| block.ways.label == Some(label));
        let Some(target) = target else {
            return self.problem(RecordProblem::ForeignLabel, loc);
        };
        target.ways.left |= jump == Jump::Leave;
        let kind = match jump {
            Jump::Leave => StmtKind::Break,
            Jump::Repeat => StmtKind::Continue,
        };
        self.push(kind, loc);
    }

    /// Leaves the innermost loop, after which the flag is asked for.
    fn leave_towards(&mut self, way: (Label, Jump, LocalId), loc: Loc) {
        if let Some(inner) = self.blocks().rev().find(|block| block.kind.is_loop()) {
            inner.ways.left = true;
            if !inner.ways.crossed.contains(&way) {
                inner.ways.crossed.push(way);
            }
        }
        self.push(StmtKind::Break, loc);
    }

    /// The variable that says that control is on its way to `label`; `None` where nothing open has that name.
    fn flag(&mut self, label: Label, jump: Jump, loc: Loc) -> Option<LocalId> {
        let position = |s: &mut State| {
            let mut blocks = s.blocks();
            blocks.position(|block| block.ways.label == Some(label))
        };
        let at = position(self)?;
        let known = self.blocks().nth(at)?.ways.flags.iter();
        let known = known.copied().find(|(for_, _)| *for_ == jump);
        if let Some((_, flag)) = known {
            return Some(flag);
        }
        let name = match jump {
            Jump::Leave => "leaves",
            Jump::Repeat => "repeats",
        };
        let flag = self.local(name, Type::BOOL, &[], loc);
        self.blocks().nth(at)?.ways.flags.push((jump, flag));
        Some(flag)
    }

    /// A closed loop: the flags of what leaves it towards others are cleared before it and asked for after it.
    pub(super) fn push_loop(&mut self, kind: StmtKind, ways: Ways, loc: Loc) {
        for (_, _, flag) in &ways.crossed {
            let no = self.expr(ExprKind::Literal(Literal::Bool(false)), Type::BOOL, loc);
            self.push(store_local(*flag, no, loc).kind, loc);
        }
        self.push(kind, loc);
        for (label, jump, flag) in ways.crossed {
            let condition = self.load_local(flag, Type::BOOL, loc);
            self.open_block(OpenKind::Accept { condition }, loc);
            let innermost = self.blocks().rev().find(|block| block.kind.is_loop());
            if innermost.is_some_and(|block| block.ways.label == Some(label)) {
                self.jump_here(label, jump, loc);
            } else {
                self.leave_towards((label, jump, flag), loc);
            }
            let is_if = |k: &OpenKind| matches!(k, OpenKind::Accept { .. });
            if let Some(block) = self.close_block("end_if", "if_", loc, is_if) {
                let (accept, reject) = (block.statements, Vec::new());
                let branch = StmtKind::If {
                    condition,
                    accept,
                    reject,
                };
                self.push(branch, loc);
            }
        }
    }

    /// A closed block: its statements as they are where nothing leaves it, else a loop that runs once.
    pub(super) fn push_block(&mut self, mut block: OpenBlock) {
        if !block.ways.left {
            for stmt in block.statements {
                self.push(stmt.kind, stmt.loc);
            }
            return;
        }
        block.push(StmtKind::Break, block.loc);
        let body = block.statements;
        self.push_loop(StmtKind::Loop { body }, block.ways, block.loc);
    }
}
