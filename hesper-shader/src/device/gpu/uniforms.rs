//! By-value parameters: the uniform blocks of a submission, in memory that later ones use again.

use super::watch::{GuardedDevice, lock};
use crate::device::DeviceError;
use std::sync::Mutex;

/// Least size of a buffer of blocks: those of about sixteen dispatches.
const LEAST_BYTES: u64 = 4096;

/// Buffers that no call is filling. What is written to one goes to the device in its turn, after the submissions that have used it.
#[derive(Debug, Default)]
pub(super) struct Blocks(Mutex<Vec<wgpu::Buffer>>);

/// The uniform blocks of a batch, one after another in one buffer.
pub(super) struct Uniforms {
    buffer: Option<wgpu::Buffer>,
    /// Where each job's block starts.
    pub(super) offsets: Vec<u64>,
}

impl Blocks {
    /// A buffer of at least so many bytes, from before or new.
    fn take(&self, watch: &GuardedDevice, bytes: u64) -> Result<wgpu::Buffer, DeviceError> {
        let mut free = lock(&self.0);
        if let Some(i) = free.iter().position(|buffer| buffer.size() >= bytes) {
            return Ok(free.swap_remove(i));
        }
        drop(free);
        watch.attempt("the by-value parameters", |device, _| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("uniforms"),
                size: bytes.next_power_of_two().max(LEAST_BYTES),
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        })
    }
}

impl Uniforms {
    /// Sends the blocks of all jobs, each empty where a job has none.
    pub(super) fn upload<'b>(
        watch: &GuardedDevice,
        free: &Blocks,
        blocks: impl Iterator<Item = &'b [u8]>,
        alignment: usize,
    ) -> Result<Uniforms, DeviceError> {
        let mut bytes = Vec::new();
        let mut offsets = Vec::new();
        for block in blocks {
            offsets.push(bytes.len() as u64);
            bytes.extend_from_slice(block);
            // Blocks end on a multiple of 16, which some back ends want of uniform buffers, and start aligned.
            bytes.resize(bytes.len().next_multiple_of(alignment.max(16)), 0);
        }
        let buffer = match bytes.len() as u64 {
            0 => None,
            len => Some(free.take(watch, len)?),
        };
        if let Some(buffer) = &buffer {
            watch.attempt("the by-value parameters", |_, queue| {
                queue.write_buffer(buffer, 0, &bytes);
            })?;
        }
        Ok(Uniforms { buffer, offsets })
    }

    /// What a job binds for its block.
    pub(super) fn binding(&self, block: &[u8], offset: u64) -> Option<wgpu::BindingResource<'_>> {
        let size = wgpu::BufferSize::new(block.len().next_multiple_of(16) as u64)?;
        let buffer = self.buffer.as_ref()?;
        Some(wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer,
            offset,
            size: Some(size),
        }))
    }

    /// Leaves the memory to later submissions, this one being handed in.
    pub(super) fn give_back(self, free: &Blocks) {
        lock(&free.0).extend(self.buffer);
    }
}
