//! Kernels against the spec, element by element.

use super::near::coarse;
use super::trial::{Compared, Observed, Silence, Trial};
use crate::check::feed::{Fed, feed};
use crate::check::target::Speed;
use crate::field::{Element, Kind, Range};
use crate::op_plan::{Pass, Plans};
use crate::sample::Rng;
use crate::signature::Port;
use crate::tensor::Tensor;
use hesper_shader::Memory;
use std::collections::BTreeMap;

impl Trial<'_> {
    /// The kernels of a pass against the spec: every element of every result.
    pub(super) fn check_plan(
        &self,
        plans: &Plans,
        pass: Pass,
        speed: Speed,
        rng: &mut Rng,
    ) -> Result<(Compared, Observed), Silence> {
        let plan = match pass {
            Pass::Forward => &plans.forward,
            Pass::Backward => &plans.backward,
        };
        let given = self.given(pass);
        self.domain.begin(Range::Binary32);
        let unwritten = |shadow| self.domain.random(shadow, false, rng);
        let given = |name: &str| given.get(name).map(|t| t.data().to_vec());
        let Fed { memory, scalars } = feed(plan, given, &self.lifted.integers, unwritten);
        let results = plan.run_told(&self.domain, memory, scalars, &speed.options());
        let run = Observed::take(&self.domain);
        let results = match results {
            Ok((results, told)) => {
                self.spec.ran(&self.lifted.dims, &told.branches);
                results
            }
            Err(error) => {
                return Err(Silence::Fault(error.to_string()));
            }
        };
        self.settled(&run)?;
        Ok((self.compare(results, pass)?, run))
    }

    fn compare(
        &self,
        results: BTreeMap<String, Memory<Element>>,
        pass: Pass,
    ) -> Result<Compared, Silence> {
        let mut compared = Compared::default();
        for (name, wanted) in self.wanted(pass) {
            let (want, room) = (wanted, coarse(wanted.data()));
            let Some(Memory::F32(got)) = results.get(&name) else {
                return Err(Silence::Fault(format!("the plan yields no `{name}`")));
            };
            for (at, (got, want)) in got.iter().zip(want.data()).enumerate() {
                if !got.is_sound() {
                    return Err(self.unsound());
                }
                self.same(&mut compared, (got, want), room, || {
                    format!(
                        "{name}{:?}: the kernels give {}, the spec {}{}",
                        wanted.index_of(at),
                        shown(got),
                        shown(want),
                        self.apart(got, want)
                    )
                });
            }
            if got.len() != want.len() {
                return Err(Silence::Fault(format!(
                    "`{name}` has {} elements, not {}",
                    got.len(),
                    want.len()
                )));
            }
        }
        Ok(compared)
    }

    /// How two elements differ, where their real numbers do not show it.
    pub(super) fn apart(&self, got: &Element, want: &Element) -> String {
        let (x, y) = (got.shadow.value, want.shadow.value);
        let gap = (x - y).abs();
        if got.kind != want.kind || gap > 1e-6 * x.abs().max(y.abs()) {
            return String::new();
        }
        let p = &self.domain.fields().p;
        // Values that hold logarithms are told apart by their exponentials.
        let (what, x, y) = match (got.image, want.image) {
            (Some(x), Some(y)) => ("exponentials", x, y),
            _ => ("values", got.value, want.value),
        };
        let (x, y) = (p.integer(x), p.integer(y));
        format!(
            "; they differ by {gap:e} only, or by rounding, but in the field of {} the {what} are {x} and {y}",
            p.value()
        )
    }

    /// The results of a pass by name.
    fn wanted(&self, pass: Pass) -> impl Iterator<Item = (String, &Tensor<Element>)> {
        let signature = self.spec.signature();
        let forward = pass == Pass::Forward;
        let outputs = signature
            .outputs()
            .map(|p| p.name.clone())
            .zip(&self.forward.outputs);
        let saved = self.forward.saved.iter().map(|(name, t)| (name.clone(), t));
        let cotangents = signature
            .inputs()
            .map(Port::cotangent)
            .zip(&self.cotangents);
        let results = outputs.chain(saved).filter(move |_| forward);
        results.chain(cotangents.filter(move |_| !forward))
    }

    /// What a pass is given, by name: a backward pass also the results of the forward spec.
    fn given(&self, pass: Pass) -> BTreeMap<String, &Tensor<Element>> {
        let results = self
            .wanted(Pass::Forward)
            .filter(|_| pass == Pass::Backward);
        let given = self.lifted.named(self.spec.signature());
        given.chain(results).collect()
    }
}

/// An element as a real number.
fn shown(x: &Element) -> String {
    match x.kind {
        Kind::NegInfinity => "the mask value −∞".to_string(),
        _ => format!("{:e}", x.shadow.value),
    }
}
