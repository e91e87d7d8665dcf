//! Kernels in WGSL through wgpu, with pipeline and bind group made once.

use crate::Failure;
use crate::measure::Program;
use crate::setup::Setup;
use std::sync::mpsc;
use wgpu::util::DeviceExt;

/// One dispatch, ready to be encoded.
pub(crate) struct Step {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    groups: [u32; 3],
}

impl Setup {
    pub(crate) fn upload(&self, numbers: &[f32]) -> wgpu::Buffer {
        self.device
            .create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: None,
                contents: bytemuck::cast_slice(numbers),
                usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
            })
    }

    pub(crate) fn empty(&self, numbers: usize) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 4 * numbers as u64,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        })
    }

    /// The values of a uniform block.
    pub(crate) fn uniform(&self, values: &[u32]) -> wgpu::Buffer {
        self.device
            .create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: None,
                contents: bytemuck::cast_slice(values),
                usage: wgpu::BufferUsages::UNIFORM,
            })
    }

    /// A kernel with these buffers at the bindings 0, 1, …
    pub(crate) fn step(&self, wgsl: &str, buffers: &[&wgpu::Buffer], groups: [u32; 3]) -> Step {
        let module = self
            .device
            .create_shader_module(wgpu::ShaderModuleDescriptor {
                label: None,
                source: wgpu::ShaderSource::Wgsl(wgsl.into()),
            });
        let pipeline = self
            .device
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: None,
                layout: None,
                module: &module,
                entry_point: None,
                compilation_options: Default::default(),
                cache: None,
            });
        let entries: Vec<_> = (0..)
            .zip(buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry {
                binding,
                resource: buffer.as_entire_binding(),
            })
            .collect();
        let group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        Step {
            pipeline,
            group,
            groups,
        }
    }

    /// Encodes and submits the steps.
    pub(crate) fn submit(&self, steps: &[Step]) {
        let mut encoder = self.device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        for step in steps {
            let [x, y, z] = step.groups;
            pass.set_pipeline(&step.pipeline);
            pass.set_bind_group(0, &step.group, &[]);
            pass.dispatch_workgroups(x, y, z);
        }
        drop(pass);
        self.queue.submit([encoder.finish()]);
    }

    pub(crate) fn download(&self, buffer: &wgpu::Buffer) -> Result<Vec<f32>, Failure> {
        let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: buffer.size(),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, buffer.size());
        self.queue.submit([encoder.finish()]);
        let (sender, receiver) = mpsc::channel();
        staging
            .slice(..)
            .map_async(wgpu::MapMode::Read, move |mapped| drop(sender.send(mapped)));
        self.wait()?;
        receiver.recv()??;
        let view = staging.slice(..).get_mapped_range()?;
        Ok(bytemuck::cast_slice(&view).to_vec())
    }

    /// A program of these steps, whose result is in `result`.
    pub(crate) fn raw(&self, steps: Vec<Step>, result: wgpu::Buffer) -> Program<'_> {
        Program {
            name: "raw wgpu",
            run: Box::new(move || {
                self.submit(&steps);
                self.wait()
            }),
            result: Box::new(move || self.download(&result)),
        }
    }
}
