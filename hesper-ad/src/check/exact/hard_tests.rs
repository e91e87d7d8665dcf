//! Roots of sums of equal numbers, and many constants beside a root.

use super::point::{Draw, RealPoint};
use super::trial::{Silence, Trial};
use super::*;
use crate::field::{Demands, MOST_SQUARES};
use crate::prelude::*;
use crate::sample::Rng;

/// `y = x/max(‖x‖, eps)` along rows.
struct Normalize;

/// Where a row's norm is cut off.
const EPS: f64 = 0.5;

shader! {
    #[workgroup_size(8)]
    fn normalize(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let mut squares = 0.0;
            for j in 0..cols {
                squares += x[start + j] * x[start + j];
            }
            let norm = squares.sqrt().max(0.5);
            for j in 0..cols {
                y[start + j] = x[start + j] / norm;
            }
        }
    }

    #[workgroup_size(8)]
    fn normalize_backward(x: &[f32], dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let row = global_index();
        if row < rows {
            let start = row * cols;
            let mut squares = 0.0;
            let mut dot = 0.0;
            for j in 0..cols {
                squares += x[start + j] * x[start + j];
                dot += x[start + j] * dy[start + j];
            }
            let norm = squares.sqrt();
            for j in 0..cols {
                if norm > 0.5 {
                    dx[start + j] = (dy[start + j] - x[start + j] * dot / squares) / norm;
                } else {
                    dx[start + j] = dy[start + j] / 0.5;
                }
            }
        }
    }
}

/// The inner product.
fn dot(cx: &Context, x: &[Real], y: &[Real]) -> Real {
    cx.sum(x.iter().zip(y).map(|(x, y)| *x * *y))
}

impl DiffOp for Normalize {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Normalize")
            .input("x", ["rows", "cols"])
            .output("y", ["rows", "cols"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map_rows(|row| {
            let norm = dot(cx, row, row).sqrt().max(EPS);
            row.iter().map(|x| *x / norm).collect()
        })]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip_rows(dy, |x, dy| {
            let norm = dot(cx, x, x).sqrt();
            let (long, along) = (norm.gt(EPS), dot(cx, x, dy));
            let outside = norm.max(EPS);
            let term = |(x, dy): (&Real, &Real)| {
                let bent = (*dy - *x * along / (outside * outside)) / outside;
                Real::select(long, bent, *dy / EPS)
            };
            x.iter().zip(dy).map(term).collect()
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let grid = Grid::cover(plan.dim("rows")?);
        plan.forward(normalize(), grid);
        plan.backward(normalize_backward(), grid);
        Ok(())
    }
}

fn words(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.verdict.word()).collect()
}

#[test]
fn roots_of_sums_of_equal_numbers_find_their_squares() {
    let spec = Spec::new(&Normalize).unwrap();
    // Σx² is a square where 2, 3, 5 or 7 is one, for rows that hold one number besides zeros.
    for (row, wants) in [
        (&[0.75, 0.75][..], &[2][..]),
        (&[0.75, 0.0, 0.75], &[2]),
        (&[0.75, 0.0, 0.75, 0.75], &[3]),
        (&[0.75, 0.75, 0.0, 0.75, 0.75, 0.75], &[5]),
        (&[0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75], &[7]),
        (&[0.75, 1.5, 0.75], &[]),
        (&[0.0, 0.0], &[]),
    ] {
        let dims = Dims::new([("rows", 1), ("cols", row.len())]);
        let mut rng = Rng::new(7);
        let mut point = RealPoint::draw(&spec, Draw::Plain, &dims, &mut rng);
        point.reals.inputs[0].data_mut().copy_from_slice(row);
        point.ties = true;
        let mut demands = Demands::default();
        for _ in 0..16 {
            let trial = Trial::new(&spec, &point, &mut demands, &mut rng);
            let trial = trial.map_err(|silence| silence.to_string()).unwrap();
            let p = trial.domain.fields().p;
            assert!(
                wants.iter().all(|n| p.is_square(p.residue(*n))),
                "{row:?} in {}",
                p.value()
            );
        }
        // Other points owe nothing to this one.
        assert!(demands.here.is_empty());
        assert!(!demands.squares.contains(&7), "{demands:?}");
    }
}

#[test]
fn a_norm_is_judged_wholly() {
    let found = exact(&Spec::new(&Normalize).unwrap(), 1);
    assert_eq!(words(&found)[..4], ["PASS"; 4], "{found:?}");
}

#[test]
fn too_many_constants_beside_a_root_are_told_with_the_line() {
    let mut rng = Rng::new(1);
    let exact = crate::field::Exact::new(Demands::default(), crate::field::Range::Reals, &mut rng);
    let squares: Vec<u64> = (1..=MOST_SQUARES as u64 + 1).collect();
    let needs = Demands {
        squares,
        roots: true,
        ..Demands::default()
    };
    let trouble = exact.beyond(&needs).unwrap();
    let text = Silence::Outside(trouble).to_string();
    assert!(text.contains("17 different prime factors"), "{text}");
    assert!(text.contains(".rs:"), "{text}");
    let fewer = Demands {
        squares: needs.squares[1..].to_vec(),
        ..needs
    };
    assert_eq!(exact.beyond(&fewer), None);
}
