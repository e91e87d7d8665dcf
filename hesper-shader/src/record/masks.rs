//! Vectors of truth values, as comparisons of vectors yield them.

use super::exp::Exp;
use super::relations::SameTy;
use crate::shader_type::{ScalarType, ShaderType, Vec2, Vec3, Vec4};
use crate::tree::{ExprKind, Loc, Math, Type};

/// Vectors of truth values.
#[diagnostic::on_unimplemented(
    message = "a vector of truth values is needed here, not `{Self}`",
    label = "no vector of `bool`",
    note = "comparisons of vectors yield one: `a < b`"
)]
pub trait TruthsTy: ShaderType {}

impl TruthsTy for Vec2<bool> {}
impl TruthsTy for Vec3<bool> {}
impl TruthsTy for Vec4<bool> {}

/// Vectors of as many truth values as there are components to choose.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot choose between components of `{R}`",
    label = "not a truth value for each component",
    note = "`mask.select(a, b)` takes vectors of equally many components; a single condition is an `if`'s"
)]
pub trait MaskTy<R>: ShaderType {}

impl<T: ScalarType> MaskTy<Vec2<T>> for Vec2<bool> {}
impl<T: ScalarType> MaskTy<Vec3<T>> for Vec3<bool> {}
impl<T: ScalarType> MaskTy<Vec4<T>> for Vec4<bool> {}

/// Whether all components hold.
#[track_caller]
pub fn all<'m, T: TruthsTy>(truths: Exp<'m, T>) -> Exp<'m, bool> {
    truths.math(Math::All, &[], Loc::caller())
}

/// Whether a component holds.
#[track_caller]
pub fn any<'m, T: TruthsTy>(truths: Exp<'m, T>) -> Exp<'m, bool> {
    truths.math(Math::Any, &[], Loc::caller())
}

impl<'m, T: ShaderType> Exp<'m, T> {
    /// The components of `on_true` where the mask holds, those of `on_false` elsewhere; both are already evaluated.
    #[track_caller]
    pub fn select<A: ShaderType + SameTy<B>, B: ShaderType>(
        self,
        on_true: Exp<'m, A>,
        on_false: Exp<'m, B>,
    ) -> Exp<'m, A>
    where
        T: MaskTy<A>,
    {
        let loc = Loc::caller();
        let recorder = self.recorder;
        let mask = recorder.own(self, loc);
        let (on_true, on_false) = (recorder.own(on_true, loc), recorder.own(on_false, loc));
        let id = recorder.with(|s| {
            // A choice for each component, so that a choice is by one condition everywhere.
            let chosen = (0..A::TYPE.size).map(|c| {
                let condition = s.expr(ExprKind::Component(mask, c), Type::BOOL, loc);
                let part = A::TYPE.component();
                let [on_true, on_false] =
                    [on_true, on_false].map(|v| s.expr(ExprKind::Component(v, c), part, loc));
                let choice = ExprKind::Select {
                    condition,
                    on_true,
                    on_false,
                };
                s.expr(choice, part, loc)
            });
            let chosen = chosen.collect();
            s.expr(ExprKind::Compose(chosen), A::TYPE, loc)
        });
        recorder.exp(id)
    }
}
