//! The free functions of kernel code, and spellings from elsewhere that are answered with the right one.

/// How a free function is called in the expansion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    /// A method of the recorder that yields a value.
    Value,
    /// A method of the recorder that yields nothing.
    Barrier,
    /// A function of `builtins`; one that yields two values yields a tuple.
    Math,
    /// A function of `builtins` whose second argument is the host's.
    Lane,
    /// `workgroup_uniform_load`, which takes a place.
    UniformLoad,
}

/// The functions, in alphabetical order.
const BUILTINS: &[(&str, Builtin)] = &[
    ("all", Builtin::Math),
    ("any", Builtin::Math),
    ("cross", Builtin::Math),
    ("distance", Builtin::Math),
    ("dot", Builtin::Math),
    ("dot4_i8_packed", Builtin::Math),
    ("dot4_u8_packed", Builtin::Math),
    ("extract_bits", Builtin::Math),
    ("face_forward", Builtin::Math),
    ("first_leading_bit", Builtin::Math),
    ("first_trailing_bit", Builtin::Math),
    ("fract", Builtin::Math),
    ("frexp", Builtin::Math),
    ("global_index", Builtin::Value),
    ("global_invocation_id", Builtin::Value),
    ("insert_bits", Builtin::Math),
    ("inverse_sqrt", Builtin::Math),
    ("ldexp", Builtin::Math),
    ("length", Builtin::Math),
    ("local_invocation_id", Builtin::Value),
    ("local_invocation_index", Builtin::Value),
    ("mat2", Builtin::Math),
    ("mat3", Builtin::Math),
    ("mat4", Builtin::Math),
    ("mix", Builtin::Math),
    ("modf", Builtin::Math),
    ("neg_infinity", Builtin::Value),
    ("normalize", Builtin::Math),
    ("num_subgroups", Builtin::Value),
    ("num_workgroups", Builtin::Value),
    ("pack2x16float", Builtin::Math),
    ("pack2x16snorm", Builtin::Math),
    ("pack2x16unorm", Builtin::Math),
    ("pack4x8snorm", Builtin::Math),
    ("pack4x8unorm", Builtin::Math),
    ("pack4x_i8", Builtin::Math),
    ("pack4x_i8_clamp", Builtin::Math),
    ("pack4x_u8", Builtin::Math),
    ("pack4x_u8_clamp", Builtin::Math),
    ("quad_broadcast", Builtin::Lane),
    ("quad_swap_diagonal", Builtin::Math),
    ("quad_swap_x", Builtin::Math),
    ("quad_swap_y", Builtin::Math),
    ("quantize_to_f16", Builtin::Math),
    ("reflect", Builtin::Math),
    ("refract", Builtin::Math),
    ("saturate", Builtin::Math),
    ("sign", Builtin::Math),
    ("smoothstep", Builtin::Math),
    ("step", Builtin::Math),
    ("storage_barrier", Builtin::Barrier),
    ("subgroup_add", Builtin::Math),
    ("subgroup_all", Builtin::Math),
    ("subgroup_and", Builtin::Math),
    ("subgroup_any", Builtin::Math),
    ("subgroup_ballot", Builtin::Math),
    ("subgroup_broadcast", Builtin::Lane),
    ("subgroup_broadcast_first", Builtin::Math),
    ("subgroup_elect", Builtin::Value),
    ("subgroup_exclusive_add", Builtin::Math),
    ("subgroup_exclusive_mul", Builtin::Math),
    ("subgroup_id", Builtin::Value),
    ("subgroup_inclusive_add", Builtin::Math),
    ("subgroup_inclusive_mul", Builtin::Math),
    ("subgroup_invocation_id", Builtin::Value),
    ("subgroup_max", Builtin::Math),
    ("subgroup_min", Builtin::Math),
    ("subgroup_mul", Builtin::Math),
    ("subgroup_or", Builtin::Math),
    ("subgroup_shuffle", Builtin::Math),
    ("subgroup_shuffle_down", Builtin::Math),
    ("subgroup_shuffle_up", Builtin::Math),
    ("subgroup_shuffle_xor", Builtin::Math),
    ("subgroup_size", Builtin::Value),
    ("subgroup_xor", Builtin::Math),
    ("unpack2x16float", Builtin::Math),
    ("unpack2x16snorm", Builtin::Math),
    ("unpack2x16unorm", Builtin::Math),
    ("unpack4x8snorm", Builtin::Math),
    ("unpack4x8unorm", Builtin::Math),
    ("unpack4x_i8", Builtin::Math),
    ("unpack4x_u8", Builtin::Math),
    ("vec2", Builtin::Math),
    ("vec3", Builtin::Math),
    ("vec4", Builtin::Math),
    ("workgroup_barrier", Builtin::Barrier),
    ("workgroup_id", Builtin::Value),
    ("workgroup_index", Builtin::Value),
    ("workgroup_uniform_load", Builtin::UniformLoad),
];

/// The methods of atomics, in alphabetical order.
const ATOMIC_METHODS: &[&str] = &[
    "compare_exchange_weak",
    "fetch_add",
    "fetch_and",
    "fetch_max",
    "fetch_min",
    "fetch_or",
    "fetch_sub",
    "fetch_xor",
    "load",
    "store",
    "swap",
];

/// WGSL's own spellings, which Rust code writes otherwise.
const WGSL_SPELLINGS: &[(&str, &str)] = &[
    ("atomicAdd", "x[i].fetch_add(v)"),
    ("atomicAnd", "x[i].fetch_and(v)"),
    (
        "atomicCompareExchangeWeak",
        "let (old, exchanged) = x[i].compare_exchange_weak(expected, new);",
    ),
    ("atomicExchange", "x[i].swap(v)"),
    ("atomicLoad", "x[i].load()"),
    ("atomicMax", "x[i].fetch_max(v)"),
    ("atomicMin", "x[i].fetch_min(v)"),
    ("atomicOr", "x[i].fetch_or(v)"),
    ("atomicStore", "x[i].store(v)"),
    ("atomicSub", "x[i].fetch_sub(v)"),
    ("atomicXor", "x[i].fetch_xor(v)"),
    ("countLeadingZeros", "x.leading_zeros()"),
    ("countOneBits", "x.count_ones()"),
    ("countTrailingZeros", "x.trailing_zeros()"),
    ("degrees", "x.to_degrees()"),
    ("dot4I8Packed", "dot4_i8_packed(a, b)"),
    ("dot4U8Packed", "dot4_u8_packed(a, b)"),
    ("extractBits", "extract_bits(x, offset, count)"),
    ("faceForward", "face_forward(n, i, g)"),
    ("firstLeadingBit", "first_leading_bit(x)"),
    ("firstTrailingBit", "first_trailing_bit(x)"),
    ("insertBits", "insert_bits(x, y, offset, count)"),
    ("inverseSqrt", "inverse_sqrt(x)"),
    ("pack4xI8", "pack4x_i8(v)"),
    ("pack4xI8Clamp", "pack4x_i8_clamp(v)"),
    ("pack4xU8", "pack4x_u8(v)"),
    ("pack4xU8Clamp", "pack4x_u8_clamp(v)"),
    ("quadBroadcast", "quad_broadcast(x, lane)"),
    ("quadSwapDiagonal", "quad_swap_diagonal(x)"),
    ("quadSwapX", "quad_swap_x(x)"),
    ("quadSwapY", "quad_swap_y(x)"),
    ("quantizeToF16", "quantize_to_f16(x)"),
    ("radians", "x.to_radians()"),
    ("reverseBits", "x.reverse_bits()"),
    (
        "select",
        "if c { a } else { b }`, by components `mask.select(a, b)",
    ),
    ("storageBarrier", "storage_barrier()"),
    ("subgroupAdd", "subgroup_add(x)"),
    ("subgroupAll", "subgroup_all(b)"),
    ("subgroupAnd", "subgroup_and(x)"),
    ("subgroupAny", "subgroup_any(b)"),
    ("subgroupBallot", "subgroup_ballot(b)"),
    ("subgroupBroadcast", "subgroup_broadcast(x, lane)"),
    ("subgroupBroadcastFirst", "subgroup_broadcast_first(x)"),
    ("subgroupElect", "subgroup_elect()"),
    ("subgroupExclusiveAdd", "subgroup_exclusive_add(x)"),
    ("subgroupExclusiveMul", "subgroup_exclusive_mul(x)"),
    ("subgroupInclusiveAdd", "subgroup_inclusive_add(x)"),
    ("subgroupInclusiveMul", "subgroup_inclusive_mul(x)"),
    ("subgroupMax", "subgroup_max(x)"),
    ("subgroupMin", "subgroup_min(x)"),
    ("subgroupMul", "subgroup_mul(x)"),
    ("subgroupOr", "subgroup_or(x)"),
    ("subgroupShuffle", "subgroup_shuffle(x, lane)"),
    ("subgroupShuffleDown", "subgroup_shuffle_down(x, n)"),
    ("subgroupShuffleUp", "subgroup_shuffle_up(x, n)"),
    ("subgroupShuffleXor", "subgroup_shuffle_xor(x, mask)"),
    ("subgroupXor", "subgroup_xor(x)"),
    ("unpack4xI8", "unpack4x_i8(word)"),
    ("unpack4xU8", "unpack4x_u8(word)"),
    ("workgroupBarrier", "workgroup_barrier()"),
    ("workgroupUniformLoad", "workgroup_uniform_load(t[i])"),
];

/// The function of that name.
pub(crate) fn find(name: &str) -> Option<Builtin> {
    let row = BUILTINS
        .binary_search_by_key(&name, |(name, _)| name)
        .ok()?;
    BUILTINS.get(row).map(|(_, builtin)| *builtin)
}

/// Whether a method is one of atomics.
pub(crate) fn is_atomic_method(name: &str) -> bool {
    ATOMIC_METHODS.binary_search(&name).is_ok()
}

/// All functions, and the methods of atomics.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let functions = BUILTINS.iter().map(|(name, _)| *name);
    functions.chain(ATOMIC_METHODS.iter().copied())
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
        assert!(ATOMIC_METHODS.is_sorted());
        assert!(WGSL_SPELLINGS.is_sorted_by_key(|(name, _)| name));
        assert_eq!(find("mix"), Some(Builtin::Math));
        assert_eq!(find("exp"), None);
    }
}
