//! A device and the memory in use there.

use super::error::RunError;
use super::pool::{Lent, Pool, TensorElement};
use super::tensor::DeviceTensor;
use crate::dims::count;
use crate::tensor::ShapeError;
use hesper_shader::{Device, DeviceError};
use std::fmt;

/// A device, and the memory of the tensors there: what a tensor leaves when the last of its clones is gone, the next of that size takes.
///
/// Clones are the same workspace.
///
/// ```
/// use hesper_ad::prelude::*;
///
/// let workspace = Workspace::new(&Device::reference());
/// let x = workspace.tensor([3], &[1.0, 2.0, 3.0])?;
/// drop(x);
/// let y = workspace.tensor([3], &[4.0, 5.0, 6.0])?;
/// assert_eq!(y.read()?, [4.0, 5.0, 6.0]);
/// assert_eq!(workspace.buffers_made(), 1);
/// # Ok::<(), RunError>(())
/// ```
#[derive(Clone)]
pub struct Workspace {
    device: Device,
    pub(super) pool: Pool,
}

impl Workspace {
    /// A workspace on a device, without tensors.
    pub fn new(device: &Device) -> Workspace {
        Workspace {
            device: device.clone(),
            pool: Pool::default(),
        }
    }

    /// The device.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// A tensor of these elements, row-major: of `f32`, or of `u32` for whole numbers such as labels. `[]` is the shape of one number.
    ///
    /// # Errors
    /// Where the elements do not fill the shape, or the device has no such memory or is lost.
    pub fn tensor<T: TensorElement>(
        &self,
        shape: impl Into<Vec<usize>>,
        elements: &[T],
    ) -> Result<DeviceTensor<T>, RunError> {
        let shape = shape.into();
        if count(&shape) != elements.len() {
            let len = elements.len();
            return Err(ShapeError { shape, len }.into());
        }
        let mut memory = self.pool.take(&self.device, elements.len())?;
        if let Some(buffer) = memory.buffer_mut() {
            buffer.write(elements)?;
        }
        let greatest = T::greatest(elements);
        Ok(DeviceTensor::new(memory, &self.device, shape, greatest))
    }

    /// A tensor of zeros.
    ///
    /// # Errors
    /// Where the device has no such memory, or is lost.
    pub fn zeros(&self, shape: impl Into<Vec<usize>>) -> Result<DeviceTensor, RunError> {
        let shape = shape.into();
        let zeros = vec![0.0; count(&shape)];
        self.tensor(shape, &zeros)
    }

    /// How many buffers were made so far, for tensors and for the temporaries of plans. In a loop that is warm it stays as it is.
    pub fn buffers_made(&self) -> usize {
        self.pool.made()
    }

    /// Gives memory that no tensor uses now back to the device.
    pub fn free_unused(&self) {
        self.pool.clear();
    }

    /// Memory for a result, with anything in it.
    pub(super) fn memory<T: TensorElement>(&self, len: usize) -> Result<Lent<T>, DeviceError> {
        self.pool.take(&self.device, len)
    }
}

impl fmt::Debug for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (device, made) = (self.device.name(), self.buffers_made());
        write!(f, "Workspace({made} buffers on {device})")
    }
}
