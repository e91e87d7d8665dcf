//! A lane in which an operation wraps: what ranges say may happen does, if one gets there.
//!
//! A lane is chosen at an end of what is known here: the last invocation, the last iteration of each loop, the greatest number a buffer may
//! hold; or the first and the least. Then everything is computed for it alone, without a range: the conditions on the way there, which must all
//! hold, and the operation.

use super::Walk;
use super::range::Range;
use super::state::Origin;
use crate::tree::{
    BinaryOp, BuiltinValue, ExprId, ExprKind, Literal, Loc, Math, Root, StmtKind, UnaryOp,
};
use std::collections::BTreeMap;

/// How deep expressions are followed.
const DEPTH: usize = 200;

/// An invocation by its place in the dispatch.
struct Lane {
    group: [i128; 3],
    local: [i128; 3],
    /// Whether counters and numbers in memory are the greatest that they can be, else the least.
    last: bool,
    /// What was computed: expressions of each frame.
    known: BTreeMap<(usize, ExprId), Option<i128>>,
    /// Operations that wrapped.
    wrapped: Vec<Loc>,
}

impl Walk<'_> {
    /// Whether the operation wraps in some lane that gets here.
    pub(super) fn is_certain(&mut self, k: usize, id: ExprId, origin: Origin) -> bool {
        [true, false].into_iter().any(|last| {
            let Some(mut lane) = self.lane(k, last) else {
                return false;
            };
            self.compute(k, id, &mut lane, DEPTH);
            lane.wrapped.contains(&origin.loc) && self.gets_here(k, &mut lane)
        })
    }

    /// Whether the conditions on the way hold in the lane.
    fn gets_here(&mut self, k: usize, lane: &mut Lane) -> bool {
        (0..=k).all(|frame| {
            let path = self.frames[frame].path.clone();
            path.into_iter().all(|(condition, truth)| {
                self.compute(frame, condition, lane, DEPTH) == Some(truth.into())
            })
        })
    }

    /// The last lane, or the first, that what is known of flat positions leaves.
    fn lane(&mut self, k: usize, last: bool) -> Option<Lane> {
        let groups = self.launch.groups.map(|n| n.single());
        let [Some(x), Some(y), Some(z)] = groups else {
            return None;
        };
        let size = self.tree.workgroup_size.map(i128::from);
        let team: i128 = size.iter().product();
        let end = |range: Range| if last { range.high } else { range.low };
        let mut lane = Lane {
            group: if last { [x - 1, y - 1, z - 1] } else { [0; 3] },
            local: if last { size.map(|n| n - 1) } else { [0; 3] },
            last,
            known: BTreeMap::new(),
            wrapped: Vec::new(),
        };
        for frame in 0..=k {
            for i in 0..self.frames[frame].function.exprs.len() {
                let id = ExprId(i as u32);
                let fact = self.frames[frame].state.facts.get(&id).copied();
                let Some(at) = fact.map(end) else {
                    continue;
                };
                match &self.expr(frame, id).kind {
                    ExprKind::BuiltinValue(BuiltinValue::GlobalIndex) => {
                        lane.group = flat(at / team, [x, y]);
                        lane.local = flat(at % team, [size[0], size[1]]);
                    }
                    ExprKind::BuiltinValue(BuiltinValue::WorkgroupIndex) => {
                        lane.group = flat(at, [x, y]);
                    }
                    ExprKind::BuiltinValue(BuiltinValue::LocalInvocationIndex) => {
                        lane.local = flat(at, [size[0], size[1]]);
                    }
                    ExprKind::Component(of, c) => {
                        let c = usize::from(*c).min(2);
                        match self.expr(frame, self.canon(frame, *of)).kind {
                            ExprKind::BuiltinValue(BuiltinValue::GlobalInvocationId) => {
                                lane.group[c] = at / size[c];
                                lane.local[c] = at % size[c];
                            }
                            ExprKind::BuiltinValue(BuiltinValue::WorkgroupId) => lane.group[c] = at,
                            ExprKind::BuiltinValue(BuiltinValue::LocalInvocationId) => {
                                lane.local[c] = at;
                            }
                            _ => {}
                        }
                    }
                    _ => {}
                }
            }
        }
        Some(lane)
    }

    /// The value of a scalar in the lane, if it can be told; what wraps there is remembered, and has no value.
    fn compute(&mut self, k: usize, id: ExprId, lane: &mut Lane, depth: usize) -> Option<i128> {
        let id = self.canon(k, id);
        if let Some(known) = lane.known.get(&(k, id)) {
            return *known;
        }
        let value = self.compute_new(k, id, lane, depth.checked_sub(1)?);
        lane.known.insert((k, id), value);
        value
    }

    fn compute_new(&mut self, k: usize, id: ExprId, lane: &mut Lane, depth: usize) -> Option<i128> {
        let expr = self.expr(k, id);
        if expr.ty.size != 1 || expr.ty.scalar.is_float() {
            return None;
        }
        let exact = match &expr.kind {
            ExprKind::Literal(literal) => match literal {
                Literal::U32(n) => (*n).into(),
                Literal::I32(n) => (*n).into(),
                Literal::Bool(b) => (*b).into(),
                Literal::F32(_) => return None,
            },
            ExprKind::Uniform(param) | ExprKind::Length(param) => {
                self.launch.params.get(param.index())?.value.single()?
            }
            ExprKind::BuiltinValue(builtin) => self.position(*builtin, 0, lane)?,
            ExprKind::Component(of, c) => {
                let of = self.canon(k, *of);
                match &self.expr(k, of).kind {
                    ExprKind::BuiltinValue(builtin) => self.position(*builtin, *c, lane)?,
                    ExprKind::Compose(parts) => {
                        let part = *parts.get(usize::from(*c))?;
                        self.compute(k, part, lane, depth)?
                    }
                    ExprKind::Splat(x) => self.compute(k, *x, lane, depth)?,
                    _ => return None,
                }
            }
            ExprKind::Argument(n) => {
                let given = *self.frames[k].arguments.get(*n as usize)?;
                self.compute(k.checked_sub(1)?, given, lane, depth)?
            }
            ExprKind::Unary(op, x) => {
                let x = self.compute(k, *x, lane, depth)?;
                let all = Range::of(expr.ty.scalar);
                match op {
                    UnaryOp::Negate => -x,
                    UnaryOp::Not => all.high + all.low - x,
                }
            }
            ExprKind::Binary(op, x, y) => {
                let (op, x, y) = (*op, *x, *y);
                let x = self.compute(k, x, lane, depth)?;
                let y = self.compute(k, y, lane, depth)?;
                binary(op, x, y)?
            }
            ExprKind::Math(op, operands) => {
                let (op, operands) = (*op, operands.clone());
                let values: Option<Vec<i128>> = operands
                    .iter()
                    .map(|x| self.compute(k, *x, lane, depth))
                    .collect();
                match (op, &values?[..]) {
                    (Math::Min, [x, y]) => *x.min(y),
                    (Math::Max, [x, y]) => *x.max(y),
                    (Math::Clamp, [x, low, high]) => *x.max(low).min(high),
                    _ => return None,
                }
            }
            ExprKind::Select {
                condition,
                on_true,
                on_false,
            } => {
                let (t, f) = (*on_true, *on_false);
                let chosen = self.compute(k, *condition, lane, depth)?;
                self.compute(k, if chosen == 1 { t } else { f }, lane, depth)?
            }
            ExprKind::Convert(x) => {
                if !self.expr(k, *x).ty.scalar.is_integer() {
                    return None;
                }
                self.compute(k, *x, lane, depth)?
            }
            ExprKind::Result => self.result(k, id, lane, depth)?,
            ExprKind::NegInfinity | ExprKind::Compose(_) | ExprKind::Splat(_) => return None,
        };
        if Range::of(expr.ty.scalar).contains(Range::point(exact)) {
            return Some(exact);
        }
        lane.wrapped.push(expr.loc);
        None
    }

    /// A counter at its last trip or its first, or what memory may hold; nothing is told of locals.
    fn result(&mut self, k: usize, id: ExprId, lane: &mut Lane, depth: usize) -> Option<i128> {
        let function = self.frames[k].function;
        let trips = function
            .seen_statements()
            .into_iter()
            .find_map(|stmt| match &stmt.kind {
                StmtKind::For { counter, trips, .. } if *counter == id => Some(*trips),
                _ => None,
            });
        if let Some(trips) = trips {
            let trips = self.compute(k, trips, lane, depth)?;
            return (trips > 0).then_some(if lane.last { trips - 1 } else { 0 });
        }
        let place = self.frames[k].names.place(id)?;
        let Root::Storage(param) = place.root else {
            return None;
        };
        // What a kernel has made may be less than its type holds.
        let elements = self.launch.params.get(param.index())?.elements;
        if elements == Range::of(self.expr(k, id).ty.scalar) {
            return None;
        }
        let range = self.range(k, id);
        Some(if lane.last { range.high } else { range.low })
    }

    fn position(&self, builtin: BuiltinValue, c: u8, lane: &Lane) -> Option<i128> {
        let c = usize::from(c).min(2);
        let size = self.tree.workgroup_size.map(i128::from);
        let [x, y, _] = self.launch.groups.map(|n| n.high);
        let [i, j, k] = lane.local;
        let index = (k * size[1] + j) * size[0] + i;
        let [gx, gy, gz] = lane.group;
        let group = (gz * y + gy) * x + gx;
        Some(match builtin {
            BuiltinValue::GlobalInvocationId => lane.group[c] * size[c] + lane.local[c],
            BuiltinValue::LocalInvocationId => lane.local[c],
            BuiltinValue::WorkgroupId => lane.group[c],
            BuiltinValue::NumWorkgroups => self.launch.groups[c].single()?,
            BuiltinValue::LocalInvocationIndex => index,
            BuiltinValue::WorkgroupIndex => group,
            BuiltinValue::GlobalIndex => group * size.iter().product::<i128>() + index,
            _ => return None,
        })
    }
}

/// A place by its number, x fastest.
fn flat(at: i128, [x, y]: [i128; 2]) -> [i128; 3] {
    [at % x, at / x % y, at / (x * y)]
}

fn binary(op: BinaryOp, x: i128, y: i128) -> Option<i128> {
    use BinaryOp::*;
    let shift = || u32::try_from(y).ok().filter(|n| *n < 32);
    Some(match op {
        Add => x + y,
        Subtract => x - y,
        Multiply => x.checked_mul(y)?,
        Divide => x.checked_div(y)?,
        Remainder => x.checked_rem(y)?,
        And => x & y,
        Or => x | y,
        Xor => x ^ y,
        ShiftLeft => x << shift()?,
        ShiftRight => x >> shift()?,
        Equal => (x == y).into(),
        NotEqual => (x != y).into(),
        Less => (x < y).into(),
        LessEqual => (x <= y).into(),
        Greater => (x > y).into(),
        GreaterEqual => (x >= y).into(),
        // Meant to wrap: nothing is told of it.
        WrappingAdd | WrappingSubtract | WrappingMultiply => return None,
    })
}
