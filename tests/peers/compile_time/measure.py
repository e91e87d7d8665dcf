#!/usr/bin/env python3
"""What compiling kernels costs, in `shader!` and in CubeCL's `#[cube]`: CPU seconds of cargo and all it starts.

    tests/peers/compile_time/measure.py [FOLDER]

Writes two crates of 50 equal kernels of middle size into FOLDER (target/compile_time), each a workspace of its own that also has the other's feature, a device
through wgpu. Per profile, first everything from nothing, then the crate alone, touched, three times. Prints the tables of docs/performance.md.
"""

import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
KERNELS = 50
TIMES = 3
PROFILES = {"check": ["check"], "dev": ["build"], "release": ["build", "--release"]}

# A loop with two running values, a tree in workgroup memory, and some mathematics on the result. The same statements on both sides; `@name` differs.
BODY = """
    @tile
    @position
    let mut sum = 0.0@f32;
    let mut most = x[i % x.len()];
    for k in 0..n {
        let a = x[(i + k@size) % x.len()];
        let b = w[k@size % w.len()] * scale;
        let c = a * b + OFFSET@f32;
        sum += c.FIRST() / (1.0@f32 + c.abs());
        if c > most {
            most = c;
        }
    }
    tile[l] = sum;
    @barrier;
    let mut step = 32@count;
    while step > 0@count {
        if l < step {
            tile[l] = tile[l] + tile[l + step];
        }
        @barrier;
        step = step / 2@count;
    }
    let mean = tile[0] / 64.0@f32;
    let centred = sum - mean;
    let spread = (centred * centred + 1e-5@f32).sqrt();
    let mut result = centred / spread;
    if most > 1.0@f32 {
        result = result * most.SECOND();
    } else {
        result = result - most.FIRST() * FACTOR@f32;
    }
    if i < y.len() {
        y[i] = result * scale + mean.tanh();
    }
"""

OURS = {
    "@tile": "let tile = workgroup::<[f32; 64]>();",
    "@position": "let i = global_index();\n    let l = local_invocation_index();",
    "@barrier": "workgroup_barrier()",
    "@f32": "",
    "@size": "",
    "@count": "",
}
CUBECL = {
    "@tile": "let mut tile = Shared::<[f32]>::new_slice(64usize);",
    "@position": "let i = ABSOLUTE_POS;\n    let l = UNIT_POS as usize;",
    "@barrier": "sync_cube()",
    "@f32": "f32",
    "@size": " as usize",
    "@count": "usize",
}
FUNCTIONS = ["exp", "tanh", "sin", "cos", "sqrt"]


def kernel(number, words, attribute):
    body = BODY
    for word, text in words.items():
        body = body.replace(word, text)
    offset, factor = f"0.{number + 10}", f"1.{number + 10}"
    # A dot between digits and a suffix.
    body = body.replace("OFFSET", offset).replace("FACTOR", factor)
    body = body.replace("FIRST", FUNCTIONS[number % 5]).replace("SECOND", FUNCTIONS[number // 5 % 5])
    return f"{attribute}\npub fn kernel_{number}(x: &[f32], w: &[f32], y: &mut [f32], n: u32, scale: f32) {{{body}}}\n"


def crate(folder, name, dependency, text):
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "src").mkdir(parents=True)
    manifest = f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2024"\n[workspace]\n[dependencies]\n{dependency}\n'
    (folder / "Cargo.toml").write_text(manifest)
    (folder / "src/lib.rs").write_text(text)


def write(folder):
    ours = "\n".join(kernel(i, OURS, "#[workgroup_size(64)]") for i in range(KERNELS))
    path = ROOT / "hesper-shader"
    crate(folder / "hesper", "ours", f'hesper-shader = {{ path = "{path}", features = ["gpu"] }}', f"hesper_shader::shader! {{\n{ours}}}\n")
    theirs = "\n".join(kernel(i, CUBECL, "#[cube(launch)]") for i in range(KERNELS))
    cubecl = 'cubecl = { version = "=0.11.3", default-features = false, features = ["std", "wgpu"] }'
    crate(folder / "cubecl", "theirs", cubecl, f"use cubecl::prelude::*;\n\n{theirs}")


def cpu(folder, arguments):
    """CPU seconds of one call of cargo."""
    environment = dict(os.environ, CARGO_INCREMENTAL="0", CARGO_TARGET_DIR=str(folder / "target"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(["cargo", *arguments, "-q"], cwd=folder, env=environment, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{folder.name}: cargo {' '.join(arguments)}:\n{run.stderr[-4000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measure(folder):
    scratch, alone = {}, {}
    subprocess.run(["cargo", "fetch", "-q"], cwd=folder, check=True)
    for profile, arguments in PROFILES.items():
        shutil.rmtree(folder / "target", ignore_errors=True)
        scratch[profile] = cpu(folder, arguments)
        times = []
        for _ in range(TIMES):
            (folder / "src/lib.rs").touch()
            times.append(cpu(folder, arguments))
        alone[profile] = statistics.median(times)
        print(f"{folder.name}, {profile}: {scratch[profile]:.1f} s from nothing, alone {', '.join(f'{t:.2f}' for t in times)} s", flush=True)
    return scratch, alone


def table(title, ours, theirs):
    print(f"\n| {title} | `shader!` | `#[cube]` | part |\n|---|---|---|---|")
    for profile in PROFILES:
        print(f"| {profile} | {ours[profile]:.2f} s | {theirs[profile]:.2f} s | {ours[profile] / theirs[profile]:.2f} |")


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target/compile_time"
    write(folder)
    ours, theirs = (measure(folder / name) for name in ("hesper", "cubecl"))
    table(f"{KERNELS} kernels, dependencies built", ours[1], theirs[1])
    table("dependencies and kernels, from nothing", ours[0], theirs[0])


if __name__ == "__main__":
    main()
