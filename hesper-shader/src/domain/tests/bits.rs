//! The same bits on every machine, from columns and from single numbers alike.

use crate::domain::{Domain, F32, F64, RealBinary, RealUnary};
use std::fmt::Debug;

/// A float whose bits can be compared. All NaN count as one: their sign and payload depend on the machine.
trait Bits: Copy {
    fn bits(self) -> u64;
}

impl Bits for f32 {
    fn bits(self) -> u64 {
        let number = if self.is_nan() { f32::NAN } else { self };
        number.to_bits().into()
    }
}

impl Bits for f64 {
    fn bits(self) -> u64 {
        let number = if self.is_nan() { f64::NAN } else { self };
        number.to_bits()
    }
}

const COUNT: u64 = 4096;
/// An odd number: its multiples run through all residues of a power of two.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Patterns of all signs and exponents, then numbers within ±16; the first are the edges.
fn singles() -> Vec<f32> {
    let edges = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        1e-40,
        f32::MAX,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
    ];
    let scattered = (0..COUNT).map(|i| f32::from_bits((i.wrapping_mul(ODD) >> 32) as u32));
    let usual = (0..COUNT).map(|i| (i.wrapping_mul(ODD) >> 40) as f32 / (1 << 19) as f32 - 16.0);
    edges.into_iter().chain(scattered).chain(usual).collect()
}

/// As [`singles`], with all the digits of binary64.
fn doubles() -> Vec<f64> {
    let edges = singles().into_iter().take(9).map(f64::from);
    let scattered = (0..COUNT).map(|i| f64::from_bits(i.wrapping_mul(ODD)));
    let usual =
        (0..COUNT).map(|i| (i.wrapping_mul(ODD) >> 11) as f64 / (1_u64 << 48) as f64 - 16.0);
    edges.chain(scattered).chain(usual).collect()
}

/// FNV-1a over the bytes of the results.
fn hash<T: Bits>(results: &[T]) -> u64 {
    let bytes = results.iter().flat_map(|r| r.bits().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Every number with another one.
fn partners<T: Copy>(x: &[T]) -> Vec<T> {
    (0..x.len()).map(|i| x[(i * 7 + 3) % x.len()]).collect()
}

fn unary_hashes<D: Domain<Mask = bool>>(domain: &D, x: &[D::Value]) -> Vec<u64>
where
    D::Value: Bits,
{
    let active = vec![true; x.len()];
    let mut out = x.to_vec();
    let mut hash_of = |op| {
        domain.unary_column(op, x, &active, &mut out);
        hash(&out)
    };
    RealUnary::ALL.into_iter().map(&mut hash_of).collect()
}

fn binary_hashes<D: Domain<Mask = bool>>(domain: &D, x: &[D::Value]) -> Vec<u64>
where
    D::Value: Bits,
{
    let (y, active) = (partners(x), vec![true; x.len()]);
    let mut out = x.to_vec();
    let mut hash_of = |op| {
        domain.binary_column(op, x, &y, &active, &mut out);
        hash(&out)
    };
    RealBinary::ALL.into_iter().map(&mut hash_of).collect()
}

fn mul_add_hash<D: Domain<Mask = bool>>(domain: &D, x: &[D::Value]) -> u64
where
    D::Value: Bits,
{
    let (y, active) = (partners(x), vec![true; x.len()]);
    let (z, mut out) = (partners(&y), x.to_vec());
    domain.mul_add_column(x, &y, &z, &active, &mut out);
    hash(&out)
}

/// Fails with the whole table as it would stand here.
#[track_caller]
fn as_written<Op: Debug>(ops: &[Op], f32: &[u64], f64: &[u64], written: &[(u64, u64)]) {
    let found: Vec<(u64, u64)> = f32.iter().copied().zip(f64.iter().copied()).collect();
    let lines = ops
        .iter()
        .zip(&found)
        .map(|(op, (f32, f64))| format!("    ({f32:#018x}, {f64:#018x}), // {op:?}\n"));
    assert!(
        found == written,
        "other bits than written; found\n{}",
        lines.collect::<String>()
    );
}

/// For each operator, in the order of `ALL`: the results' hash in binary32 and in binary64.
const UNARY: [(u64, u64); 28] = [
    (0x9778_9232_e2aa_1251, 0x6024_8f87_af81_50b9), // Negate
    (0x8e7a_b475_03d8_8ad1, 0x1066_6f25_5cfa_c6b9), // Abs
    (0xd9e6_12e8_8c14_7598, 0x9283_3a81_16a8_6d78), // Sign
    (0x344f_e05d_c6e7_dfaa, 0x14ff_68c3_b8e8_f7c1), // Floor
    (0xeec7_1880_744f_0c59, 0xf3dd_c3b5_3b44_dd94), // Ceil
    (0xd7ab_4c35_9fbc_3d8e, 0x2292_1b41_ae3e_c6e1), // RoundTiesEven
    (0x38d1_9058_f576_6b30, 0xf54b_94ba_2c7a_2345), // Trunc
    (0x4995_e1b9_b067_9795, 0x337f_59d9_300e_c7a4), // QuantizeToF16
    (0xae9f_07aa_de53_2549, 0xcf26_58a6_de09_fca6), // Exponent
    (0x6b8c_ac7a_2777_df37, 0xf421_c8e7_13a6_6342), // Sqrt
    (0x8327_37b7_cd74_5123, 0xeb69_fa2f_ef0a_315a), // InverseSqrt
    (0x8758_a82e_0633_cc98, 0x7596_edcf_c8c8_f583), // Exp
    (0x0234_0d46_e6b3_1162, 0x57a7_4797_38d7_db18), // Exp2
    (0x227b_53c4_8375_576e, 0xd1e2_5716_8f17_5bd5), // Ln
    (0xac75_e893_e3cf_7c36, 0x2004_3d4b_8358_c25e), // Log2
    (0x73d2_5d4f_0643_5fb3, 0xedd6_f4f3_68a9_0080), // Sin
    (0x9160_91ea_b5a7_f994, 0x3c8e_4b22_732c_e80a), // Cos
    (0xec35_c213_802a_d9ee, 0x2998_e477_7a1a_6574), // Tan
    (0x7e0a_f2dc_c0c7_2156, 0xcfcc_dbd3_5682_6d7b), // Sinh
    (0x32f9_1099_90d3_8bed, 0x353e_16e8_b12c_9be9), // Cosh
    (0xfd35_e97d_90ed_f279, 0xe975_0d3d_5f70_2b49), // Tanh
    (0x1b39_82a1_d2eb_0458, 0x1b76_199b_d3e8_56a5), // Asin
    (0xf9b0_1ad7_7539_5c32, 0xa46f_050a_7255_b861), // Acos
    (0xc5c7_4b02_3627_b588, 0xd79a_8f5c_28fb_3c80), // Atan
    (0x0a47_af6c_1e68_717b, 0xebfe_d46a_85c9_cc91), // Asinh
    (0x9439_bdc0_0456_4109, 0x4744_fc93_9835_f3dc), // Acosh
    (0x777c_fc9b_d480_26a2, 0x9a4a_32e9_652b_023a), // Atanh
    (0x0a53_8f0a_f435_91de, 0x351f_639a_9f72_5e60), // Erf
];

/// As [`UNARY`].
const BINARY: [(u64, u64); 9] = [
    (0xe51a_fb5d_f327_d731, 0xdf86_ddfb_c125_01b8), // Add
    (0x2679_46bb_a7ff_d2c6, 0x69a8_b346_5b04_aa38), // Subtract
    (0x11ea_844a_d2ee_d0aa, 0x1794_a55d_a0d9_55bb), // Multiply
    (0x52e3_b0f7_d004_2186, 0xc1b8_a9aa_4084_a7bf), // Divide
    (0x84d2_3354_39f1_687e, 0x99bc_f639_42a6_da55), // Remainder
    (0x9029_0b51_7f47_84d6, 0x7ab4_9c21_c4b7_38cf), // Max
    (0x1631_074b_2c51_37f5, 0xfe79_82e9_dd85_b6f5), // Min
    (0x79db_a8fb_80a3_e9ac, 0x5281_b984_1464_1152), // Pow
    (0x4c37_ce52_fe41_a808, 0x9a94_88d3_5c28_2209), // Atan2
];

/// `x·y + z`: a fused multiplication would show here.
const MUL_ADD: [(u64, u64); 1] = [(0xd63b_206e_42e1_a341, 0xaf89_03c3_338b_e0c7)];

#[test]
fn unary_bits() {
    let f32 = unary_hashes(&F32, &singles());
    let f64 = unary_hashes(&F64, &doubles());
    as_written(&RealUnary::ALL, &f32, &f64, &UNARY);
}

#[test]
fn binary_bits() {
    let f32 = binary_hashes(&F32, &singles());
    let f64 = binary_hashes(&F64, &doubles());
    as_written(&RealBinary::ALL, &f32, &f64, &BINARY);
}

#[test]
fn mul_add_bits() {
    let f32 = mul_add_hash(&F32, &singles());
    let f64 = mul_add_hash(&F64, &doubles());
    as_written(&["mul_add"], &[f32], &[f64], &MUL_ADD);
}

/// Columns of many lengths, so that whole vectors and what is left over are both met, with lanes off.
fn columns_and_numbers<D: Domain<Mask = bool>>(domain: &D, x: &[D::Value])
where
    D::Value: Bits,
{
    let y = partners(x);
    let mut compared = 0;
    for length in [1, 7, 64, 333] {
        let lanes: Vec<bool> = (0..length).map(|i| i % 5 != 4).collect();
        for (x, y) in x.chunks(length).zip(y.chunks(length)) {
            let active = &lanes[..x.len()];
            let mut out = x.to_vec();
            let on = || (0..x.len()).filter(|i| active[*i]);
            for op in RealUnary::ALL {
                domain.unary_column(op, x, active, &mut out);
                on().for_each(|i| same(out[i], domain.unary(op, x[i]), (op, x[i])));
            }
            for op in RealBinary::ALL {
                domain.binary_column(op, x, y, active, &mut out);
                on().for_each(|i| same(out[i], domain.binary(op, x[i], y[i]), (op, x[i], y[i])));
            }
            compared += on().count();
        }
    }
    assert!(compared > 3 * x.len(), "{compared}");
}

#[track_caller]
fn same<T: Bits>(found: T, expected: T, what: impl Debug) {
    assert_eq!(found.bits(), expected.bits(), "{what:?}");
}

#[test]
fn columns_and_numbers_agree() {
    columns_and_numbers(&F32, &singles());
    columns_and_numbers(&F64, &doubles());
}
