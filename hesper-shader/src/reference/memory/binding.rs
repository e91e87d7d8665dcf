//! What a run is given for each parameter of a kernel.

use crate::memory::Memory;
use crate::reference::report::error::{ExecError, Fault};
use crate::tree::{Access, Param, ParamKind, Scalar, ScalarValue, Tree, Type};
use std::fmt::Debug;

/// The argument for one parameter.
#[derive(Debug)]
pub enum Binding<'a, V> {
    /// A buffer the kernel reads.
    Read(&'a Memory<V>),
    /// A buffer the kernel reads, of whose elements only some count: reading another is an error when sanitizing.
    Partial {
        /// The buffer.
        memory: &'a Memory<V>,
        /// For each element, whether it was written.
        written: &'a [bool],
    },
    /// A buffer the kernel reads and writes, and whose contents count.
    Write(&'a mut Memory<V>),
    /// A buffer the kernel writes, of whose elements only some count so far: reading another is an error when sanitizing.
    Fresh {
        /// The buffer.
        memory: &'a mut Memory<V>,
        /// For each element, whether it was written; kept up to date when sanitizing.
        written: &'a mut Vec<bool>,
    },
    /// A scalar by value.
    Value(ScalarValue<V>),
}

impl<V: Copy> Binding<'_, V> {
    /// The buffer, if it is one.
    pub(in crate::reference) fn memory(&self) -> Option<&Memory<V>> {
        match self {
            Binding::Read(memory) | Binding::Partial { memory, .. } => Some(memory),
            Binding::Write(memory) | Binding::Fresh { memory, .. } => Some(memory),
            _ => None,
        }
    }

    /// Number of elements of this type in the buffer; 0 for a scalar.
    pub(in crate::reference) fn length(&self, element: Type) -> usize {
        let size = usize::from(element.size).max(1);
        self.memory().map_or(0, |memory| memory.len() / size)
    }

    fn scalar(&self) -> Scalar {
        match self {
            Binding::Read(memory) | Binding::Partial { memory, .. } => memory.scalar(),
            Binding::Write(memory) | Binding::Fresh { memory, .. } => memory.scalar(),
            Binding::Value(value) => value.scalar(),
        }
    }

    fn fits(&self, kind: ParamKind) -> bool {
        match (self, kind) {
            (Binding::Read(memory), ParamKind::Storage { element, access }) => {
                access == Access::Read && holds(memory, element)
            }
            (Binding::Write(memory), ParamKind::Storage { element, access }) => {
                access.writes() && holds(memory, element)
            }
            (Binding::Partial { memory, written }, ParamKind::Storage { element, access }) => {
                let elements = memory.len() / usize::from(element.size).max(1);
                access == Access::Read && holds(memory, element) && written.len() == elements
            }
            (Binding::Fresh { memory, written }, ParamKind::Storage { element, access }) => {
                let elements = memory.len() / usize::from(element.size).max(1);
                access.writes() && holds(memory, element) && written.len() == elements
            }
            (Binding::Value(value), ParamKind::Uniform(scalar)) => {
                value.scalar() == scalar.widest()
            }
            (Binding::Value(_), ParamKind::Storage { .. }) | (_, ParamKind::Uniform(_)) => false,
        }
    }

    fn describe(&self) -> String {
        let scalar = self.scalar();
        match self {
            Binding::Read(m) => format!("a read-only buffer of {} {scalar} components", m.len()),
            Binding::Write(m) => format!("a writable buffer of {} {scalar} components", m.len()),
            Binding::Partial { memory, written } => format!(
                "a read-only buffer of {} {scalar} components that knows of {} elements whether they are written",
                memory.len(),
                written.len()
            ),
            Binding::Fresh { memory, written } => format!(
                "a fresh buffer of {} {scalar} components that knows of {} elements whether they are written",
                memory.len(),
                written.len()
            ),
            _ => format!("an {scalar} by value"),
        }
    }
}

/// Checks that there is one fitting binding for each parameter.
pub(in crate::reference) fn check<V: Copy>(
    tree: &Tree,
    bindings: &[Binding<'_, V>],
) -> Result<(), ExecError> {
    if tree.params.len() != bindings.len() {
        let (expected, given) = (tree.params.len(), bindings.len());
        return Err(Fault::BindingCount { expected, given }.at(tree, tree.loc));
    }
    for (param, binding) in tree.params.iter().zip(bindings) {
        if !binding.fits(param.kind) {
            return Err(misfit(param, binding).at(tree, param.loc));
        }
    }
    Ok(())
}

fn misfit<V: Copy>(param: &Param, binding: &Binding<'_, V>) -> Fault {
    Fault::Binding {
        param: param.name.clone(),
        expected: match param.kind {
            ParamKind::Storage { element, access } => match access {
                Access::Read => format!("a read-only buffer of whole {element} elements"),
                Access::ReadWrite | Access::Atomic => {
                    format!("a writable buffer of whole {element} elements")
                }
            },
            ParamKind::Uniform(scalar) => format!("an {scalar} by value"),
        }
        .into(),
        given: binding.describe().into(),
    }
}

fn holds<V: Copy>(memory: &Memory<V>, element: Type) -> bool {
    let size = usize::from(element.size).max(1);
    memory.scalar() == element.scalar.widest() && memory.len().is_multiple_of(size)
}
