//! Buffers: made, filled, read back.

use super::Gpu;
use super::watch::GuardedDevice;
use crate::device::DeviceError;
use std::borrow::Cow;
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Least size of a buffer: one element of the largest type, since wgpu binds no empty buffers.
const LEAST_BYTES: u64 = 16;

/// What copies go by.
const WORD: u64 = 4;

const READBACK: &str = "a readback";

/// Memory on the device.
pub(in crate::device) struct GpuBuffer {
    pub(super) gpu: Arc<Gpu>,
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

impl Drop for GpuBuffer {
    fn drop(&mut self) {
        self.gpu.groups.forget(&self.buffer);
    }
}

impl GpuBuffer {
    /// Fills the buffer from its start.
    pub(in crate::device) fn write(&self, bytes: &[u8]) -> Result<(), DeviceError> {
        if bytes.is_empty() {
            return Ok(());
        }
        // Copies go by words; a buffer is that long.
        let mut words = Cow::Borrowed(bytes);
        if !bytes.len().is_multiple_of(WORD as usize) {
            words
                .to_mut()
                .resize(bytes.len().next_multiple_of(WORD as usize), 0);
        }
        let write = |_: &_, queue: &wgpu::Queue| queue.write_buffer(&self.buffer, 0, &words);
        self.gpu.watch.attempt("an upload", write)
    }

    /// Decodes the first `bytes` bytes, once all work submitted so far is done.
    pub(in crate::device) fn read<R>(
        &self,
        bytes: u64,
        timeout: Duration,
        decode: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, DeviceError> {
        read(&self.gpu.watch, &self.buffer, bytes, timeout, decode)
    }
}

pub(super) fn allocate(watch: &GuardedDevice, bytes: u64) -> Result<wgpu::Buffer, DeviceError> {
    watch.attempt("a buffer", |device, _| {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: bytes.max(LEAST_BYTES).next_multiple_of(WORD),
            usage: wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::INDIRECT
                | wgpu::BufferUsages::COPY_SRC
                | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    })
}

pub(super) fn read<R>(
    watch: &GuardedDevice,
    from: &wgpu::Buffer,
    bytes: u64,
    timeout: Duration,
    decode: impl FnOnce(&[u8]) -> R,
) -> Result<R, DeviceError> {
    if bytes == 0 {
        return watch.attempt(READBACK, |_, _| decode(&[]));
    }
    let words = bytes.next_multiple_of(WORD);
    let (staging, commands) = watch.attempt(READBACK, |device, _| {
        let staging = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("staging"),
            size: words,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(from, 0, &staging, 0, words);
        (staging, encoder.finish())
    })?;
    let submission = watch.submit(READBACK, commands, timeout)?;
    watch.finish(submission, timeout)?;
    map(watch, &staging, timeout)?;
    watch
        .attempt(READBACK, |_, _| {
            let view = staging.slice(..).get_mapped_range();
            view.map(|view| decode(&view[..bytes as usize]))
        })?
        .map_err(|error| watch.rejected(READBACK, error.to_string()))
}

/// Maps a buffer that no work under way uses. One poll finds it ready, but where other threads poll too, it may be one of theirs, which
/// then runs the callback some time after ours has returned: so the answer is waited for.
fn map(
    watch: &GuardedDevice,
    staging: &wgpu::Buffer,
    timeout: Duration,
) -> Result<(), DeviceError> {
    let (sender, receiver) = mpsc::channel();
    let polled = watch.attempt(READBACK, |device, _| {
        let answer = move |mapped| {
            // The receiver lives until the end of this function.
            let _ = sender.send(mapped);
        };
        staging.slice(..).map_async(wgpu::MapMode::Read, answer);
        device.poll(wgpu::PollType::Poll)
    })?;
    let rejected = |reason: String| Err(watch.rejected(READBACK, reason));
    if let Err(error) = polled {
        return rejected(error.to_string());
    }
    match receiver.recv_timeout(timeout) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => rejected(error.to_string()),
        Err(_) => rejected("the mapping was not answered".to_string()),
    }
}
