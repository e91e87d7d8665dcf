//! How accurate each operation is.

use hesper_shader::domain::{Accuracy, Math, Primitive, RealBinary, RealUnary};
use std::fmt::{self, Display};

/// How accurate each operation of a device is: as WGSL wants it, or as it was measured.
///
/// What is rounded to a neighbour (sums, products, `floor` and the like) is so in both.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    pub(super) name: String,
    pub(super) unary: [Rule; RealUnary::ALL.len()],
    /// Units in the last place of a quotient.
    pub(super) quotient: f64,
    pub(super) atan2: Accuracy,
}

/// How far a function's result may be from the exact one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rule {
    /// As WGSL's table has it.
    pub(super) table: Accuracy,
    /// As it was measured.
    pub(super) measured: Option<Measured>,
}

/// How far a function's result was from the exact one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measured {
    /// At operands between these.
    pub(super) range: [f64; 2],
    /// Units in the last place.
    pub(super) ulps: f64,
    /// So much besides.
    pub(super) absolute: f64,
}

/// Units in the last place that WGSL grants a quotient.
pub(super) const QUOTIENT: f64 = 2.5;

impl Measured {
    /// Wherever the operand is.
    pub(super) const fn everywhere(ulps: f64) -> Measured {
        Measured {
            range: [f64::NEG_INFINITY, f64::INFINITY],
            ulps,
            absolute: 0.0,
        }
    }

    /// `exp 1.2 ulp`.
    pub(super) fn words(self, name: &str) -> String {
        let small = match self.absolute {
            0.0 => String::new(),
            absolute => format!(" + {absolute:.0e}"),
        };
        format!("{name} {:.1} ulp{small}", self.ulps)
    }
}

impl Profile {
    /// What WGSL allows: the table of its section on floating point accuracy, for binary32.
    pub fn wgsl() -> Profile {
        let atan2 = table(Primitive::Binary(RealBinary::Atan2));
        Profile {
            name: "wgsl".to_string(),
            unary: RealUnary::ALL.map(|op| match table(Primitive::Unary(op)) {
                Some(table) => Rule {
                    table,
                    measured: None,
                },
                // Negation, and what only specs know: as good as libraries are.
                None => Rule {
                    table: Accuracy::Inherited,
                    measured: Some(Measured::everywhere(2.0)),
                },
            }),
            quotient: QUOTIENT,
            atan2: atan2.unwrap_or(Accuracy::Inherited),
        }
    }

    pub(super) fn of(&self, op: RealUnary) -> Rule {
        self.unary[op as usize]
    }

    pub(super) fn set(&mut self, op: RealUnary, measured: Measured) {
        self.unary[op as usize].measured = Some(measured);
    }

    /// Whether it is what WGSL allows.
    pub fn is_wgsl(&self) -> bool {
        self.name == "wgsl"
    }
}

/// The accuracy of the function that is this operation.
fn table(primitive: Primitive) -> Option<Accuracy> {
    let mut rows = Math::ALL.iter();
    let row = rows.find(|math| math.primitive() == Some(primitive));
    row.map(|math| math.accuracy())
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
