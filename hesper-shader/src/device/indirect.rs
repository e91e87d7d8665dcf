//! Dispatches of which a buffer says how many workgroups they have.

use super::argument::KernelArgs;
use super::buffer::{BufferMemory, RawBuffer};
use super::{Buffer, Device};
use crate::error::{Error, LaunchError};
use crate::grid::Grid;
use crate::kernel::Kernel;
use crate::memory::Memory;

/// How many workgroups there are.
#[derive(Clone, Copy)]
pub(super) enum Extent<'a> {
    Grid(Grid),
    /// In x, y and z, in the first three elements.
    Buffer(&'a RawBuffer),
}

impl Kernel {
    /// Runs the kernel over as many workgroups in x, y and z as the first three elements of a buffer say when its turn comes: those that a kernel before it has written, say, which
    /// the host then need not read.
    ///
    /// More than 65 535 in one of them is an error of the reference device; a GPU runs nothing then, as WebGPU has it. The kernel must not write the buffer.
    ///
    /// ```
    /// use hesper_shader::{Device, Error, Grid, shader};
    ///
    /// shader! {
    ///     /// As many workgroups of 64 as there are elements to be done.
    ///     #[workgroup_size(1)]
    ///     fn plan(len: u32, groups: &mut [u32]) {
    ///         groups[0] = (len + 63) / 64;
    ///         groups[1] = 1;
    ///         groups[2] = 1;
    ///     }
    ///
    ///     #[workgroup_size(64)]
    ///     fn count(y: &mut [u32]) {
    ///         if global_index() < y.len() {
    ///             y[global_index()] += 1;
    ///         }
    ///     }
    /// }
    ///
    /// let device = Device::reference();
    /// let (mut groups, mut y) = (device.zeros::<u32>(3)?, device.zeros::<u32>(200)?);
    /// plan().launch(&device, Grid::exact(1, 1, 1), plan::Args { len: 100, groups: &mut groups })?;
    /// count().launch_indirect(&device, &groups, count::Args { y: &mut y })?;
    /// assert_eq!(y.read()?.iter().sum::<u32>(), 128);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`launch`](Kernel::launch), and where the buffer has fewer than three elements, or, on the reference device, nobody has written them.
    pub fn launch_indirect<'a, A: KernelArgs<'a>>(
        &self,
        device: &Device,
        groups: &Buffer<u32>,
        args: A,
    ) -> Result<(), Error> {
        self.same_as::<A>()?;
        self.launch_over(device, Extent::Buffer(groups.raw()), args.collect())
    }

    /// The numbers that a buffer of the reference device has; on a GPU they are not known here.
    pub(super) fn counted(&self, groups: &RawBuffer) -> Result<Option<[u32; 3]>, LaunchError> {
        let wrong = |reason: &str| LaunchError::Indirect {
            kernel: self.name().to_string(),
            reason: reason.to_string(),
        };
        if groups.len() < 3 {
            return Err(wrong("has fewer than three elements, for x, y and z"));
        }
        let part = match &groups.storage {
            BufferMemory::Gpu(_) => return Ok(None),
            BufferMemory::Host(parts) => parts.first(),
        };
        let unwritten = part.and_then(|part| part.written.as_ref());
        if unwritten.is_some_and(|written| written.iter().take(3).any(|is| !is)) {
            return Err(wrong("holds what nothing has written"));
        }
        let numbers = match part.map(|part| &part.memory) {
            Some(Memory::U32(numbers)) => numbers.first_chunk(),
            _ => None,
        };
        // What has no numbers must not pass for one that a GPU will read.
        let numbers = numbers.ok_or_else(|| wrong("holds no numbers of workgroups"))?;
        Ok(Some(*numbers))
    }
}
