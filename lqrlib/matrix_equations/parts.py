"""Large stacks, a part of the members at a time."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from lqrlib.matrix_equations.doubling import chunks
from lqrlib.problem import LQR
from lqrlib.validation import Array

# Bytes of one temporary, so that a dozen of them are small beside the numbers asked for.
PART_BYTES = 2_000_000


def by_parts(
    number: Callable[[LQR, Array], Array], problem: LQR, K: Array, temporaries: int = 1
) -> Array:
    """What `number` says of each member (...) of problem and gain K, in bounded memory.

    `temporaries` counts the matrices (n, n) that one array of the work holds for each member.
    """
    if K.ndim == 2 and not problem.batch_shape:
        return number(problem, K)
    shape = np.broadcast_shapes(K.shape[:-2], problem.batch_shape)
    count = math.prod(shape)
    parts = chunks(count, 8 * temporaries * problem.states**2, PART_BYTES)
    if len(parts) == 1:
        return number(problem, K)
    K, owners = np.broadcast_to(K, shape + K.shape[-2:]), np.broadcast_to(problem._members(), shape)
    values = []
    for part in parts:
        where = np.unravel_index(np.arange(*part.indices(count)), shape)
        some = problem._picked(owners[where]) if problem.batch_shape else problem
        values.append(number(some, K[where]))
    return np.concatenate(values).reshape(shape + values[0].shape[1:])
