//! Several kernels in one module.

use super::error::LowerError;
use super::spans::Spans;
use super::{Edges, Lowered, append, validate};
use crate::tree::verify::Verified;
use crate::uniforms::Bindings;
use naga::Handle;
use std::collections::HashSet;

/// Lowers kernels into one module, in which each is an entry point of its own name. Buffers and blocks that have one name, binding and type in several of them
/// are one variable, and so are helpers that are the same. None where there is no kernel.
///
/// # Errors
/// As [`lower`](super::lower), and where two kernels have one name.
pub fn lower_together(trees: &[&Verified]) -> Result<Option<Lowered>, LowerError> {
    let Some((first, others)) = trees.split_first() else {
        return Ok(None);
    };
    let (mut module, mut spans) = (naga::Module::default(), Spans::new(first.loc));
    let mut names = HashSet::new();
    for tree in trees {
        if !names.insert(&tree.name) {
            return Err(LowerError::Validation {
                kernel: tree.name.clone(),
                loc: tree.loc,
                message: "two kernels of one module have this name; give each its own".to_string(),
            });
        }
        append(tree, Edges::Defined, &mut spans, &mut module)?;
    }
    let info = validate(first, &module, &spans)?;
    Ok(Some(Lowered {
        module,
        info,
        tree: (*first).clone(),
        others: others.iter().map(|tree| (*tree).clone()).collect(),
        bindings: Bindings::of(first),
    }))
}

/// The function among the first so many of a module that is the same as this one.
pub(super) fn known(
    module: &naga::Module,
    before: usize,
    function: &naga::Function,
) -> Option<Handle<naga::Function>> {
    let before = module.functions.iter().take(before);
    let mut same =
        before.filter(|(_, known)| known.name == function.name && text(known) == text(function));
    same.next().map(|(handle, _)| handle)
}

/// All there is of a function, but for its lines: naga's functions cannot be compared.
fn text(function: &naga::Function) -> String {
    let whole = format!("{function:?}");
    let mut parts = whole.split("Span {");
    let mut text = parts.next().unwrap_or_default().to_string();
    for part in parts {
        text.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    text
}
