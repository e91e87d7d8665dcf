//! A point of an op in any number domain.

use crate::dims::Dims;
use crate::signature::{Port, Signature};
use crate::tensor::Tensor;
use hesper_shader::domain::Domain;
use hesper_shader::f16;
use std::collections::BTreeMap;

/// Everything an op is given, as values of a domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Point<V> {
    /// The sizes.
    pub dims: Dims,
    /// The differentiable inputs in order.
    pub inputs: Vec<Tensor<V>>,
    /// The constants.
    pub constants: BTreeMap<String, Tensor<V>>,
    /// The integer inputs.
    pub integers: BTreeMap<String, Tensor<u32>>,
    /// A cotangent for each output; none where `forward` alone is run.
    pub cotangents: Vec<Tensor<V>>,
    /// A tangent for each input; none where nothing moves along them.
    pub directions: Vec<Tensor<V>>,
}

impl<V> Point<V> {
    /// The point in another domain, without directions: inputs, constants and cotangents in this order, the first two with their names.
    pub(crate) fn map<W>(
        &self,
        signature: &Signature,
        mut real: impl FnMut(Option<&str>, &Tensor<V>) -> Tensor<W>,
    ) -> Point<W> {
        let inputs = signature.inputs().zip(&self.inputs);
        let inputs = inputs.map(|(port, t)| real(Some(&port.name), t)).collect();
        let constants = self.constants.iter();
        let constants = constants.map(|(name, t)| (name.clone(), real(Some(name), t)));
        Point {
            dims: self.dims.clone(),
            inputs,
            constants: constants.collect(),
            integers: self.integers.clone(),
            cotangents: self.cotangents.iter().map(|t| real(None, t)).collect(),
            directions: Vec::new(),
        }
    }

    /// Inputs, constants and the outputs' cotangents by name.
    pub(crate) fn named(
        &self,
        signature: &Signature,
    ) -> impl Iterator<Item = (String, &Tensor<V>)> + use<'_, V> {
        let inputs: Vec<String> = signature.inputs().map(|p| p.name.clone()).collect();
        let seeds: Vec<String> = signature.outputs().map(Port::cotangent).collect();
        let constants = self.constants.iter().map(|(name, t)| (name.clone(), t));
        let inputs = inputs.into_iter().zip(&self.inputs);
        inputs
            .chain(constants)
            .chain(seeds.into_iter().zip(&self.cotangents))
    }
}

impl<V> Point<V> {
    /// [`named`](Point::named), to change.
    pub(crate) fn named_mut(
        &mut self,
        signature: &Signature,
    ) -> impl Iterator<Item = (String, &mut Tensor<V>)> + use<'_, V> {
        let inputs: Vec<String> = signature.inputs().map(|p| p.name.clone()).collect();
        let seeds: Vec<String> = signature.outputs().map(Port::cotangent).collect();
        let constants = self.constants.iter_mut();
        let constants = constants.map(|(name, t)| (name.clone(), t));
        let inputs = inputs.into_iter().zip(&mut self.inputs);
        inputs
            .chain(constants)
            .chain(seeds.into_iter().zip(&mut self.cotangents))
    }
}

impl Point<f32> {
    /// The point as ports keep it: rounded to binary16 where a port does.
    pub(crate) fn kept(self, signature: &Signature) -> Point<f32> {
        self.halved(signature, |x| x)
    }

    /// The same without halves below the normal ones, which one device takes for 0 and another does not.
    pub(crate) fn kept_anywhere(self, signature: &Signature) -> Point<f32> {
        let flushed = |x: f16| if x.is_normal() { x } else { f16::ZERO };
        self.halved(signature, |x| if x.is_finite() { flushed(x) } else { x })
    }

    fn halved(mut self, signature: &Signature, kept: impl Fn(f16) -> f16) -> Point<f32> {
        let halves = self.named_mut(signature);
        for (_, tensor) in halves.filter(|(name, _)| signature.is_f16(name)) {
            for x in tensor.data_mut() {
                *x = kept(f16::from_f32(*x)).to_f32();
            }
        }
        self
    }

    /// The same numbers in a domain.
    pub(crate) fn point<D: Domain>(&self, domain: &D) -> Point<D::Value> {
        let exact = |t: &Tensor<f32>| t.map(|x| domain.from_f32(*x));
        Point {
            inputs: self.inputs.iter().map(exact).collect(),
            cotangents: self.cotangents.iter().map(exact).collect(),
            ..self.with(domain, &[], &[])
        }
    }

    /// The sizes, constants and integers, with other inputs and cotangents.
    pub(crate) fn with<D: Domain>(
        &self,
        domain: &D,
        inputs: &[Tensor<D::Value>],
        cotangents: &[Tensor<D::Value>],
    ) -> Point<D::Value> {
        let exact = |t: &Tensor<f32>| t.map(|x| domain.from_f32(*x));
        let constants = self.constants.iter();
        Point {
            dims: self.dims.clone(),
            inputs: inputs.to_vec(),
            constants: constants
                .map(|(name, t)| (name.clone(), exact(t)))
                .collect(),
            integers: self.integers.clone(),
            cotangents: cotangents.to_vec(),
            directions: Vec::new(),
        }
    }
}
