//! The dispatches of an op's plans, as far as they are known before they run.

use super::kernels::built_plans;
use crate::dims::{Dims, multiple, names};
use crate::op::op_plan;
use crate::op_plan::{OpPlan, OpStep};
use crate::spec::Spec;
use hesper_shader::Kernel;
use hesper_shader::tree::intervals::{Launch, Product, Range};
use hesper_shader::tree::{Param, ParamKind, Scalar};

/// A dispatch of a plan.
pub(super) struct Launched {
    pub(super) kernel: Kernel,
    pub(super) launch: Launch,
}

/// The dispatches at some sizes; none where there is no plan.
pub(super) fn launches(spec: &Spec<'_>, dims: &Dims) -> Vec<Launched> {
    let (Ok(plans), Ok(plan)) = (built_plans(spec, dims, false), op_plan(spec.op(), dims)) else {
        return Vec::new();
    };
    let passes = [
        (&plans.forward, &plan.forward),
        (&plans.backward, &plan.backward),
    ];
    let mut all = Vec::new();
    for (built, steps) in passes {
        for ((built, mut launch), step) in built.launches().zip(steps) {
            let kernel = built.kernel().clone();
            if let Ok(tree) = kernel.tree() {
                for (known, param) in launch.params.iter_mut().zip(&tree.params) {
                    known.symbol = symbol(&plan, step, param);
                    known.below = below(&plan, step, param);
                }
            }
            all.push(Launched { kernel, launch });
        }
    }
    all
}

/// What a parameter is as a product of sizes: a dimension that it is bound to by name, or the length of a port.
fn symbol(plan: &OpPlan, step: &OpStep, param: &Param) -> Option<Product> {
    let name = bound_to(step, param)?;
    match param.kind {
        ParamKind::Uniform(_) => {
            plan.dims.get(name)?;
            product([name])
        }
        ParamKind::Storage { .. } => {
            let mut ports = plan.signature.ports().iter();
            let port =
                ports.find(|p| p.name == name || p.has_cotangent() && p.cotangent() == name)?;
            product(port.dims.iter().map(String::as_str))
        }
    }
}

/// The product of such dimensions; none where one is derived otherwise than as a multiple.
fn product<'d>(dims: impl IntoIterator<Item = &'d str>) -> Option<Product> {
    let parts = dims.into_iter().map(|dim| {
        let (factor, base) = multiple(dim);
        names(base).eq([base]).then_some((factor as u64, base))
    });
    let parts: Vec<(u64, &str)> = parts.collect::<Option<_>>()?;
    let factor = parts.iter().map(|(factor, _)| factor).product();
    Some(Product::new(factor, parts.iter().map(|(_, base)| *base)))
}

/// What the integers of a buffer lie below.
fn below(plan: &OpPlan, step: &OpStep, param: &Param) -> Option<Product> {
    let name = bound_to(step, param)?;
    let mut integers = plan.signature.integers();
    let (_, below) = integers.find(|(port, _)| port.name == name)?;
    product([below])
}

/// The port or dimension that a parameter is bound to; none where it is given a value.
fn bound_to<'s>(step: &'s OpStep, param: &'s Param) -> Option<&'s str> {
    if step.uniforms.iter().any(|(p, _)| *p == param.name) {
        return None;
    }
    let rename = step.renames.iter().find(|(p, _)| *p == param.name);
    Some(rename.map_or(&param.name, |(_, name)| name))
}

/// The dispatches of a kernel at all sizes, from those at some: what is the same at these is what it is, all else is at least what it is at the
/// least of them.
pub(super) fn all_sizes<'l>(launches: impl IntoIterator<Item = &'l Launch>) -> Option<Launch> {
    let mut all: Option<Launch> = None;
    for launch in launches {
        let Some(all) = &mut all else {
            all = Some(launch.clone());
            continue;
        };
        for (known, other) in all.params.iter_mut().zip(&launch.params) {
            known.value = known.value.or(other.value);
            known.elements = known.elements.or(other.elements);
            if known.symbol != other.symbol {
                known.symbol = None;
            }
            if known.below != other.below {
                known.below = None;
            }
        }
        for (groups, other) in all.groups.iter_mut().zip(launch.groups) {
            *groups = groups.or(other);
        }
    }
    let mut all = all?;
    let endless = |range: &mut Range, most: i128| {
        if range.low < range.high {
            *range = Range::new(range.low, most.max(range.high));
        }
    };
    for known in &mut all.params {
        endless(&mut known.value, Range::of(Scalar::U32).high);
        endless(&mut known.elements, Range::of(Scalar::U32).high);
    }
    let most = i128::from(hesper_shader::MAX_GROUPS_PER_DIMENSION);
    for groups in &mut all.groups {
        *groups = Range::new(1, most.max(groups.high));
    }
    Some(all)
}
