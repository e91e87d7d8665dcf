//! The derivative rules of dual numbers, which the other checks stand on, against differences in 512-bit floats.

use super::big_float::{Arena, Big, BigFloats};
use hesper_ad::{Dual, DualValue};
use hesper_shader::domain::{Domain, F64, RealBinary, RealUnary};

/// The step; its square is far below the tolerance, and so is rounding divided by it.
const STEP: f64 = 1.0 / (1u128 << 80) as f64 / (1u128 << 80) as f64;

/// Largest relative error.
const TOLERANCE: f64 = 1e-40;

/// Asserts that `tangent` is the derivative of `f` along 1 at 0.
fn assert_slope(big: &BigFloats, tangent: Big, f: impl Fn(Big) -> Big, what: &str) {
    let difference = |x, y| big.binary(RealBinary::Subtract, x, y);
    let rise = difference(f(big.from_f64(STEP)), f(big.from_f64(-STEP)));
    let slope = big.binary(RealBinary::Divide, rise, big.from_f64(2.0 * STEP));
    let error = big.to_f64(difference(tangent, slope)).abs();
    let scale = big.to_f64(slope).abs();
    assert!(
        error <= TOLERANCE * scale,
        "{what}: error {error:.1e} of {scale:.1e}"
    );
}

#[test]
fn rules_of_one_operand_are_borne_out() {
    let arena = Arena::new();
    let (big, dual) = (BigFloats(&arena), Dual::new(BigFloats(&arena)));
    for op in RealUnary::ALL {
        let mut compared = 0;
        for x in [0.3, 0.6, 1.3, 2.7, 9.1, -0.7, -3.6] {
            if F64.unary(op, x).is_nan() {
                continue;
            }
            compared += 1;
            let (at, tangent) = (big.from_f64(x), big.from_f64(1.0));
            let got = dual
                .unary(
                    op,
                    DualValue {
                        primal: at,
                        tangent,
                    },
                )
                .tangent;
            let f = |h| big.unary(op, big.binary(RealBinary::Add, at, h));
            assert_slope(&big, got, f, &format!("{op:?} at {x}"));
        }
        assert!(compared >= 3, "{op:?} was compared at {compared} points");
    }
}

#[test]
fn rules_of_several_operands_are_borne_out() {
    let arena = Arena::new();
    let (big, dual) = (BigFloats(&arena), Dual::new(BigFloats(&arena)));
    for [x, y, z] in [[0.3, 1.1, -2.0], [2.6, 0.7, 0.5], [7.9, -1.9, 3.0]] {
        let operands = [x, y, z].map(|x| big.from_f64(x));
        let directions = [1.0, -0.5, 0.75].map(|v| big.from_f64(v));
        let moved = |i: usize, h| big.mul_add(directions[i], h, operands[i]);
        let seeded = |i: usize| DualValue {
            primal: operands[i],
            tangent: directions[i],
        };
        for op in RealBinary::ALL {
            let got = dual.binary(op, seeded(0), seeded(1)).tangent;
            let f = |h| big.binary(op, moved(0, h), moved(1, h));
            assert_slope(&big, got, f, &format!("{op:?} at {x}, {y}"));
        }
        let got = dual.mul_add(seeded(0), seeded(1), seeded(2)).tangent;
        let f = |h| big.mul_add(moved(0, h), moved(1, h), moved(2, h));
        assert_slope(&big, got, f, "mul_add");
        let got = dual.sum(&[seeded(0), seeded(1), seeded(2)]).tangent;
        let f = |h| big.sum(&[moved(0, h), moved(1, h), moved(2, h)]);
        assert_slope(&big, got, f, "sum");
        for n in [-3, -1, 0, 1, 2, 7] {
            let got = dual.powi(seeded(0), n).tangent;
            assert_slope(
                &big,
                got,
                |h| big.powi(moved(0, h), n),
                &format!("powi {n} at {x}"),
            );
        }
    }
}
