//! Trains what has attention or learns an algorithm, by verified kernels alone: a character-level transformer on this repository's own documentation, or a
//! small network that finds out what addition modulo 97 is.
//!
//! ```sh
//! cargo run --release --example train_lm
//! cargo run --release --example train_lm -- --task addition
//! cargo run --release --example train_lm -- --checkpoint lm.safetensors            # keeps the run after each round
//! cargo run --release --example train_lm -- --checkpoint lm.safetensors --resume   # goes on from there
//! cargo run --release --example train_lm -- --goal 3.4                             # fails above so many bits per character
//! ```
//!
//! Exits with 0 after training, 1 if a gradient fails its check, 2 for wrong options or files or a diverged training, 3 for a device that is not there or
//! fails, 4 where the goal is missed.

mod addition;
mod characters;
mod task;
mod train;

use addition::Addition;
use characters::Characters;
use clap::{Parser, ValueEnum, value_parser};
use examples::chart;
use examples::checkpoint::{Checkpoint, Done};
use examples::cli::{DeviceChoice, draw, positive, say};
use examples::stop::Stop;
use hesper_ad::Rng;
use hesper_ad::model::{Checks, Init, Model};
use hesper_ad::ops::AdamW;
use hesper_ad::prelude::*;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use task::Task;
use train::Training;

/// A character-level transformer, or addition modulo 97.
#[derive(Parser)]
struct Arguments {
    /// What to learn.
    #[arg(long, value_enum, default_value = "characters")]
    task: What,
    /// Where to train.
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// What the first parameters and the batches follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Rounds of the task's number of steps [default: the task's own number].
    #[arg(long, value_parser = value_parser!(u32).range(1..=100_000))]
    rounds: Option<u32>,
    /// Step size of AdamW after the first steps; it falls to a twentieth [default: the task's own].
    #[arg(long, value_parser = positive)]
    rate: Option<f32>,
    /// What the held-out score must reach: bits per character, or the share of sums that are right.
    #[arg(long, value_parser = positive)]
    goal: Option<f32>,
    /// Where to draw the score over steps [default: target/train_lm_TASK.svg].
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    /// Where to keep the model after each round, as safetensors.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint, of a run with the same options.
    #[arg(long, requires = "checkpoint")]
    resume: bool,
    /// Where to keep certificates of ops that pass their checks, which are not checked again then.
    #[arg(long, value_name = "FOLDER")]
    certificates: Option<PathBuf>,
}

/// What can be learnt.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// The next character of the documentation.
    Characters,
    /// a + b modulo 97.
    Addition,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let run = || match arguments.task {
        What::Characters => run(&arguments, &Characters::of_documentation()?),
        What::Addition => run(&arguments, &Addition::new()),
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("error: {stop}");
            ExitCode::from(stop.exit_code())
        }
    }
}

fn run(arguments: &Arguments, task: &impl Task) -> Result<(), Stop> {
    let device = arguments.device.open_to_train()?;
    say(format!("device: {}", device.name()));
    say(task.description());
    let graph = task.graph()?;
    let mut checks = Checks::on(&device).telling(|passed| say(format!("verified {passed}")));
    if let Some(folder) = &arguments.certificates {
        checks = checks.kept_in(folder);
    }
    // Nothing trains before its gradient is verified.
    let trusted = checks.require(&*graph, &AdamW)?;

    let workspace = Workspace::new(&device);
    let parameters = task.parameters();
    let parameters: Vec<(&str, Init)> = parameters
        .iter()
        .map(|(name, init)| (name.as_str(), *init))
        .collect();
    let mut rng = Rng::new(arguments.seed);
    let mut model = Model::new(&workspace, trusted, &parameters, &task.sizes(), &mut rng)?;
    let training = arguments.training(task);
    let before = match &training.checkpoint {
        Some(checkpoint) if arguments.resume => checkpoint.load(&mut model)?,
        _ => Vec::new(),
    };
    let scores = training.run(task, &workspace, &mut model, before)?;
    report(arguments, task, &scores)?;
    task.show(&workspace, &model, &mut Rng::new(arguments.seed))?;
    let last = scores.last().map_or(f32::NAN, |[_, held_out]| *held_out);
    match arguments.goal {
        Some(goal) if !task.reaches(last, goal) => {
            Err(Stop::Missed(task.score(last), task.score(goal)))
        }
        _ => Ok(()),
    }
}

impl Arguments {
    fn training(&self, task: &impl Task) -> Training {
        let rounds = self.rounds.unwrap_or(task.rounds());
        let rate = self.rate.unwrap_or(task.rate());
        let (what, seed) = (self.task, self.seed);
        let settings =
            format!("--task {what:?} --seed {seed} --rounds {rounds} --rate {rate}").to_lowercase();
        let file = self.checkpoint.clone();
        Training {
            seed,
            rounds,
            rate,
            checkpoint: file.map(|file| Checkpoint { file, settings }),
        }
    }
}

/// Draws the scores.
fn report(arguments: &Arguments, task: &impl Task, scores: &[Done]) -> Result<(), Stop> {
    let what = format!("{:?}", arguments.task).to_lowercase();
    let default = PathBuf::from(format!("target/train_lm_{what}.svg"));
    let file: &Path = arguments.chart.as_deref().unwrap_or(&default);
    let line = |which: usize| {
        let points = (1..)
            .zip(scores)
            .map(|(round, score): (u32, &Done)| (round * task.steps(), score[which]));
        points.collect::<Vec<_>>()
    };
    let lines = [("learnt", line(0)), ("held out", line(1))];
    draw("curve", file, |file| {
        chart::lines(file, &task.description(), task.unit(), lines)
    })
}
