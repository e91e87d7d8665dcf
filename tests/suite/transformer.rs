//! The small transformer of the examples: its VJP and its kernels as a whole, and beside the same model in PyTorch.
//!
//! `tests/peers/transformer/make.py` says where the numbers come from.

use crate::witness::witness_at;
use examples::lm::{self, Shape};
use hesper_ad::Rng;
use hesper_ad::model::{Init, Model, Trusted};
use hesper_ad::ops::AdamW;
use hesper_ad::ops::adamw::Settings;
use hesper_ad::prelude::*;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tests::tell;

/// How far gradients in binary32 may be from those in double precision, of the greatest of their tensor.
const GRADIENT: f64 = 2e-5;

/// How far the losses of steps may be from PyTorch's, of themselves.
const LOSS: f64 = 1e-4;

/// Points at which the whole is looked at in 512-bit floats.
const POINTS: usize = 12;

/// No exact field has exponentials of exponentials, of which attention and the hidden layer's tanh make some; 512-bit floats have, all but exactly.
#[test]
fn the_whole_backward_pass_is_that_of_the_whole_forward_pass() {
    let transformer = lm::transformer().unwrap();
    let seen = witness_at(&transformer, 1, POINTS).unwrap();
    tell(&format!(
        "512-bit floats: transformer: {} points, error <= {:.0e}",
        seen.compared, seen.worst
    ));
    assert!(
        seen.compared >= POINTS / 4,
        "{} points count",
        seen.compared
    );
}

/// Every size tiny: two sequences of three tokens, of two numbers for each of four heads.
#[test]
fn the_whole_in_kernels_is_the_whole_in_the_spec() {
    let sizes = [
        ("vocab", 3),
        ("width", 5),
        ("half", 1),
        ("hidden", 2),
        ("batch", 2),
        ("rows", 3),
    ];
    let options = Options {
        exact: false,
        progress: false,
        ..Options::default()
    };
    let certificate = lm::transformer()
        .unwrap()
        .verify_at(&Dims::new(sizes), &options);
    assert!(certificate.is_pass(), "{certificate}");
    let compared: usize = certificate.checks.iter().map(|f| f.compared).sum();
    tell(&format!(
        "transformer: {compared} numbers of kernels compared"
    ));
    assert!(compared > 1000, "{certificate}");
}

#[test]
fn losses_and_gradients_are_those_of_pytorch() {
    let peer = Peer::read();
    let gpu = tests::gpu("the transformer beside PyTorch").cloned();
    for device in [Device::reference()].into_iter().chain(gpu) {
        let workspace = Workspace::new(&device);
        let graph = lm::transformer().unwrap();
        let mut model = peer.model(&workspace, &graph);
        let batch = peer.batch(&workspace, 0);
        let gradients = model.loss_and_gradients(&batch).unwrap();
        let losses = worst(&gradients.losses().read().unwrap(), &peer.numbers("losses"));
        assert!(
            losses < GRADIENT,
            "losses on {}: {losses:.1e}",
            device.name()
        );
        let mut compared = 0;
        let mut greatest = 0.0_f64;
        for (name, expected) in peer.values["gradients"].as_object().unwrap() {
            let got = gradients.get(name).unwrap().read().unwrap();
            let error = worst(&got, &numbers(expected));
            assert!(
                error < GRADIENT,
                "d{name} on {}: {error:.1e}",
                device.name()
            );
            greatest = greatest.max(error);
            compared += got.len();
        }
        assert_eq!(compared, 2064, "every parameter has a gradient");
        tell(&format!(
            "transformer beside PyTorch on {}: {compared} gradients within {greatest:.1e} of the greatest of each tensor",
            device.name()
        ));
        let mut worst_step = 0.0_f64;
        let steps = peer.numbers("steps");
        for (step, expected) in (0..).zip(&steps) {
            let gradients = model
                .loss_and_gradients(&peer.batch(&workspace, step))
                .unwrap();
            let losses = gradients.losses().read().unwrap();
            let mean = losses.iter().map(|x| f64::from(*x)).sum::<f64>() / losses.len() as f64;
            let error = (mean - expected).abs() / expected;
            assert!(
                error < LOSS,
                "step {step} on {}: {mean} for {expected}",
                device.name()
            );
            worst_step = worst_step.max(error);
            let settings = peer.adamw().step(model.steps() + 1);
            model.step(&gradients, &settings).unwrap();
        }
        assert_eq!(steps.len(), 20);
        tell(&format!(
            "transformer beside PyTorch on {}: losses of 20 steps within {worst_step:.1e}",
            device.name()
        ));
    }
}

/// The file that PyTorch has written.
struct Peer {
    values: Value,
    shape: Shape,
    batch: usize,
}

impl Peer {
    fn read() -> Peer {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/transformer/transformer.json");
        let values: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let size = |name: &str| values["sizes"][name].as_u64().unwrap() as usize;
        let shape = Shape {
            vocab: size("vocab"),
            width: size("width"),
            hidden: size("hidden"),
            rows: size("rows"),
        };
        let batch = size("batch");
        Peer {
            values,
            shape,
            batch,
        }
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        numbers(&self.values[name])
    }

    /// The model with PyTorch's weights.
    fn model<'op>(&self, workspace: &Workspace, graph: &'op dyn Op) -> Model<'op> {
        let parameters = lm::parameters(&self.shape);
        let parameters: Vec<(&str, Init)> = parameters
            .iter()
            .map(|(name, init)| (name.as_str(), *init))
            .collect();
        // The ops are verified by other tests.
        let trusted = Trusted::unchecked(graph, &AdamW);
        let sizes = self.shape.sizes();
        let mut model =
            Model::new(workspace, trusted, &parameters, &sizes, &mut Rng::new(1)).unwrap();
        for (name, weights) in self.values["weights"].as_object().unwrap() {
            let weights: Vec<f32> = numbers(weights).iter().map(|x| *x as f32).collect();
            let shape = model.parameter(name).unwrap().shape().to_vec();
            let weights = workspace.tensor(shape, &weights).unwrap();
            model.set_parameter(name, weights).unwrap();
        }
        model
    }

    fn batch(&self, workspace: &Workspace, step: usize) -> Inputs {
        let count = self.batch * self.shape.rows;
        let tokens = ["ids", "labels"].map(|name| -> Vec<u32> {
            let all = self.numbers(name);
            all[step * count..][..count]
                .iter()
                .map(|x| *x as u32)
                .collect()
        });
        let signature = lm::transformer().unwrap().signature();
        let tokens = tokens.each_ref().map(Vec::as_slice);
        lm::inputs(workspace, &signature, &self.shape, tokens).unwrap()
    }

    fn adamw(&self) -> Settings {
        let of = |name: &str| self.values["adamw"][name].as_f64().unwrap();
        Settings {
            lr: of("lr"),
            beta1: of("beta1"),
            beta2: of("beta2"),
            eps: of("eps"),
            decay: of("decay"),
        }
    }
}

fn numbers(values: &Value) -> Vec<f64> {
    let values = values.as_array().unwrap();
    values.iter().map(|x| x.as_f64().unwrap()).collect()
}

/// The greatest error, of the greatest number.
fn worst(got: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(got.len(), expected.len());
    let greatest = expected
        .iter()
        .fold(f64::MIN_POSITIVE, |m, x| m.max(x.abs()));
    let errors = got
        .iter()
        .zip(expected)
        .map(|(x, y)| (f64::from(*x) - y).abs());
    // A NaN is an error of its own.
    errors.fold(0.0, |m: f64, e| if m.is_nan() || e <= m { m } else { e }) / greatest
}
