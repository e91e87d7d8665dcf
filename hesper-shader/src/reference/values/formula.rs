//! Builtin functions that are formulas, on whole columns: a number domain whose values are columns.

use super::columns::part;
use crate::domain::{Comparison, Domain, Format, Math, NoMeaning, RealBinary, RealUnary, Value};
use crate::number::Number;
use std::cell::RefCell;

/// The function's formula; operands beyond its arity are empty.
pub(super) fn evaluate<D: Domain<Mask = bool>>(
    domain: &D,
    op: Math,
    operands: [&[D::Value]; 3],
    active: &[bool],
    out: &mut [D::Value],
) {
    let lanes = active.len();
    let columns = Columns {
        domain,
        active,
        numbers: RefCell::default(),
        truths: RefCell::default(),
    };
    let operands = operands.map(|x| {
        let parts = 0..x.len() / lanes.max(1);
        let parts = parts.map(|c| columns.keep(part(x, c, lanes).to_vec()));
        parts.collect::<Vec<Column>>()
    });
    let operands: Vec<&[Column]> = operands[..op.arity().min(3)]
        .iter()
        .map(Vec::as_slice)
        .collect();
    let result = op.formula(&columns, &operands);
    let numbers = columns.numbers.borrow();
    for (column, out) in result.iter().zip(out.chunks_exact_mut(lanes)) {
        if let Some(x) = numbers.get(column.0) {
            out.copy_from_slice(x);
        }
    }
}

/// The columns that a formula has met, over the domain of their elements.
struct Columns<'a, D: Domain> {
    domain: &'a D,
    active: &'a [bool],
    numbers: RefCell<Vec<Vec<D::Value>>>,
    truths: RefCell<Vec<Vec<bool>>>,
}

/// A column by its place.
#[derive(Clone, Copy, Debug)]
struct Column(usize);

/// A column of truth values by its place.
#[derive(Clone, Copy, Debug)]
struct Truths(usize);

impl Value for Column {}

impl<D: Domain<Mask = bool>> Columns<'_, D> {
    fn keep(&self, column: Vec<D::Value>) -> Column {
        let mut numbers = self.numbers.borrow_mut();
        numbers.push(column);
        Column(numbers.len() - 1)
    }

    fn filled(&self, value: D::Value) -> Column {
        self.keep(vec![value; self.active.len()])
    }

    /// A column made of others, one of which it starts as.
    fn made(&self, from: Column, make: impl FnOnce(&[Vec<D::Value>], &mut [D::Value])) -> Column {
        let made = {
            let numbers = self.numbers.borrow();
            let mut out = numbers[from.0].clone();
            make(&numbers, &mut out);
            out
        };
        self.keep(made)
    }
}

impl<D: Domain<Mask = bool>> Domain for Columns<'_, D> {
    type Value = Column;
    type Mask = Truths;

    fn name(&self) -> String {
        self.domain.name()
    }

    fn constant(&self, number: Number) -> Column {
        self.filled(self.domain.constant(number))
    }

    fn neg_infinity(&self) -> Column {
        self.filled(self.domain.neg_infinity())
    }

    fn from_f32(&self, value: f32) -> Column {
        self.filled(self.domain.from_f32(value))
    }

    fn from_integer(&self, value: i64) -> Column {
        self.filled(self.domain.from_integer(value))
    }

    fn round(&self, format: Format, x: Column) -> Column {
        self.made(x, |of, out| {
            let lanes = out.iter_mut().zip(&of[x.0]);
            lanes.for_each(|(out, x)| *out = self.domain.round(format, *x));
        })
    }

    // Formulas yield reals.
    fn to_integer(&self, _: Column, _: i64, _: i64) -> Result<i64, NoMeaning> {
        Err(NoMeaning {
            domain: self.name(),
            operation: "a cast within a formula".to_string(),
        })
    }

    fn unary(&self, op: RealUnary, x: Column) -> Column {
        self.made(x, |of, out| {
            self.domain.unary_column(op, &of[x.0], self.active, out);
        })
    }

    fn binary(&self, op: RealBinary, x: Column, y: Column) -> Column {
        self.made(x, |of, out| {
            self.domain
                .binary_column(op, &of[x.0], &of[y.0], self.active, out);
        })
    }

    fn mul_add(&self, x: Column, y: Column, z: Column) -> Column {
        self.made(x, |of, out| {
            self.domain
                .mul_add_column(&of[x.0], &of[y.0], &of[z.0], self.active, out);
        })
    }

    fn compare(&self, op: Comparison, x: Column, y: Column) -> Truths {
        let mut out = vec![false; self.active.len()];
        let of = self.numbers.borrow();
        self.domain
            .compare_column(op, &of[x.0], &of[y.0], self.active, &mut out);
        let mut truths = self.truths.borrow_mut();
        truths.push(out);
        Truths(truths.len() - 1)
    }

    fn select(&self, mask: Truths, on_true: Column, on_false: Column) -> Column {
        let truths = self.truths.borrow();
        self.made(on_true, |of, out| {
            let (t, f) = (&of[on_true.0], &of[on_false.0]);
            self.domain
                .select_column(&truths[mask.0], t, f, self.active, out);
        })
    }
}
