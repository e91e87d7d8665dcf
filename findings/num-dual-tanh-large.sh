#!/usr/bin/env bash
# num-dual 0.15.1: the slope of tanh is NaN at 400, where the value is 1 and the right slope 0 to the last bit: it is
# a quotient of hyperbolic functions whose squares overflow.
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
    for (x, undefined) in [(300.0, false), (400.0, true)] {
        let y = Dual64::from(x).derivative().tanh();
        println!("num-dual 0.15.1: tanh({x}) = {}, slope {}; right is 1, slope 0", y.re, y.eps);
        assert!(y.re == 1.0 && y.eps.is_nan() == undefined, "this has changed");
    }
}
RUST
cargo run -q
