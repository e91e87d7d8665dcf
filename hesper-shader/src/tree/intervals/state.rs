//! What is known at one place of a function.

use super::launch::Product;
use super::range::Range;
use crate::tree::{ExprId, Loc};
use std::collections::{BTreeMap, BTreeSet};

/// Where an integer lies, and which operation it comes from that may have wrapped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Value {
    pub(super) range: Range,
    pub(super) wrap: Option<Origin>,
}

/// An operation that may wrap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Origin {
    pub(super) loc: Loc,
    /// What it does.
    pub(super) what: &'static str,
    /// Where its exact result lies.
    pub(super) exact: Range,
}

/// Conditions, each with whether it holds.
pub(super) type Conditions = Vec<(ExprId, bool)>;

/// A local of the running function.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Local {
    /// None before the first store.
    pub(super) value: Option<Value>,
    /// The expression that has the same value.
    pub(super) alias: Option<ExprId>,
    /// Of a truth value, what holds where it is `false`, and where it is `true`; `None` where it never is.
    pub(super) implied: [Option<Conditions>; 2],
}

impl Local {
    const NEW: Local = Local {
        value: None,
        alias: None,
        implied: [None, None],
    };

    fn join(&self, other: &Local) -> Local {
        let value = match (self.value, other.value) {
            (Some(a), Some(b)) => Some(a.join(b)),
            (a, b) => a.or(b),
        };
        let implied = |i: usize| match (&self.implied[i], &other.implied[i]) {
            (Some(a), Some(b)) => Some(a.iter().filter(|c| b.contains(c)).copied().collect()),
            (a, b) => a.clone().or_else(|| b.clone()),
        };
        Local {
            value,
            alias: self.alias.filter(|alias| other.alias == Some(*alias)),
            implied: [implied(0), implied(1)],
        }
    }

    /// A local that grows is without end, in the direction in which it does.
    fn widened(&self, next: &Local, all: Range) -> Local {
        let value = next.value.map(|new| match self.value {
            Some(old) => {
                let low = if new.range.low < old.range.low {
                    all.low
                } else {
                    new.range.low
                };
                let high = if new.range.high > old.range.high {
                    all.high
                } else {
                    new.range.high
                };
                Value {
                    range: Range::new(low, high),
                    ..new
                }
            }
            None => new,
        });
        Local {
            value,
            ..next.clone()
        }
    }
}

impl Value {
    pub(super) const fn new(range: Range) -> Value {
        Value { range, wrap: None }
    }

    pub(super) fn join(self, other: Value) -> Value {
        Value {
            range: self.range.or(other.range),
            wrap: self.wrap.or(other.wrap),
        }
    }
}

/// What is known at one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    /// Whether anybody gets there.
    pub(super) reached: bool,
    /// What statements have yielded.
    pub(super) values: BTreeMap<ExprId, Value>,
    /// What conditions say of expressions.
    pub(super) facts: BTreeMap<ExprId, Range>,
    /// Where sums lie before they could wrap.
    pub(super) exact: BTreeMap<ExprId, Range>,
    /// How far one expression is above another.
    pub(super) apart: BTreeMap<(ExprId, ExprId), Range>,
    /// Products of sizes that expressions lie below.
    pub(super) below: BTreeMap<ExprId, Vec<Product>>,
    /// Results that are the value of another expression.
    pub(super) links: BTreeMap<ExprId, ExprId>,
    /// What holds where a truth value has been loaded that is `false`, and where it is `true`.
    pub(super) implied: BTreeMap<ExprId, [Option<Conditions>; 2]>,
    pub(super) locals: Vec<Local>,
}

impl State {
    pub(super) fn new(locals: usize) -> State {
        State {
            reached: true,
            values: BTreeMap::new(),
            facts: BTreeMap::new(),
            exact: BTreeMap::new(),
            apart: BTreeMap::new(),
            below: BTreeMap::new(),
            links: BTreeMap::new(),
            implied: BTreeMap::new(),
            locals: vec![Local::NEW; locals],
        }
    }

    /// What is known where two ways meet.
    pub(super) fn join(self, other: State) -> State {
        if !self.reached {
            return other;
        }
        if !other.reached {
            return self;
        }
        let locals = self.locals.iter().zip(&other.locals);
        State {
            reached: true,
            values: both(self.values, &other.values, |a, b| Some(a.join(*b))),
            facts: both(self.facts, &other.facts, |a, b| Some(a.or(*b))),
            exact: both(self.exact, &other.exact, |a, b| Some(a.or(*b))),
            apart: both(self.apart, &other.apart, |a, b| Some(a.or(*b))),
            below: both(self.below, &other.below, |a, b| {
                let common = a.into_iter().filter(|p| b.contains(p));
                Some(common.collect())
            }),
            links: both(self.links, &other.links, |a, b| (a == *b).then_some(a)),
            implied: BTreeMap::new(),
            locals: locals.map(|(a, b)| a.join(b)).collect(),
        }
    }

    /// What is known of the head of a loop where locals still grow.
    pub(super) fn widened(&self, next: State, all: &[Range]) -> State {
        let locals = self.locals.iter().zip(&next.locals).zip(all);
        let locals = locals.map(|((old, new), all)| old.widened(new, *all));
        State {
            locals: locals.collect(),
            ..next
        }
    }

    /// Says nothing of locals any more.
    pub(super) fn lose_locals(&mut self, all: &[Range]) {
        for (local, all) in self.locals.iter_mut().zip(all) {
            *local = Local {
                value: Some(Value {
                    range: *all,
                    wrap: local.value.and_then(|value| value.wrap),
                }),
                alias: None,
                implied: [Some(Vec::new()), Some(Vec::new())],
            };
        }
    }

    /// Forgets what is said of expressions that are about to be computed anew.
    pub(super) fn forget(&mut self, inside: &BTreeSet<ExprId>) {
        let outside = |id: &ExprId| !inside.contains(id);
        self.values.retain(|id, _| outside(id));
        self.facts.retain(|id, _| outside(id));
        self.exact.retain(|id, _| outside(id));
        self.apart.retain(|(a, b), _| outside(a) && outside(b));
        self.below.retain(|id, _| outside(id));
        self.links.retain(|id, to| outside(id) && outside(to));
        self.implied.clear();
        for local in &mut self.locals {
            local.alias = local.alias.filter(outside);
            for implied in local.implied.iter_mut().flatten() {
                implied.retain(|(id, _)| outside(id));
            }
        }
    }
}

/// What both have, joined.
fn both<K: Ord, V>(
    a: BTreeMap<K, V>,
    b: &BTreeMap<K, V>,
    join: impl Fn(V, &V) -> Option<V>,
) -> BTreeMap<K, V> {
    let all = a.into_iter();
    all.filter_map(|(key, x)| {
        let joined = join(x, b.get(&key)?)?;
        Some((key, joined))
    })
    .collect()
}
