#!/usr/bin/env bash
# naga 30.0.1 writes the greatest binary32 number as 340282350000000000000000000000000000000f: the shortest decimal that rounds to it, a little
# greater than it. Dawn (npm webgpu 0.6.2) refuses the text: the value cannot be represented.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cargo init -q --vcs none --name finding .
cat >>Cargo.toml <<'TOML'
naga = { version = "=30.0.1", features = ["wgsl-in", "wgsl-out"] }
TOML
cat >src/main.rs <<'RUST'
use naga::back::wgsl::{WriterFlags, write_string};
use naga::valid::{Capabilities, ValidationFlags, Validator};

fn main() {
    let source = "@group(0) @binding(0) var<storage, read_write> y: array<f32>;
        @compute @workgroup_size(1) fn f() { y[0] = min(y[0], 0x1.fffffep127f); }";
    let module = naga::front::wgsl::parse_str(source).unwrap();
    let info = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module).unwrap();
    print!("{}", write_string(&module, &info, WriterFlags::empty()).unwrap());
}
RUST
cargo run -q >text.wgsl
npm install --silent --no-audit --no-fund webgpu@0.6.2 >/dev/null
cat >ask.mjs <<'NODE'
import { readFileSync } from "node:fs";
import { create, globals } from "webgpu";
Object.assign(globalThis, globals);
const adapter = await create(["backend=null"]).requestAdapter();
const device = await adapter.requestDevice();
const code = readFileSync("text.wgsl", "utf8");
device.pushErrorScope("validation");
const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
await device.popErrorScope();
console.log("naga 30.0.1 writes:", code.match(/min\(.*\)/)[0]);
console.log("webgpu 0.6.2 says:", messages[0]?.message ?? "nothing");
process.exit(messages.some((m) => m.message.includes("cannot be represented")) ? 0 : 1);
NODE
node ask.mjs
