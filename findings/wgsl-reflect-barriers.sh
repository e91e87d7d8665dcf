#!/usr/bin/env bash
# wgsl_reflect 1.6.0 runs compute shaders on the CPU (WgslExec), one invocation to its end after the other: workgroupBarrier does nothing, so
# an invocation reads what a later one has not written yet. A reversal through workgroup memory loses half of its elements without a word.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund wgsl_reflect@1.6.0 >/dev/null
cat >run.mjs <<'NODE'
import { WgslExec, WgslParser } from "wgsl_reflect/wgsl_reflect.module.js";
const run = (code, y) => {
  new WgslExec(new WgslParser().parse(code)).dispatchWorkgroups("main", 1, { 0: { 0: y } });
  return Array.from(y);
};
const y = run(`
var<workgroup> t: array<u32, 4>;
@group(0) @binding(0) var<storage, read_write> y: array<u32>;
@compute @workgroup_size(4)
fn main(@builtin(local_invocation_index) l: u32) {
    t[l] = l + 1u;
    workgroupBarrier();
    y[l] = t[3u - l];
}`, new Uint32Array(4));
console.log("wgsl_reflect 1.6.0: 1, 2, 3, 4 reversed through workgroup memory:", y.join(", "));
process.exit(y.join() === "0,0,2,1" ? 0 : 1);
NODE
node run.mjs
