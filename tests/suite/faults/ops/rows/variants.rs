//! The variants of row-wise functions.

/// Wrong ones.
pub(crate) mod wrong {
    /// RMSNorm: eps beside the root, another eps, none; no projection; r² for r³; the mean over rows.
    pub(crate) const EPS_OUTSIDE: u32 = 1;
    pub(crate) const EPS_VALUE: u32 = 2;
    pub(crate) const EPS_FORGOTTEN: u32 = 3;
    pub(crate) const NO_PROJECTION: u32 = 4;
    pub(crate) const POWER: u32 = 5;
    pub(crate) const COUNT_OF_ROWS: u32 = 6;
    /// RMSNorm: the saved scale before eps; rows of the wrong length.
    pub(crate) const SAVED_TOO_EARLY: u32 = 7;
    pub(crate) const ROW_STRIDE: u32 = 8;
    /// Softmax: a stride of the reduction left out; every row the first; one column short; two shifts; a sum already overwritten.
    pub(crate) const FIRST_STRIDE: u32 = 9;
    pub(crate) const LAST_STRIDE: u32 = 10;
    pub(crate) const ROW_OFFSET: u32 = 11;
    pub(crate) const LOOP_BOUND: u32 = 12;
    pub(crate) const TWO_SHIFTS: u32 = 13;
    pub(crate) const SUM_OVERWRITTEN: u32 = 14;
    /// Causal softmax: the mask one to the right, or none.
    pub(crate) const MASK_SHIFTED: u32 = 15;
    pub(crate) const MASK_FORGOTTEN: u32 = 16;
    /// Log-sum-exp: the maximum not added back.
    pub(crate) const MAX_NOT_ADDED: u32 = 17;
    /// Log-sum-exp without a maximum.
    pub(crate) const NO_MAX: u32 = 22;
    /// Variance: no factor 2; the mean changes under way.
    pub(crate) const FACTOR_TWO: u32 = 18;
    pub(crate) const MEAN_OVERWRITTEN: u32 = 19;
    /// Sum: adds to what was there; the last of each four left out.
    pub(crate) const NOT_INITIALISED: u32 = 20;
    pub(crate) const NO_TAIL: u32 = 21;
}

/// Right ones.
pub(crate) mod right {
    /// Softmax: the shift is nothing, the first element, the maximum of the first half.
    pub(crate) const NO_SHIFT: u32 = 40;
    pub(crate) const FIRST_SHIFT: u32 = 41;
    pub(crate) const HALF_MAX: u32 = 42;
    /// Maximum and sum in one pass; in a dispatch of their own.
    pub(crate) const ONLINE: u32 = 43;
    pub(crate) const TWO_DISPATCHES: u32 = 44;
    /// x·(1/y) for x/y; exp(x)·exp(−m) for exp(x − m).
    pub(crate) const INVERSE: u32 = 45;
    pub(crate) const PRODUCT: u32 = 46;
    /// The backward pass does not use what was saved, or keeps its sum where results go.
    pub(crate) const RECOMPUTED: u32 = 47;
    pub(crate) const IN_PLACE: u32 = 48;
    /// The whole Jacobian; log-sum-exp by the quotient of softmax.
    pub(crate) const JACOBIAN: u32 = 49;
    pub(crate) const QUOTIENT: u32 = 50;
    /// RMSNorm: by y in place of x; x/√y; √(u/n²) and √u/n; sums with mul_add.
    pub(crate) const BY_RESULT: u32 = 51;
    pub(crate) const ROOT: u32 = 52;
    pub(crate) const ROOT_OF_MULTIPLE: u32 = 53;
    pub(crate) const MUL_ADD: u32 = 54;
    /// Four at once, and a tail; pairs; from the end; halves.
    pub(crate) const VECTORS: u32 = 55;
    pub(crate) const PAIRS: u32 = 56;
    pub(crate) const REVERSED: u32 = 57;
    pub(crate) const HALVES: u32 = 58;
    /// The logarithm of the sum of exponentials of two log-sum-exps.
    pub(crate) const TWO_LOGARITHMS: u32 = 59;
    /// Variance: E[x²] − E[x]²; by all differences.
    pub(crate) const MOMENTS: u32 = 60;
    pub(crate) const DIFFERENCES: u32 = 61;
    /// Causal softmax: −∞ where the mask is.
    pub(crate) const MASK_VALUE: u32 = 62;
}
