//! The variables of a module.

use super::Outcome;
use super::values::{Pointer, Root, Value, constant, zero};
use hesper_shader::Memory;
use hesper_shader::domain::Domain;
use naga::{AddressSpace, ArraySize, Module, TypeInner};
use std::collections::BTreeMap;

/// What a binding of group 0 holds.
#[derive(Clone, Debug)]
pub(crate) enum Bound<V> {
    /// A storage buffer.
    Buffer(Memory<V>),
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
                    world.bound(bound, &module.types[variable.ty].inner)?
                }
                None => zero(domain, module, variable.ty)?,
            };
            world.globals.push(value);
        }
        Ok(world)
    }

    fn bound(&self, bound: &Bound<D::Value>, ty: &TypeInner) -> Outcome<Value<D::Value>> {
        match (bound, ty) {
            (Bound::Buffer(memory), TypeInner::Array { base, size, .. })
                if *size == ArraySize::Dynamic =>
            {
                let components = match &self.module.types[*base].inner {
                    TypeInner::Vector { size, .. } => Some(*size as usize),
                    _ => None,
                };
                Ok(elements(memory, components))
            }
            (Bound::Block(fields), TypeInner::Struct { members, .. }) => {
                let field = |offset: u32| fields.get(offset as usize / 4).cloned();
                let values = members.iter().map(|member| {
                    field(member.offset).ok_or_else(|| format!("no bytes for {:?}", member.name))
                });
                Ok(Value::Parts(values.collect::<Outcome<_>>()?))
            }
            _ => Err(format!("{ty:?} cannot be bound so")),
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
        let variables = self.module.global_variables.iter().zip(self.globals);
        for ((_, variable), value) in variables {
            let binding = variable.binding.as_ref();
            if let Some(Bound::Buffer(memory)) = binding.and_then(|b| bindings.get_mut(&b.binding))
            {
                *memory = components(&value, memory)?;
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
        handle: naga::Handle<naga::Expression>,
    ) -> Outcome<Value<D::Value>> {
        constant(self.domain, self.module, expressions, handle)
    }
}

/// A buffer's elements, vectors of so many components or scalars.
fn elements<V: Copy>(memory: &Memory<V>, components: Option<usize>) -> Value<V> {
    let scalars: Vec<Value<V>> = match memory {
        Memory::F32(values) => values.iter().map(|x| Value::Real(*x)).collect(),
        Memory::I32(values) => values.iter().map(|n| Value::I32(*n)).collect(),
        Memory::U32(values) => values.iter().map(|n| Value::U32(*n)).collect(),
        Memory::Bool(values) => values.iter().map(|b| Value::Bool(*b)).collect(),
    };
    match components {
        None => Value::Parts(scalars),
        Some(n) => {
            let vectors = scalars.chunks_exact(n);
            Value::Parts(vectors.map(|v| Value::Parts(v.to_vec())).collect())
        }
    }
}

/// The components of a buffer's elements, of the type that it had.
fn components<V: Copy>(value: &Value<V>, like: &Memory<V>) -> Outcome<Memory<V>> {
    let mut memory = like.clone();
    match &mut memory {
        Memory::F32(values) => values.clear(),
        Memory::I32(values) => values.clear(),
        Memory::U32(values) => values.clear(),
        Memory::Bool(values) => values.clear(),
    }
    gather(value, &mut memory)?;
    Ok(memory)
}

fn gather<V: Copy>(value: &Value<V>, memory: &mut Memory<V>) -> Outcome<()> {
    match (value, memory) {
        (Value::Parts(parts), memory) => parts.iter().try_for_each(|part| gather(part, memory))?,
        (Value::Real(x), Memory::F32(values)) => values.push(*x),
        (Value::I32(n), Memory::I32(values)) => values.push(*n),
        (Value::U32(n), Memory::U32(values)) => values.push(*n),
        (Value::Bool(b), Memory::Bool(values)) => values.push(*b),
        _ => return Err("a buffer holds another type than before".to_string()),
    }
    Ok(())
}
