//! Binds a dispatch's parameters to what the plan has, checking names, types and aliasing.

use super::{Bound, Plan, PlanStep, Resolved, Role, StepProblem};
use crate::device::{groups, written_type};
use crate::grid::Grid;
use crate::kernel::Kernel;
use crate::tree::{Param, ParamKind};

impl Plan {
    /// The dispatch with its arguments resolved. A new scalar is declared on the way.
    pub(super) fn step(
        &mut self,
        kernel: &Kernel,
        grid: Grid,
        bindings: &[(&str, Bound)],
    ) -> Result<PlanStep, StepProblem> {
        let params = &kernel.tree()?.params;
        for (i, (name, _)) in bindings.iter().enumerate() {
            let param = || (*name).to_string();
            if !params.iter().any(|p| p.name == *name) {
                return Err(StepProblem::UnknownParam { param: param() });
            }
            if bindings[..i].iter().any(|(other, _)| other == name) {
                return Err(StepProblem::BoundTwice { param: param() });
            }
        }
        if let Some(buffer) = kernel.tree()?.structured.first() {
            return Err(StepProblem::Structured {
                param: buffer.name.clone(),
                shape: buffer.shape.to_string(),
            });
        }
        let mut arguments = Vec::with_capacity(params.len());
        for param in params {
            let bound = bindings.iter().find(|(name, _)| *name == param.name);
            let (_, bound) = bound.ok_or_else(|| StepProblem::Unbound {
                param: param.name.clone(),
            })?;
            arguments.push(self.resolve(param, bound)?);
        }
        self.check_aliases(params, &arguments)?;
        Ok(PlanStep {
            kernel: kernel.clone(),
            grid,
            groups: groups(kernel, grid)?,
            arguments,
        })
    }

    fn resolve(&mut self, param: &Param, bound: &Bound) -> Result<Resolved, StepProblem> {
        let source = match bound {
            Bound::Slot(name) => return self.resolve_slot(param, name),
            Bound::Scalar(name) => return self.resolve_scalar(param, name),
            Bound::Value(value) => *value,
        };
        if matches!(param.kind, ParamKind::Uniform(scalar) if scalar.widest() == source.scalar()) {
            Ok(Resolved::Value(source))
        } else {
            Err(mismatch(param, format!("a constant `{}`", source.scalar())))
        }
    }

    fn resolve_slot(&self, param: &Param, name: &str) -> Result<Resolved, StepProblem> {
        let found = self.slots.iter().position(|s| s.name == name);
        let (index, slot) = found
            .and_then(|i| Some((i, self.slots.get(i)?)))
            .ok_or_else(|| StepProblem::UnknownSlot {
                param: param.name.clone(),
                slot: name.to_string(),
            })?;
        match param.kind {
            ParamKind::Storage { element, .. } if element != slot.element => {}
            ParamKind::Storage { access, .. } if access.writes() && slot.role == Role::Input => {
                return Err(StepProblem::WritesInput {
                    param: param.name.clone(),
                    slot: name.to_string(),
                });
            }
            ParamKind::Storage { .. } => return Ok(Resolved::Slot(index)),
            ParamKind::Uniform(_) => {}
        }
        Err(mismatch(
            param,
            format!("slot `{name}` of `{}`", slot.element),
        ))
    }

    /// A scalar's first use declares it.
    fn resolve_scalar(&mut self, param: &Param, name: &str) -> Result<Resolved, StepProblem> {
        let ParamKind::Uniform(scalar) = param.kind else {
            return Err(mismatch(param, format!("scalar `{name}`")));
        };
        match self.scalars.iter().position(|(n, _)| n == name) {
            Some(i)
                if self
                    .scalars
                    .get(i)
                    .is_some_and(|(_, known)| *known == scalar) =>
            {
                Ok(Resolved::Scalar(i))
            }
            Some(i) => {
                let known = self.scalars.get(i).map_or(scalar, |(_, known)| *known);
                Err(mismatch(param, format!("scalar `{name}` of `{known}`")))
            }
            None => {
                self.scalars.push((name.to_string(), scalar));
                Ok(Resolved::Scalar(self.scalars.len() - 1))
            }
        }
    }

    fn check_aliases(&self, params: &[Param], arguments: &[Resolved]) -> Result<(), StepProblem> {
        let bound = || {
            params
                .iter()
                .zip(arguments)
                .filter_map(|(param, source)| match source {
                    Resolved::Slot(slot) => Some((param, *slot)),
                    _ => None,
                })
        };
        for (i, (param, slot)) in bound().enumerate() {
            let before = bound().take(i).find(|(_, other)| *other == slot);
            if let Some((other, _)) =
                before.filter(|(other, _)| param.kind.writes() || other.kind.writes())
            {
                return Err(StepProblem::Aliased {
                    slot: self
                        .slots
                        .get(slot)
                        .map_or_else(String::new, |s| s.name.clone()),
                    first: other.name.clone(),
                    second: param.name.clone(),
                });
            }
        }
        Ok(())
    }
}

fn mismatch(param: &Param, given: String) -> StepProblem {
    StepProblem::Mismatch {
        param: param.name.clone(),
        expected: written_type(param.kind),
        given,
    }
}
