//! Typed paths to memory: buffers, workgroup arrays, places.

use super::exp::Exp;
use super::recorder::Recorder;
use super::relations::{HasW, HasX, HasY, HasZ, IndexTy};
use super::state::Serial;
use super::structure::InMemory;
use crate::shader_type::ShaderType;
use crate::tree::{self, ExprKind, Literal, Loc, LocalId, ParamId, Root, Step, WorkgroupId};
use std::marker::PhantomData;

/// The longest path: seven indices and a component. The verifier refuses places that need more.
const LONGEST: usize = 8;

/// A typed path to a value in memory: a local variable, a buffer element, a component of one.
pub struct Place<'m, T> {
    pub(super) recorder: &'m Recorder,
    root: Root,
    path: [Option<Step>; LONGEST],
    /// The function a local or an index belongs to.
    serial: Serial,
    ty: PhantomData<fn() -> T>,
}

impl<T> Clone for Place<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Place<'_, T> {}

impl<'m, T> Place<'m, T> {
    pub(super) fn new(recorder: &'m Recorder, root: Root) -> Self {
        Place {
            recorder,
            root,
            path: [None; LONGEST],
            serial: recorder.with(|s| s.serial()),
            ty: PhantomData,
        }
    }

    pub(super) fn step<U>(self, step: Step) -> Place<'m, U> {
        let mut path = self.path;
        if let Some(free) = path.iter_mut().find(|s| s.is_none()) {
            *free = Some(step);
        }
        Place {
            path,
            ..self.retype()
        }
    }

    pub(super) fn index<U, I: IndexTy>(self, index: Exp<'m, I>, loc: Loc) -> Place<'m, U> {
        let index = self.recorder.own(index, loc);
        let serial = self.recorder.with(|s| s.serial());
        Place {
            serial,
            ..self.step(Step::Index(index))
        }
    }

    /// A field of a structure: the leaves of each lie in variables of their own, `skipped` of them before this field's.
    pub fn field<U>(self, skipped: u32) -> Place<'m, U> {
        let root = match self.root {
            Root::Storage(ParamId(n)) => Root::Storage(ParamId(n.saturating_add(skipped))),
            Root::Workgroup(WorkgroupId(n)) => {
                Root::Workgroup(WorkgroupId(n.saturating_add(skipped)))
            }
            Root::Local(LocalId(n)) => Root::Local(LocalId(n.saturating_add(skipped))),
        };
        Place {
            root,
            ..self.retype()
        }
    }

    /// The array of runtime length that a structure ends in, as the buffer that it is; `skipped` as of a [field](Place::field).
    pub fn tail<U: InMemory>(self, skipped: u32) -> WriteBuffer<'m, U> {
        let recorder = self.recorder;
        let param = match self.field::<U>(skipped).root {
            Root::Storage(param) => param,
            // Only what a kernel binds has one.
            Root::Workgroup(_) | Root::Local(_) => ParamId(u32::MAX),
        };
        WriteBuffer::new(recorder, param)
    }

    /// The local that it starts from, and of several parts the first.
    pub(super) fn local(self) -> LocalId {
        match self.root {
            Root::Local(local) => local,
            Root::Storage(_) | Root::Workgroup(_) => LocalId(0),
        }
    }

    /// The same place as another type that relations say is the same.
    pub(super) fn retype<U>(self) -> Place<'m, U> {
        Place {
            recorder: self.recorder,
            root: self.root,
            path: self.path,
            serial: self.serial,
            ty: PhantomData,
        }
    }

    /// The untyped place, if it belongs to the function being recorded; else a mistake is noted.
    pub(super) fn in_tree(self, recorder: &Recorder, loc: Loc) -> Option<tree::Place> {
        let ours = std::ptr::eq(recorder, self.recorder);
        let path: Vec<Step> = self.path.into_iter().flatten().collect();
        recorder.with(|s| {
            let bound = matches!(self.root, Root::Local(_))
                || path.iter().any(|s| matches!(s, Step::Index(_)));
            if ours && (!bound || self.serial == s.serial()) {
                return Some(tree::Place {
                    root: self.root,
                    path,
                });
            }
            s.problem(super::error::RecordProblem::ForeignValue, loc);
            None
        })
    }
}

macro_rules! components {
    ($($name:ident $index:literal $relation:ident;)*) => {
        impl<'m, T: ShaderType> Place<'m, T> {$(
            #[doc = concat!("The place of component `", stringify!($name), "` of a vector.")]
            pub fn $name(self) -> Place<'m, T::Component>
            where
                T: $relation,
            {
                self.step(Step::Component($index))
            }
        )*}
    };
}

components! { x 0 HasX; y 1 HasY; z 2 HasZ; w 3 HasW; r 0 HasX; g 1 HasY; b 2 HasZ; a 3 HasW; }

macro_rules! buffers {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        pub struct $name<'m, T> {
            recorder: &'m Recorder,
            pub(super) param: ParamId,
            ty: PhantomData<fn() -> T>,
        }

        impl<T> Clone for $name<'_, T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $name<'_, T> {}

        impl<'m, T: InMemory> $name<'m, T> {
            pub(super) fn new(recorder: &'m Recorder, param: ParamId) -> Self {
                $name { recorder, param, ty: PhantomData }
            }

            /// The place of an element.
            #[track_caller]
            pub fn at<I: IndexTy>(self, index: Exp<'m, I>) -> T::Place<'m> {
                let whole = Place::<T>::new(self.recorder, Root::Storage(self.param));
                T::place(whole.index(index, Loc::caller()))
            }

            /// The logical number of elements.
            #[track_caller]
            pub fn len(self) -> Exp<'m, u32> {
                self.recorder.push_expr(ExprKind::Length(self.param), Loc::caller())
            }
        }
    )*};
}

buffers! {
    /// A storage buffer the kernel only reads, `&[T]`.
    ReadBuffer;
    /// A storage buffer the kernel reads and writes, `&mut [T]`.
    WriteBuffer;
}

impl<T> WriteBuffer<'_, T> {
    /// The buffer as it is: `log.items`, named as a whole, is handed on and asked for its length.
    pub fn get(self) -> Self {
        self
    }

    /// Says why any order of accesses to the buffer is right, where that changes what it holds: `#[any_order("..")]` of a parameter.
    pub fn any_order(self, reason: &str) -> Self {
        let at = self.param.index();
        self.recorder.with(|s| {
            let field = s.params.get(at).and_then(|param| param.field);
            let buffer = field.and_then(|field| s.structured.get(field.buffer as usize));
            let parts = buffer.map_or(1, |buffer| buffer.leaves.len());
            for param in s.params.iter_mut().skip(at).take(parts) {
                param.any_order = Some(reason.to_string());
            }
        });
        self
    }
}

/// An array: one that the workgroup shares, a row of one, or one that was handed to a helper. `L` is its length where the type holds it, a [`Len`], else [`AnyLength`].
pub struct WorkgroupArray<'m, T, L = AnyLength> {
    place: Place<'m, T>,
    length: u32,
    in_type: PhantomData<fn() -> L>,
}

/// A length that is known when the kernel is compiled.
pub struct Len<const N: u32>;

/// A length that is known when the kernel is built.
pub struct AnyLength;

/// What a helper's parameter `&[T]` takes: a buffer, also one that the kernel writes.
#[diagnostic::on_unimplemented(
    message = "this is no buffer of `{T}`",
    label = "not the buffer that the helper's `&[T]` takes",
    note = "buffers are parameters `&[T]` and `&mut [T]`, handed on by their names"
)]
pub trait ReadArgument<'m, T> {
    /// The buffer, to be read.
    fn buffer(self) -> ReadBuffer<'m, T>;
}

impl<'m, T: InMemory> ReadArgument<'m, T> for ReadBuffer<'m, T> {
    fn buffer(self) -> ReadBuffer<'m, T> {
        self
    }
}

impl<'m, T: InMemory> ReadArgument<'m, T> for WriteBuffer<'m, T> {
    fn buffer(self) -> ReadBuffer<'m, T> {
        ReadBuffer::new(self.recorder, self.param)
    }
}

/// What a helper's parameter `&mut T` takes.
#[diagnostic::on_unimplemented(
    message = "this is no place of a `{T}`",
    label = "not what the helper's `&mut T` takes",
    note = "write `&mut` before a `let mut` variable, an element or a component of that type"
)]
pub trait PlaceArgument<'m, T> {
    /// The place.
    fn place(self) -> Place<'m, T>;
}

impl<'m, T> PlaceArgument<'m, T> for Place<'m, T> {
    fn place(self) -> Place<'m, T> {
        self
    }
}

/// What a helper's parameter `&[T; N]` or `&mut [T; N]` takes: an array of `T` and this length. A length that no type holds is compared when
/// the kernel is built.
#[diagnostic::on_unimplemented(
    message = "mismatched arrays: expected elements of `{T}` and a length of `{L}`, found `{Self}`",
    label = "not the array that the helper takes",
    note = "a helper for several lengths is generic: `fn f<const N: u32>(t: &mut [f32; N])`"
)]
pub trait ArrayArgument<'m, T, L> {
    /// The array itself.
    fn array(self) -> WorkgroupArray<'m, T>;
}

impl<'m, T: InMemory, const N: u32> ArrayArgument<'m, T, Len<N>> for WorkgroupArray<'m, T, Len<N>> {
    fn array(self) -> WorkgroupArray<'m, T> {
        self.measured()
    }
}

impl<'m, T: InMemory, const N: u32> ArrayArgument<'m, T, Len<N>> for WorkgroupArray<'m, T> {
    fn array(self) -> WorkgroupArray<'m, T> {
        self
    }
}

impl<'m, T: InMemory, L> ArrayArgument<'m, T, AnyLength> for WorkgroupArray<'m, T, L> {
    fn array(self) -> WorkgroupArray<'m, T> {
        self.measured()
    }
}

/// An array of arrays shared by the workgroup.
pub struct WorkgroupArray2<'m, T> {
    place: Place<'m, T>,
    rows: u32,
    columns: u32,
}

impl<T, L> Clone for WorkgroupArray<'_, T, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, L> Copy for WorkgroupArray<'_, T, L> {}

impl<T> Clone for WorkgroupArray2<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for WorkgroupArray2<'_, T> {}

impl<'m, T: InMemory, L> WorkgroupArray<'m, T, L> {
    pub(super) fn new(place: Place<'m, T>, length: u32) -> Self {
        WorkgroupArray {
            place,
            length,
            in_type: PhantomData,
        }
    }

    /// The same array with its length in another type.
    pub(super) fn measured<M>(self) -> WorkgroupArray<'m, T, M> {
        WorkgroupArray::new(self.place, self.length)
    }

    /// Number of elements.
    pub(super) fn count(self) -> u32 {
        self.length
    }

    /// The variable, if this is all of it and shared by the workgroup.
    pub(super) fn whole(self) -> Option<Root> {
        let all = self.place.path.iter().all(Option::is_none);
        let shared = matches!(self.place.root, Root::Workgroup(_));
        (all && shared).then_some(self.place.root)
    }

    /// The place of an element.
    #[track_caller]
    pub fn at<I: IndexTy>(self, index: Exp<'m, I>) -> T::Place<'m> {
        T::place(self.place.index(index, Loc::caller()))
    }

    /// Number of elements.
    #[track_caller]
    pub fn len(self) -> Exp<'m, u32> {
        length(self.place.recorder, self.length, Loc::caller())
    }
}

impl<'m, T: InMemory> WorkgroupArray2<'m, T> {
    pub(super) fn new(place: Place<'m, T>, rows: u32, columns: u32) -> Self {
        WorkgroupArray2 {
            place,
            rows,
            columns,
        }
    }

    /// A row.
    #[track_caller]
    pub fn at<I: IndexTy>(self, index: Exp<'m, I>) -> WorkgroupArray<'m, T> {
        WorkgroupArray::new(self.place.index(index, Loc::caller()), self.columns)
    }

    /// Number of rows.
    #[track_caller]
    pub fn len(self) -> Exp<'m, u32> {
        length(self.place.recorder, self.rows, Loc::caller())
    }
}

pub(super) fn length(recorder: &Recorder, n: u32, loc: Loc) -> Exp<'_, u32> {
    recorder.push_expr(ExprKind::Literal(Literal::U32(n)), loc)
}
