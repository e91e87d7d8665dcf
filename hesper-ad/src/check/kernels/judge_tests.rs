//! What is said of numbers that kernels yield.

use super::judge::judge;
use crate::accuracy::{Allowance, Allowed};
use crate::compare::Tolerance;
use crate::tensor::Tensor;
use crate::tracked::Bounded;
use hesper_shader::domain::{Arithmetic, Domain, RealUnary};

/// `100 + x − 100`: right in exact arithmetic, and off by 100 units in the last place of `x` or so.
fn cancelled(d: &Allowance, x: f32) -> Allowed {
    let hundred = d.from_f32(100.0);
    let sum = d.add(d.add(hundred, d.from_f32(x)), d.integer(0));
    // Multiplied, so that it is rounded before the rest is taken away.
    d.sub(d.mul(sum, d.from_f32(1.5)), d.from_f32(150.0))
}

/// One line for each: what the kernel computes, what it yields, what the spec has and how far its own formula may be off, and what is said.
#[test]
#[rustfmt::skip]
fn a_number_is_judged_by_what_is_allowed_the_kernel() {
    type Formula = fn(&Allowance) -> Allowed;
    let exact: Formula = |d| d.from_f32(0.5);
    let third: Formula = |d| d.div(d.integer(1), d.integer(3));
    let cancels: Formula = |d| cancelled(d, 0.001);
    let overflows: Formula = |d| d.ln(d.unary(RealUnary::Exp, d.from_f32(100.0)));
    let tiny: Formula = |d| d.mul(d.from_f32(1e-30), d.from_f32(1e-30));
    const ONE_THIRD: f64 = 1.0 / 3.0;
    for (formula, got, want, spec, says) in [
        (exact, 0.5, 0.5, 0.0, "1 counts"),
        (
            exact,
            0.5000001,
            0.5,
            0.0,
            "WGSL allows the kernel 5e-1 to 5e-1",
        ),
        (third, 0.333_333_34, ONE_THIRD, 1e-7, "1 counts"),
        (
            third,
            0.333_334,
            ONE_THIRD,
            1e-7,
            "WGSL allows the kernel 3.33333",
        ),
        // A formula that is right to binary32's precision, and one that is not.
        (third, ONE_THIRD, ONE_THIRD + 1e-6, 1e-7, "1 counts"),
        (
            third,
            ONE_THIRD,
            ONE_THIRD + 1e-4,
            1e-7,
            "in exact arithmetic the kernel gives 3.333333333333333e-1",
        ),
        // Wide as the spec's formula is; wide on its own; and off by more than the spec's formula explains.
        (cancels, 1.500001e-3, 1.5e-3, 3e-5, "1 wide, 0 explained"),
        (cancels, 1.52e-3, 1.5e-3, 3e-5, "0 wide, 1 explained"),
        (cancels, 1.5e-3, 1.5e-3, 1e-9, "the kernel loses digits at"),
        (cancels, 1.52e-3, 1.5e-3, 1e-9, "the kernel loses digits at"),
        // Where the spec's formula may be anything nothing can be told.
        (cancels, 1.5e-3, 1.5e-3, 1.0, "1 wide, 0 explained"),
        (
            overflows,
            100.0,
            100.0,
            1e-5,
            "nothing bounds the kernel's y[0]",
        ),
        (overflows, f64::INFINITY, 100.0, 1e-5, "or an overflow at"),
        (
            overflows,
            100.0,
            100.0,
            f64::INFINITY,
            "1 wide, 0 explained",
        ),
        (
            overflows,
            100.09,
            100.0,
            f64::INFINITY,
            "0 wide, 1 explained",
        ),
        (
            overflows,
            101.0,
            100.0,
            f64::INFINITY,
            "nothing bounds the kernel's result",
        ),
        // What is flushed is no error.
        (tiny, 0.0, 1e-60, 0.0, "1 counts"),
        (exact, f64::NAN, 0.5, 0.0, "not finite"),
    ] {
        let domain = Allowance::default();
        domain.at(std::panic::Location::caller());
        let allowed = formula(&domain);
        let got = Tensor::new([1], vec![got]).unwrap();
        let want = Tensor::new(
            [1],
            vec![Bounded {
                value: want,
                error: spec,
            }],
        )
        .unwrap();
        // What one order of roundings explains, where WGSL bounds the spec's formula not at all.
        let running = want.map(|want| Bounded {
            error: 0.1,
            ..*want
        });
        let said = match judge(&got, &want, Some(&running), Some(&[allowed]), (Tolerance::F32, false)) {
            Err(refused) => refused.to_string(),
            Ok(judgement) => match &judgement.lost {
                Some(lost) => lost.words("y"),
                None => {
                    let agreement = judgement.agreement();
                    match [agreement.granted, judgement.wide] {
                        [0, 0] => format!("{} counts", agreement.compared),
                        [granted, wide] => format!("{wide} wide, {granted} explained"),
                    }
                }
            },
        };
        assert!(said.contains(says), "{said}, not {says}: {allowed:?}");
    }
}

#[test]
fn a_sum_of_many_terms_is_judged_by_their_size() {
    let d = Allowance::default();
    let terms =
        (0..1000).map(|i| d.mul(d.from_f32(0.1), d.integer(if i % 2 == 0 { 1 } else { -1 })));
    let sum = terms.fold(d.integer(0), |sum, term| d.add(sum, term));
    let got = Tensor::new([1], vec![1e-5]).unwrap();
    let want = Tensor::new(
        [1],
        vec![Bounded {
            value: 0.0,
            error: sum.error(),
        }],
    )
    .unwrap();
    let judged = judge(&got, &want, None, Some(&[sum]), (Tolerance::F32, false));
    let agreement = judged.map(|judgement| judgement.agreement());
    assert_eq!(
        agreement.map(|a| (a.compared, a.granted)).ok(),
        Some((1, 0))
    );
}
