//! How long all checks on an op take at one shape, beside PyTorch's `gradcheck` of the same function at the same shape, which looks at the formula of `backward` alone, in
//! binary64.
//!
//! `cargo bench -p hesper-ad --bench gradcheck [-- NAME …]` for all ops, or those with such names; the environment's `PYTHON` is a Python that has PyTorch, else `python3`.
#![allow(clippy::print_stdout)]

use hesper_ad::ops;
use hesper_ad::prelude::*;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Runs of which the median counts.
const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
    let rows = std::fs::read_to_string(folder.join("gradcheck.txt"))?;
    let chosen = std::env::args().skip(1).filter(|a| !a.starts_with('-'));
    let chosen: Vec<String> = chosen.collect();
    let peers = gradcheck(&folder.join("gradcheck.py"), &chosen);
    if peers.is_empty() {
        println!("no Python with PyTorch: the times beside it are missing; PYTHON may name one");
    }
    println!("| op | sizes | all checks | gradcheck | ratio |\n|---|---|---|---|---|");
    for op in ops::catalogue()? {
        let name = op.name();
        if !chosen.is_empty() && !chosen.iter().any(|part| name.contains(part)) {
            continue;
        }
        let row = rows.lines().find(|row| cell(row, 0) == name);
        let sizes = cell(
            row.ok_or(format!("gradcheck.txt has no row for {name}"))?,
            1,
        );
        let ours = seconds(&*op, &dims(sizes)?)?;
        let (peer, ratio) = match peers.get(&name) {
            Some(peer) => (
                format!("{:.1} ms", peer * 1e3),
                format!("{:.2}", ours / peer),
            ),
            None => ("–".to_string(), "–".to_string()),
        };
        println!(
            "| {name} | {sizes} | {:.1} ms | {peer} | {ratio} |",
            ours * 1e3
        );
    }
    Ok(())
}

fn cell(row: &str, at: usize) -> &str {
    row.split('|').nth(at).unwrap_or_default().trim()
}

/// `m=16 k=16`.
fn dims(sizes: &str) -> Result<Dims, Box<dyn Error>> {
    let mut dims = Dims::default();
    for size in sizes.split_whitespace() {
        let (name, size) = size.split_once('=').ok_or("a size is `name=number`")?;
        dims.set(name, size.parse()?);
    }
    Ok(dims)
}

/// The median time of all checks at a shape.
fn seconds(op: &dyn Op, dims: &Dims) -> Result<f64, Box<dyn Error>> {
    let options = Options {
        progress: false,
        ..Options::default()
    };
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let certificate = op.verify_at(dims, &options);
        times.push(start.elapsed().as_secs_f64());
        if !certificate.is_pass() {
            return Err(certificate.to_string().into());
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times[RUNS / 2])
}

/// Seconds of PyTorch's `gradcheck` by op; nothing without PyTorch.
fn gradcheck(script: &Path, names: &[String]) -> BTreeMap<String, f64> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_string());
    let ran = Command::new(python)
        .arg(script)
        .args(names)
        .stderr(Stdio::null())
        .output();
    let text = ran.map(|ran| String::from_utf8_lossy(&ran.stdout).into_owned());
    let text = text.unwrap_or_default();
    let pairs = text.lines().filter_map(|line| line.split_once('\t'));
    pairs
        .filter_map(|(name, seconds)| Some((name.to_string(), seconds.parse().ok()?)))
        .collect()
}
