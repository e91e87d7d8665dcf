//! A plan with one step changed.

use crate::error::OpError;
use crate::op_plan::{Binder, OpPlan, OpStep, Pass};
use hesper_shader::tree::{Literal, Loc, Param, ParamKind};
use hesper_shader::{Bound, Grid};

/// A change of one step of a plan.
#[derive(Clone, Debug)]
pub(super) struct StepChange {
    pass: Pass,
    at: usize,
    /// The kernel that the step ought to have; at other sizes it may have another, which stays as it is.
    kernel: String,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    /// No dispatch.
    Gone,
    /// After the next step.
    Later,
    /// A workgroup less along the last dimension that has more than one.
    Fewer,
    /// As many along the first dimension as along the second, and the other way round.
    Turned,
    /// One more for a size or count that is given by value.
    More(String),
    /// What is given by value for another parameter.
    As(String, String),
    /// Two buffers exchanged.
    Exchanged(String, String),
}

/// A change with the words that tell it, its kind and where the step was added.
pub(super) struct Found {
    pub(super) change: StepChange,
    pub(super) kind: &'static str,
    pub(super) words: String,
    pub(super) loc: Loc,
}

/// All changes of the steps of a plan.
pub(super) fn changes(plan: &OpPlan) -> Result<Vec<Found>, OpError> {
    let mut found = Vec::new();
    for pass in [Pass::Forward, Pass::Backward] {
        for (at, step) in steps(plan, pass).iter().enumerate() {
            for (kind, words, what) in of_step(plan, pass, at)? {
                let kernel = step.kernel.name().to_string();
                let number = at + 1;
                found.push(Found {
                    words: format!("{} step {number}, `{kernel}`: {words}", pass.name()),
                    change: StepChange {
                        pass,
                        at,
                        kernel,
                        what,
                    },
                    kind,
                    loc: step.loc,
                });
            }
        }
    }
    Ok(found)
}

fn of_step(
    plan: &OpPlan,
    pass: Pass,
    at: usize,
) -> Result<Vec<(&'static str, String, What)>, OpError> {
    let all = steps(plan, pass);
    let Some(step) = all.get(at) else {
        return Ok(Vec::new());
    };
    let mut found = vec![
        ("dispatch dropped", "left out".to_string(), What::Gone),
        ("wrong grid", "a workgroup less".to_string(), What::Fewer),
    ];
    if matches!(step.grid, Grid::Cover2d(..)) {
        found.push((
            "wrong grid",
            "its sides exchanged".to_string(),
            What::Turned,
        ));
    }
    if let Some(next) = all.get(at + 1)
        && meet(plan, pass, [step, next])?
    {
        let words = format!("after `{}`", next.kernel.name());
        found.push(("dispatches exchanged", words, What::Later));
    }
    let resolved = Binder::new(plan, pass).resolve(step)?;
    for (i, (param, bound)) in resolved.iter().enumerate() {
        let name = |param: &Param| param.name.clone();
        if let Bound::Value(_) = bound {
            let words = format!("`{}` is one more", param.name);
            found.push(("wrong uniform", words, What::More(name(param))));
        }
        for (j, (other, _)) in resolved.iter().enumerate() {
            if i == j || other.kind != param.kind {
                continue;
            }
            let both = (name(param), name(other));
            match param.kind {
                ParamKind::Uniform(_) => {
                    let words = format!("`{}` is what `{}` is", param.name, other.name);
                    found.push(("wrong uniform", words, What::As(both.0, both.1)));
                }
                ParamKind::Storage { .. } if i < j => {
                    let words = format!("`{}` and `{}` exchanged", param.name, other.name);
                    found.push(("wrong buffer", words, What::Exchanged(both.0, both.1)));
                }
                ParamKind::Storage { .. } => {}
            }
        }
    }
    Ok(found)
}

/// Whether two steps use a slot that one of them writes: else their order does not matter.
fn meet(plan: &OpPlan, pass: Pass, steps: [&OpStep; 2]) -> Result<bool, OpError> {
    let binder = Binder::new(plan, pass);
    let [one, two] = [binder.resolve(steps[0])?, binder.resolve(steps[1])?];
    let written = |(param, _): &&(&Param, Bound)| param.kind.writes();
    let met = |a: &[(&Param, Bound)], b: &[(&Param, Bound)]| {
        let mut written = a.iter().filter(written);
        written.any(|(_, slot)| b.iter().any(|(_, other)| other == slot))
    };
    Ok(met(&one, &two) || met(&two, &one))
}

impl StepChange {
    /// The pass that is changed.
    pub(super) fn pass(&self) -> Pass {
        self.pass
    }

    /// Changes a plan, where it has the step.
    pub(super) fn apply(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let all = steps(plan, self.pass);
        let Some(step) = all.get(self.at).filter(|s| s.kernel.name() == self.kernel) else {
            return Ok(());
        };
        let mut step = step.clone();
        match &self.what {
            What::Gone => {
                steps_mut(plan, self.pass).remove(self.at);
                return Ok(());
            }
            What::Later => {
                let all = steps_mut(plan, self.pass);
                if self.at + 1 < all.len() {
                    all.swap(self.at, self.at + 1);
                }
                return Ok(());
            }
            What::Fewer => step.grid = fewer(&step),
            What::Turned => {
                if let Grid::Cover2d(x, y) = step.grid {
                    step.grid = Grid::Cover2d(y, x);
                }
            }
            What::More(param) => {
                if let Some(Bound::Value(value)) = self.bound(plan, &step, param)? {
                    rebind(&mut step, param, Bound::Value(more(value)));
                }
            }
            What::As(param, other) => {
                if let Some(bound) = self.bound(plan, &step, other)? {
                    rebind(&mut step, param, bound);
                }
            }
            What::Exchanged(param, other) => {
                let one = self.bound(plan, &step, param)?;
                let two = self.bound(plan, &step, other)?;
                if let (Some(one), Some(two)) = (one, two) {
                    rebind(&mut step, param, two);
                    rebind(&mut step, other, one);
                }
            }
        }
        steps_mut(plan, self.pass)[self.at] = step;
        Ok(())
    }

    /// What a parameter of the step is bound to.
    fn bound(&self, plan: &OpPlan, step: &OpStep, param: &str) -> Result<Option<Bound>, OpError> {
        let resolved = Binder::new(plan, self.pass).resolve(step)?;
        let found = resolved.into_iter().find(|(p, _)| p.name == param);
        Ok(found.map(|(_, bound)| bound))
    }
}

fn rebind(step: &mut OpStep, param: &str, bound: Bound) {
    step.renames.retain(|(p, _)| p != param);
    step.uniforms.retain(|(p, _)| p != param);
    match bound {
        Bound::Slot(name) | Bound::Scalar(name) => step.renames.push((param.to_string(), name)),
        value @ (Bound::Value(_) | Bound::Parts(_)) => {
            step.uniforms.push((param.to_string(), Ok(value)))
        }
    }
}

fn more(value: Literal) -> Literal {
    match value {
        Literal::F32(x) => Literal::F32(x.next().unwrap_or(x)),
        Literal::I32(n) => Literal::I32(n.wrapping_add(1)),
        Literal::U32(n) => Literal::U32(n.wrapping_add(1)),
        Literal::Bool(b) => Literal::Bool(!b),
    }
}

/// The grid with a workgroup less along the last dimension that has several, or none where there is one.
fn fewer(step: &OpStep) -> Grid {
    let Ok(mut groups) = step.grid.groups(step.kernel.workgroup_size()) else {
        return step.grid;
    };
    let last = groups.iter().rposition(|n| *n > 1).unwrap_or(0);
    groups[last] = groups[last].saturating_sub(1);
    Grid::Exact(groups)
}

fn steps(plan: &OpPlan, pass: Pass) -> &Vec<OpStep> {
    match pass {
        Pass::Forward => &plan.forward,
        Pass::Backward => &plan.backward,
    }
}

fn steps_mut(plan: &mut OpPlan, pass: Pass) -> &mut Vec<OpStep> {
    match pass {
        Pass::Forward => &mut plan.forward,
        Pass::Backward => &mut plan.backward,
    }
}
