//! Right ops are borne out by all; what is wrong is seen by the witness, and passes some classic criteria.

use super::classic::{classic, classic_spec};
use super::norm::{Fault, RmsNorm};
use super::{Seen, witness};
use crate::faults::wrong;
use hesper_ad::ops::relu::{relu, relu_backward};
use hesper_ad::ops::{self, Relu};
use hesper_ad::prelude::*;
use tests::tell;

/// Points that must count for each seed.
const LEAST_POINTS: usize = 8;

const SEEDS: [u64; 3] = [1, 2, 3];

/// What differences say with several seeds.
fn seen(op: &dyn Op) -> Seen {
    let (name, mut all) = (op.name(), Seen::default());
    for seed in SEEDS {
        let seen = witness(op, seed);
        let seen = seen.unwrap_or_else(|e| panic!("{name}, seed {seed}: {e}"));
        let compared = seen.compared;
        assert!(
            compared >= LEAST_POINTS,
            "{name}, seed {seed}: {compared} points count"
        );
        all.compared += compared;
        all.worst = all.worst.max(seen.worst);
    }
    all
}

#[test]
fn big_floats_bear_every_vjp_out() {
    for op in ops::catalogue().unwrap() {
        let Seen { compared, worst } = seen(&*op);
        let name = op.name();
        tell(&format!(
            "512-bit floats: {name}: {compared} points, error <= {worst:.0e}"
        ));
    }
}

#[test]
fn big_floats_refuse_what_is_slightly_wrong() {
    for spec in [Fault::Factor, Fault::EpsForgotten, Fault::EpsOutside] {
        let op = RmsNorm {
            spec,
            ..RmsNorm::RIGHT
        };
        for seed in SEEDS {
            let error = witness(&op, seed).err();
            assert!(
                error.is_some_and(|e| e.starts_with("error")),
                "{spec:?} was not seen"
            );
        }
    }
}

#[test]
fn right_ops_pass_every_classic_criterion() {
    for op in ops::catalogue().unwrap() {
        for seed in 1..=4 {
            for judged in [classic(&*op, seed), classic_spec(&*op, seed)] {
                let name = op.name();
                assert_eq!(
                    judged.passes(),
                    [true; 3],
                    "{name}, seed {seed}: {judged:?}"
                );
            }
        }
    }
}

#[test]
fn wrong_ops_pass_some_classic_criteria() {
    for (fault, passes) in [
        (Fault::Zero, [false; 3]),
        (Fault::Sign, [false; 3]),
        (Fault::NotANumber, [false; 3]),
        (Fault::EpsForgotten, [true, true, false]),
        (Fault::EpsOutside, [true, true, false]),
        (Fault::Factor, [true; 3]),
    ] {
        let in_kernel = RmsNorm {
            kernel: fault,
            ..RmsNorm::RIGHT
        };
        let in_spec = RmsNorm {
            spec: fault,
            ..RmsNorm::RIGHT
        };
        for seed in 1..=4 {
            assert_eq!(classic(&in_kernel, seed).passes(), passes, "{fault:?}");
            assert_eq!(classic_spec(&in_spec, seed).passes(), passes, "{fault:?}");
            // Each is blind to the other's faults.
            assert_eq!(classic(&in_spec, seed).passes(), [true; 3], "{fault:?}");
            assert_eq!(
                classic_spec(&in_kernel, seed).passes(),
                [true; 3],
                "{fault:?}"
            );
        }
    }
}

shader! {
    /// All write one element.
    #[workgroup_size(64)]
    fn racing(dy: &[f32], dx: &mut [f32]) {
        if global_index() < dy.len() {
            dx[0] = dy[global_index()];
        }
    }
}

fn race(plan: &mut OpPlan) -> Result<(), OpError> {
    plan.forward(relu(), Grid::cover(6));
    plan.backward(racing(), Grid::cover(6));
    Ok(())
}

fn nothing(plan: &mut OpPlan) -> Result<(), OpError> {
    plan.forward(relu(), Grid::cover(6));
    Ok(())
}

fn panics(plan: &mut OpPlan) -> Result<(), OpError> {
    plan.backward(relu_backward(), Grid::cover(6));
    panic!("a mistake in the plan");
}

wrong!(Race of Relu, plan = race);
wrong!(Nothing of Relu, plan = nothing);
wrong!(Panics of Relu, plan = panics);

#[test]
fn what_cannot_run_does_not_pass() {
    for (judged, reason) in [
        (classic(&Race, 1), "nothing to order"),
        (classic(&Nothing, 1), "no backward kernel writes `dx`"),
        (classic(&Panics, 1), "the plan panicked"),
    ] {
        assert_eq!(judged.passes(), [false; 3]);
        assert!(
            judged.stopped.is_some_and(|s| s.contains(reason)),
            "{reason}"
        );
    }
}
