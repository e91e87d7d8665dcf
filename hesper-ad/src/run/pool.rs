//! Memory of tensors that are gone, kept for those to come.

use super::inputs::Value;
use super::tensor::DeviceTensor;
use hesper_shader::{Buffer, Device, DeviceError, Element, ShaderType, f16};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What tensors on a device are made of: `f32`, `f16` where a [port](crate::Signature::f16) keeps that, and `u32` for whole numbers such as labels.
pub trait TensorElement: Element + ShaderType + Default + sealed::Kept {}

impl TensorElement for f32 {}
impl TensorElement for f16 {}
impl TensorElement for u32 {}

/// What tensors of reals are made of: `f32` and `f16`.
pub trait RealElement: TensorElement {}

impl RealElement for f32 {}
impl RealElement for f16 {}

pub(super) mod sealed {
    use super::super::inputs::Value;
    use super::super::tensor::DeviceTensor;
    use super::{Free, Shelf, TensorElement};

    /// Where buffers of this type are kept.
    pub trait Kept: Sized {
        /// Their shelf.
        fn shelf(free: &mut Free) -> &mut Shelf<Self>;

        /// The greatest of whole numbers and where it is, which a bound is compared with.
        fn greatest(_: &[Self]) -> Option<(usize, u32)> {
            None
        }

        /// A tensor of this type among others.
        fn value(tensor: DeviceTensor<Self>) -> Value
        where
            Self: TensorElement;

        /// The tensor, if it is of this type.
        fn of(value: &Value) -> Option<&DeviceTensor<Self>>
        where
            Self: TensorElement;
    }
}

/// Buffers by their length.
pub(super) type Shelf<T> = BTreeMap<usize, Vec<Buffer<T>>>;

/// Buffers that no tensor uses.
#[derive(Default)]
pub struct Free {
    reals: Shelf<f32>,
    halves: Shelf<f16>,
    integers: Shelf<u32>,
    /// How many buffers were ever made.
    made: usize,
}

macro_rules! kept {
    ($ty:ty, $shelf:ident, $value:ident $(, $greatest:item)?) => {
        impl sealed::Kept for $ty {
            fn shelf(free: &mut Free) -> &mut Shelf<$ty> {
                &mut free.$shelf
            }

            fn value(tensor: DeviceTensor<$ty>) -> Value {
                Value::$value(tensor)
            }

            fn of(value: &Value) -> Option<&DeviceTensor<$ty>> {
                match value {
                    Value::$value(tensor) => Some(tensor),
                    _ => None,
                }
            }

            $($greatest)?
        }
    };
}

kept!(f32, reals, Reals);
kept!(f16, halves, Halves);
kept!(
    u32,
    integers,
    Integers,
    fn greatest(elements: &[u32]) -> Option<(usize, u32)> {
        let all = elements.iter().copied().enumerate();
        all.reduce(|most, (i, n)| if n > most.1 { (i, n) } else { most })
    }
);

/// The memory of a workspace, which its tensors share.
#[derive(Clone, Default)]
pub(super) struct Pool(Arc<Mutex<Free>>);

impl Pool {
    /// A buffer from before, with anything in it, or a new one.
    pub(super) fn take<T: TensorElement>(
        &self,
        device: &Device,
        len: usize,
    ) -> Result<Lent<T>, DeviceError> {
        let known = T::shelf(&mut self.free()).get_mut(&len).and_then(Vec::pop);
        let buffer = match known {
            Some(buffer) => buffer,
            None => {
                let buffer = device.uninit(len)?;
                self.count(1);
                buffer
            }
        };
        Ok(Lent {
            buffer: Some(buffer),
            pool: self.clone(),
        })
    }

    /// How many buffers were ever made.
    pub(super) fn made(&self) -> usize {
        self.free().made
    }

    /// Counts buffers that are made elsewhere: temporaries.
    pub(super) fn count(&self, made: usize) {
        self.free().made += made;
    }

    /// Gives free memory back to the device.
    pub(super) fn clear(&self) {
        let mut free = self.free();
        free.reals.clear();
        free.halves.clear();
        free.integers.clear();
    }

    fn free(&self) -> MutexGuard<'_, Free> {
        // A thread that panics leaves the shelves whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A buffer that goes back to its pool.
pub(super) struct Lent<T: TensorElement> {
    /// There until it is dropped.
    buffer: Option<Buffer<T>>,
    pool: Pool,
}

impl<T: TensorElement> Lent<T> {
    pub(super) fn buffer(&self) -> Option<&Buffer<T>> {
        self.buffer.as_ref()
    }

    pub(super) fn buffer_mut(&mut self) -> Option<&mut Buffer<T>> {
        self.buffer.as_mut()
    }
}

impl<T: TensorElement> Drop for Lent<T> {
    fn drop(&mut self) {
        if let Some(buffer) = self.buffer.take() {
            let mut free = self.pool.free();
            T::shelf(&mut free)
                .entry(buffer.len())
                .or_default()
                .push(buffer);
        }
    }
}
