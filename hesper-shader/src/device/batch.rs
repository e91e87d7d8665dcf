//! The one door to execution: dispatches over a list of buffers, in order, all or nothing as far as that can be known before.

use super::buffer::HostPart;
use super::gpu::{Gpu, GpuBuffer, Job};
use super::watched::{Ran, passed};
use super::{Backend, Device, RawBuffer, Reference};
use crate::domain::F32;
use crate::error::{Error, LaunchError};
use crate::kernel::Kernel;
use crate::limits::Needs;
use crate::memory::Memory;
use crate::reference::{Binding, ExecError, run_pooled};
use crate::tree::verify::Verified;
use crate::tree::{ParamKind, ScalarValue, Tree};
use crate::uniforms::{UniformBlock, UniformSource};
use std::iter;

/// Dispatches that run as one submission.
pub(crate) struct Batch<'a> {
    pub(crate) dispatches: Vec<Dispatch<'a>>,
    pub(crate) buffers: Vec<BufferRef<'a>>,
    /// Which buffers become zero first.
    pub(crate) zeroed: Vec<usize>,
}

/// One dispatch whose arguments fit its kernel: one for each parameter, in declaration order.
pub(crate) struct Dispatch<'a, V = f32> {
    pub(crate) kernel: &'a Kernel,
    pub(crate) groups: [u32; 3],
    /// Where a GPU finds the number of workgroups, if the host does not know it.
    pub(crate) indirect: Option<&'a RawBuffer>,
    pub(crate) arguments: Vec<Bind<V>>,
}

/// An argument: a part of a buffer of the batch, counted over the parts of all buffers, or a scalar.
#[derive(Clone, Copy)]
pub(crate) enum Bind<V> {
    Buffer(usize),
    Value(ScalarValue<V>),
}

/// A buffer, with the right to write it or not.
pub(crate) enum BufferRef<'a> {
    Read(&'a RawBuffer),
    Write(&'a mut RawBuffer),
}

/// How a batch failed.
pub(crate) struct BatchError {
    /// The dispatch at fault, where it is one's.
    pub(crate) step: Option<usize>,
    pub(crate) error: Box<Error>,
}

impl BufferRef<'_> {
    pub(crate) fn raw(&self) -> &RawBuffer {
        match self {
            BufferRef::Read(raw) => raw,
            BufferRef::Write(raw) => raw,
        }
    }

    /// From now on the contents count for nothing.
    pub(crate) fn forget(&mut self) {
        if let BufferRef::Write(raw) = self {
            raw.forget();
        }
    }
}

impl Device {
    /// Runs a batch; on a GPU the work may still be under way on return, and what goes wrong then comes out of the next call.
    pub(crate) fn execute(&self, batch: Batch<'_>) -> Result<(), BatchError> {
        match &*self.backend {
            Backend::Reference(reference) => on_host(batch, reference),
            Backend::Gpu(gpu) => self.on_gpu(gpu, &batch),
        }
    }

    fn on_gpu(&self, gpu: &Gpu, batch: &Batch<'_>) -> Result<(), BatchError> {
        let jobs = (0..)
            .zip(&batch.dispatches)
            .map(|(step, dispatch)| {
                let job = self.job(gpu, dispatch, &batch.buffers);
                job.map_err(|error| BatchError {
                    step: Some(step),
                    error: Box::new(error),
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let zeroed = batch.zeroed.iter().filter_map(|i| batch.buffers.get(*i));
        let zeroed: Vec<&GpuBuffer> = zeroed.filter_map(on_device).collect();
        gpu.run(&zeroed, &jobs, self.timeout)
            .map_err(|(step, error)| BatchError {
                step,
                error: Box::new(error.into()),
            })
    }

    fn job<'a>(
        &self,
        gpu: &Gpu,
        dispatch: &Dispatch<'a>,
        buffers: &'a [BufferRef<'_>],
    ) -> Result<Job<'a>, Error> {
        let tree = dispatch.kernel.tree()?;
        let bound = storage(tree, dispatch, buffers);
        let lengths: Vec<usize> = bound.iter().map(|(buffer, _)| buffer.raw().len()).collect();
        if tree.uses_subgroups() && !gpu.limits().subgroups {
            return Err(Error::from(LaunchError::Subgroups {
                kernel: tree.name.clone(),
                device: self.name().to_string(),
            }));
        }
        if tree.uses_f16() && !gpu.limits().f16 {
            return Err(Error::from(LaunchError::F16 {
                kernel: tree.name.clone(),
                device: self.name().to_string(),
            }));
        }
        let compiled = dispatch.kernel.compiled()?;
        let needs = Needs {
            tree,
            groups: dispatch.groups,
            lengths,
            uniform_bytes: compiled.uniforms.size() as u64,
        };
        gpu.limits()
            .check(&needs)
            .map_err(|excess| LaunchError::Limit {
                kernel: tree.name.clone(),
                device: self.name().to_string(),
                excess,
            })?;
        let on_this = |(buffer, written): &(&'a BufferRef<'_>, bool)| {
            on_device(buffer).map(|buffer| (buffer, *written))
        };
        Ok(Job {
            kernel: dispatch.kernel.name(),
            lowered: &compiled.lowered,
            wgsl: &compiled.wgsl,
            buffers: bound.iter().filter_map(on_this).collect(),
            uniforms: uniforms(&compiled.uniforms, dispatch, buffers),
            groups: dispatch.groups,
            indirect: dispatch.indirect.and_then(|counts| counts.on_gpu()),
        })
    }
}

fn on_device<'a>(buffer: &'a BufferRef<'_>) -> Option<&'a GpuBuffer> {
    buffer.raw().on_gpu()
}

/// The buffers of a dispatch in order of binding, with whether the kernel may write them.
fn storage<'a, 'b>(
    tree: &Tree,
    dispatch: &Dispatch<'_>,
    buffers: &'a [BufferRef<'b>],
) -> Vec<(&'a BufferRef<'b>, bool)> {
    let arguments = tree.params.iter().zip(&dispatch.arguments);
    arguments
        .filter_map(|(param, argument)| match (param.kind, argument) {
            (ParamKind::Storage { access, .. }, Bind::Buffer(i))
                if param.field.is_none_or(|field| field.leaf == 0) =>
            {
                Some((of_part(buffers, *i)?, access.writes()))
            }
            _ => None,
        })
        .collect()
}

/// The buffer that a part belongs to.
fn of_part<'a, 'b>(buffers: &'a [BufferRef<'b>], part: usize) -> Option<&'a BufferRef<'b>> {
    let mut end = 0;
    buffers.iter().find(|buffer| {
        end += buffer.raw().part_count();
        part < end
    })
}

fn uniforms(block: &UniformBlock, dispatch: &Dispatch<'_>, buffers: &[BufferRef<'_>]) -> Vec<u8> {
    let argument = |source| match source {
        UniformSource::Uniform(param) | UniformSource::Length(param) => {
            dispatch.arguments.get(param.index())
        }
    };
    let value = |source| match argument(source)? {
        Bind::Value(value) => Some(*value),
        // No buffer has more elements than a `u32` counts.
        Bind::Buffer(i) => Some(ScalarValue::U32(of_part(buffers, *i)?.raw().len() as u32)),
    };
    let fields = block.fields.iter().filter_map(|field| value(field.source));
    fields.flat_map(ScalarValue::to_bytes).collect()
}

fn on_host(mut batch: Batch<'_>, reference: &Reference) -> Result<(), BatchError> {
    let ran = run_on_host(&mut batch, reference);
    for buffer in &mut batch.buffers {
        if let BufferRef::Write(raw) = buffer {
            raw.settle();
        }
    }
    ran
}

fn run_on_host(batch: &mut Batch<'_>, reference: &Reference) -> Result<(), BatchError> {
    for i in &batch.zeroed {
        if let Some(BufferRef::Write(raw)) = batch.buffers.get_mut(*i) {
            for part in raw.host_mut() {
                part.memory.fill_zero(0.0);
                part.written = None;
            }
        }
    }
    let memories = batch.buffers.iter_mut().flat_map(|buffer| match buffer {
        BufferRef::Read(raw) => raw.host().iter().map(HostPart::shared).collect::<Vec<_>>(),
        BufferRef::Write(raw) => raw.host_mut().iter_mut().map(HostPart::unique).collect(),
    });
    let mut memories: Vec<_> = memories.collect();
    run_on_reference(
        &batch.dispatches,
        &mut memories,
        |tree, groups, bindings| {
            let (options, pool) = (&reference.options, &reference.pool);
            let watch = reference.watch.as_ref();
            let before = watch.map(|_| passed(bindings));
            let ran = run_pooled(&F32, tree, groups, bindings, options, pool);
            if let (Some(watch), Some(before), Ok(_)) = (watch, &before, &ran) {
                let after = &passed(bindings);
                watch(&Ran {
                    tree,
                    groups,
                    before,
                    after,
                });
            }
            // What a run that fails has told is wanted most.
            let (told, ran) = match ran {
                Ok(outcome) => (outcome, Ok(())),
                Err(error) => ((*error.so_far).clone(), Err(error)),
            };
            reference.told().append(told);
            ran
        },
    )
}

/// Memory of the reference executor, with the right to write it or not.
pub(crate) enum Cell<'a, V> {
    Shared(&'a Memory<V>, Option<&'a [bool]>),
    Unique(&'a mut Memory<V>),
    /// With which elements are written: the others must not be read.
    Fresh(&'a mut Memory<V>, &'a mut Vec<bool>),
}

impl HostPart {
    fn shared(&self) -> Cell<'_, f32> {
        Cell::Shared(&self.memory, self.written.as_deref())
    }

    fn unique(&mut self) -> Cell<'_, f32> {
        match &mut self.written {
            Some(written) => Cell::Fresh(&mut self.memory, written),
            None => Cell::Unique(&mut self.memory),
        }
    }
}

/// Runs dispatches in order on the reference executor, in any number domain.
pub(crate) fn run_on_reference<V: Copy>(
    dispatches: &[Dispatch<'_, V>],
    memories: &mut [Cell<'_, V>],
    mut run: impl FnMut(&Verified, [u32; 3], &mut [Binding<'_, V>]) -> Result<(), ExecError>,
) -> Result<(), BatchError> {
    for (step, dispatch) in dispatches.iter().enumerate() {
        let mut one = || -> Result<(), Error> {
            let tree = dispatch.kernel.tree()?;
            let mut bindings = bindings(tree, &dispatch.arguments, memories);
            Ok(run(tree, dispatch.groups, &mut bindings)?)
        };
        one().map_err(|error| BatchError {
            step: Some(step),
            error: Box::new(error),
        })?;
    }
    Ok(())
}

/// Each parameter's binding. One that cannot be had, being lent already, is left out, and the executor refuses the rest.
fn bindings<'m, V: Copy>(
    tree: &Tree,
    arguments: &[Bind<V>],
    memories: &'m mut [Cell<'_, V>],
) -> Vec<Binding<'m, V>> {
    let written = |memory: usize| {
        iter::zip(&tree.params, arguments).any(|(param, argument)| {
            param.kind.writes() && matches!(argument, Bind::Buffer(i) if *i == memory)
        })
    };
    let (mut unique, mut shared) = (Vec::new(), Vec::new());
    for (i, cell) in memories.iter_mut().enumerate() {
        let (write, read) = match (cell, written(i)) {
            (Cell::Unique(memory), true) => (Some(Binding::Write(memory)), None),
            (Cell::Fresh(memory, written), true) => {
                (Some(Binding::Fresh { memory, written }), None)
            }
            (Cell::Unique(memory), false) => (None, Some((&**memory, None))),
            (Cell::Fresh(memory, written), false) => (None, Some((&**memory, Some(&***written)))),
            (Cell::Shared(memory, written), _) => (None, Some((*memory, *written))),
        };
        unique.push(write);
        shared.push(read);
    }
    iter::zip(&tree.params, arguments)
        .filter_map(|(param, argument)| match (*argument, param.kind.writes()) {
            (Bind::Buffer(i), true) => unique.get_mut(i)?.take(),
            (Bind::Buffer(i), false) => Some(match (*shared.get(i)?)? {
                (memory, None) => Binding::Read(memory),
                (memory, Some(written)) => Binding::Partial { memory, written },
            }),
            (Bind::Value(value), _) => Some(Binding::Value(value)),
        })
        .collect()
}
