//! Right ops are borne out by all; what they say of wrong ones is in the table of `faults`.

use super::classic::{classic, classic_spec};
use super::{Seen, witness};
use hesper_ad::ops;
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
