//! The checks of `verify`, in another order: the cheapest that can tell comes first, and the first that tells ends it.

use super::find::{Change, Made};
use crate::certificate::{Finding, Verdict};
use crate::check::{self, Reach, Speed, Switches, Tie};
use crate::options::{Options, Target};
use crate::spec::Spec;
use std::cell::RefCell;

/// A check, and what it says.
type Findings = Vec<Finding>;

/// What the first check to refuse an op says; none where all of them let it pass.
///
/// A change of kernels is put before what looks at kernels, of the passes that have them; a change of the spec before everything that runs the
/// changed pass.
pub(super) fn refusal(spec: &Spec<'_>, made: &Made, options: &Options) -> Option<Finding> {
    let stages = match made.change {
        Change::Plan(_) if made.is_right => [OF_PLAN, &[]],
        Change::Plan(_) => [OF_PLAN, UNSEEN],
        Change::Spec(..) => [OF_SPEC, &[]],
    };
    first_refusal(spec, made, options, &stages.concat())
}

/// The same of those checks that take next to no time: for a mutant that is known to mean the same, to see that it is not refused after all.
pub(super) fn quick_refusal(spec: &Spec<'_>, made: &Made, options: &Options) -> Option<Finding> {
    first_refusal(spec, made, options, QUICK)
}

fn first_refusal(
    spec: &Spec<'_>,
    made: &Made,
    options: &Options,
    stages: &[Stage],
) -> Option<Finding> {
    let judge = Judge {
        spec,
        made,
        options,
        switches: RefCell::default(),
    };
    stages.iter().find_map(|stage| {
        let findings = stage(&judge);
        findings.into_iter().find(is_refused)
    })
}

type Stage = fn(&Judge<'_>) -> Findings;

const QUICK: &[Stage] = &[|judge| judge.plan(), |judge| judge.glance()];

const OF_PLAN: &[Stage] = &[
    |judge| judge.plan(),
    |judge| judge.glance(),
    |judge| judge.near_kernels(),
    |judge| judge.exact(),
    |judge| judge.far_kernels(),
];

/// What no run shows. Rewritings are not asked: what ranges prove, they prove of the text as it is.
const UNSEEN: &[Stage] = &[|judge| judge.largest_sizes(), |judge| judge.branches()];

const OF_SPEC: &[Stage] = &[
    |judge| judge.glance(),
    |judge| judge.known_points(),
    |judge| judge.dual_numbers(),
    |judge| judge.singular_points(),
    |judge| judge.near_kernels(),
    |judge| judge.exact(),
    |judge| judge.finite_differences(),
    |judge| judge.far_kernels(),
];

struct Judge<'j> {
    spec: &'j Spec<'j>,
    made: &'j Made,
    options: &'j Options,
    /// The sizes from which on plans are of another kind, once they are known.
    switches: RefCell<Switches>,
}

impl Judge<'_> {
    /// The ties that can break.
    fn ties(&self) -> Vec<Tie> {
        let kernels = [Tie::Forward, Tie::Backward].into_iter();
        let kernels = kernels.zip(self.made.passes).filter(|(_, is)| *is);
        let kernels = kernels.map(|(tie, _)| tie);
        match &self.made.change {
            Change::Plan(_) => kernels.collect(),
            Change::Spec(..) => [Tie::Vjp, Tie::Derived]
                .into_iter()
                .chain(kernels)
                .collect(),
        }
    }

    /// Passes that are as they were are not looked at.
    fn known(&self) -> [Option<String>; 2] {
        let unchanged = |is: bool| (!is).then(|| "op as it is".to_string());
        self.made.passes.map(unchanged)
    }

    fn plan(&self) -> Findings {
        let mistake = check::plan_mistake(self.spec, self.options.seed);
        mistake.into_iter().collect()
    }

    fn glance(&self) -> Findings {
        if !self.options.exact {
            return Vec::new();
        }
        let told = check::glance(self.spec, &self.ties(), self.options.seed);
        told.into_iter().collect()
    }

    fn exact(&self) -> Findings {
        if !self.options.exact {
            return Vec::new();
        }
        check::exact_until_one_breaks(self.spec, &self.ties(), self.options.seed)
    }

    fn dual_numbers(&self) -> Findings {
        let Options { seed, points, .. } = *self.options;
        vec![check::dual_numbers(self.spec, seed, points)]
    }

    fn finite_differences(&self) -> Findings {
        let Options { seed, points, .. } = *self.options;
        vec![check::finite_differences(self.spec, seed, points)]
    }

    fn singular_points(&self) -> Findings {
        vec![check::singular_points(self.spec, self.options.seed)]
    }

    fn known_points(&self) -> Findings {
        check::known_points(self.spec, self.options.seed)
    }

    /// The first target that the reference executor is, around the workgroups' sizes.
    fn near_kernels(&self) -> Findings {
        self.near_target().map_or_else(Vec::new, |target| {
            self.kernels(Speed::Watched, target, Reach::near("later"))
        })
    }

    fn near_target(&self) -> Option<&Target> {
        let mut targets = self.options.targets.iter();
        targets.find(|target| !matches!(target, Target::Device(_)))
    }

    /// All other targets, and far sizes on the most precise; the accesses at near sizes have been looked at.
    fn far_kernels(&self) -> Findings {
        let Options { targets, seed, .. } = self.options;
        let reaches = Reach::of(self.spec, targets, *seed);
        if let Some(reach) = reaches.first() {
            self.switches.replace(reach.switches.clone());
        }
        let near = self.near_target();
        let others = targets.iter().zip(reaches).rev();
        let others = others.filter(|(target, _)| {
            targets.len() == 1 || !near.is_some_and(|near| std::ptr::eq(near, *target))
        });
        let all = others.flat_map(|(target, reach)| self.kernels(Speed::Fast, target, reach));
        all.collect()
    }

    fn largest_sizes(&self) -> Findings {
        vec![check::largest_sizes(self.spec, self.options.seed)]
    }

    /// Of all runs so far.
    fn branches(&self) -> Findings {
        let switches = self.switches.borrow();
        vec![check::branches(self.spec, &switches, self.options.seed)]
    }

    fn kernels(&self, speed: Speed, target: &Target, reach: Reach) -> Findings {
        let Options { seed, accuracy, .. } = self.options;
        let known = self.known();
        let reach = Some(reach);
        let passes = check::kernels_at(speed, self.spec, target, *seed, accuracy, &known, reach);
        let passes = passes.into_iter().zip(self.made.passes);
        passes.filter(|(_, is)| *is).map(|(f, _)| f).collect()
    }
}

/// Whether a certificate with such a finding is no pass.
fn is_refused(finding: &Finding) -> bool {
    matches!(
        finding.verdict,
        Verdict::Fail(_) | Verdict::Incomplete(_) | Verdict::Weak(_) | Verdict::Skip(_)
    )
}
