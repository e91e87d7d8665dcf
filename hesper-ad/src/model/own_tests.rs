//! Parameters with optimisers and constants of their own.

use super::{Init, Model, Trusted};
use crate::dims::Dims;
use crate::graph::{Composite, Graph};
use crate::op::Op;
use crate::ops::{AdamW, BiasAdd, MatMul, Mse, Sgd, adamw, muon};
use crate::run::{Inputs, Workspace};
use crate::sample::Rng;
use crate::test_ops::devices;
use hesper_shader::Device;

/// `loss(x·w + b)`.
fn line() -> Composite<4, 1> {
    let inputs: [(&str, &[&str]); 4] = [
        ("x", &["rows", "n"]),
        ("w", &["n", "cols"]),
        ("b", &["cols"]),
        ("target", &["rows", "cols"]),
    ];
    Graph::new("Line", inputs)
        .node(MatMul, ["x", "w"], ["p"])
        .node(BiasAdd, ["p", "b"], ["y"])
        .node(Mse, ["y", "target"], ["loss"])
        .finish(["loss"])
        .unwrap()
}

const PARAMETERS: [(&str, Init); 2] = [("w", Init::Uniform(1.0)), ("b", Init::Uniform(1.0))];

fn model<'op>(workspace: &Workspace, trusted: Trusted<'op>, seed: u64) -> Model<'op> {
    let (sizes, mut rng) = (Dims::new([("n", 3), ("cols", 5)]), Rng::new(seed));
    Model::new(workspace, trusted, &PARAMETERS, &sizes, &mut rng).unwrap()
}

fn batch(workspace: &Workspace) -> Inputs {
    let mut rng = Rng::new(5);
    let mut draw = |shape: [usize; 2]| {
        let numbers: Vec<f32> = (0..shape[0] * shape[1])
            .map(|_| rng.uniform(-1.0, 1.0))
            .collect();
        workspace.tensor(shape, &numbers).unwrap()
    };
    let (x, target) = (draw([7, 3]), draw([7, 5]));
    Inputs::new().tensor("x", &x).tensor("target", &target)
}

const OF_ALL: adamw::Settings = adamw::Settings {
    lr: 0.02,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    decay: 0.01,
};
const OF_MATRICES: muon::Settings = muon::Settings {
    lr: 0.05,
    beta: 0.9,
    eps: 1e-7,
    decay: 0.0,
};

/// Steps of Muon for `w`, where that is so, and of AdamW for all else.
fn train(model: &mut Model<'_>, inputs: &Inputs, steps: usize, of_muon: &[&str]) {
    for _ in 0..steps {
        let gradients = model.loss_and_gradients(inputs).unwrap();
        let of_all = OF_ALL.step(model.steps() + 1);
        let constants = |parameter: &str| match of_muon.contains(&parameter) {
            true => OF_MATRICES.step().to_vec(),
            false => of_all.to_vec(),
        };
        model.step_by(&gradients, constants).unwrap();
    }
}

fn bits(model: &Model<'_>, parameter: &str) -> Vec<u32> {
    let values = model.parameter(parameter).unwrap().read().unwrap();
    values.into_iter().map(f32::to_bits).collect()
}

/// A first step depends on nothing but a parameter's own gradient, so each is that of the optimiser alone; later steps learn, and go on from a file.
#[test]
fn each_parameter_is_moved_by_its_optimiser() {
    let (graph, muon) = (line(), muon().unwrap());
    let file = std::env::temp_dir().join(format!("hesper-own-{}.safetensors", std::process::id()));
    for device in devices() {
        let workspace = Workspace::new(&device);
        let inputs = batch(&workspace);
        let both = || Trusted::unchecked(&graph, &AdamW).unchecked_own(&muon, &["w"]);
        let mut own = model(&workspace, both(), 1);
        let mut plain = model(&workspace, Trusted::unchecked(&graph, &AdamW), 1);
        let start = bits(&own, "w");
        assert_eq!(start, bits(&plain, "w"));
        train(&mut own, &inputs, 1, &["w"]);
        train(&mut plain, &inputs, 1, &[]);
        assert_eq!(bits(&own, "b"), bits(&plain, "b"), "{}", device.name());
        // Muon's first step is as long in all directions, AdamW's in all elements.
        assert_ne!(bits(&own, "w"), bits(&plain, "w"), "{}", device.name());
        assert_ne!(bits(&own, "w"), start, "{}", device.name());

        train(&mut own, &inputs, 2, &["w"]);
        own.save(&file, &[]).unwrap();
        let mut resumed = model(&workspace, both(), 2);
        resumed.load(&file).unwrap();
        for model in [&mut own, &mut resumed] {
            train(model, &inputs, 3, &["w"]);
        }
        let end = ["w", "b"].map(|name| (bits(&own, name), bits(&resumed, name)));
        for (own, resumed) in end {
            assert_eq!(own, resumed, "{}", device.name());
        }
    }
    std::fs::remove_file(&file).unwrap();
}

/// What has the rate 0 stays as it is.
#[test]
fn each_parameter_has_its_constants() {
    let (graph, workspace) = (line(), Workspace::new(&Device::reference()));
    let inputs = batch(&workspace);
    let mut model = model(&workspace, Trusted::unchecked(&graph, &Sgd), 1);
    let before = ["w", "b"].map(|name| bits(&model, name));
    let gradients = model.loss_and_gradients(&inputs).unwrap();
    let constants = |parameter: &str| {
        let rate = if parameter == "w" { 0.0 } else { 0.1 };
        vec![
            ("lr", rate),
            ("momentum", 0.0),
            ("rest", 1.0),
            ("decay", 0.0),
        ]
    };
    model.step_by(&gradients, constants).unwrap();
    assert_eq!(bits(&model, "w"), before[0]);
    assert_ne!(bits(&model, "b"), before[1]);
    assert_eq!(model.steps(), 1);
}

#[test]
fn optimisers_of_nothing_or_of_the_same_are_refused() {
    let (graph, muon) = (line(), muon().unwrap());
    let workspace = Workspace::new(&Device::reference());
    type Own<'op> = &'op [(&'op dyn Op, &'op str)];
    let cases: [(Own<'_>, &str); 3] = [
        (
            &[(&muon, "v")],
            "Line: `v`, which Muon is to move, is no parameter of the model",
        ),
        (
            &[(&muon, "b")],
            "Muon: it moves parameters of 2 dimensions, and `b` has the shape [5]",
        ),
        (
            &[(&muon, "w"), (&Sgd, "w")],
            "Line: the parameter `w` has two optimisers of its own, Muon and SGD",
        ),
    ];
    for (own, expected) in cases {
        let trusted = own.iter().fold(
            Trusted::unchecked(&graph, &AdamW),
            |trusted, (optimiser, parameter)| trusted.unchecked_own(*optimiser, &[parameter]),
        );
        let (sizes, mut rng) = (Dims::new([("n", 3), ("cols", 5)]), Rng::new(1));
        let error = Model::new(&workspace, trusted, &PARAMETERS, &sizes, &mut rng).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
