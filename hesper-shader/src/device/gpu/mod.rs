//! The device that runs kernels through wgpu. Nothing outside this folder names wgpu.

mod adapter;
mod dispatch;
mod groups;
mod pipeline;
mod probe;
mod shared;
#[cfg(test)]
mod tests;
mod transfer;
mod uniforms;
mod watch;

pub(super) use dispatch::Job;
pub(super) use transfer::GpuBuffer;

use self::adapter::Description;
use self::groups::Groups;
use self::pipeline::Pipelines;
use self::uniforms::Blocks;
use self::watch::GuardedDevice;
use super::{Device, DeviceError, DeviceKind, Limits};
use std::mem;
use std::time::Duration;

/// Opening, and the probe, must end even on a driver that hangs.
const OPENING_TIMEOUT: Duration = Duration::from_secs(60);

/// A wgpu device with all that this crate keeps beside it.
#[derive(Debug)]
pub(super) struct Gpu {
    watch: GuardedDevice,
    pipelines: Pipelines,
    groups: Groups,
    blocks: Blocks,
    limits: Limits,
    kind: DeviceKind,
    loop_cap: Option<u32>,
    uniform_alignment: usize,
}

impl Device {
    /// A device and queue that the application already has. Callbacks for lost devices and uncaptured errors stay as they are.
    ///
    /// # Errors
    /// Where a software driver fails at the small kernel that looks for its [`loop_cap`](Device::loop_cap).
    pub fn from_wgpu(device: wgpu::Device, queue: wgpu::Queue) -> Result<Device, DeviceError> {
        Gpu::from_wgpu(device, queue).map(Device::over_gpu)
    }
}

impl Gpu {
    /// The best adapter there is: a GPU before a software driver.
    pub(super) fn open() -> Result<Gpu, DeviceError> {
        adapter::best(|_| true).and_then(Gpu::from_adapter)
    }

    /// The best GPU, software drivers excluded.
    pub(super) fn open_hardware() -> Result<Gpu, DeviceError> {
        adapter::best(|kind| kind == DeviceKind::Gpu).and_then(Gpu::from_adapter)
    }

    fn from_adapter(adapter: wgpu::Adapter) -> Result<Gpu, DeviceError> {
        let (device, queue) = adapter::open(&adapter)?;
        let description = Description::of(&adapter.get_info());
        let watch = GuardedDevice::over(device, queue, &description);
        watch.listen();
        Gpu::new(watch, description)
    }

    /// A device of the application's own. Its callbacks stay the application's.
    pub(super) fn from_wgpu(device: wgpu::Device, queue: wgpu::Queue) -> Result<Gpu, DeviceError> {
        let description = Description::of(&device.adapter_info());
        let watch = GuardedDevice::over(device, queue, &description);
        Gpu::new(watch, description)
    }

    fn new(mut watch: GuardedDevice, description: Description) -> Result<Gpu, DeviceError> {
        // Real drivers run loops to their end; the probe would only delay them.
        let loop_cap = match description.kind {
            DeviceKind::Software => probe::loop_cap(&watch, OPENING_TIMEOUT)?,
            _ => None,
        };
        watch.rename(description.with_loop_cap(loop_cap));
        let limits = watch.device().limits();
        Ok(Gpu {
            pipelines: Pipelines::default(),
            groups: Groups::default(),
            blocks: Blocks::default(),
            uniform_alignment: limits.min_uniform_buffer_offset_alignment as usize,
            limits: adapter::limits(watch.device()),
            kind: description.kind,
            loop_cap,
            watch,
        })
    }

    pub(super) fn name(&self) -> &str {
        self.watch.name()
    }

    pub(super) fn kind(&self) -> DeviceKind {
        self.kind
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn loop_cap(&self) -> Option<u32> {
        self.loop_cap
    }
}

impl Drop for Gpu {
    /// Dropping what endless work uses would wait for it, so that is kept for ever.
    fn drop(&mut self) {
        if self.watch.is_stuck() {
            mem::forget(mem::take(&mut self.groups));
            mem::forget(mem::take(&mut self.pipelines));
            mem::forget(mem::take(&mut self.blocks));
            mem::forget((self.watch.device().clone(), self.watch.queue().clone()));
        }
    }
}
