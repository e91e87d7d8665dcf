#!/usr/bin/env bash
# hyperdual 1.5.0: the slope of a cube root is 1/(3·x^(1/3)) instead of 1/(3·x^(2/3)), so wrong everywhere but at 1, and of the
# wrong sign for negative numbers. The value is right.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cargo init -q --vcs none --name finding .
cat >>Cargo.toml <<'TOML'
hyperdual = "=1.5.0"
TOML
cat >src/main.rs <<'RUST'
use hyperdual::{Float, Hyperdual};

fn slope(x: f64) -> f64 {
    Float::cbrt(Hyperdual::<f64, 2>::from_slice(&[x, 1.0]))[1]
}

fn main() {
    for (x, right, seen) in [(8.0, 1.0 / 12.0, 1.0 / 6.0), (-8.0, 1.0 / 12.0, -1.0 / 6.0)] {
        let slope = slope(x);
        println!("hyperdual 1.5.0: d cbrt({x})/dx = {slope:.6}; right is {right:.6}");
        assert!((slope - seen).abs() < 1e-12, "this has changed");
    }
}
RUST
cargo run -q
