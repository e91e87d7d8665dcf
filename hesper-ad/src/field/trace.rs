//! What a run decided on data, and where.

use foldhash::HashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;

/// A place in Rust source that decides on data, and what it decides: `x.max(0.0)` is a `max` on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Site {
    /// The file.
    pub file: &'static str,
    /// Line and column.
    pub at: (u32, u32),
    /// What is decided.
    pub kind: &'static str,
}

/// The outcome at a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decision {
    /// Index into the trace's sites.
    pub site: u32,
    /// The invocation that decided, by workgroup and lane; a spec has but one.
    pub invocation: (u32, u32),
    /// 0 or 1; the number itself where a number is rounded; [`Decision::NONE`] where there was nothing to decide.
    pub outcome: i64,
    /// The side taken: the outcome, and where there was nothing to decide what the comparison said. [`Decision::NONE`] where it only chose
    /// between equal values.
    pub taken: i64,
}

impl Decision {
    /// The outcome where the operands are the same number, or one is −∞.
    pub const NONE: i64 = i64::MIN;
}

/// Two outcomes of one invocation: site and outcome, twice.
pub type Pair = (Site, i64, Site, i64);

/// Everything one run decided.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    sites: Vec<Site>,
    numbers: HashMap<(usize, &'static str), u32>,
    decisions: Vec<Decision>,
    /// What each lane of the running workgroup decided last, by site.
    lanes: Vec<BTreeMap<u32, i64>>,
    workgroup: u32,
    pairs: BTreeSet<Pair>,
    loops: BTreeMap<Site, BTreeSet<u64>>,
}

/// Iterations of a loop from which on counts are not told apart.
pub const MANY: u64 = 3;

impl Site {
    pub(super) fn new(line: &'static Location<'static>, kind: &'static str) -> Site {
        Site {
            file: line.file(),
            at: (line.line(), line.column()),
            kind,
        }
    }
}

impl std::fmt::Display for Site {
    /// `max at src/relu.rs:12:20`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Site {
            file,
            at: (line, column),
            kind,
        } = self;
        write!(f, "{kind} at {file}:{line}:{column}")
    }
}

impl Trace {
    /// The decisions in order.
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// The site of a decision.
    pub fn site(&self, decision: &Decision) -> Option<Site> {
        self.sites.get(decision.site as usize).copied()
    }

    /// Outcomes that one invocation reached together.
    pub fn pairs(&self) -> &BTreeSet<Pair> {
        &self.pairs
    }

    /// How many whole iterations invocations left loops after; [`MANY`] stands for as many and more.
    pub fn loops(&self) -> &BTreeMap<Site, BTreeSet<u64>> {
        &self.loops
    }

    /// A fingerprint of all decisions.
    pub fn path(&self) -> u64 {
        self.decisions
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |hash, d| {
                let mixed = hash ^ u64::from(d.site) << 32 ^ d.outcome as u64;
                // The multiplier of FNV-1a.
                mixed.wrapping_mul(0x0100_0000_01b3).rotate_left(23)
            })
    }

    pub(super) fn decide(
        &mut self,
        line: &'static Location<'static>,
        kind: &'static str,
        [outcome, taken]: [i64; 2],
        lane: Option<usize>,
    ) {
        let site = self.number(line, kind);
        self.decisions.push(Decision {
            site,
            invocation: (self.workgroup, lane.unwrap_or_default() as u32),
            outcome,
            taken,
        });
        if let Some(lane) = lane
            && outcome != Decision::NONE
        {
            self.pair(site, outcome, lane);
        }
    }

    fn pair(&mut self, site: u32, outcome: i64, lane: usize) {
        if self.lanes.len() <= lane {
            self.lanes.resize(lane + 1, BTreeMap::new());
        }
        let seen = &mut self.lanes[lane];
        let site_of = |n: u32| self.sites[n as usize];
        for (other, before) in seen.iter().filter(|(other, _)| **other != site) {
            self.pairs
                .insert((site_of(*other), *before, site_of(site), outcome));
        }
        seen.insert(site, outcome);
    }

    pub(super) fn left_loop(&mut self, line: &'static Location<'static>, iterations: u64) {
        let counts = self.loops.entry(Site::new(line, "loop")).or_default();
        counts.insert(iterations.min(MANY));
    }

    pub(super) fn enter_workgroup(&mut self) {
        self.workgroup += 1;
        self.lanes.iter_mut().for_each(BTreeMap::clear);
    }

    fn number(&mut self, line: &'static Location<'static>, kind: &'static str) -> u32 {
        // A location is a static of the program: its address tells it apart, but one place may have several.
        let key = (std::ptr::from_ref(line).addr(), kind);
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let site = Site::new(line, kind);
        let known = self.sites.iter().position(|s| *s == site);
        let number = known.unwrap_or(self.sites.len()) as u32;
        if known.is_none() {
            self.sites.push(site);
        }
        self.numbers.insert(key, number);
        number
    }
}
