//! How sure one trial of an op is: the spec and the kernels, run once more on sizes.

use super::trial::{Tie, Trial};
use crate::bound::{Form, Least, Measured, Sizes};
use crate::check::feed::{Fed, feed};
use crate::check::target::Speed;
use crate::dual::{Dual, DualValue};
use crate::field::Element;
use crate::op_plan::Plans;
use crate::sample::Point;
use crate::signature::Port;
use crate::spec::Forward;
use crate::tensor::Tensor;
use hesper_shader::domain::Domain;
use hesper_shader::{Memory, Number, Plan};
use std::collections::BTreeMap;

/// What one trial is worth for each tie: `b` where it passes a fixed wrong program with a probability of at most `2⁻ᵇ`.
pub(super) fn bits(trial: &Trial<'_>, plans: Option<&Plans>) -> Vec<(Tie, Option<f64>)> {
    let dual = Dual::new(Sizes::new(&trial.domain));
    let lifted = &trial.lifted;
    let lifted = lifted.inputs.iter().chain(&lifted.cotangents);
    let run = Measuring {
        trial,
        sizes: &dual.inner,
        apart: lifted.map(Tensor::len).sum::<usize>() <= MOST_APART,
    };
    let point = run.point();
    let spec = (
        run.trial.spec.forward_at(&dual.inner, &point),
        run.trial.spec.backward_at(&dual.inner, &point),
    );
    let (Ok(forward), Ok(cotangents)) = spec else {
        return Tie::ALL.map(|tie| (tie, None)).into();
    };
    let mut found = vec![
        (Tie::Vjp, run.vjp(&dual, &point, &cotangents)),
        (Tie::Derived, run.derived(&point, &cotangents)),
    ];
    if let Some(plans) = plans {
        found.push((Tie::Forward, run.forward(plans, &point, &forward)));
        found.push((
            Tie::Backward,
            run.backward(plans, &point, &forward, &cotangents),
        ));
    }
    found
}

struct Measuring<'r, 's> {
    trial: &'r Trial<'s>,
    sizes: &'r Sizes<'r>,
    /// Whether coefficients are told apart.
    apart: bool,
}

/// Where more numbers go in, coefficients are not told apart: that would take too long.
const MOST_APART: usize = 6000;

impl Measuring<'_, '_> {
    /// What is given, as sizes; each cotangent a formal variable.
    fn point(&self) -> Point<Measured> {
        let (spec, lifted) = (self.trial.spec, &self.trial.lifted);
        let mut labels = 0..;
        lifted.map(spec.signature(), |name, t| match name {
            Some(name) => t.map(|x| match Number::from_f32(x.shadow.value as f32) {
                Ok(number) if spec.sampling().is_list(name) => self.sizes.constant(number),
                _ => self.sizes.variable(*x, None),
            }),
            None => t.map(|x| {
                let label = labels.next().filter(|_| self.apart);
                self.sizes.variable(*x, label)
            }),
        })
    }

    /// `⟨dy, J v⟩ = ⟨backward(x, dy), v⟩`: for each output and input one coefficient.
    fn vjp(
        &self,
        dual: &Dual<Sizes<'_>>,
        point: &Point<Measured>,
        cotangents: &[Tensor<Measured>],
    ) -> Option<f64> {
        let fixed = |x: &Measured| DualValue {
            primal: *x,
            tangent: dual.inner.variable(Element::zero(), None),
        };
        let mut labels = 0..;
        let directions = point.inputs.iter().zip(&self.trial.directions);
        let inputs = directions.map(|(x, v)| {
            x.zip(v, |x, v| {
                let v = Element {
                    value: *v,
                    shadow: self.trial.domain.one().shadow,
                    ..Element::zero()
                };
                DualValue {
                    primal: *x,
                    tangent: dual.inner.variable(v, labels.next().filter(|_| self.apart)),
                }
            })
        });
        let constants = point.constants.iter();
        let moving = Point {
            dims: point.dims.clone(),
            inputs: inputs.collect(),
            constants: constants
                .map(|(name, t)| (name.clone(), t.map(fixed)))
                .collect(),
            integers: point.integers.clone(),
            cotangents: Vec::new(),
            directions: Vec::new(),
        };
        let outputs = self.trial.spec.forward_at(dual, &moving).ok()?.outputs;
        let tangents = outputs.iter().flat_map(|t| t.data());
        let rows: Vec<Form> = tangents.map(|y| dual.inner.form(y.tangent)).collect();
        let mut least = self.least();
        let columns = self.forms(cotangents);
        if self.apart {
            least.transposed(&rows, &columns, &dual.inner);
        } else {
            least.crossed(&rows, &columns, &dual.inner);
        }
        least.bits(&dual.inner)
    }

    /// `backward` and the derived VJP are equal, coefficient by coefficient.
    fn derived(&self, point: &Point<Measured>, cotangents: &[Tensor<Measured>]) -> Option<f64> {
        let spec = self.trial.spec;
        let derived = spec.derived_at(self.sizes, point).ok()?;
        let mut least = self.least();
        for (x, y) in self.forms(&derived).iter().zip(self.forms(cotangents)) {
            least.equal(x, &y, self.sizes);
        }
        least.bits(self.sizes)
    }

    fn forward(
        &self,
        plans: &Plans,
        point: &Point<Measured>,
        forward: &Forward<Measured>,
    ) -> Option<f64> {
        let signature = self.trial.spec.signature();
        let given = point.named(signature).collect();
        let outputs = signature
            .outputs()
            .map(|p| p.name.clone())
            .zip(&forward.outputs);
        let saved = forward.saved.iter().map(|(name, t)| (name.clone(), t));
        self.plan(&plans.forward, &given, outputs.chain(saved))
    }

    fn backward(
        &self,
        plans: &Plans,
        point: &Point<Measured>,
        forward: &Forward<Measured>,
        cotangents: &[Tensor<Measured>],
    ) -> Option<f64> {
        let signature = self.trial.spec.signature();
        let outputs = signature
            .outputs()
            .map(|p| p.name.clone())
            .zip(&forward.outputs);
        let saved = forward.saved.iter().map(|(name, t)| (name.clone(), t));
        let given = point.named(signature).chain(outputs).chain(saved).collect();
        self.plan(
            &plans.backward,
            &given,
            signature.inputs().map(Port::cotangent).zip(cotangents),
        )
    }

    /// The results of a plan and of the spec are equal, coefficient by coefficient.
    fn plan<'t>(
        &self,
        plan: &Plan,
        given: &BTreeMap<String, &Tensor<Measured>>,
        wanted: impl Iterator<Item = (String, &'t Tensor<Measured>)>,
    ) -> Option<f64> {
        let unwritten = |_| self.sizes.variable(self.trial.domain.one(), None);
        let given = |name: &str| given.get(name).map(|t| t.data().to_vec());
        let Fed { memory, scalars } = feed(plan, given, &self.trial.lifted.integers, unwritten);
        let ran = plan.run_told(self.sizes, memory, scalars, &Speed::Fast.options());
        let (results, _) = ran.ok()?;
        let mut least = self.least();
        for (name, want) in wanted {
            let Some(Memory::F32(got)) = results.get(&name) else {
                return None;
            };
            for (got, want) in got.iter().zip(want.data()) {
                least.equal(&self.sizes.form(*got), &self.sizes.form(*want), self.sizes);
            }
        }
        least.bits(self.sizes)
    }

    fn least(&self) -> Least {
        Least::new(self.trial.domain.demands())
    }

    fn forms(&self, tensors: &[Tensor<Measured>]) -> Vec<Form> {
        tensors
            .iter()
            .flat_map(|t| t.data())
            .map(|x| self.sizes.form(*x))
            .collect()
    }
}
