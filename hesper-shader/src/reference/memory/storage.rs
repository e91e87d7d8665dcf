//! The storage buffers of a dispatch, lent to all threads that run it.

use super::binding::Binding;
use super::shared::{SharedPlace, give_back, lend};
use crate::memory::Memory;
use crate::tree::{ByScalar, ParamId, ParamKind, ScalarValue, Tree};
use std::mem::take;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32};

/// A buffer of the dispatch.
#[derive(Debug)]
pub(in crate::reference) enum LentBuffer<'b, V, S> {
    /// Nobody writes it.
    Read(&'b Memory<V>),
    /// Somebody may write it.
    Written(Places<S>),
    /// The parameter is a scalar.
    None,
}

/// Components in places that may be written.
pub(in crate::reference) type Places<S> =
    ByScalar<Vec<S>, Vec<AtomicI32>, Vec<AtomicU32>, Vec<AtomicBool>>;

/// All parameters of a dispatch.
#[derive(Debug)]
pub(in crate::reference) struct Storage<'b, V, S> {
    pub(in crate::reference) buffers: Vec<LentBuffer<'b, V, S>>,
    /// Elements of each buffer over all dimensions; 0 for a scalar.
    pub(in crate::reference) lengths: Vec<u32>,
    /// The dimensions of each buffer, outermost first; none for a scalar.
    pub(in crate::reference) dims: Vec<Vec<u32>>,
    /// The values of scalars; `None` for a buffer.
    pub(in crate::reference) uniforms: Vec<Option<ScalarValue<V>>>,
    /// What fresh buffers hold.
    pub(in crate::reference) written: Written,
}

/// For each parameter that is a fresh buffer, which elements are written so far.
pub(in crate::reference) type Written = Vec<Option<Vec<bool>>>;

impl<'b, V: Copy, S: SharedPlace<V>> Storage<'b, V, S> {
    /// Takes what the bindings hold, for [`give_back`](Loan::give_back) to return it.
    pub(in crate::reference) fn lend(
        tree: &Tree,
        bindings: &'b mut [Binding<'_, V>],
    ) -> (Self, Loan<'b, V>) {
        let mut storage = Storage {
            buffers: Vec::with_capacity(bindings.len()),
            lengths: Vec::with_capacity(bindings.len()),
            dims: Vec::with_capacity(bindings.len()),
            uniforms: Vec::with_capacity(bindings.len()),
            written: Vec::with_capacity(bindings.len()),
        };
        let mut owners = Vec::with_capacity(bindings.len());
        for (i, binding) in bindings.iter_mut().enumerate() {
            let length = match tree.params.get(i).map(|p| p.kind) {
                Some(ParamKind::Storage { element, .. }) => binding.length(element),
                _ => 0,
            };
            // No buffer has more elements than a `u32` counts: the device sees to it, and a length beyond is never reached.
            let length = length.try_into().unwrap_or(u32::MAX);
            storage.lengths.push(length);
            storage.dims.push(dims(tree, i, length));
            storage.uniforms.push(match binding {
                Binding::Value(value) => Some(*value),
                _ => None,
            });
            let mut written = None;
            let (buffer, owner) = match binding {
                Binding::Read(memory) => (LentBuffer::Read(memory), Owner::None),
                Binding::Partial { memory, written: w } => {
                    written = Some(w.to_vec());
                    (LentBuffer::Read(memory), Owner::None)
                }
                Binding::Write(memory) => (LentBuffer::taken(memory), Owner::Memory(memory)),
                Binding::Fresh { memory, written: w } => {
                    written = Some(take(*w));
                    (LentBuffer::taken(memory), Owner::Fresh(memory, w))
                }
                Binding::Value(_) => (LentBuffer::None, Owner::None),
            };
            storage.buffers.push(buffer);
            storage.written.push(written);
            owners.push(owner);
        }
        (storage, Loan { owners })
    }
}

/// The dimensions of a buffer of so many elements over all of them.
fn dims(tree: &Tree, param: usize, elements: u32) -> Vec<u32> {
    let inner = tree.field(ParamId(param as u32));
    let inner = inner.map_or(&[][..], |(_, leaf)| &leaf.dims);
    let each = inner.iter().product::<u32>().max(1);
    [elements / each]
        .into_iter()
        .chain(inner.iter().copied())
        .collect()
}

impl<V: Copy, S: SharedPlace<V>> LentBuffer<'_, V, S> {
    fn taken(memory: &mut Memory<V>) -> Self {
        LentBuffer::Written(match memory {
            Memory::F32(v) => Places::F32(lend(take(v))),
            Memory::I32(v) => Places::I32(lend(take(v))),
            Memory::U32(v) => Places::U32(lend(take(v))),
            Memory::Bool(v) => Places::Bool(lend(take(v))),
        })
    }
}

/// Where the contents of lent buffers go back to.
pub(in crate::reference) struct Loan<'b, V> {
    owners: Vec<Owner<'b, V>>,
}

enum Owner<'b, V> {
    Memory(&'b mut Memory<V>),
    Fresh(&'b mut Memory<V>, &'b mut Vec<bool>),
    None,
}

impl<V: Copy> Loan<'_, V> {
    /// Returns the contents.
    pub(in crate::reference) fn give_back<S: SharedPlace<V>>(self, storage: Storage<'_, V, S>) {
        let lent = storage.buffers.into_iter().zip(storage.written);
        for (owner, (buffer, written)) in self.owners.into_iter().zip(lent) {
            let memory = match owner {
                Owner::Memory(memory) => memory,
                Owner::Fresh(memory, owner) => {
                    *owner = written.unwrap_or_default();
                    memory
                }
                Owner::None => continue,
            };
            if let LentBuffer::Written(places) = buffer {
                *memory = match places {
                    Places::F32(places) => Memory::F32(give_back(places)),
                    Places::I32(places) => Memory::I32(give_back(places)),
                    Places::U32(places) => Memory::U32(give_back(places)),
                    Places::Bool(places) => Memory::Bool(give_back(places)),
                };
            }
        }
    }
}
