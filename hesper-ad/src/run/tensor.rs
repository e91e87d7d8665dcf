//! Tensors that live on a device.

use super::pool::{Lent, TensorElement};
use crate::dims::count;
use crate::tensor::ShapeError;
use hesper_shader::{Buffer, Device, DeviceError};
use std::fmt;
use std::sync::Arc;

/// A tensor on a device, row-major. It never changes, and clones share its memory, so that it may go into any number of calls.
///
/// Of whole numbers, `DeviceTensor<u32>`, those that were uploaded are compared with the bounds of the ports that take them, on every device.
#[derive(Clone)]
pub struct DeviceTensor<T: TensorElement = f32> {
    memory: Arc<Lent<T>>,
    device: Device,
    shape: Vec<usize>,
    /// Of whole numbers that came from the host, the greatest and where it is.
    greatest: Option<(usize, u32)>,
}

impl<T: TensorElement> DeviceTensor<T> {
    /// A tensor of memory that was filled; as many elements as the shape has.
    pub(super) fn new(
        memory: Lent<T>,
        device: &Device,
        shape: Vec<usize>,
        greatest: Option<(usize, u32)>,
    ) -> DeviceTensor<T> {
        DeviceTensor {
            memory: Arc::new(memory),
            device: device.clone(),
            shape,
            greatest,
        }
    }

    /// The extents, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        count(&self.shape)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The device it is on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The elements in row-major order, once everything asked of the device so far is done.
    ///
    /// # Errors
    /// Where a dispatch before failed or does not end, or the device is lost.
    pub fn read(&self) -> Result<Vec<T>, DeviceError> {
        self.memory.buffer().map_or(Ok(Vec::new()), Buffer::read)
    }

    /// The same elements, which are not copied, in another shape.
    ///
    /// ```
    /// # use hesper_ad::prelude::*;
    /// let workspace = Workspace::new(&Device::reference());
    /// let x = workspace.tensor([2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
    /// assert_eq!(x.reshaped([6])?.shape(), [6]);
    /// assert!(x.reshaped([5]).is_err());
    /// # Ok::<(), RunError>(())
    /// ```
    ///
    /// # Errors
    /// Where they do not fill it.
    pub fn reshaped(&self, shape: impl Into<Vec<usize>>) -> Result<DeviceTensor<T>, ShapeError> {
        let shape = shape.into();
        if count(&shape) != self.len() {
            let len = self.len();
            return Err(ShapeError { shape, len });
        }
        Ok(DeviceTensor {
            shape,
            ..self.clone()
        })
    }

    pub(super) fn buffer(&self) -> Option<&Buffer<T>> {
        self.memory.buffer()
    }

    pub(super) fn greatest(&self) -> Option<(usize, u32)> {
        self.greatest
    }
}

impl<T: TensorElement> fmt::Debug for DeviceTensor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (element, device) = (T::TYPE, self.device.name());
        write!(f, "DeviceTensor({:?} of {element} on {device})", self.shape)
    }
}
