//! Which adapter to take, and what to call it.

use crate::device::{DeviceError, DeviceKind, Limits};
use std::env;

/// What is told of an adapter.
pub(super) struct Description {
    pub(super) name: String,
    pub(super) kind: DeviceKind,
}

impl Description {
    /// `llvmpipe (LLVM 15.0.6, 256 bits) [Vulkan, software, Mesa 22.3.6]`.
    pub(super) fn of(info: &wgpu::AdapterInfo) -> Description {
        let kind = kind(info.device_type);
        let software = (kind == DeviceKind::Software).then_some("software");
        // Mesa repeats the compiler of the adapter's name in brackets.
        let version = info.driver_info.split(" (").next().unwrap_or_default();
        let backend = backend(info.backend);
        let facts: Vec<&str> = [Some(backend), software, Some(version)]
            .into_iter()
            .flatten()
            .filter(|fact| !fact.is_empty())
            .collect();
        Description {
            name: format!("{} [{}]", info.name.trim(), facts.join(", ")),
            kind,
        }
    }

    /// The name, with a warning where the driver ends loops early.
    pub(super) fn with_loop_cap(&self, cap: Option<u32>) -> String {
        let name = &self.name;
        match (cap, name.strip_suffix(']')) {
            (Some(cap), Some(open)) => format!("{open}, stops loops after {cap} iterations]"),
            _ => name.clone(),
        }
    }
}

/// The adapter to use among those of an accepted kind: a GPU before a software driver, a separate GPU before a shared one.
/// `WGPU_ADAPTER_NAME` and `WGPU_BACKEND` narrow the choice as in other wgpu programs.
pub(super) fn best(accept: impl Fn(DeviceKind) -> bool) -> Result<wgpu::Adapter, DeviceError> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    // Not the build's defaults: an installed validation layer would write into the program's output unasked.
    descriptor.flags = wgpu::InstanceFlags::empty();
    let instance = wgpu::Instance::new(descriptor.with_env());
    let wanted = env::var("WGPU_ADAPTER_NAME")
        .ok()
        .map(|name| name.to_lowercase());
    pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()))
        .into_iter()
        .filter(|adapter| {
            let info = adapter.get_info();
            let flags = adapter.get_downlevel_capabilities().flags;
            accept(kind(info.device_type))
                && flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS)
                && wanted
                    .as_ref()
                    .is_none_or(|w| info.name.to_lowercase().contains(w))
        })
        .min_by_key(|adapter| rank(adapter.get_info().device_type))
        .ok_or(DeviceError::NoAdapter { wanted })
}

/// Opens the adapter with all that it can hold, so that large workgroups and buffers work where they can.
pub(super) fn open(adapter: &wgpu::Adapter) -> Result<(wgpu::Device, wgpu::Queue), DeviceError> {
    let request = adapter.request_device(&wgpu::DeviceDescriptor {
        label: Some("hesper"),
        required_features: adapter.features()
            & (wgpu::Features::SUBGROUP | wgpu::Features::SHADER_F16),
        required_limits: adapter.limits(),
        ..Default::default()
    });
    pollster::block_on(request).map_err(|error| DeviceError::Open {
        adapter: adapter.get_info().name,
        reason: error.to_string(),
    })
}

/// The limits and features that bear on compute.
pub(super) fn limits(device: &wgpu::Device) -> Limits {
    let limits = device.limits();
    Limits {
        workgroup_size: [
            limits.max_compute_workgroup_size_x,
            limits.max_compute_workgroup_size_y,
            limits.max_compute_workgroup_size_z,
        ],
        invocations: limits.max_compute_invocations_per_workgroup.into(),
        workgroup_bytes: limits.max_compute_workgroup_storage_size.into(),
        storage_buffers: limits.max_storage_buffers_per_shader_stage.into(),
        binding_bytes: limits.max_storage_buffer_binding_size,
        uniform_bytes: limits.max_uniform_buffer_binding_size,
        buffer_bytes: limits.max_buffer_size,
        groups_per_dimension: limits.max_compute_workgroups_per_dimension,
        subgroups: device.features().contains(wgpu::Features::SUBGROUP),
        f16: device.features().contains(wgpu::Features::SHADER_F16),
    }
}

fn kind(device_type: wgpu::DeviceType) -> DeviceKind {
    match device_type {
        wgpu::DeviceType::Cpu => DeviceKind::Software,
        _ => DeviceKind::Gpu,
    }
}

fn rank(device_type: wgpu::DeviceType) -> u8 {
    match device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}

fn backend(backend: wgpu::Backend) -> &'static str {
    match backend {
        wgpu::Backend::Noop => "no-op",
        wgpu::Backend::Vulkan => "Vulkan",
        wgpu::Backend::Metal => "Metal",
        wgpu::Backend::Dx12 => "Direct3D 12",
        wgpu::Backend::Gl => "OpenGL",
        wgpu::Backend::BrowserWebGpu => "WebGPU",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_driver_and_its_cap() {
        let description = Description {
            name: "llvmpipe (LLVM 15.0.6, 256 bits) [Vulkan, software, Mesa 22.3.6]".to_string(),
            kind: DeviceKind::Software,
        };
        assert_eq!(description.with_loop_cap(None), description.name);
        assert_eq!(
            description.with_loop_cap(Some(65_535)),
            "llvmpipe (LLVM 15.0.6, 256 bits) [Vulkan, software, Mesa 22.3.6, stops loops after 65535 iterations]"
        );
    }
}
