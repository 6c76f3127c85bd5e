"""Simulated closed loops, many at once.

Samples stand in the *last* axis while simulating, so a time step is a handful of long vector
operations whatever the number of trajectories, and in blocks that stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from .objective import gain_array
from .problem import LQR, require_problem
from .validation import Array, Seed, finite_array, generator, whole_number

DRAWS = ("gaussian", "signs")
# Largest temporary of a block of samples; 0.2 to 0.5 MB were the fastest.
BLOCK_BYTES = 400_000


def _draw(rng: np.random.Generator, draws: str, shape: tuple[int, ...]) -> Array:
    """Independent numbers of mean 0 and variance 1: Gaussian, or -1 and +1."""
    if draws == "gaussian":
        return rng.standard_normal(shape)
    return np.asarray(2.0 * rng.integers(0, 2, shape, dtype=np.int8) - 1.0)


def _step_matrix(problem: LQR) -> Array:
    """Rows that map (x, u) to every scaled noise direction's image, the mean step and the weights.

    Shape (..., (p + q) n + n + (n + m), n + m).
    """
    n, m, batch = problem.states, problem.inputs, problem.batch_shape
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    p, q = alpha.shape[-1], beta.shape[-1]
    blocks = np.zeros(batch + (p + q, n, n + m))
    blocks[..., :p, :, :n] = np.sqrt(alpha)[..., None, None] * A_i
    blocks[..., p:, :, n:] = np.sqrt(beta)[..., None, None] * B_j
    weights = np.zeros(batch + (n + m, n + m))
    weights[..., :n, :n], weights[..., n:, n:] = problem.Q, problem.R
    mean = np.concatenate([problem.A, problem.B], axis=-1)
    return np.concatenate([blocks.reshape(batch + (-1, n + m)), mean, weights], axis=-2)


def simulated_costs(
    problem: LQR,
    K: Array,
    horizon: int,
    rng: np.random.Generator,
    *,
    x0: Array | None = None,
    draws: str = "gaussian",
    shared: bool = False,
) -> Array:
    """Cost along one trajectory of `horizon` steps for every gain, as `oracles.rollout_cost` asks.

    K (S..., ..., m, n) has its sample axes in front of those of the problem; with `shared` the
    members of the first one meet the same initial state and noise. Returns costs (S..., ...),
    ``inf`` where a trajectory overflows.
    """
    shape, n, m = problem.batch_shape, problem.states, problem.inputs
    batch = np.broadcast_shapes(K.shape[:-2], shape)
    samples = batch[: len(batch) - len(shape)]
    groups = samples[0] if shared and samples else 1
    gains = np.broadcast_to(K, batch + (m, n)).reshape((groups, -1) + shape + (m, n))
    gains = np.moveaxis(gains, (0, 1), (-2, -1))  # (..., m, n, groups, samples)
    eigenvalues, frame = np.linalg.eigh(problem.Sigma0)
    root = frame * np.sqrt(np.maximum(eigenvalues, 0.0))[..., None, :]
    matrix, noise = _step_matrix(problem), partial(_draw, rng, draws)
    rows, members = matrix.shape[-2], int(np.prod(shape))
    block = max(32, BLOCK_BYTES // (8 * rows * members * groups))
    total = np.empty(shape + gains.shape[-2:])
    for first in range(0, gains.shape[-1], block):
        part = slice(first, first + block)
        count = gains[..., part].shape[-1]
        policy = -gains[..., part].reshape(shape + (m, n, groups * count))
        if x0 is None:
            start = root @ noise(shape + (n, count))
        else:
            start = np.broadcast_to(x0[..., None], shape + (n, count))
        cost = _simulated(matrix, policy, start, horizon, noise)
        total[..., part] = cost.reshape(shape + (groups, count))
    # a trajectory that overflows has met inf - inf on its way
    total = np.where(np.isnan(total), np.inf, total)
    return np.moveaxis(total, (-2, -1), (0, 1)).reshape(batch)


def trajectories(problem: LQR, K: ArrayLike, starts: ArrayLike, steps: int, rng: Seed) -> Array:
    """Simulate closed loops under Gaussian noise: states (steps + 1, ..., S, n).

    Trajectory s of every gain meets the same noise.

    Parameters
    ----------
    problem : LQR
        One problem.
    K : array (..., m, n)
        One gain or a stack of them.
    starts : array (S, n)
        Initial states.
    steps : int
        Time steps, 0 or more.
    rng : Generator, SeedSequence or int
        Source of the noise.
    """
    require_problem(problem)
    if problem.batch_shape:
        raise ValueError(f"problem: expected one problem, got a stack {problem.batch_shape}")
    gain, x0 = gain_array(problem, K), finite_array("starts", starts, 2)
    if x0.ndim != 2 or x0.shape[1] != problem.states:
        raise ValueError(f"starts: expected shape (S, {problem.states}), got {x0.shape}")
    length = whole_number("steps", steps, 0)
    rng, count = generator("rng", rng), len(x0)
    terms = [noise.variances.shape[-1] for noise in (problem.state_noise, problem.input_noise)]

    def noise(_: tuple[int, ...]) -> Array:
        return np.concatenate([rng.standard_normal((count, p)).T for p in terms])

    batch, sizes = gain.shape[:-2], gain.shape[-2:]
    each = np.moveaxis(gain.reshape((-1, *sizes)), 0, -1)
    policy = -np.repeat(each, count, axis=-1)
    history = np.empty((length + 1, problem.states, policy.shape[-1]))
    _simulated(_step_matrix(problem), policy, x0.T, length, noise, history)
    return np.moveaxis(history, 1, -1).reshape((length + 1, *batch, count, problem.states))


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def _simulated(
    matrix: Array,
    policy: Array,
    start: Array,
    horizon: int,
    noise: Callable[[tuple[int, ...]], Array],
    history: Array | None = None,
) -> Array:
    """Costs (..., G S) of inputs u = policy x, the noise of S trajectories repeated G times.

    States go to `history` (horizon + 1, ..., n, G S), where there is one.
    """
    shape, (m, n, total) = policy.shape[:-3], policy.shape[-3:]
    count = start.shape[-1]
    repeats = (1,) * (len(shape) + 1) + (total // count,)
    terms = (matrix.shape[-2] - n - (n + m)) // n
    both = np.empty(shape + (n + m, total))
    x, u = both[..., :n, :], both[..., n:, :]
    x[...] = np.tile(start, repeats)
    image = np.empty(shape + (matrix.shape[-2], total))
    moved = image[..., : terms * n, :].reshape(shape + (terms, n, total))
    mean, weighted = image[..., terms * n : terms * n + n, :], image[..., terms * n + n :, :]
    cost = np.zeros(shape + (total,))
    for step in range(horizon):
        if history is not None:
            history[step] = x
        np.einsum("...mns,...ns->...ms", policy, x, out=u)
        np.matmul(matrix, both, out=image)
        cost += np.einsum("...is,...is->...s", both, weighted)
        x[...] = mean
        if terms:
            drawn = noise(shape + (terms, count))
            if total > count:
                drawn = np.tile(drawn, repeats)
            x += np.einsum("...ps,...pns->...ns", drawn, moved)
    if history is not None:
        history[horizon] = x
    return cost
