//! The chain rule: two ops as one.

use crate::compare::Tolerance;
use crate::context::Context;
use crate::op::{DiffOp, OpError, Ports, checked_signature};
use crate::real::Real;
use crate::sample::Sampling;
use crate::signature::{Port, Role, Signature};
use crate::tensor::Tensor;
use std::collections::BTreeMap;

/// What was saved by, or belongs to, the op applied first.
const INNER: &str = "inner.";
/// What was saved by, or belongs to, the op applied last.
const OUTER: &str = "outer.";

/// `outer ∘ inner`: an op like any other, checked like any other.
///
/// The inner op's one output feeds the outer op's one differentiable input; the VJP is `inner's ∘ outer's`. Constants and
/// integers are those of both. The intermediate becomes the saved result `inner.y`, by the inner output's name; saved
/// results of the parts are named `inner.lse`, `outer.lse`. The outer op's dimensions go by the inner op's names where the
/// intermediate has them, and by `outer.k` where the inner op has another `k`.
pub struct Compose<G, F> {
    outer: G,
    inner: F,
    plumbing: Plumbing,
}

/// How the parts are connected: the composed signature and the names of dimensions.
struct Plumbing {
    signature: Signature,
    outer: Signature,
    inner: Signature,
    /// The outer op's dimensions: its name → the composed name.
    outer_dims: BTreeMap<String, String>,
    /// The inner op's dimensions, unchanged.
    inner_dims: BTreeMap<String, String>,
    middle: String,
}

impl<G: DiffOp, F: DiffOp> Compose<G, F> {
    /// `outer(inner(x))`.
    ///
    /// # Errors
    /// Where a part is no valid op, the inner op has not one output or the outer not one differentiable input, their shapes
    /// do not match, or a name of one clashes with a name of the other.
    pub fn new(outer: G, inner: F) -> Result<Compose<G, F>, OpError> {
        let plumbing = Plumbing::new(checked_signature(&outer)?, checked_signature(&inner)?)?;
        let composed = Compose {
            outer,
            inner,
            plumbing,
        };
        checked_signature(&composed)?;
        Ok(composed)
    }

    /// The op applied last.
    pub fn outer(&self) -> &G {
        &self.outer
    }

    /// The op applied first.
    pub fn inner(&self) -> &F {
        &self.inner
    }

    fn run_inner<T: Real>(&self, cx: &mut Context<T>, inputs: F::Inputs<&Tensor<T>>) -> Tensor<T> {
        let mut part = cx.part(&self.plumbing.inner, &self.plumbing.inner_dims);
        let middle = self
            .inner
            .forward(&mut part, inputs)
            .into_vec()
            .into_iter()
            .next();
        cx.absorb(INNER, part);
        middle.unwrap_or_else(Tensor::empty)
    }
}

impl<G: DiffOp, F: DiffOp> DiffOp for Compose<G, F> {
    type Inputs<V> = F::Inputs<V>;
    type Outputs<V> = G::Outputs<V>;

    fn signature(&self) -> Signature {
        self.plumbing.signature.clone()
    }

    // y = g(f(x))
    fn forward<T: Real>(
        &self,
        cx: &mut Context<T>,
        inputs: F::Inputs<&Tensor<T>>,
    ) -> G::Outputs<Tensor<T>> {
        let middle = self.run_inner(cx, inputs);
        let mut part = cx.part(&self.plumbing.outer, &self.plumbing.outer_dims);
        let outputs = self
            .outer
            .forward(&mut part, G::Inputs::from_fn(|_| &middle));
        cx.absorb(OUTER, part);
        cx.save(&self.plumbing.middle, middle);
        outputs
    }

    // dx = f'ᵀ(x) · g'ᵀ(f(x)) · dy
    fn backward<T: Real>(
        &self,
        cx: &mut Context<T>,
        inputs: F::Inputs<&Tensor<T>>,
        cotangents: G::Outputs<&Tensor<T>>,
    ) -> F::Inputs<Tensor<T>> {
        let inputs = inputs.into_vec();
        let middle = self.run_inner(cx, F::Inputs::from_fn(|i| inputs[i]));
        let mut part = cx.part(&self.plumbing.outer, &self.plumbing.outer_dims);
        let seed = self
            .outer
            .backward(&mut part, G::Inputs::from_fn(|_| &middle), cotangents);
        cx.absorb(OUTER, part);
        let seed = seed
            .into_vec()
            .into_iter()
            .next()
            .unwrap_or_else(Tensor::empty);
        let mut part = cx.part(&self.plumbing.inner, &self.plumbing.inner_dims);
        let results = self.inner.backward(
            &mut part,
            F::Inputs::from_fn(|i| inputs[i]),
            F::Outputs::from_fn(|_| &seed),
        );
        // Its saved results are those of the forward run above.
        cx.absorb_problems(part);
        results
    }

    fn sampling(&self) -> Sampling {
        let outer = self.outer.sampling().with_dims(&self.plumbing.outer_dims);
        let middle = self.plumbing.outer.inputs().map(|p| p.name.as_str());
        self.inner.sampling().merged(outer.without(middle))
    }

    fn tolerance(&self) -> Tolerance {
        self.outer.tolerance().looser(self.inner.tolerance())
    }
}

impl Plumbing {
    fn new(outer: Signature, inner: Signature) -> Result<Plumbing, OpError> {
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
        })
    }
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
    for dim in outer.dims() {
        let taken = inner.dims().contains(&dim);
        let name = if taken {
            format!("{OUTER}{dim}")
        } else {
            dim.to_string()
        };
        names.entry(dim.to_string()).or_insert(name);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_ops::{CrossEntropy, MatMul, Mutant, Relu, Softmax};

    #[test]
    fn names_are_unambiguous() {
        let layer = Compose::new(Softmax(Mutant::None), MatMul).unwrap();
        let op = Compose::new(CrossEntropy, layer).unwrap();
        let signature = op.signature();
        let ports: Vec<String> = signature
            .ports()
            .iter()
            .map(|p| format!("{}[{}]", p.name, p.dims.join(" ")))
            .collect();
        assert_eq!(signature.name(), "CrossEntropy∘Softmax∘MatMul");
        assert_eq!(
            ports,
            [
                "a[m k]",
                "b[k n]",
                "inner.inner.c[m n]",
                "inner.outer.lse[m]",
                "inner.y[m n]",
                "s[]",
                "labels[m]",
                "loss[m]",
                "outer.lse[m]"
            ]
        );
        let (_, below) = signature.integers().next().unwrap();
        assert_eq!(below, "n");
    }

    #[test]
    fn misfits_are_errors() {
        fn message<G: DiffOp, F: DiffOp>(outer: G, inner: F) -> String {
            Compose::new(outer, inner)
                .err()
                .map(|e| e.to_string())
                .unwrap_or_default()
        }
        assert_eq!(
            message(MatMul, Relu),
            "MatMul does not compose with ReLU: the outer op needs exactly one differentiable input"
        );
        assert_eq!(
            message(Softmax(Mutant::None), Relu),
            "Softmax does not compose with ReLU: `y` has 1 dimensions, `x` has 2"
        );
        let loss = || Compose::new(CrossEntropy, Softmax(Mutant::None)).unwrap();
        assert_eq!(message(Relu, loss()), "");
        assert_eq!(message(loss(), MatMul), "");
    }
}
