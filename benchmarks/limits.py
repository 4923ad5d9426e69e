"""What limits diffcmp in each row, by the row's name, for the table: found by profiles, not by the
run that is shown."""

from __future__ import annotations

LIMITS = {
    "f′(1.5), one call": "`math`'s five functions, and two more divisions than by hand. The "
    "libraries pay for dispatch, a graph, or arrays of one element",
    "f′ at 10⁶ points": "NumPy's `sin`, `cos`, `exp` and powers; with jit, memory as much as "
    "arithmetic",
    "Rosenbrock, n = 10²: ∇f": "the calls of NumPy",
    "Rosenbrock, n = 10³: ∇f": "the same",
    "Rosenbrock, n = 10⁴: ∇f": "the arithmetic, an array at a time",
    "Rosenbrock, n = 10⁵: ∇f": "handing blocks to two threads",
    "Rosenbrock, n = 10⁶: ∇f": "memory; by hand, page faults of fresh arrays. Compiled loops pass "
    "once over x, NumPy several times over each block",
    "Rosenbrock, n = 200: ∇²f, dense": "three products, and a matrix of zeros to put them into",
    "Rosenbrock, n = 10⁵: ∇²f, sparse": "putting three products in their places, and making the "
    "SciPy matrix",
    "Rosenbrock, n = 10⁴: ∇²f·v": "the arithmetic of tangent and adjoint together",
    "GradBench hello": "a call, and a test of its argument's type",
    "GradBench llsq": "two products with a small matrix, each through two calls of Python",
    "GradBench lse": "the largest element is found and differentiated too; by hand it is only "
    "found",
    "GradBench ode": "calls of NumPy on vectors of 16 elements",
    "GradBench gmm": "calls of NumPy: the clusters are written out one by one, since two axes are "
    "the limit",
}
