//! Which decisions were seen to go which way.

use super::cannot::Decided;
use super::trial::Tie;
use crate::field::{Decision, Pair, Site, Trace};
use foldhash::{HashMap, HashSet};
use std::collections::{BTreeMap, BTreeSet};

/// A program whose decisions are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Program {
    ForwardSpec,
    BackwardSpec,
    ForwardKernels,
    BackwardKernels,
}

impl Program {
    /// The tie that needs it; the spec is always needed.
    pub(super) fn tie(self) -> Option<Tie> {
        match self {
            Program::ForwardSpec | Program::BackwardSpec => None,
            Program::ForwardKernels => Some(Tie::Forward),
            Program::BackwardKernels => Some(Tie::Backward),
        }
    }

    /// Whether a tie compares what this program yields.
    pub(super) fn concerns(self, tie: Tie) -> bool {
        match self {
            Program::ForwardSpec => tie != Tie::Backward,
            Program::BackwardSpec => tie != Tie::Forward,
            Program::ForwardKernels | Program::BackwardKernels => self.tie() == Some(tie),
        }
    }
}

/// Everything seen at one shape.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    /// For each occurrence of a decision in a run, the first points at which it went one way and another.
    sites: BTreeMap<(Program, Site), BTreeMap<Occurrence, Sides>>,
    pairs: BTreeSet<(Program, Pair)>,
    loops: BTreeMap<(Program, Site), BTreeSet<u64>>,
    paths: HashSet<(Program, u64)>,
}

/// So many decisions of a site may serve to find its threshold.
const CANDIDATES: usize = 8;

/// Which of a site's decisions in a run: the invocation, and how many of its own came before.
pub(super) type Occurrence = ((u32, u32), usize);

/// An outcome with the point it was seen at, and a point of another outcome.
#[derive(Clone, Copy, Debug)]
struct Sides {
    outcome: i64,
    seen: usize,
    other: Option<usize>,
    /// Whether its operands were the same number somewhere: then it has been at its threshold.
    tied: bool,
    /// A side taken where numbers tie, if not that of `outcome`.
    at_ties: Option<i64>,
    /// Whether it has been proved that there is no other way.
    cannot: bool,
}

impl Sides {
    const NOT_DECIDED: Sides = Sides {
        outcome: Decision::NONE,
        seen: 0,
        other: None,
        tied: false,
        at_ties: None,
        cannot: false,
    };

    /// Takes note of an outcome; whether it is new.
    fn see(&mut self, outcome: i64, point: usize) -> bool {
        self.tied |= outcome == Decision::NONE;
        if outcome == Decision::NONE || outcome == self.outcome || self.other.is_some() {
            return false;
        }
        if self.outcome == Decision::NONE {
            (self.outcome, self.seen) = (outcome, point);
        } else {
            self.other = Some(point);
        }
        true
    }

    /// Takes note of a side taken at a point where numbers tie. Such points do not lie on the way between others, so that they are no end
    /// of a threshold.
    fn see_at_ties(&mut self, taken: i64) {
        if taken != Decision::NONE && taken != self.outcome {
            self.at_ties = Some(taken);
        }
    }

    fn is_both_ways(&self) -> bool {
        self.other.is_some() || self.tied || self.at_ties.is_some_and(|side| side != self.outcome)
    }

    fn is_one_sided(&self) -> bool {
        self.outcome != Decision::NONE && !self.is_both_ways() && !self.cannot
    }
}

/// A decision seen both ways: where its two points are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold {
    pub(super) program: Program,
    pub(super) site: Site,
    pub(super) occurrence: Occurrence,
    pub(super) points: [usize; 2],
}

impl Threshold {
    /// The same, from the other side.
    pub(super) fn turned(&self) -> Threshold {
        let [from, to] = self.points;
        Threshold {
            points: [to, from],
            ..*self
        }
    }
}

/// A site with decisions that went one way only: how many, of how many.
#[derive(Clone, Copy, Debug)]
pub(super) struct OneSided {
    pub(super) program: Program,
    pub(super) site: Site,
    pub(super) open: usize,
    pub(super) all: usize,
}

impl Coverage {
    /// Adds what a program decided at a point of that number, or at one where numbers tie; whether anything is new that points without ties show.
    pub(super) fn absorb(&mut self, program: Program, trace: &Trace, point: Option<usize>) -> bool {
        let mut counts: HashMap<(u32, (u32, u32)), usize> = HashMap::default();
        let mut new = false;
        for decision in trace.decisions() {
            let Some(site) = trace.site(decision) else {
                continue;
            };
            let before = counts.entry((decision.site, decision.invocation));
            let before = before.or_default();
            let sides = self.sites.entry((program, site)).or_default();
            let sides = sides.entry((decision.invocation, *before));
            let sides = sides.or_insert(Sides::NOT_DECIDED);
            match point {
                Some(point) => new |= sides.see(decision.outcome, point),
                None => sides.see_at_ties(decision.taken),
            }
            *before += 1;
        }
        self.count_loops(program, trace);
        if point.is_none() {
            return false;
        }
        for pair in trace.pairs() {
            new |= self.pairs.insert((program, *pair));
        }
        self.paths.insert((program, trace.path()));
        new
    }

    fn count_loops(&mut self, program: Program, trace: &Trace) {
        for (site, counts) in trace.loops() {
            let all = self.loops.entry((program, *site)).or_default();
            all.extend(counts);
        }
    }

    /// Whether anything was decided on data at all.
    pub(super) fn has_decisions(&self) -> bool {
        let mut all = self.sites.values().flat_map(BTreeMap::values);
        all.any(|s| s.outcome != Decision::NONE)
    }

    /// Forgets a program that need not be looked at any more.
    pub(super) fn forget(&mut self, gone: impl Fn(Program) -> bool) {
        self.sites.retain(|(program, _), _| !gone(*program));
        self.pairs.retain(|(program, _)| !gone(*program));
        self.loops.retain(|(program, _), _| !gone(*program));
    }

    /// How many different ways programs took.
    pub(super) fn paths(&self) -> usize {
        self.paths.len()
    }

    /// The sites with decisions that went one way only; unless `each` decision must go both ways, only those of which none did.
    pub(super) fn one_sided(&self, each: bool) -> Vec<OneSided> {
        type All = BTreeMap<Occurrence, Sides>;
        let both = |sides: &All| sides.values().any(Sides::is_both_ways);
        let sites = self.sites.iter().filter(|(_, sides)| each || !both(sides));
        let sites = sites.map(|((program, site), sides)| OneSided {
            program: *program,
            site: *site,
            open: sides.values().filter(|s| s.is_one_sided()).count(),
            all: sides.len(),
        });
        sites.filter(|site| site.open > 0).collect()
    }

    /// Forgets which decisions cannot go another way: on paths seen since they may.
    pub(super) fn unprove(&mut self) {
        let all = self.sites.values_mut().flat_map(BTreeMap::values_mut);
        all.for_each(|sides| sides.cannot = false);
    }

    /// Takes note of decisions that went one way and cannot go another. The sites where none is left that can.
    pub(super) fn prove(&mut self, cannot: &BTreeSet<Decided>) -> Vec<(Program, Site)> {
        let mut done = Vec::new();
        for ((program, site), all) in &mut self.sites {
            let mut proved = 0;
            for (occurrence, sides) in all.iter_mut().filter(|(_, s)| s.is_one_sided()) {
                sides.cannot = cannot.contains(&(*program, *site, *occurrence));
                proved += usize::from(sides.cannot);
            }
            let is_done = |s: &Sides| s.cannot || s.outcome == Decision::NONE;
            if proved > 0 && all.values().all(is_done) {
                done.push((*program, *site));
            }
        }
        done
    }

    /// The sites of which some decision went both ways.
    pub(super) fn both_ways(&self) -> impl Iterator<Item = (Program, Site)> {
        let all = self.sites.iter();
        all.filter(|(_, sides)| sides.values().any(Sides::is_both_ways))
            .map(|(at, _)| *at)
    }

    /// For each site, the first few of its decisions that were seen both ways.
    pub(super) fn thresholds(&self) -> Vec<Vec<Threshold>> {
        let sites = self.sites.iter().map(|((program, site), all)| {
            let turning = all.iter().filter_map(|(occurrence, sides)| {
                Some(Threshold {
                    program: *program,
                    site: *site,
                    occurrence: *occurrence,
                    points: [sides.seen, sides.other?],
                })
            });
            turning.take(CANDIDATES).collect()
        });
        sites.filter(|all: &Vec<_>| !all.is_empty()).collect()
    }

    /// Pairs of outcomes that no invocation was seen to reach together, though each was seen.
    pub(super) fn unmet_pairs(&self) -> usize {
        let mut met: BTreeMap<(Program, Site, Site), BTreeSet<(i64, i64)>> = BTreeMap::new();
        for (program, (first, x, second, y)) in &self.pairs {
            met.entry((*program, *first, *second))
                .or_default()
                .insert((*x, *y));
        }
        let binary = |set: &&BTreeSet<(i64, i64)>| {
            set.iter()
                .all(|(x, y)| (0..2).contains(x) && (0..2).contains(y))
        };
        met.values().filter(binary).map(|set| 4 - set.len()).sum()
    }

    /// After how many iterations loops were left.
    pub(super) fn loops(&self) -> impl Iterator<Item = (&(Program, Site), &BTreeSet<u64>)> {
        self.loops.iter()
    }
}

/// The outcome of a decision in a run.
pub(super) fn outcome(trace: &Trace, site: Site, (invocation, before): Occurrence) -> Option<i64> {
    let decisions = trace
        .decisions()
        .iter()
        .filter(|d| d.invocation == invocation);
    let mut here = decisions.filter(|d| trace.site(d) == Some(site));
    here.nth(before).map(|d| d.outcome)
}
