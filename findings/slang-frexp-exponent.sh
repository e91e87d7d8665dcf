#!/usr/bin/env bash
# HLSL's frexp(x, exp) writes the exponent into a float (Microsoft's reference: "exp ... float, same dimension(s) as input x"), and naga 30.0.1
# writes such calls for DXC. slangc 2026.14.1 (PyPI's slangtorch 1.3.22), asked to read HLSL, has frexp with an integer exponent only: it refuses
# the float and takes an int.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check --no-deps slangtorch==1.3.22
compiler=$(find env -type f -name slangc | head -n 1)
chmod +x "$compiler"
export LD_LIBRARY_PATH="$(dirname "$compiler")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
echo "slangc $("$compiler" -v 2>&1)"
for exponent in float int; do
    cat >"$exponent.hlsl" <<HLSL
RWStructuredBuffer<float> y : register(u0);
[numthreads(1, 1, 1)] [shader("compute")]
void main() {
    $exponent exponent;
    y[0] = frexp(y[1], exponent);
    y[2] = exponent;
}
HLSL
done
"$compiler" int.hlsl -lang hlsl -target hlsl >int.out
echo "an int exponent: accepted"
if said=$("$compiler" float.hlsl -lang hlsl -target hlsl 2>&1); then
    echo "this has changed: a float exponent is accepted"
    exit 1
fi
echo "a float exponent: $(grep -m1 error <<<"$said")"
grep -q E30047 <<<"$said"
