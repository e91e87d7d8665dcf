//! Buffers of structures and arrays: that their parts are parameters as the shape says.

use super::{VerifyProblem, valid_type};
use crate::tree::{Access, Field, ParamId, ParamKind, Problem, Scalar, Shape, Structured, Tree};

/// Where naga counts bytes.
const MAX_BYTES: u64 = u32::MAX as u64;

/// Checks all structured buffers, and that no parameter claims to be a part of one that does not know of it.
pub(super) fn structured(tree: &Tree, problems: &mut Vec<Problem<VerifyProblem>>) {
    let mut add = |name: &str, why, loc| {
        let name = name.to_string();
        let kind = VerifyProblem::Structured { name, why };
        problems.push(Problem { kind, loc });
    };
    for (number, buffer) in (0..).zip(&tree.structured) {
        if let Some(why) = misfit(tree, number, buffer) {
            add(&buffer.name, why, buffer.loc);
        }
    }
    for (id, param) in (0..).map(ParamId).zip(&tree.params) {
        let Some(field) = param.field else {
            continue;
        };
        let owner = tree.structured.get(field.buffer as usize);
        let known = owner.is_some_and(|owner| {
            (field.leaf as usize) < owner.leaves.len() && at(owner, field.leaf) == Some(id)
        });
        if !known {
            add(
                &param.name,
                "it is a part that its buffer does not have",
                param.loc,
            );
        }
    }
}

fn at(buffer: &Structured, leaf: u32) -> Option<ParamId> {
    buffer.first.0.checked_add(leaf).map(ParamId)
}

/// What is wrong with one.
fn misfit(tree: &Tree, number: u32, buffer: &Structured) -> Option<&'static str> {
    if let Some(why) = whole_ill_formed(&buffer.shape) {
        return Some(why);
    }
    if buffer.shape.tail().is_some() && !buffer.single {
        return Some(TAIL);
    }
    if buffer.leaves != buffer.shape.leaves() {
        return Some("its parts are not those of its type");
    }
    if buffer.shape.stride() > MAX_BYTES {
        return Some("one element takes more bytes than a device can count");
    }
    let mut writes = None;
    for (leaf, part) in (0..).zip(&buffer.leaves) {
        let param = at(buffer, leaf).and_then(|id| tree.params.get(id.index()));
        let Some(param) = param else {
            return Some("a part of it is no parameter");
        };
        let ParamKind::Storage { element, access } = param.kind else {
            return Some("a part of it is a scalar by value");
        };
        if param.field
            != Some(Field {
                buffer: number,
                leaf,
            })
        {
            return Some("a part of it belongs to another");
        }
        if part.atomic && access == Access::Read {
            return Some("it holds atomics, which are also written; declare it as `&mut`");
        }
        if element != part.ty || part.atomic != (access == Access::Atomic) {
            return Some("a part of it has another type than its parameter");
        }
        if *writes.get_or_insert(access.writes()) != access.writes() {
            return Some("some of its parts are written and others cannot be");
        }
    }
    None
}

/// Why a tail stands nowhere else.
const TAIL: &str = "it holds an array of runtime length, in which a structure alone may end that is a buffer by itself";

/// The same of a whole buffer, which alone may have a tail.
fn whole_ill_formed(shape: &Shape) -> Option<&'static str> {
    let (Shape::Structure(structure), Some((_, element))) = (shape, shape.tail()) else {
        return ill_formed(shape);
    };
    let head = structure.fields.iter().rev().skip(1);
    let mut head = head.map(|(_, shape)| shape);
    head.find_map(ill_formed).or_else(|| ill_formed(element))
}

fn ill_formed(shape: &Shape) -> Option<&'static str> {
    match shape {
        Shape::Value(ty) | Shape::Atomic(ty) if !valid_type(*ty) => {
            Some("it holds what is no type of a shader")
        }
        Shape::Value(ty) | Shape::Atomic(ty) if ty.scalar == Scalar::Bool => {
            Some("it holds truth values, which no buffer does; use `u32` for them")
        }
        Shape::Value(_) | Shape::Atomic(_) => None,
        Shape::Tail(_) => Some(TAIL),
        Shape::Array(_, 0) => Some("it holds an array without elements"),
        Shape::Array(element, _) => ill_formed(element),
        Shape::Structure(structure) if structure.fields.is_empty() => {
            Some("it holds a structure without fields")
        }
        Shape::Structure(structure) => structure
            .fields
            .iter()
            .find_map(|(_, shape)| ill_formed(shape)),
    }
}
