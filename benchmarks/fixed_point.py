"""Generalised Lyapunov equations as in the code published with S2: a fixed point around scipy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import scipy.linalg

Array = np.ndarray


def fixed_point(
    F: Array,
    variances: Array,
    directions: Sequence[Array] | Array,
    W: Array,
    enough: Callable[[Array, float], bool],
    sweeps: int | None = None,
) -> Array:
    """X = F X F' + sum_i variances_i D_i X D_i' + W, swept until `enough` or `sweeps` is reached.

    A sweep solves a Lyapunov equation with the noise of the last X on the right. `enough` sees X
    and the Frobenius norm of its last change, near the boundary far smaller than its error.
    """
    X, count = W, 0
    while sweeps is None or count < sweeps:
        noise = sum(v * D @ X @ D.T for v, D in zip(variances, directions, strict=True))
        after = scipy.linalg.solve_discrete_lyapunov(F, W + noise)
        increment = float(np.linalg.norm(after - X))
        X, count = after, count + 1
        if enough(X, increment):
            break
    return X
