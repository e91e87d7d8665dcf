#!/usr/bin/env bash
# naga 30.0.1 writes atomicSub(&c, -1) for GLSL as an atomicAdd of the negated operand, without brackets: `--1`, a decrement of a constant,
# which no GLSL compiler takes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cargo init -q --vcs none --name finding .
cat >>Cargo.toml <<'TOML'
naga = { version = "=30.0.1", features = ["wgsl-in", "glsl-out"] }
TOML
cat >src/main.rs <<'RUST'
use naga::back::glsl::{Options, PipelineOptions, Version, Writer};
use naga::valid::{Capabilities, ValidationFlags, Validator};

const SOURCE: &str = "@group(0) @binding(0) var<storage, read_write> c: atomic<i32>;
@compute @workgroup_size(1) fn f() { let old = atomicSub(&c, -1); }";

fn main() {
    let module = naga::front::wgsl::parse_str(SOURCE).unwrap();
    let info = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module).unwrap();
    let options = Options { version: Version::Desktop(450), ..Options::default() };
    let pipeline = PipelineOptions { shader_stage: naga::ShaderStage::Compute, entry_point: "f".into(), multiview: None };
    let mut text = String::new();
    let mut writer = Writer::new(&mut text, &module, &info, &options, &pipeline, Default::default()).unwrap();
    writer.write().unwrap();
    let line = text.lines().find(|l| l.contains("atomicAdd")).expect("this has changed: no atomicAdd");
    println!("naga 30.0.1 writes: {}", line.trim());
    assert!(line.contains("--1"), "this has changed");
}
RUST
cargo run -q
