//! The free functions of kernel code, and spellings from elsewhere that are answered with the right one.

/// How a free function is called in the expansion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    /// A method of the recorder that yields a value.
    Value,
    /// A method of the recorder that yields nothing.
    Barrier,
    /// A function of `builtins`.
    Math,
}

/// The functions, in alphabetical order.
const BUILTINS: &[(&str, Builtin)] = &[
    ("dot", Builtin::Math),
    ("fract", Builtin::Math),
    ("global_index", Builtin::Value),
    ("global_invocation_id", Builtin::Value),
    ("inverse_sqrt", Builtin::Math),
    ("local_invocation_id", Builtin::Value),
    ("local_invocation_index", Builtin::Value),
    ("mix", Builtin::Math),
    ("neg_infinity", Builtin::Value),
    ("num_workgroups", Builtin::Value),
    ("sign", Builtin::Math),
    ("step", Builtin::Math),
    ("storage_barrier", Builtin::Barrier),
    ("vec2", Builtin::Math),
    ("vec3", Builtin::Math),
    ("vec4", Builtin::Math),
    ("workgroup_barrier", Builtin::Barrier),
    ("workgroup_id", Builtin::Value),
    ("workgroup_index", Builtin::Value),
];

/// WGSL's own spellings, which Rust code writes otherwise.
const WGSL_SPELLINGS: &[(&str, &str)] = &[
    ("inverseSqrt", "inverse_sqrt(x)"),
    ("select", "if c { a } else { b }"),
    ("storageBarrier", "storage_barrier()"),
    ("workgroupBarrier", "workgroup_barrier()"),
];

/// The function of that name.
pub(crate) fn find(name: &str) -> Option<Builtin> {
    let row = BUILTINS
        .binary_search_by_key(&name, |(name, _)| name)
        .ok()?;
    BUILTINS.get(row).map(|(_, builtin)| *builtin)
}

/// What to write instead of a spelling from WGSL.
pub(crate) fn instead_of(name: &str) -> Option<&'static str> {
    let row = WGSL_SPELLINGS.iter().find(|(wgsl, _)| *wgsl == name)?;
    Some(row.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(BUILTINS.is_sorted_by_key(|(name, _)| name));
        assert!(WGSL_SPELLINGS.is_sorted_by_key(|(name, _)| name));
        assert_eq!(find("mix"), Some(Builtin::Math));
        assert_eq!(find("exp"), None);
    }
}
