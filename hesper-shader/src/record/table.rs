//! Tables of the host, by an index of the kernel.

use super::error::RecordProblem;
use super::exp::Exp;
use super::literal::Lift;
use super::memory::Place;
use super::recorder::Recorder;
use super::relations::IndexTy;
use super::state::{OpenBlock, State};
use super::structure::{Held, ValueType};
use super::value::{Parts, Value};
use crate::shader_type::Stored;
use crate::tree::{ExprId, ExprKind, Loc, LocalId, Math, Root, Shape};

/// A table that a function has as local arrays, one for each part of an element, filled where the function begins.
pub(super) struct Table {
    /// What an element is.
    element: Shape,
    values: Vec<ExprKind>,
    /// The first of the arrays.
    local: LocalId,
}

/// What an element of such a table is in a kernel.
type ElementOf<'m, H> = <<H as Lift<'m>>::Value as Held<'m>>::Type;

impl Recorder {
    /// `table[index]`: the element itself where the index is known, else that of a local array with the table's values.
    #[track_caller]
    pub fn element<'m, H: Lift<'m>, I: IndexTy>(
        &'m self,
        name: &str,
        table: &[H],
        index: Exp<'m, I>,
    ) -> H::Value
    where
        H::Value: Held<'m>,
    {
        let (loc, length) = (Loc::caller(), table.len());
        let id = self.own(index, loc);
        if let Some(index) = self.with(|s| s.known_index(id)) {
            if let Some(element) = table.get(index as usize) {
                return element.lifted(self, loc);
            }
            let name = name.to_string();
            let beyond = RecordProblem::BeyondTable {
                name,
                index,
                length,
            };
            self.with(|s| s.problem(beyond, loc));
        } else if length > 0 && !self.with(|s| s.has_left()) {
            let local = Root::Local(self.table(name, table, loc));
            let place = Place::<ElementOf<'m, H>>::new(self, local);
            return ElementOf::<H>::load(place.index(index, loc), loc);
        }
        H::Value::made_of(&mut Parts::new(self, &mut |ty| {
            self.with(|s| s.zero(ty, loc))
        }))
    }

    /// The arrays with these values, filled at the function's beginning.
    fn table<'m, H: Lift<'m>>(&'m self, name: &str, table: &[H], loc: Loc) -> LocalId
    where
        H::Value: Held<'m>,
    {
        let first = self.with(|s| s.begin_table(loc));
        let lifted: Vec<H::Value> = table.iter().map(|value| value.lifted(self, loc)).collect();
        let mut parts = Vec::new();
        for element in &lifted {
            element.parts(self, loc, &mut parts);
        }
        let element = <ElementOf<'m, H> as Stored>::shape();
        let values = self.with(|s| {
            let mut values = Vec::new();
            parts.iter().for_each(|(id, _)| s.written(*id, &mut values));
            values
        });
        if let Some(local) = self.with(|s| s.known_table(first, &element, &values)) {
            return local;
        }
        let place = self.variable::<ElementOf<'m, H>>(name, &[table.len() as u32], loc);
        for (at, value) in (0..).zip(lifted) {
            let index = self.with(|s| s.u32(at, loc));
            ElementOf::<H>::save(place.index(self.exp::<u32>(index), loc), self, value, loc);
        }
        let local = place.local();
        let table = Table {
            element,
            values,
            local,
        };
        self.with(|s| s.end_table(table));
        local
    }
}

impl State {
    /// From here on all that is recorded stands where the function begins. Which expression comes first.
    fn begin_table(&mut self, loc: Loc) -> usize {
        self.open.last_mut().map_or(0, |open| {
            open.blocks.push(OpenBlock::aside(loc));
            open.function.exprs.len()
        })
    }

    /// Adds a constant as it is written: the scalars that it is made of.
    fn written(&self, id: ExprId, values: &mut Vec<ExprKind>) {
        match self.get(id).map(|e| &e.kind) {
            Some(ExprKind::Compose(parts)) => {
                parts.iter().for_each(|part| self.written(*part, values));
            }
            // Infinity and NaN, which no literal writes.
            Some(ExprKind::Math(function @ Math::FromBits, bits)) => {
                values.push(ExprKind::Math(*function, Vec::new()));
                bits.iter().for_each(|part| self.written(*part, values));
            }
            kind => values.extend(kind.cloned()),
        }
    }

    /// A table with these values that the function has already; then what was recorded since `first` is dropped.
    fn known_table(
        &mut self,
        first: usize,
        element: &Shape,
        values: &[ExprKind],
    ) -> Option<LocalId> {
        let open = self.open.last_mut()?;
        let mut known = open.tables.iter();
        let known = known.find(|table| table.element == *element && table.values == values)?;
        let local = known.local;
        open.blocks.pop();
        open.function.exprs.truncate(first);
        Some(local)
    }

    /// Puts what was recorded since where the function begins.
    fn end_table(&mut self, table: Table) {
        if let Some(open) = self.open.last_mut()
            && let Some(filled) = open.blocks.pop()
            && let Some(body) = open.blocks.first_mut()
        {
            body.statements.splice(0..0, filled.statements);
            open.tables.push(table);
        }
    }
}
