//! Atomics: memory that several invocations change at the same time, each change in one step.

use super::exp::Exp;
use super::memory::Place;
use super::relations::{AtomicIntegerTy, AtomicTy, SameTy};
use crate::shader_type::ShaderType;
use crate::tree::{AtomicOp, AtomicUpdate, ExprId, ExprKind, Loc, StmtKind, Type};

impl<'m, T: AtomicTy> Place<'m, T> {
    /// The value.
    #[track_caller]
    pub fn load(self) -> Exp<'m, T::Value> {
        self.change(AtomicOp::Load, Loc::caller())
    }

    /// Makes this the value.
    #[track_caller]
    pub fn store<U: ShaderType>(self, value: Exp<'m, U>)
    where
        T::Value: SameTy<U>,
    {
        let loc = Loc::caller();
        let value = self.recorder.own(value, loc);
        self.atomic(AtomicOp::Store(value), None, loc);
    }

    /// Makes `new` the value if it is `expected`, and says what it was and whether it was replaced. It may fail for no reason: repeat it.
    #[track_caller]
    pub fn compare_exchange_weak<U: ShaderType, V: ShaderType>(
        self,
        expected: Exp<'m, U>,
        new: Exp<'m, V>,
    ) -> (Exp<'m, T::Value>, Exp<'m, bool>)
    where
        T: AtomicIntegerTy,
        T::Value: SameTy<U> + SameTy<V>,
    {
        let (recorder, loc) = (self.recorder, Loc::caller());
        let (expected, new) = (recorder.own(expected, loc), recorder.own(new, loc));
        let exchanged = recorder.with(|s| s.expr(ExprKind::Result, Type::BOOL, loc));
        let op = AtomicOp::CompareExchangeWeak {
            expected,
            new,
            exchanged,
        };
        (self.change(op, loc), recorder.exp(exchanged))
    }

    fn update<U: ShaderType>(
        self,
        update: AtomicUpdate,
        value: Exp<'m, U>,
        loc: Loc,
    ) -> Exp<'m, T::Value> {
        let value = self.recorder.own(value, loc);
        self.change(AtomicOp::Update(update, value), loc)
    }

    fn change(self, op: AtomicOp, loc: Loc) -> Exp<'m, T::Value> {
        let recorder = self.recorder;
        let old = recorder.with(|s| s.expr(ExprKind::Result, T::Value::TYPE, loc));
        self.atomic(op, Some(old), loc);
        recorder.exp(old)
    }

    fn atomic(self, op: AtomicOp, result: Option<ExprId>, loc: Loc) {
        let recorder = self.recorder;
        if let Some(place) = self.in_tree(recorder, loc) {
            recorder.with(|s| s.push(StmtKind::Atomic { place, op, result }, loc));
        }
    }
}

macro_rules! updates {
    ($($(#[$doc:meta])* $name:ident $update:ident $of:ident;)*) => {
        impl<'m, T: AtomicTy> Place<'m, T> {$(
            $(#[$doc])*
            #[track_caller]
            pub fn $name<U: ShaderType>(self, value: Exp<'m, U>) -> Exp<'m, T::Value>
            where
                T: $of,
                T::Value: SameTy<U>,
            {
                self.update(AtomicUpdate::$update, value, Loc::caller())
            }
        )*}
    };
}

updates! {
    /// Adds to the value, integers wrapping; the value before.
    fetch_add Add AtomicTy;
    /// Subtracts from the value, integers wrapping; the value before.
    fetch_sub Subtract AtomicTy;
    /// Makes the value the greater of the two; the value before.
    fetch_max Max AtomicTy;
    /// Makes the value the lesser of the two; the value before.
    fetch_min Min AtomicTy;
    /// Bitwise and; the value before.
    fetch_and And AtomicIntegerTy;
    /// Bitwise or; the value before.
    fetch_or Or AtomicIntegerTy;
    /// Bitwise exclusive or; the value before.
    fetch_xor Xor AtomicIntegerTy;
    /// Makes this the value; the value before.
    swap Exchange AtomicTy;
}
