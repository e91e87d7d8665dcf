//! Bind groups that were used before. A launch with the same buffers and values as one before it makes nothing anew: making a bind group and
//! sending by-value parameters cost a small launch as much as all the rest.

use super::dispatch::Job;
use super::pipeline::Pipeline;
use super::watch::{GuardedDevice, lock};
use crate::device::DeviceError;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::iter;
use std::sync::{Arc, Mutex};
use wgpu::util::DeviceExt;

/// Groups kept at most, and launches remembered that have none yet. Where there are more, all are forgotten and start again.
const MOST: usize = 256;

/// The bind groups of one device.
#[derive(Debug, Default)]
pub(super) struct Groups(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    kept: HashMap<Key, Vec<wgpu::BindGroup>>,
    /// Hashes of what was launched once: values that never come again are not worth a group.
    seen: HashSet<u64>,
    hasher: RandomState,
}

/// What a bind group is made of.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    /// Pipelines live as long as their device, so that no two have one address.
    pipeline: usize,
    buffers: Vec<wgpu::Buffer>,
    block: Vec<u8>,
}

impl Key {
    fn of(job: &Job<'_>, pipeline: &Arc<Pipeline>) -> Key {
        let buffers = job.buffers.iter().map(|(buffer, _)| buffer.buffer.clone());
        Key {
            pipeline: Arc::as_ptr(pipeline).addr(),
            buffers: buffers.collect(),
            block: job.uniforms.clone(),
        }
    }
}

impl Groups {
    /// The group of a launch that is not the first of its kind.
    pub(super) fn get(
        &self,
        watch: &GuardedDevice,
        job: &Job<'_>,
        pipeline: &Arc<Pipeline>,
    ) -> Result<Option<Vec<wgpu::BindGroup>>, DeviceError> {
        let key = Key::of(job, pipeline);
        let mut known = lock(&self.0);
        if let Some(group) = known.kept.get(&key) {
            return Ok(Some(group.clone()));
        }
        let hash = known.hasher.hash_one(&key);
        if known.seen.len() >= MOST {
            known.seen.clear();
        }
        if known.seen.insert(hash) {
            return Ok(None);
        }
        if known.kept.len() >= MOST {
            known.kept.clear();
        }
        let group = watch.attempt("a bind group", |device, _| {
            let block = block(device, &job.uniforms);
            bind(
                device,
                job,
                pipeline,
                block.as_ref().map(wgpu::Buffer::as_entire_binding),
            )
        })?;
        known.kept.insert(key, group.clone());
        Ok(Some(group))
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        lock(&self.0).kept.len()
    }

    /// Lets go of a buffer, whose memory would not be free otherwise.
    pub(super) fn forget(&self, buffer: &wgpu::Buffer) {
        let mut known = lock(&self.0);
        known.kept.retain(|key, _| !key.buffers.contains(buffer));
    }
}

/// A buffer of by-value parameters that is never written again.
fn block(device: &wgpu::Device, bytes: &[u8]) -> Option<wgpu::Buffer> {
    let padding = bytes.len().next_multiple_of(16) - bytes.len();
    let contents: Vec<u8> = bytes
        .iter()
        .copied()
        .chain(iter::repeat_n(0, padding))
        .collect();
    (!contents.is_empty()).then(|| {
        device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("uniforms"),
            contents: &contents,
            usage: wgpu::BufferUsages::UNIFORM,
        })
    })
}

/// The bind groups of a job, from the first on.
pub(super) fn bind(
    device: &wgpu::Device,
    job: &Job<'_>,
    pipeline: &Pipeline,
    uniforms: Option<wgpu::BindingResource<'_>>,
) -> Vec<wgpu::BindGroup> {
    let bindings = job.lowered.bindings();
    let storage = bindings.buffers.iter().zip(&job.buffers);
    let storage =
        storage.map(|((_, number), (buffer, _))| (*number, buffer.buffer.as_entire_binding()));
    let block = uniforms.map(|block| (bindings.uniforms, block));
    let bound: Vec<_> = storage.chain(block).collect();
    let group = |(group, layout): (u32, &wgpu::BindGroupLayout)| {
        let of = bound.iter().filter(|(number, _)| number.group == group);
        let entries: Vec<wgpu::BindGroupEntry<'_>> = of
            .map(|(number, resource)| wgpu::BindGroupEntry {
                binding: number.binding,
                resource: resource.clone(),
            })
            .collect();
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(job.kernel),
            layout,
            entries: &entries,
        })
    };
    (0..).zip(&pipeline.groups).map(group).collect()
}
