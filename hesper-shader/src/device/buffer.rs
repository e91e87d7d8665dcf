//! Typed memory of a device.

use super::gpu::GpuBuffer;
use super::{Backend, Device, DeviceError};
use crate::layout;
use crate::memory::Memory;
use crate::shader_type::Element;
use crate::tree::{Leaf, Scalar, Shape};
use std::fmt;
use std::marker::PhantomData;

/// Elements on a device; it works with that device alone.
pub struct Buffer<T> {
    raw: RawBuffer,
    element: PhantomData<fn() -> T>,
}

/// A buffer whose element type is a value.
pub(crate) struct RawBuffer {
    pub(super) device: Device,
    pub(super) shape: Shape,
    pub(super) len: usize,
    pub(super) storage: BufferMemory,
}

/// A leaf of all elements, on the reference device.
pub(crate) struct HostPart {
    pub(crate) memory: Memory<f32>,
    /// Where nobody has written the whole, which elements are written.
    pub(super) written: Option<Vec<bool>>,
}

pub(super) enum BufferMemory {
    Host(Vec<HostPart>),
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
        self.raw_zeros(T::shape(), len).map(Buffer::over)
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
        self.raw_uninit(T::shape(), len).map(Buffer::over)
    }

    pub(crate) fn raw_uninit(&self, shape: Shape, len: usize) -> Result<RawBuffer, DeviceError> {
        let mut raw = self.raw_zeros(shape, len)?;
        if let BufferMemory::Host(parts) = &mut raw.storage {
            for (part, leaf) in parts.iter_mut().zip(raw.shape.leaves()) {
                part.written = Some(vec![false; leaf.count_in(len as u64) as usize]);
            }
        }
        Ok(raw)
    }

    /// How many bytes elements take, if the device can have so many.
    pub(super) fn bytes_of(&self, shape: &Shape, len: usize) -> Result<u64, DeviceError> {
        if u32::try_from(len).is_err() {
            return Err(DeviceError::TooManyElements { len });
        }
        if let Some(leaf) = shape
            .leaves()
            .into_iter()
            .find(|leaf| leaf.ty.scalar == Scalar::Bool)
        {
            return Err(DeviceError::TruthValues {
                what: format!("{shape}{}", leaf.name),
            });
        }
        let bytes = shape.bytes(len as u64);
        match bytes <= self.buffer_limit() {
            true => Ok(bytes),
            false => Err(self.too_large(shape, len, bytes)),
        }
    }

    fn too_large(&self, shape: &Shape, len: usize, need: u64) -> DeviceError {
        DeviceError::BufferTooLarge {
            device: self.name().to_string(),
            len,
            element: shape.to_string(),
            need,
            limit: self.buffer_limit(),
        }
    }

    pub(crate) fn raw_zeros(&self, shape: Shape, len: usize) -> Result<RawBuffer, DeviceError> {
        let bytes = self.bytes_of(&shape, len)?;
        let storage = match &*self.backend {
            Backend::Reference(_) => {
                let leaves = shape.leaves();
                let parts = leaves.iter().map(|leaf| host_zeros(leaf, len));
                let parts: Option<Vec<_>> = parts.collect();
                BufferMemory::Host(parts.ok_or_else(|| self.too_large(&shape, len, bytes))?)
            }
            // A kernel is bound to one element at least, though it has none.
            Backend::Gpu(gpu) => BufferMemory::Gpu(gpu.allocate(bytes.max(shape.stride()))?),
        };
        Ok(RawBuffer {
            device: self.clone(),
            shape,
            len,
            storage,
        })
    }

    fn buffer_limit(&self) -> u64 {
        self.limits()
            .map_or(isize::MAX as u64, |limits| limits.buffer_bytes)
    }
}

/// `None` where memory is short; asked first, because a vector that cannot grow ends the program.
fn host_zeros(leaf: &Leaf, len: usize) -> Option<HostPart> {
    let count = usize::try_from(leaf.count_in(len as u64)).ok()?;
    let components = count.checked_mul(usize::from(leaf.ty.size))?;
    Vec::<f32>::new().try_reserve_exact(components).ok()?;
    Some(HostPart {
        memory: Memory::zeros(leaf.ty.scalar, components, 0.0),
        written: None,
    })
}

impl<T: Element> Buffer<T> {
    /// The contents, once everything asked of the device so far is done.
    ///
    /// # Errors
    /// Where a dispatch before failed or does not end, or the device is lost: never stale contents.
    pub fn read(&self) -> Result<Vec<T>, DeviceError> {
        let mut leaves = self.raw.read()?.into_iter();
        // The element type was fixed when the buffer was made.
        Ok(T::from_memory(&mut leaves).unwrap_or_default())
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
        self.raw.write(T::to_memory(elements.iter()))
    }
}

impl<T> Buffer<T> {
    pub(crate) fn raw_mut(&mut self) -> &mut RawBuffer {
        &mut self.raw
    }

    pub(super) fn over(raw: RawBuffer) -> Buffer<T> {
        Buffer {
            raw,
            element: PhantomData,
        }
    }

    pub(crate) fn raw(&self) -> &RawBuffer {
        &self.raw
    }

    /// Number of elements; of a structure with an array of runtime length, the elements of that.
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

    /// What an element is.
    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// How many parts an element has.
    pub(super) fn part_count(&self) -> usize {
        self.shape.leaf_count() as usize
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The contents, leaf by leaf.
    pub(crate) fn read(&self) -> Result<Vec<Memory<f32>>, DeviceError> {
        match &self.storage {
            BufferMemory::Host(parts) => Ok(parts.iter().map(|part| part.memory.clone()).collect()),
            BufferMemory::Gpu(buffer) => {
                let bytes = self.shape.bytes(self.len as u64);
                let decode = |bytes: &[u8]| layout::shape_from_bytes(bytes, &self.shape, self.len);
                buffer.read(bytes, self.device.timeout, decode)
            }
        }
    }

    /// From now on the contents count for nothing; only the reference executor tells.
    pub(super) fn forget(&mut self) {
        let (len, leaves) = (self.len as u64, self.shape.leaves());
        for (part, leaf) in self.host_mut().iter_mut().zip(leaves) {
            let written = part.written.get_or_insert_default();
            written.clear();
            written.resize(leaf.count_in(len) as usize, false);
        }
    }

    /// Keeps no count any more where every element is written.
    pub(super) fn settle(&mut self) {
        for part in self.host_mut() {
            let all = part.written.as_ref();
            if all.is_some_and(|all| all.iter().all(|is| *is)) {
                part.written = None;
            }
        }
    }

    /// The memory on a GPU.
    pub(super) fn on_gpu(&self) -> Option<&GpuBuffer> {
        match &self.storage {
            BufferMemory::Gpu(buffer) => Some(buffer),
            BufferMemory::Host(_) => None,
        }
    }

    /// The contents on the reference device, leaf by leaf; nothing on others.
    pub(crate) fn host(&self) -> &[HostPart] {
        match &self.storage {
            BufferMemory::Host(parts) => parts,
            BufferMemory::Gpu(_) => &[],
        }
    }

    /// The same, to be changed.
    pub(super) fn host_mut(&mut self) -> &mut [HostPart] {
        match &mut self.storage {
            BufferMemory::Host(parts) => parts,
            BufferMemory::Gpu(_) => &mut [],
        }
    }

    pub(super) fn write(&mut self, contents: Vec<Memory<f32>>) -> Result<(), DeviceError> {
        match &mut self.storage {
            BufferMemory::Host(parts) => {
                for (part, memory) in parts.iter_mut().zip(contents) {
                    *part = HostPart {
                        memory,
                        written: None,
                    };
                }
            }
            BufferMemory::Gpu(buffer) => {
                let leaves: Vec<_> = contents.iter().collect();
                buffer.write(&layout::shape_to_bytes(&leaves, &self.shape))?
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
            self.shape,
            self.device.name()
        )
    }
}
