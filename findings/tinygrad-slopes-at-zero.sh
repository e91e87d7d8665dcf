#!/usr/bin/env bash
# tinygrad 0.14.0: functions put together from |x|, sign and relu have the slope 0 at 0, where they are smooth and it is not:
# asin and atan (1), acos (-1), erf (2/√π), elu (1). At 0.001 they are right.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check tinygrad==0.14.0
DEV=PYTHON env/bin/python - <<'PYTHON'
from tinygrad import Tensor

def slope(f, x):
    t = Tensor([x])
    return f(t).sum().gradient(t)[0].item()

for name, right in dict(asin=1.0, atan=1.0, acos=-1.0, erf=1.1284, elu=1.0).items():
    at, beside = slope(getattr(Tensor, name), 0.0), slope(getattr(Tensor, name), 1e-3)
    print(f"tinygrad 0.14.0: slope of {name} at 0 = {at}, at 0.001 = {beside:.4f}; right at 0 is {right}")
    assert at == 0 and abs(beside - right) < 2e-3, "this has changed"
PYTHON
