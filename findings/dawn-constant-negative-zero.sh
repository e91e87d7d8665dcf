#!/usr/bin/env bash
# Dawn (npm webgpu 0.6.2): the constant -0.0 is +0: its bits are 0, and atan2 of it is +π instead of -π. naga 30.0.1 keeps the sign. WGSL lets
# an implementation ignore the sign of a zero; a neutral element of addition that is written -0.0 is none there.
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
const holds = async (assertion) => {
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ code: `const_assert(${assertion});` });
  const { messages } = await module.getCompilationInfo();
  await device.popErrorScope();
  return messages.length === 0;
};
const seen = [];
for (const assertion of ["bitcast<u32>(-0.0f) == 0u", "bitcast<u32>(-1.0f) == 0xbf800000u", "atan2(-0.0, -1.0) > 3.0"]) {
  seen.push(await holds(assertion));
  console.log(`webgpu 0.6.2: const_assert(${assertion}) ${seen.at(-1) ? "holds" : "fails"}`);
}
console.log("with the sign kept: fails, holds, fails");
process.exit(seen.every((s) => s) ? 0 : 1);
NODE
node ask.mjs
