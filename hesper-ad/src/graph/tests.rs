//! Graphs are ops: named without ambiguity, refused where they make no sense, and right where values are read twice.

use crate::ops::{MatMul, MatMulF16, Relu, Rope, ScaledAdd, Softmax, SoftmaxCrossEntropy};
use crate::test_ops::CrossEntropy;
use crate::{
    Composite, Context, DiffOp, Dims, Graph, OpError, OpPlan, Options, Plans, Rng, Sampling,
    Signature, Tensor,
};

/// An op of one input that has a signature and does nothing.
struct Stub<const O: usize>(Signature);

impl<const O: usize> DiffOp for Stub<O> {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; O];

    fn signature(&self) -> Signature {
        self.0.clone()
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; O] {
        [(); O].map(|()| x.clone())
    }

    fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], _: [&Tensor; O]) -> [Tensor; 1] {
        [x.clone()]
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        let rules = Sampling::default().multiple("n", 4);
        rules.uniform("x", 0.5, 1.0).uniform("c", 2.0, 3.0)
    }
}

fn accepted(op: &impl DiffOp) {
    let certificate = op.verify(&Options::default());
    assert!(certificate.is_pass(), "{certificate}");
}

/// `y = h + s·relu(h)` where `h = x·w`.
fn residual() -> Result<Composite<2, 1>, OpError> {
    Graph::new("Residual", [("x", &["rows", "n"]), ("w", &["n", "m"])])
        .node(MatMul, ["x", "w"], ["h"])
        .node(Relu, ["h"], ["r"])
        .node(ScaledAdd, ["h", "r"], ["y"])
        .finish(["y"])
}

/// An input read four times, twice by one node; an intermediate read three times that is an output too.
fn tangle() -> Result<Composite<1, 3>, OpError> {
    Graph::new("Tangle", [("x", &["n"])])
        .node(ScaledAdd, ["x", "x"], ["more"])
        .node(ScaledAdd, ["more", "more"], ["a"])
        .node(ScaledAdd, ["x", "more"], ["b"])
        .node(ScaledAdd, ["b", "x"], ["c"])
        .finish(["c", "more", "a"])
}

fn ports(op: &impl DiffOp) -> String {
    let ports = op.signature().ports().to_vec().into_iter();
    let shown = ports.map(|p| format!("{}[{}]", p.name, p.dims.join(" ")));
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn values_read_twice_get_both_cotangents() {
    accepted(&residual().unwrap());
    accepted(&tangle().unwrap());
}

#[test]
fn graphs_nest() {
    let step = || {
        Graph::new("Step", [("x", &["n"])])
            .node(ScaledAdd, ["x", "x"], ["h"])
            .node(ScaledAdd, ["x", "h"], ["y"])
            .finish(["y"])
            .unwrap()
    };
    let two = Graph::new("Two", [("x", &["rows", "n"])])
        .node(step(), ["x"], ["h"])
        .node(step(), ["h"], ["y"])
        .finish(["y"])
        .unwrap();
    assert_eq!(
        ports(&two),
        "x[rows n] s[] h.h[rows n] y.s[] h[rows n] y.y.s[] y.h[rows n] y.y.y.s[] y[rows n]"
    );
    accepted(&two);
}

#[test]
fn ports_flatten_what_has_more_dimensions() {
    let graph = Graph::new(
        "Rows",
        [
            ("x", &["batch", "rows", "classes"]),
            ("b", &["batch", "rows", "classes"]),
        ],
    )
    .node(ScaledAdd, ["x", "b"], ["sum"])
    .node(Softmax, ["sum"], ["p"])
    .node(CrossEntropy, ["p"], ["loss"])
    .finish(["loss"])
    .unwrap();
    assert_eq!(
        ports(&graph),
        "x[batch rows classes] b[batch rows classes] s[] sum[batch rows classes] p[batch rows classes] \
         loss.s[] labels[batch rows] loss.lse[batch rows] loss[batch rows]"
    );
    accepted(&graph);
}

#[test]
fn mistakes_are_errors_that_name_node_and_value() {
    let message = |error: Option<OpError>| error.map(|e| e.to_string()).unwrap_or_default();
    let x = || Graph::new("Op", [("x", &["rows", "n"])]);
    let xw = || Graph::new("Op", [("x", &["rows", "n"]), ("w", &["m", "k"])]);
    let by_rows = Signature::new("ByRows")
        .input("x", ["n"])
        .output("y", ["n"]);
    let by_rows = Stub::<1>(by_rows.integer("i", [], "n"));
    let no_output = Stub::<0>(Signature::new("NoOutput").input("x", ["n"]));
    for (error, says) in [
        (x().node(Relu, ["x"], ["y"]).finish(["y"]).err(), ""),
        (
            x().node(Relu, ["z"], ["y"]).finish(["y"]).err(),
            "Op: `y` reads `z`, which no input and no earlier node defines; there are: x",
        ),
        (
            x().node(Relu, ["y"], ["y"]).finish(["y"]).err(),
            "Op: `y` reads `y`, which no input and no earlier node defines; there are: x",
        ),
        (
            x().node(Relu, ["x"], ["x"]).finish(["x"]).err(),
            "Op: the value `x` is defined twice; the output `x` is defined by no node; did you mean `x`?",
        ),
        (
            xw().node(MatMul, ["x", "w"], ["y"]).finish(["y"]).err(),
            "Op: `y` reads `w` as `b`: its dimension `k` would be both [n] and [m]",
        ),
        (
            x().node(SoftmaxCrossEntropy, ["x"], ["l"])
                .node(Softmax, ["l"], ["y"])
                .node(Relu, ["y"], ["z"])
                .finish(["z"])
                .err(),
            "Op: `y` reads `l` as `x`: it has the shape [rows], which does not fit [rows, cols]",
        ),
        (
            Graph::new("Op", [("x", &["rows", "n"]), ("w", &["n", "n"])])
                .node(MatMulF16, ["x", "w"], ["y"])
                .node(MatMul, ["y", "w"], ["z"])
                .finish(["z"])
                .err(),
            "Op: `z` reads `w` as `b` and in `f32`, which it is not before: convert it by `ToF16` or `ToF32`",
        ),
        (
            xw().node(Relu, ["x"], ["y"]).finish(["y"]).err(),
            "Op: the value `w` is never used",
        ),
        (
            x().node(Relu, ["x"], ["h"])
                .node(Relu, ["x"], ["y"])
                .finish(["y"])
                .err(),
            "Op: the value `h` is never used",
        ),
        (
            x().node(Relu, ["x"], ["y"]).finish(["y", "z"]).err(),
            "Op: the output `z` is defined by no node; there are: y",
        ),
        (
            x().node(Relu, ["x"], ["y"]).finish(["y", "y"]).err(),
            "Op: the output `y` is listed twice",
        ),
        (
            x().node(Relu, ["x"], ["y"]).finish(["y", "x"]).err(),
            "Op: the output `x` is defined by no node; there are: y",
        ),
        (
            x().node(Relu, ["x"], ["y"]).finish([]).err(),
            "Op: the value `y` is never used",
        ),
        (x().finish([]).err(), "Op: the value `x` is never used"),
        (
            Graph::new("Op", []).finish([]).err(),
            "Op: there is no differentiable input",
        ),
        (
            x().node(Relu, ["x"], ["dx"]).finish(["dx"]).err(),
            "Op: `dx` is also the name of the cotangent of `x`",
        ),
        (
            x().node(Relu, ["x"], ["n"]).finish(["n"]).err(),
            "Op: the name `n` is used twice",
        ),
        (
            x().node(Relu, ["x"], [""]).finish([""]).err(),
            "Op: the port name `` is no identifier: name it as a parameter of a kernel is named, with letters, digits and `_`, no digit first",
        ),
        (
            x().node(by_rows, ["x"], ["y"]).finish(["y"]).err(),
            "Op: `y` bounds `i` by `n`, which would be the product of [rows, n]",
        ),
        (
            x().node(no_output, ["x"], []).finish([]).err(),
            "Op: `` is no valid op: NoOutput: there is no output",
        ),
    ] {
        assert_eq!(message(error), says);
    }
}

#[test]
fn plans_sum_what_nodes_contribute() {
    let plans = Plans::of(&tangle().unwrap(), &Dims::new([("n", 3)])).unwrap();
    let steps = plans.backward.to_string();
    let steps = steps.lines().skip_while(|line| !line.starts_with('1'));
    let steps: Vec<&str> = steps
        .map(|line| line.split(" on ").next().unwrap_or(line))
        .collect();
    assert_eq!(
        steps,
        [
            "1 scaled_add_backward(dy = dc, da = db, db = dx, s = c.s)",
            "2 scaled_add_backward(dy = db, da = b.da, db = more.dmore, s = b.s)",
            "3 accumulate(part = b.da, sum = dx)",
            "4 scaled_add_backward(dy = da, da = a.da, db = a.db, s = a.s)",
            "5 accumulate(part = a.da, sum = more.dmore)",
            "6 accumulate(part = a.db, sum = more.dmore)",
            "7 accumulate(part = dmore, sum = more.dmore)",
            "8 scaled_add_backward(dy = more.dmore, da = more.da, db = more.db, s = s)",
            "9 accumulate(part = more.da, sum = dx)",
            "10 accumulate(part = more.db, sum = dx)",
        ]
    );
}

#[test]
fn rules_go_by_the_names_of_the_whole() {
    let stub = || {
        let signature = Signature::new("Stub").input("x", ["n"]).constant("c", []);
        Stub::<1>(signature.output("y", ["n"]))
    };
    let graph = Graph::new(
        "Rules",
        [("a", &["rows", "cols"]), ("b", &["rows", "cols"])],
    )
    .node(stub(), ["a"], ["h"])
    .node(stub(), ["h"], ["x"])
    .node(ScaledAdd, ["x", "b"], ["y"])
    .sampling(Sampling::default().uniform("x.c", 5.0, 6.0))
    .finish(["y"])
    .unwrap();
    let dims = Dims::new([("rows", 3), ("cols", 4)]);
    let rules = graph.sampling();
    let sample = rules.draw(&graph.signature(), &dims, &mut Rng::new(1));
    let within = |x: &Tensor<f32>, low, high| x.data().iter().all(|x| (low..=high).contains(x));
    assert_eq!(
        (rules.multiple_of("rows"), rules.multiple_of("cols")),
        (1, 4)
    );
    assert!(within(&sample.inputs[0], 0.5, 1.0), "the first stub's `x`");
    assert!(!within(&sample.inputs[1], 0.5, 1.0), "no stub reads `b`");
    assert!(within(&sample.constants["c"], 2.0, 3.0), "the first stub's");
    assert!(
        within(&sample.constants["x.c"], 5.0, 6.0),
        "the graph's own"
    );
}

#[test]
fn multiples_of_dimensions_connect() {
    let turned = |dims: [&'static [&'static str]; 1]| {
        Graph::new("Turned", [("x", dims[0])])
            .node(Rope::PAIRS, ["x"], ["once"])
            .node(Rope::HALVES, ["once"], ["y"])
            .finish(["y"])
    };
    let graph = turned([&["batch", "heads", "rows", "2*h"]]).unwrap();
    assert_eq!(
        ports(&graph),
        "x[batch heads rows 2*h] cos[rows h] sin[rows h] once[batch heads rows 2*h] \
         y.cos[rows h] y.sin[rows h] y[batch heads rows 2*h]"
    );
    assert_eq!(graph.signature().dims(), ["batch", "heads", "rows", "h"]);
    accepted(&graph);
    for (dims, message) in [
        (
            &["heads", "rows", "width"],
            "Turned: `once` reads `x` as `x`: its dimension `2*half` would be both [2*half] and [width]",
        ),
        (
            &["heads", "rows", "3*h"],
            "Turned: `once` reads `x` as `x`: its dimension `2*half` would be both [2*half] and [3*h]",
        ),
    ] {
        assert_eq!(turned([dims]).unwrap_err().to_string(), message);
    }
}
