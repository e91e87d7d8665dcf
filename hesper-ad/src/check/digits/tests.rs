//! Formulas that lose digits without need, and others that cannot keep them.

use super::digits;
use crate::certificate::Finding;
use crate::prelude::*;
use crate::{Real, Spec};

/// `y = f(x)` along rows, and a derived VJP.
struct Of(fn(&Context, &[Real]) -> Vec<Real>);

impl DiffOp for Of {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("Of").input("x", ["rows", "cols"]);
        signature.output("y", ["rows", "cols"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map_rows(|row| (self.0)(cx, row))]
    }

    fn backward(&self, cx: &mut Context, inputs: [&Tensor; 1], dy: [&Tensor; 1]) -> [Tensor; 1] {
        cx.derive(self, inputs, dy)
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }
}

fn each(row: &[Real], f: impl Fn(Real) -> Real) -> Vec<Real> {
    row.iter().map(|x| f(*x)).collect()
}

fn found(op: &dyn Op) -> Finding {
    digits(&Spec::new(op).unwrap(), 1)
}

#[test]
fn formulas_that_lose_digits_are_told_with_their_line() {
    type Formula = fn(&Context, &[Real]) -> Vec<Real>;
    let lossy: [Formula; 3] = [
        // sinh by exponentials.
        |_, row| each(row, |x| (x.exp() - (-x).exp()) * 0.5),
        |_, row| each(row, |x| x.exp() - 1.0),
        |_, row| each(row, |x| (x + 1.0).sqrt() - 1.0),
    ];
    for (i, f) in lossy.into_iter().enumerate() {
        let finding = found(&Of(f));
        let text = finding.verdict.message().unwrap_or_default();
        assert_eq!(finding.verdict.word(), "WEAK", "{i}: {finding}");
        assert!(text.contains("digits/tests.rs:"), "{text}");
    }
    let kept: [Formula; 6] = [
        |_, row| each(row, Real::sinh),
        |_, row| each(row, |x| x / ((x + 1.0).sqrt() + 1.0)),
        |_, row| each(row, |x| x.max(0.0) * 3.0),
        // Differences of what is given are what they are.
        |_, row| {
            (0..row.len())
                .map(|i| row[i] - row[(i + 1) % row.len()])
                .collect()
        },
        |cx, row| {
            let mean = cx.sum(row.iter().copied()) / row.len() as f64;
            each(row, |x| x - mean)
        },
        |_, row| {
            each(row, |x| {
                ((x * std::f64::consts::FRAC_1_SQRT_2).erf() + 1.0) * x * 0.5
            })
        },
    ];
    for (i, f) in kept.into_iter().enumerate() {
        let finding = found(&Of(f));
        assert_eq!(finding.verdict.word(), "PASS", "{i}: {finding}");
    }
}

#[test]
fn the_catalogue_keeps_its_digits() {
    let mut lost = Vec::new();
    for op in crate::ops::catalogue().unwrap() {
        let finding = found(&*op);
        if finding.verdict.word() != "PASS" {
            lost.push(format!("{}: {finding}", op.name()));
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}
