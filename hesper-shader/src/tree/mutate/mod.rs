//! Variants of a kernel: wrong ones, to see whether checks refuse them, and right ones, to see whether they accept them.
//!
//! ```text
//! operands  constants  memory  control     what is made wrong, a family a file
//! rewrite   peel                           what is written otherwise and means the same
//! draft     ids                            a tree that is being changed
//! look                                     a function that is looked at, and what was found
//! same                                     what makes no difference
//! ```
//!
//! A variant differs from the kernel in one place. It keeps the rules of a tree ([`verify`](super::verify)): a change that does not is no
//! variant, and only counted.

mod constants;
mod control;
mod draft;
mod ids;
mod look;
mod memory;
mod operands;
mod peel;
mod rewrite;
mod same;

use super::verify::Verified;
use super::{Loc, ParamId, Tree};
use look::Look;
use std::fmt;

/// A kernel that differs from another in one place, or is written otherwise throughout.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What was done.
    pub kind: Kind,
    /// The same of this place: "`a - b` becomes `b - a`". No two variants of a kernel have the same words.
    pub words: String,
    /// The function that was changed, the kernel or a helper.
    pub function: String,
    /// The line that was changed.
    pub loc: Loc,
    /// What came of it.
    pub tree: Verified,
    /// Two parameters of which one stands for the other, where that is all: bound to equal numbers, or to equally many elements where it is
    /// lengths, they make no difference.
    pub params: Option<[ParamId; 2]>,
}

/// Variants of a kernel.
#[derive(Clone, Debug, Default)]
pub struct Variants {
    /// Those that keep the rules of a tree, in the order of the text.
    pub all: Vec<Variant>,
    /// How many changes did not.
    pub ill_typed: usize,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $name:literal;)*) => {
        /// What makes a variant.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $variant),* }

        impl Kind {
            /// All of them.
            pub const ALL: &[Kind] = &[$(Kind::$variant),*];

            /// Its name in reports.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name),* }
            }
        }
    };
}

kinds! {
    /// Operands, or the values of a selection, in another order.
    Swap "operands swapped";
    /// An operation gone, one operand in its place: also a row's offset that is left out.
    Drop "term dropped";
    /// An operand counted twice.
    Duplicate "term duplicated";
    /// A plus for a minus, a minus for a plus, a minus left out.
    Sign "sign changed";
    /// A constant changed by one in its last digit; zero or one for minus infinity.
    Constant "constant changed";
    /// A comparison that differs where its sides are equal, or that goes the other way.
    Comparison "comparison changed";
    /// An index one further.
    Offset "index moved";
    /// Rows and columns of an access, or components of a position, exchanged.
    Transpose "access transposed";
    /// A loop with one trip less.
    Trips "last trip left out";
    /// A size or number for another.
    Uniform "wrong uniform";
    /// A barrier gone.
    Barrier "barrier removed";
    /// What a condition guards done always, or never.
    Guard "guard removed";
    /// A write gone, or a value read before it was written anew.
    Stale "stale value";
    /// An atomic, or an exchange within a subgroup, that combines otherwise.
    Combine "combined otherwise";

    /// Operands exchanged where their order does not matter.
    Commute "commuted";
    /// `(a + b) + c` as `a + (b + c)`, and products alike.
    Associate "re-associated";
    /// What does not change in a loop computed before it.
    Hoist "hoisted";
    /// `x - y` as `x + (-y)`.
    AddNegated "differences as sums";
    /// `a < b` as `b > a`.
    Turn "comparisons turned";
    /// Branches and selections by the opposite condition.
    Negate "conditions negated";
    /// A loop's first trip before the loop.
    Peel "first trip peeled";
    /// Each barrier twice.
    MoreBarriers "barriers doubled";
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Wrong variants, each with one change; a few may mean the same as the kernel.
pub fn mutants(tree: &Tree) -> Variants {
    let mut found = Variants::default();
    for at in Look::reached(tree) {
        let look = Look::at(tree, at);
        operands::find(&look, &mut found);
        constants::find(&look, &mut found);
        memory::find(&look, &mut found);
        control::find(&look, &mut found);
    }
    found.tell_apart();
    found
}

/// Variants that mean the same, each changed throughout; no other than those in which something changed.
pub fn rewritings(tree: &Tree) -> Variants {
    let mut found = Variants::default();
    rewrite::find(tree, &mut found);
    peel::find(tree, &mut found);
    found
}

impl Variants {
    /// Puts them in the order of the text, and counts those of the same words.
    fn tell_apart(&mut self) {
        let place = |v: &Variant| (v.loc.0.file(), v.loc.0.line(), v.loc.0.column());
        self.all.sort_by(|a, b| place(a).cmp(&place(b)));
        for at in 0..self.all.len() {
            let (before, rest) = self.all.split_at_mut(at);
            let Some(variant) = rest.first_mut() else {
                return;
            };
            let same = |v: &&Variant| {
                let words = v.words.strip_prefix(&variant.words);
                let more =
                    words.is_some_and(|more| more.is_empty() || more.starts_with(", place "));
                more && v.function == variant.function
            };
            let count = before.iter().filter(same).count();
            if count > 0 {
                variant.words = format!("{}, place {}", variant.words, count + 1);
            }
        }
    }
}
