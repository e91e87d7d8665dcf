//! Sizes at which a kernel may begin to do something else: what it compares sizes, indices and counts with.
//!
//! Each integer of a function gets the range in which it lies. Lengths, indices and by-value sizes have no end; a literal is its own range, a
//! counter ends with its trips, a local holds what is stored to it. Where something without end meets something that has one, in a
//! comparison, `min`, `max`, `/`, `%`, `&` or as the index of an array, that end is a threshold. So `j < 512`, `cols.min(512)` and
//! `lane + 64 * t` in eight trips have the same one.

use super::{
    BinaryOp, BuiltinValue, ExprId, ExprKind, Function, FunctionId, Literal, Math, ParamId,
    ParamKind, Place, Root, Scalar, Step, StmtKind, Tree, Type,
};
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

/// Where a value lies, and what size makes it: `value = per · size + plus`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Range {
    low: f64,
    high: f64,
    /// Whether sizes or indices decide it.
    sized: bool,
    per: f64,
    plus: f64,
}

impl Range {
    const fn new(low: f64, high: f64, sized: bool) -> Range {
        Range {
            low,
            high,
            sized,
            per: 1.0,
            plus: 0.0,
        }
    }

    /// Something without end.
    const fn endless(ty: Type, sized: bool) -> Range {
        match ty.scalar {
            Scalar::U32 => Range::new(0.0, f64::INFINITY, sized),
            Scalar::I32 | Scalar::F32 => Range::new(f64::NEG_INFINITY, f64::INFINITY, sized),
            Scalar::Bool => Range::new(0.0, 1.0, sized),
        }
    }

    /// Of what has no value yet.
    const NONE: Range = Range::new(f64::INFINITY, f64::NEG_INFINITY, false);

    const fn point(value: f64) -> Range {
        Range::new(value, value, false)
    }

    fn is_none(self) -> bool {
        self.low > self.high
    }

    fn has_end(self) -> bool {
        self.high.is_finite()
    }

    fn join(self, other: Range) -> Range {
        let bigger = if self.high >= other.high { self } else { other };
        Range {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            sized: self.sized || other.sized,
            ..bigger
        }
    }

    /// The range between the results at all ends, of a value that a size makes so.
    fn corners(self, other: Range, f: impl Fn(f64, f64) -> f64) -> Range {
        let ends = |a: f64| [f(a, other.low), f(a, other.high)];
        let all = [ends(self.low), ends(self.high)].concat();
        // What has no value, as ∞ − ∞, may be anything.
        let unknown = all.iter().any(|x| x.is_nan());
        let fold = |f: fn(f64, f64) -> f64, start| all.iter().copied().fold(start, f);
        Range {
            low: if unknown {
                f64::NEG_INFINITY
            } else {
                fold(f64::min, f64::INFINITY)
            },
            high: if unknown {
                f64::INFINITY
            } else {
                fold(f64::max, f64::NEG_INFINITY)
            },
            sized: self.sized || other.sized,
            per: 1.0,
            plus: 0.0,
        }
    }

    /// Which of two decides the size: the one without end.
    fn decides(self, other: Range) -> (Range, Range) {
        if self.has_end() && !other.has_end() {
            (other, self)
        } else {
            (self, other)
        }
    }
}

struct Search<'t> {
    tree: &'t Tree,
    other: &'t Tree,
    uniforms: Vec<Option<f64>>,
    /// What a helper yields for these arguments.
    results: HashMap<(usize, String), Option<Range>>,
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
        arguments: &[Range],
        look: bool,
    ) -> Option<Range> {
        let defs = definitions(function);
        let counts = |local: usize| {
            let ty = function.locals.get(local).map(|l| l.ty.scalar);
            ty.is_some_and(Scalar::is_integer)
        };
        let mut locals: Vec<Option<Range>> = vec![None; function.locals.len()];
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
                    Some(old) if round >= ROUNDS && joined != old => Range {
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
        let mut result: Option<Range> = None;
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
                    let arguments: Vec<Range> = operands(&values, arguments);
                    self.call(*function, &arguments, true);
                }
                _ => {}
            }
        }
        result
    }

    fn call(&mut self, id: FunctionId, arguments: &[Range], look: bool) -> Option<Range> {
        let tree = self.tree;
        let function = tree.functions.get(id.index())?;
        let mut arguments = arguments.to_vec();
        let mut key = format!("{arguments:?}");
        let looked = self.looked.entry(id.index()).or_default();
        if looked.len() >= CONTEXTS && !looked.contains(&key) {
            let types = function.arguments.iter();
            arguments = types.map(|(_, ty)| Range::endless(*ty, true)).collect();
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

    /// The range of every expression, with locals as they are known so far.
    fn values(
        &mut self,
        function: &Function,
        at: usize,
        arguments: &[Range],
        defs: &HashMap<ExprId, &StmtKind>,
        locals: &[Option<Range>],
    ) -> Vec<Range> {
        let mut values: Vec<Range> = Vec::with_capacity(function.exprs.len());
        for (i, expr) in function.exprs.iter().enumerate() {
            let value = match &expr.kind {
                ExprKind::Literal(literal) => self.literal(*literal, at, i, expr.ty),
                ExprKind::Uniform(param) => match self.uniforms.get(param.index()).copied() {
                    Some(Some(value)) => Range::point(value),
                    _ => Range::endless(expr.ty, self.is_integer(*param)),
                },
                ExprKind::Argument(n) => {
                    let given = arguments.get(*n as usize).copied();
                    given.unwrap_or(Range::endless(expr.ty, false))
                }
                ExprKind::Result => {
                    let def = defs.get(&ExprId(i as u32)).copied();
                    self.result(expr.ty, def, &values, locals)
                }
                kind => self.pure(kind, expr.ty, &values),
            };
            values.push(value);
        }
        values
    }

    fn is_integer(&self, param: ParamId) -> bool {
        let kind = self.tree.params.get(param.index()).map(|p| p.kind);
        matches!(kind, Some(ParamKind::Uniform(scalar)) if scalar.is_integer())
    }

    fn literal(&self, literal: Literal, function: usize, at: usize, ty: Type) -> Range {
        let other = match self.other.functions.get(function) {
            Some(helper) => helper,
            None => &self.other.entry,
        };
        let same = |other: &super::Expr| other.kind == ExprKind::Literal(literal);
        let differs = |other: &super::Expr| {
            matches!(other.kind, ExprKind::Literal(l) if l.scalar() == literal.scalar())
                && !same(other)
        };
        if other.exprs.get(at).is_some_and(differs) {
            return Range::endless(ty, true);
        }
        Range::point(match literal {
            Literal::F32(number) => number.to_f64(),
            Literal::I32(n) => n.into(),
            Literal::U32(n) => n.into(),
            Literal::Bool(b) => u8::from(b).into(),
        })
    }

    /// What a statement yields.
    fn result(
        &mut self,
        ty: Type,
        def: Option<&StmtKind>,
        values: &[Range],
        locals: &[Option<Range>],
    ) -> Range {
        // Integers in memory are labels, offsets, counts.
        let data = Range::endless(ty, ty.scalar.is_integer());
        match def {
            Some(StmtKind::For { trips, .. }) => match values.get(trips.index()) {
                Some(trips) => Range {
                    low: 0.0,
                    high: (trips.high - 1.0).max(0.0),
                    sized: true,
                    ..*trips
                },
                None => Range::endless(ty, true),
            },
            Some(StmtKind::Load { place, .. }) => match place.root {
                Root::Local(local) => {
                    let known = locals.get(local.index()).copied().flatten();
                    known.unwrap_or(Range::NONE)
                }
                _ => data,
            },
            Some(StmtKind::Call {
                function,
                arguments,
                ..
            }) => {
                let arguments = operands(values, arguments);
                self.call(*function, &arguments, false).unwrap_or(data)
            }
            _ => data,
        }
    }

    fn pure(&self, kind: &ExprKind, ty: Type, values: &[Range]) -> Range {
        let of = |id: &ExprId| values.get(id.index()).copied();
        let known = match kind {
            ExprKind::Length(_) => Some(Range::endless(ty, true)),
            ExprKind::BuiltinValue(builtin) => Some(self.builtin(*builtin, ty)),
            ExprKind::Convert(x) | ExprKind::Splat(x) | ExprKind::Component(x, _) => of(x),
            ExprKind::Compose(parts) => {
                let parts = parts.iter().filter_map(of);
                parts.reduce(Range::join)
            }
            ExprKind::Select {
                on_true, on_false, ..
            } => of(on_true).zip(of(on_false)).map(|(a, b)| a.join(b)),
            ExprKind::Binary(op, x, y) => of(x).zip(of(y)).map(|(x, y)| binary(*op, x, y, ty)),
            ExprKind::Math(math, operands) => {
                let operands: Vec<Range> = operands.iter().filter_map(of).collect();
                match (math, &operands[..]) {
                    (Math::Min, [x, y]) => Some(Range {
                        low: x.low.min(y.low),
                        high: x.high.min(y.high),
                        ..x.join(*y)
                    }),
                    (Math::Max, [x, y]) => Some(Range {
                        low: x.low.max(y.low),
                        ..x.join(*y)
                    }),
                    (Math::Clamp, [_, low, high]) => Some(low.join(*high)),
                    (Math::Floor | Math::Ceil | Math::Trunc | Math::RoundTiesEven, [x]) => Some(*x),
                    (_, operands) => {
                        let sized = operands.iter().any(|x| x.sized);
                        Some(Range::endless(ty, sized))
                    }
                }
            }
            _ => None,
        };
        known.unwrap_or(Range::endless(ty, false))
    }

    fn builtin(&self, builtin: BuiltinValue, ty: Type) -> Range {
        let below = |n: u64| Range::new(0.0, n.saturating_sub(1) as f64, true);
        match builtin {
            BuiltinValue::LocalInvocationId => below(
                self.tree
                    .workgroup_size
                    .iter()
                    .copied()
                    .max()
                    .unwrap_or(1)
                    .into(),
            ),
            BuiltinValue::LocalInvocationIndex
            | BuiltinValue::SubgroupInvocationId
            | BuiltinValue::SubgroupId => below(self.tree.invocations()),
            BuiltinValue::SubgroupSize | BuiltinValue::NumSubgroups => {
                Range::new(1.0, self.tree.invocations() as f64, false)
            }
            _ => Range::endless(ty, true),
        }
    }

    /// Finds where something without end meets something that has one.
    fn look(&mut self, function: &Function, values: &[Range]) {
        for expr in &function.exprs {
            let pairs: Vec<(ExprId, ExprId)> = match &expr.kind {
                ExprKind::Binary(op, x, y) if meets(*op) => vec![(*x, *y)],
                ExprKind::Math(Math::Min | Math::Max | Math::Step, operands) => operands
                    .first()
                    .copied()
                    .zip(operands.get(1).copied())
                    .into_iter()
                    .collect(),
                ExprKind::Math(Math::Clamp, operands) => {
                    let rest = operands.iter().skip(1);
                    rest.filter_map(|bound| Some((*operands.first()?, *bound)))
                        .collect()
                }
                _ => continue,
            };
            for (x, y) in pairs {
                if let (Some(x), Some(y)) = (values.get(x.index()), values.get(y.index())) {
                    self.meet(*x, *y);
                }
            }
        }
        for stmt in function.seen_statements() {
            match &stmt.kind {
                // So many trips over what may be more.
                StmtKind::For { trips, .. } => {
                    if let Some(trips) = values.get(trips.index()) {
                        self.meet(Range::endless(Type::U32, true), *trips);
                    }
                }
                StmtKind::Load { place, .. }
                | StmtKind::Store { place, .. }
                | StmtKind::UniformLoad { place, .. }
                | StmtKind::Atomic { place, .. } => self.array(function, place, values),
                _ => {}
            }
        }
    }

    /// An array has an end.
    fn array(&mut self, function: &Function, place: &Place, values: &[Range]) {
        let tree = self.tree;
        let lengths: Vec<u32> = match place.root {
            Root::Workgroup(id) => {
                let var = tree.workgroup.get(id.index());
                let other = self.other.workgroup.get(id.index());
                let same = var.zip(other).filter(|(a, b)| a.dims == b.dims);
                same.map(|(var, _)| var.dims.clone()).unwrap_or_default()
            }
            Root::Local(id) => {
                let local = function.locals.get(id.index());
                local.and_then(|l| l.length).into_iter().collect()
            }
            Root::Storage(_) => return,
        };
        let indices = place.path.iter().filter_map(|step| match step {
            Step::Index(id) => values.get(id.index()),
            Step::Component(_) => None,
        });
        for (index, length) in indices.zip(lengths) {
            self.meet(*index, Range::point(length.into()));
        }
    }

    fn meet(&mut self, x: Range, y: Range) {
        let (endless, end) = x.decides(y);
        if endless.has_end() || !endless.sized || !end.has_end() {
            return;
        }
        let ends = [end.low, end.high];
        for end in ends {
            for size in [end, (end - endless.plus) / endless.per] {
                let size = size.ceil();
                if (1.0..=f64::from(u32::MAX)).contains(&size) {
                    self.found.insert(size as u64);
                }
            }
        }
    }
}

/// Whether an operator may treat what is beyond its other operand differently.
fn meets(op: BinaryOp) -> bool {
    use BinaryOp::*;
    op.is_comparison() || matches!(op, Divide | Remainder | And)
}

fn binary(op: BinaryOp, x: Range, y: Range, ty: Type) -> Range {
    use BinaryOp::*;
    // With a single number a size stays one.
    let scaled = |range: Range, f: fn(f64, f64) -> f64| {
        let (mut range, (size, by)) = (range, x.decides(y));
        if by.has_end() {
            (range.per, range.plus) = match op {
                Add | Subtract | WrappingAdd | WrappingSubtract => {
                    (size.per, f(size.plus, by.high))
                }
                _ => (f(size.per, by.high), f(size.plus, by.high)),
            };
        }
        // A size that is multiplied by zero is none.
        if range.per == 0.0 || !range.per.is_finite() || !range.plus.is_finite() {
            (range.per, range.plus) = (1.0, 0.0);
        }
        range
    };
    let at_least_zero = |range: Range| match ty.scalar {
        // What wraps is a mistake, or meant for a check of its own.
        Scalar::U32 => Range {
            low: range.low.max(0.0),
            high: range.high.max(0.0),
            ..range
        },
        _ => range,
    };
    if x.is_none() || y.is_none() {
        return Range::NONE;
    }
    let shift = |n: f64| n.clamp(0.0, 31.0).exp2();
    match op {
        Add | WrappingAdd => scaled(x.corners(y, |a, b| a + b), |a, b| a + b),
        Subtract | WrappingSubtract => {
            at_least_zero(scaled(x.corners(y, |a, b| a - b), |a, b| a - b))
        }
        // 0 · ∞ is 0 here: so many of nothing.
        Multiply | WrappingMultiply => {
            let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
            scaled(x.corners(y, product), |a, b| a * b)
        }
        Divide if y.low > 0.0 => scaled(x.corners(y, quotient), |a, b| a / b),
        Remainder if y.low > 0.0 && x.low >= 0.0 => {
            Range::new(0.0, x.high.min(y.high - 1.0).max(0.0), x.sized || y.sized)
        }
        And if x.low >= 0.0 && y.low >= 0.0 => {
            Range::new(0.0, x.high.min(y.high), x.sized || y.sized)
        }
        ShiftLeft => scaled(x.corners(y, |a, n| a * shift(n)), |a, n| {
            a * n.clamp(0.0, 31.0).exp2()
        }),
        ShiftRight => scaled(x.corners(y, |a, n| a / shift(n)), |a, n| {
            a / n.clamp(0.0, 31.0).exp2()
        }),
        _ => Range::endless(ty, x.sized || y.sized),
    }
}

/// ∞ / ∞ may be anything from 0 on: the end that is wanted is the far one.
fn quotient(a: f64, b: f64) -> f64 {
    if a.is_infinite() { a } else { a / b }
}

fn operands(values: &[Range], ids: &[ExprId]) -> Vec<Range> {
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
