//! How fast the reference executor runs, beside a GPU driver where there is one, and what the sanitizer costs.
//!
//! `cargo bench -p hesper-shader`; without driver: `cargo bench -p hesper-shader --no-default-features`. `docs/performance.md` says what was
//! measured and why. Each figure is the median of several runs, and devices take turns, so that what disturbs one disturbs all.
#![allow(clippy::print_stdout)]

mod kernels;

use hesper_shader::reference::Options;
use hesper_shader::{Buffer, Device, Error, Grid, Vec4};
use kernels::{TILE, iterate, matmul_blocked, matmul_tiled, relu, softmax};
use std::time::Instant;

const RUNS: usize = 5;

/// A device and its name in the table.
struct Candidate {
    name: &'static str,
    device: Device,
}

/// A kernel to time: runs once on the given device and says how long that took in seconds.
type Task<'t> = dyn FnMut(usize) -> Result<f64, Error> + 't;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut candidates = vec![
        Candidate {
            name: "reference",
            device: Device::reference_with(Options::fast()),
        },
        Candidate {
            name: "sanitized",
            device: Device::reference(),
        },
    ];
    match Device::gpu() {
        Ok(device) => {
            println!("driver: {}", device.name());
            let name = "driver";
            candidates.push(Candidate { name, device });
        }
        Err(error) => println!("driver: none, so there is nothing to compare with ({error})"),
    }
    let threads = std::thread::available_parallelism()?;
    println!("threads: {threads}; median of {RUNS} runs\n");
    header(&candidates);
    // `cargo bench -p hesper-shader -- softmax` times what is named alone.
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let asked = |name: &str| named.is_empty() || named.iter().any(|n| n == name);
    type Run = fn(&[Candidate]) -> Result<(), Error>;
    let tasks: [(&str, Run); 5] = [
        ("relu", elementwise),
        ("softmax", row_softmax),
        ("tiled", tiled),
        ("blocked", blocked),
        ("growth", growth),
    ];
    for (_, task) in tasks.iter().filter(|(name, _)| asked(name)) {
        task(&candidates)?;
    }
    Ok(())
}

fn header(candidates: &[Candidate]) {
    print!("{:<34}", "kernel");
    for candidate in candidates {
        print!("{:>26}", candidate.name);
    }
    println!("{:>14}{:>14}", "ref/driver", "sanitizer");
}

/// Prints one line: for each candidate milliseconds and a rate, then ratios of times.
fn line(
    name: &str,
    candidates: &[Candidate],
    work: f64,
    unit: &str,
    task: &mut Task<'_>,
) -> Result<(), Error> {
    let mut times = vec![Vec::new(); candidates.len()];
    for _ in 0..=RUNS {
        for (i, times) in times.iter_mut().enumerate() {
            times.push(task(i)?);
        }
    }
    let medians: Vec<f64> = times
        .into_iter()
        .map(|times| median(times.into_iter().skip(1)))
        .collect();
    print!("{name:<34}");
    for time in &medians {
        print!("{:>11.1} ms{:>7.2} {unit}", time * 1e3, work / time / 1e9);
    }
    let driver = medians.get(2).map(|driver| medians[0] / driver);
    let driver = driver.map_or("-".to_string(), |ratio| format!("{ratio:.2}"));
    println!("{driver:>14}{:>14.2}", medians[1] / medians[0]);
    Ok(())
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Runs `f`, waits until the device is done, and says how long both took.
fn timed(fence: &Buffer<u32>, f: impl FnOnce() -> Result<(), Error>) -> Result<f64, Error> {
    let start = Instant::now();
    f()?;
    // Reading anything waits for everything before.
    fence.read()?;
    Ok(start.elapsed().as_secs_f64())
}

fn values(count: usize) -> Vec<f32> {
    (0..count).map(|i| (i % 71) as f32 / 71.0 - 0.5).collect()
}

fn fences(candidates: &[Candidate]) -> Result<Vec<Buffer<u32>>, Error> {
    let fences = candidates.iter().map(|c| c.device.zeros(1));
    Ok(fences.collect::<Result<_, _>>()?)
}

fn elementwise(candidates: &[Candidate]) -> Result<(), Error> {
    let n = 1 << 24;
    let (x, fences) = (values(n), fences(candidates)?);
    let mut buffers = Vec::new();
    for candidate in candidates {
        let device = &candidate.device;
        buffers.push((device.upload(&x)?, device.zeros::<f32>(n)?));
    }
    let bytes = 8.0 * n as f64;
    line(
        "relu, 2^24 elements",
        candidates,
        bytes,
        "GB/s ",
        &mut |i| {
            let (x, y) = &mut buffers[i];
            let args = relu::Args { x, y };
            timed(&fences[i], || {
                relu().launch(&candidates[i].device, Grid::cover(n), args)
            })
        },
    )
}

fn row_softmax(candidates: &[Candidate]) -> Result<(), Error> {
    let (rows, columns) = (4096, 1024);
    let (x, fences) = (values(rows * columns), fences(candidates)?);
    let mut buffers = Vec::new();
    for candidate in candidates {
        let device = &candidate.device;
        buffers.push((device.upload(&x)?, device.zeros::<f32>(x.len())?));
    }
    let elements = (rows * columns) as f64;
    line(
        "softmax, 4096 rows of 1024",
        candidates,
        elements,
        "Gel/s",
        &mut |i| {
            let (x, y) = &mut buffers[i];
            let columns = columns as u32;
            let args = softmax::Args { x, y, columns };
            let grid = Grid::exact(rows as u32, 1, 1);
            timed(&fences[i], || {
                softmax().launch(&candidates[i].device, grid, args)
            })
        },
    )
}

const N: usize = 512;
const FLOPS: f64 = 2.0 * (N * N * N) as f64;

fn tiled(candidates: &[Candidate]) -> Result<(), Error> {
    let (x, fences) = (values(N * N), fences(candidates)?);
    let mut buffers = Vec::new();
    for candidate in candidates {
        let device = &candidate.device;
        let (a, b) = (device.upload(&x)?, device.upload(&x)?);
        buffers.push((a, b, device.zeros::<f32>(N * N)?));
    }
    let name = format!("matmul {N}^3, tiles of {TILE}");
    line(&name, candidates, FLOPS, "GF/s ", &mut |i| {
        let (a, b, c) = &mut buffers[i];
        let n = N as u32;
        let args = matmul_tiled::Args { a, b, c, n };
        let grid = Grid::exact(n / TILE, n / TILE, 1);
        timed(&fences[i], || {
            matmul_tiled().launch(&candidates[i].device, grid, args)
        })
    })
}

fn blocked(candidates: &[Candidate]) -> Result<(), Error> {
    let (x, fences) = (values(N * N), fences(candidates)?);
    let rows: Vec<Vec4<f32>> = x
        .chunks_exact(4)
        .filter_map(|c| <[f32; 4]>::try_from(c).ok())
        .map(Vec4::from)
        .collect();
    let mut buffers = Vec::new();
    for candidate in candidates {
        let device = &candidate.device;
        let (a, b) = (device.upload(&x)?, device.upload(&rows)?);
        buffers.push((a, b, device.zeros::<Vec4<f32>>(N * N / 4)?));
    }
    let name = format!("matmul {N}^3, 4x4 in registers");
    line(&name, candidates, FLOPS, "GF/s ", &mut |i| {
        let (a, b, c) = &mut buffers[i];
        let n = N as u32;
        let args = matmul_blocked::Args { a, b, c, n };
        let grid = Grid::exact(n / 64, n / 64, 1);
        timed(&fences[i], || {
            matmul_blocked().launch(&candidates[i].device, grid, args)
        })
    })
}

/// How the time of the reference executor grows with elements, with rounds of a loop and with the size of workgroups.
fn growth(candidates: &[Candidate]) -> Result<(), Error> {
    println!(
        "\ngrowth, `iterate`: ns for each element and each round of its loop (3 statements and the loop's own)"
    );
    println!(
        "{:>12}{:>10}{:>14}{:>14}",
        "elements", "rounds", "workgroup", "ns"
    );
    for (n, rounds) in [
        (1 << 10, 64),
        (1 << 14, 64),
        (1 << 18, 64),
        (1 << 20, 64),
        (1 << 18, 16),
        (1 << 18, 256),
    ] {
        grown::<64>(&candidates[0].device, n, rounds)?;
    }
    grown::<1>(&candidates[0].device, 1 << 18, 64)?;
    grown::<16>(&candidates[0].device, 1 << 18, 64)?;
    grown::<256>(&candidates[0].device, 1 << 18, 64)?;
    grown::<1024>(&candidates[0].device, 1 << 18, 64)
}

fn grown<const LANES: u32>(device: &Device, n: usize, steps: u32) -> Result<(), Error> {
    let (x, mut y) = (device.upload(&values(n))?, device.zeros::<f32>(n)?);
    let fence = device.zeros(1)?;
    let mut times = Vec::new();
    for _ in 0..=RUNS {
        let args = iterate::Args {
            x: &x,
            y: &mut y,
            steps,
        };
        times.push(timed(&fence, || {
            iterate::<LANES>().launch(device, Grid::cover(n), args)
        })?);
    }
    let time = median(times.into_iter().skip(1));
    let each = time * 1e9 / n as f64 / f64::from(steps);
    println!("{n:>12}{steps:>10}{LANES:>14}{each:>14.3}");
    Ok(())
}
