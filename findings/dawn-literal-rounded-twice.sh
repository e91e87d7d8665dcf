#!/usr/bin/env bash
# Dawn (npm webgpu 0.6.2): a literal with the suffix f is rounded to binary64 and then to binary32. One just below the middle of two binary32
# numbers becomes the upper one; naga 30.0.1 and Rust round once, to the lower. Texts with long decimals do not mean the same number.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund webgpu@0.6.2 >/dev/null
cat >ask.mjs <<'NODE'
import { create, globals } from "webgpu";
Object.assign(globalThis, globals);
const adapter = await create(["backend=null"]).requestAdapter();
const device = await adapter.requestDevice();
const bits = async (literal, bits) => {
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ code: `const_assert(bitcast<u32>(${literal}) == ${bits}u);` });
  const { messages } = await module.getCompilationInfo();
  await device.popErrorScope();
  return messages.length === 0;
};
// The middle of 1 + 2^-23 and 1 + 2^-22 is 1.000000178813934326171875.
const literal = "1.00000017881393432617187499f";
const [once, twice] = [await bits(literal, "0x3f800001"), await bits(literal, "0x3f800002")];
console.log(`webgpu 0.6.2: ${literal} is ${once ? "0x3f800001" : twice ? "0x3f800002" : "something else"}; nearest is 0x3f800001`);
process.exit(twice ? 0 : 1);
NODE
node ask.mjs
