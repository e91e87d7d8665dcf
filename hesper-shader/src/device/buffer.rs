//! Typed memory of a device.

use super::gpu::GpuBuffer;
use super::{Backend, Device, DeviceError};
use crate::layout;
use crate::memory::Memory;
use crate::shader_type::Element;
use crate::tree::Type;
use std::fmt;
use std::marker::PhantomData;

/// Elements on a device; it works with that device alone.
pub struct Buffer<T> {
    raw: RawBuffer,
    element: PhantomData<fn() -> T>,
}

/// A buffer whose element type is a value.
pub(crate) struct RawBuffer {
    device: Device,
    element: Type,
    len: usize,
    pub(super) storage: BufferMemory,
    /// Of a buffer that nobody has written as a whole, which elements are written; only the reference executor keeps count.
    pub(super) written: Option<Vec<bool>>,
}

pub(super) enum BufferMemory {
    Host(Memory<f32>),
    Gpu(GpuBuffer),
}

impl Device {
    /// A buffer of these elements.
    ///
    /// # Errors
    /// Where it is too large, or the device is lost.
    pub fn upload<T: Element>(&self, elements: &[T]) -> Result<Buffer<T>, DeviceError> {
        let mut buffer = self.zeros(elements.len())?;
        buffer.write(elements)?;
        Ok(buffer)
    }

    /// A buffer of `len` zeros. It may be empty.
    ///
    /// # Errors
    /// Where it is too large, or the device is lost.
    pub fn zeros<T: Element>(&self, len: usize) -> Result<Buffer<T>, DeviceError> {
        self.raw_zeros(T::TYPE, len).map(Buffer::over)
    }

    /// A buffer of `len` elements that count for nothing until they are written: reading one is an error on the reference executor. Elsewhere
    /// they are zero.
    ///
    /// ```
    /// use hesper_shader::{Device, Grid, shader};
    ///
    /// shader! {
    ///     #[workgroup_size(64)]
    ///     fn accumulate(x: &[f32], sum: &mut [f32]) {
    ///         let i = global_index();
    ///         if i < sum.len() {
    ///             sum[i] += x[i];
    ///         }
    ///     }
    /// }
    ///
    /// let device = Device::reference();
    /// let x = device.upload(&[1.0])?;
    /// let mut sum = device.uninit::<f32>(1)?;
    /// let error = accumulate().launch(&device, Grid::cover(1), accumulate::Args { x: &x, sum: &mut sum });
    /// assert!(error.unwrap_err().to_string().contains("reads `sum[0]`, which nothing has written"));
    /// # Ok::<(), hesper_shader::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`zeros`](Device::zeros).
    pub fn uninit<T: Element>(&self, len: usize) -> Result<Buffer<T>, DeviceError> {
        self.raw_uninit(T::TYPE, len).map(Buffer::over)
    }

    pub(crate) fn raw_uninit(&self, element: Type, len: usize) -> Result<RawBuffer, DeviceError> {
        let mut raw = self.raw_zeros(element, len)?;
        if let Backend::Reference(_) = &*self.backend {
            raw.written = Some(vec![false; len]);
        }
        Ok(raw)
    }

    pub(crate) fn raw_zeros(&self, element: Type, len: usize) -> Result<RawBuffer, DeviceError> {
        if u32::try_from(len).is_err() {
            return Err(DeviceError::TooManyElements { len });
        }
        let (need, limit) = (layout::array_bytes(element, len), self.buffer_limit());
        let too_large = || DeviceError::BufferTooLarge {
            device: self.name().to_string(),
            len,
            element,
            need: need.unwrap_or(u64::MAX),
            limit,
        };
        let bytes = need.filter(|n| *n <= limit).ok_or_else(too_large)?;
        let storage = match &*self.backend {
            Backend::Reference(_) => host_zeros(element, len)
                .map(BufferMemory::Host)
                .ok_or_else(too_large)?,
            Backend::Gpu(gpu) => BufferMemory::Gpu(gpu.allocate(bytes)?),
        };
        Ok(RawBuffer {
            device: self.clone(),
            element,
            len,
            storage,
            written: None,
        })
    }

    fn buffer_limit(&self) -> u64 {
        self.limits()
            .map_or(isize::MAX as u64, |limits| limits.buffer_bytes)
    }
}

/// `None` where memory is short; asked first, because a vector that cannot grow ends the program.
fn host_zeros(element: Type, len: usize) -> Option<Memory<f32>> {
    let components = len.checked_mul(usize::from(element.size))?;
    Vec::<f32>::new().try_reserve_exact(components).ok()?;
    Some(Memory::zeros(element.scalar, components, 0.0))
}

impl<T: Element> Buffer<T> {
    fn over(raw: RawBuffer) -> Buffer<T> {
        Buffer {
            raw,
            element: PhantomData,
        }
    }

    /// The contents, once everything asked of the device so far is done.
    ///
    /// # Errors
    /// Where a dispatch before failed or does not end, or the device is lost: never stale contents.
    pub fn read(&self) -> Result<Vec<T>, DeviceError> {
        let memory = self.raw.read()?;
        // The element type was fixed when the buffer was made.
        Ok(T::from_memory(memory).unwrap_or_default())
    }

    /// Replaces the contents.
    ///
    /// # Errors
    /// Where the number of elements differs from the buffer's, or the device is lost.
    pub fn write(&mut self, elements: &[T]) -> Result<(), DeviceError> {
        if elements.len() != self.len() {
            return Err(DeviceError::LengthMismatch {
                len: self.len(),
                given: elements.len(),
            });
        }
        self.raw.write(T::to_memory(elements))
    }

    pub(crate) fn raw(&self) -> &RawBuffer {
        &self.raw
    }

    pub(crate) fn raw_mut(&mut self) -> &mut RawBuffer {
        &mut self.raw
    }
}

impl<T> Buffer<T> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.raw.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The device it is on.
    pub fn device(&self) -> &Device {
        &self.raw.device
    }
}

impl RawBuffer {
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    pub(crate) fn element(&self) -> Type {
        self.element
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn read(&self) -> Result<Memory<f32>, DeviceError> {
        match &self.storage {
            BufferMemory::Host(memory) => Ok(memory.clone()),
            BufferMemory::Gpu(buffer) => {
                let bytes = self.len as u64 * layout::stride(self.element);
                let decode = |bytes: &[u8]| layout::from_bytes(bytes, self.element);
                buffer.read(bytes, self.device.timeout, decode)
            }
        }
    }

    /// From now on the contents count for nothing; only the reference executor tells.
    pub(super) fn forget(&mut self) {
        if let BufferMemory::Host(_) = &self.storage {
            let written = self.written.get_or_insert_default();
            written.clear();
            written.resize(self.len, false);
        }
    }

    /// Keeps no count any more where every element is written.
    pub(super) fn settle(&mut self) {
        if self
            .written
            .as_ref()
            .is_some_and(|all| all.iter().all(|is| *is))
        {
            self.written = None;
        }
    }

    /// The contents on the reference device.
    pub(crate) fn host(&self) -> Option<&Memory<f32>> {
        match &self.storage {
            BufferMemory::Host(memory) => Some(memory),
            BufferMemory::Gpu(_) => None,
        }
    }

    /// The contents on the reference device, and which elements are written, where that is kept.
    pub(super) fn host_mut(&mut self) -> Option<(&mut Memory<f32>, Option<&mut Vec<bool>>)> {
        match &mut self.storage {
            BufferMemory::Host(memory) => Some((memory, self.written.as_mut())),
            BufferMemory::Gpu(_) => None,
        }
    }

    fn write(&mut self, contents: Memory<f32>) -> Result<(), DeviceError> {
        self.written = None;
        match &mut self.storage {
            BufferMemory::Host(memory) => *memory = contents,
            BufferMemory::Gpu(buffer) => {
                buffer.write(&layout::to_bytes(&contents, self.element))?
            }
        }
        Ok(())
    }
}

impl<T> fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.fmt(f)
    }
}

impl fmt::Debug for RawBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Buffer({} of {} on {})",
            self.len,
            self.element,
            self.device.name()
        )
    }
}
