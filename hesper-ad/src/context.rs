//! What a spec can ask for besides its inputs.

use crate::dims::Dims;
use crate::tape::{Operand, Real};
use crate::tensor::Tensor;
use hesper_shader::Number;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Sizes, constants, integer inputs and exact numbers for a spec, and the place for what it saves.
///
/// A name or number that makes no sense is remembered as a problem and answered with something harmless, so a spec never
/// has to handle errors; a run with problems fails.
pub struct Context {
    dims: Dims,
    constants: BTreeMap<String, Tensor>,
    integers: BTreeMap<String, Tensor<u32>>,
    saved: BTreeMap<String, Tensor>,
    problems: RefCell<Vec<String>>,
    /// Whether an op's VJP was derived.
    pub(crate) derived: bool,
    /// How many derivations this one is inside of.
    pub(crate) depth: usize,
    no_reals: Tensor,
    no_integers: Tensor<u32>,
}

impl Context {
    /// A context over these sizes and inputs.
    pub fn new(
        dims: Dims,
        constants: BTreeMap<String, Tensor>,
        integers: BTreeMap<String, Tensor<u32>>,
    ) -> Context {
        Context {
            dims,
            constants,
            integers,
            saved: BTreeMap::new(),
            problems: RefCell::default(),
            derived: false,
            depth: 0,
            no_reals: Tensor::empty(),
            no_integers: Tensor::empty(),
        }
    }

    /// The size of a dimension.
    pub fn dim(&self, name: &str) -> usize {
        self.dims.get(name).unwrap_or_else(|| {
            let known = self.dims.iter().map(|(name, _)| name);
            self.unknown("dimension", name, known);
            0
        })
    }

    /// A constant of any rank.
    pub fn constant(&self, name: &str) -> &Tensor {
        self.constants.get(name).unwrap_or_else(|| {
            self.unknown("constant", name, self.constants.keys());
            &self.no_reals
        })
    }

    /// A constant of rank 0.
    #[track_caller]
    pub fn scalar(&self, name: &str) -> Real {
        match self.constant(name).data() {
            [one] => *one,
            _ => {
                self.problem(format!("there is no constant `{name}` of rank 0"));
                self.real(f64::NAN)
            }
        }
    }

    /// An integer input.
    pub fn integers(&self, name: &str) -> &Tensor<u32> {
        self.integers.get(name).unwrap_or_else(|| {
            self.unknown("integer input", name, self.integers.keys());
            &self.no_integers
        })
    }

    /// A host number as its shortest round-trip decimal.
    #[track_caller]
    pub fn real(&self, value: f64) -> Real {
        value.real()
    }

    /// A decimal number of up to 38 digits, for constants of which a host float would keep too few.
    #[track_caller]
    pub fn decimal(&self, digits: &str) -> Real {
        match Number::parse(digits) {
            Ok(number) => Real::constant(number),
            Err(error) => {
                self.problem(error.to_string());
                self.real(f64::NAN)
            }
        }
    }

    /// The exact quotient of two integers.
    #[track_caller]
    pub fn ratio(&self, numerator: i64, denominator: i64) -> Real {
        match Number::ratio(numerator, denominator) {
            Ok(number) => Real::constant(number),
            Err(error) => {
                self.problem(error.to_string());
                self.real(f64::NAN)
            }
        }
    }

    /// A size or count as a real.
    #[track_caller]
    pub fn count(&self, n: usize) -> Real {
        self.ratio(i64::try_from(n).unwrap_or(i64::MAX), 1)
    }

    /// Minus infinity: the identity of `max`, and the mask value whose exponential is zero.
    #[track_caller]
    pub fn neg_infinity(&self) -> Real {
        Real::neg_infinity()
    }

    /// A tensor of zeros.
    #[track_caller]
    pub fn zeros(&self, shape: impl Into<Vec<usize>>) -> Tensor {
        Tensor::filled(shape, Real::constant(Number::ZERO))
    }

    /// The sum of any number of terms as one operation.
    #[track_caller]
    pub fn sum(&self, terms: impl IntoIterator<Item = Real>) -> Real {
        Real::sum(terms)
    }

    /// The greatest of any number of terms; minus infinity for none.
    #[track_caller]
    pub fn max(&self, terms: impl IntoIterator<Item = Real>) -> Real {
        let mut terms = terms.into_iter();
        let Some(mut greatest) = terms.next() else {
            return self.neg_infinity();
        };
        // A loop, not a closure: the line of a comparison is the caller's.
        for term in terms {
            greatest = greatest.max(term);
        }
        greatest
    }

    /// Hands over a saved result of the forward pass.
    pub fn save(&mut self, name: &str, tensor: Tensor) {
        if self.saved.insert(name.to_string(), tensor).is_some() {
            self.problem(format!("`{name}` is saved twice"));
        }
    }

    /// What was saved.
    pub fn saved(&self) -> &BTreeMap<String, Tensor> {
        &self.saved
    }

    /// What went wrong so far.
    pub fn problems(&self) -> Vec<String> {
        self.problems.borrow().clone()
    }

    /// Runs another op's spec with the sizes, constants and integer inputs of this one. What it saves is not saved here.
    pub fn delegate<R>(&mut self, run: impl FnOnce(&mut Context) -> R) -> R {
        let mut other = Context::new(
            self.dims.clone(),
            self.constants.clone(),
            self.integers.clone(),
        );
        other.depth = self.depth;
        let result = run(&mut other);
        self.absorb(other);
        result
    }

    /// Gives the spec its constants.
    pub(crate) fn set_constants(&mut self, constants: BTreeMap<String, Tensor>) {
        self.constants = constants;
    }

    /// Whether anything was derived.
    pub(crate) fn is_derived(&self) -> bool {
        self.derived
    }

    /// All sizes.
    pub(crate) fn dims(&self) -> &Dims {
        &self.dims
    }

    /// Takes over another context's problems, and hands over what was saved there.
    pub(crate) fn absorb(&mut self, other: Context) -> BTreeMap<String, Tensor> {
        self.derived |= other.derived;
        let problems = other.problems.into_inner();
        self.problems.get_mut().extend(problems);
        other.saved
    }

    fn unknown<S: AsRef<str>>(&self, what: &str, name: &str, known: impl IntoIterator<Item = S>) {
        let known: Vec<String> = known
            .into_iter()
            .map(|k| format!("`{}`", k.as_ref()))
            .collect();
        let known = if known.is_empty() {
            "none".to_string()
        } else {
            known.join(", ")
        };
        self.problem(format!(
            "the spec asks for the {what} `{name}`; there are: {known}"
        ));
    }

    /// Remembers what went wrong.
    pub(crate) fn problem(&self, message: String) {
        self.problems.borrow_mut().push(message);
    }
}
