//! What a launch hands to a kernel's parameters.

use super::launch::written_buffer;
use super::{Buffer, RawBuffer};
use crate::shader_type::{ScalarType, Transfer};
use crate::tree::{Access, Scalar, ScalarValue};
use half::f16;
use std::fmt;

/// The arguments of one kernel, by name. `shader!` implements it for the `Args` beside each kernel.
pub trait KernelArgs<'a> {
    /// The kernel they are for.
    const KERNEL: &'static str;

    /// The arguments with the names of their parameters.
    fn collect(self) -> Vec<(&'static str, Argument<'a>)>;
}

/// What one parameter is given: a buffer to read, a buffer to write, or a scalar.
#[derive(Debug)]
pub struct Argument<'a>(pub(super) Given<'a>);

#[derive(Debug)]
pub(super) enum Given<'a> {
    Read(&'a RawBuffer),
    Write(&'a mut RawBuffer),
    /// The scalars that a value is made of, each with the type that it is kept in.
    Value(Vec<(ScalarValue, Scalar)>),
}

impl<'a> Argument<'a> {
    /// A buffer for a parameter `&[T]` or `&T`.
    pub fn read<T>(buffer: &'a Buffer<T>) -> Argument<'a> {
        Argument(Given::Read(buffer.raw()))
    }

    /// A value for a by-value parameter, of any type that travels.
    pub fn value<T: Transfer>(value: &T) -> Argument<'a> {
        let mut scalars = Vec::new();
        value.scalars(&mut scalars);
        Argument(Given::Value(scalars))
    }

    /// A buffer for a parameter `&mut [T]` or `&mut T`.
    pub fn write<T>(buffer: &'a mut Buffer<T>) -> Argument<'a> {
        Argument(Given::Write(buffer.raw_mut()))
    }
}

impl<S: ScalarType + Into<ScalarValue>> From<S> for Argument<'_> {
    /// A scalar for a by-value parameter.
    fn from(value: S) -> Self {
        Argument(Given::Value(vec![(value.into(), S::TYPE.scalar)]))
    }
}

impl From<ScalarValue> for Argument<'_> {
    /// A scalar for a by-value parameter; a real is an `f32`.
    fn from(value: ScalarValue) -> Self {
        Argument(Given::Value(vec![(value, value.scalar())]))
    }
}

impl ScalarValue {
    /// As a field of the uniform block.
    pub(super) fn to_bytes(self) -> [u8; 4] {
        match self {
            ScalarValue::F32(v) => v.to_ne_bytes(),
            ScalarValue::I32(v) => v.to_ne_bytes(),
            ScalarValue::U32(v) => v.to_ne_bytes(),
            ScalarValue::Bool(v) => u32::from(v).to_ne_bytes(),
        }
    }
}

macro_rules! conversions {
    ($($ty:ty, $variant:ident;)*) => {$(
        impl From<$ty> for ScalarValue {
            fn from(value: $ty) -> Self {
                ScalarValue::$variant(value)
            }
        }
    )*};
}

impl From<f16> for ScalarValue {
    fn from(value: f16) -> Self {
        ScalarValue::F32(value.to_f32())
    }
}

conversions! { f32, F32; i32, I32; u32, U32; bool, Bool; }

impl fmt::Display for Given<'_> {
    /// As the parameter's type would be written: `&[f32]`, `u32`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Given::Read(buffer) => f.write_str(&written_buffer(Access::Read, buffer.shape())),
            Given::Write(buffer) => f.write_str(&written_buffer(Access::ReadWrite, buffer.shape())),
            Given::Value(scalars) => match &scalars[..] {
                [(_, scalar)] => scalar.fmt(f),
                several => write!(f, "{} scalars", several.len()),
            },
        }
    }
}
