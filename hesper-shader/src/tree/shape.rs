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
    /// The lengths of the arrays around it, outermost first.
    pub dims: Vec<u32>,
    /// The way to it, from outside in.
    pub way: Vec<Way>,
    /// Bytes from the shape's start to the first of it.
    pub offset: u64,
    /// Bytes from one to the next in each of the arrays.
    pub strides: Vec<u64>,
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
    /// Whether the buffer is one element and no array, `&T`: the first index of its leaves is then the literal 0.
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
            Shape::Structure(structure) => {
                let fields = (0..).zip(&structure.fields).zip(structure.offsets());
                let leaves = fields.flat_map(|((number, (name, shape)), offset)| {
                    shape.leaves().into_iter().map(move |mut leaf| {
                        leaf.name = format!(".{name}{}", leaf.name);
                        leaf.way.insert(0, Way::Field(number));
                        leaf.offset = leaf.offset.saturating_add(offset);
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
            Shape::Array(element, _) => element.leaf_count(),
            Shape::Structure(s) => s.fields.iter().map(|(_, shape)| shape.leaf_count()).sum(),
        }
    }

    /// The same for the host, which keeps what an atomic holds.
    pub fn on_host(&self) -> Shape {
        match self {
            Shape::Value(ty) | Shape::Atomic(ty) => Shape::Value(*ty),
            Shape::Array(element, length) => Shape::Array(Box::new(element.on_host()), *length),
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
            Shape::Array(..) | Shape::Structure(_) => None,
        }
    }

    /// What its address is a multiple of, in bytes: WGSL's `AlignOf`.
    pub fn align(&self) -> u64 {
        match self {
            Shape::Value(ty) | Shape::Atomic(ty) => {
                let lanes = if ty.size == 3 { 4 } else { u64::from(ty.size) };
                lanes * ty.scalar.bytes()
            }
            Shape::Array(element, _) => element.align(),
            Shape::Structure(structure) => {
                let aligns = structure.fields.iter().map(|(_, shape)| shape.align());
                aligns.max().unwrap_or(1)
            }
        }
    }

    /// Its bytes: WGSL's `SizeOf`; `u64::MAX` where they are too many to count.
    pub fn size(&self) -> u64 {
        match self {
            Shape::Value(ty) | Shape::Atomic(ty) => u64::from(ty.size) * ty.scalar.bytes(),
            Shape::Array(element, length) => element.stride().saturating_mul(u64::from(*length)),
            Shape::Structure(structure) => round_up(structure.end(), self.align()),
        }
    }

    /// Bytes from one element of an array to the next.
    pub fn stride(&self) -> u64 {
        round_up(self.size(), self.align())
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Scalar;

    fn structure(name: &str, fields: &[(&str, Shape)]) -> Shape {
        let fields = fields
            .iter()
            .map(|(name, shape)| (name.to_string(), shape.clone()));
        Shape::Structure(Arc::new(Structure {
            name: name.to_string(),
            fields: fields.collect(),
        }))
    }

    fn value(size: u8, scalar: Scalar) -> Shape {
        Shape::Value(Type { scalar, size })
    }

    /// The example of the WGSL specification, section "Structure Member Layout", in our words: a vector of three leaves four bytes that a scalar takes.
    #[test]
    fn fields_lie_where_wgsl_lays_them() {
        let (f, h) = (|n| value(n, Scalar::F32), |n| value(n, Scalar::F16));
        let inner = structure("Inner", &[("p", f(3)), ("q", f(1)), ("r", f(2))]);
        let array = |shape: &Shape, n| Shape::Array(Box::new(shape.clone()), n);
        #[rustfmt::skip]
        let cases: &[(&[Shape], &[u64], u64, u64)] = &[
            // fields, offsets, size, align
            (&[f(1)], &[0], 4, 4),
            (&[f(3)], &[0], 16, 16),
            (&[f(3), f(1)], &[0, 12], 16, 16),
            (&[f(1), f(3)], &[0, 16], 32, 16),
            (&[f(1), f(2), f(1)], &[0, 8, 16], 24, 8),
            (&[h(1), h(1), f(1)], &[0, 2, 4], 8, 4),
            (&[h(3), h(1), h(2)], &[0, 6, 8], 16, 8),
            (&[f(1), array(&f(3), 2), f(1)], &[0, 16, 48], 64, 16),
            (&[f(1), array(&f(1), 3), f(1)], &[0, 4, 16], 20, 4),
            (&[f(1), inner.clone(), f(1)], &[0, 16, 48], 64, 16),
            (&[array(&inner, 2), h(1)], &[0, 64], 80, 16),
        ];
        for (fields, offsets, size, align) in cases {
            let names = ["a", "b", "c"];
            let fields: Vec<_> = names.into_iter().zip(fields.iter().cloned()).collect();
            let shape = structure("S", &fields);
            let Shape::Structure(s) = &shape else {
                unreachable!("a structure");
            };
            assert_eq!(
                (&s.offsets()[..], shape.size(), shape.align()),
                (*offsets, *size, *align),
                "{s:?}"
            );
        }
    }

    #[test]
    fn leaves_know_the_way_and_the_place() {
        let point = structure(
            "Point",
            &[("p", value(3, Scalar::F32)), ("id", value(1, Scalar::U32))],
        );
        let shape = structure(
            "Path",
            &[
                ("hits", Shape::Atomic(Type::U32)),
                ("points", Shape::Array(Box::new(point), 2)),
            ],
        );
        let leaves = shape.leaves();
        let told: Vec<_> = leaves
            .iter()
            .map(|l| {
                (
                    l.name.as_str(),
                    l.atomic,
                    &l.dims[..],
                    l.offset,
                    &l.strides[..],
                    l.way.len(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (".hits", true, &[][..], 0, &[][..], 1),
                (".points.p", false, &[2], 16, &[16], 3),
                (".points.id", false, &[2], 28, &[16], 3),
            ]
        );
        assert_eq!(shape.leaf_count(), 3);
        assert_eq!(shape.to_string(), "Path");
    }
}
