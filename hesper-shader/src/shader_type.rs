//! Rust types that stand for shader types.

mod matrix;
mod tailed;

pub use matrix::{Mat, Mat2, Mat2x3, Mat2x4, Mat3, Mat3x2, Mat3x4, Mat4, Mat4x2, Mat4x3};
pub use tailed::{Bindable, Tailed};

use crate::memory::Memory;
use crate::tree::{Scalar, ScalarValue, Shape, Type};
use half::f16;
use std::fmt::Debug;
use std::marker::PhantomData;

/// A Rust type that names a type of kernel values.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of kernel code",
    note = "kernel values are `f32`, `f16`, `i32`, `u32`, `bool` and vectors of them: `Vec2<f32>`, `Vec3<u32>`, `Vec4<f32>`"
)]
pub trait ShaderType: Copy + Debug + PartialEq + 'static {
    /// The type it names.
    const TYPE: Type;
    /// The type of a component, of a scalar itself.
    type Scalar: ScalarType;
}

/// A scalar shader type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scalar: `f32`, `f16`, `i32`, `u32` or `bool` is needed here"
)]
pub trait ScalarType: ShaderType {}

/// A Rust type whose values go to a device and come back: scalars, vectors, arrays and the structures that `shader!` declares.
pub trait Transfer: Sized + 'static {
    /// What it is made of.
    fn shape() -> Shape;

    /// The components of all values in order, for each [leaf](Shape::leaves) by itself.
    fn to_memory<'a>(values: impl Iterator<Item = &'a Self> + Clone) -> Vec<Memory<f32>>;

    /// The values back from their components, the leaves' in order; `None` where those are of other types.
    fn from_memory(leaves: &mut dyn Iterator<Item = Memory<f32>>) -> Option<Vec<Self>>;

    /// The scalars of one value in order, field after field and element after element, each with the type in which a device keeps it.
    fn scalars(&self, scalars: &mut Vec<(ScalarValue, Scalar)>);
}

/// A type that can live in a buffer.
///
/// The reference device keeps the components as they are; a GPU lays structures and arrays out as WGSL does, so that a `Vec3` in an array takes 16 bytes.
/// A structure that holds a `bool` has this trait too, and is refused when a buffer of it is made.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot live in a buffer",
    note = "buffers hold `f32`, `f16`, `i32`, `u32`, vectors and arrays of them, and structures declared in `shader!`; for truth values use `u32` with 0 and 1",
    note = "a structure that ends in an array of runtime length, `[T]`, is a buffer by itself: a kernel's parameter `&S` or `&mut S`, made by `Device::upload_tailed`"
)]
pub trait Element: Transfer {}

/// A type of memory of a known size in kernel code: a value, an [`Atomic`], an array of such, or a structure that `shader!` declares.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of memory in kernel code",
    note = "memory holds values, atomics of `u32`, `i32` and `f32` (`Atomic<u32>`), arrays of both, and structures declared in `shader!`"
)]
pub trait Stored: Sized + 'static {
    /// How many [leaves](Shape::leaves) it has.
    const LEAVES: u32;

    /// What it is made of.
    fn shape() -> Shape;
}

/// A type of memory that is read and written as a whole: a value, or an [`Atomic`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not one value",
    note = "name a field or an element of it"
)]
pub trait Single: Stored {
    /// What a read yields.
    type Value: ShaderType;
}

impl<T: ShaderType> Stored for T {
    const LEAVES: u32 = 1;

    fn shape() -> Shape {
        Shape::Value(T::TYPE)
    }
}

impl<T: ShaderType> Single for T {
    type Value = T;
}

impl<T: Stored, const N: usize> Stored for [T; N] {
    const LEAVES: u32 = T::LEAVES;

    fn shape() -> Shape {
        Shape::Array(Box::new(T::shape()), N as u32)
    }
}

/// A name for kernel code only: memory whose elements, `u32`, `i32` or `f32`, all invocations may change at the same time, each change in one step.
///
/// It stands in `&mut [Atomic<u32>]`, which is bound to a `Buffer<u32>`, in `workgroup::<[Atomic<u32>; N]>()`, and in fields of structures, which on
/// the host are of the type that it holds.
pub struct Atomic<T> {
    value: PhantomData<fn() -> T>,
}

macro_rules! atomics {
    ($($ty:ty)*) => {$(
        impl Stored for Atomic<$ty> {
            const LEAVES: u32 = 1;

            fn shape() -> Shape {
                Shape::Atomic(<$ty>::TYPE)
            }
        }

        impl Single for Atomic<$ty> {
            type Value = $ty;
        }
    )*};
}

atomics! { u32 i32 f32 }

macro_rules! scalars {
    ($($ty:ty, $scalar:ident;)*) => {$(
        impl ShaderType for $ty {
            const TYPE: Type = Type::scalar(Scalar::$scalar);
            type Scalar = $ty;
        }
        impl ScalarType for $ty {}
    )*};
}

scalars! { f16, F16; f32, F32; i32, I32; u32, U32; bool, Bool; }

macro_rules! transfers {
    ($($ty:ty, $variant:ident, $to:expr, $from:expr;)*) => {$(
        impl Transfer for $ty {
            fn shape() -> Shape {
                Shape::Value(<$ty>::TYPE)
            }

            fn to_memory<'a>(values: impl Iterator<Item = &'a Self> + Clone) -> Vec<Memory<f32>> {
                vec![Memory::$variant(values.copied().map($to).collect())]
            }

            fn from_memory(leaves: &mut dyn Iterator<Item = Memory<f32>>) -> Option<Vec<Self>> {
                match leaves.next()? {
                    Memory::$variant(values) => Some(values.into_iter().map($from).collect()),
                    _ => None,
                }
            }

            fn scalars(&self, scalars: &mut Vec<(ScalarValue, Scalar)>) {
                scalars.push((ScalarValue::$variant($to(*self)), Self::TYPE.scalar));
            }
        }
    )*};
}

transfers! {
    f32, F32, |x| x, |x| x;
    i32, I32, |x| x, |x| x;
    u32, U32, |x| x, |x| x;
    bool, Bool, |x| x, |x| x;
    f16, F32, f16::to_f32, f16::from_f32;
}

impl Element for f32 {}
impl Element for i32 {}
impl Element for u32 {}
impl Element for f16 {}

impl<T: Transfer, const N: usize> Transfer for [T; N] {
    fn shape() -> Shape {
        Shape::Array(Box::new(T::shape()), N as u32)
    }

    fn to_memory<'a>(values: impl Iterator<Item = &'a Self> + Clone) -> Vec<Memory<f32>> {
        T::to_memory(values.flatten())
    }

    fn from_memory(leaves: &mut dyn Iterator<Item = Memory<f32>>) -> Option<Vec<Self>> {
        let mut elements = T::from_memory(leaves)?.into_iter().peekable();
        let mut arrays = Vec::new();
        while elements.peek().is_some() {
            let array: Vec<T> = elements.by_ref().take(N).collect();
            arrays.push(array.try_into().ok()?);
        }
        Some(arrays)
    }

    fn scalars(&self, scalars: &mut Vec<(ScalarValue, Scalar)>) {
        self.iter().for_each(|element| element.scalars(scalars));
    }
}

impl<T: Element, const N: usize> Element for [T; N] {}

macro_rules! vectors {
    ($($(#[$doc:meta])* $name:ident $size:literal $($field:ident)*;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct $name<T> {
            $(#[doc = concat!("Component ", stringify!($field), ".")] pub $field: T,)*
        }

        impl<T: ScalarType> ShaderType for $name<T> {
            const TYPE: Type = Type::vector($size, T::TYPE.scalar);
            type Scalar = T;
        }

        impl<T> From<[T; $size]> for $name<T> {
            fn from([$($field),*]: [T; $size]) -> Self {
                $name { $($field),* }
            }
        }

        impl<T> From<$name<T>> for [T; $size] {
            fn from(v: $name<T>) -> Self {
                [$(v.$field),*]
            }
        }

        impl<T: ScalarType + Transfer> Transfer for $name<T> {
            fn shape() -> Shape {
                Shape::Value(Self::TYPE)
            }

            fn to_memory<'a>(values: impl Iterator<Item = &'a Self> + Clone) -> Vec<Memory<f32>> {
                let components = values.flat_map(|v| [$(&v.$field),*]);
                T::to_memory(components)
            }

            fn from_memory(leaves: &mut dyn Iterator<Item = Memory<f32>>) -> Option<Vec<Self>> {
                let components = T::from_memory(leaves)?;
                Some(components.chunks_exact($size).filter_map(|c| <[T; $size]>::try_from(c).ok()).map(Self::from).collect())
            }

            fn scalars(&self, scalars: &mut Vec<(ScalarValue, Scalar)>) {
                $(self.$field.scalars(scalars);)*
            }
        }

        impl<T: ScalarType + Element> Element for $name<T> {}
    )*};
}

vectors! {
    /// A vector of two scalars: a value on the host, a type name in kernel code.
    Vec2 2 x y;
    /// A vector of three scalars: a value on the host, a type name in kernel code.
    Vec3 3 x y z;
    /// A vector of four scalars: a value on the host, a type name in kernel code.
    Vec4 4 x y z w;
}
