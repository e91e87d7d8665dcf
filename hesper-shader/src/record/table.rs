//! Tables of the host, by an index of the kernel.

use super::error::RecordProblem;
use super::exp::Exp;
use super::literal::HostValue;
use super::recorder::Recorder;
use super::relations::IndexTy;
use super::state::State;
use crate::shader_type::ShaderType;
use crate::tree::{
    ExprId, ExprKind, Literal, Loc, LocalId, Place, Root, Step, Stmt, StmtKind, Type,
};

/// A table that a function has as a local array, filled where the function begins.
pub(super) struct Table {
    values: Vec<ExprKind>,
    local: LocalId,
}

impl Recorder {
    /// `table[index]`: the element itself where the index is known, else that of a local array with the table's values.
    #[track_caller]
    pub fn element<'m, H: HostValue, I: IndexTy>(
        &'m self,
        name: &str,
        table: &[H],
        index: Exp<'m, I>,
    ) -> Exp<'m, H::Shader> {
        let (loc, ty) = (Loc::caller(), <H::Shader as ShaderType>::TYPE);
        let index = self.own(index, loc);
        let values: Result<Vec<ExprKind>, _> = table.iter().map(|value| value.lift()).collect();
        let id = self.with(|s| {
            let element = values.and_then(|values| s.element(name, values, ty, index, loc));
            element.unwrap_or_else(|problem| {
                s.problem(problem, loc);
                s.zero(ty, loc)
            })
        });
        self.exp(id)
    }
}

impl State {
    fn element(
        &mut self,
        name: &str,
        values: Vec<ExprKind>,
        ty: Type,
        index: ExprId,
        loc: Loc,
    ) -> Result<ExprId, RecordProblem> {
        let length = values.len();
        if let Some(index) = self.known_index(index) {
            let value = values.into_iter().nth(index as usize);
            let beyond = RecordProblem::BeyondTable {
                name: name.to_string(),
                index,
                length,
            };
            return value.map(|value| self.expr(value, ty, loc)).ok_or(beyond);
        }
        if self.has_left() || length == 0 {
            return Ok(self.zero(ty, loc));
        }
        let local = self.table(name, values, ty, loc);
        let (root, path) = (Root::Local(local), vec![Step::Index(index)]);
        Ok(self.load(Place { root, path }, ty, loc))
    }

    /// The array with these values, filled at the function's beginning.
    fn table(&mut self, name: &str, values: Vec<ExprKind>, ty: Type, loc: Loc) -> LocalId {
        let known = self.open.last().into_iter().flat_map(|open| &open.tables);
        if let Some(table) = known.into_iter().find(|table| table.values == values) {
            return table.local;
        }
        let local = self.local(name, ty, &[values.len() as u32], loc);
        let mut stores = Vec::new();
        for (at, value) in (0..).zip(&values) {
            let index = self.expr(ExprKind::Literal(Literal::U32(at)), Type::U32, loc);
            let place = Place {
                root: Root::Local(local),
                path: vec![Step::Index(index)],
            };
            let value = self.expr(value.clone(), ty, loc);
            let kind = StmtKind::Store { place, value };
            stores.push(Stmt { kind, loc });
        }
        if let Some(open) = self.open.last_mut() {
            if let Some(body) = open.blocks.first_mut() {
                body.statements.splice(0..0, stores);
            }
            open.tables.push(Table { values, local });
        }
        local
    }
}
