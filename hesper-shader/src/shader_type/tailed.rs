//! Structures that end in an array of runtime length, which are buffers by themselves.

use super::Stored;
use crate::memory::Memory;
use crate::tree::Shape;

/// A structure of the host that goes to a device as one buffer: it ends in a `Vec`, which is `[T]` where `shader!` declares it.
///
/// [`Device::upload_tailed`](crate::Device::upload_tailed) makes its buffer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not end in an array of runtime length",
    note = "declare it in `shader!` with a last field `[T]`; buffers of other types are made by `Device::upload`"
)]
pub trait Tailed: Sized + 'static {
    /// What it is made of.
    fn shape() -> Shape;

    /// Number of elements of the array.
    fn tail_len(&self) -> usize;

    /// The components of the fields in order, for each [leaf](Shape::leaves) by itself.
    fn to_memory(&self) -> Vec<Memory<f32>>;

    /// The structure back from its components, the leaves' in order; `None` where those are of other types.
    fn from_memory(leaves: &mut dyn Iterator<Item = Memory<f32>>) -> Option<Self>;
}

/// What a kernel's parameter `&T` or `&mut T` binds: memory of a known size, or a structure that ends in an array of runtime length.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of memory in kernel code",
    note = "a kernel's parameters `&S` and `&mut S` are structures declared in `shader!`"
)]
pub trait Bindable: Sized + 'static {
    /// What it is made of.
    fn shape() -> Shape;
}

impl<T: Stored> Bindable for T {
    fn shape() -> Shape {
        T::shape()
    }
}
