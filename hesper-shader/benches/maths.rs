//! What a lane costs the transcendental functions of `F32` and `F64`, in columns of 1024, against the standard library.
//!
//! `cargo bench -p hesper-shader --no-default-features --bench maths`
#![allow(clippy::print_stdout)]

use hesper_shader::domain::{Domain, F32, F64, RealUnary};
use std::hint::black_box;
use std::time::Instant;

const LANES: usize = 1024;
const REPEATS: usize = 2000;

type Row = (RealUnary, fn(f32) -> f32, fn(f64) -> f64);

fn main() {
    let table: [Row; 10] = [
        (RealUnary::Exp, f32::exp, f64::exp),
        (RealUnary::Exp2, f32::exp2, f64::exp2),
        (RealUnary::Ln, f32::ln, f64::ln),
        (RealUnary::Log2, f32::log2, f64::log2),
        (RealUnary::Sin, f32::sin, f64::sin),
        (RealUnary::Cos, f32::cos, f64::cos),
        (RealUnary::Tan, f32::tan, f64::tan),
        (RealUnary::Sinh, f32::sinh, f64::sinh),
        (RealUnary::Cosh, f32::cosh, f64::cosh),
        (RealUnary::Tanh, f32::tanh, f64::tanh),
    ];
    println!("ns per lane     f32  f32 std     f64  f64 std");
    for (op, std32, std64) in table {
        let (f32, f32_std) = compare(&F32, op, std32);
        let (f64, f64_std) = compare(&F64, op, std64);
        let name = format!("{op:?}");
        println!("{name:10} {f32:8.2} {f32_std:8.2} {f64:8.2} {f64_std:8.2}");
    }
}

/// Nanoseconds per lane of a column of the domain, and of a loop over a function.
fn compare<D: Domain<Mask = bool>>(
    domain: &D,
    op: RealUnary,
    function: fn(D::Value) -> D::Value,
) -> (f64, f64) {
    let value = |i: usize| domain.from_f32(0.01 + (i * 633 % LANES) as f32 / 100.0);
    let x: Vec<D::Value> = (0..LANES).map(value).collect();
    let mut out = x.clone();
    let active = vec![true; LANES];
    let column = best(|| {
        domain.unary_column(op, black_box(&x), &active, &mut out);
        black_box(&mut out);
    });
    let scalars = best(|| {
        for (out, x) in out.iter_mut().zip(black_box(&x)) {
            *out = function(*x);
        }
        black_box(&mut out);
    });
    (column, scalars)
}

/// Nanoseconds per lane in the fastest of nine rounds.
fn best(mut once: impl FnMut()) -> f64 {
    let mut round = || {
        let start = Instant::now();
        (0..REPEATS).for_each(|_| once());
        start.elapsed().as_secs_f64()
    };
    let fastest = (0..9).map(|_| round()).fold(f64::INFINITY, f64::min);
    fastest * 1e9 / (REPEATS * LANES) as f64
}
