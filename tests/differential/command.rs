//! The command: many more cases than the suite has.
//!
//! ```text
//! cargo run --release -p tests --bin differential -- --cases 10000 --seed 1
//! ```
#![allow(clippy::print_stdout, reason = "a program that reports")]

use hesper_shader::{Device, Memory};
use std::process::{ExitCode, exit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use tests::differential::{
    Case, Choices, Executor, Judges, Search, generate, on_device, subgroup_size,
};
use tests::tools::{self, Verdict};

const HELP: &str = "\
Checks random kernels: the verifier, the lowering, naga's parser, Tint, the reference executor and a device must agree.

Usage: differential [--cases N] [--seed N] [--attempts N] [--keep-on] [--reference] [--show]

  --cases N      how many kernels (1000)
  --seed N       the first one (1)
  --attempts N   cases tried to make a failing one smaller (3000)
  --keep-on      goes on after a failure
  --reference    runs on the reference executor alone
  --show         prints the first case instead
  --help         this

The device is a GPU, or a software driver; WGPU_ADAPTER_NAME chooses one.";

/// More than any run takes.
const PATIENCE: Duration = Duration::from_secs(120);

struct Options {
    cases: u64,
    seed: u64,
    attempts: usize,
    keep_on: bool,
    reference: bool,
    show: bool,
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options {
        cases: 1000,
        seed: 1,
        attempts: 3000,
        keep_on: false,
        reference: false,
        show: false,
    };
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let text = arguments.next().unwrap_or_default();
            text.parse::<u64>()
                .map_err(|_| format!("{argument} takes a number, not `{text}`"))
        };
        match argument.as_str() {
            "--cases" => options.cases = number()?,
            "--seed" => options.seed = number()?,
            "--attempts" => options.attempts = number()? as usize,
            "--keep-on" => options.keep_on = true,
            "--reference" => options.reference = true,
            "--show" => options.show = true,
            "--help" | "-h" => return Ok(None),
            other => return Err(format!("no option is called `{other}`")),
        }
    }
    Ok(Some(options))
}

fn main() -> ExitCode {
    match options(std::env::args().skip(1)) {
        Ok(None) => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Some(options)) if options.show => {
            let mut choices = Choices::random(options.seed);
            println!("{}", generate(&mut choices));
            ExitCode::SUCCESS
        }
        Ok(Some(options)) => run(&options),
        Err(problem) => {
            eprintln!("{problem}\n\n{HELP}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> ExitCode {
    let device = match Device::gpu() {
        _ if options.reference => None,
        Ok(device) => Some(device),
        Err(error) => {
            println!("SKIPPED on a GPU: {error}");
            None
        }
    };
    let tint = match tools::tint("@compute @workgroup_size(1) fn f() {}") {
        Verdict::Accepted => true,
        Verdict::Refused(reason) | Verdict::Absent(reason) => {
            println!("SKIPPED: {reason}");
            false
        }
    };
    let name = device
        .as_ref()
        .map_or("the reference executor alone", Device::name);
    println!("running on {name}");
    let pulse = Arc::new(Pulse::default());
    pulse.seed.store(options.seed, Relaxed);
    if device.is_some() {
        Arc::clone(&pulse).watch();
    }
    let on_it = device.as_ref().map(|device| {
        let pulse = Arc::clone(&pulse);
        move |case: &Case| -> Result<Vec<Memory<f32>>, String> {
            pulse.runs.fetch_add(1, Relaxed);
            on_device(device, case)
        }
    });
    let judges = Judges {
        tint,
        executor: on_it.as_ref().map(|executor| executor as &Executor<'_>),
        subgroup_size: device.as_ref().and_then(subgroup_size),
    };
    if judges.executor.is_some() && judges.subgroup_size.is_none() {
        println!("SKIPPED: kernels with subgroups run on the reference executor alone");
    }
    search(options, &judges, &pulse)
}

fn search(options: &Options, judges: &Judges<'_>, pulse: &Pulse) -> ExitCode {
    let (mut seed, end) = (options.seed, options.seed.saturating_add(options.cases));
    let (mut failures, mut compared) = (0, 0);
    while seed < end {
        let search = Search {
            seed,
            cases: end - seed,
            attempts: options.attempts,
        };
        let mut tell = |seed: u64| {
            pulse.seed.store(seed + 1, Relaxed);
            let done = seed + 1 - options.seed;
            if done.is_multiple_of(100) {
                println!("{done} cases");
            }
        };
        match search.run(judges, &mut tell) {
            Ok(summary) => {
                println!("{summary}");
                compared += summary.tally.compared();
                seed = end;
            }
            Err(finding) => {
                println!("{finding}");
                failures += 1;
                seed = if options.keep_on {
                    finding.seed + 1
                } else {
                    end
                };
            }
        }
    }
    match (failures, compared) {
        (0, 0) => {
            println!("nothing was compared");
            ExitCode::FAILURE
        }
        (0, _) => ExitCode::SUCCESS,
        _ => {
            println!("{failures} failures");
            ExitCode::FAILURE
        }
    }
}

/// What the program is at.
#[derive(Default)]
struct Pulse {
    seed: AtomicU64,
    /// Runs on the device so far.
    runs: AtomicU64,
}

impl Pulse {
    /// Ends the program where the device is at one run for long: some compilers never return, and nobody can stop them.
    fn watch(self: Arc<Self>) {
        thread::spawn(move || {
            loop {
                let runs = self.runs.load(Relaxed);
                thread::sleep(PATIENCE);
                if self.runs.load(Relaxed) == runs {
                    let seed = self.seed.load(Relaxed);
                    println!("the device does not return from seed {seed}, or one made from it");
                    exit(1);
                }
            }
        });
    }
}
