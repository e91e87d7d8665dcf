//! How fast the reference executor runs a tiled matrix product and an elementwise kernel, and what race detection costs.
//!
//! `cargo bench -p hesper-shader --no-default-features`
#![allow(clippy::print_stdout)]

use hesper_shader::domain::{Domain, F32, F64};
use hesper_shader::record::Recorder;
use hesper_shader::reference::{Binding, Options, run_with};
use hesper_shader::{Kernel, Memory};
use std::error::Error;
use std::time::{Duration, Instant};

const TILE: u32 = 16;
const M: usize = 1440;
const K: usize = 80;
const N: usize = 16;

const ELEMENTS: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{M}x{K} times {K}x{N} in tiles of {TILE}x{TILE}, median of 7");
    report(&matmul(), matmul_once, matmul_once)?;
    println!("max(x, 0) of {ELEMENTS} elements, median of 7");
    report(&relu(), relu_once, relu_once)
}

type Once<D> = fn(&D, &Kernel, Options) -> Result<Duration, Box<dyn Error>>;

fn report(kernel: &Kernel, f32: Once<F32>, f64: Once<F64>) -> Result<(), Box<dyn Error>> {
    let without = median(&F32, kernel, f32, false)?;
    let with = median(&F32, kernel, f32, true)?;
    println!("  f32, races not looked for  {without:6.1} ms");
    println!(
        "  f32                        {with:6.1} ms, {:.2} times as long",
        with / without
    );
    println!(
        "  f64                        {:6.1} ms",
        median(&F64, kernel, f64, true)?
    );
    Ok(())
}

/// Milliseconds of the median of seven runs.
fn median<D>(
    domain: &D,
    kernel: &Kernel,
    once: Once<D>,
    detect_races: bool,
) -> Result<f64, Box<dyn Error>> {
    let options = Options {
        detect_races,
        ..Options::default()
    };
    let mut times = Vec::new();
    for _ in 0..7 {
        times.push(once(domain, kernel, options)?);
    }
    times.sort();
    Ok(times[3].as_secs_f64() * 1e3)
}

fn values<D: Domain>(domain: &D, count: usize) -> Memory<D::Value> {
    let value = |i: usize| domain.from_f32((i % 7) as f32 - 3.0);
    Memory::Real((0..count).map(value).collect())
}

fn matmul_once<D>(domain: &D, kernel: &Kernel, options: Options) -> Result<Duration, Box<dyn Error>>
where
    D: Domain<Mask = bool>,
{
    let (a, b) = (values(domain, M * K), values(domain, K * N));
    let mut c = values(domain, M * N);
    let groups = [(N as u32).div_ceil(TILE), (M as u32).div_ceil(TILE), 1];
    let mut bindings = [
        Binding::Read(&a),
        Binding::Read(&b),
        Binding::Write(&mut c),
        Binding::U32(M as u32),
        Binding::U32(K as u32),
        Binding::U32(N as u32),
    ];
    let start = Instant::now();
    run_with(domain, kernel.tree()?, groups, &mut bindings, options)?;
    Ok(start.elapsed())
}

fn relu_once<D>(domain: &D, kernel: &Kernel, options: Options) -> Result<Duration, Box<dyn Error>>
where
    D: Domain<Mask = bool>,
{
    let (x, mut y) = (values(domain, ELEMENTS), values(domain, ELEMENTS));
    let mut bindings = [Binding::Read(&x), Binding::Write(&mut y)];
    let groups = [(ELEMENTS / 64) as u32, 1, 1];
    let start = Instant::now();
    run_with(domain, kernel.tree()?, groups, &mut bindings, options)?;
    Ok(start.elapsed())
}

fn relu() -> Kernel {
    Recorder::record("relu", &["y = max(x, 0)"], [64, 1, 1], |h| {
        let (x, y) = (h.storage::<f32>("x"), h.storage_mut::<f32>("y"));
        let i = h.global_index();
        h.if_(i.lt(y.len()));
        h.store(y.at(i), x.at(i).get().max(h.float("0.0")));
        h.end_if();
    })
}

fn matmul() -> Kernel {
    Recorder::record("matmul", &["c = a·b"], [TILE, TILE, 1], |h| {
        let (a, b) = (h.storage::<f32>("a"), h.storage::<f32>("b"));
        let c = h.storage_mut::<f32>("c");
        let (m, k, n) = (
            h.uniform::<u32>("m"),
            h.uniform::<u32>("k"),
            h.uniform::<u32>("n"),
        );
        let tile_a = h.workgroup_array2::<f32>("tile_a", TILE, TILE);
        let tile_b = h.workgroup_array2::<f32>("tile_b", TILE, TILE);
        let (local, global) = (h.local_invocation_id(), h.global_invocation_id());
        let (lx, ly, column, row) = (local.x(), local.y(), global.x(), global.y());
        let sum = h.var("sum", h.float("0.0"));
        let tile = h.lift(TILE);
        let tiles = (k + tile - h.int(1u32)) / tile;
        let t = h.for_("t", h.range(h.int(0u32), tiles));
        for (into, from, rows, columns, r, c) in [
            (tile_a, a, m, k, row, t * tile + lx),
            (tile_b, b, k, n, t * tile + ly, column),
        ] {
            h.and_(r.lt(rows));
            let inside = h.end_and(c.lt(columns));
            h.if_(inside);
            let value = from.at(r * columns + c).get();
            h.else_();
            let value = h.end_if_value(value, h.float("0.0"));
            h.store(into.at(ly).at(lx), value);
        }
        h.workgroup_barrier();
        let i = h.for_("i", h.range(h.int(0u32), tile));
        let product = tile_a.at(ly).at(i).get() * tile_b.at(i).at(lx).get();
        h.store(sum, sum.get() + product);
        h.end_for();
        h.workgroup_barrier();
        h.end_for();
        h.and_(row.lt(m));
        let inside = h.end_and(column.lt(n));
        h.if_(inside);
        h.store(c.at(row * n + column), sum.get());
        h.end_if();
    })
}
