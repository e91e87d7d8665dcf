//! Functions that Rust, WGSL or GLSL have and kernel code has not, each with the nearest thing that it has.

/// Methods of Rust's scalars, and what to write instead.
const METHODS: &[(&str, &str)] = &[
    // Kinds of floats, and their bits.
    ("is_nan", "write `x != x`"),
    ("is_infinite", "write `x.abs() > f32::MAX`"),
    ("is_finite", "write `x.abs() <= f32::MAX`"),
    (
        "is_normal is_subnormal classify",
        "not yet; compare `x.abs()` with `f32::MIN_POSITIVE`",
    ),
    (
        "is_sign_negative is_negative",
        "write `x < 0`, or `x < 0.0`; the sign of a zero is not seen",
    ),
    (
        "is_sign_positive is_positive",
        "write `x > 0`, or `x > 0.0`; the sign of a zero is not seen",
    ),
    (
        "to_be_bytes to_le_bytes to_ne_bytes to_be to_le swap_bytes",
        "`unpack4x_u8(x)` is a word's bytes, the lowest first, and `pack4x_u8(v)` a word of them",
    ),
    (
        "next_up next_down ulp",
        "not yet: a float's neighbours cannot be had",
    ),
    ("to_int_unchecked", "write `x as i32`"),
    // Signs.
    ("signum", "write `sign(x)`, which is 0 at 0"),
    (
        "copysign",
        "write `if y < 0.0 { -x.abs() } else { x.abs() }`",
    ),
    ("unsigned_abs", "write `x.abs() as u32`"),
    ("abs_diff abs_sub", "write `a.max(b) - a.min(b)`"),
    (
        "wrapping_abs",
        "write `x.abs()`, which keeps the least `i32`",
    ),
    // Arithmetic.
    ("recip", "write `1.0 / x`"),
    (
        "fract",
        "write `fract(x)`, which is `x - x.floor()`; Rust's differs below zero",
    ),
    ("hypot", "write `(x * x + y * y).sqrt()`"),
    ("cbrt", "not yet; where x > 0 write `x.powf(1.0 / 3.0)`"),
    ("midpoint", "write `a + (b - a) / 2`, or `0.5 * (a + b)`"),
    ("lerp", "write `mix(a, b, t)`"),
    ("maximum", "write `a.max(b)`"),
    ("minimum", "write `a.min(b)`"),
    ("clamp_magnitude", "write `x.clamp(-limit, limit)`"),
    (
        "div_euclid div_floor",
        "not yet; of floats write `(x / n).floor()`, of integers correct the quotient where the remainder is negative",
    ),
    (
        "rem_euclid",
        "write `((x % n) + n) % n`, or of floats `x - n * (x / n).floor()`",
    ),
    ("div_ceil", "write `(a + (n - 1)) / n`"),
    ("next_multiple_of", "write `(a + (n - 1)) / n * n`"),
    ("is_multiple_of", "write `a % n == 0`"),
    ("algebraic_add", "write `a + b`"),
    ("algebraic_sub", "write `a - b`"),
    ("algebraic_mul", "write `a * b`"),
    ("algebraic_div", "write `a / b`"),
    ("algebraic_rem", "write `a % b`"),
    (
        "isqrt",
        "not yet; write `(n as f32).sqrt() as u32` where `n` is below 2^22",
    ),
    (
        "pow",
        "write a product, `n * n`; of floats `x.powi(2)` or `x.powf(y)`",
    ),
    // Exponentials, logarithms, angles.
    ("log", "write `x.ln() / base.ln()`"),
    ("log10", "write `x.ln() / core::f32::consts::LN_10`"),
    (
        "ln_1p log1p",
        "not yet; `(1.0 + x).ln()` loses digits near 0",
    ),
    (
        "exp_m1 expm1",
        "not yet; `x.exp() - 1.0` loses digits near 0",
    ),
    ("exp10", "write `(x * core::f32::consts::LN_10).exp()`"),
    ("sin_cos", "write `x.sin()` and `x.cos()`, a `let` each"),
    (
        "gamma ln_gamma erf erfc",
        "not yet; write a helper function with an approximation",
    ),
    // Bits of integers.
    (
        "highest_one",
        "write `31 - x.leading_zeros()`, or `first_leading_bit(x)` where `x` may be 0",
    ),
    (
        "lowest_one",
        "write `x.trailing_zeros()`, or `first_trailing_bit(x)` where `x` may be 0",
    ),
    ("bit_width", "write `32 - x.leading_zeros()`"),
    (
        "isolate_highest_one isolate_most_significant_one",
        "of a `u32` other than 0 write `1 << (31 - x.leading_zeros())`",
    ),
    (
        "isolate_lowest_one isolate_least_significant_one",
        "of a `u32` write `x & 0u32.wrapping_sub(x)`",
    ),
    (
        "funnel_shl",
        "write `x << n | y >> (32 - n)` for n in 1..32",
    ),
    (
        "funnel_shr",
        "write `x << (32 - n) | y >> n` for n in 1..32",
    ),
    ("is_power_of_two", "write `x.count_ones() == 1`"),
    ("ilog2 checked_ilog2", "write `31 - x.leading_zeros()`"),
    (
        "next_power_of_two",
        "of a `u32` above 1 write `1 << (32 - (x - 1).leading_zeros())`",
    ),
    (
        "ilog ilog10 checked_ilog checked_ilog10",
        "not yet: count in a loop, `while n >= base { n /= base; }`",
    ),
    (
        "wrapping_neg",
        "write `0.wrapping_sub(x)` on a value of its type",
    ),
    ("wrapping_div wrapping_div_euclid", "write `a / b`"),
    ("wrapping_rem wrapping_rem_euclid", "write `a % b`"),
    (
        "wrapping_shl unbounded_shl unchecked_shl shl_exact",
        "write `a << n`",
    ),
    (
        "wrapping_shr unbounded_shr unchecked_shr shr_exact",
        "write `a >> n`",
    ),
    (
        "wrapping_pow wrapping_next_power_of_two",
        "not yet; write `a.wrapping_mul(a)`",
    ),
    (
        "wrapping_add_signed wrapping_add_unsigned",
        "write `a.wrapping_add(b as u32)`, both of one type",
    ),
    (
        "wrapping_sub_signed wrapping_sub_unsigned",
        "write `a.wrapping_sub(b as u32)`, both of one type",
    ),
    ("unchecked_add strict_add", "write `a + b`"),
    ("unchecked_sub strict_sub", "write `a - b`"),
    ("unchecked_mul strict_mul", "write `a * b`"),
    ("unchecked_neg strict_neg", "write `-a`"),
    ("unchecked_div_exact div_exact", "write `a / b`"),
    (
        "saturating_add",
        "not yet; of `u32` write `a + b.min(u32::MAX - a)`",
    ),
    ("saturating_sub", "of `u32` write `a - b.min(a)`"),
    (
        "saturating_mul saturating_pow saturating_neg saturating_abs saturating_div saturating_add_signed saturating_sub_signed \
         saturating_add_unsigned saturating_sub_unsigned",
        "not yet; compare before computing",
    ),
    ("cast_signed", "write `x as i32`"),
    ("cast_unsigned", "write `x as u32`"),
    // Truth values.
    (
        "then then_some select_unpredictable",
        "write `if c { a } else { b }`",
    ),
    // Traits.
    ("add", "write `a + b`"),
    ("sub", "write `a - b`"),
    ("mul", "write `a * b`"),
    ("div", "write `a / b`"),
    ("rem", "write `a % b`"),
    ("neg", "write `-a`"),
    ("not", "write `!a`"),
    ("bitand", "write `a & b`"),
    ("bitor", "write `a | b`"),
    ("bitxor", "write `a ^ b`"),
    ("shl", "write `a << n`"),
    ("shr", "write `a >> n`"),
    ("cmp partial_cmp total_cmp", "compare by `<`, `==` and `>`"),
    (
        "clone to_owned copied cloned",
        "remove it: values are copied",
    ),
    (
        "into try_into",
        "write `x as f32`, `x as i32` or `x as u32`",
    ),
    (
        "to_string",
        "kernel code has no text; `log!(\"{}\", x)` prints a value",
    ),
    (
        "unwrap expect unwrap_or unwrap_or_default",
        "remove it: kernel code has no `Option` and no `Result`",
    ),
    // Vectors.
    ("dot", "write `dot(a, b)`"),
    ("length norm magnitude", "write `length(v)`"),
    ("length_squared norm_squared", "write `dot(v, v)`"),
    ("normalize normalized", "write `normalize(v)`"),
    ("distance", "write `distance(a, b)`"),
    ("cross", "write `cross(a, b)`"),
    ("reflect", "write `reflect(v, n)`"),
    ("saturate", "write `saturate(x)`"),
    ("ldexp", "write `ldexp(x, n)`"),
    ("frexp", "write `let (f, e) = frexp(x);`"),
    ("modf", "write `let (rest, whole) = modf(x);`"),
    (
        "extend truncate",
        "write `vec4(v.x, v.y, v.z, w)`, or a swizzle, `v.xyz`",
    ),
    (
        "to_array as_slice iter",
        "write the components: `v.x`, `v.y`, ..",
    ),
    (
        "sum product element_sum element_product min_element max_element",
        "write it with the components: `v.x + v.y`",
    ),
];

/// Rust's names of families of methods, by how they start.
const FAMILIES: &[(&str, &str)] = &[
    (
        "checked_",
        "kernel code has no `Option`: compare before computing",
    ),
    (
        "overflowing_",
        "kernel code has no pairs: write `wrapping_add` and the like, and compare",
    ),
    (
        "carrying_",
        "kernel code has no pairs: write `a.wrapping_add(b)`; it carried where the sum is less than `a`",
    ),
    (
        "borrowing_",
        "kernel code has no pairs: write `a.wrapping_sub(b)`; it borrowed where `a < b`",
    ),
    (
        "widening_",
        "kernel code has no 64-bit integers: multiply halves of 16 bits",
    ),
];

/// Functions of WGSL, GLSL and HLSL, and what to write instead.
const FUNCTIONS: &[(&str, &str)] = &[
    // Methods here.
    ("abs fabs", "write `x.abs()`"),
    ("ceil", "write `x.ceil()`"),
    ("clamp", "write `x.clamp(low, high)`"),
    ("cos", "write `x.cos()`"),
    ("cosh", "write `x.cosh()`"),
    ("exp", "write `x.exp()`"),
    ("exp2", "write `x.exp2()`"),
    ("floor", "write `x.floor()`"),
    ("fma mad", "write `x.mul_add(y, z)`"),
    ("log ln", "write `x.ln()`"),
    ("log2", "write `x.log2()`"),
    ("max fmax", "write `x.max(y)`"),
    ("min fmin", "write `x.min(y)`"),
    (
        "pow powf",
        "write `x.powf(y)`, or `x.powi(2)` for a power known when the kernel is built",
    ),
    ("round roundEven rint", "write `x.round_ties_even()`"),
    ("sin", "write `x.sin()`"),
    ("sinh", "write `x.sinh()`"),
    ("sqrt", "write `x.sqrt()`"),
    ("tan", "write `x.tan()`"),
    ("tanh", "write `x.tanh()`"),
    ("trunc", "write `x.trunc()`"),
    // Written otherwise.
    ("inversesqrt rsqrt", "write `inverse_sqrt(x)`"),
    ("lerp", "write `mix(a, b, t)`"),
    ("frac", "write `fract(x)`"),
    (
        "mod fmod",
        "write `x % y`; GLSL's `mod` is `x - y * (x / y).floor()`",
    ),
    ("faceforward", "write `face_forward(n, i, g)`"),
    ("acos", "write `x.acos()`"),
    ("acosh", "write `x.acosh()`"),
    ("asin", "write `x.asin()`"),
    ("asinh", "write `x.asinh()`"),
    ("atan", "write `x.atan()`, or `y.atan2(x)` of two"),
    ("atan2", "write `y.atan2(x)`"),
    ("atanh", "write `x.atanh()`"),
    ("isnan", "write `x != x`"),
    ("isinf", "write `x.abs() > f32::MAX`"),
    (
        "lessThan lessThanEqual greaterThan greaterThanEqual equal notEqual",
        "write `a < b`, `a == b` and so on, which go by components",
    ),
    ("arrayLength", "write `x.len()`"),
    (
        "bitcast",
        "between `u32` and `i32` write `x as i32`; a float's bits are `x.to_bits()` and `f32::from_bits(n)`",
    ),
    ("float", "write `x as f32`"),
    ("int", "write `x as i32`"),
    ("uint", "write `x as u32`"),
    ("f32", "write `x as f32`"),
    ("i32", "write `x as i32`"),
    ("u32", "write `x as u32`"),
    ("bool", "write `x != 0`"),
    ("vec2f vec2i vec2u", "write `vec2(x, y)`"),
    ("vec3f vec3i vec3u", "write `vec3(x, y, z)`"),
    ("vec4f vec4i vec4u", "write `vec4(x, y, z, w)`"),
    ("array", "write a local array: `let mut a = [0.0; 4];`"),
    // Memory.
    (
        "barrier GroupMemoryBarrierWithGroupSync __syncthreads",
        "write `workgroup_barrier();`",
    ),
    (
        "memoryBarrier memoryBarrierBuffer memoryBarrierShared groupMemoryBarrier DeviceMemoryBarrier",
        "write `workgroup_barrier();` or `storage_barrier();`",
    ),
    (
        "atomicCompSwap",
        "write `let (old, exchanged) = x[i].compare_exchange_weak(expected, new);`",
    ),
    // Bits.
    ("floatBitsToInt asint", "write `x.to_bits() as i32`"),
    ("floatBitsToUint asuint", "write `x.to_bits()`"),
    ("intBitsToFloat", "write `f32::from_bits(n as u32)`"),
    ("uintBitsToFloat asfloat", "write `f32::from_bits(n)`"),
    ("bitCount countbits", "write `x.count_ones()`"),
    ("bitfieldReverse reversebits", "write `x.reverse_bits()`"),
    (
        "findMSB firstbithigh",
        "write `first_leading_bit(x)`, or `x.leading_zeros()`",
    ),
    (
        "findLSB firstbitlow",
        "write `first_trailing_bit(x)`, or `x.trailing_zeros()`",
    ),
    ("bitfieldExtract", "write `extract_bits(x, offset, count)`"),
    ("bitfieldInsert", "write `insert_bits(x, y, offset, count)`"),
    (
        "uaddCarry",
        "write `a.wrapping_add(b)`; it carried where the sum is less than `a`",
    ),
    (
        "usubBorrow",
        "write `a.wrapping_sub(b)`; it borrowed where `a < b`",
    ),
    (
        "umulExtended imulExtended",
        "kernel code has no 64-bit integers: multiply halves of 16 bits",
    ),
    // Nothing near.
    (
        "determinant transpose inverse outerProduct matrixCompMult",
        "kernel code has no matrices; keep them in buffers or local arrays",
    ),
    (
        "dpdx dpdxCoarse dpdxFine dpdy dpdyCoarse dpdyFine fwidth fwidthCoarse fwidthFine dFdx dFdy ddx ddy",
        "a compute kernel has no derivatives over the screen; subtract the values of neighbours",
    ),
];

/// WGSL's and GLSL's names of families of functions, by how they start.
const FUNCTION_FAMILIES: &[(&str, &str)] = &[
    ("packSnorm", "write `pack2x16snorm(v)` or `pack4x8snorm(v)`"),
    ("packUnorm", "write `pack2x16unorm(v)` or `pack4x8unorm(v)`"),
    ("packHalf", "write `pack2x16float(v)`"),
    (
        "unpackSnorm",
        "write `unpack2x16snorm(n)` or `unpack4x8snorm(n)`",
    ),
    (
        "unpackUnorm",
        "write `unpack2x16unorm(n)` or `unpack4x8unorm(n)`",
    ),
    ("unpackHalf", "write `unpack2x16float(n)`"),
    ("texture", "kernel code has no textures; pass a buffer"),
    ("image", "kernel code has no images; pass a buffer"),
    ("texelFetch", "kernel code has no textures; pass a buffer"),
    (
        "Interlocked",
        "write a method of an atomic: `x[i].fetch_add(v)`",
    ),
];

/// What to write instead of a method, where it is one that Rust has.
pub(crate) fn method(name: &str) -> Option<&'static str> {
    find(METHODS, FAMILIES, name)
}

/// What to write instead of a function, where it is one that WGSL, GLSL or HLSL has.
pub(crate) fn function(name: &str) -> Option<&'static str> {
    find(FUNCTIONS, FUNCTION_FAMILIES, name)
}

type Rows = [(&'static str, &'static str)];

fn find(rows: &Rows, families: &Rows, name: &str) -> Option<&'static str> {
    let row = rows
        .iter()
        .find(|(names, _)| names.split_whitespace().any(|n| n == name))
        .or_else(|| families.iter().find(|(start, _)| name.starts_with(start)))?;
    Some(row.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins;

    #[test]
    fn a_name_is_answered_once_and_not_where_kernel_code_has_it() {
        for rows in [METHODS, FUNCTIONS] {
            let mut names: Vec<&str> = rows
                .iter()
                .flat_map(|(names, _)| names.split_whitespace())
                .collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all);
        }
        for (names, _) in FUNCTIONS {
            for name in names.split_whitespace() {
                assert_eq!(builtins::find(name), None, "{name}");
                assert_eq!(builtins::instead_of(name), None, "{name}");
            }
        }
        // The methods that `Exp` has.
        for name in "abs acos acosh asin asinh atan atan2 atanh ceil clamp cos cosh count_ones count_zeros exp exp2 floor leading_ones leading_zeros \
                     ln log2 max min mul_add powf powi reverse_bits rotate_left rotate_right round_ties_even select sin sinh sqrt tan tanh \
                     to_bits to_degrees to_radians trailing_ones trailing_zeros trunc wrapping_add wrapping_sub wrapping_mul x y z w"
            .split_whitespace()
        {
            assert_eq!(method(name), None, "{name}");
        }
    }

    #[test]
    fn names_and_families_are_found() {
        assert_eq!(method("is_nan"), Some("write `x != x`"));
        assert!(method("checked_add").is_some_and(|help| help.contains("compare")));
        assert_eq!(function("atan2"), Some("write `y.atan2(x)`"));
        assert!(function("textureLoad").is_some_and(|help| help.contains("buffer")));
        assert_eq!(method("softplus"), None);
        assert_eq!(function("softplus"), None);
    }
}
