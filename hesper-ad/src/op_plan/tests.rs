//! Plans that make no sense are errors that name op, kernel and parameter.

use crate::ops::relu::{relu, relu_backward};
use crate::test_ops::{CrossEntropy, MatMul, Softmax};
use crate::{Context, DiffOp, Dims, OpError, OpPlan, Options, Plans, Signature, Tensor, compose};
use hesper_shader::record::Recorder;
use hesper_shader::tree::Type;
use hesper_shader::{Atomic, Grid, Kernel};

/// An op with given plan; its spec is the identity.
struct Planned(fn(&mut OpPlan) -> Result<(), OpError>);

impl DiffOp for Planned {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Op")
            .input("x", ["n"])
            .constant("scale", [])
            .integer("labels", ["n"], "n")
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.clone()]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.clone()]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.0(plan)
    }
}

const GRID: Grid = Grid::cover(5);

/// A kernel that copies `from` to `to`.
fn copy(from: &str, to: &str) -> Kernel {
    Recorder::record("copy", &[], [64, 1, 1], |h| {
        let (from, to) = (h.storage::<f32>(from), h.storage_mut::<f32>(to));
        let i = h.global_index();
        h.if_(i.lt(to.len()));
        h.store(to.at(i), from.at(i).get());
        h.end_if();
    })
}

/// A kernel that fills `y` with a by-value parameter.
fn fill(name: &str) -> Kernel {
    Recorder::record("fill", &[], [64, 1, 1], |h| {
        let (value, y) = (h.uniform::<f32>(name), h.storage_mut::<f32>("y"));
        let i = h.global_index();
        h.if_(i.lt(y.len()));
        h.store(y.at(i), value);
        h.end_if();
    })
}

/// A kernel that counts in `counts`.
fn tally() -> Kernel {
    Recorder::record("tally", &[], [64, 1, 1], |h| {
        let counts = h.storage_mut::<Atomic<u32>>("counts");
        counts.at(h.int(0)).fetch_add(h.int(1));
    })
}

fn invalid() -> Kernel {
    Recorder::record("invalid", &[], [64, 1, 1], |h| h.end_if())
}

fn rest(plan: &mut OpPlan) -> Result<(), OpError> {
    plan.backward(relu_backward(), GRID);
    Ok(())
}

type Planner = fn(&mut OpPlan) -> Result<(), OpError>;

#[test]
fn wrong_plans_are_errors_that_name_the_culprit() {
    let cases: &[(Planner, &str)] = &[
        (
            |p| {
                p.forward(relu(), GRID);
                rest(p)
            },
            "",
        ),
        (
            |p| {
                p.forward(fill("scale"), GRID);
                rest(p)
            },
            "",
        ),
        (
            |p| {
                p.forward(fill("value"), GRID).uniform("value", 0.1);
                rest(p)
            },
            "",
        ),
        (
            |p| {
                p.forward(fill("value"), GRID).bind("value", "scale");
                rest(p)
            },
            "",
        ),
        (
            |p| {
                p.forward(fill("scala"), GRID);
                rest(p)
            },
            "Op, kernel `fill`: `scala` binds to `scala`, which the op does not have; did you mean `scale`?",
        ),
        (
            |p| {
                p.forward(fill("x"), GRID);
                rest(p)
            },
            "Op, kernel `fill`: `x` is by value, and `x` is a tensor: take it as a buffer",
        ),
        (
            |p| {
                p.forward(fill("n"), GRID);
                rest(p)
            },
            "Op, forward: step 1, kernel `fill`: `n` is `f32`, and is bound to a constant `u32`",
        ),
        (
            |p| {
                p.forward(fill("value"), GRID).uniform("value", f64::NAN);
                rest(p)
            },
            "Op, kernel `fill`: `value` NaN is not a finite number; write `neg_infinity()` for a mask value",
        ),
        (
            |p| {
                p.forward(fill("value"), GRID).uniform("valeu", 1.0);
                rest(p)
            },
            "Op, kernel `fill`: `valeu` is no parameter; did you mean `value`?",
        ),
        (
            |p| {
                p.forward(copy("input", "y"), GRID);
                rest(p)
            },
            "Op, kernel `copy`: `input` binds to `input`, which the op does not have; there are: x, scale, labels, y",
        ),
        (
            |p| {
                p.forward(copy("input", "y"), GRID).bind("input", "dy");
                rest(p)
            },
            "Op, kernel `copy`: `input` binds to `dy`, which only backward kernels have",
        ),
        (
            |p| {
                p.forward(copy("n", "y"), GRID);
                rest(p)
            },
            "Op, kernel `copy`: `n` is a buffer, and `n` is a dimension: take it by value, as `u32`",
        ),
        (
            |p| {
                p.forward(copy("labels", "y"), GRID);
                rest(p)
            },
            "Op, forward: step 1, kernel `copy`: `labels` is `&[f32]`, and is bound to slot `labels` of `u32`",
        ),
        (
            |p| {
                p.forward(copy("y", "x"), GRID);
                rest(p)
            },
            "Op, forward: step 1, kernel `copy`: `x` is written, and is bound to the input `x`; make the slot in-out, or copy it",
        ),
        (
            |p| {
                p.forward(relu(), GRID).bind("x", "y");
                rest(p)
            },
            "Op, forward: step 1, kernel `relu`: slot `y` is bound to both `x` and `y`, and one of them is written",
        ),
        (
            |p| {
                p.temporary("t", Type::F32, 5)?;
                p.forward(copy("x", "t"), GRID);
                rest(p)
            },
            "Op: no forward kernel writes `y`",
        ),
        (
            |p| {
                p.forward(relu(), GRID);
                Ok(())
            },
            "Op: no backward kernel writes `dx`",
        ),
        (
            |p| {
                p.forward(relu(), GRID);
                p.backward(copy("x", "dy"), GRID);
                Ok(())
            },
            "Op, backward: step 1, kernel `copy`: `dy` is written, and is bound to the input `dy`; make the slot in-out, or copy it",
        ),
        (
            |p| {
                p.forward(tally(), GRID).bind("counts", "labels");
                rest(p)
            },
            "Op, forward: step 1, kernel `tally`: `counts` is written, and is bound to the input `labels`; make the slot in-out, or copy it",
        ),
        (
            |p| p.temporary("dx", Type::F32, 5),
            "Op: the temporary `dx` needs another name; this one is taken",
        ),
        (
            |p| p.temporary("n", Type::F32, 5),
            "Op: the temporary `n` needs another name; this one is taken",
        ),
        (
            |p| p.dim("rows").map(|_| ()),
            "Op: the plan asks for the dimension `rows`, which no port has",
        ),
    ];
    let dims = Dims::new([("n", 5)]);
    for (planner, message) in cases {
        let error = Plans::of(&Planned(*planner), &dims).err();
        assert_eq!(error.map(|e| e.to_string()).unwrap_or_default(), *message);
    }
    let error = Plans::of(
        &Planned(|p| {
            p.forward(invalid(), GRID);
            rest(p)
        }),
        &dims,
    )
    .err();
    let message = error.map(|e| e.to_string()).unwrap_or_default();
    assert!(message.starts_with("Op: kernel `invalid` at "), "{message}");
}

/// What no check can do without is told by the first check that needs it.
#[test]
fn a_plan_that_cannot_be_built_is_told_once() {
    let planners: [(Planner, &str); 2] = [
        (
            |p| {
                p.forward(fill("scala"), GRID);
                rest(p)
            },
            "`scala` binds to `scala`, which the op does not have",
        ),
        (
            |p| {
                p.forward(relu(), GRID);
                Ok(())
            },
            "no backward kernel writes `dx`",
        ),
    ];
    for (planner, message) in planners {
        let certificate = Planned(planner).verify(&Options::default());
        let text = certificate.to_string();
        assert_eq!(text.matches(message).count(), 1, "{text}");
        assert_eq!(certificate.failures().count(), 1, "{text}");
        assert!(!certificate.is_pass());
    }
}

#[test]
fn compositions_concatenate_plans() {
    let layer = compose(Softmax, MatMul).unwrap();
    let op = compose(CrossEntropy, layer).unwrap();
    let plans = Plans::of(&op, &Dims::new([("m", 2), ("k", 3), ("n", 5)])).unwrap();
    let text = format!("{}\n{}", plans.forward, plans.backward);
    let want = "\
input a: [f32; 6]
input b: [f32; 15]
output inner.inner.c: [f32; 10]
output inner.y: [f32; 10]
output inner.outer.lse: [f32; 2]
temporary outer.sums: [f32; 2]
output outer.lse: [f32; 2]
input labels: [u32; 2]
output loss: [f32; 2]
scalar s: f32
1 product(a = a, b = b, c = inner.inner.c, rows = 2, cols = 5, inner = 3, ai = 3, al = 1, bl = 5, bj = 1) on a grid over 10 invocations
2 softmax(rows = 2, cols = 5, x = inner.inner.c, y = inner.y, lse = inner.outer.lse) on a grid over 2 invocations
3 log_sum_exp(classes = 5, x = inner.y, sums = outer.sums, lse = outer.lse) on a grid over 2 invocations
4 cross_entropy(classes = 5, s = s, x = inner.y, labels = labels, lse = outer.lse, loss = loss) on a grid over 2 invocations

input inner.y: [f32; 10]
input labels: [u32; 2]
input outer.lse: [f32; 2]
input dloss: [f32; 2]
temporary inner.dy: [f32; 10]
temporary inner.inner.dc: [f32; 10]
input b: [f32; 15]
output da: [f32; 6]
input a: [f32; 6]
output db: [f32; 15]
scalar s: f32
1 cross_entropy_backward(classes = 5, s = s, x = inner.y, labels = labels, lse = outer.lse, dloss = dloss, dx = inner.dy) on a grid over 2 invocations
2 softmax_backward(rows = 2, cols = 5, p = inner.y, dy = inner.dy, dx = inner.inner.dc) on a grid over 2 invocations
3 product(a = inner.inner.dc, b = b, c = da, rows = 2, cols = 3, inner = 5, ai = 5, al = 1, bl = 1, bj = 5) on a grid over 6 invocations
4 product(a = a, b = inner.inner.dc, c = db, rows = 3, cols = 5, inner = 2, ai = 1, al = 3, bl = 5, bj = 1) on a grid over 15 invocations
";
    assert_eq!(text, want);
}
