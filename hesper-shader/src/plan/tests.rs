//! What a plan refuses while it is recorded, and how it reads. What it computes is in the conformance suite.

use super::{Bound, Plan, PlanError, Role};
use crate::domain::F32;
use crate::error::Error;
use crate::grid::Grid;
use crate::kernel::Kernel;
use crate::memory::Memory;
use crate::number::Number;
use crate::record::Recorder;
use crate::shader_type::Atomic;
use crate::tree::Literal;
use crate::tree::{Scalar, Type};
use std::collections::BTreeMap;

/// `y = k·x`.
fn scale() -> Kernel {
    Recorder::record("scale", &[], [64, 1, 1], |r| {
        let (x, y) = (r.storage::<f32>("x"), r.storage_mut::<f32>("y"));
        let k = r.uniform::<f32>("k");
        let i = r.global_index();
        r.if_(i.lt(y.len()));
        r.store(y.at(i), k * x.at(i).get());
        r.end_if();
    })
}

fn plan() -> Plan {
    let mut plan = Plan::new();
    for (name, element, role) in [
        ("a", Type::F32, Role::Input),
        ("b", Type::F32, Role::Temporary),
        ("c", Type::F32, Role::Output),
        ("n", Type::U32, Role::InOut),
    ] {
        plan.slot(name, element, 3, role).unwrap();
    }
    plan
}

const GRID: Grid = Grid::cover(3);

fn two() -> Bound {
    Bound::Value(Literal::F32(Number::integer(2)))
}

#[test]
fn slots_are_checked() {
    let mut plan = plan();
    for (name, element, len, expected) in [
        ("a", Type::F32, 1, "slot `a` exists already"),
        (
            "t",
            Type::BOOL,
            1,
            "slot `t` cannot hold `bool`; use `u32` with 0 and 1",
        ),
        (
            "v",
            Type::vector(3, Scalar::Bool),
            1,
            "slot `v` cannot hold `bool`; use `u32` with 0 and 1",
        ),
        (
            "l",
            Type::F32,
            1 << 32,
            "slot `l` of 4294967296 elements is more than kernels can index, which is 4294967295",
        ),
    ] {
        let error = plan.slot(name, element, len, Role::Input).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    assert_eq!(plan.slots().len(), 4);
}

#[test]
fn dispatches_are_checked() {
    let slot = |name: &str| Bound::slot(name);
    let mut plan = plan();
    let cases: [(&[(&str, Bound)], &str); 12] = [
        (
            &[("x", slot("a")), ("y", slot("b"))],
            "`k` is bound to nothing",
        ),
        (&[("x", slot("a")), ("x", slot("a"))], "`x` is bound twice"),
        (&[("z", slot("a"))], "there is no parameter `z`"),
        (
            &[("x", slot("q"))],
            "`x` is bound to `q`, and the plan has no such slot",
        ),
        (
            &[("x", slot("n"))],
            "`x` is `&[f32]`, and is bound to slot `n` of `u32`",
        ),
        (
            &[("x", two())],
            "`x` is `&[f32]`, and is bound to a constant `f32`",
        ),
        (
            &[("x", Bound::scalar("s"))],
            "`x` is `&[f32]`, and is bound to scalar `s`",
        ),
        (
            &[("x", slot("b")), ("y", slot("a")), ("k", two())],
            "`y` is written, and is bound to the input `a`; make the slot in-out, or copy it",
        ),
        (
            &[("x", slot("b")), ("y", slot("b")), ("k", two())],
            "slot `b` is bound to both `x` and `y`, and one of them is written",
        ),
        (
            &[("x", slot("a")), ("y", slot("b")), ("k", slot("c"))],
            "`k` is `f32`, and is bound to slot `c` of `f32`",
        ),
        (
            &[
                ("x", slot("a")),
                ("y", slot("b")),
                ("k", Bound::Value(Literal::U32(2))),
            ],
            "`k` is `f32`, and is bound to a constant `u32`",
        ),
        (
            &[("k", Bound::scalar("s")), ("x", slot("a"))],
            "`y` is bound to nothing",
        ),
    ];
    for (bindings, expected) in cases {
        let all = |name: &str| bindings.iter().any(|(n, _)| *n == name);
        let mut bindings = bindings.to_vec();
        // Cases about one parameter bind the others well.
        if bindings.len() == 1 {
            let rest = [("x", slot("a")), ("y", slot("b")), ("k", two())];
            bindings.extend(rest.into_iter().filter(|(name, _)| !all(name)));
        }
        let error = plan.dispatch(&scale(), GRID, &bindings).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("step 1, kernel `scale`: {expected}")
        );
    }
    assert!(plan.steps().is_empty() && plan.scalars().is_empty());

    let broken = Recorder::record("broken", &[], [1, 1, 1], |r| r.end_if());
    let error = plan.dispatch(&broken, GRID, &[]).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("step 1, kernel `broken`: kernel `broken` at "),
        "{error}"
    );
    let error = plan.dispatch(
        &scale(),
        Grid::cover_2d(usize::MAX, 1),
        &[("x", slot("a")), ("y", slot("b")), ("k", two())],
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("needs more workgroups than a dispatch has")
    );
}

/// `counts[x[i]] += 1`, and so many of them are `seen`.
fn count() -> Kernel {
    Recorder::record("count", &[], [64, 1, 1], |r| {
        let x = r.storage::<u32>("x");
        let counts = r.storage_mut::<Atomic<u32>>("counts");
        let seen = r.storage_mut::<Atomic<u32>>("seen");
        let i = r.global_index();
        r.if_(i.lt(x.len()));
        counts.at(x.at(i).get()).fetch_add(r.int(1));
        seen.at(r.int(0)).fetch_add(r.int(1));
        r.end_if();
    })
}

/// An atomic is written, whatever the update.
#[test]
fn atomics_are_written() {
    let mut plan = Plan::new();
    for (name, role) in [
        ("x", Role::Input),
        ("y", Role::Input),
        ("t", Role::Temporary),
        ("u", Role::InOut),
    ] {
        plan.slot(name, Type::U32, 3, role).unwrap();
    }
    for (slots, expected) in [
        (
            ["x", "y", "u"],
            "`counts` is written, and is bound to the input `y`; make the slot in-out, or copy it",
        ),
        (
            ["x", "t", "y"],
            "`seen` is written, and is bound to the input `y`; make the slot in-out, or copy it",
        ),
        (
            ["u", "u", "t"],
            "slot `u` is bound to both `x` and `counts`, and one of them is written",
        ),
        (
            ["x", "t", "t"],
            "slot `t` is bound to both `counts` and `seen`, and one of them is written",
        ),
    ] {
        let bindings = ["x", "counts", "seen"].map(|p| p.to_string());
        let bindings: Vec<_> = bindings
            .iter()
            .map(String::as_str)
            .zip(slots.map(Bound::slot))
            .collect();
        let error = plan.dispatch(&count(), GRID, &bindings).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("step 1, kernel `count`: {expected}")
        );
    }
}

#[test]
fn a_scalar_has_one_type() {
    let count = Recorder::record("count", &[], [1, 1, 1], |r| {
        let (n, k) = (r.storage_mut::<u32>("n"), r.uniform::<u32>("k"));
        r.store(n.at(r.int(0)), k);
    });
    let mut plan = plan();
    let bindings = [
        ("x", Bound::slot("a")),
        ("y", Bound::slot("b")),
        ("k", Bound::scalar("s")),
    ];
    plan.dispatch(&scale(), GRID, &bindings).unwrap();
    let bindings = [("n", Bound::slot("n")), ("k", Bound::scalar("s"))];
    let error = plan
        .dispatch(&count, Grid::exact(1, 1, 1), &bindings)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "step 2, kernel `count`: `k` is `u32`, and is bound to scalar `s` of `f32`"
    );
}

#[test]
fn plans_read_well() {
    let mut plan = plan();
    let step = |x, y, k| [("x", Bound::slot(x)), ("y", Bound::slot(y)), ("k", k)];
    plan.dispatch(&scale(), GRID, &step("a", "b", two()))
        .unwrap();
    plan.dispatch(
        &scale(),
        Grid::exact(1, 1, 1),
        &step("b", "c", Bound::scalar("s")),
    )
    .unwrap();
    assert_eq!(
        plan.to_string(),
        "input a: [f32; 3]
temporary b: [f32; 3]
output c: [f32; 3]
in-out n: [u32; 3]
scalar s: f32
1 scale(x = a, y = b, k = 2.0) on a grid over 3 invocations
2 scale(x = b, y = c, k = s) on a grid of 1 by 1 by 1 workgroups
"
    );
}

#[test]
fn faults_name_the_step() {
    let wild = Recorder::record("wild", &[], [1, 1, 1], |r| {
        let y = r.storage_mut::<f32>("y");
        r.store(y.at(r.int(99)), r.float("1"));
    });
    let mut plan = Plan::new();
    plan.slot("y", Type::F32, 3, Role::InOut).unwrap();
    plan.dispatch(&wild, Grid::exact(1, 1, 1), &[("y", Bound::slot("y"))])
        .unwrap();
    let given = |memory| BTreeMap::from([("y".to_string(), memory)]);
    let error = plan
        .run_in(&F32, given(Memory::F32(vec![0.0; 3])))
        .unwrap_err();
    assert!(
        matches!(&error, Error::Plan(PlanError::Step { step: 1, .. })),
        "{error}"
    );
    assert!(
        error.to_string().starts_with("step 1, kernel `wild`: "),
        "{error}"
    );
    for (given, expected) in [
        (BTreeMap::new(), "nothing was given for in-out y: [f32; 3]"),
        (
            given(Memory::U32(vec![0; 3])),
            "in-out y: [f32; 3] was given 3 components of `u32`",
        ),
        (
            given(Memory::F32(vec![0.0])),
            "in-out y: [f32; 3] was given 1 components of `f32`",
        ),
    ] {
        assert_eq!(plan.run_in(&F32, given).unwrap_err().to_string(), expected);
    }
}
