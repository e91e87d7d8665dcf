//! Trains a network with a hidden layer, or one of convolutions, on handwritten digits by verified kernels alone: both passes and the steps of AdamW run on
//! the device, and none is used before its checks pass there.
//!
//! ```sh
//! cargo run --release --example train_digits
//! cargo run --release --example train_digits -- --device gpu --epochs 50 --hidden 256
//! cargo run --release --example train_digits -- --conv               # convolutions
//! cargo run --release --example train_digits -- --f16                # weights in halves
//! cargo run --release --example train_digits -- --wrong-gradient     # refuses to train
//! cargo run --release --example train_digits -- --checkpoint run.safetensors            # keeps the run after each epoch
//! cargo run --release --example train_digits -- --checkpoint run.safetensors --resume   # goes on from there
//! ```
//!
//! Exits with 0 after training, 1 if a gradient fails its check, 2 for wrong options, data or files or a diverged training, 3 for a device that is not there or fails.

mod loss;
mod model;
mod train;

use clap::{Parser, value_parser};
use examples::chart::Epoch;
use examples::checkpoint::{Checkpoint, Done};
use examples::cli::{DeviceChoice, draw, not_negative, positive, say};
use examples::digits::Digits;
use examples::stop::Stop;
use examples::{chart, confusion};
use hesper_ad::Rng;
use hesper_ad::model::{Checks, Model};
use hesper_ad::ops::adamw::Settings;
use hesper_ad::ops::{AdamW, MatMul, MatMulF16};
use hesper_ad::prelude::*;
use loss::CrossEntropy;
use model::{Net, convolutional, mlp};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use train::{Trained, Training};

/// How fast AdamW's two means forget, and what keeps its quotient finite: the values of Kingma and Ba (2015).
const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPS: f64 = 1e-8;

/// A network trained on 8×8 images of digits.
#[derive(Parser)]
struct Arguments {
    /// Where to train.
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// What the first parameters and the order of the images follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Passes over the training images.
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u32).range(1..))]
    epochs: u32,
    /// Step size of AdamW at the start; it falls evenly to 0.
    #[arg(long, default_value_t = 0.02, value_parser = positive)]
    rate: f32,
    /// Weight decay of AdamW.
    #[arg(long, default_value_t = 0.1, value_parser = not_negative)]
    decay: f32,
    /// Hidden units [default: 128], or maps of the convolution [default: 32].
    #[arg(long, value_parser = value_parser!(u16).range(1..=4096))]
    hidden: Option<u16>,
    /// A network of convolutions in place of one with a hidden layer.
    #[arg(long)]
    conv: bool,
    /// Weights of products in halves; what AdamW moves stays in 32 bits.
    #[arg(long)]
    f16: bool,
    /// Images per step.
    #[arg(long, default_value_t = 32, value_parser = value_parser!(u16).range(1..=4096))]
    batch: u16,
    /// The images: 64 pixels in 0..=16 and a label on each line [default: the file that comes with this example].
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Where to draw loss and accuracy.
    #[arg(long, value_name = "FILE", default_value = "target/train_digits.svg")]
    chart: PathBuf,
    /// Where to draw which held-out digits are taken for which.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "target/train_digits_confusion.svg"
    )]
    confusion: PathBuf,
    /// Where to keep the model after each epoch, as safetensors.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint, of a run with the same options.
    #[arg(long, requires = "checkpoint")]
    resume: bool,
    /// Where to keep certificates of ops that pass their checks, which are not checked again then.
    #[arg(long, value_name = "FOLDER")]
    certificates: Option<PathBuf>,
    /// Use a cross-entropy whose backward kernel forgets the labels, to see it refused.
    #[arg(long)]
    wrong_gradient: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("error: {stop}");
            ExitCode::from(stop.exit_code())
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Stop> {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits.csv");
    let data = arguments.data.as_deref().unwrap_or(Path::new(shipped));
    let (images, held_out) = Digits::read(data)?.split();
    let device = arguments.device.open_to_train()?;
    say(format!("device: {}", device.name()));

    let loss = match arguments.wrong_gradient {
        false => CrossEntropy::Right,
        true => CrossEntropy::Forgetful,
    };
    let hidden = arguments.hidden().into();
    let net = match (arguments.conv, arguments.f16) {
        (false, false) => mlp(loss, MatMul, hidden)?,
        (false, true) => mlp(loss, MatMulF16, hidden)?,
        (true, false) => convolutional(loss, MatMul, hidden)?,
        (true, true) => convolutional(loss, MatMulF16, hidden)?,
    };
    let mut checks = Checks::on(&device).telling(|passed| say(format!("verified {passed}")));
    if let Some(folder) = &arguments.certificates {
        checks = checks.kept_in(folder);
    }
    // Nothing trains before its gradient is verified.
    let trusted = checks.require(&*net.graph, &AdamW)?;

    let Net { name, .. } = &net;
    say(format!(
        "{name}: {} images to train on, {} held out",
        images.len(),
        held_out.len()
    ));
    let mut rng = Rng::new(arguments.seed);
    let workspace = Workspace::new(&device);
    let mut model = Model::new(&workspace, trusted, net.parameters, &net.sizes, &mut rng)?;
    let training = arguments.training();
    let before = match &training.checkpoint {
        Some(checkpoint) if arguments.resume => epochs(checkpoint.load(&mut model)?),
        _ => Vec::new(),
    };
    let images = (images, &held_out);
    let trained = training.run(&workspace, (&net, &mut model), images, before, &mut rng)?;
    report(arguments, name, &trained)
}

/// Epochs as a checkpoint has them.
fn epochs(done: Vec<Done>) -> Vec<Epoch> {
    let epoch = |[loss, accuracy]: Done| Epoch { loss, accuracy };
    done.into_iter().map(epoch).collect()
}

impl Arguments {
    /// The size of what is hidden.
    fn hidden(&self) -> u16 {
        self.hidden.unwrap_or(if self.conv { 32 } else { 128 })
    }

    fn training(&self) -> Training {
        let Arguments {
            seed,
            epochs,
            rate,
            decay,
            batch,
            ..
        } = self;
        let (kind, hidden) = (if self.conv { " --conv" } else { "" }, self.hidden());
        let halves = if self.f16 { " --f16" } else { "" };
        let settings = format!(
            "--seed {seed} --epochs {epochs} --rate {rate} --decay {decay} --hidden {hidden} --batch {batch}{kind}{halves}"
        );
        let file = self.checkpoint.clone();
        Training {
            epochs: *epochs,
            batch: usize::from(*batch),
            adamw: Settings {
                lr: (*rate).into(),
                beta1: BETA1,
                beta2: BETA2,
                eps: EPS,
                decay: (*decay).into(),
            },
            checkpoint: file.map(|file| Checkpoint { file, settings }),
        }
    }
}

/// Says how the training ended, and draws it.
fn report(arguments: &Arguments, name: &str, trained: &Trained) -> Result<(), Stop> {
    let Trained { epochs, confusion } = trained;
    let accuracy = confusion.accuracy() * 100.0;
    say(format!(
        "held-out accuracy {accuracy:.2} % after {} epochs",
        epochs.len()
    ));
    match confusion.worst() {
        Some(mistake) => say(format!("most often {mistake}")),
        None => say("no held-out digit is taken for another"),
    }
    let title = format!("{name} on handwritten digits");
    draw("loss and accuracy", &arguments.chart, |file| {
        chart::draw(file, &title, epochs)
    })?;
    let title = format!("{name} on held-out digits: {accuracy:.2} % right");
    draw("confusion matrix", &arguments.confusion, |file| {
        confusion::draw(file, &title, confusion)
    })
}
