//! The mutants of an op, and other ways to write it.

use super::host::{Elsewhere, KernelChange, PlanChange};
use super::plan::{self, StepChange};
use crate::dims::Dims;
use crate::error::OpError;
use crate::op::op_plan;
use crate::op_plan::{Binder, OpPlan, Pass};
use crate::spec::{Part, Spec};
use crate::tape::Edit;
use hesper_shader::tree::ParamId;
use hesper_shader::tree::mutate::{Kind, Variant, mutants, rewritings};
use hesper_shader::tree::verify::Verified;
use hesper_shader::{Bound, Kernel};
use std::collections::BTreeMap;
use std::fmt;

/// A wrong variant of an op, or another way to write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// What was done: `operands swapped`.
    pub kind: String,
    /// What was changed.
    pub place: Place,
    /// The same of this place: "`a - b` becomes `b - a`". No two mutants of one place have the same words.
    pub words: String,
    /// The Rust file and line.
    pub line: String,
}

/// What of an op is changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A kernel, by its name, and of it a function: a helper, or the kernel's own.
    Kernel(String, String),
    /// The plan.
    Plan,
    /// `forward` or `backward` of the spec.
    Spec(&'static str),
}

impl fmt::Display for Place {
    /// `kernel softmax`, `kernel softmax, row_max`, `plan`, `spec, forward`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Kernel(kernel, function) if kernel == function => write!(f, "kernel {kernel}"),
            Place::Kernel(kernel, function) => write!(f, "kernel {kernel}, {function}"),
            Place::Plan => f.write_str("plan"),
            Place::Spec(pass) => write!(f, "spec, {pass}"),
        }
    }
}

impl fmt::Display for Mutant {
    /// "kernel softmax: `x - m` becomes `m - x` at softmax.rs:29".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} at {}", self.place, self.words, self.line)
    }
}

/// A mutant with what makes it, and the passes that it is in: forward and backward.
pub(super) struct Made {
    pub(super) mutant: Mutant,
    pub(super) change: Change,
    pub(super) passes: [bool; 2],
    /// Whether it is another way to write the same.
    pub(super) is_right: bool,
}

#[derive(Clone)]
pub(super) enum Change {
    Plan(PlanChange),
    Spec(Part, Edit),
}

/// All mutants of an op, and how many changes broke a rule of a tree.
pub(super) struct Found {
    pub(super) mutants: Vec<Made>,
    pub(super) rewritings: Vec<Made>,
    /// Changes that break a rule of a tree.
    pub(super) ill_typed: usize,
    /// Changes that make no difference to what is dispatched, at any size that was looked at.
    pub(super) unchanged: usize,
}

/// A kernel of the op, the passes that it is in, and what its parameters are bound to in each of its dispatches: a number as text, or so many
/// elements.
struct Known {
    tree: Verified,
    text: String,
    passes: [bool; 2],
    bound: Vec<Vec<String>>,
}

impl Known {
    /// Whether it makes no difference that one parameter stands for another.
    fn are_same(&self, [one, two]: [ParamId; 2]) -> bool {
        let mut all = self.bound.iter();
        all.all(|bound| bound.get(one.index()) == bound.get(two.index()))
    }
}

/// Finds them all.
///
/// # Errors
/// Where the op has no plan, or a pass cannot be recorded.
pub(super) fn find(spec: &Spec<'_>) -> Result<Found, String> {
    let dims = home(spec);
    let mut found = Found {
        mutants: Vec::new(),
        rewritings: Vec::new(),
        ill_typed: 0,
        unchanged: 0,
    };
    for part in [Part::Forward, Part::Backward] {
        let edits = spec.edits(part, &dims).map_err(|e| e.to_string())?;
        found
            .mutants
            .extend(edits.into_iter().map(|edit| of_spec(part, edit)));
    }
    let kernels = kernels(spec)?;
    for kernel in &kernels {
        let same_name = kernels.iter().filter(|k| k.tree.name == kernel.tree.name);
        let known: Vec<String> = same_name.map(|k| k.text.clone()).collect();
        let variants = mutants(&kernel.tree);
        found.ill_typed += variants.ill_typed;
        for variant in variants.all {
            match variant.params.is_some_and(|params| kernel.are_same(params)) {
                true => found.unchanged += 1,
                false => found.mutants.push(of_kernel(kernel, &known, variant)),
            }
        }
    }
    let plan = op_plan(spec.op(), &dims).map_err(|e| e.to_string())?;
    for change in plan::changes(&plan).map_err(|e| e.to_string())? {
        match is_change(spec, &change.change).map_err(|e| e.to_string())? {
            true => found.mutants.push(of_plan(change)),
            false => found.unchanged += 1,
        }
    }
    tell_apart(&mut found.mutants);
    found.rewritings = rewritten(&kernels);
    // In another order products of huge numbers overflow.
    if spec.sampling().has_huge() {
        let is_other = |made: &Made| made.mutant.kind != Kind::Associate.name();
        found.rewritings.retain(is_other);
    }
    Ok(found)
}

/// The shape at which mutants are looked for: every loop of a spec goes round there.
fn home(spec: &Spec<'_>) -> Dims {
    let mut small = spec.small_shapes();
    small.truncate(2);
    small.pop().unwrap_or_default()
}

/// Sizes at which plans are looked at.
fn shapes(spec: &Spec<'_>) -> Vec<Dims> {
    let mut shapes = vec![home(spec), spec.least_shape()];
    shapes.extend(spec.large_shapes());
    shapes
}

/// The kernels of the plans at small and at larger sizes.
fn kernels(spec: &Spec<'_>) -> Result<Vec<Known>, String> {
    let mut known: Vec<Known> = Vec::new();
    for dims in shapes(spec) {
        let plan = op_plan(spec.op(), &dims).map_err(|e| e.to_string())?;
        for (at, (pass, steps)) in plan.passes().into_iter().enumerate() {
            let binder = Binder::new(&plan, pass);
            for step in steps {
                let tree = step.kernel.tree().map_err(|e| e.to_string())?;
                let text = tree.to_string();
                let place = known.iter().position(|k| k.text == text);
                let place = place.unwrap_or_else(|| {
                    known.push(Known {
                        tree: tree.clone(),
                        text,
                        passes: [false; 2],
                        bound: Vec::new(),
                    });
                    known.len() - 1
                });
                let bound = binder.resolve(step).map_err(|e| e.to_string())?;
                let bound = bound.iter().map(|(_, bound)| match bound {
                    Bound::Slot(name) => format!("{:?} elements", binder.len(name)),
                    number => format!("{number:?}"),
                });
                known[place].bound.push(bound.collect());
                known[place].passes[at] = true;
            }
        }
    }
    Ok(known)
}

/// Whether a step's change makes a difference at some size.
fn is_change(spec: &Spec<'_>, change: &StepChange) -> Result<bool, OpError> {
    let told = |plan: &OpPlan| -> Result<String, OpError> {
        let mut text = String::new();
        for (pass, steps) in plan.passes() {
            for step in steps {
                let groups = step.grid.groups(step.kernel.workgroup_size());
                let bound = Binder::new(plan, pass).resolve(step)?;
                let bound: Vec<&Bound> = bound.iter().map(|(_, bound)| bound).collect();
                text += &format!("{} {groups:?} {bound:?};", step.kernel.name());
            }
        }
        Ok(text)
    };
    for dims in shapes(spec) {
        let mut plan = op_plan(spec.op(), &dims)?;
        let before = told(&plan)?;
        change.apply(&mut plan)?;
        if told(&plan)? != before {
            return Ok(true);
        }
    }
    Ok(false)
}

fn of_spec(part: Part, edit: Edit) -> Made {
    Made {
        mutant: Mutant {
            kind: edit.change.name().to_string(),
            place: Place::Spec(part.name()),
            words: edit.words(),
            line: format!("{}:{}", edit.line.file(), edit.line.line()),
        },
        passes: [part == Part::Forward, part == Part::Backward],
        change: Change::Spec(part, edit),
        is_right: false,
    }
}

fn of_kernel(kernel: &Known, known: &[String], variant: Variant) -> Made {
    let Variant {
        kind,
        words,
        function,
        loc,
        tree,
        params: _,
    } = variant;
    let name = kernel.tree.name.clone();
    let mut change = KernelChange::new(&name, &kernel.text, Kernel::from_tree(tree.to_tree()));
    change.elsewhere = Some(Elsewhere {
        known: known.to_vec(),
        variants: mutants,
        kind,
        words: words.clone(),
        function: function.clone(),
    });
    Made {
        mutant: Mutant {
            kind: kind.to_string(),
            place: Place::Kernel(name, function),
            words,
            line: format!("{}:{}", loc.0.file(), loc.0.line()),
        },
        change: Change::Plan(PlanChange::Kernels(vec![change])),
        passes: kernel.passes,
        is_right: false,
    }
}

fn of_plan(found: plan::Found) -> Made {
    let plan::Found {
        change,
        kind,
        words,
        loc,
    } = found;
    Made {
        mutant: Mutant {
            kind: kind.to_string(),
            place: Place::Plan,
            words,
            line: format!("{}:{}", loc.0.file(), loc.0.line()),
        },
        passes: [
            change.pass() == Pass::Forward,
            change.pass() == Pass::Backward,
        ],
        change: Change::Plan(PlanChange::Step(change)),
        is_right: false,
    }
}

/// One for each kind of rewriting, made in all kernels of the op.
fn rewritten(kernels: &[Known]) -> Vec<Made> {
    type Together = (Vec<KernelChange>, [bool; 2], String);
    // By kind; of kinds that a kernel has several of, by their turn.
    let mut all: BTreeMap<(Kind, usize), Together> = BTreeMap::new();
    for kernel in kernels {
        let mut turns: BTreeMap<Kind, usize> = BTreeMap::new();
        for variant in rewritings(&kernel.tree).all {
            let turn = turns.entry(variant.kind).or_default();
            let line = format!("{}:{}", variant.loc.0.file(), variant.loc.0.line());
            let entry = all.entry((variant.kind, *turn));
            let (changes, passes, _) = entry.or_insert((Vec::new(), [false; 2], line));
            let new = Kernel::from_tree(variant.tree.to_tree());
            changes.push(KernelChange::new(&kernel.tree.name, &kernel.text, new));
            for (pass, here) in passes.iter_mut().zip(kernel.passes) {
                *pass |= here;
            }
            *turn += 1;
        }
    }
    let made = all
        .into_iter()
        .map(|((kind, turn), (changes, passes, line))| {
            let names: Vec<&str> = changes.iter().map(|change| change.name.as_str()).collect();
            let words = format!("{kind} in {}", names.join(", "));
            let words = if turn == 0 {
                words
            } else {
                format!("{words}, outer loops")
            };
            Made {
                mutant: Mutant {
                    kind: kind.to_string(),
                    place: Place::Plan,
                    words,
                    line,
                },
                change: Change::Plan(PlanChange::Kernels(changes)),
                passes,
                is_right: true,
            }
        });
    made.collect()
}

/// Counts those of the same words in the same place.
fn tell_apart(mutants: &mut [Made]) {
    let mut seen: BTreeMap<(Place, String), usize> = BTreeMap::new();
    for made in mutants {
        let key = (made.mutant.place.clone(), made.mutant.words.clone());
        let count = seen.entry(key).or_default();
        *count += 1;
        if *count > 1 {
            made.mutant.words = format!("{}, place {count}", made.mutant.words);
        }
    }
}
