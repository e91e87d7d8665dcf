//! Batches of dispatches.

use super::{Outcome, message};
use hesper_shader::domain::F64;
use hesper_shader::tree::Literal;
use hesper_shader::tree::Type;
use hesper_shader::{Bound, Device, Grid, Memory, Number, Plan, PlanBuffers, Role, shader};
use std::collections::BTreeMap;

const CHUNK: u32 = 64;

shader! {
    /// Sums of chunks of 64: run twice, it sums 4096 elements.
    #[workgroup_size(32)]
    fn sum_chunks(x: &[f32], y: &mut [f32]) {
        let chunk = global_index();
        if chunk < y.len() {
            let mut sum = 0.0;
            for i in chunk * CHUNK..((chunk + 1) * CHUNK).min(x.len()) {
                sum += x[i];
            }
            y[chunk] = sum;
        }
    }

    /// y = a·y + b, negated where `flip`.
    #[workgroup_size(64)]
    fn affine(y: &mut [f32], a: f32, b: f32, flip: bool) {
        let i = global_index();
        if i < y.len() {
            let value = a * y[i] + b;
            y[i] = if flip { -value } else { value };
        }
    }
}

shader! {
    /// How many `x` there are of each residue.
    #[workgroup_size(64)]
    fn count(x: &[u32], counts: &mut [Atomic<u32>]) {
        let i = global_index();
        if i < x.len() {
            counts[x[i] % counts.len()].fetch_add(1);
        }
    }

    #[workgroup_size(64)]
    fn scale_all(x: &[u32], y: &mut [u32], by: u32) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i] * by;
        }
    }
}

fn sum_plan() -> Result<Plan, hesper_shader::PlanError> {
    let mut plan = Plan::new();
    plan.slot("x", Type::F32, 4000, Role::Input)?;
    plan.slot("partial", Type::F32, 63, Role::Temporary)?;
    plan.slot("sum", Type::F32, 1, Role::Output)?;
    let grid = Grid::cover(64);
    plan.dispatch(
        &sum_chunks(),
        grid,
        &[("x", Bound::slot("x")), ("y", Bound::slot("partial"))],
    )?;
    plan.dispatch(
        &sum_chunks(),
        grid,
        &[("x", Bound::slot("partial")), ("y", Bound::slot("sum"))],
    )?;
    Ok(plan)
}

pub(super) fn a_plan_with_a_temporary(device: &Device) -> Outcome {
    let plan = sum_plan()?;
    let xs: Vec<f32> = (0..4000).map(|i| (i % 7) as f32).collect();
    let expected: f32 = xs.iter().sum();
    let (x, mut sum) = (device.upload(&xs)?, device.upload(&[-1.0])?);
    for _ in 0..2 {
        device.run(
            &plan,
            PlanBuffers::new().read("x", &x).write("sum", &mut sum),
        )?;
        assert_eq!(sum.read()?, [expected]);
    }
    let reals = xs.iter().map(|x| f64::from(*x)).collect();
    let results = plan.run_in(
        &F64,
        BTreeMap::from([("x".to_string(), Memory::F32(reals))]),
    )?;
    assert_eq!(results.keys().collect::<Vec<_>>(), ["partial", "sum"]);
    assert_eq!(results["sum"], Memory::F32(vec![f64::from(expected)]));
    Ok(())
}

pub(super) fn scalars_are_given_at_each_run(device: &Device) -> Outcome {
    let mut plan = Plan::new();
    plan.slot("y", Type::F32, 3, Role::InOut)?;
    let half = Bound::Value(Literal::F32(Number::ratio(1, 2)?));
    let flip = Bound::scalar("flip");
    plan.dispatch(
        &affine(),
        Grid::cover(3),
        &[
            ("y", Bound::slot("y")),
            ("a", Bound::scalar("a")),
            ("b", half),
            ("flip", flip),
        ],
    )?;
    let mut y = device.upload(&[1.0, 2.0, 3.0])?;
    for (a, flip, expected) in [
        (2.0f32, false, [2.5, 4.5, 6.5]),
        (-1.0, true, [2.0, 4.0, 6.0]),
    ] {
        device.run(
            &plan,
            PlanBuffers::new()
                .write("y", &mut y)
                .scalar("a", a)
                .scalar("flip", flip),
        )?;
        assert_eq!(y.read()?, expected);
    }
    Ok(())
}

pub(super) fn outputs_start_as_zeros(device: &Device) -> Outcome {
    let mut plan = Plan::new();
    plan.slot("y", Type::F32, 65, Role::Output)?;
    let (one, no) = (
        Bound::Value(Literal::F32(Number::ONE)),
        Bound::Value(Literal::Bool(false)),
    );
    let bindings = [
        ("y", Bound::slot("y")),
        ("a", one.clone()),
        ("b", one),
        ("flip", no),
    ];
    plan.dispatch(&affine(), Grid::cover(65), &bindings)?;
    let mut y = device.upload(&[7.0; 65])?;
    device.run(&plan, PlanBuffers::new().write("y", &mut y))?;
    assert_eq!(y.read()?, [1.0; 65]);
    Ok(())
}

pub(super) fn steps_see_what_earlier_steps_wrote(device: &Device) -> Outcome {
    let mut plan = Plan::new();
    plan.slot("y", Type::F32, 100, Role::InOut)?;
    let mut expected = 1.0;
    for step in 0..50 {
        let b = step % 5;
        let bindings = [
            ("y", Bound::slot("y")),
            ("a", Bound::Value(Literal::F32(Number::ratio(1, 2)?))),
            ("b", Bound::Value(Literal::F32(Number::integer(b)))),
            ("flip", Bound::Value(Literal::Bool(step % 3 == 0))),
        ];
        plan.dispatch(&affine(), Grid::cover(100), &bindings)?;
        expected = (0.5 * expected + b as f32) * if step % 3 == 0 { -1.0 } else { 1.0 };
    }
    let mut y = device.upload(&[1.0; 100])?;
    device.run(&plan, PlanBuffers::new().write("y", &mut y))?;
    for value in y.read()? {
        // The product is a power of two, so that fusing it with the sum changes nothing.
        assert_eq!(value, expected);
    }
    Ok(())
}

/// What atomics wrote is there for later steps; what is lent to read is never written.
pub(super) fn atomics_write_slots(device: &Device) -> Outcome {
    let mut plan = Plan::new();
    for (name, len, role) in [
        ("x", 1000, Role::Input),
        ("counts", 7, Role::Temporary),
        ("total", 7, Role::InOut),
        ("twice", 7, Role::Output),
    ] {
        plan.slot(name, Type::U32, len, role)?;
    }
    let counted = |counts| [("x", Bound::slot("x")), ("counts", Bound::slot(counts))];
    let scaled = |x, y, by| {
        let (x, y) = (Bound::slot(x), Bound::slot(y));
        [("x", x), ("y", y), ("by", Bound::Value(Literal::U32(by)))]
    };
    let steps = [
        (
            scale_all(),
            Grid::cover(7),
            scaled("x", "counts", 0).to_vec(),
        ),
        (count(), Grid::cover(1000), counted("counts").to_vec()),
        (count(), Grid::cover(1000), counted("total").to_vec()),
        (
            scale_all(),
            Grid::cover(7),
            scaled("counts", "twice", 2).to_vec(),
        ),
    ];
    for (kernel, grid, bindings) in &steps {
        plan.dispatch(kernel, *grid, bindings)?;
    }
    let lent = plan.dispatch(
        &count(),
        Grid::cover(1000),
        &[("x", Bound::slot("counts")), ("counts", Bound::slot("x"))],
    );
    assert_eq!(
        message(lent),
        "step 5, kernel `count`: `counts` is written, and is bound to the input `x`; make the slot in-out, or copy it"
    );

    let xs: Vec<u32> = (0..1000).map(|i| i * i).collect();
    let of = |residue| xs.iter().filter(|x| *x % 7 == residue).count() as u32;
    let x = device.upload(&xs)?;
    let (mut total, mut twice) = (device.upload(&[5; 7])?, device.upload(&[9; 7])?);
    for run in 1..=2 {
        let given = PlanBuffers::new().read("x", &x);
        device.run(
            &plan,
            given.write("total", &mut total).write("twice", &mut twice),
        )?;
        assert_eq!(x.read()?, xs);
        assert_eq!(
            total.read()?,
            [0, 1, 2, 3, 4, 5, 6].map(|r| 5 + run * of(r))
        );
        assert_eq!(twice.read()?, [0, 1, 2, 3, 4, 5, 6].map(|r| 2 * of(r)));
    }
    Ok(())
}

pub(super) fn a_run_must_be_given_what_it_needs(device: &Device) -> Outcome {
    let plan = sum_plan()?;
    let (x, short) = (device.zeros::<f32>(4000)?, device.zeros::<f32>(4)?);
    let (ints, foreign) = (
        device.zeros::<i32>(4000)?,
        Device::reference().zeros::<f32>(4000)?,
    );
    let [mut sum, mut other] = [device.upload(&[3.0])?, device.zeros(1)?];
    let new = PlanBuffers::new;
    let cases = [
        (
            new().read("x", &x),
            "nothing was given for output sum: [f32; 1]",
        ),
        (
            new().read("x", &short).write("sum", &mut other),
            "input x: [f32; 4000] was given a buffer of 4 `f32` to read",
        ),
        (
            new().read("x", &ints),
            "input x: [f32; 4000] was given a buffer of 4000 `i32` to read",
        ),
        (
            new().read("x", &x).read("sum", &sum),
            "output sum: [f32; 1] was given a buffer of 1 `f32` to read",
        ),
        (new().read("x", &x).read("x", &x), "`x` was given twice"),
        (
            new().read("x", &x).scalar("n", 1u32),
            "the plan has no slot or scalar `n` to give at a run",
        ),
    ];
    for (given, expected) in cases {
        assert_eq!(message(device.run(&plan, given)), expected);
    }
    let error = message(
        device.run(
            &plan,
            new()
                .read("x", &x)
                .write("sum", &mut sum)
                .read("partial", &x),
        ),
    );
    assert_eq!(
        error,
        "the plan has no slot or scalar `partial` to give at a run"
    );
    let error = message(device.run(&plan, new().read("x", &foreign).write("sum", &mut sum)));
    assert!(
        error.contains("buffer for slot `x` is on reference executor"),
        "{error}"
    );
    assert_eq!(sum.read()?, [3.0]);
    Ok(())
}
