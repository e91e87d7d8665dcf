//! Where something without end meets something that has one.

use super::Search;
use super::range::Interval;
use crate::tree::{BinaryOp, ExprId, ExprKind, Function, Math, Place, Root, Step, StmtKind, Type};

impl Search<'_> {
    /// Finds where something without end meets something that has one.
    pub(super) fn look(&mut self, function: &Function, values: &[Interval]) {
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
                        self.meet(Interval::endless(Type::U32, true), *trips);
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
    fn array(&mut self, function: &Function, place: &Place, values: &[Interval]) {
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
                local.map(|l| l.dims.clone()).unwrap_or_default()
            }
            Root::Storage(_) => return,
        };
        let indices = place.path.iter().filter_map(|step| match step {
            Step::Index(id) => values.get(id.index()),
            Step::Component(_) => None,
        });
        for (index, length) in indices.zip(lengths) {
            self.meet(*index, Interval::point(length.into()));
        }
    }

    fn meet(&mut self, x: Interval, y: Interval) {
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
