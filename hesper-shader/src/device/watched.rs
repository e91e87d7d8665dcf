//! Dispatches of the reference device, shown to whoever wants to run them elsewhere too.

use super::{Backend, Device, Reference};
use crate::layout;
use crate::memory::Memory;
use crate::reference::{Binding, Options, Pool};
use crate::tree::verify::Verified;
use crate::tree::{ScalarValue, Shape, Tree};
use crate::uniforms::{UniformBlock, UniformSource};
use std::sync::Mutex;

/// What sees each dispatch.
pub(super) type Watch = Box<dyn Fn(&Ran<'_>) + Send + Sync>;

/// A dispatch that ran well on the reference device.
#[derive(Clone, Copy, Debug)]
pub struct Ran<'a> {
    /// The kernel.
    pub tree: &'a Verified,
    /// Workgroups in x, y and z.
    pub groups: [u32; 3],
    /// What each parameter held before, in declaration order.
    pub before: &'a [Content],
    /// What each parameter holds now; what the kernel may not write, as before.
    pub after: &'a [Content],
}

/// What a parameter holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// The elements of a buffer, or of a leaf of one.
    Elements(Memory<f32>),
    /// A scalar.
    Value(ScalarValue),
}

impl Device {
    /// [`reference_with`](Device::reference_with), and `watch` is shown each dispatch once it has run well: with what it takes to run it
    /// anywhere else, and to compare. Buffers are copied before and after each dispatch.
    ///
    /// ```
    /// use hesper_shader::reference::Options;
    /// use hesper_shader::{Device, Grid, binding_bytes, shader};
    /// use std::sync::mpsc;
    ///
    /// shader! {
    ///     #[workgroup_size(64)]
    ///     fn twice(x: &mut [u32]) {
    ///         let i = global_index();
    ///         if i < x.len() {
    ///             x[i] *= 2;
    ///         }
    ///     }
    /// }
    ///
    /// let (seen, all) = mpsc::channel();
    /// let device = Device::reference_watched(Options::default(), move |ran| {
    ///     // Binding 0 is `x`, binding 1 the uniform block: its length.
    ///     let bytes = [ran.before, ran.after].map(|arguments| binding_bytes(ran.tree, arguments));
    ///     seen.send(bytes).unwrap_or_default();
    /// });
    /// let mut x = device.upload(&[3u32])?;
    /// twice().launch(&device, Grid::cover(1), twice::Args { x: &mut x })?;
    /// let [before, after] = all.recv().unwrap_or_default();
    /// assert_eq!((before, after), (vec![vec![3, 0, 0, 0], vec![1, 0, 0, 0]], vec![vec![6, 0, 0, 0], vec![1, 0, 0, 0]]));
    /// # Ok::<(), hesper_shader::Error>(())
    /// ```
    pub fn reference_watched(
        options: Options,
        watch: impl Fn(&Ran<'_>) + Send + Sync + 'static,
    ) -> Device {
        Device::over(Backend::Reference(Box::new(Reference {
            options,
            told: Mutex::default(),
            pool: Pool::default(),
            watch: Some(Box::new(watch)),
        })))
    }
}

/// What a device binds for these arguments, one for each parameter in declaration order: the bytes of each storage binding, laid out as WGSL has it, then those of
/// the uniform block where the kernel has one. The bytes are empty for a buffer without elements; a device binds room for one element then.
pub fn binding_bytes(tree: &Tree, arguments: &[Content]) -> Vec<Vec<u8>> {
    let memory = |index: usize| match arguments.get(index) {
        Some(Content::Elements(memory)) => Some(memory),
        _ => None,
    };
    let storage = tree.bindings().map(|(first, _, element, _)| {
        let shape = match tree.field(first) {
            Some((buffer, _)) => buffer.shape.clone(),
            None => Shape::Value(element),
        };
        let leaves = (first.index()..).take(shape.leaf_count() as usize);
        let leaves: Vec<_> = leaves.filter_map(memory).collect();
        layout::shape_to_bytes(&leaves, &shape).into_owned()
    });
    let mut bindings: Vec<Vec<u8>> = storage.collect();
    let fields = UniformBlock::of(tree).fields;
    if !fields.is_empty() {
        let value = |source| match source {
            UniformSource::Uniform(param) => match arguments.get(param.index()) {
                Some(Content::Value(value)) => Some(*value),
                _ => None,
            },
            UniformSource::Length(param) => {
                let (_, _, element, _) = tree.buffers().find(|(id, ..)| *id == param)?;
                let leaves = tree.field(param).map_or(1, |(_, leaf)| leaf.count());
                let each = leaves as usize * usize::from(element.size);
                let elements = memory(param.index())?.len() / each.max(1);
                // No buffer has more elements than a `u32` counts.
                Some(ScalarValue::U32(elements as u32))
            }
        };
        let values = fields.iter().filter_map(|field| value(field.source));
        bindings.push(values.flat_map(ScalarValue::to_bytes).collect());
    }
    bindings
}

/// What the bindings of a dispatch hold.
pub(super) fn passed(bindings: &[Binding<'_, f32>]) -> Vec<Content> {
    let one = |binding: &Binding<'_, f32>| match binding {
        Binding::Read(memory) | Binding::Partial { memory, .. } => {
            Content::Elements((*memory).clone())
        }
        Binding::Write(memory) | Binding::Fresh { memory, .. } => {
            Content::Elements((**memory).clone())
        }
        Binding::Value(value) => Content::Value(*value),
    };
    bindings.iter().map(one).collect()
}
