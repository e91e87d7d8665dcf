//! Rust types that stand for shader types.

use crate::memory::Memory;
use crate::tree::{Scalar, Type};
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

/// A type that can live in a buffer.
///
/// The reference device keeps the components as they are; a GPU pads `Vec3` elements to 16 bytes, as WGSL lays them out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot live in a buffer",
    note = "buffers hold `f32`, `f16`, `i32`, `u32` and vectors of them; for truth values use `u32` with 0 and 1"
)]
pub trait Element: ShaderType {
    /// The elements' components in order.
    fn to_memory(elements: &[Self]) -> Memory<f32>;

    /// The elements back from their components; `None` where the scalar type differs.
    fn from_memory(memory: Memory<f32>) -> Option<Vec<Self>>;
}

/// A type of memory in kernel code: a value, or an [`Atomic`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of memory in kernel code",
    note = "memory holds values, and atomics of `u32`, `i32` and `f32`: `Atomic<u32>`"
)]
pub trait Stored: Sized + 'static {
    /// What a read yields.
    type Value: ShaderType;
    /// Whether it is read and written in one step alone.
    const ATOMIC: bool;
}

impl<T: ShaderType> Stored for T {
    type Value = T;
    const ATOMIC: bool = false;
}

/// A name for kernel code only: memory whose elements, `u32`, `i32` or `f32`, all invocations may change at the same time, each change in one step.
///
/// It stands in `&mut [Atomic<u32>]`, which is bound to a `Buffer<u32>`, and in `workgroup::<[Atomic<u32>; N]>()`.
pub struct Atomic<T> {
    value: PhantomData<fn() -> T>,
}

impl Stored for Atomic<u32> {
    type Value = u32;
    const ATOMIC: bool = true;
}

impl Stored for Atomic<f32> {
    type Value = f32;
    const ATOMIC: bool = true;
}

impl Stored for Atomic<i32> {
    type Value = i32;
    const ATOMIC: bool = true;
}

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

macro_rules! elements {
    ($($ty:ty, $variant:ident;)*) => {$(
        impl Element for $ty {
            fn to_memory(elements: &[Self]) -> Memory<f32> {
                Memory::$variant(elements.to_vec())
            }
            fn from_memory(memory: Memory<f32>) -> Option<Vec<Self>> {
                if let Memory::$variant(v) = memory { Some(v) } else { None }
            }
        }
    )*};
}

elements! { f32, F32; i32, I32; u32, U32; }

impl Element for f16 {
    fn to_memory(elements: &[Self]) -> Memory<f32> {
        Memory::F32(elements.iter().map(|x| x.to_f32()).collect())
    }

    fn from_memory(memory: Memory<f32>) -> Option<Vec<Self>> {
        let Memory::F32(reals) = memory else {
            return None;
        };
        Some(reals.into_iter().map(f16::from_f32).collect())
    }
}

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

        impl<T: ScalarType + Element> Element for $name<T> {
            fn to_memory(elements: &[Self]) -> Memory<f32> {
                let components: Vec<T> = elements.iter().flat_map(|v| [$(v.$field),*]).collect();
                T::to_memory(&components)
            }
            fn from_memory(memory: Memory<f32>) -> Option<Vec<Self>> {
                let components = T::from_memory(memory)?;
                Some(components.chunks_exact($size).filter_map(|c| <[T; $size]>::try_from(c).ok()).map(Self::from).collect())
            }
        }
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
