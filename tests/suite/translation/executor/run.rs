//! A dispatch.

use super::Outcome;
use super::frame::Frame;
use super::invocation::Invocation;
use super::memory::{Bound, World};
use super::subgroups::{exchange, is_exchange};
use super::values::Value;
use hesper_shader::domain::Domain;
use naga::{Binding, BuiltIn, FunctionArgument, Module, Statement};
use std::collections::BTreeMap;

/// How a module's entry point is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dispatch {
    /// Workgroups in x, y and z.
    pub(crate) groups: [u32; 3],
    /// Lanes of a subgroup; invocations fill them by their local index.
    pub(crate) subgroup_size: usize,
}

/// Runs a module's only entry point; buffers hold what it wrote, after an error what they held before.
pub(crate) fn run<D: Domain<Mask = bool>>(
    domain: &D,
    module: &Module,
    dispatch: Dispatch,
    bindings: &mut BTreeMap<u32, Bound<D::Value>>,
) -> Outcome<()> {
    let mut world = World::new(domain, module, bindings)?;
    let [nx, ny, nz] = dispatch.groups;
    for z in 0..nz {
        for y in 0..ny {
            for x in 0..nx {
                workgroup(&mut world, dispatch, [x, y, z])
                    .map_err(|e| format!("workgroup {x}, {y}, {z}: {e}"))?;
            }
        }
    }
    world.leave(bindings)
}

fn workgroup<D: Domain<Mask = bool>>(
    world: &mut World<'_, D>,
    dispatch: Dispatch,
    group: [u32; 3],
) -> Outcome<()> {
    world.enter_workgroup()?;
    let entry = world.module.entry_points.first().ok_or("no entry point")?;
    let [wx, wy, wz] = entry.workgroup_size;
    let mut invocations = Vec::new();
    for local in 0..wx * wy * wz {
        let place = Place {
            dispatch,
            size: entry.workgroup_size,
            group,
            local,
        };
        let arguments = entry.function.arguments.iter();
        let arguments = arguments.map(|argument| place.builtin(argument));
        let arguments = arguments.collect::<Outcome<_>>()?;
        let frame = Frame::new(world, &entry.function, arguments, None)?;
        invocations.push(Invocation::new(frame));
    }
    loop {
        for (local, invocation) in invocations.iter_mut().enumerate() {
            if invocation.waits.is_none() {
                let done = invocation.advance(world);
                done.map_err(|e| format!("invocation {local}: {e}"))?;
            }
        }
        if invocations.iter().all(|i| i.waits.is_none()) {
            return Ok(());
        }
        let mut exchanged = false;
        for subgroup in invocations.chunks_mut(dispatch.subgroup_size) {
            exchanged |= meet(subgroup, world)?;
        }
        if !exchanged {
            barrier(&mut invocations, world)?;
        }
    }
}

/// Does the exchange for those of a subgroup that wait for one and are the farthest behind; whether there are any.
fn meet<'m, D: Domain<Mask = bool>>(
    subgroup: &mut [Invocation<'m, D::Value>],
    world: &World<'m, D>,
) -> Outcome<bool> {
    let waiting = subgroup.iter().enumerate();
    let waiting = waiting.filter_map(|(lane, invocation)| {
        let statement = invocation.waits.filter(|s| is_exchange(s))?;
        Some((invocation.path(), lane, statement))
    });
    let waiting: Vec<_> = waiting.collect();
    let Some((path, _, statement)) = waiting.iter().min_by_key(|(path, ..)| path) else {
        return Ok(false);
    };
    let lanes = waiting.iter().filter(|(p, ..)| p == path);
    let lanes = lanes.map(|(_, lane, _)| *lane).collect();
    exchange(statement, subgroup, lanes, world)?;
    Ok(true)
}

/// Lets all invocations of a workgroup go on from the barrier or uniform load at which they are.
fn barrier<'m, D: Domain<Mask = bool>>(
    invocations: &mut [Invocation<'m, D::Value>],
    world: &World<'m, D>,
) -> Outcome<()> {
    let first = invocations.first().ok_or("an empty workgroup")?;
    let (statement, path) = (first.waits, first.path());
    let together = |i: &Invocation<'m, D::Value>| i.waits.is_some() && i.path() == path;
    if !invocations.iter().all(together) {
        return Err("part of the workgroup does not reach a barrier".to_string());
    }
    if let Some(Statement::WorkGroupUniformLoad { pointer, result }) = statement {
        let pointers = invocations.iter().map(|i| i.pointer(*pointer, world));
        let pointers: Vec<_> = pointers.collect::<Outcome<_>>()?;
        if pointers.iter().any(|p| *p != pointers[0]) {
            return Err("a uniform load of more than one place".to_string());
        }
        let value = world.read(&pointers[0])?;
        for invocation in &mut *invocations {
            invocation.set(*result, value.clone())?;
        }
    }
    invocations.iter_mut().for_each(|i| i.waits = None);
    Ok(())
}

/// Which invocation of a dispatch one is.
struct Place {
    dispatch: Dispatch,
    size: [u32; 3],
    group: [u32; 3],
    local: u32,
}

impl Place {
    fn builtin<V>(&self, argument: &FunctionArgument) -> Outcome<Value<V>> {
        let [wx, wy, wz] = self.size;
        let local = [
            self.local % wx,
            self.local / wx % wy,
            self.local / (wx * wy),
        ];
        let lanes = self.dispatch.subgroup_size as u32;
        let global = [0, 1, 2].map(|axis: usize| self.group[axis] * self.size[axis] + local[axis]);
        let vector = |parts: [u32; 3]| Value::Parts(parts.into_iter().map(Value::U32).collect());
        Ok(match argument.binding {
            Some(Binding::BuiltIn(BuiltIn::GlobalInvocationId)) => vector(global),
            Some(Binding::BuiltIn(BuiltIn::LocalInvocationId)) => vector(local),
            Some(Binding::BuiltIn(BuiltIn::LocalInvocationIndex)) => Value::U32(self.local),
            Some(Binding::BuiltIn(BuiltIn::WorkGroupId)) => vector(self.group),
            Some(Binding::BuiltIn(BuiltIn::NumWorkGroups)) => vector(self.dispatch.groups),
            Some(Binding::BuiltIn(BuiltIn::SubgroupInvocationId)) => Value::U32(self.local % lanes),
            Some(Binding::BuiltIn(BuiltIn::SubgroupId)) => Value::U32(self.local / lanes),
            Some(Binding::BuiltIn(BuiltIn::SubgroupSize)) => Value::U32(lanes),
            Some(Binding::BuiltIn(BuiltIn::NumSubgroups)) => {
                Value::U32((wx * wy * wz).div_ceil(lanes))
            }
            ref other => return Err(format!("{other:?} is not known here")),
        })
    }
}
