//! Running an op's spec in a number domain, so that a wrong spec is a message and never a crash.
//!
//! A pass is recorded once for each shape and integer inputs; every run in a domain replays the record.

mod edit;
mod program;
mod reach;
mod recorded;

use crate::dims::{Dims, count};
use crate::error::OpError;
use crate::op::{Op, checked_signature};
use crate::sample::{Known, Numbers, Point, Rng, Sample, Sampling};
use crate::signature::Signature;
use crate::taken::Taken;
use crate::tape::{Id, MOST};
use crate::tensor::Tensor;
use edit::Edited;
use hesper_shader::domain::Domain;
use hesper_shader::reference::BranchesTaken;
pub(crate) use reach::Missed;
use reach::Reached;
pub(crate) use recorded::Part;
use recorded::Recorded;
use std::any::Any;
use std::cell::{Cell, Ref, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Operations of all records that are kept, at most; the last is kept whatever its length.
const KEPT: usize = 1_000_000;

/// Operations of a record and the one before it, at most, for both to be kept: those of the two passes of one large shape.
const KEPT_PAIR: usize = 8_000_000;

/// An op whose signature is known to make sense.
pub struct Spec<'o> {
    op: &'o dyn Op,
    signature: Signature,
    sampling: Sampling,
    records: RefCell<Vec<Rc<Recorded>>>,
    /// What is changed in records, where something is.
    edited: RefCell<Option<Edited>>,
    /// Which sizes can be recorded, as far as was tried.
    reached: RefCell<Reached>,
    /// Operations of a pass, and elements of a port, at most.
    most: usize,
    /// Operations recorded and run so far.
    spent: Cell<u64>,
    /// Which ways the kernels' branches went so far.
    taken: RefCell<Taken>,
    /// Whether kernels of the forward and of the backward pass compute something less than a rounding of binary32 away.
    differ: Cell<[bool; 2]>,
    /// The shapes at which exact fields leave nothing to be said of the kernels' formulas.
    settled: RefCell<BTreeSet<String>>,
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
    /// At these sizes a record of the spec would take more memory than there may be.
    #[error("{pass}: {message}")]
    TooLong {
        /// `forward` or `backward`.
        pass: &'static str,
        /// What there is too much of.
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

impl<'o> Spec<'o> {
    /// Checks the op's signature and known points.
    ///
    /// # Errors
    /// Where the signature makes no sense or does not fit the op's arrays, or a rule or known point of the sampling does not fit the ports.
    pub fn new(op: &'o dyn Op) -> Result<Spec<'o>, OpError> {
        let (signature, sampling) = (checked_signature(op)?, op.sampling());
        let mut known = sampling.known_points().iter();
        let mistake = sampling.mistake(&signature);
        if let Some(message) = mistake.or_else(|| known.find_map(|k| k.mistake(&signature))) {
            let op = signature.name().to_string();
            return Err(OpError::Sampling { op, message });
        }
        Ok(Spec {
            op,
            sampling: sampling.of(&signature),
            signature,
            records: RefCell::default(),
            edited: RefCell::default(),
            reached: RefCell::default(),
            most: MOST,
            spent: Cell::new(0),
            taken: RefCell::default(),
            differ: Cell::default(),
            settled: RefCell::default(),
        })
    }

    /// Operations of a pass, at most.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// The spec with another limit on operations.
    pub(crate) fn at_most(self, most: usize) -> Spec<'o> {
        Spec { most, ..self }
    }

    /// Takes note of which ways kernels went in a run whose results are compared.
    pub(crate) fn ran(&self, dims: &Dims, told: &[BranchesTaken]) {
        self.taken.borrow_mut().ran(dims, told);
    }

    /// Takes note that the kernels of a pass compute something less than a rounding of binary32 away.
    pub(crate) fn let_differ(&self, forward: bool) {
        let mut differ = self.differ.get();
        differ[usize::from(!forward)] = true;
        self.differ.set(differ);
    }

    /// Whether they do.
    pub(crate) fn may_differ(&self, forward: bool) -> bool {
        self.differ.get()[usize::from(!forward)]
    }

    /// Forgets what was seen of kernels, which are others from now on.
    pub(crate) fn forget(&self) {
        self.taken.take();
        self.differ.take();
        self.settled.take();
    }

    /// Takes note that both kernels compute the spec exactly at some shapes, whichever way decisions go.
    pub(crate) fn settle(&self, shapes: BTreeSet<String>) {
        self.settled.replace(shapes);
    }

    /// Whether they do at this one.
    pub(crate) fn is_settled(&self, dims: &Dims) -> bool {
        self.settled.borrow().contains(&dims.to_string())
    }

    /// Takes note of a decision on numbers that can go one way only.
    pub(crate) fn proved(&self, file: &str, line: u32) {
        self.taken.borrow_mut().one_way(file, line);
    }

    /// Which ways kernels went so far.
    pub(crate) fn taken(&self) -> Ref<'_, Taken> {
        self.taken.borrow()
    }

    /// The op itself.
    pub fn op(&self) -> &'o dyn Op {
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
        let sample = self.sampling.draw_with(numbers, &self.signature, dims, rng);
        sample.kept_anywhere(&self.signature)
    }

    /// Whether some constant has one value only.
    pub(crate) fn varies(&self) -> bool {
        let mut constants = self.signature.constants();
        constants.any(|port| self.sampling.is_fixed(&port.name))
    }

    /// A point that the op's sampling names, drawn where it says nothing.
    pub(crate) fn complete(&self, known: &Known, rng: &mut Rng) -> Sample {
        let sample = known.complete(&self.sampling, &self.signature, rng);
        sample.kept(&self.signature)
    }

    /// Shapes for checks of the spec: distinct small primes, each dimension with several of them.
    pub fn small_shapes(&self) -> Vec<Dims> {
        const PRIMES: [usize; 8] = [2, 3, 5, 7, 11, 13, 17, 19];
        let names = self.signature.dims();
        let turns = names.len().clamp(4, PRIMES.len());
        let sizes = |turn| {
            let size = move |(i, name): (usize, &&str)| {
                let prime = PRIMES[(i + turn) % turns];
                (name.to_string(), self.sampling.times(prime, name))
            };
            let dims = Dims::new(names.iter().enumerate().map(size));
            self.sampling.fitted(dims)
        };
        (0..turns).map(sizes).collect()
    }

    /// Each dimension in turn large, the others small: a spec may go wrong beyond some size.
    pub fn large_shapes(&self) -> Vec<Dims> {
        const LARGE: usize = 67;
        let names = self.signature.dims();
        let size = |name: &str, i: usize| self.sampling.times([2, 3, 5, 7][i % 4], name);
        let with_large = |large: usize| {
            let dims = Dims::new(names.iter().enumerate().map(|(i, name)| {
                let n = if i == large {
                    self.sampling.times(LARGE, name)
                } else {
                    size(name, i)
                };
                (name.to_string(), n)
            }));
            self.sampling.fitted(dims)
        };
        (0..names.len()).map(with_large).collect()
    }

    /// Elements of all ports together.
    pub(crate) fn elements(&self, dims: &Dims) -> usize {
        let ports = self.signature.ports().iter();
        let sizes = ports.map(|port| count(&port.shape(dims)));
        sizes.fold(0, usize::saturating_add)
    }

    /// Every dimension as small as it gets.
    pub fn least_shape(&self) -> Dims {
        let names = self.signature.dims();
        let least = names.into_iter();
        let least = least.map(|name| (name, self.sampling.multiple_of(name)));
        self.sampling.fitted(Dims::new(least))
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
        self.forward_at(domain, &sample.with(domain, inputs, &[]))
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
        self.backward_at(domain, &sample.with(domain, inputs, cotangents))
    }

    /// Runs `forward` in `domain`, where constants too are values of the domain.
    ///
    /// # Errors
    /// Where the spec panics, asks for what is not there, or yields a wrong shape.
    pub fn forward_at<D: Domain>(
        &self,
        domain: &D,
        point: &Point<D::Value>,
    ) -> Result<Forward<D::Value>, SpecError> {
        let record = self.recorded(Part::Forward, &point.dims, &point.integers)?;
        let values = record.replay(domain, &self.signature, point, false)?;
        let in_domain = |t: &Tensor<Id>| t.map(|id| values.of(*id));
        let saved = record.saved.iter();
        Ok(Forward {
            outputs: record.results.iter().map(in_domain).collect(),
            saved: saved
                .map(|(name, t)| (name.clone(), in_domain(t)))
                .collect(),
        })
    }

    /// Runs `backward` in `domain`, where constants too are values of the domain.
    ///
    /// # Errors
    /// Where the spec panics, asks for what is not there, or yields a wrong shape.
    pub fn backward_at<D: Domain>(
        &self,
        domain: &D,
        point: &Point<D::Value>,
    ) -> Result<Vec<Tensor<D::Value>>, SpecError> {
        self.pulled(Part::Backward, domain, point)
    }

    /// Runs the VJP that follows from `forward` by a reverse sweep: what `backward` ought to be.
    ///
    /// # Errors
    /// As [`forward_at`](Spec::forward_at).
    pub fn derived_at<D: Domain>(
        &self,
        domain: &D,
        point: &Point<D::Value>,
    ) -> Result<Vec<Tensor<D::Value>>, SpecError> {
        self.pulled(Part::Derived, domain, point)
    }

    fn pulled<D: Domain>(
        &self,
        part: Part,
        domain: &D,
        point: &Point<D::Value>,
    ) -> Result<Vec<Tensor<D::Value>>, SpecError> {
        let record = self.recorded(part, &point.dims, &point.integers)?;
        let values = record.replay(domain, &self.signature, point, false)?;
        let results = record.results.iter();
        Ok(results.map(|t| t.map(|id| values.of(*id))).collect())
    }

    /// Takes every square root that both passes take, and computes nothing else.
    ///
    /// # Errors
    /// As [`forward_at`](Spec::forward_at).
    pub(crate) fn roots_at<D: Domain>(
        &self,
        domain: &D,
        point: &Point<D::Value>,
    ) -> Result<(), SpecError> {
        for part in [Part::Forward, Part::Backward] {
            let record = self.recorded(part, &point.dims, &point.integers)?;
            record.replay(domain, &self.signature, point, true)?;
        }
        Ok(())
    }

    /// Whether `backward` is derived from `forward` ([`Context::derive`](crate::Context::derive)), in part at least.
    pub fn is_derived(&self, dims: &Dims) -> bool {
        let any = self.any_sample(dims);
        let record = any.and_then(|sample| self.recorded(Part::Backward, dims, &sample.integers));
        record.is_ok_and(|record| record.derived)
    }

    /// What `forward` and `backward` compute, as formulas: of each result the last element, where every dimension is 2 or a little more. Terms
    /// that are read more than once have names.
    ///
    /// # Errors
    /// As [`forward_at`](Spec::forward_at).
    pub fn formulas(&self) -> Result<[Vec<String>; 2], SpecError> {
        let names = self.signature.dims().into_iter();
        let size = |name: &str| self.sampling.raised(2, name);
        let dims = Dims::new(names.map(|name| (name, size(name))));
        let dims = self.sampling.fitted(dims);
        let sample = self.any_sample(&dims)?;
        let part = |part: Part| {
            let record = self.recorded(part, &dims, &sample.integers)?;
            Ok(record.formulas(&self.signature))
        };
        Ok([part(Part::Forward)?, part(Part::Backward)?])
    }

    /// The record of a part for the sizes and integers of some point: a kept one, or a new one.
    fn recorded(
        &self,
        part: Part,
        dims: &Dims,
        integers: &BTreeMap<String, Tensor<u32>>,
    ) -> Result<Rc<Recorded>, SpecError> {
        let record = self.kept_or_new(part, dims, integers)?;
        self.spend(record.tape.len());
        let mut edited = self.edited.borrow_mut();
        Ok(match &mut *edited {
            Some(edited) => edited.of(record),
            None => record,
        })
    }

    /// Takes note of work.
    fn spend(&self, operations: usize) {
        self.spent.set(self.spent.get() + operations as u64);
    }

    /// How many operations were recorded and run so far.
    pub(crate) fn spent(&self) -> u64 {
        self.spent.get()
    }

    fn kept_or_new(
        &self,
        part: Part,
        dims: &Dims,
        integers: &BTreeMap<String, Tensor<u32>>,
    ) -> Result<Rc<Recorded>, SpecError> {
        let same = |r: &Rc<Recorded>| r.is(part, dims, integers);
        let mut records = self.records.borrow_mut();
        if let Some(at) = records.iter().position(same) {
            // The one used last comes last.
            records[at..].rotate_left(1);
            return Ok(records[records.len() - 1].clone());
        }
        if operations(&records) > KEPT {
            // The passes of another large shape would only take room beside this one's.
            records.retain(|record| record.dims() == dims);
        }
        drop(records);
        self.fits(dims)?;
        let record = recorded::record(self, part, dims, integers);
        if let Err(error @ SpecError::TooLong { .. }) = &record {
            self.reached.borrow_mut().too_long(dims, error);
        }
        let record = Rc::new(record?);
        self.spend(record.tape.len());
        let mut records = self.records.borrow_mut();
        records.push(record.clone());
        forget(&mut records);
        Ok(record)
    }
}

/// Forgets what was used longest ago, until the rest is small enough.
fn forget(records: &mut Vec<Rc<Recorded>>) {
    let is_too_much = |records: &[Rc<Recorded>]| match records.len() {
        0 | 1 => false,
        2 => operations(records) > KEPT_PAIR,
        _ => operations(records) > KEPT,
    };
    while is_too_much(records) {
        records.remove(0);
    }
}

fn operations(records: &[Rc<Recorded>]) -> usize {
    records.iter().map(|record| record.tape.len()).sum()
}

/// The sample's tensors as exact values of a domain.
pub fn exact<D: Domain>(domain: &D, tensors: &[Tensor<f32>]) -> Vec<Tensor<D::Value>> {
    tensors
        .iter()
        .map(|t| t.map(|x| domain.from_f32(*x)))
        .collect()
}

/// What a panic said.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|s| s.to_string());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_shader::domain::F64;

    #[test]
    fn what_is_derived_is_what_is_written() {
        let mut compared = 0;
        for op in crate::ops::catalogue().unwrap() {
            let spec = Spec::new(&*op).unwrap();
            let mut rng = Rng::new(1);
            for dims in spec.small_shapes() {
                let sample = spec.draw(&dims, &mut rng);
                let point = sample.point(&F64);
                let written = spec.backward_at(&F64, &point).unwrap();
                let derived = spec.derived_at(&F64, &point).unwrap();
                for (dx, derived) in written.iter().zip(&derived) {
                    let scale = dx.data().iter().fold(0.0, |max: f64, x| max.max(x.abs()));
                    for (x, y) in dx.data().iter().zip(derived.data()) {
                        assert!(
                            (x - y).abs() <= 1e-10 * (scale + x.abs()),
                            "{}: {x} {y}",
                            op.name()
                        );
                        compared += 1;
                    }
                }
                assert!(!spec.is_derived(&dims), "{}", op.name());
            }
        }
        assert!(compared > 5_000, "{compared}");
    }
}
