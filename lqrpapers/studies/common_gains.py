r"""Does one gain stabilize several tasks? Linear programming tells for n = 1, and for n = 2, m = 1.

A 2 x 2 matrix X has its eigenvalues inside the unit circle if and only if
:math:`1 \pm \operatorname{tr}X + \det X > 0` and :math:`\det X < 1`. With one input the trace and
the determinant of A - BK are affine in K,

.. math:: \operatorname{tr}(A-BK) = \operatorname{tr}A - KB, \qquad
          \det(A-BK) = \det A - K\operatorname{adj}(A)B ,

so the stabilizing gains of one task are an intersection of three half-planes, and those of a family
the feasible points of a linear program. With one state it takes two: -1 < A - BK < 1.
"""

from __future__ import annotations

import numpy as np
import scipy  # loads scipy.optimize when it is first used
from numpy.typing import ArrayLike

from lqrlib.objective import gain_array
from lqrlib.problem import LQR, require_family
from lqrlib.validation import Array


def half_spaces(tasks: LQR) -> tuple[Array, Array]:
    """Normals (..., k, mn) and offsets (..., k): K stabilizes iff offsets - normals . K > 0.

    k is 2 with one state and 3 with two states and one input; ValueError for other sizes, where the
    stabilizing set is no polyhedron, and for tasks with noise.
    """
    if not isinstance(tasks, LQR) or tasks.has_noise:
        raise ValueError(f"tasks: expected LQR problems without noise, got {tasks!r}")
    A, B = tasks.A, tasks.B
    if tasks.states == 1:
        a, b = A[..., 0, 0], B[..., 0, :]
        normals = np.stack([-b, b], axis=-2)
        return normals, np.stack([1 - a, 1 + a], axis=-1)
    if tasks.states != 2 or tasks.inputs != 1:
        raise ValueError(
            "tasks: expected one state, or two states and one input, "
            f"got n = {tasks.states}, m = {tasks.inputs}"
        )
    trace = np.trace(A, axis1=-2, axis2=-1)
    det = A[..., 0, 0] * A[..., 1, 1] - A[..., 0, 1] * A[..., 1, 0]
    by_trace = B[..., 0]
    adjugate = trace[..., None, None] * np.eye(2) - A
    by_det = (adjugate @ B)[..., 0]
    normals = np.stack([by_det + by_trace, by_det - by_trace, -by_det], axis=-2)
    return normals, np.stack([1 + det + trace, 1 + det - trace, 1 - det], axis=-1)


def margins(tasks: LQR, K: ArrayLike) -> Array:
    """Least slack of the half-spaces at K, (...): positive iff K stabilizes the task."""
    normals, offsets = half_spaces(tasks)
    gain = gain_array(tasks, K)
    flat = gain.reshape(gain.shape[:-2] + (-1, 1))
    return (offsets - (normals @ flat)[..., 0]).min(axis=-1)


def common_gain(tasks: LQR) -> tuple[Array, Array]:
    """A gain (..., m, n) that stabilizes a family (..., M), as safely as possible, and its margin.

    It maximises the least slack over all tasks, the margin (...), at most 1: the family has a
    common stabilizing gain if and only if that is positive. Sizes as for `half_spaces`.

    >>> opposite = LQR([[1.5]], [[[1.0]], [[-1.0]]], [[1.0]], [[1.0]])
    >>> gain, margin = common_gain(opposite)
    >>> print(gain.round(9) + 0.0, margin.round(9))
    [[0.]] -0.5
    """
    require_family(tasks)
    normals, offsets = half_spaces(tasks)
    shape, size = tasks.batch_shape[:-1], normals.shape[-1]
    normals = np.broadcast_to(normals, tasks.batch_shape + normals.shape[-2:])
    offsets = np.broadcast_to(offsets, tasks.batch_shape + offsets.shape[-1:])
    gains, slacks = [], []
    objective = np.zeros(size + 1)
    objective[-1] = -1.0
    bounds = [(None, None)] * size + [(None, 1.0)]
    count = int(np.prod(shape))
    for N, c in zip(normals.reshape(count, -1, size), offsets.reshape(count, -1), strict=True):
        with_slack = np.concatenate([N, np.ones((len(N), 1))], axis=1)
        found = scipy.optimize.linprog(objective, A_ub=with_slack, b_ub=c, bounds=bounds)
        if not found.success:
            raise RuntimeError(f"linear program not solved: {found.message}")
        gains.append(found.x[:-1])
        slacks.append(found.x[-1])
    gain = np.reshape(gains, (*shape, tasks.inputs, tasks.states))
    return gain, np.reshape(np.asarray(slacks), shape)
