//! How fast the exact field computes, and how long exact checks take.
//!
//! `cargo bench -p hesper-ad --no-default-features`
#![allow(clippy::print_stdout)]

use hesper_ad::check::{exact, exact_at};
use hesper_ad::field::{Demands, Element, Exact, Fields, Range};
use hesper_ad::ops::{
    BatchMatMul, CausalMask, FusedAttention, MatMul, Relu, Scale, ScaledAdd, Softmax,
    SoftmaxCrossEntropy, attention,
};
use hesper_ad::prelude::*;
use hesper_ad::{Rng, Spec};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, F64, RealBinary, RealUnary};
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    operations();
    checks()
}

/// Nanoseconds of one call, the median of seven runs of many.
fn nanoseconds(calls: u32, mut call: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let start = Instant::now();
            (0..calls).for_each(|_| call());
            start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[3]
}

fn operations() {
    let mut rng = Rng::new(1);
    let field = Exact::new(Demands::default(), Range::Reals, &mut rng);
    let mut variable = |shadow| field.random(shadow, true, &mut rng);
    let (x, y) = (variable(1.5), variable(0.25));
    let p = field.fields().p;
    let (a, b) = (x.value, y.value);
    println!("operations, nanoseconds, median of 7");
    let mut chain = a;
    report(
        "residues: product",
        nanoseconds(1 << 20, || chain = p.mul(chain, b)),
    );
    report(
        "residues: sum",
        nanoseconds(1 << 20, || chain = p.add(chain, b)),
    );
    black_box(chain);
    report(
        "residues: inverse",
        nanoseconds(1 << 14, || _ = black_box(p.inverse(black_box(a)))),
    );
    report(
        "residues: root",
        nanoseconds(1 << 14, || _ = black_box(p.sqrt(black_box(a)))),
    );
    let binary = |name: &str, op, y: Element| {
        let mut chain = x;
        report(
            name,
            nanoseconds(1 << 18, || chain = field.binary(op, chain, y)),
        );
        black_box(chain);
    };
    binary("elements: sum", RealBinary::Add, y);
    binary("elements: product", RealBinary::Multiply, y);
    let dual = y.with_tangent(b);
    binary("elements: product with tangent", RealBinary::Multiply, dual);
    binary("elements: quotient", RealBinary::Divide, y);
    let unary = |name: &str, op| {
        report(
            name,
            nanoseconds(1 << 14, || _ = black_box(field.unary(op, black_box(x)))),
        );
    };
    unary("elements: exp", RealUnary::Exp);
    unary("elements: ln", RealUnary::Ln);
    unary("elements: sqrt", RealUnary::Sqrt);
    report(
        "elements: comparison",
        nanoseconds(1 << 14, || {
            black_box(field.compare(Comparison::Less, black_box(x), y));
        }),
    );
    let tenth = Number::parse("0.1").unwrap_or(Number::ONE);
    report(
        "elements: constant 0.1",
        nanoseconds(1 << 14, || _ = black_box(field.constant(tenth))),
    );
    report(
        "fields: a fresh pair of primes",
        nanoseconds(1 << 8, || {
            black_box(Fields::draw(&Demands::default(), &mut rng));
        }),
    );
    let mut chain = 1.0;
    report(
        "f64: product, for comparison",
        nanoseconds(1 << 20, || {
            chain = F64.binary(RealBinary::Multiply, black_box(chain), 1.5);
        }),
    );
}

fn checks() -> Result<(), Box<dyn Error>> {
    println!(
        "exact checks (VJP and kernels, at least 4 fields a point), milliseconds, median of 3"
    );
    let cube = Dims::new([("m", 64), ("k", 64), ("n", 64)]);
    at("MatMul at 64x64x64", &MatMul, &cube)?;
    let heads = Dims::new([
        ("heads", 2),
        ("rows", 9),
        ("dim", 5),
        ("keys", 9),
        ("width", 5),
    ]);
    at("Attention at 2 heads x 9 x 5", &attention()?, &heads)?;
    at(
        "FusedAttention at 2 heads x 9 x 5",
        &FusedAttention::new()?,
        &heads,
    )?;
    whole(&attention()?)?;
    whole(&BatchMatMul::PLAIN)?;
    whole(&BatchMatMul::TRANSPOSED)?;
    whole(&CausalMask)?;
    whole(&FusedAttention::new()?)?;
    whole(&MatMul)?;
    whole(&Relu)?;
    whole(&Scale)?;
    whole(&ScaledAdd)?;
    whole(&Softmax)?;
    whole(&SoftmaxCrossEntropy)?;
    whole(&compose(Softmax, Relu)?)?;
    whole(&compose(SoftmaxCrossEntropy, MatMul)?)
}

fn at(name: &str, op: &dyn Op, dims: &Dims) -> Result<(), Box<dyn Error>> {
    let spec = Spec::new(op)?;
    timed(name, || exact_at(&spec, dims, 1))
}

fn whole(op: &dyn Op) -> Result<(), Box<dyn Error>> {
    let spec = Spec::new(op)?;
    timed(&format!("{}, all shapes", spec.signature().name()), || {
        exact(&spec, 1)
    })
}

fn timed(name: &str, check: impl Fn() -> Vec<hesper_ad::Finding>) -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..3 {
        let start = Instant::now();
        for finding in check() {
            if finding.verdict.word() != "PASS" {
                return Err(format!("{name}: {finding}").into());
            }
        }
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    report(name, times[1]);
    Ok(())
}

fn report(name: &str, figure: f64) {
    println!("  {name:<48} {figure:10.1}");
}
