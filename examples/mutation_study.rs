//! Makes wrong variants of every op of the catalogue, in its kernels, its plan and its spec, and says which check refuses each.
//!
//! ```sh
//! cargo run --release --example mutation_study
//! cargo run --release --example mutation_study -- --op softmax
//! cargo run --release --example mutation_study -- --sample 50      # every 50th variant
//! ```
//!
//! A kernel that several ops have is studied in the simplest of them, and what survives there in others. Exits with 0 if no variant survived but those listed as equal, and nothing
//! right was refused; with 1 otherwise, 2 for wrong options.

use clap::Parser;
use examples::cli::{WRONG_OPTIONS, say, stop};
use hesper_ad::mutate::{Equal, Mutant, Place, Report, Study};
use hesper_ad::prelude::*;
use hesper_ad::{OpError, Plans, Spec, ops};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

/// Studies the ops of the catalogue, and prints what became of their mutants.
#[derive(Parser)]
struct Arguments {
    /// Only ops whose name contains this, in any case.
    #[arg(long, value_name = "NAME", default_value = "")]
    op: String,
    /// Only every so many-th mutant.
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    sample: usize,
    /// What all random numbers follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Parts that an op with several kernels is studied in, so that it does not keep one core busy alone.
const SHARES: usize = 4;

/// Other ops that have a kernel are asked, at most, where a variant of it survives in the simplest.
const OTHERS: usize = 3;

/// A part of the study of one op, by its place in the catalogue.
#[derive(Clone)]
struct Part {
    op: usize,
    turn: usize,
    of: usize,
    /// These mutants alone, by place and words, which survived in another op.
    only: Option<Vec<(Place, String)>>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let equal = match Equal::parse(ops::EQUAL_MUTANTS) {
        Ok(equal) => equal,
        Err(error) => return stop(WRONG_OPTIONS, &error.to_string()),
    };
    let kernels = match Kernels::find() {
        Ok(kernels) => kernels,
        Err(error) => return stop(WRONG_OPTIONS, &error.to_string()),
    };
    let wanted = kernels.named(&arguments.op);
    if wanted.is_empty() {
        let message = format!("no op is named like `{}`", arguments.op);
        return stop(WRONG_OPTIONS, &message);
    }
    let start = Instant::now();
    let mut reports = study(&kernels.parts(&wanted), &kernels, &equal, &arguments);
    kernels.elsewhere(&mut reports, &equal, &arguments);
    for report in &reports {
        say(report);
    }
    say(totals(&reports));
    say(format!(
        "{} lines in the list of equal mutants; {:.0} s",
        equal.len(),
        start.elapsed().as_secs_f64()
    ));
    let whole = arguments.op.is_empty() && arguments.sample == 1;
    let unused = if whole {
        equal.unused(&reports)
    } else {
        Vec::new()
    };
    for line in &unused {
        say(format!("not needed any more: {line}"));
    }
    let passed = reports.len() == wanted.len() && reports.iter().all(Report::is_pass);
    match passed && unused.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// The kernels of each op, and of each kernel the simplest op that has it.
struct Kernels {
    names: Vec<String>,
    of: Vec<BTreeSet<String>>,
    owners: BTreeMap<String, usize>,
}

impl Kernels {
    fn find() -> Result<Kernels, OpError> {
        let mut found = Kernels {
            names: Vec::new(),
            of: Vec::new(),
            owners: BTreeMap::new(),
        };
        for op in ops::catalogue()? {
            let spec = Spec::new(&*op)?;
            let mut kernels = BTreeSet::new();
            for dims in [spec.least_shape()].into_iter().chain(spec.large_shapes()) {
                let plans = Plans::of(&*op, &dims)?;
                let steps = plans.forward.steps().iter().chain(plans.backward.steps());
                kernels.extend(steps.map(|step| step.kernel().name().to_string()));
            }
            found.names.push(op.name());
            found.of.push(kernels);
        }
        for op in found.simplest_first() {
            for kernel in &found.of[op] {
                found.owners.entry(kernel.clone()).or_insert(op);
            }
        }
        Ok(found)
    }

    fn simplest_first(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.of.len()).collect();
        order.sort_by_key(|op| self.of[*op].len());
        order
    }

    /// The ops with such a name.
    fn named(&self, name: &str) -> Vec<usize> {
        let name = name.to_lowercase();
        let all = self.names.iter().enumerate();
        let wanted = all.filter(|(_, op)| op.to_lowercase().contains(&name));
        wanted.map(|(at, _)| at).collect()
    }

    /// Whether a mutant is studied in a part.
    fn belongs(&self, mutant: &Mutant, part: &Part) -> bool {
        match (&part.only, &mutant.place) {
            (Some(only), place) => only
                .iter()
                .any(|(p, words)| p == place && *words == mutant.words),
            (None, Place::Kernel(kernel, _)) => {
                let owner = self.owners.get(kernel);
                owner.is_none_or(|owner| *owner == part.op)
            }
            (None, Place::Plan | Place::Spec(_)) => true,
        }
    }

    /// The study of ops, those with most kernels first.
    fn parts(&self, wanted: &[usize]) -> Vec<Part> {
        let mut order = wanted.to_vec();
        order.sort_by_key(|op| std::cmp::Reverse(self.of[*op].len()));
        let parts = order.into_iter().flat_map(|op| {
            let of = if self.of[op].len() > 2 { SHARES } else { 1 };
            (0..of).map(move |turn| Part {
                op,
                turn,
                of,
                only: None,
            })
        });
        parts.collect()
    }

    /// Asks other ops with the same kernel of what survived in the simplest: that may use it at one size alone.
    fn elsewhere(&self, reports: &mut [Report], equal: &Equal, arguments: &Arguments) {
        for turn in 0..OTHERS {
            let mut parts: BTreeMap<usize, Vec<(Place, String)>> = BTreeMap::new();
            for survivor in reports.iter().flat_map(Report::survivors) {
                let Place::Kernel(kernel, _) = &survivor.mutant.place else {
                    continue;
                };
                let owner = self.owners.get(kernel);
                let simplest = self.simplest_first().into_iter();
                let mut others =
                    simplest.filter(|op| Some(op) != owner && self.of[*op].contains(kernel));
                if let Some(other) = others.nth(turn) {
                    let mutant = (survivor.mutant.place.clone(), survivor.mutant.words.clone());
                    parts.entry(other).or_default().push(mutant);
                }
            }
            let parts = parts.into_iter().map(|(op, only)| Part {
                op,
                turn: 0,
                of: 1,
                only: Some(only),
            });
            for other in study(&parts.collect::<Vec<_>>(), self, equal, arguments) {
                for report in &mut *reports {
                    report.refused_in(&other);
                }
            }
        }
    }
}

/// Studies parts on all cores; the reports of ops in the order of the catalogue.
fn study(parts: &[Part], kernels: &Kernels, equal: &Equal, arguments: &Arguments) -> Vec<Report> {
    let bar = bar();
    let (sender, receiver) = mpsc::channel();
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores.min(parts.len()) {
            let (next, bar, sender) = (&next, &bar, sender.clone());
            scope.spawn(move || {
                let catalogue = ops::catalogue().unwrap_or_default();
                while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed))
                    && let Some(op) = catalogue.get(part.op)
                    && sender
                        .send((
                            part.op,
                            study_part(&**op, part, kernels, equal, arguments, bar),
                        ))
                        .is_ok()
                {}
            });
        }
        drop(sender);
        let mut reports: BTreeMap<usize, Report> = BTreeMap::new();
        for (op, report) in receiver {
            match reports.get_mut(&op) {
                Some(known) => known.join(report),
                None => {
                    reports.insert(op, report);
                }
            }
        }
        bar.finish_and_clear();
        reports.into_values().collect()
    })
}

fn study_part(
    op: &dyn Op,
    part: &Part,
    kernels: &Kernels,
    equal: &Equal,
    arguments: &Arguments,
    bar: &ProgressBar,
) -> Report {
    let options = Options {
        seed: arguments.seed,
        progress: false,
        ..Options::default()
    };
    // What survived was of the sample.
    let sample = match part.only {
        Some(_) => 1,
        None => arguments.sample.max(1),
    };
    bar.set_message(op.name());
    let tell = |done: usize, all: usize| match done {
        0 => bar.inc_length(all as u64),
        _ => bar.inc(1),
    };
    Study::new(op, &options)
        .of(|mutant| kernels.belongs(mutant, part))
        .share(part.turn * sample, part.of * sample)
        .equal(equal)
        .tell(tell)
        .run()
}

/// Mutants judged so far, of those that are known to be there.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{elapsed_precise} {bar:40} {pos}/{len} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// The numbers of all ops together.
fn totals(reports: &[Report]) -> String {
    let sum = |count: fn(&Report) -> usize| reports.iter().map(count).sum::<usize>();
    let mut by_check: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (check, count) in reports.iter().flat_map(Report::by_check) {
        *by_check.entry(check).or_default() += count;
    }
    let mut by_check: Vec<_> = by_check.into_iter().collect();
    by_check.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut text = format!(
        "{} ops: {} mutants, {} equal, {} survived; {} rewritings, {} refused\n",
        reports.len(),
        sum(|r| r.mutants.len()),
        sum(Report::equal),
        sum(|r| r.survivors().len()),
        sum(|r| r.rewritings.len()),
        sum(|r| r.false_alarms().len()),
    );
    for ((check, place), count) in by_check {
        text += &format!("{count:6} {check}, {place}\n");
    }
    text
}
