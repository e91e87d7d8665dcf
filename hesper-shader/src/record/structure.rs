//! Structures and arrays: their values, their places, and variables of them.

use super::exp::Exp;
use super::memory::{Place, length};
use super::recorder::Recorder;
use super::relations::{IndexTy, StoreTy};
use super::value::Value;
use crate::shader_type::{Atomic, ShaderType, Stored};
use crate::tree::{Loc, LocalId, Root, StmtKind};

/// A type of values of kernel code: scalars, vectors, arrays and structures of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of values of kernel code",
    note = "values are `f32`, `f16`, `i32`, `u32`, `bool`, vectors and arrays of them, and structures that `shader!` declares; one with atomics, or that ends in an array of runtime length, is memory: name its fields"
)]
pub trait ValueType: InMemory {
    /// What stands for a value while a kernel is recorded.
    type Value<'m>: Held<'m, Type = Self>;

    /// Reads a place, part by part.
    fn load<'m>(place: Place<'m, Self>, loc: Loc) -> Self::Value<'m>;

    /// Writes a place, part by part.
    fn save<'m>(place: Place<'m, Self>, recorder: &'m Recorder, value: Self::Value<'m>, loc: Loc);
}

/// A type of memory in kernel code.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of memory in kernel code",
    note = "memory holds values, atomics of `u32`, `i32` and `f32` (`Atomic<u32>`), arrays of both, and structures declared in `shader!`",
    note = "a structure that ends in an array of runtime length, `[T]`, is a buffer by itself: a kernel's parameter `&S` or `&mut S`"
)]
pub trait InMemory: Stored + Placed {}

/// What stands for the places of a type while a kernel is recorded.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of memory in kernel code",
    note = "memory holds values, atomics of `u32`, `i32` and `f32` (`Atomic<u32>`), arrays of both, and structures declared in `shader!`"
)]
pub trait Placed: Sized + 'static {
    /// The places of such memory.
    type Place<'m>: Copy;

    /// The place with its parts.
    fn place<'m>(whole: Place<'m, Self>) -> Self::Place<'m>;
}

/// A value whose type memory can hold: no tuple.
#[diagnostic::on_unimplemented(
    message = "this cannot be kept in a variable",
    note = "variables hold scalars, vectors, arrays and structures; bind the parts of a tuple: `let (mut a, mut b) = ..`"
)]
pub trait Held<'m>: Value<'m> {
    /// The type.
    type Type: ValueType<Value<'m> = Self>;
}

/// A place that can be written with such a value.
#[diagnostic::on_unimplemented(
    message = "this value does not fit this place",
    label = "a value of another type is kept here"
)]
pub trait Assign<'m, V> {
    /// Makes it the content.
    fn assign(self, recorder: &'m Recorder, value: V, loc: Loc);
}

impl<T: ShaderType> InMemory for T {}

impl<T: ShaderType> Placed for T {
    type Place<'m> = Place<'m, T>;

    fn place<'m>(whole: Place<'m, T>) -> Place<'m, T> {
        whole
    }
}

impl<T: ShaderType> ValueType for T {
    type Value<'m> = Exp<'m, T>;

    fn load<'m>(place: Place<'m, T>, loc: Loc) -> Exp<'m, T> {
        let recorder = place.recorder;
        let place = place.in_tree(recorder, loc);
        let id = recorder.with(|s| match place {
            Some(place) => s.load(place, T::TYPE, loc),
            None => s.zero(T::TYPE, loc),
        });
        recorder.exp(id)
    }

    fn save<'m>(place: Place<'m, T>, recorder: &'m Recorder, value: Exp<'m, T>, loc: Loc) {
        let value = recorder.own(value, loc);
        if let Some(place) = place.in_tree(recorder, loc) {
            recorder.with(|s| s.push(StmtKind::Store { place, value }, loc));
        }
    }
}

impl<'m, T: ShaderType> Held<'m> for Exp<'m, T> {
    type Type = T;
}

impl<T: 'static> InMemory for Atomic<T> where Atomic<T>: Stored {}

impl<T: 'static> Placed for Atomic<T>
where
    Atomic<T>: Stored,
{
    type Place<'m> = Place<'m, Atomic<T>>;

    fn place<'m>(whole: Place<'m, Self>) -> Self::Place<'m> {
        whole
    }
}

impl<T: InMemory, const N: usize> InMemory for [T; N] {}

impl<T: InMemory, const N: usize> Placed for [T; N] {
    type Place<'m> = Place<'m, [T; N]>;

    fn place<'m>(whole: Place<'m, Self>) -> Self::Place<'m> {
        whole
    }
}

impl<T: ValueType, const N: usize> ValueType for [T; N] {
    type Value<'m> = [T::Value<'m>; N];

    fn load<'m>(place: Place<'m, Self>, loc: Loc) -> Self::Value<'m> {
        let mut numbers = 0..;
        std::array::from_fn(|_| T::load(place.number(numbers.next().unwrap_or(0), loc), loc))
    }

    fn save<'m>(place: Place<'m, Self>, recorder: &'m Recorder, value: Self::Value<'m>, loc: Loc) {
        for (number, element) in (0..).zip(value) {
            T::save(place.number(number, loc), recorder, element, loc);
        }
    }
}

impl<'m, T: ShaderType> Place<'m, T> {
    /// Reads the value, here and now.
    #[track_caller]
    pub fn get(self) -> Exp<'m, T> {
        T::load(self, Loc::caller())
    }
}

impl<'m, V: Held<'m>, const N: usize> Held<'m> for [V; N] {
    type Type = [V::Type; N];
}

impl<'m, T: InMemory, const N: usize> Place<'m, [T; N]> {
    /// The place of an element.
    #[track_caller]
    pub fn at<I: IndexTy>(self, index: Exp<'m, I>) -> T::Place<'m> {
        T::place(self.index(index, Loc::caller()))
    }

    /// Number of elements.
    #[track_caller]
    pub fn len(self) -> Exp<'m, u32> {
        length(self.recorder, N as u32, Loc::caller())
    }

    /// The element of this number.
    fn number(self, number: u32, loc: Loc) -> Place<'m, T> {
        let id = self.recorder.with(|s| s.u32(number, loc));
        self.index(self.recorder.exp::<u32>(id), loc)
    }

    /// Reads all elements, here and now.
    #[track_caller]
    pub fn get(self) -> [T::Value<'m>; N]
    where
        T: ValueType,
    {
        <[T; N]>::load(self, Loc::caller())
    }
}

impl<'m, T: ShaderType + StoreTy<U>, U: ShaderType> Assign<'m, Exp<'m, U>> for Place<'m, T> {
    fn assign(self, recorder: &'m Recorder, value: Exp<'m, U>, loc: Loc) {
        T::save(self, recorder, value.retype(), loc);
    }
}

impl<'m, T: ValueType, const N: usize> Assign<'m, [T::Value<'m>; N]> for Place<'m, [T; N]> {
    fn assign(self, recorder: &'m Recorder, value: [T::Value<'m>; N], loc: Loc) {
        <[T; N]>::save(self, recorder, value, loc);
    }
}

impl Recorder {
    /// `place = value`.
    #[track_caller]
    pub fn store<'m, P: Assign<'m, V>, V>(&'m self, place: P, value: V) {
        place.assign(self, value, Loc::caller());
    }

    /// `let mut name = value`: a local variable of each invocation.
    #[track_caller]
    pub fn var<'m, V: Held<'m>>(&'m self, name: &str, value: V) -> <V::Type as Placed>::Place<'m> {
        let loc = Loc::caller();
        let place = self.variable::<V::Type>(name, &[], loc);
        V::Type::save(place, self, value, loc);
        V::Type::place(place)
    }

    /// The local variables for all leaves of a type, inside of arrays of these lengths.
    pub(super) fn variable<T: Stored>(&self, name: &str, dims: &[u32], loc: Loc) -> Place<'_, T> {
        let locals = T::shape().leaves().into_iter().map(|leaf| {
            let dims = [dims, &leaf.dims].concat();
            let name = format!("{name}{}", leaf.name);
            self.with(|s| s.local(&name, leaf.ty, &dims, loc))
        });
        let locals: Vec<LocalId> = locals.collect();
        let first = locals.first().copied().unwrap_or(LocalId(0));
        Place::new(self, Root::Local(first))
    }
}

/// What can be indexed though it lies nowhere: a vector, an array.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be indexed",
    label = "only buffers, arrays and vectors can"
)]
pub trait Indexed<'m, I> {
    /// What an index yields.
    type Output;

    /// The element.
    fn element(self, index: Exp<'m, I>, loc: Loc) -> Self::Output;
}

/// `value[index]`
#[track_caller]
pub fn indexed<'m, I: IndexTy, V: Indexed<'m, I>>(value: V, index: Exp<'m, I>) -> V::Output {
    value.element(index, Loc::caller())
}

/// An index that is known while recording takes its element; any other reads a local array with all of them.
impl<'m, I: IndexTy, V: Held<'m>, const N: usize> Indexed<'m, I> for [V; N] {
    type Output = V;

    fn element(self, index: Exp<'m, I>, loc: Loc) -> V {
        let recorder = index.recorder;
        let known = recorder.with(|s| s.literal_u32(index.id));
        if let Some(element) = known.and_then(|n| self.get(n as usize)) {
            return *element;
        }
        let place = recorder.variable::<[V::Type; N]>("elements", &[], loc);
        <[V::Type; N]>::save(place, recorder, self, loc);
        V::Type::load(place.index(index, loc), loc)
    }
}
