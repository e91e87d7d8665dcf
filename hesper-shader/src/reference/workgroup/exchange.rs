//! What lanes of a subgroup give each other: a vote, a combination, a value of another lane.

use super::subgroups::Subgroups;
use crate::domain::{Domain, RealBinary};
use crate::number::Number;
use crate::reference::values::columns::{Column, mixed, part, part_mut, refused, same_scalar};
use crate::reference::values::mask::Mask;
use crate::reference::values::reals::Reals;
use crate::tree::{ByScalar, Combine, SubgroupOp};

/// Two integers of either kind combined.
macro_rules! integers {
    ($how:expr, $x:expr, $y:expr) => {
        match $how {
            Combine::Add => $x.wrapping_add($y),
            Combine::Multiply => $x.wrapping_mul($y),
            Combine::Min => $x.min($y),
            Combine::Max => $x.max($y),
            Combine::And => $x & $y,
            Combine::Or => $x | $y,
            Combine::Xor => $x ^ $y,
        }
    };
}

/// One subgroup statement.
#[derive(Clone, Copy)]
pub(in crate::reference) struct Exchange<'e> {
    pub(in crate::reference) op: SubgroupOp,
    pub(in crate::reference) subgroups: &'e Subgroups,
    /// The lane, distance or mask of each lane.
    pub(in crate::reference) operand: Option<&'e [u32]>,
    pub(in crate::reference) active: &'e Mask,
}

impl Exchange<'_> {
    /// Whether the result says only whether something holds.
    pub(super) fn is_vote(&self) -> bool {
        matches!(
            self.op,
            SubgroupOp::All | SubgroupOp::Any | SubgroupOp::Ballot
        )
    }

    /// What happens to traces of where the values come from, as numbers: of several the greatest.
    pub(super) fn of_origins(self) -> Self {
        let op = match self.op {
            SubgroupOp::All | SubgroupOp::Any | SubgroupOp::Ballot | SubgroupOp::Reduce(_) => {
                SubgroupOp::Reduce(Combine::Max)
            }
            SubgroupOp::InclusiveScan(_) => SubgroupOp::InclusiveScan(Combine::Max),
            SubgroupOp::ExclusiveScan(_) => SubgroupOp::ExclusiveScan(Combine::Max),
            other => other,
        };
        Exchange { op, ..self }
    }

    /// Runs; yields which lanes asked a lane that is not there, each with that lane's number.
    pub(in crate::reference) fn run<D: Domain<Mask = bool>>(
        &self,
        from: &Column<D::Value>,
        out: &mut Column<D::Value>,
        reals: &Reals<'_, D>,
    ) -> Vec<(usize, u32)> {
        match self.op {
            SubgroupOp::All | SubgroupOp::Any | SubgroupOp::Ballot => {
                self.vote(from.truths(), out);
            }
            SubgroupOp::Reduce(c) | SubgroupOp::InclusiveScan(c) | SubgroupOp::ExclusiveScan(c) => {
                self.combine(c, from, out, reals);
            }
            SubgroupOp::BroadcastFirst
            | SubgroupOp::Broadcast(_)
            | SubgroupOp::Shuffle(_)
            | SubgroupOp::ShuffleUp(_)
            | SubgroupOp::ShuffleDown(_)
            | SubgroupOp::ShuffleXor(_)
            | SubgroupOp::QuadBroadcast(_)
            | SubgroupOp::QuadSwapX
            | SubgroupOp::QuadSwapY
            | SubgroupOp::QuadSwapDiagonal => return self.shuffle(from, out),
        }
        Vec::new()
    }

    fn is_active(&self, lane: usize) -> bool {
        self.active.lanes().get(lane) == Some(&true)
    }

    /// The active lanes of a subgroup: the lane there, and the lane of the team.
    fn present<'m>(
        &'m self,
        members: &'m [Option<usize>],
    ) -> impl Iterator<Item = (usize, usize)> + 'm {
        let members = members.iter().enumerate();
        members.filter_map(|(i, lane)| Some((i, lane.filter(|lane| self.is_active(*lane))?)))
    }

    fn vote<V: Copy>(&self, truths: &[bool], out: &mut Column<V>) {
        let lanes = truths.len();
        let holds = |lane: usize| truths.get(lane) == Some(&true);
        for members in self.subgroups.each() {
            let all = self.present(members).all(|(_, lane)| holds(lane));
            let any = self.present(members).any(|(_, lane)| holds(lane));
            let mut ballot = [0u32; 4];
            for (i, _) in self.present(members).filter(|(_, lane)| holds(*lane)) {
                if let Some(word) = ballot.get_mut(i / 32) {
                    *word |= 1 << (i % 32);
                }
            }
            for (_, lane) in self.present(members) {
                match (&mut *out, self.op) {
                    (Column::Bool(out), SubgroupOp::All) => out[lane] = all,
                    (Column::Bool(out), SubgroupOp::Any) => out[lane] = any,
                    (Column::U32(out), SubgroupOp::Ballot) => {
                        for (c, word) in ballot.iter().enumerate() {
                            out[c * lanes + lane] = *word;
                        }
                    }
                    _ => mixed(),
                }
            }
        }
    }

    fn combine<D: Domain<Mask = bool>>(
        &self,
        how: Combine,
        from: &Column<D::Value>,
        out: &mut Column<D::Value>,
        reals: &Reals<'_, D>,
    ) {
        let domain = reals.domain;
        match (from, out) {
            (Column::F32(from), Column::F32(out)) => {
                let op = match how {
                    Combine::Add => RealBinary::Add,
                    Combine::Multiply => RealBinary::Multiply,
                    Combine::Min => RealBinary::Min,
                    Combine::Max => RealBinary::Max,
                    Combine::And | Combine::Or | Combine::Xor => {
                        refused("bits of a real");
                    }
                };
                let identity = match how {
                    Combine::Multiply => domain.constant(Number::ONE),
                    _ => reals.zero,
                };
                self.fold(from, out, identity, |x, y| domain.binary(op, x, y))
            }
            (Column::I32(from), Column::I32(out)) => {
                self.fold(from, out, identity(how), |x, y| integers!(how, x, y))
            }
            (Column::U32(from), Column::U32(out)) => {
                self.fold(from, out, identity(how) as u32, |x, y| integers!(how, x, y))
            }
            _ => mixed(),
        }
    }

    /// Combines from the lowest lane up; an exclusive scan begins with the identity.
    fn fold<T: Copy>(&self, from: &[T], out: &mut [T], identity: T, f: impl Fn(T, T) -> T) {
        let lanes = self.active.lanes().len();
        for c in 0..from.len() / lanes.max(1) {
            let (from, out) = (part(from, c, lanes), part_mut(out, c, lanes));
            for members in self.subgroups.each() {
                let mut sum = None;
                for (_, lane) in self.present(members) {
                    let value = from[lane];
                    if let SubgroupOp::ExclusiveScan(_) = self.op {
                        out[lane] = sum.unwrap_or(identity);
                    }
                    let so_far = sum.map_or(value, |sum| f(sum, value));
                    sum = Some(so_far);
                    if let SubgroupOp::InclusiveScan(_) = self.op {
                        out[lane] = so_far;
                    }
                }
                if let (SubgroupOp::Reduce(_), Some(sum)) = (self.op, sum) {
                    for (_, lane) in self.present(members) {
                        out[lane] = sum;
                    }
                }
            }
        }
    }

    fn shuffle<V: Copy>(&self, from: &Column<V>, out: &mut Column<V>) -> Vec<(usize, u32)> {
        let mut absent = Vec::new();
        let lanes = self.active.lanes().len();
        for members in self.subgroups.each() {
            let lowest = self.present(members).next().map(|(i, _)| i);
            for (i, lane) in self.present(members) {
                let source = self.source(i, lane, lowest.unwrap_or(i));
                let there = members.get(source as usize).copied().flatten();
                let giver = there.filter(|lane| self.is_active(*lane));
                if giver.is_none() {
                    absent.push((lane, source));
                }
                // What such a lane gets is anything; its own value is as good as another.
                copy_lane(from, giver.unwrap_or(lane), out, lane, lanes);
            }
        }
        absent
    }

    /// The lane whose value lane `i` of a subgroup gets.
    fn source(&self, i: usize, lane: usize, lowest: usize) -> u32 {
        let i = i as u32;
        let n = self
            .operand
            .and_then(|o| o.get(lane).copied())
            .unwrap_or_default();
        match self.op {
            SubgroupOp::BroadcastFirst => lowest as u32,
            SubgroupOp::Broadcast(from) => from,
            SubgroupOp::Shuffle(_) => n,
            // Below lane 0 there is none: a number beyond every subgroup.
            SubgroupOp::ShuffleUp(_) => i.checked_sub(n).unwrap_or(u32::MAX),
            SubgroupOp::ShuffleDown(_) => i.saturating_add(n),
            SubgroupOp::ShuffleXor(_) => i ^ n,
            SubgroupOp::QuadBroadcast(from) => i / 4 * 4 + from % 4,
            SubgroupOp::QuadSwapX => i ^ 1,
            SubgroupOp::QuadSwapY => i ^ 2,
            SubgroupOp::QuadSwapDiagonal => i ^ 3,
            SubgroupOp::Reduce(_)
            | SubgroupOp::InclusiveScan(_)
            | SubgroupOp::ExclusiveScan(_)
            | SubgroupOp::All
            | SubgroupOp::Any
            | SubgroupOp::Ballot => i,
        }
    }
}

/// What combines with anything to that; only scans need it, which are sums and products.
fn identity(how: Combine) -> i32 {
    match how {
        Combine::Multiply => 1,
        Combine::Add | Combine::Min | Combine::Max | Combine::And | Combine::Or | Combine::Xor => 0,
    }
}

/// Copies all components of one lane to another lane of another column.
fn copy_lane<V: Copy>(
    from: &Column<V>,
    source: usize,
    out: &mut Column<V>,
    lane: usize,
    lanes: usize,
) {
    same_scalar!(from, out, |from, out| {
        for c in 0..from.len() / lanes.max(1) {
            out[c * lanes + lane] = from[c * lanes + source];
        }
    })
}
