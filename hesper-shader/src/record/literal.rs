//! Constants: literals of kernel code and values of the host.

use super::error::RecordProblem;
use super::exp::Exp;
use super::recorder::Recorder;
use crate::number::{Number, NumberError};
use crate::shader_type::{ScalarType, Vec2, Vec3, Vec4};
use crate::tree::{ExprKind, Literal, Loc, Math};
use half::f16;

/// The type of an integer literal. The literal itself is the witness, so rustc infers `i32` or `u32` as in any Rust code.
#[diagnostic::on_unimplemented(
    message = "an integer literal cannot be a `{Self}`",
    note = "kernel integers are `i32` and `u32`"
)]
pub trait IntegerLiteral: ScalarType {
    /// The constant.
    fn literal(self) -> Literal;
}

impl IntegerLiteral for i32 {
    fn literal(self) -> Literal {
        Literal::I32(self)
    }
}

impl IntegerLiteral for u32 {
    fn literal(self) -> Literal {
        Literal::U32(self)
    }
}

/// A value known while recording (a constant, a const generic, a `#[comptime]` parameter), brought into the kernel.
#[diagnostic::on_unimplemented(
    message = "a host value of type `{Self}` has no meaning in a kernel",
    note = "use `f32`, `f16`, `i32`, `u32`, `usize` or `bool`"
)]
pub trait HostValue: Copy {
    /// Its type in the kernel.
    type Shader: ScalarType;

    /// The constant; `usize` becomes `u32`, a float its shortest decimal, `f32::NEG_INFINITY` the mask value.
    fn lift(self) -> Result<ExprKind, RecordProblem>;

    /// The bits of a float that no literal writes, infinity and NaN.
    fn bits(self) -> Option<u32> {
        None
    }
}

impl HostValue for f32 {
    type Shader = f32;

    fn lift(self) -> Result<ExprKind, RecordProblem> {
        if self == f32::NEG_INFINITY {
            return Ok(ExprKind::NegInfinity);
        }
        Ok(ExprKind::Literal(Literal::F32(Number::from_f32(self)?)))
    }

    fn bits(self) -> Option<u32> {
        (!self.is_finite() && self != f32::NEG_INFINITY).then(|| self.to_bits())
    }
}

impl HostValue for f16 {
    type Shader = f16;

    fn lift(self) -> Result<ExprKind, RecordProblem> {
        Ok(ExprKind::Literal(Literal::F32(Number::from_f32(
            self.to_f32(),
        )?)))
    }
}

impl HostValue for usize {
    type Shader = u32;

    fn lift(self) -> Result<ExprKind, RecordProblem> {
        let small = u32::try_from(self).map_err(|_| RecordProblem::HostInteger(self as u64))?;
        Ok(ExprKind::Literal(Literal::U32(small)))
    }
}

macro_rules! host_scalars {
    ($($ty:ident $variant:ident;)*) => {$(
        impl HostValue for $ty {
            type Shader = $ty;

            fn lift(self) -> Result<ExprKind, RecordProblem> {
                Ok(ExprKind::Literal(Literal::$variant(self)))
            }
        }
    )*};
}

host_scalars! { i32 I32; u32 U32; bool Bool; }

impl Recorder {
    /// An integer literal.
    #[track_caller]
    pub fn int<T: IntegerLiteral>(&self, witness: T) -> Exp<'_, T> {
        self.push_expr(ExprKind::Literal(witness.literal()), Loc::caller())
    }

    /// A real literal from its text, exact.
    #[track_caller]
    pub fn float(&self, text: &str) -> Exp<'_, f32> {
        self.real(text, Loc::caller())
    }

    /// The same of 16 bits.
    #[track_caller]
    pub fn half(&self, text: &str) -> Exp<'_, f16> {
        self.real(text, Loc::caller())
    }

    fn real<T: ScalarType>(&self, text: &str, loc: Loc) -> Exp<'_, T> {
        let number = Number::parse(text).and_then(|n| match n.to_f32().is_finite() {
            true => Ok(n),
            false => Err(NumberError::NotFinite(n.to_f64())),
        });
        let number = number.unwrap_or_else(|e| {
            self.with(|s| s.problem(e.into(), loc));
            Number::ZERO
        });
        self.push_expr(ExprKind::Literal(Literal::F32(number)), loc)
    }

    /// `true` or `false`.
    #[track_caller]
    pub fn boolean(&self, value: bool) -> Exp<'_, bool> {
        self.push_expr(ExprKind::Literal(Literal::Bool(value)), Loc::caller())
    }

    /// A value of the host, of any type that has a meaning in kernels.
    #[track_caller]
    pub fn lift<'m, H: Lift<'m>>(&'m self, value: H) -> H::Value {
        value.lifted(self, Loc::caller())
    }

    fn lift_scalar<H: HostValue>(&self, value: H, loc: Loc) -> Exp<'_, H::Shader> {
        if let Some(bits) = value.bits() {
            let bits = self.push_expr::<u32>(ExprKind::Literal(Literal::U32(bits)), loc);
            return bits.math(Math::FromBits, &[], loc);
        }
        match value.lift() {
            Ok(kind) => self.push_expr(kind, loc),
            Err(problem) => {
                let id = self.with(|s| {
                    s.problem(problem, loc);
                    s.zero(<H::Shader as crate::ShaderType>::TYPE, loc)
                });
                self.exp(id)
            }
        }
    }
}

/// A host value of any shape, brought into the kernel: a scalar ([`HostValue`]), a vector, an array, a matrix, or a structure that `shader!` declares.
#[diagnostic::on_unimplemented(
    message = "a host value of type `{Self}` has no meaning in a kernel",
    note = "use `f32`, `f16`, `i32`, `u32`, `usize` or `bool`, vectors, arrays and matrices of them, or a structure declared in `shader!`"
)]
pub trait Lift<'m>: Copy {
    /// What it becomes.
    type Value;

    /// The constants.
    fn lifted(self, recorder: &'m Recorder, loc: Loc) -> Self::Value;
}

macro_rules! lifted_scalars {
    ($($ty:ty)*) => {$(
        impl<'m> Lift<'m> for $ty {
            type Value = Exp<'m, <$ty as HostValue>::Shader>;

            fn lifted(self, recorder: &'m Recorder, loc: Loc) -> Self::Value {
                recorder.lift_scalar(self, loc)
            }
        }
    )*};
}

lifted_scalars! { f32 f16 i32 u32 usize bool }

macro_rules! lifted_vectors {
    ($($vector:ident $count:literal;)*) => {$(
        impl<'m, T: ScalarType + HostValue<Shader = T>> Lift<'m> for $vector<T> {
            type Value = Exp<'m, $vector<T>>;

            fn lifted(self, recorder: &'m Recorder, loc: Loc) -> Self::Value {
                let components = <[T; $count]>::from(self).map(|x| {
                    let component = recorder.lift_scalar(x, loc);
                    recorder.own(component, loc)
                });
                recorder.push_expr(ExprKind::Compose(components.to_vec()), loc)
            }
        }
    )*};
}

lifted_vectors! { Vec2 2; Vec3 3; Vec4 4; }

impl<'m, T: Lift<'m>, const N: usize> Lift<'m> for [T; N] {
    type Value = [T::Value; N];

    fn lifted(self, recorder: &'m Recorder, loc: Loc) -> Self::Value {
        self.map(|element| element.lifted(recorder, loc))
    }
}
