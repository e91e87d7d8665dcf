//! The variables of a module.

use super::Outcome;
use super::values::{Pointer, Root, Value, constant, zero};
use hesper_shader::Memory;
use hesper_shader::domain::Domain;
use naga::{AddressSpace, ArraySize, Handle, Module, Type, TypeInner};
use std::collections::BTreeMap;

/// What a binding of group 0 holds.
#[derive(Clone, Debug)]
pub(crate) enum Bound<V> {
    /// A storage buffer: the components of each scalar or vector that its elements are made of.
    Buffer(Vec<Memory<V>>),
    /// The fields of a uniform block, four bytes each.
    Block(Vec<Value<V>>),
}

/// What all invocations of a run see.
pub(super) struct World<'m, D: Domain> {
    pub(super) domain: &'m D,
    pub(super) module: &'m Module,
    /// By handle.
    globals: Vec<Value<D::Value>>,
}

impl<'m, D: Domain> World<'m, D> {
    /// A world in which buffers and uniforms hold what is bound to them.
    pub(super) fn new(
        domain: &'m D,
        module: &'m Module,
        bindings: &BTreeMap<u32, Bound<D::Value>>,
    ) -> Outcome<World<'m, D>> {
        let mut world = World {
            domain,
            module,
            globals: Vec::new(),
        };
        for (_, variable) in module.global_variables.iter() {
            let value = match &variable.binding {
                Some(binding) => {
                    let bound = bindings.get(&binding.binding);
                    let bound = bound.ok_or_else(|| format!("nothing is bound at {binding:?}"))?;
                    world.bound(bound, variable.ty)?
                }
                None => zero(domain, module, variable.ty)?,
            };
            world.globals.push(value);
        }
        Ok(world)
    }

    fn bound(&self, bound: &Bound<D::Value>, ty: Handle<Type>) -> Outcome<Value<D::Value>> {
        let inner = &self.module.types[ty].inner;
        match (bound, inner) {
            (Bound::Buffer(leaves), _) => {
                let mut leaves: Vec<_> = leaves.iter().map(scalars).collect();
                let value = self.taken(ty, &mut leaves, &mut 0)?;
                match leaves.iter().all(|leaf| leaf.as_slice().is_empty()) {
                    true => Ok(value),
                    false => Err(format!("{inner:?} has fewer components than are bound")),
                }
            }
            (Bound::Block(fields), TypeInner::Struct { members, .. }) => {
                let field = |offset: u32| fields.get(offset as usize / 4).cloned();
                let values = members.iter().map(|member| {
                    field(member.offset).ok_or_else(|| format!("no bytes for {:?}", member.name))
                });
                Ok(Value::Parts(values.collect::<Outcome<_>>()?))
            }
            _ => Err(format!("{inner:?} cannot be bound so")),
        }
    }

    /// A value of a type, its scalars taken from those of its leaves, the first of which is number `leaf`.
    fn taken(
        &self,
        ty: Handle<Type>,
        leaves: &mut [std::vec::IntoIter<Value<D::Value>>],
        leaf: &mut usize,
    ) -> Outcome<Value<D::Value>> {
        let mut next = |leaf: usize| {
            let scalar = leaves.get_mut(leaf).and_then(Iterator::next);
            scalar.ok_or_else(|| "a buffer has too few components".to_string())
        };
        let parts = match &self.module.types[ty].inner {
            TypeInner::Scalar(_) | TypeInner::Atomic(_) => {
                *leaf += 1;
                return next(*leaf - 1);
            }
            TypeInner::Vector { size, .. } => {
                *leaf += 1;
                (0..*size as usize)
                    .map(|_| next(*leaf - 1))
                    .collect::<Outcome<_>>()?
            }
            TypeInner::Array {
                base,
                size: ArraySize::Constant(count),
                ..
            } => {
                let first = *leaf;
                let elements = (0..count.get()).map(|_| {
                    *leaf = first;
                    self.taken(*base, leaves, leaf)
                });
                elements.collect::<Outcome<_>>()?
            }
            TypeInner::Array {
                base,
                size: ArraySize::Dynamic,
                ..
            } => {
                let (first, mut elements) = (*leaf, Vec::new());
                // As many as are bound: until a part of them is used up.
                while leaves[first..]
                    .iter()
                    .all(|leaf| !leaf.as_slice().is_empty())
                {
                    *leaf = first;
                    elements.push(self.taken(*base, leaves, leaf)?);
                }
                elements
            }
            TypeInner::Struct { members, .. } => {
                let members = members.iter().map(|m| self.taken(m.ty, leaves, leaf));
                members.collect::<Outcome<_>>()?
            }
            other => return Err(format!("{other:?} is in no buffer")),
        };
        Ok(Value::Parts(parts))
    }

    /// Adds the scalars of a value to those of its leaves.
    fn given(
        &self,
        ty: Handle<Type>,
        value: &Value<D::Value>,
        leaves: &mut [Memory<D::Value>],
        leaf: &mut usize,
    ) -> Outcome<()> {
        let parts = match value {
            Value::Parts(parts) => &parts[..],
            scalar => std::slice::from_ref(scalar),
        };
        match &self.module.types[ty].inner {
            TypeInner::Array { base, .. } => {
                let first = *leaf;
                for part in parts {
                    *leaf = first;
                    self.given(*base, part, leaves, leaf)?;
                }
                Ok(())
            }
            TypeInner::Struct { members, .. } => {
                let members = members.iter().zip(parts);
                members
                    .into_iter()
                    .try_for_each(|(m, part)| self.given(m.ty, part, leaves, leaf))
            }
            _ => {
                let memory = leaves
                    .get_mut(*leaf)
                    .ok_or("a buffer has more parts than before")?;
                *leaf += 1;
                parts.iter().try_for_each(|part| push(part, memory))
            }
        }
    }

    /// Makes workgroup memory zero, and private variables what they begin as.
    pub(super) fn enter_workgroup(&mut self) -> Outcome<()> {
        for (handle, variable) in self.module.global_variables.iter() {
            if variable.space == AddressSpace::WorkGroup {
                self.globals[handle.index()] = zero(self.domain, self.module, variable.ty)?;
            } else if variable.binding.is_none() {
                return Err(format!("{:?} is not known here", variable.space));
            }
        }
        Ok(())
    }

    /// Writes the buffers back.
    pub(super) fn leave(self, bindings: &mut BTreeMap<u32, Bound<D::Value>>) -> Outcome<()> {
        let variables = self.module.global_variables.iter().zip(&self.globals);
        for ((_, variable), value) in variables {
            let binding = variable.binding.as_ref();
            if let Some(Bound::Buffer(leaves)) = binding.and_then(|b| bindings.get_mut(&b.binding))
            {
                leaves.iter_mut().for_each(clear);
                self.given(variable.ty, value, leaves, &mut 0)?;
            }
        }
        Ok(())
    }

    /// What a pointer to a variable of the module leads to.
    pub(super) fn read(&self, pointer: &Pointer) -> Outcome<&Value<D::Value>> {
        self.globals[self.global(pointer)?].follow(&pointer.path)
    }

    /// What a pointer to a variable of the module leads to, to be changed.
    pub(super) fn write(&mut self, pointer: &Pointer) -> Outcome<&mut Value<D::Value>> {
        let global = self.global(pointer)?;
        self.globals[global].follow_mut(&pointer.path)
    }

    fn global(&self, pointer: &Pointer) -> Outcome<usize> {
        match pointer.root {
            Root::Global(global) => Ok(global),
            Root::Local { .. } => Err("a local is not shared".to_string()),
        }
    }

    /// A constant of the module or of a function.
    pub(super) fn constant(
        &self,
        expressions: &naga::Arena<naga::Expression>,
        handle: Handle<naga::Expression>,
    ) -> Outcome<Value<D::Value>> {
        constant(self.domain, self.module, expressions, handle)
    }
}

fn scalars<V: Copy>(memory: &Memory<V>) -> std::vec::IntoIter<Value<V>> {
    let scalars: Vec<Value<V>> = match memory {
        Memory::F32(values) => values.iter().map(|x| Value::Real(*x)).collect(),
        Memory::I32(values) => values.iter().map(|n| Value::I32(*n)).collect(),
        Memory::U32(values) => values.iter().map(|n| Value::U32(*n)).collect(),
        Memory::Bool(values) => values.iter().map(|b| Value::Bool(*b)).collect(),
    };
    scalars.into_iter()
}

fn clear<V>(memory: &mut Memory<V>) {
    match memory {
        Memory::F32(values) => values.clear(),
        Memory::I32(values) => values.clear(),
        Memory::U32(values) => values.clear(),
        Memory::Bool(values) => values.clear(),
    }
}

fn push<V: Copy>(value: &Value<V>, memory: &mut Memory<V>) -> Outcome<()> {
    match (value, memory) {
        (Value::Real(x), Memory::F32(values)) => values.push(*x),
        (Value::I32(n), Memory::I32(values)) => values.push(*n),
        (Value::U32(n), Memory::U32(values)) => values.push(*n),
        (Value::Bool(b), Memory::Bool(values)) => values.push(*b),
        _ => return Err("a buffer holds another type than before".to_string()),
    }
    Ok(())
}
