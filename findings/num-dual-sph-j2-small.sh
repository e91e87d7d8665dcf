#!/usr/bin/env bash
# num-dual 0.15.1: the spherical Bessel function j2 near zero, where it is about x²/15, comes out as -1: the closed form cancels, and the
# series is taken at 0 alone. j1 loses its slope of 1/3 in the same way.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cargo init -q --vcs none --name finding .
cat >>Cargo.toml <<'TOML'
num-dual = { version = "=0.15.1", default-features = false }
TOML
cat >src/main.rs <<'RUST'
use num_dual::{Dual64, DualNum};

fn main() {
    let x = Dual64::from(1e-9).derivative();
    let (j1, j2) = (x.sph_j1(), x.sph_j2());
    println!("num-dual 0.15.1: j2(1e-9) = {:e}; right is {:e}", j2.re, 1e-18 / 15.0);
    println!("num-dual 0.15.1: slope of j1 at 1e-9 = {}; right is 0.3333", j1.eps);
    assert!((j2.re + 1.0).abs() < 1e-9 && j1.eps.abs() < 1e-9, "this has changed");
}
RUST
cargo run -q
