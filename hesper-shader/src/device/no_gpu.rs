//! Stands in for the GPU in builds without wgpu: a device that cannot be opened, so that no other file asks how the crate was built.

use super::{DeviceError, DeviceKind, Limits};
use crate::lower::Lowered;
use std::sync::Arc;
use std::time::Duration;

pub(super) enum Gpu {}

pub(super) enum GpuBuffer {}

#[allow(dead_code)]
pub(super) struct Job<'a> {
    pub(super) kernel: &'a str,
    pub(super) lowered: &'a Lowered,
    pub(super) wgsl: &'a str,
    pub(super) buffers: Vec<(&'a GpuBuffer, bool)>,
    pub(super) uniforms: Vec<u8>,
    pub(super) groups: [u32; 3],
    pub(super) indirect: Option<&'a GpuBuffer>,
}

impl Gpu {
    pub(super) fn open() -> Result<Gpu, DeviceError> {
        Err(DeviceError::NoGpuSupport)
    }

    pub(super) fn open_hardware() -> Result<Gpu, DeviceError> {
        Err(DeviceError::NoGpuSupport)
    }

    pub(super) fn name(&self) -> &str {
        match *self {}
    }

    pub(super) fn kind(&self) -> DeviceKind {
        match *self {}
    }

    pub(super) fn limits(&self) -> &Limits {
        match *self {}
    }

    pub(super) fn loop_cap(&self) -> Option<u32> {
        match *self {}
    }

    pub(super) fn allocate(self: &Arc<Self>, _: u64) -> Result<GpuBuffer, DeviceError> {
        match **self {}
    }

    pub(super) fn run(
        &self,
        _: &[&GpuBuffer],
        _: &[Job<'_>],
        _: Duration,
    ) -> Result<(), (Option<usize>, DeviceError)> {
        match *self {}
    }
}

impl GpuBuffer {
    pub(super) fn write(&self, _: &[u8]) -> Result<(), DeviceError> {
        match *self {}
    }

    pub(super) fn read<R>(
        &self,
        _: u64,
        _: Duration,
        _: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, DeviceError> {
        match *self {}
    }
}
