//! How accurate each operation is.

use hesper_shader::domain::{Accuracy, Math, Primitive, RealBinary, RealUnary};
use std::fmt::{self, Display};

/// How accurate each operation of a device is: as WGSL wants it, or as it was measured.
///
/// What is rounded to a neighbour (sums, products, `floor` and the like) is so in both.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    name: String,
    pub(super) unary: [Rule; RealUnary::ALL.len()],
    /// Quotients.
    pub(super) quotient: f64,
    pub(super) pow: Rule,
    pub(super) atan2: Rule,
}

/// How far a function's result may be from the exact one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rule {
    /// As WGSL's table has it.
    Table(Accuracy),
    /// So many units in the last place, and so much besides.
    Measured { ulps: f64, absolute: f64 },
}

/// Units in the last place that WGSL grants a quotient.
const QUOTIENT: f64 = 2.5;

impl Profile {
    /// What WGSL allows: the table of its section on floating point accuracy, for binary32.
    pub fn wgsl() -> Profile {
        Profile {
            name: "wgsl".to_string(),
            unary: RealUnary::ALL.map(|op| table(Primitive::Unary(op))),
            quotient: QUOTIENT,
            pow: table(Primitive::Binary(RealBinary::Pow)),
            atan2: table(Primitive::Binary(RealBinary::Atan2)),
        }
    }

    pub(super) fn of(&self, op: RealUnary) -> Rule {
        self.unary[op as usize]
    }
}

/// The row of the function that is this operation.
fn table(primitive: Primitive) -> Rule {
    let mut rows = Math::ALL.iter();
    let row = rows.find(|math| math.primitive() == Some(primitive));
    match row {
        Some(math) => Rule::Table(math.accuracy()),
        // Negation, and what only specs know, as good as libraries are.
        None => Rule::Measured {
            ulps: 2.0,
            absolute: 0.0,
        },
    }
}

impl Default for Profile {
    /// [`Profile::wgsl`].
    fn default() -> Profile {
        Profile::wgsl()
    }
}

impl Display for Profile {
    /// Its name, and how it was measured.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
