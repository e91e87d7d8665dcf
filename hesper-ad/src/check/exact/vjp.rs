//! Backward against forward: one inner product of random directions, taken both ways.

use super::near::{Near, fine};
use super::trial::{Compared, Difference, Observed, Silence, Trial};
use crate::field::{Element, Range, Residue};
use crate::spec::SpecError;
use crate::tensor::Tensor;
use crate::tracked::Bounded;
use hesper_shader::domain::F64;

impl Trial<'_> {
    /// `⟨dy, J v⟩` against `⟨backward(x, dy), v⟩`.
    pub(super) fn check_vjp(&self) -> Compared {
        let p = &self.domain.fields().p;
        let sum = |terms: &mut dyn Iterator<Item = (Residue, Residue)>| {
            terms.fold(Residue::ZERO, |sum, (x, y)| p.add(sum, p.mul(x, y)))
        };
        let outputs = self.forward.outputs.iter().zip(&self.lifted.cotangents);
        let mut forward = outputs.flat_map(|(y, dy)| y.data().iter().zip(dy.data()));
        let forward = sum(&mut forward.by_ref().map(|(y, dy)| (y.tangent, dy.value)));
        let inputs = self.cotangents.iter().zip(&self.directions);
        let mut backward = inputs.flat_map(|(dx, v)| dx.data().iter().zip(v.data()));
        let backward = sum(&mut backward.by_ref().map(|(dx, v)| (dx.value, *v)));
        let elements = self.cotangents.iter().map(Tensor::len).sum();
        let differs = forward != backward;
        let all = self.forward.outputs.iter().chain(&self.cotangents);
        let is_opaque = differs && all.flat_map(|t| t.data()).any(|x| x.opaque);
        // The derived VJP tells the same of each element by itself.
        let opaque = is_opaque.then(|| Near {
            elements,
            apart: 0.0,
            first: Difference {
                text: String::new(),
            },
        });
        Compared {
            elements,
            difference: (differs && !is_opaque).then(|| Difference {
                text: self.wrong_cotangent(),
            }),
            opaque,
            approximate: None,
        }
    }

    /// `backward` against the VJP that follows from `forward`, element by element, where that is defined: it may divide by zero where
    /// `forward` chooses something else.
    pub(super) fn check_derived(&self) -> Result<Compared, Silence> {
        let derived = self.derived()?;
        let mut compared = Compared::default();
        let ports = self.spec.signature().inputs();
        for (port, (dx, derived)) in ports.zip(self.cotangents.iter().zip(&derived)) {
            for (at, (here, want)) in dx.data().iter().zip(derived.data()).enumerate() {
                if !want.is_sound() {
                    continue;
                }
                self.same(&mut compared, (here, want), fine, || {
                    format!(
                        "{}{:?}: `backward` gives {:e}, the derivative of `forward` is {:e}{}",
                        port.cotangent(),
                        dx.index_of(at),
                        here.shadow.value,
                        want.shadow.value,
                        self.apart(here, want)
                    )
                });
            }
        }
        compared.be_strict();
        Ok(compared)
    }

    /// The VJP that follows from `forward`.
    fn derived(&self) -> Result<Vec<Tensor<Element>>, Silence> {
        self.domain.begin(Range::Reals);
        let derived = self.spec.derived_at(&self.domain, &self.lifted);
        let derived = derived.map_err(|error| match error {
            SpecError::TooLong { .. } => Silence::TooLong(error.to_string()),
            error => Silence::Fault(error.to_string()),
        })?;
        self.settled(&Observed::take(&self.domain))?;
        Ok(derived)
    }

    /// The first cotangent that is not what the tangents say, by one direction at a time.
    fn wrong_cotangent(&self) -> String {
        let signature = self.spec.signature();
        let derived = self.derived().ok();
        let ports = signature.inputs().zip(&self.cotangents);
        for (n, (port, dx)) in ports.enumerate() {
            for at in 0..dx.len() {
                // What a direction costs is spent where the derived cotangent differs.
                let want = derived.as_ref().and_then(|all| all.get(n)?.data().get(at));
                let agrees = want.is_some_and(|want| want.same_value(&dx.data()[at]));
                let Some((field, shadow)) = (!agrees).then(|| self.along(n, at)).flatten() else {
                    continue;
                };
                let here = &dx.data()[at];
                if field != here.value {
                    let (name, index) = (port.cotangent(), dx.index_of(at));
                    let derivative = Element {
                        kind: here.kind,
                        value: field,
                        shadow: Bounded {
                            value: shadow,
                            error: f64::INFINITY,
                        },
                        ..Element::zero()
                    };
                    let gives = Element {
                        image: None,
                        ..*here
                    };
                    return format!(
                        "{name}{index:?}: `backward` gives {:e}, the derivative of `forward` is about {shadow:e}{}",
                        here.shadow.value,
                        self.apart(&gives, &derivative)
                    );
                }
            }
        }
        "<dy, J v> differs from <backward(x, dy), v>".to_string()
    }

    /// `⟨dy, J e⟩` for one unit direction, in the field and, by a difference, as a real.
    fn along(&self, port: usize, at: usize) -> Option<(Residue, f64)> {
        let p = &self.domain.fields().p;
        let mut moving = self.lifted.clone();
        let x = moving.inputs.get_mut(port)?.data_mut().get_mut(at)?;
        *x = x.with_tangent(p.one());
        self.domain.begin(Range::Reals);
        let outputs = self.spec.forward_at(&self.domain, &moving).ok()?.outputs;
        let pairs = outputs.iter().zip(&self.lifted.cotangents);
        let terms = pairs.flat_map(|(y, dy)| y.data().iter().zip(dy.data()));
        let field = terms.fold(Residue::ZERO, |sum, (y, dy)| {
            p.add(sum, p.mul(y.tangent, dy.value))
        });
        Some((field, self.slope(port, at).unwrap_or(f64::NAN)))
    }

    /// The derivative along one coordinate by a central difference of the shadows.
    fn slope(&self, port: usize, at: usize) -> Option<f64> {
        let side = |h: f64| {
            let real = |t: &Tensor<Element>| t.map(|x| x.shadow.value);
            let mut beside = self.lifted.map(self.spec.signature(), |_, t| real(t));
            *beside.inputs.get_mut(port)?.data_mut().get_mut(at)? += h;
            let outputs = self.spec.forward_at(&F64, &beside).ok()?.outputs;
            let pairs = outputs.iter().zip(&self.lifted.cotangents);
            let terms = pairs.flat_map(|(y, dy)| y.data().iter().zip(dy.data()));
            let terms = terms.filter(|(y, _)| y.is_finite());
            Some(terms.map(|(y, dy)| y * dy.shadow.value).sum::<f64>())
        };
        let h = 1e-5;
        Some((side(h)? - side(-h)?) / (2.0 * h))
    }
}
