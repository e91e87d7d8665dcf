//! Running an op's spec in a number domain, so that a wrong spec is a message and never a crash.

use crate::context::Context;
use crate::dims::Dims;
use crate::op::{DiffOp, OpError, Ports, checked_signature};
use crate::real::{Num, Real};
use crate::sample::{Known, Numbers, Rng, Sample, Sampling};
use crate::signature::{Port, Signature};
use crate::tensor::Tensor;
use hesper_shader::domain::Domain;
use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// An op whose signature is known to make sense.
pub struct Spec<'o, O> {
    op: &'o O,
    signature: Signature,
    sampling: Sampling,
}

/// What a spec is given, as values of a domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Primals<V> {
    /// The sizes.
    pub dims: Dims,
    /// The differentiable inputs in order.
    pub inputs: Vec<Tensor<V>>,
    /// The constants.
    pub constants: BTreeMap<String, Tensor<V>>,
    /// The integer inputs.
    pub integers: BTreeMap<String, Tensor<u32>>,
}

impl<V: Copy> Primals<V> {
    fn of<D: Domain<Value = V>>(domain: &D, sample: &Sample, inputs: &[Tensor<V>]) -> Primals<V> {
        let constants = sample.constants.iter();
        let exact = |t: &Tensor<f32>| t.map(|x| domain.from_f32(*x));
        Primals {
            dims: sample.dims.clone(),
            inputs: inputs.to_vec(),
            constants: constants
                .map(|(name, t)| (name.clone(), exact(t)))
                .collect(),
            integers: sample.integers.clone(),
        }
    }

    fn context<'d, D: Domain<Value = V>>(&self, domain: &'d D) -> Context<Num<'d, D>> {
        let constants = self.constants.iter();
        let lifted = |t: &Tensor<V>| t.map(|x| Num::new(domain, *x));
        Context::new(
            domain,
            self.dims.clone(),
            constants
                .map(|(name, t)| (name.clone(), lifted(t)))
                .collect(),
            self.integers.clone(),
        )
    }
}

/// What a spec's forward pass yields.
#[derive(Clone, Debug)]
pub struct Forward<V> {
    /// The outputs in order.
    pub outputs: Vec<Tensor<V>>,
    /// The saved results by name.
    pub saved: BTreeMap<String, Tensor<V>>,
}

/// A spec did not yield what its signature promises.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// The spec panicked, say at an index.
    #[error("{pass} panicked: {message}")]
    Panic {
        /// `forward` or `backward`.
        pass: &'static str,
        /// The panic's message.
        message: String,
    },
    /// The spec asked for what is not there.
    #[error("{pass}: {message}")]
    Problem {
        /// `forward` or `backward`.
        pass: &'static str,
        /// What is wrong.
        message: String,
    },
    /// A result has the wrong shape.
    #[error("{pass} yields `{name}` of shape {got:?}, not {want:?}")]
    Shape {
        /// `forward` or `backward`.
        pass: &'static str,
        /// The result.
        name: String,
        /// Its shape.
        got: Vec<usize>,
        /// The shape of its port.
        want: Vec<usize>,
    },
}

impl<'o, O: DiffOp> Spec<'o, O> {
    /// Checks the op's signature and known points.
    ///
    /// # Errors
    /// Where the signature makes no sense or does not fit the op's arrays, or a known point does not fit the ports.
    pub fn new(op: &'o O) -> Result<Spec<'o, O>, OpError> {
        let (signature, sampling) = (checked_signature(op)?, op.sampling());
        for known in sampling.known_points() {
            if let Some(message) = known.mistake(&signature) {
                let op = signature.name().to_string();
                return Err(OpError::Known { op, message });
            }
        }
        Ok(Spec {
            op,
            signature,
            sampling,
        })
    }

    /// The op itself.
    pub fn op(&self) -> &'o O {
        self.op
    }

    /// The op's signature.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Where the op is defined.
    pub fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    /// A random point of the op.
    pub fn draw(&self, dims: &Dims, rng: &mut Rng) -> Sample {
        self.draw_with(Numbers::Plain, dims, rng)
    }

    /// A random point of such numbers.
    pub(crate) fn draw_with(&self, numbers: Numbers, dims: &Dims, rng: &mut Rng) -> Sample {
        self.sampling.draw_with(numbers, &self.signature, dims, rng)
    }

    /// A point that the op's sampling names, drawn where it says nothing.
    pub(crate) fn complete(&self, known: &Known, rng: &mut Rng) -> Sample {
        known.complete(&self.sampling, &self.signature, rng)
    }

    /// Shapes for checks of the spec: distinct small primes, each dimension with several of them.
    pub fn small_shapes(&self) -> Vec<Dims> {
        const PRIMES: [usize; 8] = [2, 3, 5, 7, 11, 13, 17, 19];
        let names = self.signature.dims();
        let turns = names.len().clamp(4, PRIMES.len());
        let sizes = |turn| {
            let size = move |(i, name): (usize, &&str)| {
                let prime = PRIMES[(i + turn) % turns];
                (name.to_string(), prime * self.sampling.multiple_of(name))
            };
            Dims::new(names.iter().enumerate().map(size))
        };
        (0..turns).map(sizes).collect()
    }

    /// Each dimension in turn large, the others small: a spec may go wrong beyond some size.
    pub fn large_shapes(&self) -> Vec<Dims> {
        const LARGE: usize = 67;
        let names = self.signature.dims();
        let size = |name: &str, i: usize| [2, 3, 5, 7][i % 4] * self.sampling.multiple_of(name);
        let with_large = |large: usize| {
            Dims::new(names.iter().enumerate().map(|(i, name)| {
                let n = if i == large {
                    LARGE * self.sampling.multiple_of(name)
                } else {
                    size(name, i)
                };
                (name.to_string(), n)
            }))
        };
        (0..names.len()).map(with_large).collect()
    }

    /// Every dimension as small as it gets.
    pub fn least_shape(&self) -> Dims {
        let names = self.signature.dims();
        Dims::new(
            names
                .into_iter()
                .map(|name| (name, self.sampling.multiple_of(name))),
        )
    }

    /// Runs `forward` in `domain` on `inputs`; sizes, constants and integers are the sample's.
    ///
    /// # Errors
    /// Where the spec panics, asks for what is not there, or yields a wrong shape.
    pub fn forward<D: Domain>(
        &self,
        domain: &D,
        sample: &Sample,
        inputs: &[Tensor<D::Value>],
    ) -> Result<Forward<D::Value>, SpecError> {
        self.forward_at(domain, &Primals::of(domain, sample, inputs))
    }

    /// Runs `backward` in `domain`; sizes, constants and integers are the sample's.
    ///
    /// # Errors
    /// Where the spec panics, asks for what is not there, or yields a wrong shape.
    pub fn backward<D: Domain>(
        &self,
        domain: &D,
        sample: &Sample,
        inputs: &[Tensor<D::Value>],
        cotangents: &[Tensor<D::Value>],
    ) -> Result<Vec<Tensor<D::Value>>, SpecError> {
        self.backward_at(domain, &Primals::of(domain, sample, inputs), cotangents)
    }

    /// Runs `forward` in `domain`, where constants too are values of the domain.
    ///
    /// # Errors
    /// Where the spec panics, asks for what is not there, or yields a wrong shape.
    pub fn forward_at<D: Domain>(
        &self,
        domain: &D,
        primals: &Primals<D::Value>,
    ) -> Result<Forward<D::Value>, SpecError> {
        const PASS: &str = "forward";
        self.check_integers(PASS, primals)?;
        let mut cx = primals.context(domain);
        let inputs = lift(domain, &primals.inputs);
        let outputs = guarded(PASS, &mut cx, |cx| {
            self.op
                .forward(cx, O::Inputs::from_fn(|i| &inputs[i]))
                .into_vec()
        })?;
        let outputs = lower(outputs);
        let (dims, name) = (&primals.dims, |p: &Port| p.name.clone());
        check_shapes(PASS, dims, self.signature.outputs(), &outputs, name)?;
        let saved: BTreeMap<_, _> = cx
            .saved()
            .iter()
            .map(|(name, t)| (name.clone(), t.map(|n| n.value())))
            .collect();
        self.check_saved(dims, &saved)?;
        Ok(Forward { outputs, saved })
    }

    /// Runs `backward` in `domain`, where constants too are values of the domain.
    ///
    /// # Errors
    /// Where the spec panics, asks for what is not there, or yields a wrong shape.
    pub fn backward_at<D: Domain>(
        &self,
        domain: &D,
        primals: &Primals<D::Value>,
        cotangents: &[Tensor<D::Value>],
    ) -> Result<Vec<Tensor<D::Value>>, SpecError> {
        const PASS: &str = "backward";
        self.check_integers(PASS, primals)?;
        let mut cx = primals.context(domain);
        let (inputs, cotangents) = (lift(domain, &primals.inputs), lift(domain, cotangents));
        let results = guarded(PASS, &mut cx, |cx| {
            let inputs = O::Inputs::from_fn(|i| &inputs[i]);
            let cotangents = O::Outputs::from_fn(|i| &cotangents[i]);
            self.op.backward(cx, inputs, cotangents).into_vec()
        })?;
        let (results, inputs) = (lower(results), self.signature.inputs());
        check_shapes(PASS, &primals.dims, inputs, &results, Port::cotangent)?;
        Ok(results)
    }

    /// Every integer lies below the dimension that bounds it.
    fn check_integers<V>(&self, pass: &'static str, primals: &Primals<V>) -> Result<(), SpecError> {
        for (port, dim) in self.signature.integers() {
            let Some(tensor) = primals.integers.get(&port.name) else {
                continue;
            };
            let bound = primals.dims.get(dim).unwrap_or(0);
            let beyond = |n: &u32| usize::try_from(*n).is_ok_and(|n| n >= bound);
            if let Some(at) = tensor.data().iter().position(beyond) {
                let (name, index) = (&port.name, tensor.index_of(at));
                let value = tensor.data()[at];
                let message = format!(
                    "`{name}{index:?}` is {value}, and must be below `{dim}`, which is {bound}"
                );
                return Err(SpecError::Problem { pass, message });
            }
        }
        Ok(())
    }

    /// Every saved result of the signature is there, in its shape, and no other.
    fn check_saved<V>(
        &self,
        dims: &Dims,
        saved: &BTreeMap<String, Tensor<V>>,
    ) -> Result<(), SpecError> {
        const PASS: &str = "forward";
        let problem = |message| SpecError::Problem {
            pass: PASS,
            message,
        };
        for port in self.signature.saves() {
            let tensor = saved
                .get(&port.name)
                .ok_or_else(|| problem(format!("the saved result `{}` is missing", port.name)))?;
            let (port, tensor) = ([port].into_iter(), std::slice::from_ref(tensor));
            check_shapes(PASS, dims, port, tensor, |p| p.name.clone())?;
        }
        let known = |name: &String| self.signature.saves().any(|p| p.name == **name);
        match saved.keys().find(|name| !known(name)) {
            None => Ok(()),
            Some(name) => Err(problem(format!(
                "`{name}` is saved, but the signature has no such saved result"
            ))),
        }
    }
}

fn check_shapes<'p, V>(
    pass: &'static str,
    dims: &Dims,
    ports: impl Iterator<Item = &'p Port>,
    tensors: &[Tensor<V>],
    name: impl Fn(&Port) -> String,
) -> Result<(), SpecError> {
    for (port, tensor) in ports.zip(tensors) {
        let (got, want) = (tensor.shape().to_vec(), port.shape(dims));
        if got != want {
            let name = name(port);
            return Err(SpecError::Shape {
                pass,
                name,
                got,
                want,
            });
        }
    }
    Ok(())
}

/// The sample's tensors as exact values of a domain.
pub fn exact<D: Domain>(domain: &D, tensors: &[Tensor<f32>]) -> Vec<Tensor<D::Value>> {
    tensors
        .iter()
        .map(|t| t.map(|x| domain.from_f32(*x)))
        .collect()
}

fn lift<'d, D: Domain>(domain: &'d D, tensors: &[Tensor<D::Value>]) -> Vec<Tensor<Num<'d, D>>> {
    tensors
        .iter()
        .map(|t| t.map(|x| Num::new(domain, *x)))
        .collect()
}

fn lower<D: Domain>(tensors: Vec<Tensor<Num<'_, D>>>) -> Vec<Tensor<D::Value>> {
    tensors.iter().map(|t| t.map(|x| x.value())).collect()
}

/// Runs a user's pass; its panics and the context's problems become errors. The domain is not used after a panic other
/// than to report, so a half-finished operation in it does no harm.
fn guarded<T: Real, R>(
    pass: &'static str,
    cx: &mut Context<T>,
    run: impl FnOnce(&mut Context<T>) -> R,
) -> Result<R, SpecError> {
    let result = catch_unwind(AssertUnwindSafe(|| run(cx)));
    if let Some(message) = cx.problems().into_iter().next() {
        return Err(SpecError::Problem { pass, message });
    }
    result.map_err(|payload| {
        let message = panic_message(&*payload);
        SpecError::Panic { pass, message }
    })
}

/// What a panic said.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|s| s.to_string());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".to_string())
}
