//! A random field with all that a run in it keeps track of.

use super::element::{Element, Exponent, Kind};
use super::kept::Kept;
use super::modular::{Modulus, Residue};
use super::primes::{Demands, Fields, MOST_SQUARES, prime_factors};
use super::trace::Trace;
use super::watch::{Range, Watch};
use crate::sample::Rng;
use crate::tracked::Tracked;
use foldhash::HashMap;
use hesper_shader::Number;
use hesper_shader::domain::RealUnary;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::panic::Location;

/// Exact arithmetic at a random point of a random field: two programs that compute the same function of the reals, built from
/// field operations, exponentials, logarithms and square roots, yield equal elements; different ones hardly ever do.
///
/// Addition, multiplication and division are those of `F_p`. An exponential maps the value's residue in `F_q` to the powers of
/// an element of that order. Comparisons are decided by real *shadows*, which run along. See `docs/exact.md`.
pub struct Exact {
    pub(super) fields: Fields,
    pub(super) demands: Demands,
    pub(super) tracked: Tracked,
    range: Cell<Range>,
    pub(super) line: Cell<&'static Location<'static>>,
    pub(super) lane: Cell<Option<usize>>,
    undecided: Cell<usize>,
    operations: Cell<usize>,
    pub(super) radicands: RefCell<Vec<Radicand>>,
    pub(super) roots: Cell<usize>,
    pub(super) circular: Cell<bool>,
    /// Logarithms already given: value → value and exponent.
    pub(super) logarithms: RefCell<HashMap<Residue, (Residue, Exponent)>>,
    /// Angles already given, by function and the argument or its negative, whichever is less.
    pub(super) angles: RefCell<HashMap<(RealUnary, Residue), Residue>>,
    /// Values of functions that the field does not have, by function and argument.
    pub(super) unknowns: RefCell<HashMap<(RealUnary, Residue), Residue>>,
    /// π, which the field does not have: a random number, where it is asked for.
    pub(super) pi: Cell<Option<Residue>>,
    /// Which value is the logarithm of which.
    pub(super) arguments: RefCell<HashMap<Residue, Residue>>,
    pub(super) rng: RefCell<Rng>,
    /// Of both fields.
    pub(super) kept: [Kept; 2],
    /// Constants already met, as elements.
    pub(super) literals: RefCell<HashMap<Number, Element>>,
    pub(super) constants: RefCell<BTreeSet<(u128, u64, bool)>>,
    /// Integers that a kernel made into reals: counters and sizes.
    pub(super) counters: RefCell<BTreeSet<u64>>,
    /// Where a root was first taken.
    pub(super) first_root: Cell<Option<&'static Location<'static>>>,
    pub(super) trace: RefCell<Trace>,
    watch: RefCell<Watch>,
    outside: RefCell<Option<Trouble>>,
    poison: RefCell<Option<Trouble>>,
}

/// What a square root was taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Radicand {
    /// The value in `F_p`.
    pub value: Residue,
    /// Whether it has a square root there.
    pub is_square: bool,
}

/// An operation without result, and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What was asked for.
    pub operation: String,
    /// Where.
    pub line: &'static Location<'static>,
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.line, self.operation)
    }
}

impl Exact {
    /// A domain over fresh primes.
    pub fn new(demands: Demands, range: Range, rng: &mut Rng) -> Exact {
        let fields = Fields::draw(&demands, rng);
        let one = (
            fields.p.one(),
            (Residue::ZERO, Exponent::Known(Residue::ZERO)),
        );
        Exact {
            fields,
            demands,
            tracked: Tracked::default(),
            range: Cell::new(range),
            line: Cell::new(Location::caller()),
            lane: Cell::new(None),
            undecided: Cell::new(0),
            operations: Cell::new(0),
            radicands: RefCell::default(),
            roots: Cell::new(0),
            circular: Cell::new(false),
            logarithms: RefCell::new(HashMap::from_iter([one])),
            angles: RefCell::default(),
            unknowns: RefCell::default(),
            pi: Cell::default(),
            arguments: RefCell::default(),
            rng: RefCell::new(Rng::new(rng.bits())),
            kept: Default::default(),
            literals: RefCell::default(),
            constants: RefCell::default(),
            counters: RefCell::default(),
            first_root: Cell::default(),
            trace: RefCell::default(),
            watch: RefCell::default(),
            outside: RefCell::default(),
            poison: RefCell::default(),
        }
    }

    /// Begins another program in the same field: forgets what was decided and seen.
    pub fn begin(&self, range: Range) {
        self.range.set(range);
        self.lane.set(None);
        self.undecided.set(0);
        self.radicands.take();
        self.trace.take();
        self.watch.take();
        self.poison.take();
    }

    /// What was decided since the program began.
    pub fn take_trace(&self) -> Trace {
        self.trace.take()
    }

    /// What was odd since the program began.
    pub fn take_watch(&self) -> Watch {
        self.watch.take()
    }

    /// How many comparisons the shadows' rounding left open since the program began.
    pub fn undecided(&self) -> usize {
        self.undecided.get()
    }

    /// What square roots were taken of since the program began, in order.
    pub fn take_radicands(&self) -> Vec<Radicand> {
        self.radicands.take()
    }

    /// Whether any square root was taken.
    pub fn has_roots(&self) -> bool {
        self.roots.get() > 0
    }

    /// How many operations were done.
    pub fn operations(&self) -> usize {
        self.operations.get()
    }

    /// The first operation that the field gives no meaning.
    pub fn outside(&self) -> Option<Trouble> {
        self.outside.borrow().clone()
    }

    /// Why the first poison since the program began is none.
    pub fn poisoned(&self) -> Option<Trouble> {
        self.poison.borrow().clone()
    }

    /// The fields.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// What the primes fulfil.
    pub fn demands(&self) -> &Demands {
        &self.demands
    }

    /// What primes would have to fulfil for all that was done so far, counters of kernels left aside. What was demanded for one
    /// point is forgotten; what was demanded elsewhere too, where it is too much.
    pub fn needs(&self) -> Demands {
        self.needs_for(self.literal_primes())
    }

    /// [`Exact::needs`], where the integers that kernels made into reals have to be squares too. They hardly ever do: what a kernel
    /// counts divides out (a running mean), or the spec has it too (a row's length).
    pub(crate) fn needs_of_counters(&self) -> Demands {
        let mut primes = self.literal_primes();
        if self.has_roots() {
            let counters = self.counters.borrow();
            primes.extend(counters.iter().flat_map(|n| prime_factors((*n).into())));
        }
        self.needs_for(primes)
    }

    fn needs_for(&self, primes: BTreeSet<u64>) -> Demands {
        let all: BTreeSet<u64> = primes
            .iter()
            .chain(&self.demands.squares)
            .copied()
            .collect();
        let squares = if all.len() > MOST_SQUARES {
            primes
        } else {
            all
        };
        Demands {
            squares: squares.into_iter().collect(),
            here: Vec::new(),
            roots: self.demands.roots || self.has_roots(),
            circular: self.demands.circular || self.circular.get(),
        }
    }

    /// The prime factors of all constants, where roots are taken.
    fn literal_primes(&self) -> BTreeSet<u64> {
        let mut primes = BTreeSet::new();
        if self.has_roots() {
            for (digits, divisor, power_of_ten) in self.constants.borrow().iter() {
                primes.extend(prime_factors(*digits));
                primes.extend(prime_factors((*divisor).into()));
                primes.extend(power_of_ten.then_some([2, 5]).into_iter().flatten());
            }
        }
        primes
    }

    /// Why primes that fulfil all this are not looked for: too many numbers would have to be squares.
    pub(crate) fn beyond(&self, needs: &Demands) -> Option<Trouble> {
        let count = needs.squares.len();
        let operation = format!(
            "a square root beside constants with {count} different prime factors, more than {MOST_SQUARES},"
        );
        let line = self.first_root.get().unwrap_or_else(|| self.line.get());
        (count > MOST_SQUARES).then_some(Trouble { operation, line })
    }

    /// A random element with this shadow; where roots are taken, its sign in both fields is the shadow's: a square, or minus one. Zero is zero.
    pub fn random(&self, shadow: f64, signed: bool, rng: &mut Rng) -> Element {
        let shadow = self.tracked.exact(shadow);
        if shadow.value == 0.0 {
            return Element::zero();
        }
        let draw = |field: &Modulus, rng: &mut Rng| {
            let x = field.random(rng.bits());
            match signed {
                false => x,
                true if shadow.value > 0.0 => field.mul(x, x),
                true => field.neg(field.mul(x, x)),
            }
        };
        Element {
            value: draw(&self.fields.p, rng),
            exponent: Exponent::Known(draw(&self.fields.q, rng)),
            shadow,
            ..Element::zero()
        }
    }

    /// One, whatever the field.
    pub(crate) fn one(&self) -> Element {
        Element {
            value: self.fields.p.one(),
            exponent: Exponent::Known(self.fields.q.one()),
            shadow: self.tracked.exact(1.0),
            ..Element::zero()
        }
    }

    /// Counts an operation.
    #[inline(always)]
    pub(super) fn count(&self) {
        self.operations.set(self.operations.get() + 1);
    }

    /// A result, watched: in binary32 it must not overflow.
    #[inline(always)]
    pub(super) fn watched(&self, x: Element) -> Element {
        if self.range.get() == Range::Binary32
            && x.shadow.value.abs() > f32::MAX.into()
            && x.kind == Kind::Finite
        {
            self.note("overflow", x.shadow.value, true);
        }
        x
    }

    pub(super) fn note(&self, kind: &'static str, number: f64, severe: bool) {
        let line = self.line.get();
        self.watch.borrow_mut().note(line, kind, number, severe);
    }

    pub(super) fn is_binary32(&self) -> bool {
        self.range.get() == Range::Binary32
    }

    pub(super) fn decide(&self, kind: &'static str, outcome: i64, taken: i64) {
        let (line, lane) = (self.line.get(), self.lane.get());
        self.trace
            .borrow_mut()
            .decide(line, kind, [outcome, taken], lane);
    }

    pub(super) fn leave_open(&self) {
        self.undecided.set(self.undecided.get() + 1);
    }

    /// Poison, with the reason.
    pub(super) fn poison(&self, reason: &str) -> Element {
        self.poison
            .borrow_mut()
            .get_or_insert_with(|| self.trouble(reason));
        Element::poison()
    }

    /// Takes note of an operation that the field does not have.
    pub(super) fn lies_outside(&self, operation: &str) {
        self.outside
            .borrow_mut()
            .get_or_insert_with(|| self.trouble(operation));
    }

    fn trouble(&self, operation: &str) -> Trouble {
        Trouble {
            operation: operation.to_string(),
            line: self.line.get(),
        }
    }

    /// Runs lane by lane, so that decisions know whose they are.
    pub(super) fn lanes(&self, active: &[bool], mut run: impl FnMut(usize)) {
        for (lane, _) in active.iter().enumerate().filter(|(_, on)| **on) {
            self.lane.set(Some(lane));
            run(lane);
        }
        self.lane.set(None);
    }
}
