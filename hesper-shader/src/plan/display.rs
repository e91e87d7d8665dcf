//! A plan as text: a line for each slot, scalar and step.

use super::{Plan, Resolved, Role, Slot};
use crate::tree::each_scalar;
use std::fmt;

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = match self.role {
            Role::Input => "input",
            Role::Output => "output",
            Role::InOut => "in-out",
            Role::Temporary => "temporary",
        };
        write!(f, "{role} {}: [{}; {}]", self.name, self.element, self.len)
    }
}

impl fmt::Display for Plan {
    /// A line for each slot and each step: `1 relu(x = x, y = y) on a grid of 1 by 1 by 1 workgroups`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for slot in &self.slots {
            writeln!(f, "{slot}")?;
        }
        for (name, scalar) in &self.scalars {
            writeln!(f, "scalar {name}: {scalar}")?;
        }
        for (number, step) in (1..).zip(&self.steps) {
            let params = step
                .kernel
                .tree()
                .map(|tree| tree.params.as_slice())
                .unwrap_or_default();
            let bound: Vec<String> = params
                .iter()
                .zip(&step.arguments)
                .map(|(param, source)| format!("{} = {}", param.name, self.written(*source)))
                .collect();
            writeln!(
                f,
                "{number} {}({}) on {}",
                step.kernel.name(),
                bound.join(", "),
                step.grid
            )?;
        }
        Ok(())
    }
}

impl Plan {
    fn written(&self, source: Resolved) -> String {
        match source {
            Resolved::Slot(i) => self
                .slots
                .get(i)
                .map_or_else(String::new, |s| s.name.clone()),
            Resolved::Scalar(i) => self
                .scalars
                .get(i)
                .map_or_else(String::new, |(name, _)| name.clone()),
            Resolved::Value(value) => each_scalar!(value, |v| v.to_string()),
        }
    }
}
