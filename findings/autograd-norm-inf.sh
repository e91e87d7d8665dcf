#!/usr/bin/env bash
# autograd 1.9.1: the gradient of linalg.norm(x, inf), the greatest magnitude, is NaN or 0 at every element: it is
# taken from the formula for finite orders with p = inf. Other orders that have no rule are refused, this one is not.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check autograd==1.9.1 numpy==2.4.6
env/bin/python - <<'PYTHON'
import warnings
import autograd.numpy as np
from autograd import grad

warnings.simplefilter("ignore")
x = np.array([1.0, -3.0, 2.0])
dx = grad(lambda x: np.linalg.norm(x, np.inf))(x)
print("autograd 1.9.1: gradient of the maximum norm at", x, "=", dx, "; right is [0, -1, 0]")
assert np.isnan(dx).any(), "this has changed"
PYTHON
