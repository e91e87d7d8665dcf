//! SPIR-V in which only what buffers hold has a layout.
//!
//! naga gives every array a stride and every structure its offsets. SPIR-V wants them for buffers and uniforms and forbids them in
//! workgroup memory and in variables of functions (VUID-StandaloneSpirv-None-10684).

use std::collections::BTreeSet;
use std::iter;

/// Words before the first instruction.
const HEADER: usize = 5;

const TYPE_ARRAY: u32 = 28;
const TYPE_RUNTIME_ARRAY: u32 = 29;
const TYPE_STRUCT: u32 = 30;
const TYPE_POINTER: u32 = 32;
const DECORATE: u32 = 71;
const MEMBER_DECORATE: u32 = 72;

/// The storage classes whose types are laid out: `Uniform`, `PushConstant`, `StorageBuffer`.
const LAID_OUT: [u32; 3] = [2, 9, 12];

/// The decorations that lay out a type: `RowMajor`, `ColMajor`, `ArrayStride`, `MatrixStride`, `Offset`.
const LAYOUT: [u32; 5] = [4, 5, 6, 7, 35];

/// The module without the layout of types that no buffer holds.
///
/// A type that both a buffer and a variable hold would keep it. There is none: buffers are arrays without a length or structures, variables are
/// neither; arrays inside of buffers are types of their own ([`shapes`](super::shapes)); and what both are made of are scalars and vectors.
pub(super) fn of_buffers_alone(words: &[u32]) -> Vec<u32> {
    let held = held_by_buffers(words);
    let (header, _) = words.split_at(HEADER.min(words.len()));
    let mut out = header.to_vec();
    for instruction in instructions(words) {
        let decorated = match (opcode(instruction), instruction) {
            (DECORATE, [_, ty, decoration, ..]) => Some((ty, decoration)),
            (MEMBER_DECORATE, [_, ty, _, decoration, ..]) => Some((ty, decoration)),
            _ => None,
        };
        let goes = decorated.is_some_and(|(ty, d)| LAYOUT.contains(d) && !held.contains(ty));
        if !goes {
            out.extend(instruction);
        }
    }
    out
}

/// The types behind pointers to buffers and uniforms, and what those are made of.
fn held_by_buffers(words: &[u32]) -> BTreeSet<u32> {
    let all: Vec<_> = instructions(words).collect();
    let mut held = BTreeSet::new();
    // A type stands after what it is made of.
    for instruction in all.iter().rev() {
        match (opcode(instruction), *instruction) {
            (TYPE_POINTER, [_, _, class, pointee]) if LAID_OUT.contains(class) => {
                held.insert(*pointee);
            }
            (TYPE_ARRAY | TYPE_RUNTIME_ARRAY, [_, ty, element, ..]) if held.contains(ty) => {
                held.insert(*element);
            }
            (TYPE_STRUCT, [_, ty, members @ ..]) if held.contains(ty) => held.extend(members),
            _ => {}
        }
    }
    held
}

fn instructions(words: &[u32]) -> impl Iterator<Item = &[u32]> {
    let mut rest = words.get(HEADER..).unwrap_or_default();
    iter::from_fn(move || {
        let length = rest.first()? >> 16;
        let (instruction, after) = rest.split_at_checked(length.max(1) as usize)?;
        rest = after;
        Some(instruction)
    })
}

fn opcode(instruction: &[u32]) -> u32 {
    instruction.first().map_or(0, |word| word & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn head(op: u32, length: u32) -> u32 {
        length << 16 | op
    }

    /// A structure of an array, in a storage class; the array's stride and the structure's offset and name stay or go.
    #[rustfmt::skip]
    fn module(class: u32) -> Vec<u32> {
        let mut words = vec![0; HEADER];
        words.extend([head(DECORATE, 4), 3, 6, 16, head(MEMBER_DECORATE, 5), 4, 0, 35, 0]);
        words.extend([head(DECORATE, 3), 4, 2]);
        words.extend([head(TYPE_ARRAY, 4), 3, 1, 2, head(TYPE_STRUCT, 3), 4, 3, head(TYPE_POINTER, 4), 5, class, 4]);
        words
    }

    #[test]
    fn layouts_stay_where_a_buffer_holds_the_type() {
        for class in LAID_OUT {
            assert_eq!(of_buffers_alone(&module(class)), module(class));
        }
        // Workgroup, private and function memory.
        for class in [4, 6, 7] {
            let mut expected = module(class);
            expected.drain(HEADER..HEADER + 9);
            assert_eq!(of_buffers_alone(&module(class)), expected);
        }
    }
}
