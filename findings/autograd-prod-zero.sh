#!/usr/bin/env bash
# autograd 1.9.1: the gradient of a product is NaN at a zero factor. It is computed as product / factor. At [0, 2, 3] the
# product is a smooth function with the gradient [6, 0, 0].
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
dx = grad(np.prod)(np.array([0.0, 2.0, 3.0]))
print("autograd 1.9.1: gradient of prod at [0, 2, 3] =", dx, "; right is [6, 0, 0]")
assert np.isnan(dx[0]) and list(dx[1:]) == [0, 0], "this has changed"
PYTHON
