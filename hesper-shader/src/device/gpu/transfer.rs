//! Buffers: made, filled, read back.

use super::Gpu;
use super::watch::Watch;
use crate::device::DeviceError;
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Least size of a buffer: one element of the largest type, since wgpu binds no empty buffers.
const LEAST_BYTES: u64 = 16;

/// Memory on the device.
pub(in crate::device) struct GpuBuffer {
    gpu: Arc<Gpu>,
    pub(super) buffer: wgpu::Buffer,
}

impl Gpu {
    /// A buffer of zeros.
    pub(in crate::device) fn allocate(
        self: &Arc<Self>,
        bytes: u64,
    ) -> Result<GpuBuffer, DeviceError> {
        Ok(GpuBuffer {
            gpu: Arc::clone(self),
            buffer: allocate(&self.watch, bytes)?,
        })
    }
}

impl GpuBuffer {
    /// Fills the buffer from its start.
    pub(in crate::device) fn write(&self, bytes: &[u8]) -> Result<(), DeviceError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let write = |_: &_, queue: &wgpu::Queue| queue.write_buffer(&self.buffer, 0, bytes);
        self.gpu.watch.attempt("an upload", write)
    }

    /// The first `bytes` bytes, once all work submitted so far is done.
    pub(in crate::device) fn read(
        &self,
        bytes: u64,
        timeout: Duration,
    ) -> Result<Vec<u8>, DeviceError> {
        read(&self.gpu.watch, &self.buffer, bytes, timeout)
    }
}

pub(super) fn allocate(watch: &Watch, bytes: u64) -> Result<wgpu::Buffer, DeviceError> {
    watch.attempt("a buffer", |device, _| {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: bytes.max(LEAST_BYTES),
            usage: wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_SRC
                | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    })
}

pub(super) fn read(
    watch: &Watch,
    from: &wgpu::Buffer,
    bytes: u64,
    timeout: Duration,
) -> Result<Vec<u8>, DeviceError> {
    const ACTION: &str = "a readback";
    if bytes == 0 {
        return Ok(Vec::new());
    }
    let (staging, commands) = watch.attempt(ACTION, |device, _| {
        let staging = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("staging"),
            size: bytes,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(from, 0, &staging, 0, bytes);
        (staging, encoder.finish())
    })?;
    let submission = watch.submit(commands, timeout)?;
    watch.finish(submission, timeout)?;
    let (sender, receiver) = mpsc::channel();
    // The copy is done: one more poll runs the callback.
    let polled = watch.attempt(ACTION, |device, _| {
        staging
            .slice(..)
            .map_async(wgpu::MapMode::Read, move |mapped| {
                // The receiver lives until the end of this function.
                let _ = sender.send(mapped);
            });
        device.poll(wgpu::PollType::Poll)
    })?;
    polled.map_err(|error| watch.rejected(ACTION, error.to_string()))?;
    match receiver.try_recv() {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(watch.rejected(ACTION, error.to_string())),
        Err(_) => return Err(watch.rejected(ACTION, "the mapping was not answered".to_string())),
    }
    watch
        .attempt(ACTION, |_, _| {
            staging
                .slice(..)
                .get_mapped_range()
                .map(|view| view.to_vec())
        })?
        .map_err(|error| watch.rejected(ACTION, error.to_string()))
}
