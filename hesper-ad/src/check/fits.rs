//! Mistakes that every check would tell in its turn, told once and first.

use super::kernels::built_plans;
use crate::certificate::{Finding, Tally};
use crate::sample::Rng;
use crate::spec::{Spec, SpecError, exact};
use hesper_shader::domain::F64;

/// The check's name in reports.
const NAME: &str = "spec fits its ports";

/// Whether the spec runs, and yields every result in the shape of its port, at the shapes that checks of the spec go to. The finding where not;
/// nothing else can be checked then. At the sizes of kernels alone a spec may take long: the first check that goes there tells.
pub(crate) fn spec_mistake(spec: &Spec<'_>, seed: u64) -> Option<Finding> {
    let mut rng = Rng::new(seed);
    // What is too much where every size is least is too much everywhere.
    if let Err(error) = spec.reach(&spec.least_shape()) {
        let (tally, dims) = (Tally::new(NAME, "f64", seed), spec.least_shape());
        return Some(tally.fail(format!("{error} ({dims}); no other check was run")));
    }
    let mut shapes = spec.small_shapes();
    shapes.push(spec.least_shape());
    shapes.extend(spec.large_shapes());
    // Each check says for itself which sizes it does not reach.
    let shapes = spec.reached(shapes, &mut spec.missed());
    shapes.into_iter().find_map(|dims| {
        let sample = spec.draw(&dims, &mut rng);
        let run = || -> Result<(), SpecError> {
            let inputs = exact(&F64, &sample.inputs);
            spec.forward(&F64, &sample, &inputs)?;
            let seeds = exact(&F64, &sample.cotangents);
            spec.backward(&F64, &sample, &inputs, &seeds).map(|_| ())
        };
        let error = run().err()?;
        let tally = Tally::new(NAME, "f64", seed);
        Some(tally.fail(format!("{error} ({dims}); no other check was run")))
    })
}

/// What is wrong with the op's plan; no kernel can be checked then.
pub(crate) fn plan_mistake(spec: &Spec<'_>, seed: u64) -> Option<Finding> {
    let error = built_plans(spec, &spec.least_shape(), false).err()?;
    let tally = Tally::new("plan of kernels", "", seed);
    Some(tally.fail(format!("{error}; no kernel was run")))
}
