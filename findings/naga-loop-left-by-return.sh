#!/usr/bin/env bash
# naga 30.0.1 refuses a function that returns a value from inside a loop and never leaves the loop otherwise. Dawn (npm webgpu 0.6.2) accepts it: no way leads
# to the end of the function without a value.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >text.wgsl <<'WGSL'
@group(0) @binding(0) var<storage, read_write> y: array<u32>;

fn square_above(n: u32) -> u32 {
  var k = 0u;
  loop {
    k += 1u;
    if k * k > n { return k * k; }
  }
}

@compute @workgroup_size(1) fn f() { y[0] = square_above(y[0]); }
WGSL
cargo init -q --vcs none --name finding .
cat >>Cargo.toml <<'TOML'
naga = { version = "=30.0.1", features = ["wgsl-in"] }
TOML
cat >src/main.rs <<'RUST'
use naga::valid::{Capabilities, ValidationFlags, Validator};

fn main() {
    let module = naga::front::wgsl::parse_str(include_str!("../text.wgsl")).unwrap();
    let result = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module);
    let error = result.expect_err("this has changed: naga accepts it");
    let mut causes: Vec<String> = vec![error.as_inner().to_string()];
    let mut cause = std::error::Error::source(error.as_inner());
    while let Some(inner) = cause {
        causes.push(inner.to_string());
        cause = inner.source();
    }
    println!("naga 30.0.1 says: {}", causes.join(": "));
}
RUST
cargo run -q
npm install --silent --no-audit --no-fund webgpu@0.6.2 >/dev/null
cat >ask.mjs <<'NODE'
import { readFileSync } from "node:fs";
import { create, globals } from "webgpu";
Object.assign(globalThis, globals);
const adapter = await create(["backend=null"]).requestAdapter();
const device = await adapter.requestDevice();
device.pushErrorScope("validation");
const { messages } = await device.createShaderModule({ code: readFileSync("text.wgsl", "utf8") }).getCompilationInfo();
await device.popErrorScope();
console.log("webgpu 0.6.2 says:", messages[0]?.message ?? "nothing, it accepts the text");
process.exit(messages.length);
NODE
node ask.mjs
