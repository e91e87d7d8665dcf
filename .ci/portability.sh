#!/usr/bin/env bash
# Runs every kernel in other people's implementations of WebGPU, and compares with the reference executor: Dawn for Node on Mesa's llvmpipe and on SwiftShader,
# and headless Chromium. Installs what it may; what cannot be had is skipped, which is said.
set -euo pipefail
cd "$(dirname "$0")/.."

webgpu=webgpu@0.6.2
folder=$PWD/target/portability
results=()

say() { echo "portability: $*"; }
skip() { say "SKIPPED: $*"; }

rm -rf "$folder/cases" "$folder/results"
mkdir -p "$folder/cases" "$folder/results"
# As the tests build it: alone it would be built anew, with other features.
cargo test -q --workspace --no-run
"${CARGO_TARGET_DIR:-target}/debug/portability" "$folder/cases"

# Debian's packages, where they may be installed.
need() {
    local command=$1
    shift
    command -v "$command" >/dev/null 2>&1 && return
    command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ] || return 1
    apt-get update -qq >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

if ! need node nodejs || ! need npm npm; then
    skip "there is no Node here, so no implementation of WebGPU ran a kernel"
    exit 0
fi
need chromium chromium || skip "Chromium cannot be installed; its SwiftShader neither"

# A label, then what runs the launches and writes its results where its last argument says.
run() {
    local label=$1 file="$folder/results/${#results[@]}.json"
    shift
    if ! timeout 170 "$@" "$folder/cases" "$file" >"$file.log" 2>&1 || [ ! -s "$file" ]; then
        tail -n 20 "$file.log"
        say "WRONG: $label: the runner failed"
        exit 1
    fi
    results+=("$label=$file")
}

dawn="$folder/dawn"
mkdir -p "$dawn"
if (cd "$dawn" && npm install --silent --no-audit --no-fund "$webgpu" >/dev/null 2>&1); then
    in_dawn=(node tests/portability/dawn.mjs "$dawn/node_modules/webgpu")
    llvmpipe=$(ls /usr/share/vulkan/icd.d/lvp_icd*.json 2>/dev/null | head -n 1 || true)
    swiftshader=/usr/lib/chromium/vk_swiftshader_icd.json
    for driver in "llvmpipe:$llvmpipe" "SwiftShader:$swiftshader"; do
        name=${driver%%:*} file=${driver#*:}
        if [ -e "$file" ]; then
            run "Dawn, $name" env VK_DRIVER_FILES="$file" VK_ICD_FILENAMES="$file" "${in_dawn[@]}"
        else
            skip "Dawn on $name: there is no such driver here"
        fi
    done
else
    skip "Dawn: the npm package $webgpu cannot be installed"
fi
if command -v chromium >/dev/null 2>&1; then
    run "Chromium, SwiftShader" node tests/portability/chromium.mjs chromium
else
    skip "Chromium: it is not here"
fi

if [ "${#results[@]}" = 0 ]; then
    skip "no implementation of WebGPU ran a kernel here"
    exit 0
fi
# Without one of the three the page's table is not compared.
ALL=$([ "${#results[@]}" = 3 ] && echo 1 || echo "") node tests/portability/table.mjs docs/portability.md "${results[@]}"
