//! Kernel parameters resolved by name.

use super::{OpPlan, OpStep};
use crate::dims::count;
use crate::error::OpError;
use crate::signature;
use hesper_shader::tree::{Literal, Param, ParamKind, Type};
use hesper_shader::{Bound, Plan, Role, Slot};
use std::collections::BTreeSet;

/// Which way a kernel goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    Forward,
    Backward,
}

/// Resolves names in one pass of an op.
pub(crate) struct Binder<'p> {
    plan: &'p OpPlan,
    pass: Pass,
}

/// How far a misspelt name may be from the one suggested.
const NEAR: usize = 2;

impl<'p> Binder<'p> {
    pub(crate) fn new(plan: &'p OpPlan, pass: Pass) -> Binder<'p> {
        Binder { plan, pass }
    }

    /// The steps with every parameter bound, as a plan over the slots they use.
    pub(crate) fn plan(&self, steps: &[OpStep], results: Role) -> Result<Plan, OpError> {
        let mut plan = Plan::new();
        let mut written: BTreeSet<String> = BTreeSet::new();
        for step in steps {
            let bindings = self.resolve(step)?;
            for (param, bound) in &bindings {
                let Bound::Slot(name) = bound else { continue };
                if param.kind.writes() {
                    written.insert(name.clone());
                }
                if plan.slots().iter().all(|slot| slot.name != *name)
                    && let Some(Slot {
                        name,
                        element,
                        len,
                        role,
                    }) = self.slot(name, results)
                {
                    plan.slot(name.clone(), element, len, role)
                        .map_err(|e| self.error(e))?;
                    self.bound_integers(&mut plan, &name)?;
                }
            }
            let bindings: Vec<(&str, Bound)> = bindings
                .into_iter()
                .map(|(param, bound)| (param.name.as_str(), bound))
                .collect();
            plan.dispatch(&step.kernel, step.grid, &bindings)
                .map_err(|e| self.error(e))?;
        }
        match self.results().find(|name| !written.contains(name)) {
            None => Ok(plan),
            Some(name) => Err(OpError::Unwritten {
                op: self.op(),
                pass: self.pass.name(),
                name,
            }),
        }
    }

    /// Every parameter of a step's kernel with what it binds to.
    pub(crate) fn resolve<'s>(&self, step: &'s OpStep) -> Result<Vec<(&'s Param, Bound)>, OpError> {
        let tree = step.kernel.tree();
        let params = &tree
            .map_err(|error| OpError::Kernel {
                op: self.op(),
                error: Box::new(error),
            })?
            .params;
        let given = step
            .renames
            .iter()
            .map(|(p, _)| p)
            .chain(step.uniforms.iter().map(|(p, _)| p));
        for (i, name) in given.clone().enumerate() {
            if given.clone().take(i).any(|before| before == name) {
                return Err(self.binding(step, name, "is bound twice".to_string()));
            }
            if params.iter().all(|p| p.name != *name) {
                return Err(self.binding(step, name, unknown_param(step, params, name)));
            }
        }
        let bound = |param| {
            self.bound(step, param)
                .map_err(|m| self.binding(step, &param.name, m))
        };
        params
            .iter()
            .map(|param| Ok((param, bound(param)?)))
            .collect()
    }

    fn bound(&self, step: &OpStep, param: &Param) -> Result<Bound, String> {
        if let Some((_, value)) = step.uniforms.iter().find(|(p, _)| *p == param.name) {
            return value.clone();
        }
        let rename = step.renames.iter().find(|(p, _)| *p == param.name);
        let name = rename.map_or(&param.name, |(_, name)| name);
        let size = self.plan.dims.get(name);
        match param.kind {
            ParamKind::Storage { .. } if self.slot(name, Role::Output).is_some() => {
                Ok(Bound::slot(name))
            }
            ParamKind::Storage { .. } if size.is_some() => Err(format!(
                "is a buffer, and `{name}` is a dimension: take it by value, as `u32`"
            )),
            ParamKind::Storage { .. } => Err(self.unknown(name, self.names())),
            ParamKind::Uniform(_) => match size {
                Some(size) => {
                    let too_large = |_| format!("is {size}, which does not fit `u32`");
                    let size = u32::try_from(size).map_err(too_large)?;
                    Ok(Bound::Value(Literal::U32(size)))
                }
                None if self.scalars().any(|scalar| scalar == *name) => Ok(Bound::scalar(name)),
                None if self.slot(name, Role::Output).is_some() => Err(format!(
                    "is by value, and `{name}` is a tensor: take it as a buffer"
                )),
                None => {
                    let dims = self.plan.dims.iter().map(|(dim, _)| dim.to_string());
                    let message = self.unknown(name, dims.chain(self.scalars()));
                    Err(match param.name.split_once('.') {
                        Some((whole, _)) => format!(
                            "{message}; give all of `{whole}` its value by `uniform(\"{whole}\", ..)`, or bind this part of it"
                        ),
                        None => message,
                    })
                }
            },
        }
    }

    /// Bounds the slot of an integer input, by what the signature says.
    fn bound_integers(&self, plan: &mut Plan, slot: &str) -> Result<(), OpError> {
        let mut integers = self.plan.signature.integers();
        let Some((_, dim)) = integers.find(|(port, _)| port.name == slot) else {
            return Ok(());
        };
        let size = self.plan.dims.get(dim).unwrap_or(0);
        let Ok(size) = u32::try_from(size) else {
            // Every `u32` is below it.
            return Ok(());
        };
        plan.below(slot, size, dim).map_err(|e| self.error(e))
    }

    /// How many elements the slot of a name has.
    pub(crate) fn len(&self, name: &str) -> Option<usize> {
        self.slot(name, Role::Output).map(|slot| slot.len)
    }

    /// The slot of a name; results of the pass have the role `results`.
    fn slot(&self, name: &str, results: Role) -> Option<Slot> {
        let slot = |element, len, role| Slot {
            name: name.to_string(),
            element,
            len,
            role,
        };
        for port in self.plan.signature.ports() {
            let len = count(&port.shape(&self.plan.dims));
            let result = |is: bool| if is { results } else { Role::Input };
            let real = match self.plan.signature.is_f16(&port.name) {
                true => Type::F16,
                false => Type::F32,
            };
            if port.name == name {
                return Some(match port.role {
                    signature::PortRole::Integer { .. } => slot(Type::U32, len, Role::Input),
                    signature::PortRole::Input | signature::PortRole::Constant => {
                        slot(real, len, Role::Input)
                    }
                    signature::PortRole::Output | signature::PortRole::Saved => {
                        slot(real, len, result(self.pass == Pass::Forward))
                    }
                });
            }
            if self.pass == Pass::Backward && port.has_cotangent() && port.cotangent() == name {
                return Some(slot(
                    Type::F32,
                    len,
                    result(port.role == signature::PortRole::Input),
                ));
            }
        }
        let temporary = self.plan.temporaries.iter().find(|t| t.name == name)?;
        Some(slot(temporary.element, temporary.len, Role::Temporary))
    }

    /// All names of slots.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> + use<'p> {
        let ports = self.plan.signature.ports();
        let backward = self.pass == Pass::Backward;
        let cotangents = ports
            .iter()
            .filter(move |p| backward && p.has_cotangent())
            .map(|p| p.cotangent());
        let temporaries = self.plan.temporaries.iter().map(|t| t.name.clone());
        ports
            .iter()
            .map(|p| p.name.clone())
            .chain(cotangents)
            .chain(temporaries)
    }

    /// Names of the constants of rank 0.
    fn scalars(&self) -> impl Iterator<Item = String> {
        self.plan
            .signature
            .constants()
            .filter(|p| p.dims.is_empty())
            .map(|p| p.name.clone())
    }

    /// What the pass must write.
    fn results(&self) -> impl Iterator<Item = String> {
        self.names().filter(|name| {
            self.slot(name, Role::Output)
                .is_some_and(|s| s.role == Role::Output)
        })
    }

    fn unknown(&self, name: &str, known: impl Iterator<Item = String>) -> String {
        let ports = self.plan.signature.ports();
        if self.pass == Pass::Forward
            && ports
                .iter()
                .any(|p| p.has_cotangent() && p.cotangent() == name)
        {
            return format!("binds to `{name}`, which only backward kernels have");
        }
        format!(
            "binds to `{name}`, which the op does not have{}",
            suggest(name, known)
        )
    }

    fn op(&self) -> String {
        self.plan.signature.name().to_string()
    }

    fn binding(&self, step: &OpStep, param: &str, message: String) -> OpError {
        OpError::Binding {
            op: self.op(),
            kernel: step.kernel.name().to_string(),
            param: param.to_string(),
            message,
        }
    }

    fn error(&self, error: hesper_shader::PlanError) -> OpError {
        OpError::Plan {
            op: self.op(),
            pass: self.pass.name(),
            error: Box::new(error),
        }
    }
}

/// Why a name that something is bound to is no parameter.
fn unknown_param(step: &OpStep, params: &[Param], name: &str) -> String {
    let mut uniforms = step.uniforms.iter().filter(|(param, _)| param == name);
    if let Some((_, Err(message))) = uniforms.next() {
        return message.clone();
    }
    let is_part = |part: &str| {
        part.strip_prefix(name)
            .is_some_and(|way| way.starts_with('.'))
    };
    let parts = params.iter().filter(|p| is_part(&p.name));
    let parts: Vec<String> = parts.map(|p| format!("`{}`", p.name)).collect();
    match parts.is_empty() {
        false => format!(
            "is made of {}: give it a value of its type by `uniform`, or bind these",
            parts.join(", ")
        ),
        true => {
            let known = params.iter().map(|p| p.name.clone());
            format!("is no parameter{}", suggest(name, known))
        }
    }
}

impl Pass {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Pass::Forward => "forward",
            Pass::Backward => "backward",
        }
    }
}

/// The nearest known name, or all of them.
pub(crate) fn suggest(name: &str, known: impl Iterator<Item = String>) -> String {
    let known: Vec<String> = known.collect();
    let distance = |other: &String| strsim::damerau_levenshtein(name, other);
    match known.iter().min_by_key(|other| distance(other)) {
        None => "; there are none".to_string(),
        // A name of one or two letters is near to everything.
        Some(near) if distance(near) <= NEAR.min(name.len().saturating_sub(1)) => {
            format!("; did you mean `{near}`?")
        }
        Some(_) => format!("; there are: {}", known.join(", ")),
    }
}
