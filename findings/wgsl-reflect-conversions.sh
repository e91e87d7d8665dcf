#!/usr/bin/env bash
# wgsl_reflect 1.6.0: WgslExec wraps where WGSL saturates, u32(-1.5) and i32(3e9f), and rounds 2.5 to 3 where WGSL rounds ties to even.
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
const text = (type, expression) => `@group(0) @binding(0) var<storage, read_write> y: array<${type}>;
@compute @workgroup_size(1) fn main() { y[0] = ${expression}; }`;
let same = true;
for (const [type, expression, seen, right] of [
  ["u32", "u32(-1.5)", 4294967295, 0],
  ["i32", "i32(3e9f)", -1294967296, 2147483520],
  ["f32", "round(2.5)", 3, 2],
]) {
  const y = { u32: Uint32Array, i32: Int32Array, f32: Float32Array }[type];
  const [value] = run(text(type, expression), new y(1));
  console.log(`wgsl_reflect 1.6.0: ${expression} = ${value}; right is ${right}`);
  same &&= value === seen;
}
process.exit(same ? 0 : 1);
NODE
node run.mjs
