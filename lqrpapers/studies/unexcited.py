"""Problems of which some states never start, with gains that are stationary and not optimal."""

from __future__ import annotations

import numpy as np

from lqrlib.matrices import transpose
from lqrlib.problem import LQR
from lqrlib.validation import Array, Seed

from .ensembles import random_cases


def _beside(first: Array, second: Array) -> Array:
    """Block diagonal matrices of two stacks."""
    shape = np.broadcast_shapes(first.shape[:-2], second.shape[:-2])
    (rows, columns), (more, wider) = first.shape[-2:], second.shape[-2:]
    both = np.zeros((*shape, rows + more, columns + wider))
    both[..., :rows, :columns], both[..., rows:, columns:] = first, second
    return both


def _rotations(count: int, size: int, rng: np.random.Generator) -> Array:
    """Random orthogonal matrices (count, size, size)."""
    return np.linalg.qr(rng.standard_normal((count, size, size)))[0]


def unexcited(
    count: int, excited: int, idle: int, rng: Seed, noise_terms: int = 0
) -> tuple[LQR, Array]:
    """Problems (count,) whose Sigma0 has rank `excited`, with stabilizing gains.

    Two random problems side by side, in random coordinates; the `idle` states of the second start
    at zero. The gain is the optimal one on the states of the first; on the others it is random, and
    acts on both inputs.
    """
    generator = np.random.default_rng(rng)
    pair = [random_cases(count, n, min(n, 2), generator, noise_terms) for n in (excited, idle)]
    (first, _), (second, K) = pair
    best, m = first.optimum.K, (first.inputs, second.inputs)
    gain = _beside(best, K)
    gain[..., : m[0], excited:] = generator.standard_normal((count, m[0], idle))
    T, U = (_rotations(count, size, generator) for size in (excited + idle, sum(m)))

    def turned(left: Array, one: Array, two: Array, right: Array) -> Array:
        return left @ _beside(one, two) @ transpose(right)

    def noise(name: str, left: Array, right: Array) -> tuple[Array, Array]:
        one, two = getattr(first, name), getattr(second, name)
        nothing = [np.zeros_like(each.directions) for each in (one, two)]
        terms = [
            turned(left[:, None], one.directions, nothing[1], right[:, None]),
            turned(left[:, None], nothing[0], two.directions, right[:, None]),
        ]
        variances = np.concatenate([one.variances, two.variances], axis=-1)
        return variances, np.concatenate(terms, axis=-3)

    problem = LQR(
        turned(T, first.A, second.A, T),
        turned(T, first.B, second.B, U),
        turned(T, first.Q, second.Q, T),
        turned(U, first.R, second.R, U),
        turned(T, first.Sigma0, 0 * second.Sigma0, T),
        state_noise=noise("state_noise", T, T),
        input_noise=noise("input_noise", T, U),
    )
    return problem, U @ gain @ transpose(T)
