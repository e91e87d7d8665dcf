//! What a name stands for and a block yields: a value of the kernel, or a tuple of them, which is taken apart while recording.

use super::exp::Exp;
use super::recorder::Recorder;
use crate::shader_type::ShaderType;
use crate::tree::{ExprId, Loc, Type};

/// A value, or a tuple of values. Tuples exist while a kernel is recorded; the tree knows their parts alone.
#[diagnostic::on_unimplemented(
    message = "this is no value of kernel code",
    note = "values are numbers, truth values, vectors, and tuples of up to eight of them"
)]
pub trait Value<'m>: Copy {
    /// Adds the parts in order, each owned by the function being recorded.
    fn parts(self, recorder: &Recorder, loc: Loc, parts: &mut Vec<(ExprId, Type)>);

    /// The same of other parts, which `next` gives in order, each of the type it is asked for.
    fn made_of(recorder: &'m Recorder, next: &mut dyn FnMut(Type) -> ExprId) -> Self;

    /// Names the parts in texts: `name`, or `name_0`, `name_1` and so on.
    fn named(self, recorder: &'m Recorder, name: &str) -> Self;
}

impl<'m, T: ShaderType> Value<'m> for Exp<'m, T> {
    fn parts(self, recorder: &Recorder, loc: Loc, parts: &mut Vec<(ExprId, Type)>) {
        parts.push((recorder.own(self, loc), T::TYPE));
    }

    fn made_of(recorder: &'m Recorder, next: &mut dyn FnMut(Type) -> ExprId) -> Self {
        recorder.exp(next(T::TYPE))
    }

    fn named(self, recorder: &'m Recorder, name: &str) -> Self {
        if std::ptr::eq(recorder, self.recorder) && self.serial == recorder.with(|s| s.serial()) {
            recorder.with(|s| s.name(self.id, name));
        }
        self
    }
}

/// A tuple with a part `N`.
#[diagnostic::on_unimplemented(
    message = "this has no part `.{N}`",
    label = "no tuple with a part `.{N}`",
    note = "components of a vector are `.x`, `.y`, `.z` and `.w`"
)]
pub trait Part<const N: usize> {
    /// What the part is.
    type Part;

    /// The part.
    fn part(self) -> Self::Part;
}

/// `tuple.N`
pub fn part<const N: usize, P: Part<N>>(tuple: P) -> P::Part {
    tuple.part()
}

macro_rules! tuples {
    ($(($($part:ident $at:tt)*);)*) => {$(
        impl<'m, $($part: Value<'m>),*> Value<'m> for ($($part,)*) {
            fn parts(self, recorder: &Recorder, loc: Loc, parts: &mut Vec<(ExprId, Type)>) {
                $(self.$at.parts(recorder, loc, parts);)*
            }

            fn made_of(recorder: &'m Recorder, next: &mut dyn FnMut(Type) -> ExprId) -> Self {
                ($($part::made_of(recorder, next),)*)
            }

            fn named(self, recorder: &'m Recorder, name: &str) -> Self {
                ($(self.$at.named(recorder, &format!("{name}_{}", $at)),)*)
            }
        }
        tuples!(@parts ($($part)*) $($part $at)*);
    )*};
    (@parts $all:tt $($part:ident $at:tt)*) => {$(
        tuples!(@part $all $part $at);
    )*};
    (@part ($($all:ident)*) $part:ident $at:tt) => {
        impl<$($all),*> Part<$at> for ($($all,)*) {
            type Part = $part;

            fn part(self) -> $part {
                self.$at
            }
        }
    };
}

tuples! {
    (A 0);
    (A 0 B 1);
    (A 0 B 1 C 2);
    (A 0 B 1 C 2 D 3);
    (A 0 B 1 C 2 D 3 E 4);
    (A 0 B 1 C 2 D 3 E 4 F 5);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
}
