#!/usr/bin/env bash
# tinygrad 0.14.0: tanh is 2·sigmoid(2x) - 1, so near 0 it keeps the absolute accuracy of 1, not the relative one: tanh(1e-5) is
# off by 0.1 %, and tanh(1e-8) is 0.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check tinygrad==0.14.0
DEV=PYTHON env/bin/python - <<'PYTHON'
from tinygrad import Tensor

y = Tensor([1e-5, 1e-8]).tanh().tolist()
print("tinygrad 0.14.0: tanh(1e-5), tanh(1e-8) =", y, "; right is the argument, to nine digits")
assert abs(y[0] / 1e-5 - 1.00136) < 1e-4 and y[1] == 0, "this has changed"
PYTHON
