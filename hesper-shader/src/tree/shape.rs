//! Types of memory that are made of others: structures and arrays, and where WGSL lays their parts.
//!
//! The tree knows values of scalars and vectors alone. What is made of others is taken apart: each scalar or vector in it, a *leaf*, is memory of
//! its own, with the indices of all arrays around it. Buffers alone remember that their leaves lie together ([`Structured`]), for devices.

use super::{Loc, ParamId, Type};
use std::fmt;
use std::sync::Arc;

/// What a type of memory is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A scalar or a vector.
    Value(Type),
    /// One that is read and written in one step alone.
    Atomic(Type),
    /// So many of the same.
    Array(Box<Shape>, u32),
    /// A structure.
    Structure(Arc<Structure>),
    /// As many of the same as the buffer has: the last field of a structure that is a buffer by itself.
    Tail(Box<Shape>),
}

/// A structure: fields in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Its name.
    pub name: String,
    /// The fields' names and what they hold; at least one.
    pub fields: Vec<(String, Shape)>,
}

/// A scalar or vector inside of a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The way to it as it is written, less indices: `.velocity`, empty where the shape is no structure.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether it is read and written in one step alone.
    pub atomic: bool,
    /// What of a buffer it is in.
    pub portion: Portion,
    /// The lengths of the arrays around it, outermost first, less that of a tail.
    pub dims: Vec<u32>,
    /// The way to it, from outside in.
    pub way: Vec<Way>,
    /// Bytes from the shape's start to the first of it.
    pub offset: u64,
    /// Bytes from one to the next in each of the arrays.
    pub strides: Vec<u64>,
}

/// How often a buffer has a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portion {
    /// In each element.
    Element,
    /// Once: before the tail of a structure.
    Head,
    /// In each element of the tail.
    Tail,
}

/// A step of the way to a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A field, by its number.
    Field(u32),
    /// An element of an array.
    Element,
}

/// A buffer whose elements are made of several parts. Each leaf is a parameter of its own; those of one buffer follow each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Structured {
    /// The user's name of the buffer.
    pub name: String,
    /// Where it was declared.
    pub loc: Loc,
    /// What an element is.
    pub shape: Shape,
    /// Whether the buffer is one element and no array, `&T`: the first index of its leaves is then the literal 0, but in a tail, whose elements it counts.
    pub single: bool,
    /// The parameter of the first leaf.
    pub first: ParamId,
    /// The leaves, in the order of their parameters.
    pub leaves: Vec<Leaf>,
}

/// Which leaf of which [`Structured`] a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Index into [`Tree::structured`](super::Tree::structured).
    pub buffer: u32,
    /// Index into its leaves.
    pub leaf: u32,
}

impl Leaf {
    /// How many there are in one shape.
    pub fn count(&self) -> u64 {
        let dims = self.dims.iter().map(|n| u64::from(*n));
        dims.fold(1, u64::saturating_mul)
    }

    /// How many there are in a buffer of so many elements.
    pub fn count_in(&self, len: u64) -> u64 {
        match self.portion {
            Portion::Head => self.count(),
            Portion::Element | Portion::Tail => self.count().saturating_mul(len),
        }
    }
}

impl Structured {
    /// The parameter whose first index counts the buffer's elements: the first, or of a structure with a tail the first in that.
    pub fn counted(&self) -> ParamId {
        let head = |leaf: &&Leaf| leaf.portion == Portion::Head;
        let before = self.leaves.iter().take_while(head).count();
        ParamId(self.first.0.saturating_add(before as u32))
    }
}

impl Shape {
    /// All leaves in order.
    pub fn leaves(&self) -> Vec<Leaf> {
        match self {
            Shape::Value(ty) => vec![leaf(*ty, false)],
            Shape::Atomic(ty) => vec![leaf(*ty, true)],
            Shape::Array(element, length) => {
                let stride = element.stride();
                let mut leaves = element.leaves();
                for leaf in &mut leaves {
                    leaf.dims.insert(0, *length);
                    leaf.strides.insert(0, stride);
                    leaf.way.insert(0, Way::Element);
                }
                leaves
            }
            Shape::Tail(element) => {
                let mut leaves = element.leaves();
                for leaf in &mut leaves {
                    leaf.way.insert(0, Way::Element);
                    leaf.portion = Portion::Tail;
                }
                leaves
            }
            Shape::Structure(structure) => {
                let tailed = self.tail().is_some();
                let fields = (0..).zip(&structure.fields).zip(structure.offsets());
                let leaves = fields.flat_map(|((number, (name, shape)), offset)| {
                    shape.leaves().into_iter().map(move |mut leaf| {
                        leaf.name = format!(".{name}{}", leaf.name);
                        leaf.way.insert(0, Way::Field(number));
                        leaf.offset = leaf.offset.saturating_add(offset);
                        if tailed && leaf.portion == Portion::Element {
                            leaf.portion = Portion::Head;
                        }
                        leaf
                    })
                });
                leaves.collect()
            }
        }
    }

    /// The number of [leaves](Shape::leaves).
    pub fn leaf_count(&self) -> u32 {
        match self {
            Shape::Value(_) | Shape::Atomic(_) => 1,
            Shape::Array(element, _) | Shape::Tail(element) => element.leaf_count(),
            Shape::Structure(s) => s.fields.iter().map(|(_, shape)| shape.leaf_count()).sum(),
        }
    }

    /// The same for the host, which keeps what an atomic holds.
    pub fn on_host(&self) -> Shape {
        match self {
            Shape::Value(ty) | Shape::Atomic(ty) => Shape::Value(*ty),
            Shape::Array(element, length) => Shape::Array(Box::new(element.on_host()), *length),
            Shape::Tail(element) => Shape::Tail(Box::new(element.on_host())),
            Shape::Structure(structure) => {
                let fields = structure.fields.iter();
                let fields = fields.map(|(name, shape)| (name.clone(), shape.on_host()));
                Shape::Structure(Arc::new(Structure {
                    name: structure.name.clone(),
                    fields: fields.collect(),
                }))
            }
        }
    }

    /// The only leaf of a shape that is one scalar, vector or atomic, with no array around it.
    pub fn plain(&self) -> Option<(Type, bool)> {
        match self {
            Shape::Value(ty) => Some((*ty, false)),
            Shape::Atomic(ty) => Some((*ty, true)),
            Shape::Array(..) | Shape::Structure(_) | Shape::Tail(_) => None,
        }
    }

    /// What a structure ends in that has as many elements as its buffer: the bytes before it, and what an element is.
    pub fn tail(&self) -> Option<(u64, &Shape)> {
        let Shape::Structure(structure) = self else {
            return None;
        };
        match structure.fields.last() {
            Some((_, Shape::Tail(element))) => {
                let offset = structure.offsets().last().copied();
                Some((offset.unwrap_or(0), element))
            }
            _ => None,
        }
    }

    /// What its address is a multiple of, in bytes: WGSL's `AlignOf`.
    pub fn align(&self) -> u64 {
        match self {
            Shape::Value(ty) | Shape::Atomic(ty) => {
                let lanes = if ty.size == 3 { 4 } else { u64::from(ty.size) };
                lanes * ty.scalar.bytes()
            }
            Shape::Array(element, _) | Shape::Tail(element) => element.align(),
            Shape::Structure(structure) => {
                let aligns = structure.fields.iter().map(|(_, shape)| shape.align());
                aligns.max().unwrap_or(1)
            }
        }
    }

    /// Its bytes, with one element of a tail: WGSL's `SizeOf`; `u64::MAX` where they are too many to count.
    pub fn size(&self) -> u64 {
        match self {
            Shape::Value(ty) | Shape::Atomic(ty) => u64::from(ty.size) * ty.scalar.bytes(),
            Shape::Array(element, length) => element.stride().saturating_mul(u64::from(*length)),
            Shape::Tail(element) => element.stride(),
            Shape::Structure(structure) => round_up(structure.end(), self.align()),
        }
    }

    /// Bytes from one element of an array to the next.
    pub fn stride(&self) -> u64 {
        round_up(self.size(), self.align())
    }

    /// Bytes of a buffer of so many elements; a structure with a tail always has room for one element of that. `u64::MAX` where they are too many to count.
    pub fn bytes(&self, len: u64) -> u64 {
        match self.tail() {
            None => self.stride().saturating_mul(len),
            Some((offset, element)) => {
                let tail = element.stride().saturating_mul(len.max(1));
                round_up(offset.saturating_add(tail), self.align())
            }
        }
    }
}

impl Structure {
    /// Bytes from its start to each field: WGSL's `OffsetOfMember`.
    pub fn offsets(&self) -> Vec<u64> {
        let mut end = 0;
        let offsets = self.fields.iter().map(|(_, shape)| {
            let offset = round_up(end, shape.align());
            end = offset.saturating_add(shape.size());
            offset
        });
        offsets.collect()
    }

    fn end(&self) -> u64 {
        let last = self.offsets().last().copied().zip(self.fields.last());
        last.map_or(0, |(offset, (_, shape))| {
            offset.saturating_add(shape.size())
        })
    }
}

fn leaf(ty: Type, atomic: bool) -> Leaf {
    Leaf {
        name: String::new(),
        ty,
        atomic,
        portion: Portion::Element,
        dims: Vec::new(),
        way: Vec::new(),
        offset: 0,
        strides: Vec::new(),
    }
}

fn round_up(bytes: u64, align: u64) -> u64 {
    bytes.checked_next_multiple_of(align).unwrap_or(u64::MAX)
}

impl fmt::Display for Shape {
    /// As in kernel code: `f32`, `Particle`, `[Vec3<f32>; 4]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Value(ty) => ty.fmt(f),
            Shape::Atomic(ty) => write!(f, "Atomic<{ty}>"),
            Shape::Array(element, length) => write!(f, "[{element}; {length}]"),
            Shape::Structure(structure) => f.write_str(&structure.name),
            Shape::Tail(element) => write!(f, "[{element}]"),
        }
    }
}

#[cfg(test)]
mod tests;
mod values;

pub(crate) use values::scalars;
