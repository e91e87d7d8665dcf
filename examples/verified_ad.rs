//! Verifies every op of the catalogue: each `backward` is the VJP of its `forward`, each kernel computes its spec; exactly, then by numbers.
//!
//! ```sh
//! cargo run --release --example verified_ad
//! cargo run --release --example verified_ad -- --filter softmax --device gpu
//! cargo run --release --example verified_ad -- --device gpu --tight
//! cargo run --release --example verified_ad -- --json
//! cargo run --release --example verified_ad -- --picture table.svg
//! ```
//!
//! Exits with 0 if everything passed, 1 if a check failed, 2 for wrong options, 3 if the device asked for is not there.

use clap::Parser;
use examples::cli::{NO_DEVICE, Selection, WRONG_OPTIONS, say, stop};
use examples::picture;
use hesper_ad::accuracy::Profile;
use hesper_ad::prelude::*;
use hesper_ad::{Finding, ops};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Verifies the ops of the catalogue and prints what was found.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Judge kernels by the device's accuracy as measured, not by what WGSL allows.
    #[arg(long)]
    tight: bool,
    /// Print one JSON document instead of the table.
    #[arg(long)]
    json: bool,
    /// Draw the table to an SVG file besides.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

const TITLE: &str = "Exact checks, with the chance that a wrong program passes; checks by numbers, with the greatest error as part of its bound";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (ops, device) = match arguments.selection.open() {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    let mut options = Options {
        seed: arguments.selection.seed,
        ..Options::default()
    };
    if arguments.tight {
        match Profile::measure(&device) {
            Ok(measured) => options.accuracy = measured,
            Err(error) => return stop(NO_DEVICE, &error.to_string()),
        }
    }
    if device.kind() != DeviceKind::Reference {
        options.targets.push(Target::Device(device.clone()));
    }
    if !arguments.json {
        say(places(&device));
    }
    let certificates = verify(&ops, &options, |certificate| {
        if !arguments.json {
            say(format!("{certificate}\n"));
        }
    });
    // A worker that died has left something out.
    let passed = certificates.0.len() == ops.len() && certificates.is_pass();
    if arguments.json {
        say(format!("{:#}", report(&device, &certificates.0, passed)));
    } else {
        say(certificates.summary());
    }
    if let Some(file) = &arguments.picture
        && let Err(error) = picture::draw(file, TITLE, &certificates.0)
    {
        return stop(WRONG_OPTIONS, &format!("{}: {error}", file.display()));
    }
    match passed {
        true => certificates.exit_code(),
        false => ExitCode::FAILURE,
    }
}

/// Verifies ops, given by their places in the catalogue, a core each, but one after the other on a GPU; shows the certificates in order.
fn verify(ops: &[usize], options: &Options, mut show: impl FnMut(&Certificate)) -> Certificates {
    let on_gpu = |target: &Target| matches!(target, Target::Device(_));
    let cores = match options.targets.iter().any(on_gpu) {
        true => 1,
        false => thread::available_parallelism().map_or(1, usize::from),
    };
    let (order, (sender, receiver)) = (longest_first(ops), mpsc::channel());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..cores.min(ops.len()) {
            let (next, order, sender) = (&next, &order, sender.clone());
            scope.spawn(move || {
                let catalogue = ops::catalogue().unwrap_or_default();
                while let Some(turn) = order.get(next.fetch_add(1, Ordering::Relaxed))
                    && let Some(op) = ops.get(*turn).and_then(|op| catalogue.get(*op))
                    && sender.send((*turn, op.verify(options))).is_ok()
                {}
            });
        }
        drop(sender);
        let (mut waiting, mut certificates) = (BTreeMap::new(), Vec::new());
        for (turn, certificate) in receiver {
            waiting.insert(turn, certificate);
            while let Some(certificate) = waiting.remove(&certificates.len()) {
                show(&certificate);
                certificates.push(certificate);
            }
        }
        Certificates(certificates)
    })
}

/// The turns of ops, those with most dimensions first: shapes, and with them the time, grow with these, and a long op that comes last keeps
/// one core alone.
fn longest_first(ops: &[usize]) -> Vec<usize> {
    let catalogue = ops::catalogue().unwrap_or_default();
    let dims = |turn: &usize| {
        let op = ops.get(*turn).and_then(|op| catalogue.get(*op));
        op.map_or(0, |op| op.signature().dims().len())
    };
    let mut turns: Vec<usize> = (0..ops.len()).collect();
    turns.sort_by_key(|turn| Reverse(dims(turn)));
    turns
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

fn report(device: &Device, certificates: &[Certificate], passed: bool) -> Value {
    json!({
        "device": device.name(),
        "passed": passed,
        "ops": certificates.iter().map(|c| json!({
            "op": c.op,
            "passed": c.is_pass(),
            "forward": c.formulas[0],
            "backward": c.formulas[1],
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
        "width": finding.width,
        "wide": finding.wide,
        "exact": finding.exact.map(|e| json!({ "fields": e.fields, "paths": e.paths, "bits": e.bits })),
        "seed": finding.seed,
        "note": finding.note,
        "warnings": finding.warnings,
    })
}
