//! What runners compute, on every device there is; what they do not compute; what they refuse.

use super::inputs::Value;
use super::sizes::sizes;
use super::{Call, DeviceTensor, Inputs, RunError, Runner, Workspace};
use crate::dims::{Dims, names};
use crate::graph::Graph;
use crate::op::Op;
use crate::ops::{
    Add, BiasAdd, CausalMask, Embedding, MatMul, Relu, RmsNorm, Rope, ScaledAdd,
    SoftmaxCrossEntropy, ToF16, ToF32, catalogue,
};
use crate::sample::{Rng, Sample, Sampling};
use crate::signature::{Port, PortRole, Signature};
use crate::spec::Spec;
use crate::test_ops::{devices, has_f16, run_kernels};
use hesper_shader::{Device, DeviceKind, Plan, Role, f16};
use std::collections::BTreeMap;

/// A point of an op as its runner takes it.
struct Given {
    inputs: Inputs,
    cotangents: Vec<(String, DeviceTensor)>,
}

impl Given {
    fn of(workspace: &Workspace, op: &dyn Op, sample: &Sample) -> Given {
        let signature = op.signature();
        let mut inputs = Inputs::new();
        let tensor = |t: &crate::Tensor<f32>| workspace.tensor(t.shape(), t.data()).unwrap();
        let given = |inputs: Inputs, port: &Port, t: &crate::Tensor<f32>| {
            let is_f16 = signature.is_f16(&port.name);
            match (
                port.role == PortRole::Constant && port.dims.is_empty(),
                is_f16,
            ) {
                (true, _) => inputs.number(&port.name, t.data()[0]),
                (_, false) => inputs.tensor(&port.name, &tensor(t)),
                (_, true) => {
                    let halves = t.map(|x| f16::from_f32(*x));
                    let halves = workspace.tensor(t.shape(), halves.data()).unwrap();
                    inputs.tensor(&port.name, &halves)
                }
            }
        };
        for (port, t) in signature.inputs().zip(&sample.inputs) {
            inputs = given(inputs, port, t);
        }
        for port in signature.constants() {
            inputs = given(inputs, port, &sample.constants[&port.name]);
        }
        for (port, _) in signature.integers() {
            let t = &sample.integers[&port.name];
            let t = workspace.tensor(t.shape(), t.data()).unwrap();
            inputs = inputs.integers(&port.name, &t);
        }
        // What only results have is told.
        let given = signature.inputs().chain(signature.constants());
        let given = given.chain(signature.integers().map(|(port, _)| port));
        let told: Vec<&str> = given
            .flat_map(|port| &port.dims)
            .flat_map(|dim| names(dim))
            .collect();
        for (dim, size) in sample.dims.iter().filter(|(dim, _)| !told.contains(dim)) {
            inputs = inputs.size(dim, size);
        }
        let outputs = signature.outputs().zip(&sample.cotangents);
        Given {
            inputs,
            cotangents: outputs
                .map(|(port, t)| (port.cotangent(), tensor(t)))
                .collect(),
        }
    }

    fn cotangents(&self) -> Vec<(&str, &DeviceTensor)> {
        let all = self.cotangents.iter();
        all.map(|(name, t)| (name.as_str(), t)).collect()
    }
}

/// Small shapes, and one with a dimension beyond a workgroup's size.
fn shapes(spec: &Spec<'_>) -> Vec<Dims> {
    let mut shapes = spec.small_shapes();
    shapes.truncate(2);
    let mut awkward = spec.least_shape();
    for (dim, size) in spec
        .signature()
        .dims()
        .into_iter()
        .zip([67usize, 7, 3, 3, 3])
    {
        let unit = spec.sampling().multiple_of(dim);
        awkward.set(dim, size.next_multiple_of(unit));
    }
    // Windows may not fit there.
    if spec
        .signature()
        .derived()
        .all(|dim| awkward.get(dim) != Some(0))
    {
        shapes.push(awkward);
    }
    shapes
}

/// What the op's plans compute on the reference device, filled by hand, by the names of results.
fn by_hand(op: &dyn Op, dims: &Dims, sample: &Sample) -> BTreeMap<String, Vec<f32>> {
    let signature = op.signature();
    let inputs = signature.inputs().map(|port| port.name.clone());
    let seeds = signature.outputs().map(Port::cotangent);
    let constants = sample.constants.iter().map(|(name, t)| (name.clone(), t));
    let reals: Vec<(String, &crate::Tensor<f32>)> = inputs
        .zip(&sample.inputs)
        .chain(constants)
        .chain(seeds.zip(&sample.cotangents))
        .collect();
    let reals: Vec<(&str, &[f32])> = reals.iter().map(|(n, t)| (n.as_str(), t.data())).collect();
    let integers = sample.integers.iter();
    let integers: Vec<(&str, &[u32])> = integers.map(|(n, t)| (n.as_str(), t.data())).collect();
    run_kernels(op, dims, &reals, &integers).unwrap()
}

/// Whether a device that rounds otherwise may give this: how exact kernels are is for the checks to say.
fn is_near(got: &[f32], want: &[f32]) -> bool {
    let greatest = want
        .iter()
        .filter(|x| x.is_finite())
        .fold(0.0, |m: f32, x| m.max(x.abs()));
    let near =
        |(got, want): (&f32, &f32)| got == want || (got - want).abs() <= 1e-2 * greatest + 1e-5;
    got.len() == want.len() && got.iter().zip(want).all(near)
}

/// On the reference device to the bit what plans compute that are filled by hand; near that on others.
#[test]
fn every_op_of_the_catalogue_runs() {
    let mut compared = 0;
    for device in devices() {
        let workspace = Workspace::new(&device);
        for op in catalogue().unwrap() {
            let op = &*op;
            let signature = op.signature();
            let mut ports = signature.ports().iter();
            if ports.any(|port| signature.is_f16(&port.name)) && !has_f16(&device) {
                eprintln!(
                    "SKIPPED on {}, which has no `f16`: {}",
                    device.name(),
                    op.name()
                );
                continue;
            }
            let (spec, runner) = (Spec::new(op).unwrap(), Runner::new(&workspace, op).unwrap());
            let names: Vec<String> = spec.signature().inputs().map(Port::cotangent).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            for dims in shapes(&spec) {
                let sample = spec.draw(&dims, &mut Rng::new(7));
                let given = Given::of(&workspace, op, &sample);
                let want = by_hand(op, &dims, &sample);
                let call = runner.forward(&given.inputs).unwrap();
                let cotangents = call.cotangents(&given.cotangents(), &names).unwrap();
                let outputs = spec.signature().outputs().chain(spec.signature().saves());
                let reals = |name: &str| match spec.signature().is_f16(name) {
                    false => call.result(name).unwrap().read().unwrap(),
                    true => {
                        let halves = call.result_f16(name).unwrap().read().unwrap();
                        halves.into_iter().map(f32::from).collect()
                    }
                };
                let outputs = outputs.map(|port| (&port.name, reals(&port.name)));
                let cotangents_read = cotangents.iter().map(|(n, t)| (n, t.read().unwrap()));
                for (name, got) in outputs.chain(cotangents_read) {
                    let same = bits(&got) == bits(&want[name]);
                    let exact = device.kind() == DeviceKind::Reference;
                    assert!(
                        same || !exact && is_near(&got, &want[name]),
                        "{} {dims} `{name}` on {}: {got:?}, not {:?}",
                        op.name(),
                        device.name(),
                        want[name]
                    );
                    compared += got.len();
                }
                each_alone(&call, &given, &names, &cotangents);
            }
        }
    }
    assert!(compared > 10_000, "{compared}");
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| x.to_bits()).collect()
}

/// One cotangent at a time is what it is with the others, bit for bit.
fn each_alone(call: &Call, given: &Given, names: &[&str], all: &BTreeMap<String, DeviceTensor>) {
    let bits = |t: &DeviceTensor| bits(&t.read().unwrap());
    for name in names {
        let [alone] = call.backward(&given.cotangents(), [name]).unwrap();
        assert_eq!(bits(&alone), bits(&all[*name]), "{call:?} {name}");
    }
}

/// `loss(relu(x·w1 + b)·w2)`, with labels.
fn mlp() -> impl crate::DiffOp {
    let inputs: [(&str, &[&str]); 4] = [
        ("x", &["rows", "n"]),
        ("w1", &["n", "hidden"]),
        ("b", &["hidden"]),
        ("w2", &["hidden", "classes"]),
    ];
    Graph::new("MLP", inputs)
        .node(MatMul, ["x", "w1"], ["p"])
        .node(BiasAdd, ["p", "b"], ["s"])
        .node(Relu, ["s"], ["h"])
        .node(MatMul, ["h", "w2"], ["logits"])
        .node(SoftmaxCrossEntropy, ["logits"], ["loss"])
        .finish(["loss"])
        .unwrap()
}

fn mlp_inputs(workspace: &Workspace, rows: usize) -> Inputs {
    let mut rng = Rng::new(3);
    let mut tensor = |shape: [usize; 2]| {
        let values: Vec<f32> = (0..shape[0] * shape[1])
            .map(|_| rng.uniform(-1.0, 1.0))
            .collect();
        workspace.tensor(shape, &values).unwrap()
    };
    let labels: Vec<u32> = (0..rows as u32).map(|i| i % 3).collect();
    Inputs::new()
        .tensor("x", &tensor([rows, 5]))
        .tensor("w1", &tensor([5, 7]))
        .tensor("b", &tensor([1, 7]).reshaped([7]).unwrap())
        .tensor("w2", &tensor([7, 3]))
        .integers("labels", &workspace.tensor([rows], &labels).unwrap())
}

/// A warm loop over two shapes makes no buffer, whether calls overlap or not.
#[test]
fn a_warm_loop_makes_no_buffer() {
    for device in devices() {
        let (workspace, graph) = (Workspace::new(&device), mlp());
        let runner = Runner::new(&workspace, &graph).unwrap();
        let mut made = Vec::new();
        for _ in 0..4 {
            for rows in [9, 4] {
                let call = runner.forward(&mlp_inputs(&workspace, rows)).unwrap();
                let again = runner.forward(&mlp_inputs(&workspace, rows)).unwrap();
                let seed = workspace.tensor([rows], &vec![0.5; rows]).unwrap();
                let wanted = ["dw1", "db", "dw2"];
                call.backward(&[("dloss", &seed)], wanted).unwrap();
                again.backward(&[("dloss", &seed)], wanted).unwrap();
                runner
                    .infer(&mlp_inputs(&workspace, rows), ["logits"])
                    .unwrap();
            }
            made.push(workspace.buffers_made());
        }
        assert_eq!(made[1..], [made[0]; 3], "{}", device.name());
        assert!(made[0] > 20, "{made:?}");
        workspace.free_unused();
        runner.forward(&mlp_inputs(&workspace, 9)).unwrap();
        assert!(workspace.buffers_made() > made[0]);
    }
}

/// Which kernels are launched for what is wanted: the names of their steps.
#[test]
fn what_nobody_needs_is_not_launched() {
    let kernels = |plan: &Plan| {
        let names = plan
            .steps()
            .iter()
            .map(|step| step.kernel().name().to_string());
        names.collect::<Vec<_>>().join(" ")
    };
    let dims = [("rows", 4), ("n", 5), ("hidden", 7), ("classes", 3)];
    let graph = mlp();
    let plans = crate::Plans::of(&graph, &Dims::new(dims)).unwrap();
    for (forward, wanted, expected) in [
        (
            true,
            &["loss"][..],
            "matmul bias_add relu matmul softmax_cross_entropy",
        ),
        (true, &["logits"], "matmul bias_add relu matmul"),
        (true, &["s"], "matmul bias_add"),
        (false, &["dw2"], "softmax_cross_entropy_backward matmul"),
        (
            false,
            &["dw1"],
            "softmax_cross_entropy_backward matmul relu_backward bias_add_backward matmul",
        ),
    ] {
        let plan = if forward {
            &plans.forward
        } else {
            &plans.backward
        };
        let cut = plan.only(wanted).unwrap();
        assert_eq!(kernels(&cut), expected, "{wanted:?}");
        let outputs = cut.slots().iter().filter(|slot| slot.role == Role::Output);
        let outputs: Vec<&str> = outputs.map(|slot| slot.name.as_str()).collect();
        assert_eq!(outputs, wanted);
    }
    assert_eq!(
        plans.forward.only(&["labels"]).unwrap_err().to_string(),
        "no step of the plan writes a slot `labels`"
    );
}

/// Outputs without a cotangent have zeros for it; results go into further calls.
#[test]
fn calls_go_on_from_calls() {
    for device in devices() {
        let workspace = Workspace::new(&device);
        let add = Runner::new(&workspace, &Add).unwrap();
        let x = workspace.tensor([3], &[1.0, 2.0, 3.0]).unwrap();
        let sum = |a: &DeviceTensor, b: &DeviceTensor| {
            add.forward(&Inputs::new().tensor("a", a).tensor("b", b))
                .unwrap()
        };
        // The same tensor twice, and a result as an input.
        let twice = sum(&x, &x);
        let thrice = sum(twice.result("y").unwrap(), &x);
        drop(twice);
        assert_eq!(thrice.result("y").unwrap().read().unwrap(), [3.0, 6.0, 9.0]);
        let [db, da] = thrice.backward(&[("dy", &x)], ["db", "da"]).unwrap();
        assert_eq!(
            (db.read().unwrap(), da.read().unwrap()),
            (vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0])
        );
    }
}

/// A thread may make the next batch meanwhile.
#[test]
fn tensors_cross_threads() {
    for device in devices() {
        let workspace = Workspace::new(&device);
        let elsewhere = workspace.clone();
        let batch = std::thread::spawn(move || elsewhere.tensor([2], &[1u32, 2]));
        let batch = batch.join().unwrap().unwrap();
        assert_eq!(batch.read().unwrap(), [1, 2]);
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let workspace = Workspace::new(&Device::reference());
    let t = |shape: &[usize]| {
        let len: usize = shape.iter().product();
        workspace.tensor(shape, &vec![1.0; len]).unwrap()
    };
    let whole = |shape: &[usize], n: u32| {
        let len: usize = shape.iter().product();
        workspace.tensor(shape, &vec![n; len]).unwrap()
    };
    let elsewhere = Workspace::new(&Device::reference()).zeros([2, 3]).unwrap();
    let new = Inputs::new;
    let cases: [(&dyn Op, Inputs, &str); 18] = [
        (
            &MatMul,
            new().tensor("a", &t(&[2, 3])),
            "MatMul: no input that is given tells the size of `n`; give it with `Inputs::size`",
        ),
        (
            &MatMul,
            new().tensor("a", &t(&[2, 3])).size("n", 4),
            "MatMul: `b` is missing; give a tensor of shape [k=3, n=4] with `Inputs::tensor`",
        ),
        (
            &MatMul,
            new().tensor("x", &t(&[2, 3])),
            "MatMul: `x` is no input of this op; there are: a, b",
        ),
        (
            &MatMul,
            new().tensor("c", &t(&[2, 3])),
            "MatMul: `c` is no input of this op; there are: a, b",
        ),
        (
            &MatMul,
            new().tensor("a", &t(&[2, 3])).tensor("a", &t(&[2, 3])),
            "MatMul: `a` is given twice",
        ),
        (
            &MatMul,
            new().tensor("a", &t(&[6])),
            "MatMul: `a` has the shape [6], which does not fit [m, k]",
        ),
        (
            &MatMul,
            new().tensor("a", &t(&[2, 3])).tensor("b", &t(&[4, 5])),
            "MatMul: `b` has the shape [4, 5], in which `k` is 4; by `a` of shape [2, 3] it is 3",
        ),
        (
            &MatMul,
            new().tensor("a", &t(&[2, 3])).size("k", 4),
            "MatMul: `a` has the shape [2, 3], in which `k` is 3; by `Inputs::size` it is 4",
        ),
        (
            &MatMul,
            new().tensor("a", &t(&[2, 3])).size("kk", 4),
            "MatMul: `kk` is no dimension of this op; did you mean `k`?",
        ),
        (
            &MatMul,
            new().tensor("a", &t(&[0, 3])).tensor("b", &t(&[3, 5])),
            "MatMul: `m` is 0, and an op takes at least 1",
        ),
        (
            &MatMul,
            new().integers("a", &whole(&[2, 3], 0)),
            "MatMul: `a` was given whole numbers; give a tensor of shape [m, k] with `Inputs::tensor`",
        ),
        (
            &MatMul,
            new().tensor("a", &elsewhere),
            "MatMul: `a` is on reference executor (f32), and the op runs on reference executor (f32), opened separately; make both in one workspace",
        ),
        (
            &RmsNorm,
            new().tensor("eps", &t(&[])),
            "RMSNorm: `eps` was given a tensor of `f32`; give a number with `Inputs::number`",
        ),
        (
            &RmsNorm,
            new().tensor("x", &t(&[2, 3])).tensor("gamma", &t(&[3])),
            "RMSNorm: `eps` is missing; give a number with `Inputs::number`",
        ),
        (
            &Embedding,
            new()
                .tensor("table", &t(&[5, 2]))
                .integers("ids", &whole(&[3], 5)),
            "Embedding: `ids[0]` is 5, and must be below `vocab`, which is 5",
        ),
        (
            &SoftmaxCrossEntropy,
            new().tensor("x", &t(&[2, 3])),
            "SoftmaxCrossEntropy: `labels` is missing; give whole numbers below `classes` of shape [rows=2] with `Inputs::integers`",
        ),
        (
            &Rope::PAIRS,
            new().tensor("x", &t(&[1, 2, 3])),
            "RoPE(pairs): `x` has the shape [1, 2, 3], in which `2*half` is 3, which is no multiple of 2",
        ),
        (
            &CausalMask,
            new().number("x", 1.0),
            "CausalMask: `x` was given a number; give a tensor of shape [batch, rows, keys] with `Inputs::tensor`",
        ),
    ];
    for (op, inputs, expected) in cases {
        let runner = Runner::new(&workspace, op).unwrap();
        let refused = runner.forward(&inputs).unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }
}

#[test]
fn backward_refuses_by_name() {
    let workspace = Workspace::new(&Device::reference());
    let t = |shape: &[usize]| workspace.zeros(shape).unwrap();
    let runner = Runner::new(&workspace, &ScaledAdd).unwrap();
    let inputs = Inputs::new()
        .tensor("a", &t(&[2]))
        .tensor("b", &t(&[2]))
        .number("s", 1.0);
    let call = runner.forward(&inputs).unwrap();
    let good = t(&[2]);
    let bad = t(&[3]);
    let backward = |given: &[(&str, &DeviceTensor)], wanted: &str| call.backward(given, [wanted]);
    for (result, expected) in [
        (
            backward(&[("y", &good)], "da"),
            "ScaledAdd: `y` is no cotangent of an output of this op; there are: dy",
        ),
        (
            backward(&[("dy", &good)], "x"),
            "ScaledAdd: `x` is no cotangent of an input of this op; there are: da, db",
        ),
        (
            backward(&[("dy", &good)], "ds"),
            "ScaledAdd: `ds` is no cotangent of an input of this op; did you mean `da`?",
        ),
        (
            backward(&[("dy", &bad)], "da"),
            "ScaledAdd: `dy` has the shape [3], which does not fit [n=2]",
        ),
        (
            backward(&[], "da"),
            "ScaledAdd: no cotangent of an output is given; give at least one of `dy`",
        ),
        (
            backward(&[("dy", &good), ("dy", &good)], "da"),
            "ScaledAdd: `dy` is given twice",
        ),
    ] {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }
    assert_eq!(
        call.result("z").unwrap_err().to_string(),
        "ScaledAdd: `z` is no output or saved result of this op; there are: y"
    );
    let refused = runner.infer(&inputs, ["x"]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "ScaledAdd: `x` is no output or saved result of this op; there are: y"
    );
    assert!(matches!(
        workspace.tensor([3], &[1.0]),
        Err(RunError::Shape(_))
    ));
}

/// Halves go in and come out as such; each mistake says which of both it is.
#[test]
fn halves_are_asked_for_as_such() {
    for device in devices().into_iter().filter(has_f16) {
        let workspace = Workspace::new(&device);
        let reals = workspace.tensor([2], &[1.0, 0.1]).unwrap();
        let halves = workspace
            .tensor([2], &[1.0, 0.1].map(f16::from_f32))
            .unwrap();
        let narrow = Runner::new(&workspace, &ToF16).unwrap();
        let call = narrow.forward(&Inputs::new().tensor("x", &reals)).unwrap();
        let half = call.result_f16("y").unwrap();
        assert_eq!(half.read().unwrap(), halves.read().unwrap());
        let [dx] = call.backward(&[("dy", &reals)], ["dx"]).unwrap();
        assert_eq!(dx.read().unwrap(), [1.0, 0.1], "cotangents are not rounded");

        let wide = Runner::new(&workspace, &ToF32).unwrap();
        let [back] = wide.infer(&Inputs::new().tensor("x", half), ["y"]).unwrap();
        assert_eq!(back.read().unwrap(), [1.0, f16::from_f32(0.1).to_f32()]);

        let refused = |result: Result<&DeviceTensor, RunError>| result.unwrap_err().to_string();
        assert_eq!(
            refused(call.result("y")),
            "ToF16: `y` is kept in `f16`: ask with `Call::result_f16` or `Runner::infer_f16`"
        );
        let given = wide
            .forward(&Inputs::new().tensor("x", &reals))
            .unwrap_err();
        assert_eq!(
            given.to_string(),
            "ToF32: `x` was given a tensor of `f32`; give a tensor of `f16` of shape [n] with `Inputs::tensor`"
        );
        let given = narrow
            .forward(&Inputs::new().tensor("x", &halves))
            .unwrap_err();
        assert_eq!(
            given.to_string(),
            "ToF16: `x` was given a tensor of `f16`; give a tensor of shape [n] with `Inputs::tensor`"
        );
        let asked = wide.infer_f16(&Inputs::new().tensor("x", half), ["y"]);
        assert_eq!(
            asked.unwrap_err().to_string(),
            "ToF32: `y` is kept in `f32`: ask with `Call::result` or `Runner::infer`"
        );
    }
}

/// What follows from several dimensions tells none of them, and must fit those that others tell.
#[test]
fn derived_sizes_are_compared() {
    let signature = Signature::new("Op").input("z", ["n-k+1"]).input("x", ["n"]);
    let signature = signature.input("w", ["k"]).output("y", ["(n-k)/4"]);
    let workspace = Workspace::new(&Device::reference());
    let value = |n: usize| Value::Reals(workspace.zeros([n]).unwrap());
    for (sizes_of, expected) in [
        ([4, 7, 4], "(n-k)/4"),
        ([5, 8, 4], ""),
        (
            [4, 8, 4],
            "Op: `z` has the shape [4], in which `n-k+1` is 4; with n=8 k=4 it is 5",
        ),
        (
            [4, 2, 4],
            "Op: `z` has the shape [4], in which `n-k+1` is 4; with n=2 k=4 it is 0",
        ),
    ] {
        let given = ["z", "x", "w"].map(str::to_string).into_iter();
        let given = given.zip(sizes_of.map(value)).collect();
        let sizes = sizes(&signature, &Sampling::default(), &given, &Dims::default());
        let message = sizes
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(message.contains(expected), "{message}, not {expected}");
        assert_eq!(message.is_empty(), expected.is_empty(), "{message}");
    }
}
