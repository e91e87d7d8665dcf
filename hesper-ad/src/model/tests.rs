//! What models learn, keep and refuse.

use super::{Checks, Gradients, Init, Model, ModelError, Passed, Trusted};
use crate::dims::Dims;
use crate::graph::{Composite, Graph};
use crate::op::{DiffOp, Op};
use crate::ops::adamw::Settings;
use crate::ops::{
    AdamW, Add, BiasAdd, MatMul, MatMulF16, Mse, Relu, ScaledAdd, Sgd, SoftmaxCrossEntropy, muon,
};
use crate::options::{Options, Target};
use crate::run::{Inputs, Workspace};
use crate::sample::Rng;
use crate::test_ops::{devices, has_f16};
use crate::{Context, OpError, OpPlan, Signature, Tensor};
use hesper_shader::{Device, Grid, f16};
use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

/// `loss(relu(x·w1 + b1)·w2)`.
fn mlp() -> Composite<4, 1> {
    let inputs: [(&str, &[&str]); 4] = [
        ("x", &["rows", "n"]),
        ("w1", &["n", "hidden"]),
        ("b1", &["hidden"]),
        ("w2", &["hidden", "classes"]),
    ];
    Graph::new("MLP", inputs)
        .node(MatMul, ["x", "w1"], ["p"])
        .node(BiasAdd, ["p", "b1"], ["s"])
        .node(Relu, ["s"], ["h"])
        .node(MatMul, ["h", "w2"], ["logits"])
        .node(SoftmaxCrossEntropy, ["logits"], ["loss"])
        .finish(["loss"])
        .unwrap()
}

const PARAMETERS: [(&str, Init); 3] = [("w1", Init::He), ("b1", Init::Zeros), ("w2", Init::He)];

fn sizes() -> Dims {
    Dims::new([("n", 5), ("hidden", 11), ("classes", 3)])
}

fn model<'op>(workspace: &Workspace, graph: &'op dyn Op, seed: u64) -> Model<'op> {
    let trusted = Trusted::unchecked(graph, &AdamW);
    Model::new(
        workspace,
        trusted,
        &PARAMETERS,
        &sizes(),
        &mut Rng::new(seed),
    )
    .unwrap()
}

/// So many rows from one on, of which the greatest of three numbers is the class.
fn batch(workspace: &Workspace, from: usize, rows: usize) -> Inputs {
    let mut rng = Rng::new(5);
    let x: Vec<f32> = (0..5 * (from + rows))
        .map(|_| rng.uniform(-1.0, 1.0))
        .collect();
    let class =
        |row: &[f32]| (0..3u32).max_by(|a, b| row[*a as usize].total_cmp(&row[*b as usize]));
    let x = &x[5 * from..];
    let labels: Vec<u32> = x.chunks(5).filter_map(class).collect();
    Inputs::new()
        .tensor("x", &workspace.tensor([rows, 5], x).unwrap())
        .integers("labels", &workspace.tensor([rows], &labels).unwrap())
}

/// The steps are those of 32 bits; what the graph reads is rounded to halves.
#[test]
fn parameters_in_halves_are_moved_in_32_bits() {
    let inputs: [(&str, &[&str]); 3] = [
        ("x", &["rows", "n"]),
        ("w", &["n", "m"]),
        ("target", &["rows", "m"]),
    ];
    let graph = Graph::new("Halves", inputs)
        .node(MatMulF16, ["x", "w"], ["y"])
        .node(Mse, ["y", "target"], ["loss"])
        .finish(["loss"])
        .unwrap();
    for device in devices().into_iter().filter(has_f16) {
        let workspace = Workspace::new(&device);
        let trusted = Trusted::unchecked(&graph, &Sgd);
        let sizes = Dims::new([("n", 1), ("m", 1)]);
        let of = [("w", Init::Zeros)];
        let mut model = Model::new(&workspace, trusted, &of, &sizes, &mut Rng::new(1)).unwrap();
        let start = workspace.tensor([1, 1], &[1.0]).unwrap();
        model.set_parameter("w", start).unwrap();
        let x = workspace.tensor([1, 1], &[1.0]).unwrap();
        let inputs = Inputs::new().tensor("x", &x).tensor("target", &x);
        let above = workspace.tensor([1, 1], &[2.0]).unwrap();
        let batch = Inputs::new().tensor("x", &x).tensor("target", &above);
        // A step of 2·lr: a hundredth of what a half next to 1 can tell.
        let constants = [
            ("lr", 5e-6),
            ("momentum", 0.0),
            ("rest", 1.0),
            ("decay", 0.0),
        ];
        let mut seen = Vec::new();
        for _ in 0..100 {
            let gradients = model.loss_and_gradients(&batch).unwrap();
            model.step(&gradients, &constants).unwrap();
            let [y] = model.infer(&inputs, ["y"]).unwrap();
            seen.extend(y.read().unwrap());
        }
        let weight = model.parameter("w").unwrap().read().unwrap()[0];
        assert!(
            (weight - 1.001).abs() < 5e-5,
            "{weight} on {}",
            device.name()
        );
        let half = f16::from_f32(weight).to_f32();
        assert_eq!((seen[0], seen[99]), (1.0, half), "{}", device.name());
        assert!(half > 1.0);
    }
}

fn mean(gradients: &Gradients) -> f32 {
    let losses = gradients.losses().read().unwrap();
    losses.iter().sum::<f32>() / losses.len() as f32
}

fn settings() -> Settings {
    Settings {
        lr: 0.05,
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-8,
        decay: 0.01,
    }
}

fn step(model: &mut Model<'_>, inputs: &Inputs) -> f32 {
    let gradients = model.loss_and_gradients(inputs).unwrap();
    let constants = settings().step(model.steps() + 1);
    model.step(&gradients, &constants).unwrap();
    mean(&gradients)
}

fn bits(model: &Model<'_>) -> Vec<Vec<u32>> {
    let values = |name| model.parameter(name).unwrap().read().unwrap();
    let bits = |name| values(name).into_iter().map(f32::to_bits).collect();
    model.parameters().map(bits).collect()
}

#[test]
fn models_learn_without_a_new_buffer() {
    for device in devices() {
        let (workspace, graph) = (Workspace::new(&device), mlp());
        let mut model = model(&workspace, &graph, 1);
        let first = step(&mut model, &batch(&workspace, 0, 37));
        step(&mut model, &batch(&workspace, 0, 37));
        let made = workspace.buffers_made();
        let mut last = first;
        for _ in 0..60 {
            last = step(&mut model, &batch(&workspace, 0, 37));
        }
        assert!(last < 0.2 * first, "{first} {last} on {}", device.name());
        assert_eq!(workspace.buffers_made(), made, "{}", device.name());
        let [logits] = model.infer(&batch(&workspace, 0, 37), ["logits"]).unwrap();
        assert_eq!(logits.shape(), [37, 3]);
        assert_eq!(model.steps(), 62);
    }
}

/// A matrix that Muon moves finds the one that made the targets, without a new buffer once warm.
#[test]
fn matrices_learn_as_a_whole() {
    let graph = Graph::new(
        "Map",
        [
            ("x", &["rows", "n"]),
            ("w", &["n", "m"]),
            ("target", &["rows", "m"]),
        ],
    )
    .node(MatMul, ["x", "w"], ["y"])
    .node(Mse, ["y", "target"], ["loss"])
    .finish(["loss"])
    .unwrap();
    let optimiser = muon().unwrap();
    for device in devices() {
        let workspace = Workspace::new(&device);
        let sizes = Dims::new([("n", 3), ("m", 5)]);
        let trusted = Trusted::unchecked(&graph, &optimiser);
        let parameters = [("w", Init::Zeros)];
        let rng = &mut Rng::new(3);
        let mut model = Model::new(&workspace, trusted, &parameters, &sizes, rng).unwrap();
        let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.uniform(-1.0, 1.0)).collect() };
        let (x, wanted) = (draw(3 * 16), draw(15));
        let product = |row: usize, j: usize| -> f32 {
            let terms = (0..3).map(|k| x[3 * row + k] * wanted[5 * k + j]);
            terms.sum()
        };
        let target = (0..16 * 5).map(|i| product(i / 5, i % 5));
        let target: Vec<f32> = target.collect();
        let x = workspace.tensor([16, 3], &x).unwrap();
        let target = workspace.tensor([16, 5], &target).unwrap();
        let inputs = Inputs::new().tensor("x", &x).tensor("target", &target);
        let mut warm = 0;
        for step in 0..150 {
            let settings = muon::Settings {
                // Muon's steps are as long however small the gradient.
                lr: 0.1 * 0.97f64.powi(step),
                beta: 0.9,
                eps: 1e-7,
                decay: 0.0,
            };
            let gradients = model.loss_and_gradients(&inputs).unwrap();
            model.step(&gradients, &settings.step()).unwrap();
            warm = if step == 1 {
                workspace.buffers_made()
            } else {
                warm
            };
        }
        let made = model.parameter("w").unwrap().read().unwrap();
        for (got, want) in made.iter().zip(&wanted) {
            assert!((got - want).abs() < 0.03, "{made:?}, not {wanted:?}");
        }
        assert_eq!(workspace.buffers_made(), warm, "{}", device.name());
    }
}

/// The gradients of two parts are those of the whole.
#[test]
fn gradients_accumulate() {
    for device in devices() {
        let (workspace, graph) = (Workspace::new(&device), mlp());
        let model = model(&workspace, &graph, 1);
        let whole = model.loss_and_gradients(&batch(&workspace, 0, 12)).unwrap();
        let part = |from, rows| {
            let inputs = batch(&workspace, from, rows);
            model.loss_and_gradients_of(&inputs, 1.0 / 12.0).unwrap()
        };
        let mut sum = part(0, 5);
        model.accumulate(&mut sum, &part(5, 7)).unwrap();
        for (name, _) in PARAMETERS {
            let read = |gradients: &Gradients| gradients.get(name).unwrap().read().unwrap();
            let (got, want) = (read(&sum), read(&whole));
            let largest = want.iter().fold(0.0, |m: f32, x| m.max(x.abs()));
            assert!(largest > 1e-3, "{name}");
            for (got, want) in got.iter().zip(&want) {
                assert!(
                    (got - want).abs() <= 1e-5 * largest,
                    "{name}: {got}, not {want}"
                );
            }
            assert_eq!(
                sum.get(name).unwrap().shape(),
                whole.get(name).unwrap().shape()
            );
        }
    }
}

/// A folder of this test's own, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let name = format!("hesper-model-{name}-{}", std::process::id());
        Folder(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing was written where the test failed early.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Six steps, or three, a file and another model's three: to the bit the same on the reference device.
#[test]
fn training_goes_on_where_it_stopped() {
    let folder = Folder::new("resume");
    for (i, device) in devices().into_iter().enumerate() {
        let (workspace, graph) = (Workspace::new(&device), mlp());
        let file = folder.0.join(format!("{i}.safetensors"));
        let turn = |model: &mut Model<'_>, i: usize| step(model, &batch(&workspace, 7 * i, 7));
        let mut through = model(&workspace, &graph, 1);
        (0..6).for_each(|i| {
            turn(&mut through, i);
        });
        let mut stopped = model(&workspace, &graph, 1);
        (0..3).for_each(|i| {
            turn(&mut stopped, i);
        });
        stopped.save(&file, &[("epoch", "3")]).unwrap();
        let mut resumed = model(&workspace, &graph, 2);
        assert_ne!(bits(&resumed), bits(&stopped));
        let notes = resumed.load(&file).unwrap();
        assert_eq!((notes.len(), notes["epoch"].as_str()), (1, "3"));
        assert_eq!((bits(&resumed), resumed.steps()), (bits(&stopped), 3));
        (3..6).for_each(|i| {
            turn(&mut resumed, i);
        });
        assert_eq!(bits(&resumed), bits(&through), "{}", device.name());
    }
}

/// A file as Python writes it: a header, then the numbers.
fn safetensors(header: &str, numbers: &[f32]) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.bytes());
    file.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
    file
}

#[test]
fn files_are_those_of_python() {
    let folder = Folder::new("python");
    fs::create_dir_all(&folder.0).unwrap();
    let file = folder.0.join("line.safetensors");
    let graph = Graph::new("Sum", [("x", &["rows", "n"]), ("w", &["n", "m"])])
        .node(MatMul, ["x", "w"], ["loss"])
        .finish(["loss"])
        .unwrap();
    let workspace = Workspace::new(&Device::reference());
    let sizes = Dims::new([("n", 2), ("m", 1)]);
    let trusted = Trusted::unchecked(&graph, &Sgd);
    let mut model = Model::new(
        &workspace,
        trusted,
        &[("w", Init::Ones)],
        &sizes,
        &mut Rng::new(1),
    )
    .unwrap();

    // What `save_file({"w": torch.tensor([[2.0], [-3.0]])}, …)` writes.
    let header = r#"{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}"#;
    fs::write(&file, safetensors(header, &[2.0, -3.0])).unwrap();
    assert!(model.load(&file).unwrap().is_empty());
    assert_eq!(model.parameter("w").unwrap().read().unwrap(), [2.0, -3.0]);

    model.save(&file, &[]).unwrap();
    let saved = fs::read(&file).unwrap();
    let length = u64::from_le_bytes(saved[..8].try_into().unwrap()) as usize;
    let header = std::str::from_utf8(&saved[8..8 + length]).unwrap();
    assert!(
        header.contains(r#""w":{"dtype":"F32","shape":[2,1],"data_offsets":["#),
        "{header}"
    );
    assert!(header.contains(r#""optimiser.w.v":{"#), "{header}");

    // Each is refused, and changes nothing.
    let tensor = |name: &str, dtype: &str, shape: &str| {
        format!(r#"{{"{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,8]}}}}"#)
    };
    let two = [9.0, 9.0];
    for (contents, message) in [
        (
            safetensors(&tensor("v", "F32", "[2,1]"), &two),
            "the file has no tensor `w`; it has v",
        ),
        (
            safetensors(&tensor("w", "F32", "[1,2]"), &two),
            "the tensor `w` of the file is F32 of shape [1, 2], and the model's is F32 of shape [2, 1]",
        ),
        (
            safetensors(&tensor("w", "I32", "[2,1]"), &two),
            "the tensor `w` of the file is I32 of shape [2, 1], and the model's is F32 of shape [2, 1]",
        ),
        (
            safetensors(
                r#"{"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#,
                &[9.0; 3],
            ),
            "the file has a tensor `b`, which the model has not; it has w, optimiser.w.v",
        ),
        (
            safetensors(
                r#"{"__metadata__":{"steps":"many"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}"#,
                &two,
            ),
            "`many` is no number of steps",
        ),
        (
            safetensors(
                r#"{"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"optimiser.v.v":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#,
                &[9.0; 3],
            ),
            "the file has no tensor `optimiser.w.v`; it has optimiser.v.v, w",
        ),
        (saved[..saved.len() - 1].to_vec(), ""),
        (saved[..5].to_vec(), ""),
        (Vec::new(), ""),
    ] {
        fs::write(&file, contents).unwrap();
        let error = model.load(&file).unwrap_err().to_string();
        assert!(
            error.starts_with(&file.display().to_string()) && error.contains(message),
            "{error}"
        );
        assert_eq!(model.parameter("w").unwrap().read().unwrap(), [2.0, -3.0]);
    }
    assert!(model.load(&folder.0.join("none")).is_err());
}

/// A graph, an optimiser, parameters, sizes, and what is said of them.
type Unfit<'c> = (&'c dyn Op, &'c dyn Op, &'c [(&'c str, Init)], Dims, &'c str);

#[test]
fn what_is_no_model_is_refused() {
    let workspace = Workspace::new(&Device::reference());
    let graph = mlp();
    let two = Graph::new("Two", [("x", &["rows", "n"])])
        .node(Relu, ["x"], ["y"])
        .node(Relu, ["x"], ["z"])
        .finish(["y", "z"])
        .unwrap();
    let w = |name| [(name, Init::Zeros)];
    let muon = muon().unwrap();
    let cases: [Unfit<'_>; 9] = [
        (
            &graph,
            &muon,
            &PARAMETERS,
            sizes(),
            "Muon: it moves parameters of 2 dimensions, and `b1` has the shape [11]; take an optimiser of one dimension, which moves any",
        ),
        (
            &graph,
            &Mixed,
            &[],
            sizes(),
            "Mixed: its inputs and outputs have not all the same dimensions, or some are whole numbers; an optimiser has",
        ),
        (
            &graph,
            &AdamW,
            &w("w3"),
            sizes(),
            "MLP: the parameter `w3` is no differentiable input of the graph; did you mean `w1`?",
        ),
        (
            &graph,
            &AdamW,
            &w("labels"),
            sizes(),
            "MLP: the parameter `labels` is no differentiable input of the graph; there are: x, w1, b1, w2",
        ),
        (
            &graph,
            &AdamW,
            &w("w1"),
            Dims::new([("n", 5)]),
            "MLP: the parameter `w1` has the dimension `hidden`, whose size is missing from (n=5)",
        ),
        (
            &graph,
            &AdamW,
            &[("w1", Init::He), ("w1", Init::He)],
            sizes(),
            "MLP: the parameter `w1` is listed twice",
        ),
        (
            &two,
            &AdamW,
            &[],
            sizes(),
            "Two: a model has one output, the loss, and this graph has 2; its other values can be inferred without being outputs",
        ),
        (
            &graph,
            &ScaledAdd,
            &[],
            sizes(),
            "ScaledAdd: it has no input `w`; an optimiser has the inputs `w`, `g` and any others `m`, and the outputs `new_w` and `new_m`, all of the same dimensions",
        ),
        (
            &graph,
            &Relu,
            &[],
            sizes(),
            "ReLU: it has no input `w`; an optimiser has",
        ),
    ];
    for (graph, optimiser, parameters, sizes, expected) in cases {
        let trusted = Trusted::unchecked(graph, optimiser);
        let error =
            Model::new(&workspace, trusted, parameters, &sizes, &mut Rng::new(1)).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    let mut model = model(&workspace, &graph, 1);
    let gradients = model.loss_and_gradients(&batch(&workspace, 0, 3)).unwrap();
    for (result, expected) in [
        (model.step(&gradients, &[("lr", 0.1)]).err(), "AdamW: `"),
        (
            model.step(&gradients, &[("rate", 0.1)]).err(),
            "AdamW: `rate` is no input of this op",
        ),
        (
            model.loss_and_gradients(&Inputs::new()).err(),
            "MLP: no input that is given tells the size of `rows`",
        ),
        (
            model.parameter("x").map(|_| ()).err(),
            "`x` is no parameter",
        ),
    ] {
        let error = result.map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(expected), "{error}");
    }
    let twice = batch(&workspace, 0, 3).tensor("w1", model.parameter("w1").unwrap());
    let error = model.loss_and_gradients(&twice).unwrap_err();
    assert_eq!(error.to_string(), "MLP: `w1` is given twice");
}

/// An optimiser's names, but for a gradient of another dimension.
struct Mixed;

impl DiffOp for Mixed {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("Mixed").input("w", ["n"]);
        signature.input("g", ["m"]).output("new_w", ["n"])
    }

    fn forward(&self, _: &mut Context, [w, _]: [&Tensor; 2]) -> [Tensor; 1] {
        [w.clone()]
    }

    fn backward(&self, cx: &mut Context, x: [&Tensor; 2], dy: [&Tensor; 1]) -> [Tensor; 2] {
        cx.derive(self, x, dy)
    }

    fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
        Ok(())
    }
}

/// y = k·x, whose backward kernel says 2.
struct Times(f64);

crate::shader! {
    #[workgroup_size(64)]
    fn times(x: &[f32], y: &mut [f32], k: f32) {
        let i = global_index();
        if i < y.len() {
            y[i] = k * x[i];
        }
    }

    #[workgroup_size(64)]
    fn doubled(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = 2.0 * dy[i];
        }
    }
}

impl DiffOp for Times {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Times").input("x", ["n"]).output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| self.0 * x)]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.map(|dy| self.0 * dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(times(), Grid::cover(n)).uniform("k", self.0);
        plan.backward(doubled(), Grid::cover(n));
        Ok(())
    }
}

fn scaled(k: f64) -> Composite<1, 1> {
    Graph::new("Scaled", [("x", &["n"])])
        .node(Times(k), ["x"], ["h"])
        .node(Add, ["h", "x"], ["y"])
        .finish(["y"])
        .unwrap()
}

#[test]
fn only_what_passes_trains() {
    let folder = Folder::new("checks");
    let options = Options {
        points: 8,
        exact: false,
        targets: vec![Target::F32],
        progress: false,
        ..Options::default()
    };
    let told: Rc<RefCell<Vec<Passed>>> = Rc::default();
    let checks = || {
        let told = Rc::clone(&told);
        Checks::new(options.clone())
            .kept_in(&folder.0)
            .telling(move |passed| told.borrow_mut().push(passed.clone()))
    };
    let (right, wrong) = (scaled(2.0), scaled(3.0));
    let refused = |checks: Checks| match checks.require(&wrong, &Sgd) {
        Err(ModelError::Refused(certificate)) => certificate.op,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(checks()), "Times");
    assert!(told.borrow().is_empty());

    let names = || -> Vec<(String, bool)> {
        let told = told.borrow_mut().split_off(0).into_iter();
        told.map(|passed| (passed.op, passed.is_known)).collect()
    };
    let all = |known| ["Times", "Add", "SGD", "Scaled"].map(|name| (name.to_string(), known));
    let first = checks();
    first.require(&right, &Sgd).unwrap();
    assert_eq!(names(), all(false));
    // Not even read again.
    first.require(&right, &Sgd).unwrap();
    assert!(names().is_empty());
    // Another process.
    checks().require(&right, &Sgd).unwrap();
    assert_eq!(names(), all(true));
    // What passed says nothing of an op of the same name that computes something else.
    assert_eq!(refused(checks()), "Times");
    // A certificate that is cut off, or of other checks, is none.
    for file in fs::read_dir(&folder.0).unwrap() {
        let file = file.unwrap().path();
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, &text[..text.len() / 3]).unwrap();
    }
    checks().require(&right, &Sgd).unwrap();
    assert_eq!(names(), all(false));
}
