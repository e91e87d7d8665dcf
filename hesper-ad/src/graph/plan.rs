//! A graph's plan: its nodes' plans under its own names, and the sums of cotangents between them.

use super::Network;
use super::wiring::{Node, Wiring};
use crate::dims::count;
use crate::error::OpError;
use crate::op_plan::{Binder, OpPlan, OpStep, Pass};
use hesper_shader::tree::Type;
use hesper_shader::{Bound, Grid, shader};
use std::collections::BTreeMap;

shader! {
    /// sum = sum + part, elementwise: one more contribution to a cotangent.
    #[workgroup_size(64)]
    pub fn accumulate(part: &[f32], sum: &mut [f32]) {
        let i = global_index();
        if i < sum.len() {
            sum[i] += part[i];
        }
    }
}

/// Adds the plans of all nodes to the graph's.
pub(super) fn plan(network: &Network, plan: &mut OpPlan) -> Result<(), OpError> {
    let wiring = &network.wiring;
    let mut parts = Vec::new();
    for (op, node) in network.nodes() {
        let mut part = OpPlan::new(node.signature.clone(), node.sizes(&plan.dims));
        op.plan(&mut part)?;
        parts.push(part);
    }
    let mut assembly = Assembly::new(wiring, plan);
    let parts: Vec<_> = wiring
        .nodes
        .iter()
        .zip(&parts)
        .map(|(node, part)| (node, part, assembly.names(node, part)))
        .collect();
    for (_, part, names) in &parts {
        let steps = renamed(part, Pass::Forward, names)?;
        assembly.plan.forward.extend(steps);
    }
    for (node, part, names) in parts.into_iter().rev() {
        assembly.backward(node, part, names)?;
    }
    Ok(())
}

/// The graph's plan in the making.
struct Assembly<'p> {
    wiring: &'p Wiring,
    plan: &'p mut OpPlan,
    cotangents: Vec<Cotangent>,
}

/// Where a value's cotangent is summed up.
struct Cotangent {
    slot: String,
    len: usize,
    /// Whether something was written there already.
    is_begun: bool,
    /// What the caller gives for an output that nodes read too: one more contribution.
    seed: Option<String>,
}

impl<'p> Assembly<'p> {
    fn new(wiring: &'p Wiring, plan: &'p mut OpPlan) -> Assembly<'p> {
        let values = wiring.values.iter().enumerate();
        let cotangents = values.map(|(at, value)| {
            let len = count(&value.shape(&plan.dims));
            let is_output = wiring.outputs.contains(&at);
            let is_given = is_output && !wiring.is_read(at);
            let slot = if at < wiring.inputs || is_given {
                value.cotangent()
            } else {
                plan.fresh_temporary(&value.name, &value.temporary(), Type::F32, len)
            };
            Cotangent {
                slot,
                len,
                is_begun: false,
                seed: (is_output && !is_given).then(|| value.cotangent()),
            }
        });
        let cotangents = cotangents.collect();
        Assembly {
            wiring,
            plan,
            cotangents,
        }
    }

    /// What the slots of a node are called here, but for the cotangents of its inputs.
    fn names(&mut self, node: &Node, part: &OpPlan) -> BTreeMap<String, String> {
        let mut names = node.ports.clone();
        let values = &self.wiring.values;
        for (port, value) in node.signature.inputs().zip(&node.inputs) {
            names.insert(port.name.clone(), values[*value].name.clone());
        }
        for (port, value) in node.signature.outputs().zip(&node.outputs) {
            names.insert(port.name.clone(), values[*value].name.clone());
            names.insert(port.cotangent(), self.cotangents[*value].slot.clone());
        }
        for t in &part.temporaries {
            let name = format!("{}.{}", node.name, t.name);
            let name = self
                .plan
                .fresh_temporary(&node.name, &name, t.element, t.len);
            names.insert(t.name.clone(), name);
        }
        names
    }

    /// Adds a node's backward steps. Of several that read a value, the first to come writes its cotangent, the others
    /// contribute theirs by way of a temporary.
    fn backward(
        &mut self,
        node: &Node,
        part: &OpPlan,
        mut names: BTreeMap<String, String>,
    ) -> Result<(), OpError> {
        for value in &node.outputs {
            if let Some(seed) = self.cotangents[*value].seed.take() {
                self.accumulate(&seed, *value);
            }
        }
        let mut contributions = Vec::new();
        for (port, value) in node.signature.inputs().zip(&node.inputs) {
            let cotangent = &mut self.cotangents[*value];
            let slot = if cotangent.is_begun {
                let name = format!("{}.{}", node.name, port.cotangent());
                let name = self
                    .plan
                    .fresh_temporary(&node.name, &name, Type::F32, cotangent.len);
                contributions.push((name.clone(), *value));
                name
            } else {
                cotangent.is_begun = true;
                cotangent.slot.clone()
            };
            names.insert(port.cotangent(), slot);
        }
        let steps = renamed(part, Pass::Backward, &names)?;
        self.plan.backward.extend(steps);
        for (name, value) in contributions {
            self.accumulate(&name, value);
        }
        Ok(())
    }

    fn accumulate(&mut self, part: &str, value: usize) {
        let Cotangent { slot, len, .. } = &self.cotangents[value];
        let step = self.plan.backward(accumulate(), Grid::cover(*len));
        step.bind("part", part).bind("sum", slot);
    }
}

/// The steps of a part as steps of the whole: everything bound as the part would have it, under the whole's names.
fn renamed(
    part: &OpPlan,
    pass: Pass,
    names: &BTreeMap<String, String>,
) -> Result<Vec<OpStep>, OpError> {
    let steps = match pass {
        Pass::Forward => &part.forward,
        Pass::Backward => &part.backward,
    };
    let binder = Binder::new(part, pass);
    let rename = |name: String| names.get(&name).cloned().unwrap_or(name);
    let step = |step: &OpStep| {
        let (mut renames, mut uniforms) = (Vec::new(), Vec::new());
        for (param, bound) in binder.resolve(step)? {
            match bound {
                Bound::Slot(name) | Bound::Scalar(name) => {
                    renames.push((param.name.clone(), rename(name)));
                }
                value => uniforms.push((param.name.clone(), Ok(value))),
            }
        }
        Ok(OpStep {
            renames,
            uniforms,
            ..step.clone()
        })
    };
    steps.iter().map(step).collect()
}
