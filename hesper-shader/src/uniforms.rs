//! Where a kernel's parameters are bound, in the one order that lowering and devices share.
//!
//! Storage parameters take bindings 0, 1, 2, … of group 0 in declaration order, a structured buffer one for all its parts. By-value scalars and the buffer lengths
//! a kernel asks for travel together in one uniform buffer, at the binding after them: four bytes per field, no padding. What the kernel binds at a number of its own has that, and the others
//! take those that are left.

use crate::tree::{BindingNumber, ExprKind, ParamId, ParamKind, Scalar, Tree};

/// Where everything is bound that a kernel takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bindings {
    /// The storage parameters in declaration order; of a structured one the first part.
    pub buffers: Vec<(ParamId, BindingNumber)>,
    /// The uniform block.
    pub uniforms: BindingNumber,
}

impl Bindings {
    /// The bindings of a kernel.
    pub fn of(tree: &Tree) -> Bindings {
        let own = &tree.bound_at;
        let taken: Vec<BindingNumber> = own.buffers.values().copied().chain(own.uniforms).collect();
        let mut free = (0..)
            .map(|binding| BindingNumber { group: 0, binding })
            .filter(|number| !taken.contains(number));
        let mut next = |own: Option<BindingNumber>| own.or_else(|| free.next()).unwrap_or_default();
        let buffers = tree.bindings();
        let buffers = buffers.map(|(id, ..)| (id, next(own.buffers.get(&id).copied())));
        Bindings {
            buffers: buffers.collect(),
            uniforms: next(own.uniforms),
        }
    }

    /// Those of a shader that takes one buffer, and was not made of a tree.
    #[cfg(feature = "gpu")]
    pub(crate) fn first() -> Bindings {
        Bindings {
            buffers: vec![(ParamId(0), BindingNumber::default())],
            uniforms: BindingNumber::default(),
        }
    }

    /// The binding of a storage parameter, or `None` for a uniform one. All parts of a structured buffer have the same.
    pub fn buffer(&self, tree: &Tree, param: ParamId) -> Option<BindingNumber> {
        let bound = tree.field(param).map_or(param, |(buffer, _)| buffer.first);
        let mut buffers = self.buffers.iter();
        buffers.find_map(|(id, number)| (*id == bound).then_some(*number))
    }
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
    use crate::Kernel;
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
        assert_eq!(
            bindings(&kernel),
            ["x 0/0", "y 0/1", "unused 0/2", "block 0/3"]
        );
    }

    fn bindings(kernel: &Kernel) -> Vec<String> {
        let tree = kernel.tree().unwrap();
        let Bindings { buffers, uniforms } = Bindings::of(tree);
        let number = |n: BindingNumber| format!("{}/{}", n.group, n.binding);
        let name = |id: ParamId| &tree.params[id.index()].name;
        let all = buffers
            .into_iter()
            .map(|(id, n)| format!("{} {}", name(id), number(n)));
        all.chain([format!("block {}", number(uniforms))]).collect()
    }

    #[test]
    fn what_has_a_number_keeps_it_and_others_take_what_is_left() {
        let kernel = |set: fn(&Recorder)| {
            Recorder::record("kernel", &[], [64, 1, 1], |h| {
                for name in ["a", "b", "c"] {
                    h.storage_mut::<f32>(name);
                }
                h.uniform::<u32>("n");
                set(h);
            })
        };
        for (set, expected) in [
            (
                (|_| ()) as fn(&Recorder),
                ["a 0/0", "b 0/1", "c 0/2", "block 0/3"],
            ),
            (
                |h| h.bound_at("b", 0, 0),
                ["a 0/1", "b 0/0", "c 0/2", "block 0/3"],
            ),
            (
                |h| h.bound_at("a", 2, 0),
                ["a 2/0", "b 0/0", "c 0/1", "block 0/2"],
            ),
            (
                |h| h.uniforms_at(0, 1),
                ["a 0/0", "b 0/2", "c 0/3", "block 0/1"],
            ),
            (
                |h| {
                    h.bound_at("c", 1, 7);
                    h.uniforms_at(1, 0);
                },
                ["a 0/0", "b 0/1", "c 1/7", "block 1/0"],
            ),
        ] {
            assert_eq!(bindings(&kernel(set)), expected);
        }
    }
}
