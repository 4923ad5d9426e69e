"""One small file a library. Each says `NAME`, `PACKAGE` and `threads()`, and defines the kinds of
derivative that it offers:

`call`, `gradient`, `hessian`, `hvp`, `sparse`, `function` take a `Workload`; `truth`, `estimate`
and `sweep` take nothing but their point. Each prepares (traces, compiles, makes its own arrays) and
returns a function without arguments that does the work of one derivative and waits for its end.
What a file does not define, its library does not offer here.
"""

from __future__ import annotations

FILES = (
    "hand",
    "numba_",
    "diffcmp_",
    "diffcmp_jit",
    "jax_",
    "torch_",
    "torch_single",
    "casadi_",
    "autograd_",
    "numdifftools_",
    "jacobi_",
    "mpmath_",
)
