//! Trains softmax regression on handwritten digits by verified kernels alone: matrix product, softmax cross-entropy and the
//! gradient step all run on the device, and none is used before its checks pass there.
//!
//! ```sh
//! cargo run --release --example train_digits
//! cargo run --release --example train_digits -- --device gpu --epochs 50 --chart loss.svg
//! cargo run --release --example train_digits -- --wrong-gradient     # refuses to train
//! ```
//!
//! Exits with 0 after training, 1 if a gradient fails its check, 2 for wrong options or data or a diverged training, 3 for a device that is not there or fails.

mod model;
mod wrong;

use clap::Parser;
use examples::chart::{self, Epoch};
use examples::cli::{DeviceChoice, say};
use examples::digits::{CLASSES, DataError, Digits, PIXELS};
use hesper_ad::ops::{MatMul, ScaledAdd, SoftmaxCrossEntropy};
use hesper_ad::prelude::*;
use indicatif::{ProgressBar, ProgressStyle};
use model::Model;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wrong::ForgetfulCrossEntropy;

/// Softmax regression on 8×8 images of digits.
#[derive(Parser)]
struct Arguments {
    /// Where to train.
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// Passes over the training images.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    epochs: u32,
    /// Step size of gradient descent.
    #[arg(long, default_value_t = 0.5, value_parser = positive)]
    rate: f32,
    /// The images: 64 pixels in 0..=16 and a label on each line [default: the file that comes with this example].
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Where to draw the loss curve.
    #[arg(long, value_name = "FILE", default_value = "target/train_digits.svg")]
    chart: PathBuf,
    /// Use a cross-entropy whose backward kernel forgets the labels, to see it refused.
    #[arg(long)]
    wrong_gradient: bool,
}

/// A finite number above zero.
fn positive(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("a finite number above 0 is needed".to_string()),
    }
}

/// What can stop a run, each with its exit code.
pub(crate) enum Stop {
    Gradient(Box<Certificate>),
    Data(DataError),
    Device(Error),
    Op(OpError),
    Chart(String),
    /// In which epoch the loss stopped being a number.
    Diverged(usize),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Device(error)
    }
}

impl From<DeviceError> for Stop {
    fn from(error: DeviceError) -> Stop {
        Stop::Device(error.into())
    }
}

impl From<OpError> for Stop {
    fn from(error: OpError) -> Stop {
        Stop::Op(error)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.wrong_gradient {
        false => run(&arguments, SoftmaxCrossEntropy),
        true => run(&arguments, ForgetfulCrossEntropy),
    };
    let Err(stop) = outcome else {
        return ExitCode::SUCCESS;
    };
    let (code, message) = match stop {
        Stop::Gradient(certificate) => (
            1,
            format!(
                "refusing to train: a gradient of {} fails its check\n{certificate}",
                certificate.op
            ),
        ),
        Stop::Data(error) => (2, error.to_string()),
        Stop::Chart(error) => (2, format!("{}: {error}", arguments.chart.display())),
        Stop::Diverged(epoch) => (
            2,
            format!(
                "the loss of epoch {epoch} is not finite: the training diverged; use a smaller --rate than {}",
                arguments.rate
            ),
        ),
        Stop::Device(error) => (3, error.to_string()),
        Stop::Op(error) => (3, error.to_string()),
    };
    eprintln!("error: {message}");
    ExitCode::from(code)
}

fn run<L: DiffOp>(arguments: &Arguments, loss: L) -> Result<(), Stop> {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits.csv");
    let data = arguments.data.as_deref().unwrap_or(Path::new(shipped));
    let digits = Digits::read(data).map_err(Stop::Data)?;
    let device = arguments.device.open().map_err(Stop::Device)?;
    say(format!("device: {}", device.name()));

    let loss = Compose::new(loss, MatMul).map_err(Stop::Op)?;
    check_gradients(&device, &[&MatMul, loss.outer(), &loss, &ScaledAdd])?;

    let (train, held_out) = digits.split();
    say(format!(
        "softmax regression {PIXELS}→{CLASSES}: {} images to train on, {} held out",
        train.len(),
        held_out.len()
    ));
    let mut model = Model::new(&device, &loss, &train, &held_out)?;
    let epochs = train_epochs(&mut model, arguments)?;
    draw(arguments, &epochs)?;
    if let Some(last) = epochs.last() {
        say(format!(
            "held-out accuracy {:.2} % after {} epochs",
            last.accuracy * 100.0,
            epochs.len()
        ));
    }
    Ok(())
}

/// Verifies the ops on the device that will run them.
fn check_gradients(device: &Device, ops: &[&dyn Verify]) -> Result<(), Stop> {
    let mut options = Options::default();
    if device.kind() != DeviceKind::Reference {
        options.targets.push(Target::Device(device.clone()));
    }
    for op in ops {
        let certificate = op.verify(&options);
        if !certificate.is_pass() {
            return Err(Stop::Gradient(Box::new(certificate)));
        }
        say(format!("verified {}", op.name()));
    }
    Ok(())
}

fn train_epochs(model: &mut Model<'_>, arguments: &Arguments) -> Result<Vec<Epoch>, Stop> {
    let bar = ProgressBar::new(u64::from(arguments.epochs));
    // The template is a constant that parses; the default style serves otherwise.
    if let Ok(style) = ProgressStyle::with_template("{bar:30} epoch {pos}/{len}, {eta} left") {
        bar.set_style(style);
    }
    let mut epochs = Vec::new();
    for number in 1..=arguments.epochs {
        let loss = model.train_epoch(arguments.rate)?;
        if !loss.is_finite() {
            return Err(Stop::Diverged(epochs.len() + 1));
        }
        let accuracy = model.held_out_accuracy()?;
        epochs.push(Epoch { loss, accuracy });
        bar.suspend(|| {
            say(format!(
                "epoch {number:3}  loss {loss:.4}  held-out accuracy {:.2} %",
                accuracy * 100.0
            ))
        });
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(epochs)
}

fn draw(arguments: &Arguments, epochs: &[Epoch]) -> Result<(), Stop> {
    let chart_error = |e: Box<dyn std::error::Error>| Stop::Chart(e.to_string());
    if let Some(folder) = arguments.chart.parent() {
        std::fs::create_dir_all(folder).map_err(|e| chart_error(e.into()))?;
    }
    chart::draw(
        &arguments.chart,
        "Softmax regression on handwritten digits",
        epochs,
    )
    .map_err(chart_error)?;
    say(format!("loss curve: {}", arguments.chart.display()));
    Ok(())
}
