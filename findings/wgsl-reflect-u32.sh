#!/usr/bin/env bash
# wgsl_reflect 1.6.0: WgslExec computes on doubles. A product of u32 above 2^53 loses its low bits, and a u32 with its highest bit set is
# shifted right as a negative number.
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
const text = (expression) => `@group(0) @binding(0) var<storage, read_write> y: array<u32>;
@compute @workgroup_size(1) fn main() { y[0] = ${expression}; }`;
let same = true;
for (const [expression, seen, right] of [
  ["123456789u * 987654321u", 4227814272, 4227814277],
  ["0x80000000u >> 31u", 4294967295, 1],
]) {
  const [y] = run(text(expression), new Uint32Array(1));
  console.log(`wgsl_reflect 1.6.0: ${expression} = ${y}; right is ${right}`);
  same &&= y === seen;
}
process.exit(same ? 0 : 1);
NODE
node run.mjs
