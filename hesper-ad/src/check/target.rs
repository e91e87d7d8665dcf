//! Where kernels run, and running a plan there.

use super::feed::{Fed, feed};
use super::noticed::Noticed;
use crate::accuracy::{Allowance, Allowed, Profile};
pub use crate::options::Target;
use crate::tensor::Tensor;
use crate::tracked::{NORMAL_F32, Tracked, UNIT_F32, UNIT_F64};
use hesper_shader::domain::{Domain, F32, F64};
use hesper_shader::reference::{self, BranchesTaken, Outcome, Warning};
use hesper_shader::{
    Device, DeviceError, Error, LaunchError, Memory, Plan, PlanBuffers, PlanError, Role,
    SlotBuffer, StepProblem,
};
use std::collections::BTreeMap;
use std::panic::Location;

/// What a run is given, by name. Rank-0 constants are among the tensors.
pub(crate) struct Given<'a> {
    pub(crate) reals: BTreeMap<&'a str, &'a Tensor<f64>>,
    pub(crate) integers: &'a BTreeMap<String, Tensor<u32>>,
    /// Whether the elements of a result, infinities, start out positive at even positions or at odd ones.
    pub(crate) even: bool,
}

impl Target {
    /// Its name in reports.
    pub fn name(&self) -> String {
        match self {
            Target::F32 => "reference f32".to_string(),
            Target::F64 => "reference f64".to_string(),
            Target::Device(device) => device.name().to_string(),
        }
    }

    /// How much smaller rounding is here than in binary32.
    pub(crate) fn precision(&self) -> f64 {
        match self {
            Target::F64 => UNIT_F64 / UNIT_F32,
            Target::F32 | Target::Device(_) => 1.0,
        }
    }

    /// A domain that tells how far `roundings` of the target's per operation could take a computation.
    pub(crate) fn tracked(&self, roundings: f64) -> Tracked {
        match self {
            Target::F64 => Tracked::new(roundings * UNIT_F64, f64::MIN_POSITIVE),
            Target::F32 | Target::Device(_) => Tracked::new(roundings * UNIT_F32, NORMAL_F32),
        }
    }

    /// What devices of such accuracy may yield of a plan; nothing for a target that rounds as no device does.
    pub(crate) fn allowed(
        &self,
        plan: &Plan,
        given: &Given<'_>,
        profile: &Profile,
    ) -> Result<Option<Bounds>, Error> {
        if matches!(self, Target::F64) {
            return Ok(None);
        }
        let domain = Allowance::new(profile.clone());
        let Fed { memory, scalars } = given.feed(plan, &domain, Allowed::given);
        let options = Speed::Fast.options();
        let (results, _) = plan.run_told(&domain, memory, scalars, &options)?;
        Ok(Some(Bounds {
            results: reals(plan, results, |x| x),
            undecided: domain.take_undecided(),
        }))
    }

    /// Runs a plan whose results are in-out slots; yields the reals of every such slot, and what the executor warns of.
    pub(crate) fn run(&self, plan: &Plan, given: &Given<'_>, speed: Speed) -> Result<Ran, Error> {
        match (self, speed) {
            (Target::F32, Speed::Watched | Speed::Brief | Speed::Subgroups(_)) => {
                run_in(&Noticed(F32), plan, given, narrow, speed)
            }
            (Target::F64, Speed::Watched | Speed::Brief | Speed::Subgroups(_)) => {
                run_in(&Noticed(F64), plan, given, |x| x, speed)
            }
            (Target::F32, Speed::Fast) => {
                let Fed { memory, scalars } = given.feed(plan, &F32, narrow);
                let ran = plan.run_fast(&Noticed(F32), memory, scalars, &speed.options())?;
                Ok(Ran::new(plan, ran, f64::from))
            }
            (Target::F64, Speed::Fast) => {
                let Fed { memory, scalars } = given.feed(plan, &F64, |x| x);
                let ran = plan.run_fast(&Noticed(F64), memory, scalars, &speed.options())?;
                Ok(Ran::new(plan, ran, |x| x))
            }
            (Target::Device(device), _) => {
                let reals = given.run_on(device, plan)?;
                // Of a GPU nobody knows which ways branches go.
                let Outcome {
                    warnings, branches, ..
                } = device.take_outcome();
                Ok(Ran {
                    reals,
                    warnings,
                    branches,
                })
            }
        }
    }
}

/// What devices may yield of each result, by name.
pub(crate) struct Bounds {
    pub(crate) results: BTreeMap<String, Vec<Allowed>>,
    /// The first comparison that a device could decide otherwise: its line, where that is known.
    pub(crate) undecided: Option<Option<&'static Location<'static>>>,
}

/// Iterations of a workgroup's loops, at most, where sizes are small.
const BRIEF: u64 = 1 << 16;

/// How closely the reference executor looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speed {
    /// For everything that is suspicious.
    Watched,
    /// The same at small sizes, where loops are short.
    Brief,
    /// For results and what stops any run.
    Fast,
    /// For everything, with subgroups of so many lanes.
    Subgroups(u32),
}

impl Speed {
    pub(super) fn options(self) -> reference::Options {
        match self {
            Speed::Watched => reference::Options::default(),
            Speed::Brief => reference::Options {
                step_budget: BRIEF,
                ..reference::Options::default()
            },
            Speed::Fast => reference::Options::fast(),
            Speed::Subgroups(subgroup_size) => reference::Options {
                subgroup_size,
                ..reference::Options::default()
            },
        }
    }
}

/// What a run yields: the reals of each result by name, warnings, and which ways branches went.
pub(crate) struct Ran {
    pub(crate) reals: BTreeMap<String, Vec<f64>>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) branches: Vec<BranchesTaken>,
}

impl Ran {
    fn new<V: Copy>(
        plan: &Plan,
        (results, told): (BTreeMap<String, Memory<V>>, Outcome),
        to_f64: impl Fn(V) -> f64,
    ) -> Ran {
        Ran {
            reals: reals(plan, results, to_f64),
            warnings: told.warnings,
            branches: told.branches,
        }
    }
}

/// Runs a plan in any domain of numbers like `f64`.
pub(crate) fn run_in<D: Domain<Mask = bool>>(
    domain: &D,
    plan: &Plan,
    given: &Given<'_>,
    real: impl Fn(f64) -> D::Value,
    speed: Speed,
) -> Result<Ran, Error>
where
    f64: From<D::Value>,
{
    let Fed { memory, scalars } = given.feed(plan, domain, real);
    let ran = plan.run_told(domain, memory, scalars, &speed.options())?;
    Ok(Ran::new(plan, ran, f64::from))
}

/// Whether the error says that a device lacks something, rather than that a kernel is wrong.
pub(crate) fn is_limit(error: &Error) -> bool {
    let is_lack = |error: &LaunchError| {
        matches!(
            error,
            LaunchError::Limit { .. } | LaunchError::F16 { .. } | LaunchError::Subgroups { .. }
        )
    };
    match error {
        Error::Launch(error) => is_lack(error),
        Error::Device(DeviceError::BufferTooLarge { .. }) => true,
        Error::Plan(PlanError::Run(inner)) => is_limit(inner),
        Error::Plan(PlanError::Step { problem, .. }) => match &**problem {
            StepProblem::Run(inner) => is_limit(inner),
            StepProblem::Launch(error) => is_lack(error),
            _ => false,
        },
        _ => false,
    }
}

fn narrow(x: f64) -> f32 {
    x as f32
}

/// The in-out slots of a run's results.
fn reals<V: Copy, R>(
    plan: &Plan,
    results: BTreeMap<String, Memory<V>>,
    real: impl Fn(V) -> R,
) -> BTreeMap<String, Vec<R>> {
    let is_result = |name: &String| {
        plan.slots()
            .iter()
            .any(|s| s.name == *name && s.role == Role::InOut)
    };
    let values = |memory| match memory {
        Memory::F32(values) => Some(values.into_iter().map(&real).collect()),
        Memory::I32(_) | Memory::U32(_) | Memory::Bool(_) => None,
    };
    results
        .into_iter()
        .filter(|(name, _)| is_result(name))
        .filter_map(|(name, memory)| Some((name, values(memory)?)))
        .collect()
}

impl Given<'_> {
    /// What the plan is given, as values of a domain; rounded where a slot keeps it in binary16.
    fn feed<D: Domain>(
        &self,
        plan: &Plan,
        domain: &D,
        real: impl Fn(f64) -> D::Value,
    ) -> Fed<D::Value> {
        let kept = |format, x| match format {
            Some(format) => domain.round(format, real(x)),
            None => real(x),
        };
        let reals = |name: &str| {
            let format = plan.slots().iter().find(|slot| slot.name == name);
            let format = format.and_then(|slot| slot.element.scalar.format());
            let tensor = self.reals.get(name)?;
            Some(tensor.data().iter().map(|x| kept(format, *x)).collect())
        };
        // Times zero, which huge numbers would not show, an infinity is NaN.
        let infinite = |x: f64| f64::INFINITY.copysign(if self.even { x } else { -x });
        let unwritten = |x: f64| real(infinite(x));
        feed(plan, reals, self.integers, unwritten)
    }

    fn run_on(&self, device: &Device, plan: &Plan) -> Result<BTreeMap<String, Vec<f64>>, Error> {
        let Fed { memory, scalars } = self.feed(plan, &F32, narrow);
        let mut uploaded = Vec::new();
        for slot in plan.slots() {
            if let Some(memory) = memory.get(&slot.name) {
                let buffer = SlotBuffer::upload(device, slot, memory)?;
                uploaded.extend(buffer.map(|buffer| (slot, buffer)));
            }
        }
        let mut buffers = PlanBuffers::new();
        for (slot, buffer) in &mut uploaded {
            buffers = buffer.bound(buffers, slot);
        }
        for (name, value) in scalars {
            buffers = buffers.scalar(name, value);
        }
        device.run(plan, buffers)?;
        let mut results = BTreeMap::new();
        for (slot, buffer) in uploaded.iter().filter(|(slot, _)| slot.role == Role::InOut) {
            if let Memory::F32(reals) = buffer.read()? {
                let reals = reals.into_iter().map(f64::from).collect();
                results.insert(slot.name.clone(), reals);
            }
        }
        Ok(results)
    }
}
