//! An op of which one thing is changed at a time: its specification and records serve all mutants.

use super::plan::StepChange;
use crate::context::Context;
use crate::error::OpError;
use crate::op::{Erased, Op};
use crate::op_plan::OpPlan;
use crate::sample::Sampling;
use crate::signature::Signature;
use crate::tensor::Tensor;
use hesper_shader::Kernel;
use hesper_shader::tree::Tree;
use hesper_shader::tree::mutate::{Kind, Variants};
use std::cell::RefCell;

/// An op like another, but for one change of its plan.
pub(super) struct Host<'o> {
    op: &'o dyn Op,
    change: RefCell<Option<PlanChange>>,
}

/// A change of what an op runs on a device.
#[derive(Clone)]
pub(super) enum PlanChange {
    /// Other kernels, of those that plans have.
    Kernels(Vec<KernelChange>),
    Step(StepChange),
}

/// A kernel with its variant.
#[derive(Clone)]
pub(super) struct KernelChange {
    pub(super) name: String,
    /// The kernel's tree as text: kernels of one name may differ.
    pub(super) text: String,
    pub(super) variant: Kernel,
    /// How to change kernels of the name whose tree is known at some sizes only.
    pub(super) elsewhere: Option<Elsewhere>,
    made: RefCell<Vec<(String, Option<Kernel>)>>,
}

/// A variant found again in another tree.
#[derive(Clone)]
pub(super) struct Elsewhere {
    /// The trees of this name that are known: they are changed on their own.
    pub(super) known: Vec<String>,
    pub(super) variants: fn(&Tree) -> Variants,
    pub(super) kind: Kind,
    pub(super) words: String,
    pub(super) function: String,
}

impl<'o> Host<'o> {
    pub(super) fn new(op: &'o dyn Op) -> Host<'o> {
        Host {
            op,
            change: RefCell::default(),
        }
    }

    /// Changes the plan from now on; `None` for the plan as it is.
    pub(super) fn change(&self, change: Option<PlanChange>) {
        self.change.replace(change);
    }
}

impl KernelChange {
    pub(super) fn new(kernel: &str, text: &str, variant: Kernel) -> KernelChange {
        KernelChange {
            name: kernel.to_string(),
            text: text.to_string(),
            variant,
            elsewhere: None,
            made: RefCell::default(),
        }
    }

    /// What becomes of a kernel; `None` where it stays.
    fn of(&self, kernel: &Kernel) -> Option<Kernel> {
        if kernel.name() != self.name {
            return None;
        }
        let tree = kernel.tree().ok()?;
        let text = tree.to_string();
        if text == self.text {
            return Some(self.variant.clone());
        }
        let elsewhere = self.elsewhere.as_ref();
        let elsewhere = elsewhere.filter(|there| !there.known.contains(&text))?;
        let mut made = self.made.borrow_mut();
        if let Some((_, variant)) = made.iter().find(|(of, _)| *of == text) {
            return variant.clone();
        }
        let variant = elsewhere.find(tree);
        made.push((text, variant.clone()));
        variant
    }
}

impl Elsewhere {
    fn find(&self, tree: &Tree) -> Option<Kernel> {
        let mut all = (self.variants)(tree).all.into_iter();
        let same = all.find(|v| {
            (v.kind, &v.words, &v.function) == (self.kind, &self.words, &self.function)
        })?;
        Some(Kernel::from_tree(same.tree.to_tree()))
    }
}

impl Op for Host<'_> {}

impl Erased for Host<'_> {
    fn erased_signature(&self) -> Signature {
        self.op.signature()
    }

    fn erased_arity(&self) -> [usize; 2] {
        self.op.arity()
    }

    fn erased_forward(&self, cx: &mut Context, inputs: &[Tensor]) -> Vec<Tensor> {
        self.op.forward(cx, inputs)
    }

    fn erased_backward(
        &self,
        cx: &mut Context,
        inputs: &[Tensor],
        cotangents: &[Tensor],
    ) -> Vec<Tensor> {
        self.op.backward(cx, inputs, cotangents)
    }

    fn erased_plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.op.plan(plan)?;
        match &*self.change.borrow() {
            None => Ok(()),
            Some(PlanChange::Step(change)) => change.apply(plan),
            Some(PlanChange::Kernels(changes)) => {
                for step in plan.forward.iter_mut().chain(&mut plan.backward) {
                    let changed = changes.iter().find_map(|change| change.of(&step.kernel));
                    step.kernel = changed.unwrap_or_else(|| step.kernel.clone());
                }
                Ok(())
            }
        }
    }

    fn erased_sampling(&self) -> Sampling {
        self.op.sampling()
    }

    fn erased_type(&self) -> (&'static str, bool) {
        (self.op.type_name(), self.op.is_unit())
    }
}
