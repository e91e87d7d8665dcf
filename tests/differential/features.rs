//! Parts of the language that the generator uses only where they are switched on.

/// A part of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Asides and logs.
    Asides,
    /// Atomic buffers and workgroup variables, their results unused, so that the order of updates does not matter.
    Atomics,
    /// Local arrays.
    LocalArrays,
    /// Exchanges within a subgroup. They depend on its size: texts alone are compared.
    Subgroups,
    /// Loads that are the same for a whole workgroup.
    UniformLoads,
    /// Operators that are meant to wrap.
    WrappingOperators,
    /// Integers divided by zero, of which WGSL says what they are.
    ZeroDivisors,
}

impl Feature {
    /// All of them.
    pub const ALL: [Feature; 7] = [
        Feature::Asides,
        Feature::Atomics,
        Feature::LocalArrays,
        Feature::Subgroups,
        Feature::UniformLoads,
        Feature::WrappingOperators,
        Feature::ZeroDivisors,
    ];
}

/// What kernels are made of by default: what the verifier, the executor and the lowering have.
pub const ENABLED: &[Feature] = &[];
