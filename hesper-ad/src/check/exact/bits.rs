//! How sure one trial of an op is: the spec and the kernels, run once more on sizes.

use super::plan::{memory, named, scalars};
use super::trial::{Tie, Trial};
use crate::bound::{Form, Least, Measured, Sizes};
use crate::check::target::Speed;
use crate::dual::{Dual, DualValue};
use crate::field::Element;
use crate::op_plan::Plans;
use crate::signature::Port;
use crate::spec::{Forward, Primals};
use crate::tensor::Tensor;
use hesper_shader::domain::Domain;
use hesper_shader::{Memory, Number, Plan};
use std::collections::BTreeMap;

/// What one trial is worth for each tie: `b` where it passes a fixed wrong program with a probability of at most `2⁻ᵇ`.
pub(super) fn bits(trial: &Trial<'_>, plans: Option<&Plans>) -> Vec<(Tie, Option<f64>)> {
    let dual = Dual::new(Sizes::new(&trial.domain));
    let lifted = trial
        .lifted
        .primals
        .inputs
        .iter()
        .chain(&trial.lifted.cotangents);
    let run = Measuring {
        trial,
        sizes: &dual.inner,
        apart: lifted.map(Tensor::len).sum::<usize>() <= MOST_APART,
    };
    let primals = run.primals();
    let seeds = run.seeds();
    let spec = (
        run.trial.spec.forward_at(&dual.inner, &primals),
        run.trial.spec.backward_at(&dual.inner, &primals, &seeds),
    );
    let (Ok(forward), Ok(cotangents)) = spec else {
        return Tie::ALL.map(|tie| (tie, None)).into();
    };
    let mut found = vec![
        (Tie::Vjp, run.vjp(&dual, &primals, &cotangents)),
        (Tie::Derived, run.derived(&primals, &seeds, &cotangents)),
    ];
    if let Some(plans) = plans {
        found.push((Tie::Forward, run.forward(plans, &primals, &seeds, &forward)));
        found.push((
            Tie::Backward,
            run.backward(plans, &primals, &seeds, &forward, &cotangents),
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
    fn primals(&self) -> Primals<Measured> {
        let lifted = &self.trial.lifted.primals;
        let sampling = self.trial.spec.sampling();
        let port = |name: &str, t: &Tensor<Element>| {
            t.map(|x| match Number::from_f32(x.shadow.value as f32) {
                Ok(number) if sampling.is_list(name) => self.sizes.constant(number),
                _ => self.sizes.variable(*x, None),
            })
        };
        let names = self
            .trial
            .spec
            .signature()
            .inputs()
            .map(|p| p.name.as_str());
        let constants = lifted.constants.iter();
        Primals {
            dims: lifted.dims.clone(),
            inputs: names
                .zip(&lifted.inputs)
                .map(|(name, t)| port(name, t))
                .collect(),
            constants: constants
                .map(|(name, t)| (name.clone(), port(name, t)))
                .collect(),
            integers: lifted.integers.clone(),
        }
    }

    /// The cotangents: a formal variable each.
    fn seeds(&self) -> Vec<Tensor<Measured>> {
        let mut labels = 0..;
        let mut seed = |x: &Element| {
            self.sizes
                .variable(*x, labels.next().filter(|_| self.apart))
        };
        self.trial
            .lifted
            .cotangents
            .iter()
            .map(|t| t.map(&mut seed))
            .collect()
    }

    /// `⟨dy, J v⟩ = ⟨backward(x, dy), v⟩`: for each output and input one coefficient.
    fn vjp(
        &self,
        dual: &Dual<Sizes<'_>>,
        primals: &Primals<Measured>,
        cotangents: &[Tensor<Measured>],
    ) -> Option<f64> {
        let fixed = |x: &Measured| DualValue {
            primal: *x,
            tangent: dual.inner.variable(Element::zero(), None),
        };
        let mut labels = 0..;
        let directions = primals.inputs.iter().zip(&self.trial.directions);
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
        let constants = primals.constants.iter();
        let primals = Primals {
            dims: primals.dims.clone(),
            inputs: inputs.collect(),
            constants: constants
                .map(|(name, t)| (name.clone(), t.map(fixed)))
                .collect(),
            integers: primals.integers.clone(),
        };
        let outputs = self.trial.spec.forward_at(dual, &primals).ok()?.outputs;
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
    fn derived(
        &self,
        primals: &Primals<Measured>,
        seeds: &[Tensor<Measured>],
        cotangents: &[Tensor<Measured>],
    ) -> Option<f64> {
        let spec = self.trial.spec;
        let derived = spec.derived_at(self.sizes, primals, seeds).ok()?;
        let mut least = self.least();
        for (x, y) in self.forms(&derived).iter().zip(self.forms(cotangents)) {
            least.equal(x, &y, self.sizes);
        }
        least.bits(self.sizes)
    }

    fn forward(
        &self,
        plans: &Plans,
        primals: &Primals<Measured>,
        seeds: &[Tensor<Measured>],
        forward: &Forward<Measured>,
    ) -> Option<f64> {
        let signature = self.trial.spec.signature();
        let given = named(signature, primals, seeds).collect();
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
        primals: &Primals<Measured>,
        seeds: &[Tensor<Measured>],
        forward: &Forward<Measured>,
        cotangents: &[Tensor<Measured>],
    ) -> Option<f64> {
        let signature = self.trial.spec.signature();
        let outputs = signature
            .outputs()
            .map(|p| p.name.clone())
            .zip(forward.outputs.iter().cloned());
        let saved = forward
            .saved
            .iter()
            .map(|(name, t)| (name.clone(), t.clone()));
        let given = named(signature, primals, seeds)
            .chain(outputs)
            .chain(saved)
            .collect();
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
        given: &BTreeMap<String, Tensor<Measured>>,
        wanted: impl Iterator<Item = (String, &'t Tensor<Measured>)>,
    ) -> Option<f64> {
        let integers = &self.trial.lifted.primals.integers;
        let memory = memory(plan, given, integers, |_| {
            self.sizes.variable(self.trial.domain.one(), None)
        });
        let (options, scalars) = (Speed::Fast.options(), scalars(plan, given));
        let ran = plan.run_told(self.sizes, memory, scalars, &options);
        let (results, _) = ran.ok()?;
        let mut least = self.least();
        for (name, want) in wanted {
            let Some(Memory::Real(got)) = results.get(&name) else {
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
