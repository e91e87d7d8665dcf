//! Runs every kernel of the catalogue on a device and compares what it computes with its spec.
//!
//! ```sh
//! cargo run --release --example backward_verify
//! cargo run --release --example backward_verify -- --device gpu
//! cargo run --release --example backward_verify -- --filter norm --seed 7
//! ```
//!
//! Where `verified_ad` asks whether an op is right, this asks whether a device is: all passes of all ops, at shapes around the
//! workgroups' sizes, with equal numbers, large ones, and the op's known points.
//!
//! Exits with 0 if every kernel computed its spec, 1 if one did not or could not run, 2 for wrong options, 3 if the device asked for
//! is not there.

use clap::Parser;
use examples::cli::{Selection, WRONG_OPTIONS, say, stop};
use hesper_ad::prelude::*;
use hesper_ad::{Finding, Progress, Spec, check, fitted, ops};
use std::collections::BTreeSet;
use std::process::ExitCode;

/// Compares every kernel with its spec on a device.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    selection: Selection,
}

fn main() -> ExitCode {
    let Arguments { selection } = Arguments::parse();
    let (ops, device) = match selection.open() {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    let mut run = Run {
        target: match device.kind() {
            DeviceKind::Reference => Target::F32,
            _ => Target::Device(device.clone()),
        },
        seed: selection.seed,
        kernels: BTreeSet::new(),
        certificates: Certificates::default(),
    };
    say(format!("kernels run on {}", device.name()));
    let catalogue = match ops::catalogue() {
        Ok(catalogue) => catalogue,
        Err(error) => return stop(WRONG_OPTIONS, &error.to_string()),
    };
    for at in ops {
        if let Some(op) = catalogue.get(at) {
            run.check(&**op);
        }
    }
    say(run.summary());
    run.certificates.exit_code()
}

/// What was found so far.
struct Run {
    target: Target,
    seed: u64,
    /// The names of all kernels that ran.
    kernels: BTreeSet<String>,
    certificates: Certificates,
}

impl Run {
    fn check(&mut self, op: &dyn Op) {
        let name = op.name();
        let spec = match Spec::new(op) {
            Ok(spec) => spec,
            Err(error) => {
                say(format!("FAIL {name}\n     {error}"));
                // Nothing was checked, which is no pass.
                self.certificates.0.push(certificate(name, Vec::new()));
                return;
            }
        };
        let progress = Progress::new(&name, true);
        progress.at(&format!("kernels, {}", self.target.name()));
        let kernels = kernels(&spec);
        let findings = check::kernels(&spec, &self.target, self.seed);
        drop(progress);
        for (finding, kernels) in findings.iter().zip(kernels) {
            say(fitted(&line(&name, finding, &kernels), 5));
            self.kernels.extend(kernels);
        }
        self.certificates.0.push(certificate(name, findings.into()));
    }

    fn summary(&self) -> String {
        let findings = self.certificates.0.iter().flat_map(|c| &c.checks);
        let worst = findings.map(part).fold(0.0, f64::max);
        format!(
            "{}\n{} kernels; the worst number at {worst:.2} of its bound",
            self.certificates.summary(),
            self.kernels.len(),
        )
    }
}

/// The names of the kernels of the forward and the backward pass, each once.
fn kernels(spec: &Spec<'_>) -> [Vec<String>; 2] {
    let Ok(plans) = Plans::of(spec.op(), &spec.least_shape()) else {
        // The check itself says what is wrong.
        return [Vec::new(), Vec::new()];
    };
    [plans.forward, plans.backward].map(|plan| {
        let mut names: Vec<String> = Vec::new();
        for step in plan.steps() {
            let name = step.kernel().name().to_string();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    })
}

fn certificate(op: String, checks: Vec<Finding>) -> Certificate {
    Certificate {
        op,
        formulas: Default::default(),
        checks,
    }
}

/// Error over bound.
fn part(finding: &Finding) -> f64 {
    match finding.worst {
        0.0 => 0.0,
        worst => worst / finding.bound,
    }
}

fn line(op: &str, finding: &Finding, kernels: &[String]) -> String {
    let pass = finding.check.split(' ').next().unwrap_or_default();
    let mut line = format!(
        "{} {op:<24} {pass:<8} worst {:.1e} of {:.1e}   {}\n     {} compared; {}",
        finding.verdict.word(),
        finding.worst,
        finding.bound,
        kernels.join(", "),
        finding.compared,
        finding.sizes(),
    );
    if finding.granted > 0 {
        line += &format!("; {} more within their own rounding only", finding.granted);
    }
    let below = finding.verdict.message().into_iter();
    for text in below.chain(finding.warnings.iter().map(String::as_str)) {
        line += &format!("\n     {text}");
    }
    line
}
