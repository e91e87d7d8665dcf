#!/usr/bin/env bash
# autograd 1.9.1 with numpy 2.4.6: numpy makes a matrix of a vector before triu and tril, by repeating it as rows; the gradient that
# autograd gives for the vector of three numbers is a matrix of 3 by 3.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check autograd==1.9.1 numpy==2.4.6
env/bin/python - <<'PYTHON'
import autograd.numpy as np
from autograd import grad

x = np.array([1.0, 2.0, 3.0])
dx = grad(lambda x: np.sum(np.triu(x)))(x)
print("autograd 1.9.1: np.triu of a vector of 3 sums to", np.sum(np.triu(x)), "; shape of its gradient:", dx.shape)
print("right is the vector [1, 2, 3]")
assert np.sum(np.triu(x)) == 14 and dx.shape == (3, 3), "this has changed"
PYTHON
