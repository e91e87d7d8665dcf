//! Both passes of an op, at a few sizes.

use crate::seen::Seen;
use hesper_ad::prelude::*;
use hesper_ad::{Rng, Sample, Spec};
use hesper_shader::tree::Scalar;
use hesper_shader::{Memory, Role, ScalarValue, SlotBuffer};
use std::collections::BTreeMap;
use std::error::Error;

/// The random numbers follow from it.
const SEED: u64 = 1;
/// A dimension's size where it is the large one, beyond a workgroup of 64, and where it is not.
const LARGE: usize = 67;
const SMALL: [usize; 6] = [2, 3, 5, 7, 11, 13];

/// Runs an op at each of its sizes.
pub(crate) fn run(op: &dyn Op, seen: &Seen) -> Result<(), Box<dyn Error>> {
    let device = seen.device();
    for dims in sizes(op)? {
        let spec = Spec::new(op)?;
        let sample = spec.draw(&dims, &mut Rng::new(SEED));
        let mut values = given(spec.signature(), &sample);
        let plans = Plans::of(op, &dims)?;
        for plan in [&plans.forward, &plans.backward] {
            run_plan(&device, plan, &mut values)?;
        }
    }
    Ok(())
}

/// Each dimension large in turn, the others distinct and small; at last all at 1.
fn sizes(op: &dyn Op) -> Result<Vec<Dims>, Box<dyn Error>> {
    let spec = Spec::new(op)?;
    let (names, sampling) = (spec.signature().dims(), spec.sampling());
    let shape = |size: &dyn Fn(usize) -> usize| {
        let sizes = names.iter().enumerate().map(|(i, name)| {
            let size = size(i).next_multiple_of(sampling.multiple_of(name));
            (name.to_string(), size)
        });
        Dims::new(sizes.collect::<Vec<_>>())
    };
    let small = |i: usize| SMALL[i % SMALL.len()];
    let mut all = vec![shape(&|_| 1)];
    for large in 0..names.len() {
        all.push(shape(&|i| if i == large { LARGE } else { small(i) }));
    }
    Ok(all)
}

/// What an op's ports hold, by name.
fn given(signature: &Signature, sample: &Sample) -> BTreeMap<String, Memory<f32>> {
    let reals = |tensor: &Tensor<f32>| Memory::F32(tensor.data().to_vec());
    let mut values = BTreeMap::new();
    for (port, tensor) in signature.inputs().zip(&sample.inputs) {
        values.insert(port.name.clone(), reals(tensor));
    }
    for (port, tensor) in signature.outputs().zip(&sample.cotangents) {
        values.insert(port.cotangent(), reals(tensor));
    }
    for (name, tensor) in &sample.constants {
        values.insert(name.clone(), reals(tensor));
    }
    for (name, tensor) in &sample.integers {
        values.insert(name.clone(), Memory::U32(tensor.data().to_vec()));
    }
    values
}

fn run_plan(
    device: &Device,
    plan: &Plan,
    values: &mut BTreeMap<String, Memory<f32>>,
) -> Result<(), Box<dyn Error>> {
    let slots = plan.slots().iter();
    let slots: Vec<_> = slots.filter(|slot| slot.role != Role::Temporary).collect();
    let mut buffers = Vec::new();
    for slot in &slots {
        let zeros = Memory::zeros(slot.element.scalar, slot.len, 0.0);
        let memory = match (slot.role, values.get(&slot.name)) {
            (Role::Input | Role::InOut, Some(memory)) => memory,
            (Role::Input | Role::InOut, None) => {
                return Err(format!("nothing is known of `{}`", slot.name).into());
            }
            _ => &zeros,
        };
        let buffer = SlotBuffer::upload(device, slot, memory)?;
        buffers.push(buffer.ok_or_else(|| format!("`{slot}` cannot hold {memory:?}"))?);
    }
    let mut given = PlanBuffers::new();
    for (slot, buffer) in slots.iter().zip(&mut buffers) {
        given = buffer.bound(given, slot);
    }
    for (name, scalar) in plan.scalars() {
        let number = match (values.get(name), scalar) {
            (Some(Memory::F32(numbers)), Scalar::F32) => numbers.first().copied(),
            _ => None,
        };
        let number = number.ok_or_else(|| format!("nothing is known of `{name}`"))?;
        given = given.scalar(name, ScalarValue::F32(number));
    }
    device.run(plan, given)?;
    for (slot, buffer) in slots.iter().zip(&buffers) {
        values.insert(slot.name.clone(), buffer.read()?);
    }
    Ok(())
}
