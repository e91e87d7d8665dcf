//! Compiled kernels, kept by the content that was compiled.

use super::watch::GuardedDevice;
use crate::device::DeviceError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The pipelines of one device. The key is the kernel's whole WGSL text, which also tells its bindings.
#[derive(Debug, Default)]
pub(super) struct Pipelines(Mutex<HashMap<String, Arc<Pipeline>>>);

/// A kernel, compiled.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) compute: wgpu::ComputePipeline,
    pub(super) bindings: wgpu::BindGroupLayout,
}

/// What is to be compiled.
pub(super) struct PipelineSource<'a> {
    pub(super) kernel: &'a str,
    /// For each storage binding in order, whether it is written.
    pub(super) writable: &'a [bool],
    /// Bytes of the uniform block, the last binding; 0 where there is none.
    pub(super) uniform_bytes: u64,
    pub(super) shader: wgpu::ShaderSource<'a>,
}

impl Pipelines {
    /// The compiled kernel, from before or made by `source`.
    pub(super) fn get<'a>(
        &self,
        watch: &GuardedDevice,
        wgsl: &str,
        source: impl FnOnce() -> PipelineSource<'a>,
    ) -> Result<Arc<Pipeline>, DeviceError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = known.get(wgsl) {
            return Ok(Arc::clone(pipeline));
        }
        let pipeline = Arc::new(compile(watch, source())?);
        known.insert(wgsl.to_string(), Arc::clone(&pipeline));
        Ok(pipeline)
    }
}

pub(super) fn compile(
    watch: &GuardedDevice,
    source: PipelineSource<'_>,
) -> Result<Pipeline, DeviceError> {
    let storage = source
        .writable
        .iter()
        .map(|w| wgpu::BufferBindingType::Storage { read_only: !w });
    let uniform = (source.uniform_bytes > 0).then_some(wgpu::BufferBindingType::Uniform);
    let entries: Vec<wgpu::BindGroupLayoutEntry> = storage
        .chain(uniform)
        .zip(0..)
        .map(|(ty, binding)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        })
        .collect();
    let label = Some(source.kernel);
    watch.attempt(&format!("kernel `{}`", source.kernel), |device, _| {
        let bindings = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label,
            entries: &entries,
        });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label,
            bind_group_layouts: &[Some(&bindings)],
            immediate_size: 0,
        });
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label,
            source: source.shader,
        });
        let compute = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label,
            layout: Some(&layout),
            module: &module,
            // A module holds one entry point.
            entry_point: None,
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        });
        Pipeline { compute, bindings }
    })
}
