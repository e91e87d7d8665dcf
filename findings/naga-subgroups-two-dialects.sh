#!/usr/bin/env bash
# naga 30.0.1 writes subgroup operations without `enable subgroups;`, and refuses that line when it reads. Dawn (npm webgpu 0.6.2, on a device
# with the feature) demands it. No one text suits both.
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

const SOURCE: &str = "@group(0) @binding(0) var<storage, read_write> y: array<u32>;
@compute @workgroup_size(4) fn f(@builtin(local_invocation_index) i: u32) { y[i] = subgroupAdd(i); }";

fn main() {
    let module = naga::front::wgsl::parse_str(SOURCE).unwrap();
    let info = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module).unwrap();
    let text = write_string(&module, &info, WriterFlags::empty()).unwrap();
    assert!(!text.contains("enable"), "this has changed: naga writes the line");
    let error = naga::front::wgsl::parse_str(&format!("enable subgroups;\n{text}")).expect_err("this has changed: naga reads the line");
    eprintln!("naga 30.0.1 writes no `enable`, and of the line it says: {error}");
    print!("{text}");
}
RUST
cargo run -q >text.wgsl
npm install --silent --no-audit --no-fund webgpu@0.6.2 >/dev/null
cat >ask.mjs <<'NODE'
import { readFileSync } from "node:fs";
import { create, globals } from "webgpu";
Object.assign(globalThis, globals);
const adapter = await create(["backend=null"]).requestAdapter();
const device = await adapter.requestDevice({ requiredFeatures: adapter.features.has("subgroups") ? ["subgroups"] : [] });
const first = async (code) => {
  device.pushErrorScope("validation");
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  await device.popErrorScope();
  return messages[0]?.message ?? "accepted";
};
const text = readFileSync("text.wgsl", "utf8");
const [without, withLine] = [await first(text), await first("enable subgroups;\n" + text)];
console.log(`webgpu 0.6.2, feature ${device.features.has("subgroups") ? "on" : "off"}: without the line: ${without}; with it: ${withLine}`);
process.exit(without !== "accepted" && withLine === "accepted" ? 0 : 1);
NODE
node ask.mjs
