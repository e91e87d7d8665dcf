//! Verifies every op of the catalogue: each `backward` is the VJP of its `forward`, each kernel computes its spec; exactly, then by numbers.
//!
//! ```sh
//! cargo run --release --example verified_ad
//! cargo run --release --example verified_ad -- --filter softmax --device gpu
//! cargo run --release --example verified_ad -- --json
//! cargo run --release --example verified_ad -- --picture table.svg
//! ```
//!
//! Exits with 0 if everything passed, 1 if a check failed, 2 for wrong options, 3 if the device asked for is not there.

use clap::Parser;
use examples::cli::{DeviceChoice, say};
use examples::picture;
use examples::verify::{for_each, selected};
use hesper_ad::Finding;
use hesper_ad::prelude::*;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

/// Verifies the ops of the catalogue and prints what was found.
#[derive(Parser)]
struct Arguments {
    /// Only ops whose name contains this, in any case.
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// Where kernels run, besides the reference executor.
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// What all random numbers follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON document instead of the table.
    #[arg(long)]
    json: bool,
    /// Draw the table to an SVG file besides.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

const TITLE: &str = "Exact checks, with the chance that a wrong program passes; checks by numbers, with the greatest error as part of its bound";

const WRONG_OPTIONS: u8 = 2;
const NO_DEVICE: u8 = 3;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ops = match selected(arguments.filter.as_deref()) {
        Ok(ops) => ops,
        Err(message) => return stop(WRONG_OPTIONS, &message),
    };
    let device = match arguments.device.open() {
        Ok(device) => device,
        Err(error) => return stop(NO_DEVICE, &error.to_string()),
    };
    let mut options = Options {
        seed: arguments.seed,
        ..Options::default()
    };
    if device.kind() != DeviceKind::Reference {
        options.targets.push(Target::Device(device.clone()));
    }
    if !arguments.json {
        say(places(&device));
    }
    let certificates = verify(&ops, &options, |certificate| {
        if !arguments.json {
            say(certificate);
        }
    });
    // A worker that died has left something out.
    let passed = certificates.len() == ops.len() && certificates.iter().all(Certificate::is_pass);
    if arguments.json {
        say(format!("{:#}", report(&device, &certificates, passed)));
    } else {
        say(summary(&certificates, passed));
    }
    if let Some(file) = &arguments.picture
        && let Err(error) = picture::draw(file, TITLE, &certificates)
    {
        return stop(WRONG_OPTIONS, &format!("{}: {error}", file.display()));
    }
    if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn stop(code: u8, message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(code)
}

/// Verifies ops, given by their places in the catalogue, a core each, but one after the other on a GPU; shows the certificates in order.
fn verify(ops: &[usize], options: &Options, show: impl FnMut(&Certificate)) -> Vec<Certificate> {
    let on_gpu = |target: &Target| matches!(target, Target::Device(_));
    let cores = match options.targets.iter().any(on_gpu) {
        true => 1,
        false => thread::available_parallelism().map_or(1, usize::from),
    };
    for_each(ops, cores, |op| op.verify(options), show)
}

/// Where kernels run, and where they do not.
fn places(device: &Device) -> String {
    match device.kind() {
        DeviceKind::Reference => {
            "kernels run on the reference executor (f32 and f64); no GPU was used, so none is checked".to_string()
        }
        _ => format!("kernels run on the reference executor (f32 and f64) and on {}", device.name()),
    }
}

fn summary(certificates: &[Certificate], passed: bool) -> String {
    let findings = || certificates.iter().flat_map(|c| &c.checks);
    let count = |word: &str| findings().filter(|f| f.verdict.word() == word).count();
    let compared: usize = findings().map(|f| f.compared).sum();
    let exact = certificates.iter().filter(|c| c.is_exact()).count();
    let mut text = format!(
        "{}: {} ops, {exact} of them exact; {} checks passed, {} failed, {} skipped, {compared} numbers compared",
        if passed { "PASS" } else { "FAIL" },
        certificates.len(),
        count("PASS"),
        count("FAIL"),
        count("SKIP"),
    );
    for (word, meaning) in [("OPEN", "could not be judged"), ("PART", "are incomplete")] {
        match count(word) {
            0 => {}
            n => text += &format!(", {n} {meaning}"),
        }
    }
    text
}

fn report(device: &Device, certificates: &[Certificate], passed: bool) -> Value {
    json!({
        "device": device.name(),
        "passed": passed,
        "ops": certificates.iter().map(|c| json!({
            "op": c.op,
            "passed": c.is_pass(),
            "checks": c.checks.iter().map(finding).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

/// One finding; figures that are not finite have no JSON number and become null.
fn finding(finding: &Finding) -> Value {
    json!({
        "check": finding.check,
        "place": finding.place,
        "verdict": finding.verdict.word(),
        "message": finding.verdict.message(),
        "shapes": finding.dims.iter().map(|d| d.to_string()).collect::<Vec<_>>(),
        "points": finding.points,
        "compared": finding.compared,
        "granted": finding.granted,
        "worst": finding.worst,
        "bound": finding.bound,
        "exact": finding.exact.map(|e| json!({ "fields": e.fields, "paths": e.paths, "bits": e.bits })),
        "seed": finding.seed,
        "note": finding.note,
    })
}
