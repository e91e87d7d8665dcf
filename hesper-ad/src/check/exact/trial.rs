//! One trial: an op's spec and kernels at one point, in one random field.

use super::coverage::Program;
use super::near::Near;
use super::point::{Lifted, RealPoint};
use super::squares::no_squares;
use crate::field::{
    Demands, Element, Exact, Kind, MOST_SQUARES, Radicand, Range, Residue, Trace, Trouble, Watch,
};
use crate::sample::Rng;
use crate::spec::{Forward, Spec};
use crate::tensor::Tensor;
use std::collections::BTreeMap;

/// What an exact check ties together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tie {
    /// `backward` is the VJP of `forward`.
    Vjp,
    /// `backward` is what a reverse sweep makes of `forward`, element by element.
    Derived,
    /// The forward kernels compute the spec.
    Forward,
    /// The backward kernels compute the spec.
    Backward,
}

impl Tie {
    /// All of them.
    pub const ALL: [Tie; 4] = [Tie::Vjp, Tie::Derived, Tie::Forward, Tie::Backward];

    /// Whether it ties `backward` to `forward`, rather than kernels to them.
    pub(super) fn is_of_spec(self) -> bool {
        matches!(self, Tie::Vjp | Tie::Derived)
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Tie::Vjp => "backward = VJP of forward",
            Tie::Derived => "backward = derived VJP",
            Tie::Forward => "forward kernel = spec",
            Tie::Backward => "backward kernel = spec",
        }
    }
}

/// Two things that ought to be equal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Difference {
    /// What differs where, and both values.
    pub(super) text: String,
}

/// Why a trial says nothing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Silence {
    /// Rounding of the shadows could turn a comparison: another point may do. With the first operation that the field does not have.
    Undecided(Option<Trouble>),
    /// Another field may do.
    Unlucky(String),
    /// Outside what the field can judge.
    Outside(Trouble),
    /// What is to be compared takes too many operations.
    TooLong(String),
    /// Nothing ever will: the program is broken.
    Fault(String),
}

impl std::fmt::Display for Silence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Silence::Undecided(_) => {
                f.write_str("rounding could turn a comparison at every point tried")
            }
            Silence::Unlucky(reason) | Silence::TooLong(reason) | Silence::Fault(reason) => {
                f.write_str(reason)
            }
            Silence::Outside(trouble) => {
                write!(f, "{trouble} lies outside what the field can judge")
            }
        }
    }
}

/// What was compared at a tie.
#[derive(Clone, Debug, Default)]
pub(super) struct Compared {
    pub(super) elements: usize,
    pub(super) difference: Option<Difference>,
    /// What depends on operations that the field does not have.
    pub(super) opaque: Option<Near>,
    /// What differs by less than binary32 can tell.
    pub(super) approximate: Option<Near>,
}

/// A field with a point lifted into it, and the spec's results there.
pub(super) struct Trial<'s> {
    pub(super) spec: &'s Spec<'s>,
    pub(super) domain: Exact,
    pub(super) lifted: Lifted,
    pub(super) forward: Forward<Element>,
    pub(super) cotangents: Vec<Tensor<Element>>,
    pub(super) directions: Vec<Tensor<Residue>>,
    pub(super) forward_run: Observed,
    pub(super) backward_run: Observed,
}

/// What a program did beside computing.
#[derive(Clone, Debug, Default)]
pub(super) struct Observed {
    pub(super) trace: Trace,
    pub(super) watch: Watch,
    undecided: usize,
}

impl<'s> Trial<'s> {
    /// Runs the spec at a point in a fresh field; the field's demands may grow by what the spec turns out to need.
    pub(super) fn new(
        spec: &'s Spec<'s>,
        point: &RealPoint,
        demands: &mut Demands,
        rng: &mut Rng,
    ) -> Result<Trial<'s>, Silence> {
        let mut here = Vec::new();
        loop {
            let demanded = Demands {
                here: here.clone(),
                ..demands.clone()
            };
            let domain = Exact::new(demanded, Range::Reals, rng);
            let mut trial = Trial::lifted(spec, point, domain, rng);
            trial.run_spec()?;
            let needs = trial.domain.needs();
            if needs != *demands {
                if let Some(trouble) = trial.domain.beyond(&needs) {
                    return Err(Silence::Outside(trouble));
                }
                *demands = needs;
                continue;
            }
            if needs.roots && !trial.find_squares(rng)? {
                let wanted = trial.repetitions();
                if wanted.is_empty()
                    || needs.squares.len() + here.len() + wanted.len() > MOST_SQUARES
                {
                    return Err(no_squares());
                }
                here.extend(wanted);
                continue;
            }
            return trial.checked();
        }
    }

    /// Runs the spec at a point for what it decides there, which the shadows say: roots may be taken of what is no square, so that results
    /// mean nothing.
    pub(super) fn scouting(
        spec: &'s Spec<'s>,
        point: &RealPoint,
        demands: &Demands,
        rng: &mut Rng,
    ) -> Result<Trial<'s>, Silence> {
        let domain = Exact::new(demands.clone(), Range::Reals, rng);
        let mut trial = Trial::lifted(spec, point, domain, rng);
        trial.run_spec()?;
        trial.checked()
    }

    fn lifted(spec: &'s Spec<'s>, point: &RealPoint, domain: Exact, rng: &mut Rng) -> Trial<'s> {
        let lifted = point.lift(spec, &domain, domain.demands().roots, rng);
        let p = domain.fields().p;
        let inputs = lifted.inputs.iter();
        Trial {
            directions: inputs.map(|t| t.map(|_| p.random(rng.bits()))).collect(),
            spec,
            domain,
            lifted,
            forward: Forward {
                outputs: Vec::new(),
                saved: BTreeMap::new(),
            },
            cotangents: Vec::new(),
            forward_run: Observed::default(),
            backward_run: Observed::default(),
        }
    }

    /// The trial, if the spec has results.
    fn checked(self) -> Result<Self, Silence> {
        self.settled(&self.forward_run)?;
        self.settled(&self.backward_run)?;
        let results = self
            .forward
            .outputs
            .iter()
            .chain(self.forward.saved.values());
        let mut all = results.chain(&self.cotangents).flat_map(|t| t.data());
        if all.any(|x| !x.is_sound()) {
            return Err(self.unsound());
        }
        Ok(self)
    }

    /// Whether the run decided everything.
    pub(super) fn settled(&self, run: &Observed) -> Result<(), Silence> {
        if run.undecided == 0 {
            return Ok(());
        }
        // Poison under a comparison leaves it open too.
        match self.domain.poisoned() {
            None => Err(Silence::Undecided(self.domain.outside())),
            Some(_) => Err(self.unsound()),
        }
    }

    pub(super) fn unsound(&self) -> Silence {
        let poison = self.domain.poisoned().map(|trouble| trouble.to_string());
        Silence::Unlucky(poison.unwrap_or_else(|| "a result is no number".to_string()))
    }

    /// Runs `forward` along the directions, and `backward`; yields what they took roots of.
    pub(super) fn run_spec(&mut self) -> Result<Vec<Radicand>, Silence> {
        let fault = |error: crate::SpecError| Silence::Fault(error.to_string());
        let domain = &self.domain;
        let mut moving = self.lifted.clone();
        for (x, v) in moving.inputs.iter_mut().zip(&self.directions) {
            *x = x.zip(v, |x, v| x.with_tangent(*v));
        }
        domain.begin(Range::Reals);
        self.forward = self.spec.forward_at(domain, &moving).map_err(fault)?;
        let mut radicands = domain.take_radicands();
        self.forward_run = Observed::take(domain);
        domain.begin(Range::Reals);
        self.cotangents = self.spec.backward_at(domain, &self.lifted).map_err(fault)?;
        radicands.extend(domain.take_radicands());
        self.backward_run = Observed::take(domain);
        Ok(radicands)
    }

    /// What both passes of the spec did.
    pub(super) fn spec_runs(&self) -> Vec<(Program, Observed)> {
        vec![
            (Program::ForwardSpec, self.forward_run.clone()),
            (Program::BackwardSpec, self.backward_run.clone()),
        ]
    }

    /// How many results the spec has.
    pub(super) fn results(&self) -> usize {
        let forward = self
            .forward
            .outputs
            .iter()
            .chain(self.forward.saved.values());
        forward.chain(&self.cotangents).map(Tensor::len).sum()
    }

    /// Whether the spec's results are numbers of binary32 that a program can be asked for.
    pub(super) fn is_ordinary(&self) -> bool {
        let severe = |run: &Observed| run.watch.oddities().iter().any(|o| o.severe);
        let results = self
            .forward
            .outputs
            .iter()
            .chain(self.forward.saved.values());
        let mut all = results.chain(&self.cotangents).flat_map(|t| t.data());
        let ordinary =
            |x: &Element| x.kind == Kind::NegInfinity || x.shadow.value.abs() <= f32::MAX.into();
        !severe(&self.forward_run) && !severe(&self.backward_run) && all.all(ordinary)
    }
}

impl Observed {
    pub(super) fn take(domain: &Exact) -> Observed {
        Observed {
            undecided: domain.undecided(),
            trace: domain.take_trace(),
            watch: domain.take_watch(),
        }
    }
}
