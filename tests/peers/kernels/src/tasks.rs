//! What is computed: numbers, what they should come to, and every program that computes it.

use crate::Failure;
use crate::measure::Task;
use crate::setup::Setup;
use hesper_ad::ops;

const REDUCE: &str = include_str!("wgsl/reduce.wgsl");

/// Numbers without a pattern between −1 and 1, the same ones every time.
pub(crate) fn values(count: usize) -> Vec<f32> {
    let mut state = 1u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// A grid of so many workgroups: no more than 65 535 in one dimension.
fn grid(groups: usize) -> [u32; 3] {
    let x = groups.min(1 << 12);
    [x as u32, groups.div_ceil(x) as u32, 1]
}

pub(crate) fn relu(setup: &Setup) -> Result<(), Failure> {
    let n = 1 << 24;
    let x = values(n);
    let (from, to) = (setup.upload(&x), setup.empty(n));
    let step = setup.step(include_str!("wgsl/relu.wgsl"), &[&from, &to], grid(n / 512));
    let dims = [("rows", 1 << 12), ("cols", 1 << 12)];
    let task = Task {
        name: "relu, 2²⁴".to_string(),
        programs: vec![
            setup.ours(&ops::Relu, &dims, &[("x", &x)], &[], &[("y", n)], true)?,
            setup.raw(vec![step], to),
            setup.cubecl_relu(&x, 1, false),
        ],
        expected: x.iter().map(|x| x.max(0.0)).collect(),
        tolerance: 0.0,
        repeat: 1,
    };
    task.measure()
}

const ROWS: usize = 4096;
const COLS: usize = 1024;

pub(crate) fn softmax(setup: &Setup) -> Result<(), Failure> {
    let n = ROWS * COLS;
    let x = values(n);
    let (from, to) = (setup.upload(&x), setup.empty(n));
    let params = setup.uniform(&[ROWS as u32, COLS as u32]);
    let wgsl = format!("{}{REDUCE}", include_str!("wgsl/softmax.wgsl"));
    let step = setup.step(&wgsl, &[&from, &to, &params], [ROWS as u32, 1, 1]);
    let dims = [("rows", ROWS), ("cols", COLS)];
    let rows = x.chunks(COLS).flat_map(|row| {
        let total: f64 = row.iter().map(|x| f64::from(*x).exp()).sum();
        row.iter()
            .map(move |x| (f64::from(*x).exp() / total) as f32)
    });
    let task = Task {
        name: "softmax, 4096 × 1024".to_string(),
        programs: vec![
            setup.ours(&ops::Softmax, &dims, &[("x", &x)], &[], &[("y", n)], true)?,
            setup.raw(vec![step], to),
            setup.cubecl_softmax(&x, COLS),
        ],
        expected: rows.collect(),
        tolerance: 1e-6,
        repeat: 1,
    };
    task.measure()
}

pub(crate) fn layer_norm(setup: &Setup) -> Result<(), Failure> {
    const EPS: f32 = 1e-5;
    let n = ROWS * COLS;
    let (x, gamma, beta) = (values(n), values(COLS), values(COLS));
    let [from, scale, shift] = [&x, &gamma, &beta].map(|x| setup.upload(x));
    let (y, m, r) = (setup.empty(n), setup.empty(ROWS), setup.empty(ROWS));
    let params = setup.uniform(&[ROWS as u32, COLS as u32, EPS.to_bits()]);
    let wgsl = format!("{}{REDUCE}", include_str!("wgsl/layer_norm.wgsl"));
    let buffers = [&from, &scale, &shift, &y, &m, &r, &params];
    let step = setup.step(&wgsl, &buffers, [ROWS as u32, 1, 1]);
    let ours = setup.ours(
        &ops::LayerNorm,
        &[("rows", ROWS), ("cols", COLS)],
        &[("x", &x), ("gamma", &gamma), ("beta", &beta)],
        &[("eps", EPS)],
        &[("y", n), ("m", ROWS), ("r", ROWS)],
        true,
    )?;
    let rows = x.chunks(COLS).flat_map(|row| normal(row, EPS));
    let columns = gamma.iter().zip(&beta).cycle();
    let task = Task {
        name: "layer norm, 4096 × 1024".to_string(),
        programs: vec![
            ours,
            setup.raw(vec![step], y),
            setup.cubecl_layer_norm(&x, &gamma, &beta, EPS),
        ],
        expected: rows.zip(columns).map(|(x, (g, b))| x * g + b).collect(),
        tolerance: 1e-5,
        repeat: 1,
    };
    task.measure()
}

/// A row of mean 0 and variance 1.
fn normal(row: &[f32], eps: f32) -> Vec<f32> {
    let count = row.len() as f64;
    let mean = row.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    let squares = row.iter().map(|x| (f64::from(*x) - mean).powi(2));
    let scale = (squares.sum::<f64>() / count + f64::from(eps)).sqrt();
    let centred = row.iter().map(|x| (f64::from(*x) - mean) / scale);
    centred.map(|x| x as f32).collect()
}

pub(crate) fn sum(setup: &Setup) -> Result<(), Failure> {
    let n = 1 << 24;
    let x = values(n);
    let each = 1 << 15;
    let parts = n / each;
    let (from, between, to) = (setup.upload(&x), setup.empty(parts), setup.empty(1));
    let wgsl = include_str!("wgsl/sum.wgsl");
    let first = setup.uniform(&[n as u32, each as u32]);
    let second = setup.uniform(&[parts as u32, parts as u32]);
    let steps = vec![
        setup.step(wgsl, &[&from, &between, &first], [parts as u32, 1, 1]),
        setup.step(wgsl, &[&between, &to, &second], [1; 3]),
    ];
    let dims = [("outer", 1), ("axis", n), ("inner", 1)];
    let task = Task {
        name: "sum, 2²⁴".to_string(),
        programs: vec![
            setup.ours(&ops::Sum, &dims, &[("x", &x)], &[], &[("y", 1)], true)?,
            setup.raw(steps, to),
            setup.cubecl_sum(&x),
        ],
        expected: vec![x.iter().map(|x| f64::from(*x)).sum::<f64>() as f32],
        tolerance: 1e-3,
        repeat: 1,
    };
    task.measure()
}

pub(crate) fn matmul(setup: &Setup, n: usize) -> Result<(), Failure> {
    let (a, b) = (
        values(n * n),
        values(n * n).into_iter().rev().collect::<Vec<_>>(),
    );
    let (left, right, to) = (setup.upload(&a), setup.upload(&b), setup.empty(n * n));
    let params = setup.uniform(&[n as u32; 3]);
    let wgsl = include_str!("wgsl/matmul.wgsl");
    let groups = [n.div_ceil(64) as u32, n.div_ceil(32) as u32, 1];
    let step = setup.step(wgsl, &[&left, &right, &to, &params], groups);
    let dims = [("m", n), ("k", n), ("n", n)];
    let inputs: [(&str, &[f32]); 2] = [("a", &a), ("b", &b)];
    let task = Task {
        name: format!("matrix product, {n}³"),
        programs: vec![
            setup.ours(&ops::MatMul, &dims, &inputs, &[], &[("y", n * n)], true)?,
            setup.raw(vec![step], to),
            setup.cubecl_matmul(&a, &b, n),
        ],
        expected: product(&a, &b, n),
        tolerance: 1e-4,
        repeat: 1,
    };
    task.measure()
}

fn product(a: &[f32], b: &[f32], n: usize) -> Vec<f32> {
    let mut y = Vec::with_capacity(n * n);
    for row in a.chunks(n) {
        let mut sums = vec![0.0f64; n];
        for (x, row) in row.iter().zip(b.chunks(n)) {
            for (sum, y) in sums.iter_mut().zip(row) {
                *sum += f64::from(*x) * f64::from(*y);
            }
        }
        y.extend(sums.into_iter().map(|sum| sum as f32));
    }
    y
}
