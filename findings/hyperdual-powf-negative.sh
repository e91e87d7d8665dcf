#!/usr/bin/env bash
# hyperdual 1.5.0: x.powf(3.0) of a negative x has the right value and the slope NaN, even though the exponent is a constant: the rule for
# a varying exponent multiplies its slope of 0 by the logarithm of the base.
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

fn main() {
    let y = Float::powf(Hyperdual::<f64, 2>::from_slice(&[-2.0, 1.0]), Hyperdual::from_real(3.0));
    println!("hyperdual 1.5.0: (-2)^3.0 = {}, slope {}; right is -8, slope 12", y[0], y[1]);
    assert!(y[0] == -8.0 && y[1].is_nan(), "this has changed");
}
RUST
cargo run -q
