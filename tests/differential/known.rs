//! What random kernels leave out, or keep within bounds, because of mistakes that drivers are known for.

/// A construct that the generator does not make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Avoided {
    /// The heading of the issue in `docs/known-driver-issues.md`.
    pub issue: &'static str,
    /// What random kernels do instead.
    pub instead: &'static str,
}

/// All of them; the page refers to this table.
pub const AVOIDED: &[Avoided] = &[
    Avoided {
        issue: "Loops end after 65 535 iterations",
        instead: "at most 3000 iterations of all loops of an invocation (`statements.rs`)",
    },
    Avoided {
        issue: "tanh of a large number is NaN",
        instead: "operands of `tanh` are clamped to −5 to 5 (`reals.rs`)",
    },
    Avoided {
        issue: "A float remainder is off by a whole divisor",
        instead: "`%` of floats is compared within WGSL's bound, which allows either neighbour of a quotient that is nearly whole (`enclosure.rs`)",
    },
    Avoided {
        issue: "Sums are added up in another order",
        instead: "a sum of rounded numbers holds what any order yields (`interval.rs`)",
    },
    Avoided {
        issue: "A step is off where it is added",
        instead: "a chosen 0 or 1 is taken for a difference (`interval.rs`)",
    },
    Avoided {
        issue: "Some comparisons in loops are never compiled",
        instead: "only small literals decide a branch in a loop (`integers.rs`)",
    },
    Avoided {
        issue: "Unreachable code crashes the compiler",
        instead: "of the arms of a branch one leaves at most (`statements.rs`)",
    },
];
