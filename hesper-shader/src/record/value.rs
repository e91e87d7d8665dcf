//! What a name stands for and a block yields: a value of the kernel, or several together, which are taken apart while recording.

use super::exp::Exp;
use super::recorder::Recorder;
use super::state::Serial;
use crate::shader_type::ShaderType;
use crate::tree::{ExprId, Loc, Type};

/// A value, or a tuple, an array or a structure of values. Those exist while a kernel is recorded; the tree knows their parts alone.
#[diagnostic::on_unimplemented(
    message = "this is no value of kernel code",
    note = "values are numbers, truth values, vectors, arrays and structures of them, and tuples of up to eight"
)]
pub trait Value<'m>: Copy {
    /// How many parts it has.
    const COUNT: usize;

    /// Adds the parts in order, each owned by the function being recorded.
    fn parts(self, recorder: &Recorder, loc: Loc, parts: &mut Vec<(ExprId, Type)>);

    /// The same of other parts, taken in order.
    fn made_of(parts: &mut Parts<'m, '_>) -> Self;

    /// The names of the parts in texts, in order.
    fn names(name: &str, names: &mut Vec<String>);

    /// Gives the parts those names: `name`, or `name_0`, `name_1` and so on.
    fn named(self, recorder: &'m Recorder, name: &str) -> Self;
}

/// Parts of a value that is put together.
pub struct Parts<'m, 'f> {
    recorder: &'m Recorder,
    /// Whose parts they are, where not those of the function being recorded.
    serial: Option<Serial>,
    next: &'f mut dyn FnMut(Type) -> ExprId,
}

impl<'m, 'f> Parts<'m, 'f> {
    /// Parts of the function that is being recorded when each is taken; `next` gives them in order, each of the type it is asked for.
    pub(super) fn new(recorder: &'m Recorder, next: &'f mut dyn FnMut(Type) -> ExprId) -> Self {
        Parts {
            recorder,
            serial: None,
            next,
        }
    }

    /// Parts of another function.
    pub(super) fn of(
        recorder: &'m Recorder,
        serial: Serial,
        next: &'f mut dyn FnMut(Type) -> ExprId,
    ) -> Self {
        Parts {
            serial: Some(serial),
            ..Parts::new(recorder, next)
        }
    }
}

impl<'m, T: ShaderType> Value<'m> for Exp<'m, T> {
    const COUNT: usize = 1;

    fn parts(self, recorder: &Recorder, loc: Loc, parts: &mut Vec<(ExprId, Type)>) {
        parts.push((recorder.own(self, loc), T::TYPE));
    }

    fn made_of(parts: &mut Parts<'m, '_>) -> Self {
        let id = (parts.next)(T::TYPE);
        match parts.serial {
            Some(serial) => parts.recorder.exp_of(id, serial),
            None => parts.recorder.exp(id),
        }
    }

    fn names(name: &str, names: &mut Vec<String>) {
        names.push(name.to_string());
    }

    fn named(self, recorder: &'m Recorder, name: &str) -> Self {
        if std::ptr::eq(recorder, self.recorder) && self.serial == recorder.with(|s| s.serial()) {
            recorder.with(|s| s.name(self.id, name));
        }
        self
    }
}

impl<'m, V: Value<'m>, const N: usize> Value<'m> for [V; N] {
    const COUNT: usize = N * V::COUNT;

    fn parts(self, recorder: &Recorder, loc: Loc, parts: &mut Vec<(ExprId, Type)>) {
        self.into_iter()
            .for_each(|element| element.parts(recorder, loc, parts));
    }

    fn made_of(parts: &mut Parts<'m, '_>) -> Self {
        std::array::from_fn(|_| V::made_of(parts))
    }

    fn names(name: &str, names: &mut Vec<String>) {
        (0..N).for_each(|at| V::names(&format!("{name}_{at}"), names));
    }

    fn named(self, recorder: &'m Recorder, name: &str) -> Self {
        let mut at = 0..;
        self.map(|element| element.named(recorder, &format!("{name}_{}", at.next().unwrap_or(0))))
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
            const COUNT: usize = 0 $(+ $part::COUNT)*;

            fn parts(self, recorder: &Recorder, loc: Loc, parts: &mut Vec<(ExprId, Type)>) {
                $(self.$at.parts(recorder, loc, parts);)*
            }

            fn made_of(parts: &mut Parts<'m, '_>) -> Self {
                ($($part::made_of(parts),)*)
            }

            fn names(name: &str, names: &mut Vec<String>) {
                $($part::names(&format!("{name}_{}", $at), names);)*
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
