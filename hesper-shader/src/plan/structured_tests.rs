//! Structures in plans: what is refused while a plan is recorded, how it reads, and what it computes in number domains.

use super::{Bound, Plan, Role};
use crate::domain::F64;
use crate::grid::Grid;
use crate::memory::Memory;
use crate::shader_type::Vec2;
use crate::tree::{ScalarValue, Type};
use crate::{f16, shader};
use std::collections::BTreeMap;

shader! {
    #[derive(Clone, Copy)]
    struct Affine {
        factors: [f32; 2],
        at: Vec2<f32>,
        times: u32,
        negate: bool,
    }

    #[derive(Clone, Copy)]
    struct Shift {
        by: f16,
    }

    /// y = factors · (y, at.x) + at.y, so many times.
    #[workgroup_size(64)]
    fn affine(y: &mut [f32], p: Affine, k: f32) {
        let i = global_index();
        if i < y.len() {
            for _ in 0..p.times {
                y[i] = k * (p.factors[0] * y[i] + p.factors[1] * p.at.x) + p.at.y;
            }
            if p.negate {
                y[i] = -y[i];
            }
        }
    }
}

const GRID: Grid = Grid::cover(2);

const AFFINE: Affine = Affine {
    factors: [0.1, 3.0],
    at: Vec2 { x: 0.5, y: -1.0 },
    times: 2,
    negate: true,
};

fn plan() -> Plan {
    let mut plan = Plan::new();
    plan.slot("y", Type::F32, 2, Role::InOut).unwrap();
    plan
}

/// What a run in binary64 makes of 10 and 20.
fn run(plan: &Plan, scalars: Vec<(String, ScalarValue<f64>)>) -> Memory<f64> {
    let given = BTreeMap::from([("y".to_string(), Memory::F32(vec![10.0, 20.0]))]);
    let mut results = plan.run_in_with(&F64, given, scalars).unwrap();
    results.remove("y").unwrap()
}

/// The same, by hand: the nearest of binary64 to 0.1, and not that of binary32.
fn expected() -> Memory<f64> {
    let once = |y: f64| (0.1 * y + 3.0 * 0.5) - 1.0;
    Memory::F32([10.0, 20.0].map(|y| -once(once(y))).to_vec())
}

#[test]
fn a_structure_by_value_is_exact_reals() {
    let mut plan = plan();
    let p = Bound::value(AFFINE).unwrap();
    let k = Bound::value(1.0).unwrap();
    let bindings = [("p", p), ("k", k), ("y", Bound::slot("y"))];
    plan.dispatch(&affine(), GRID, &bindings).unwrap();
    assert_eq!(run(&plan, Vec::new()), expected());
    assert_eq!(
        plan.to_string(),
        "in-out y: [f32; 2]
1 affine(y = y, p.factors.0 = 0.1, p.factors.1 = 3.0, p.at.x = 0.5, p.at.y = -1.0, p.times = 2, p.negate = true, k = 1.0) on a grid over 2 invocations
"
    );
}

/// Also where the parts are bound one by one, or given at each run.
#[test]
fn parts_are_bound_and_given_by_name() {
    let parts = [
        ("factors.0", Bound::value(0.1), ScalarValue::F32(0.1)),
        ("factors.1", Bound::value(3.0), ScalarValue::F32(3.0)),
        ("at.x", Bound::value(0.5), ScalarValue::F32(0.5)),
        ("at.y", Bound::value(-1.0), ScalarValue::F32(-1.0)),
        ("times", Bound::value(2u32), ScalarValue::U32(2)),
        ("negate", Bound::value(true), ScalarValue::Bool(true)),
    ];
    let names: Vec<String> = parts.iter().map(|(way, ..)| format!("p.{way}")).collect();
    let mut one_by_one = plan();
    let mut bindings = vec![
        ("y", Bound::slot("y")),
        ("k", Bound::value(1.0f32).unwrap()),
    ];
    let each = names.iter().zip(&parts);
    bindings.extend(each.map(|(name, (_, value, _))| (&name[..], value.clone().unwrap())));
    one_by_one.dispatch(&affine(), GRID, &bindings).unwrap();
    assert_eq!(run(&one_by_one, Vec::new()), expected());

    let mut at_run = plan();
    bindings.truncate(2);
    bindings.push(("p", Bound::scalar("given")));
    at_run.dispatch(&affine(), GRID, &bindings).unwrap();
    let scalars = parts.map(|(way, _, value)| (format!("given.{way}"), value));
    assert_eq!(run(&at_run, scalars.to_vec()), expected());
    assert!(at_run.to_string().contains("scalar given.at.x: f32\n"));
    assert!(at_run.to_string().contains("p.times = given.times"));
}

#[test]
fn constants_that_do_not_fit_are_refused() {
    let affine_is = "`p` is `{ factors.0: f32, factors.1: f32, at.x: f32, at.y: f32, times: u32, negate: bool }`, and is bound to";
    let value = |value: f32| Bound::value(value).unwrap();
    let shift = || Bound::value(Shift { by: f16::ONE }).unwrap();
    let whole = || Bound::value(AFFINE).unwrap();
    let cases: [(&[(&str, Bound)], String); 8] = [
        (
            &[("p", shift())],
            format!("{affine_is} a constant `Shift {{ by: f16 }}`"),
        ),
        (
            &[("p", Bound::value(Vec2 { x: 1.0, y: 2.0 }).unwrap())],
            format!("{affine_is} a constant `Vec2<f32>`"),
        ),
        (
            &[("p", value(1.0))],
            format!("{affine_is} a constant `f32`"),
        ),
        (&[("p", Bound::slot("y"))], format!("{affine_is} slot `y`")),
        (&[], "`p` is bound to nothing".to_string()),
        (
            &[("p.times", Bound::value(1usize).unwrap())],
            "`p.factors.0` is bound to nothing".to_string(),
        ),
        (
            &[("p.times", Bound::value(1u32).unwrap()), ("p", whole())],
            "`p.times` is bound twice".to_string(),
        ),
        (
            &[("p", whole()), ("k", shift())],
            "`k` is `f32`, and is bound to a constant `Shift { by: f16 }`".to_string(),
        ),
    ];
    let mut plan = plan();
    for (bindings, expected) in cases {
        let mut bindings = bindings.to_vec();
        bindings.push(("y", Bound::slot("y")));
        if bindings.iter().all(|(name, _)| *name != "k") {
            bindings.push(("k", value(1.0)));
        }
        let error = plan.dispatch(&affine(), GRID, &bindings).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("step 1, kernel `affine`: {expected}")
        );
    }
    assert!(plan.steps().is_empty() && plan.scalars().is_empty());
}

#[test]
fn what_is_no_number_is_no_constant() {
    let infinite = Affine {
        at: Vec2 {
            x: 1.0,
            y: f32::INFINITY,
        },
        ..AFFINE
    };
    let message = |bound: Result<Bound, crate::PlanError>| bound.unwrap_err().to_string();
    assert_eq!(
        message(Bound::value(infinite)),
        "the value has a `at.y` that no plan holds: inf is not a finite number; write `neg_infinity()` for a mask value"
    );
    assert_eq!(
        message(Bound::value(f64::NAN)),
        "the value NaN is not a finite number; write `neg_infinity()` for a mask value"
    );
    assert_eq!(
        message(Bound::value(1usize << 32)),
        "the value 4294967296 does not fit `u32`"
    );
}
