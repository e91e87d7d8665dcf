//! Runs dispatches: one submission, one compute pass, in order.

use super::groups::bind;
use super::pipeline::{Pipeline, PipelineSource};
use super::uniforms::Uniforms;
use super::{Gpu, GpuBuffer};
use crate::device::DeviceError;
use crate::lower::Lowered;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// One dispatch, ready to encode.
pub(in crate::device) struct Job<'a> {
    pub(in crate::device) kernel: &'a str,
    pub(in crate::device) lowered: &'a Lowered,
    pub(in crate::device) wgsl: &'a str,
    /// The storage bindings in order, with whether they are written.
    pub(in crate::device) buffers: Vec<(&'a GpuBuffer, bool)>,
    /// The uniform block; empty where there is none.
    pub(in crate::device) uniforms: Vec<u8>,
    pub(in crate::device) groups: [u32; 3],
    /// What holds the number of workgroups instead.
    pub(in crate::device) indirect: Option<&'a GpuBuffer>,
}

impl Gpu {
    /// Zeroes some buffers, then runs the jobs in order, as one submission. Nothing runs where any of them cannot be compiled;
    /// the error then comes with its position.
    pub(in crate::device) fn run(
        &self,
        zeroed: &[&GpuBuffer],
        jobs: &[Job<'_>],
        timeout: Duration,
    ) -> Result<(), (Option<usize>, DeviceError)> {
        let pipelines = (0..)
            .zip(jobs)
            .map(|(step, job)| self.pipeline(job).map_err(|error| (Some(step), error)))
            .collect::<Result<Vec<_>, _>>()?;
        self.submit(zeroed, jobs, &pipelines, timeout)
            .map_err(|error| (None, error))
    }

    fn submit(
        &self,
        zeroed: &[&GpuBuffer],
        jobs: &[Job<'_>],
        pipelines: &[Arc<Pipeline>],
        timeout: Duration,
    ) -> Result<(), DeviceError> {
        let kept = jobs
            .iter()
            .zip(pipelines)
            .map(|(job, pipeline)| self.groups.get(&self.watch, job, pipeline))
            .collect::<Result<Vec<_>, _>>()?;
        let blocks = jobs.iter().zip(&kept).map(|(job, kept)| match kept {
            Some(_) => &[],
            None => job.uniforms.as_slice(),
        });
        let uniforms = Uniforms::upload(&self.watch, &self.blocks, blocks, self.uniform_alignment)?;
        let commands = self.watch.attempt("encoding dispatches", |device, _| {
            let mut encoder = device.create_command_encoder(&Default::default());
            for buffer in zeroed {
                encoder.clear_buffer(&buffer.buffer, 0, None);
            }
            let mut pass = encoder.begin_compute_pass(&Default::default());
            let steps = jobs.iter().zip(pipelines).zip(&uniforms.offsets).zip(kept);
            for (((job, pipeline), at), kept) in steps {
                let groups = kept.unwrap_or_else(|| {
                    bind(device, job, pipeline, uniforms.binding(&job.uniforms, *at))
                });
                let [x, y, z] = job.groups;
                pass.set_pipeline(&pipeline.compute);
                for (group, at) in groups.iter().zip(0..) {
                    pass.set_bind_group(at, group, &[]);
                }
                match job.indirect {
                    Some(counts) => pass.dispatch_workgroups_indirect(&counts.buffer, 0),
                    None => pass.dispatch_workgroups(x, y, z),
                }
            }
            drop(pass);
            encoder.finish()
        })?;
        self.watch.submit(&named(jobs), commands, timeout)?;
        uniforms.give_back(&self.blocks);
        Ok(())
    }

    fn pipeline(&self, job: &Job<'_>) -> Result<Arc<Pipeline>, DeviceError> {
        let writable: Vec<bool> = job.buffers.iter().map(|(_, written)| *written).collect();
        self.pipelines
            .get(&self.watch, job.wgsl, || PipelineSource {
                kernel: job.kernel,
                bindings: job.lowered.bindings(),
                writable: &writable,
                has_block: !job.uniforms.is_empty(),
                shader: wgpu::ShaderSource::Naga(Cow::Owned(job.lowered.module().clone())),
            })
    }
}

/// Kernels named at most in a message about a submission.
const NAMED: usize = 3;

/// What a submission is called: ``kernel `relu` ``.
fn named(jobs: &[Job<'_>]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for job in jobs {
        if !names.contains(&job.kernel) {
            names.push(job.kernel);
        }
    }
    let rest = names.len().saturating_sub(NAMED);
    let shown: Vec<String> = names
        .iter()
        .take(NAMED)
        .map(|name| format!("`{name}`"))
        .collect();
    let shown = shown.join(", ");
    match (names.len(), rest) {
        (1, _) => format!("kernel {shown}"),
        (_, 0) => format!("one of the kernels {shown}"),
        (_, rest) => format!("one of the kernels {shown} and {rest} more"),
    }
}
