//! Compiled kernels, kept by the content that was compiled.

use super::watch::GuardedDevice;
use crate::device::DeviceError;
use crate::tree::BindingNumber;
use crate::uniforms::Bindings;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The pipelines of one device. The key is the kernel's whole WGSL text, which also tells its bindings.
#[derive(Debug, Default)]
pub(super) struct Pipelines(Mutex<HashMap<String, Arc<Pipeline>>>);

/// A kernel, compiled.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) compute: wgpu::ComputePipeline,
    /// The layouts of its groups, from the first on.
    pub(super) groups: Vec<wgpu::BindGroupLayout>,
}

/// What is to be compiled.
pub(super) struct PipelineSource<'a> {
    pub(super) kernel: &'a str,
    pub(super) bindings: &'a Bindings,
    /// For each storage binding in order, whether it is written.
    pub(super) writable: &'a [bool],
    /// Whether there is a uniform block.
    pub(super) has_block: bool,
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
    let entries = entries(&source);
    let groups = entries
        .iter()
        .map(|(group, _)| group + 1)
        .max()
        .unwrap_or(1);
    let label = Some(source.kernel);
    watch.attempt(&format!("kernel `{}`", source.kernel), |device, _| {
        let layout = |group| {
            let of = entries.iter().filter(|(of, _)| *of == group);
            let entries: Vec<_> = of.map(|(_, entry)| *entry).collect();
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label,
                entries: &entries,
            })
        };
        let groups: Vec<_> = (0..groups).map(layout).collect();
        let layouts: Vec<_> = groups.iter().map(Some).collect();
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label,
            bind_group_layouts: &layouts,
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
        Pipeline { compute, groups }
    })
}

/// What is bound, each with its group.
fn entries(source: &PipelineSource<'_>) -> Vec<(u32, wgpu::BindGroupLayoutEntry)> {
    let Bindings { buffers, uniforms } = source.bindings;
    let storage = source
        .writable
        .iter()
        .map(|w| wgpu::BufferBindingType::Storage { read_only: !w });
    let storage = buffers.iter().map(|(_, number)| *number).zip(storage);
    let block = source
        .has_block
        .then_some((*uniforms, wgpu::BufferBindingType::Uniform));
    let entry = |(BindingNumber { group, binding }, ty)| {
        let entry = wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        };
        (group, entry)
    };
    storage.chain(block).map(entry).collect()
}
