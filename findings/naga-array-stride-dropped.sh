#!/usr/bin/env bash
# naga 30.0.1 validates a module whose storage array of f32 has a stride of 8 bytes, and writes WGSL without a word about it: read back, the
# array has a stride of 4. So a module and its own text mean different memory.
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
use naga::{Module, Type, TypeInner};

const SOURCE: &str = "@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(1) fn f() { y[1] = 1.0; }";

fn stride(module: &Module) -> u32 {
    let mut strides = module.types.iter().filter_map(|(_, ty)| match ty.inner {
        TypeInner::Array { stride, .. } => Some(stride),
        _ => None,
    });
    strides.next().unwrap()
}

fn main() {
    let mut module = naga::front::wgsl::parse_str(SOURCE).unwrap();
    let arrays: Vec<_> = module.types.iter().filter(|(_, ty)| matches!(ty.inner, TypeInner::Array { .. })).map(|(h, ty)| (h, ty.clone())).collect();
    for (handle, ty) in arrays {
        if let TypeInner::Array { base, size, .. } = ty.inner {
            module.types.replace(handle, Type { name: ty.name, inner: TypeInner::Array { base, size, stride: 8 } });
        }
    }
    let info = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module).expect("this has changed: refused");
    let text = write_string(&module, &info, WriterFlags::empty()).unwrap();
    let read = stride(&naga::front::wgsl::parse_str(&text).unwrap());
    println!("naga 30.0.1: a stride of {} validates; after writing and reading it is {read}", stride(&module));
    assert!(stride(&module) == 8 && read == 4, "this has changed");
}
RUST
cargo run -q
