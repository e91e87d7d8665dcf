#!/usr/bin/env bash
# autodiff 0.7.0: floor, ceil, round and trunc keep the slope of their operand (1), as if they were the identity; they are constant
# between the integers, so 0 is right there.
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
    let x = F1::var(0.3);
    for (name, y) in [("floor", x.floor()), ("ceil", x.ceil()), ("round", x.round()), ("trunc", x.trunc())] {
        println!("autodiff 0.7.0: {name}(0.3) = {}, slope {}; right is slope 0", y.x, y.dx);
        assert!(y.dx == 1.0, "this has changed");
    }
}
RUST
cargo run -q
