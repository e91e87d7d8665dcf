//! Sizes at which a kernel may begin to do something else: what it compares sizes, indices and counts with.
//!
//! Each integer of a function gets the range in which it lies. Lengths, indices and by-value sizes have no end; a literal is its own range, a
//! counter ends with its trips, a local holds what is stored to it. Where something without end meets something that has one, in a
//! comparison, `min`, `max`, `/`, `%`, `&` or as the index of an array, that end is a threshold. So `j < 512`, `cols.min(512)` and
//! `lane + 64 * t` in eight trips have the same one.
//!
//! ```text
//! range    where a value lies, and what size makes it
//! values   the range of every expression
//! look     what meets what
//! ```

mod look;
mod range;
mod values;

use super::{ExprId, Function, FunctionId, ParamId, Root, Scalar, StmtKind, Tree};
use range::Interval;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rounds after which a local that still grows has no end.
const ROUNDS: usize = 3;
/// Argument lists with which a helper is looked at, at most; with further ones nothing is known of them.
const CONTEXTS: usize = 64;

impl Tree {
    /// What the kernel compares sizes, indices and trip counts with, in ascending order: the ends themselves, and the sizes that
    /// arithmetic on constants makes of them (512 of `cols / 4 < 128`).
    ///
    /// `uniform` knows the by-value arguments that are the same at every size; the others are sizes. `other` is the same kernel made for
    /// other sizes: constants in which the two differ are sizes too. For a kernel that is made once it is the tree itself.
    pub fn thresholds(
        &self,
        other: &Tree,
        uniform: impl Fn(ParamId) -> Option<f64>,
    ) -> BTreeSet<u64> {
        let mut search = Search {
            tree: self,
            other,
            uniforms: (0..self.params.len())
                .map(|i| uniform(ParamId(i as u32)))
                .collect(),
            results: HashMap::new(),
            looked: BTreeMap::new(),
            found: BTreeSet::new(),
        };
        let at = self.functions.len();
        search.function(&self.entry, at, &[], true);
        search.found
    }
}

struct Search<'t> {
    tree: &'t Tree,
    other: &'t Tree,
    uniforms: Vec<Option<f64>>,
    /// What a helper yields for these arguments.
    results: HashMap<(usize, String), Option<Interval>>,
    /// The argument lists with which thresholds of a helper were looked for.
    looked: BTreeMap<usize, BTreeSet<String>>,
    found: BTreeSet<u64>,
}

impl Search<'_> {
    /// What a function yields; looks for thresholds in it and in what it calls, if asked to.
    fn function(
        &mut self,
        function: &Function,
        at: usize,
        arguments: &[Interval],
        look: bool,
    ) -> Option<Interval> {
        let defs = definitions(function);
        let counts = |local: usize| {
            let ty = function.locals.get(local).map(|l| l.ty.scalar);
            ty.is_some_and(Scalar::is_integer)
        };
        let mut locals: Vec<Option<Interval>> = vec![None; function.locals.len()];
        let mut values = self.values(function, at, arguments, &defs, &locals);
        for round in 0.. {
            let mut next = locals.clone();
            for (local, value) in stores(function) {
                let value = values.get(value.index());
                let value = value.filter(|range| !range.is_none());
                let (Some(slot), Some(value)) = (next.get_mut(local), value) else {
                    continue;
                };
                let joined = slot.map_or(*value, |old| old.join(*value));
                *slot = Some(match *slot {
                    Some(old) if round >= ROUNDS && joined != old => Interval {
                        high: if joined.high > old.high {
                            f64::INFINITY
                        } else {
                            old.high
                        },
                        low: if joined.low < old.low {
                            f64::NEG_INFINITY
                        } else {
                            old.low
                        },
                        // What grows without end counts something.
                        sized: joined.sized || counts(local),
                        per: old.per,
                        plus: old.plus,
                    },
                    _ => joined,
                });
            }
            if next == locals || round > 3 * ROUNDS {
                break;
            }
            locals = next;
            values = self.values(function, at, arguments, &defs, &locals);
        }
        if look {
            self.look(function, &values);
        }
        let mut result: Option<Interval> = None;
        for stmt in function.seen_statements() {
            match &stmt.kind {
                StmtKind::Return(Some(id)) => {
                    let value = values.get(id.index()).copied();
                    result = result.zip(value).map(|(a, b)| a.join(b)).or(value);
                }
                StmtKind::Call {
                    function,
                    arguments,
                    ..
                } if look => {
                    let arguments: Vec<Interval> = operands(&values, arguments);
                    self.call(*function, &arguments, true);
                }
                _ => {}
            }
        }
        result
    }

    fn call(&mut self, id: FunctionId, arguments: &[Interval], look: bool) -> Option<Interval> {
        let tree = self.tree;
        let function = tree.functions.get(id.index())?;
        let mut arguments = arguments.to_vec();
        let mut key = format!("{arguments:?}");
        let looked = self.looked.entry(id.index()).or_default();
        if looked.len() >= CONTEXTS && !looked.contains(&key) {
            let types = function.arguments.iter();
            arguments = types.map(|(_, ty)| Interval::endless(*ty, true)).collect();
            key = format!("{arguments:?}");
        }
        let result = match self.results.get(&(id.index(), key.clone())) {
            Some(known) => *known,
            None => {
                let result = self.function(function, id.index(), &arguments, false);
                self.results.insert((id.index(), key.clone()), result);
                result
            }
        };
        if look && self.looked.entry(id.index()).or_default().insert(key) {
            self.function(function, id.index(), &arguments, true);
        }
        result
    }
}

fn operands(values: &[Interval], ids: &[ExprId]) -> Vec<Interval> {
    ids.iter()
        .filter_map(|id| values.get(id.index()).copied())
        .collect()
}

/// The statements that yield results.
fn definitions(function: &Function) -> HashMap<ExprId, &StmtKind> {
    let mut defs = HashMap::new();
    for stmt in function.seen_statements() {
        let result = match &stmt.kind {
            StmtKind::Load { result, .. }
            | StmtKind::UniformLoad { result, .. }
            | StmtKind::Subgroup { result, .. } => Some(*result),
            StmtKind::For { counter, .. } => Some(*counter),
            StmtKind::Call { result, .. } | StmtKind::Atomic { result, .. } => *result,
            _ => None,
        };
        if let Some(result) = result {
            defs.insert(result, &stmt.kind);
        }
    }
    defs
}

/// Which local gets which value.
fn stores(function: &Function) -> Vec<(usize, ExprId)> {
    let stores = function.seen_statements().into_iter();
    let local = stores.filter_map(|stmt| match &stmt.kind {
        StmtKind::Store { place, value } => match place.root {
            Root::Local(local) => Some((local.index(), *value)),
            _ => None,
        },
        _ => None,
    });
    local.collect()
}
