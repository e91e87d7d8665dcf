#!/usr/bin/env bash
# autodiff 0.7.0: the slope of x.powf(1.0) at 0 is 0, where 1 is right; x.powi(1) has it right.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cargo init -q --vcs none --name finding .
cat >>Cargo.toml <<'TOML'
autodiff = "=0.7.0"
TOML
cat >src/main.rs <<'RUST'
use autodiff::{F1, Float};

fn main() {
    let (real, whole) = (F1::var(0.0).powf(F1::cst(1.0)), F1::var(0.0).powi(1));
    println!("autodiff 0.7.0: slope of powf(x, 1.0) at 0 = {}, of powi(x, 1) = {}; right is 1", real.dx, whole.dx);
    assert!(real.dx == 0.0 && whole.dx == 1.0, "this has changed");
}
RUST
cargo run -q
