//! Where a kernel's parameters are bound, in the one order that lowering and devices share.
//!
//! Storage parameters take bindings 0, 1, 2, … of group 0 in declaration order, a structured buffer one for all its parts. By-value scalars and the buffer lengths
//! a kernel asks for travel together in one uniform buffer, at the binding after them: four bytes per field, no padding.

use crate::tree::{ExprKind, ParamId, ParamKind, Scalar, Tree};

/// The binding of a storage parameter in group 0, or `None` for a uniform one. All parts of a structured buffer have the same.
pub fn storage_binding(tree: &Tree, param: ParamId) -> Option<u32> {
    let bound = tree.field(param).map_or(param, |(buffer, _)| buffer.first);
    let position = tree.bindings().position(|(id, ..)| id == bound)?;
    u32::try_from(position).ok()
}

/// The binding of the uniform block in group 0: the one after all storage parameters.
pub fn uniform_binding(tree: &Tree) -> u32 {
    tree.bindings().count() as u32
}

/// The layout of a kernel's uniform block; no fields, no block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UniformBlock {
    /// The fields in order, field `i` at byte `4·i`.
    pub fields: Vec<UniformField>,
}

/// One `u32`, `i32` or `f32` of a uniform block; a `bool` travels as a `u32`, 0 or 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniformField {
    /// A name that no other field of the block has.
    pub name: String,
    /// What fills the field.
    pub source: UniformSource,
    /// The type of the value in the kernel.
    pub scalar: Scalar,
}

/// What fills a field of a uniform block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UniformSource {
    /// The value of a by-value scalar parameter.
    Uniform(ParamId),
    /// The logical number of elements of a storage parameter.
    Length(ParamId),
}

impl UniformBlock {
    /// The block of a kernel: its parameters in declaration order, each scalar and each length that is used anywhere.
    pub fn of(tree: &Tree) -> UniformBlock {
        let mut fields: Vec<UniformField> = Vec::new();
        for (id, param) in (0..).map(ParamId).zip(&tree.params) {
            let (source, scalar, name) = match param.kind {
                ParamKind::Uniform(scalar) => {
                    (UniformSource::Uniform(id), scalar, param.name.clone())
                }
                ParamKind::Storage { .. } if is_length_used(tree, id) => (
                    UniformSource::Length(id),
                    Scalar::U32,
                    length_name(
                        tree,
                        tree.field(id)
                            .map_or(&param.name, |(buffer, _)| &buffer.name),
                    ),
                ),
                ParamKind::Storage { .. } => continue,
            };
            fields.push(UniformField {
                name,
                source,
                scalar,
            });
        }
        UniformBlock { fields }
    }

    /// Whether the kernel has no block.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Bytes of the block.
    pub fn size(&self) -> usize {
        4 * self.fields.len()
    }

    /// The position of the field that `source` fills.
    pub fn position(&self, source: UniformSource) -> Option<usize> {
        self.fields.iter().position(|f| f.source == source)
    }
}

fn is_length_used(tree: &Tree, param: ParamId) -> bool {
    tree.all_functions().any(|function| {
        let mut used = false;
        for stmt in function.seen_statements() {
            function.for_each_read(stmt, |id| {
                used |= function.get(id).map(|e| &e.kind) == Some(&ExprKind::Length(param));
            });
        }
        used
    })
}

/// `<buffer>_len`, or longer where a parameter has that name.
fn length_name(tree: &Tree, buffer: &str) -> String {
    let mut name = format!("{buffer}_len");
    while tree.params.iter().any(|p| p.name == name) {
        name.push_str("gth");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Recorder;

    #[test]
    fn fields_follow_the_parameters() {
        let kernel = Recorder::record("kernel", &[], [64, 1, 1], |h| {
            let x = h.storage::<f32>("x");
            h.uniform::<f32>("x_len");
            let y = h.storage_mut::<f32>("y");
            h.storage::<f32>("unused");
            h.uniform::<bool>("causal");
            h.if_(x.len().lt(y.len()));
            h.end_if();
        });
        let tree = kernel.tree().unwrap();
        let block = UniformBlock::of(tree);
        let names: Vec<_> = block.fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["x_length", "x_len", "y_len", "causal"]);
        assert_eq!(block.size(), 16);
        assert_eq!(block.position(UniformSource::Length(ParamId(2))), Some(2));
        assert_eq!(block.position(UniformSource::Length(ParamId(3))), None);
        let bindings = [0, 1, 2, 3, 4].map(|n| storage_binding(tree, ParamId(n)));
        assert_eq!(bindings, [Some(0), None, Some(1), Some(2), None]);
        assert_eq!(uniform_binding(tree), 3);
    }
}
