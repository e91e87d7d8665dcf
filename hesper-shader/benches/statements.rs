//! How the time to build, verify, lower and print a kernel grows with its statements: `cargo bench -p hesper-shader --bench statements`, names of kernels
//! choose, and numbers of statements (`-- branches 1000`). `docs/performance.md` has a table. What is linear takes as long for each statement, however many there are.
#![allow(clippy::print_stdout)]

use hesper_shader::lower::lower;
use hesper_shader::record::{Place, ReadBuffer, Recorder, WriteBuffer};
use hesper_shader::tree::verify::verify;
use hesper_shader::tree::{Block, StmtKind, uniformity};
use hesper_shader::{Exp, Kernel, shader};
use std::error::Error;
use std::time::Instant;

shader! {
    fn step(a: f32, b: f32) -> f32 { if a > b { return a; } a + b }
}

/// A kernel that records the same so many times: what it reads and writes, this invocation's number, and a variable.
fn repeated(
    name: &str,
    rounds: u32,
    once: impl for<'m> Fn(
        &'m Recorder,
        ReadBuffer<'m, f32>,
        WriteBuffer<'m, f32>,
        Exp<'m, u32>,
        Place<'m, f32>,
    ),
) -> Kernel {
    Recorder::record(name, &[], [64, 1, 1], |h| {
        let (x, y) = (h.storage::<f32>("x"), h.storage_mut::<f32>("y"));
        let i = h.bind("i", h.local_invocation_index());
        let a = h.var("a", x.at(i).get());
        for _ in 0..rounds {
            once(h, x, y, i, a);
        }
        h.store(y.at(i), a.get());
    })
}

fn assignments(n: u32) -> Kernel {
    repeated("assignments", n, |h, _, _, _, a| {
        h.store(a, a.get() * h.float("0.5") + h.float("1.0"))
    })
}

fn memory(n: u32) -> Kernel {
    repeated("memory", n, |h, x, y, i, _| {
        h.store(y.at(i), x.at(i * h.int(3)).get() + y.at(i).get())
    })
}

fn values(n: u32) -> Kernel {
    repeated("values", n, |h, _, _, _, a| {
        let b = h.bind("b", a.get().max(h.float("0.5")));
        let c = h.bind("c", b * b + a.get());
        h.if_(c.gt(h.float("1.0")));
        h.store(a, b);
        h.else_();
        h.store(a, c);
        h.end_if();
    })
}

fn branches(n: u32) -> Kernel {
    repeated("branches", n, |h, x, y, i, _| {
        h.if_(x.at(i).get().gt(h.float("0.5")));
        h.store(y.at(i), h.float("1.0"));
        h.else_();
        h.store(y.at(i), y.at(i).get() + h.float("2.0"));
        h.end_if();
    })
}

fn loops(n: u32) -> Kernel {
    repeated("loops", n, |h, x, y, i, a| {
        h.loop_();
        h.if_(a.get().gt(h.float("9.0")));
        h.break_();
        h.end_if();
        h.store(y.at(i), x.at(i).get());
        h.store(a, a.get() + h.float("1.0"));
        h.end_loop();
    })
}

fn barriers(n: u32) -> Kernel {
    repeated("barriers", n, |h, x, y, i, _| {
        h.store(y.at(i), x.at(i).get());
        h.workgroup_barrier();
    })
}

fn calls(n: u32) -> Kernel {
    repeated("calls", n, |h, _, _, _, a| {
        h.store(a, step(h, a.get(), h.float("0.5")))
    })
}

type Build = fn(u32) -> Kernel;

const KERNELS: [(&str, Build); 7] = [
    ("assignments", assignments),
    ("memory", memory),
    ("values", values),
    ("branches", branches),
    ("loops", loops),
    ("barriers", barriers),
    ("calls", calls),
];

/// Statements of the kernel, about.
const SIZES: [u32; 4] = [100, 1_000, 10_000, 100_000];

/// Runs of which the quickest counts: at the small sizes, where others take as long as the step itself.
const RUNS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let mut sizes: Vec<u32> = given.iter().filter_map(|word| word.parse().ok()).collect();
    let names: Vec<_> = given
        .iter()
        .filter(|word| word.parse::<u32>().is_err())
        .collect();
    if sizes.is_empty() {
        sizes.extend(SIZES);
    }
    println!("µs for each statement\n");
    println!(
        "| kernel | statements | build | verify | uniformity | lower | WGSL | SPIR-V | tree's text |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (name, build) in KERNELS {
        if !names.is_empty() && !names.iter().any(|asked| **asked == name) {
            continue;
        }
        // Some statements are there in any case, so what one round adds is the difference of two sizes.
        let each =
            (count(&build(21).tree()?.entry.body) - count(&build(20).tree()?.entry.body)).max(1);
        for size in &sizes {
            row(name, build, (size / each as u32).max(1))?;
        }
    }
    Ok(())
}

fn row(name: &str, build: Build, rounds: u32) -> Result<(), Box<dyn Error>> {
    let (kernel, mut times) = (build(rounds), vec![least(|| build(rounds))]);
    let tree = kernel.tree()?;
    let statements = count(&tree.entry.body);
    let copies: Vec<_> = (0..RUNS).map(|_| (**tree).clone()).collect();
    let verified = copies.into_iter().map(|copy| time(|| verify(copy)).1);
    times.push(verified.fold(f64::INFINITY, f64::min));
    times.push(least(|| uniformity::check(tree)));
    times.push(least(|| lower(tree)));
    let lowered = lower(tree)?;
    times.push(least(|| lowered.wgsl()));
    times.push(least(|| lowered.spirv()));
    times.push(least(|| tree.to_string()));
    let each = times
        .iter()
        .map(|seconds| format!(" {:.2} |", seconds * 1e6 / statements as f64));
    println!("| {name} | {statements} |{}", each.collect::<String>());
    Ok(())
}

fn least<T>(mut step: impl FnMut() -> T) -> f64 {
    (0..RUNS)
        .map(|_| time(&mut step).1)
        .fold(f64::INFINITY, f64::min)
}

/// What a step gives, and its seconds; dropping it counts for nothing.
fn time<T>(step: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = step();
    (result, start.elapsed().as_secs_f64())
}

fn count(block: &Block) -> usize {
    let inside = |kind: &StmtKind| match kind {
        StmtKind::If { accept, reject, .. } => count(accept) + count(reject),
        StmtKind::For { body, .. } | StmtKind::Loop { body } | StmtKind::Aside { body } => {
            count(body)
        }
        _ => 0,
    };
    block.iter().map(|stmt| 1 + inside(&stmt.kind)).sum()
}
