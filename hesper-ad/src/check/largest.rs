//! The largest sizes: what wraps there, and what no device has, found without running anything.

use super::kernels::built_plans;
use super::launches::launches;
use super::thresholds::PLANNED;
use crate::certificate::{Finding, Tally};
use crate::dims::Dims;
use crate::op_plan::Plans;
use crate::spec::Spec;
use hesper_shader::Limits;
use hesper_shader::tree::intervals::Wrap;

/// The check's name in reports.
const NAME: &str = "largest sizes";

/// Where integers lie is all that is looked at.
const PLACE: &str = "ranges";

/// Lines that one finding tells, at most.
const TOLD: usize = 8;

/// Checks, without running anything, that no integer of the kernels wraps on its way to an index, a comparison, a number of iterations or a
/// result at the greatest sizes that the op [declares](crate::Sampling::greatest), all at once and each alone, and that dispatches and buffers
/// there are within [`Limits::DESKTOP`].
///
/// Of an op that declares nothing, each dimension alone is as large as a plan can be made for, to 30 million.
///
/// What wraps in an invocation that was found is a failure; what may wrap as far as ranges tell, is told as what could not be judged.
pub fn largest_sizes(spec: &Spec<'_>, seed: u64) -> Finding {
    let mut tally = Tally::new(NAME, PLACE, seed);
    let declared = spec.sampling().greatest_sizes();
    let sizes = match declared {
        [] => undeclared(spec),
        declared => with_each_alone(spec, declared),
    };
    let (mut wrong, mut open) = (Vec::new(), Vec::new());
    for dims in &sizes {
        if let Err(message) = plans_within_limits(spec, dims) {
            wrong.push(format!("{message} ({dims})"));
            continue;
        }
        for launched in launches(spec, dims) {
            let Ok(tree) = launched.kernel.tree() else {
                continue;
            };
            let found = tree.walk(&launched.launch);
            for wrap in &found.wraps {
                let list = if wrap.certain { &mut wrong } else { &mut open };
                tell(list, tree.name.as_str(), wrap, dims);
            }
            tally.equal(found.looked);
        }
        tally.point(dims);
    }
    if declared.is_empty() {
        tally.note("not declared: each dimension alone".to_string());
    }
    match (wrong.as_slice(), open.as_slice()) {
        ([], []) if sizes.is_empty() => tally.inconclusive("there is no plan at any large size"),
        // A kernel may have no integers.
        ([], []) => {
            tally.equal(1);
            tally.finish()
        }
        ([], open) => tally.inconclusive(lines(open)),
        (wrong, _) => tally.fail(lines(wrong)),
    }
}

/// Takes note of a wrap, each operation once.
fn tell(list: &mut Vec<String>, kernel: &str, wrap: &Wrap, dims: &Dims) {
    let known = format!(" at {} ", wrap.loc);
    if !list.iter().any(|line| line.contains(&known)) {
        list.push(format!("`{kernel}`: {wrap} ({dims})"));
    }
}

fn lines(all: &[String]) -> String {
    let mut told = all.iter().take(TOLD).cloned().collect::<Vec<_>>();
    if all.len() > TOLD {
        told.push(format!("and {} more", all.len() - TOLD));
    }
    told.join("\n       ")
}

/// Why there is no plan, or none that a device can run.
fn plans_within_limits(spec: &Spec<'_>, dims: &Dims) -> Result<(), String> {
    let Plans { forward, backward } = built_plans(spec, dims, false)?;
    let limits = Limits::DESKTOP;
    let mut beyond = forward.beyond(&limits).chain(backward.beyond(&limits));
    match beyond.next() {
        None => Ok(()),
        Some((step, excess)) => Err(format!(
            "`{}` {excess}, of a desktop GPU",
            step.kernel().name()
        )),
    }
}

/// The sizes that are declared, with those that are not named as small as they get; then each dimension alone at its greatest.
fn with_each_alone(spec: &Spec<'_>, declared: &[Dims]) -> Vec<Dims> {
    let least = spec.least_shape();
    let mut all: Vec<Dims> = Vec::new();
    let mut add = |dims: Dims| {
        let dims = spec.sampling().fitted(dims);
        if !all.contains(&dims) {
            all.push(dims);
        }
    };
    for sizes in declared {
        let mut dims = least.clone();
        sizes.iter().for_each(|(dim, size)| dims.set(dim, size));
        add(dims);
    }
    for dim in spec.signature().dims() {
        let greatest = declared.iter().filter_map(|sizes| sizes.get(dim)).max();
        if let Some(size) = greatest {
            let mut dims = least.clone();
            dims.set(dim, size);
            add(dims);
        }
    }
    all
}

/// Each dimension alone, as large as there is a plan for.
fn undeclared(spec: &Spec<'_>) -> Vec<Dims> {
    let alone = |dim: &str| {
        let sizes = PLANNED.iter().map(|size| {
            let mut dims = spec.least_shape();
            dims.set(dim, spec.sampling().raised(*size, dim));
            spec.sampling().fitted(dims)
        });
        sizes
            .into_iter()
            .find(|dims| plans_within_limits(spec, dims).is_ok())
    };
    let dims = spec.signature().dims();
    dims.into_iter().filter_map(alone).collect()
}
