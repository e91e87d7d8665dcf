//! Buffers that the application has too.

use super::transfer::GpuBuffer;
use crate::device::buffer::{Buffer, BufferMemory, RawBuffer};
use crate::device::{Backend, Device, DeviceError};
use crate::shader_type::Element;
use std::sync::Arc;

impl Device {
    /// The first `len` elements of a wgpu buffer as an argument of kernels, without a copy: of the device of [`from_wgpu`](Device::from_wgpu), and laid out as
    /// WGSL lays out an array of the element, a `Vec3` in 16 bytes. The buffer stays the application's too: what either side submits to the queue comes in its order.
    ///
    /// It needs the usage `STORAGE`; `COPY_DST` for [`Buffer::write`], `COPY_SRC` for [`Buffer::read`] and `INDIRECT` for [`launch_indirect`](crate::Kernel::launch_indirect), which wgpu
    /// refuses without.
    ///
    /// # Errors
    /// Where this is no device of wgpu's, or the buffer is too short or not for storage.
    pub fn wrap_wgpu<T: Element>(
        &self,
        buffer: wgpu::Buffer,
        len: usize,
    ) -> Result<Buffer<T>, DeviceError> {
        let shape = T::shape();
        // A kernel is bound to one element at least, and to whole words.
        let need = self.bytes_of(&shape, len)?.max(shape.stride());
        let need = need.next_multiple_of(wgpu::COPY_BUFFER_ALIGNMENT);
        let unfit = |reason: String| DeviceError::UnfitBuffer {
            len,
            element: shape.to_string(),
            reason,
        };
        let Backend::Gpu(gpu) = &*self.backend else {
            let reason = format!(
                "{} is no device of wgpu's; Device::from_wgpu makes one of the device that the buffer is on",
                self.name()
            );
            return Err(unfit(reason));
        };
        if buffer.size() < need {
            let size = buffer.size();
            return Err(unfit(format!("it has {size} bytes, and {need} are needed")));
        }
        let (usage, needed) = (buffer.usage(), wgpu::BufferUsages::STORAGE);
        if !usage.contains(needed) {
            return Err(unfit(format!(
                "its usage is {usage:?}, without {needed:?}; create it with that"
            )));
        }
        let storage = BufferMemory::Gpu(GpuBuffer {
            gpu: Arc::clone(gpu),
            buffer,
        });
        Ok(Buffer::over(RawBuffer {
            device: self.clone(),
            shape,
            len,
            storage,
        }))
    }
}

impl<T> Buffer<T> {
    /// The buffer of wgpu's that the elements are in, for passes of the application's own; `None` on the reference device. It has the usages `STORAGE`, `INDIRECT`,
    /// `COPY_SRC` and `COPY_DST`, or those with which it was [wrapped](Device::wrap_wgpu).
    pub fn wgpu(&self) -> Option<&wgpu::Buffer> {
        self.raw().on_gpu().map(|memory| &memory.buffer)
    }
}
