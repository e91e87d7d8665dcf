//! How two ops connect: whose port is called what in their composition.

use crate::op::OpError;
use crate::op_plan::OpPlan;
use crate::signature::{Port, Role, Signature};
use hesper_shader::tree::Type;
use std::collections::BTreeMap;

/// What was saved by, or belongs to, the op applied first.
pub(crate) const INNER: &str = "inner.";
/// What was saved by, or belongs to, the op applied last.
pub(crate) const OUTER: &str = "outer.";

/// How the parts are connected: the composed signature and the names of dimensions.
pub(crate) struct Plumbing {
    pub(crate) signature: Signature,
    pub(crate) outer: Signature,
    pub(crate) inner: Signature,
    /// The outer op's dimensions: its name → the composed name.
    pub(crate) outer_dims: BTreeMap<String, String>,
    /// The inner op's dimensions, unchanged.
    pub(crate) inner_dims: BTreeMap<String, String>,
    /// The intermediate: a saved result.
    pub(crate) middle: String,
    /// The intermediate's cotangent.
    pub(crate) seed: String,
}

impl Plumbing {
    pub(crate) fn new(outer: Signature, inner: Signature) -> Result<Plumbing, OpError> {
        let error = |message: String| OpError::Compose {
            outer: outer.name().to_string(),
            inner: inner.name().to_string(),
            message,
        };
        let y = one(inner.outputs())
            .ok_or_else(|| error("the inner op needs exactly one output".into()))?;
        let x = one(outer.inputs())
            .ok_or_else(|| error("the outer op needs exactly one differentiable input".into()))?;
        let outer_dims = unify(&outer, x, &inner, y).map_err(error)?;
        let inner_dims = inner
            .dims()
            .into_iter()
            .map(|d| (d.to_string(), d.to_string()))
            .collect();
        let middle = format!("{INNER}{}", y.name);
        let seed = format!("{INNER}{}", y.cotangent());
        let signature = composed(&outer, &inner, &outer_dims, y);
        clash(&signature).map_or(Ok(()), |name| {
            Err(error(format!("both have a port `{name}`")))
        })?;
        Ok(Plumbing {
            signature,
            outer,
            inner,
            outer_dims,
            inner_dims,
            middle,
            seed,
        })
    }

    /// The memory of both parts, and the intermediate's cotangent.
    pub(crate) fn temporaries(
        &self,
        plan: &mut OpPlan,
        first: &OpPlan,
        last: &OpPlan,
    ) -> Result<(), OpError> {
        for (prefix, part) in [(INNER, first), (OUTER, last)] {
            for t in &part.temporaries {
                plan.temporary(&format!("{prefix}{}", t.name), t.element, t.len)?;
            }
        }
        let middle = self
            .signature
            .find(&self.middle)
            .map(|port| port.shape(&plan.dims));
        let len = middle.unwrap_or_default().iter().product();
        plan.temporary(&self.seed, Type::F32, len)
    }

    /// The name here of a slot of the inner op: its inputs are ours, its results are within.
    pub(crate) fn inner_name(&self, part: &OpPlan, name: &str) -> String {
        let within = |p: &Port| match p.role {
            Role::Output => name == p.name || name == p.cotangent(),
            Role::Saved => name == p.name,
            _ => false,
        };
        let prefixed = self.inner.ports().iter().any(within) || is_temporary(part, name);
        let prefix = if prefixed { INNER } else { "" };
        format!("{prefix}{name}")
    }

    /// The name here of a slot of the outer op: its input is the intermediate.
    pub(crate) fn outer_name(&self, part: &OpPlan, name: &str) -> String {
        let saved = self.outer.saves().any(|p| p.name == name);
        match self.outer.inputs().next() {
            Some(x) if x.name == name => self.middle.clone(),
            Some(x) if x.cotangent() == name => self.seed.clone(),
            _ if saved || is_temporary(part, name) => format!("{OUTER}{name}"),
            _ => name.to_string(),
        }
    }
}

fn is_temporary(part: &OpPlan, name: &str) -> bool {
    part.temporaries.iter().any(|t| t.name == name)
}

/// Names for the outer op's dimensions such that its input has the shape of the inner op's output.
fn unify(
    outer: &Signature,
    x: &Port,
    inner: &Signature,
    y: &Port,
) -> Result<BTreeMap<String, String>, String> {
    if x.dims.len() != y.dims.len() {
        return Err(format!(
            "`{}` has {} dimensions, `{}` has {}",
            y.name,
            y.dims.len(),
            x.name,
            x.dims.len()
        ));
    }
    let mut names = BTreeMap::new();
    for (ours, theirs) in x.dims.iter().zip(&y.dims) {
        let known = names.entry(ours.clone()).or_insert_with(|| theirs.clone());
        if known != theirs {
            return Err(format!(
                "the dimension `{ours}` would be both `{known}` and `{theirs}`"
            ));
        }
    }
    let (inner_dims, outer_dims) = (inner.dims(), outer.dims());
    for dim in &outer_dims {
        if names.contains_key(*dim) {
            continue;
        }
        let mut name = dim.to_string();
        // A composition has names with the prefix already.
        while inner_dims.contains(&name.as_str())
            || names.values().any(|other| *other == name)
            || name != *dim && outer_dims.contains(&name.as_str())
        {
            name.insert_str(0, OUTER);
        }
        names.insert(dim.to_string(), name);
    }
    Ok(names)
}

fn composed(
    outer: &Signature,
    inner: &Signature,
    outer_dims: &BTreeMap<String, String>,
    y: &Port,
) -> Signature {
    let name = |dim: &String| outer_dims.get(dim).unwrap_or(dim).clone();
    let saved = |prefix: &str, port: &Port| Port {
        name: format!("{prefix}{}", port.name),
        role: Role::Saved,
        dims: port.dims.clone(),
    };
    let of_inner = inner.ports().iter().filter_map(|port| match port.role {
        Role::Output => None,
        Role::Saved => Some(saved(INNER, port)),
        _ => Some(port.clone()),
    });
    let of_outer = outer.ports().iter().filter_map(|port| {
        let port = Port {
            dims: port.dims.iter().map(name).collect(),
            ..port.clone()
        };
        match &port.role {
            Role::Input => None,
            Role::Saved => Some(saved(OUTER, &port)),
            Role::Integer { below } => {
                let below = name(below);
                Some(Port {
                    role: Role::Integer { below },
                    ..port
                })
            }
            _ => Some(port),
        }
    });
    let title = Signature::new(format!("{}∘{}", outer.name(), inner.name()));
    of_inner
        .chain([saved(INNER, y)])
        .chain(of_outer)
        .fold(title, Signature::with)
}

/// A port name that occurs twice.
fn clash(signature: &Signature) -> Option<&str> {
    let ports = signature.ports();
    let twice = ports
        .iter()
        .enumerate()
        .find(|(i, p)| ports[..*i].iter().any(|q| q.name == p.name));
    twice.map(|(_, p)| p.name.as_str())
}

fn one<'p>(mut ports: impl Iterator<Item = &'p Port>) -> Option<&'p Port> {
    let first = ports.next()?;
    ports.next().is_none().then_some(first)
}
