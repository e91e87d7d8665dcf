//! Structures and arrays in buffers: their types, and the way from a buffer to a part of it.

use super::types;
use crate::tree::{ExprId, Place, Portion, Root, Shape, Structured, Tree, Way};
use naga::{ArraySize, Handle, TypeInner, UniqueArena};
use std::num::NonZeroU32;

/// What tells an array in a buffer from one in a variable, which SPIR-V wants to be another type, without a stride.
const IN_BUFFER: &str = "in_buffer";

/// A step from a variable inwards.
pub(super) enum Step {
    /// An element of an array.
    Index(ExprId),
    /// A field of a structure, or a component of a vector.
    Part(u32),
}

/// The type of a structured buffer.
pub(super) fn buffer(
    types: &mut UniqueArena<naga::Type>,
    buffer: &Structured,
) -> Handle<naga::Type> {
    let base = shape(types, &buffer.shape);
    if buffer.single {
        return base;
    }
    let (size, stride) = (ArraySize::Dynamic, bytes(buffer.shape.stride()));
    types::anonymous(types, TypeInner::Array { base, size, stride })
}

/// The way that a place takes in the module, where the parts of a structured buffer lie together.
pub(super) fn steps(tree: &Tree, place: &Place) -> Vec<Step> {
    let mut path = place.path.iter().map(|step| match step {
        crate::tree::Step::Index(id) => Step::Index(*id),
        crate::tree::Step::Component(index) => Step::Part(u32::from(*index)),
    });
    let field = match place.root {
        Root::Storage(param) => tree.field(param),
        Root::Workgroup(_) | Root::Local(_) => None,
    };
    let Some((buffer, leaf)) = field else {
        return path.collect();
    };
    let mut steps = Vec::new();
    // What counts the elements of a tail comes after the field that the tail is.
    if leaf.portion != Portion::Tail {
        steps.extend(path.next().filter(|_| !buffer.single));
    }
    for way in &leaf.way {
        match way {
            Way::Field(number) => steps.push(Step::Part(*number)),
            Way::Element => steps.extend(path.next()),
        }
    }
    steps.extend(path);
    steps
}

/// naga believes the strides and offsets that it is told here.
fn shape(types: &mut UniqueArena<naga::Type>, of: &Shape) -> Handle<naga::Type> {
    match of {
        Shape::Value(ty) => types::element(types, *ty, false),
        Shape::Atomic(ty) => types::element(types, *ty, true),
        Shape::Array(element, length) => {
            let base = shape(types, element);
            // The verifier lets no array pass that is empty.
            let size = ArraySize::Constant(NonZeroU32::new(*length).unwrap_or(NonZeroU32::MIN));
            let stride = bytes(element.stride());
            let inner = TypeInner::Array { base, size, stride };
            let name = Some(IN_BUFFER.to_string());
            types.insert(naga::Type { name, inner }, naga::Span::UNDEFINED)
        }
        Shape::Tail(element) => {
            let (size, stride) = (ArraySize::Dynamic, bytes(element.stride()));
            let base = shape(types, element);
            types::anonymous(types, TypeInner::Array { base, size, stride })
        }
        Shape::Structure(structure) => {
            let fields = structure.fields.iter().zip(structure.offsets());
            let members = fields.map(|((name, field), offset)| naga::StructMember {
                name: Some(name.clone()),
                ty: shape(types, field),
                binding: None,
                offset: bytes(offset),
            });
            let inner = TypeInner::Struct {
                members: members.collect(),
                span: bytes(of.size()),
            };
            let name = Some(structure.name.clone());
            types.insert(naga::Type { name, inner }, naga::Span::UNDEFINED)
        }
    }
}

/// The verifier lets nothing pass that is larger.
fn bytes(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
