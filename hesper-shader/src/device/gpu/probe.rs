//! Finds drivers that end loops early: Mesa before version 23 gives all loops of an invocation together 65 535 iterations in
//! software, and then goes on without a word.

use super::pipeline::{PipelineSource, compile};
use super::transfer;
use super::watch::GuardedDevice;
use crate::device::DeviceError;
use crate::uniforms::Bindings;
use std::time::Duration;

const ITERATIONS: u32 = 70_000;

const WGSL: &str = "
@group(0) @binding(0) var<storage, read_write> trips: array<u32>;
@compute @workgroup_size(1) fn loops() {
    // The bound comes from memory, so that no compiler knows the sum.
    let bound = trips[0];
    for (var i = 0u; i < bound; i++) {
        trips[1] += 1u;
    }
}
";

/// After how many iterations the driver stops a loop of 70 000; `None` where it does not.
pub(super) fn loop_cap(
    watch: &GuardedDevice,
    timeout: Duration,
) -> Result<Option<u32>, DeviceError> {
    let source = PipelineSource {
        kernel: "loops",
        bindings: &Bindings::first(),
        writable: &[true],
        has_block: false,
        shader: wgpu::ShaderSource::Wgsl(WGSL.into()),
    };
    let pipeline = compile(watch, source)?;
    let trips = transfer::allocate(watch, 8)?;
    let commands = watch.attempt("counting loop iterations", |device, queue| {
        queue.write_buffer(&trips, 0, &ITERATIONS.to_ne_bytes());
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.groups[0],
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: trips.as_entire_binding(),
            }],
        });
        let mut encoder = device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&pipeline.compute);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(1, 1, 1);
        drop(pass);
        encoder.finish()
    })?;
    watch.submit("counting loop iterations", commands, timeout)?;
    let last = |bytes: &[u8]| bytes.last_chunk::<4>().map(|b| u32::from_ne_bytes(*b));
    let counted = transfer::read(watch, &trips, 8, timeout, last)?;
    Ok(counted.filter(|n| *n < ITERATIONS))
}
