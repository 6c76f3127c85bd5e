"""Averages of any number of roll-outs by coins, exactly distributed and cheap.

The cost of a path of `rollout_numbers.Coin` depends on how many of its steps went up at each time.
So the paths need not be followed one by one: their numbers are, and a fair coin splits the paths
with k steps up by one binomial draw. Ten million cost no more than a thousand.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.validation import Array, Seed

from .moments import second_moment_matrix
from .rollout_numbers import Coin

LONGEST = 25  # length of a roll-out, in units of nu: what is left of the mean is e^-25
SETTLED = 1e-9  # of a total, that what is expected to follow may be: then nothing follows
KINDS = ("one point", "pairs", "pairs, common noise")


def totals(coin: Coin, gains: ArrayLike, paths: ArrayLike, rng: np.random.Generator) -> Array:
    """Sums (G, R) of x_t^2 over times and paths, at gains (G, R) that meet the same coins.

    R repetitions with their numbers of paths (R,), or one for all.
    """
    K = np.atleast_2d(np.asarray(gains, dtype=float))
    count = np.zeros((K.shape[1], 1), dtype=np.int64)
    count[:, 0] = paths
    ends = K[:, :1] if (K == K[:, :1]).all() else K  # repetitions at one gain share its powers
    up, down = (2 * np.log(np.abs(f - ends))[..., None] for f in coin.factors)
    total, first = np.zeros(K.shape), 0  # first: the number of steps up in column 0
    for t in range(int(LONGEST * coin.nu)):
        steps = first + np.arange(count.shape[1])
        now = np.sum(count * np.exp(steps * up + (t - steps) * down), axis=-1)
        total += now
        if np.all(coin.nu * now <= SETTLED * total):
            break
        rises = rng.binomial(count, 0.5)
        last, count = count, np.zeros((len(count), count.shape[1] + 1), dtype=np.int64)
        count[:, 1:] = rises
        count[:, :-1] += last - rises
        there = np.flatnonzero(count.any(axis=0))
        first, count = first + int(there[0]), count[:, there[0] : there[-1] + 1]
    return total


def shares_seen(coin: Coin, paths: int, repetitions: int, rng: Seed) -> Array:
    """Averages (R,) of so many roll-outs at the gain 0, over the cost."""
    found = totals(coin, np.zeros(repetitions), paths, np.random.default_rng(rng))[0]
    return found / (paths * coin.nu)


def estimates(
    coin: Coin, kind: str, paths: int, K: ArrayLike, radius: float, rng: np.random.Generator
) -> Array:
    """Estimates (R,) of the gradient at gains (R,) by Algorithm 1, or by as many pairs."""
    gains = np.atleast_1d(np.asarray(K, dtype=float))
    ends = np.stack([gains + radius, gains - radius])
    if kind == "pairs, common noise":
        sums = totals(coin, ends, paths, rng)
    else:
        ahead = rng.binomial(paths, 0.5, len(gains)) if kind == "one point" else paths
        each = ahead, (paths - ahead if kind == "one point" else paths)
        sums = np.concatenate([totals(coin, *end, rng) for end in zip(ends, each, strict=True)])
    plus, minus = (1 + ends**2) * sums / paths
    return np.asarray((plus - minus) / (radius if kind == "one point" else 2 * radius))


def costs(coin: Coin, K: ArrayLike) -> Array:
    """Costs of gains of any shape, ``inf`` where they do not stabilize or are nan."""
    gains = np.asarray(K, dtype=float)
    rho = np.mean([(each - gains) ** 2 for each in coin.factors], axis=0)
    with np.errstate(divide="ignore"):
        return np.where(rho < 1, (1 + gains**2) / (1 - rho), np.inf)


def descend(
    coin: Coin,
    kind: str,
    sizes: tuple[float, int],
    step: float,
    iterations: int,
    K: Array,
    rng: Seed,
) -> Array:
    """Costs (T + 1, R) of descent from gains (R,) along estimates; ``inf`` once it has left.

    The sizes are the radius and the number of roll-outs, or of pairs, for each estimate.
    """
    generator, (radius, paths), K = np.random.default_rng(rng), sizes, np.array(K, dtype=float)
    found = [costs(coin, K)]
    for _ in range(iterations):
        there = np.isfinite(found[-1])
        K[there] -= step * estimates(coin, kind, paths, K[there], radius, generator)
        found.append(np.where(there, costs(coin, K), np.inf))
    return np.array(found)


def descents(
    coin: Coin, width: float, paths: int, iterations: int, runs: int, rng: Seed
) -> dict[str, Array]:
    """`descend` from the gain 0 by kind of estimate: steps of one over the curvature there.

    The radius is so many times `safe_radius`.
    """
    curvature = 8 * coin.center**2 * coin.nu**3 + 2 * coin.nu**2 + 2 * coin.nu
    sizes = width * safe_radius(coin), paths
    options = sizes, 1 / curvature, iterations, np.zeros(runs), rng
    return {kind: descend(coin, kind, *options) for kind in KINDS}


def safe_radius(coin: Coin) -> float:
    """A radius at which no cost from the gain 0 doubles: rho stays below 1 - 1 / (2 nu)."""
    return 1 / (5 * coin.center * coin.nu)


def top_eigenvector(problem: LQR, K: ArrayLike) -> tuple[float, Array]:
    """rho(F_K), and H (n, n) with F_K*(H) = rho H and trace 1, of one problem and gain."""
    n = problem.states
    values, vectors = np.linalg.eig(second_moment_matrix(problem, K).T)
    top = int(np.argmax(values.real))
    H = vectors[:, top].real.reshape(n, n)
    return float(values[top].real), (H + H.T) / (2 * np.trace(H))


def tilted_costs(
    problem: LQR, K: ArrayLike, steps: int, runs: int, rng: Seed
) -> tuple[Array, tuple[float, float]]:
    """Weighted costs (R,) of roll-outs by coins whose noise is tilted, and the ends they lie in.

    A step M is drawn with its chance times x'M'HMx / (rho x'Hx), the start x with its chance times
    x'Hx / tr(H Sigma0); costs are divided by what their chance is multiplied with. H > 0.
    """
    generator, gain = np.random.default_rng(rng), objective.gain_array(problem, K)
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    kicks = [*(np.sqrt(alpha)[:, None, None] * A_i), *(np.sqrt(beta)[:, None, None] * B_j @ gain)]
    signs = np.array(list(product((-1.0, 1.0), repeat=len(kicks))))
    moves = problem.A - problem.B @ gain + np.tensordot(signs, np.array(kicks), axes=1)
    rho, H = top_eigenvector(problem, gain)
    Q = problem.Q + gain.T @ problem.R @ gain

    def drawn(x: Array) -> Array:
        """One of the states (R, S, n) each, with chances in proportion to x'Hx."""
        mass = np.cumsum(np.sum(x @ H * x, axis=-1), axis=1)
        chosen = np.sum(generator.uniform(size=(runs, 1)) * mass[:, -1:] > mass, axis=1)
        return np.asarray(x[np.arange(runs), chosen])

    corners = np.array(list(product((-1.0, 1.0), repeat=problem.states)))
    starts = corners @ np.linalg.cholesky(problem.Sigma0).T
    x, total = drawn(np.broadcast_to(starts, (runs, *starts.shape))), np.zeros(runs)
    scale = float(np.trace(H @ problem.Sigma0))
    for t in range(steps):
        price, height = (np.sum(x @ weight * x, axis=-1) for weight in (Q, H))
        total += scale * rho**t * price / height
        x = x / np.sqrt(height)[:, None]
        x = drawn(np.moveaxis(x @ moves.swapaxes(-1, -2), 0, 1))
    ratios = np.linalg.eigvals(np.linalg.solve(H, Q)).real
    whole = scale * (1 - rho**steps) / (1 - rho)
    return total, (float(whole * ratios.min()), float(whole * ratios.max()))
