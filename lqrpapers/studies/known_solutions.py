r"""Generalised Lyapunov equations whose solution is known without any rounding error.

Every entry of A and of the noise directions is a multiple of 2^-20, so each product is a multiple
of 2^-40 and the sums of the few hundred products below stand in float64 exactly. With the solution
X = I prescribed, the right-hand side :math:`W = I - A A^\top - \sum_i S_i S_i^\top` is exact too.
What a solver returns for (A, S, W) can be compared with I itself: the difference is the solver's
forward error and nothing else. `solve_known` does so, and counts what solving costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from lqrlib.matrices import frobenius_norm, transpose
from lqrlib.matrix_equations import Powers, bicgstab, solve_generalized_lyapunov
from lqrlib.matrix_equations.closed_loops import ClosedLoop
from lqrlib.matrix_equations.noise import Directions
from lqrlib.validation import Array

# Binary digits after the point; a factor of a low-rank direction gets half of them.
DIGITS = 20
MOST_STATES = 200
# Margins of the equations that are solved in every way, and a row for each solution.
MARGINS = (0.1, 1e-3, 1e-5)
WHOLE, REAL = ("rank", "n", "applications", "squarings"), ("margin", "error", "residual", "sweeps")
ROW = np.dtype([("method", "U11"), *((f, int) for f in WHOLE), *((f, float) for f in REAL)])


class KnownEquation(NamedTuple):
    """X = A X A' + sum_i S_i X S_i' + W with the solution X = I."""

    A: Array  #: (n, n)
    directions: Array  #: The S_i, (terms, n, n), their variances included.
    W: Array  #: (n, n), symmetric, not definite in general.
    margin: float  #: 1 - rho, rho the spectral radius of the equation's operator, as computed.


def _rounded(array: Array, digits: int) -> Array:
    return np.round(array * 2.0**digits) / 2.0**digits


def _margin(A: Array, directions: Array) -> float:
    return 1 - float(ClosedLoop(A, Directions(directions[None])).radius())


def known_equation(
    states: int, terms: int, margin: float, rng: np.random.Generator | int, *, rank: int | None
) -> KnownEquation:
    """A random equation of n = `states` up to 200 whose solution is known, at about this margin.

    A is Gaussian and the noise terms, of full rank or of the given `rank`, add about as much to the
    operator as A does. The margin asked for is in (0, 1); that of the rounded equation, which is
    returned, is within 30 % of it.

    >>> from lqrlib.matrix_equations import solve_generalized_lyapunov
    >>> A, S, W, margin = known_equation(6, 2, 0.01, 0, rank=1)
    >>> X = solve_generalized_lyapunov(A, [1.0, 1.0], S, W)
    >>> bool(abs(X - np.eye(6)).max() < 1e-11)
    True
    """
    if not 1 <= states <= MOST_STATES:
        raise ValueError(f"states: expected a whole number from 1 to {MOST_STATES}, got {states!r}")
    if not 0 < margin < 1:
        raise ValueError(f"margin: expected a number in (0, 1), got {margin!r}")
    if rank is not None and not 1 <= rank <= states:
        raise ValueError(f"rank: expected None or a whole number from 1 to {states}, got {rank!r}")
    rng = np.random.default_rng(rng)
    A = rng.standard_normal((states, states))
    A *= 0.7 / np.abs(np.linalg.eigvals(A)).max()
    factors: tuple[Array, ...]
    if rank is None:
        factors = (rng.standard_normal((terms, states, states)) * np.sqrt(0.5 / (terms * states)),)
    else:
        scale = (0.5 / (terms * states * rank)) ** 0.25
        factors = (
            scale * rng.standard_normal((terms, states, rank)),
            scale * rng.standard_normal((terms, rank, states)),
        )
    shrink = np.sqrt((1 - margin) / (1 - _margin(A, reduce(np.matmul, factors))))
    digits = DIGITS // len(factors)
    halves = [_rounded(shrink ** (1 / len(factors)) * f, digits) for f in factors]
    directions = reduce(np.matmul, halves)
    rounded, reached = _scaled_to_margin(shrink * A, directions, margin)
    image = rounded @ rounded.T + (directions @ directions.swapaxes(-1, -2)).sum(axis=0)
    return KnownEquation(rounded, directions, np.eye(states) - image, reached)


def _scaled_to_margin(A: Array, directions: Array, margin: float) -> tuple[Array, float]:
    """A scaled and rounded so that the equation has about this margin, and the margin reached."""
    scale, slope = 1.0, -1.0  # of the margin over the scale: A makes about half of the radius
    last: tuple[float, float] | None = None
    for _ in range(20):
        rounded = _rounded(scale * A, DIGITS)
        reached = _margin(rounded, directions)
        if abs(reached - margin) < 0.3 * margin:
            return rounded, reached
        if last is not None and reached != last[1]:
            slope = (reached - last[1]) / (scale - last[0])
        last = (scale, reached)
        scale += (margin - reached) / slope
    raise RuntimeError(f"no rounded equation of margin {margin:g}; draw another or ask for more")


def krylov(A: Array, directions: Array, W: Array) -> tuple[Array, int, float]:
    """X by BiCGStab on (I - LN)X = LW, the applications of LN, and the rate of X <- L(N(X) + W).

    L inverts the part without noise and N is the noise; the rate is the spectral radius of LN.
    """
    powers, count = Powers(A[None]), 0

    def LN(X: Array) -> Array:
        noise = (directions @ X @ transpose(directions)).sum(axis=0)
        return powers.solve(noise[None, None], False)[0, 0]

    def operator(X: Array) -> Array:
        nonlocal count
        count += 1
        return X - LN(X[0, 0])

    X, _ = bicgstab(operator, powers.solve(W[None, None], False))
    image = np.eye(len(A))
    for _ in range(60):  # power iteration; LN preserves the order
        image = LN(image / frobenius_norm(image))
    return X[0, 0], count, float(frobenius_norm(image))


def solve_known(sizes: Sequence[int], terms: int, seed: int) -> Any:
    """Solve known equations of all sizes, `MARGINS` and ranks (full, one) by each method in turn.

    Returns a table, np.recarray, of a row for each solution: the method, the rank (0 for full), n,
    margin 1 - rho, relative forward error and residual; and for its equation the applications that
    BiCGStab took, squarings of A until they vanish, and sweeps that the fixed point would take to
    an error of 1e-10. The equations with n states are drawn from [seed, n].
    """
    rows = []
    for rank, n, wanted in product((None, 1), sizes, MARGINS):
        rng = np.random.default_rng([seed, n])
        A, S, W, margin = known_equation(n, terms, wanted, rng, rank=rank)
        X, count, rate = krylov(A, S, W)
        power, squarings = A, 0
        while frobenius_norm(power) ** 2 > 1e-17:
            power, squarings = power @ power, squarings + 1
        found, unit = {"BiCGStab": X}, np.ones(terms)
        if n <= 20:
            found["direct"] = solve_generalized_lyapunov(A, unit, S, W, method="direct")
        if rank:
            found["elimination"] = solve_generalized_lyapunov(A, unit, S, W, method="low_rank")
        for name, X in found.items():
            rest = X - W - A @ X @ A.T - (S @ X @ transpose(S)).sum(axis=0)
            error = frobenius_norm(X - np.eye(n)) / np.sqrt(n)
            residual = frobenius_norm(rest) / frobenius_norm(X)
            sweeps = np.log(1e-10) / np.log(rate)
            rows.append((name, rank or 0, n, count, squarings, margin, error, residual, sweeps))
    return np.array(rows, dtype=ROW).view(np.recarray)


def multiplications(runs: Any, terms: int) -> dict[str, Array]:
    """Multiplications (R,) that each method needs for the equations of `solve_known`'s rows."""
    h, cube, once = runs.n * (runs.n + 1) / 2, runs.n**3.0, runs.squarings + terms
    return {
        "direct": h**3 / 3 + 2 * (1 + terms) * h**2,
        "elimination": cube * runs.squarings * (3 + 2 * terms),
        "BiCGStab": cube * (runs.squarings + 2 * runs.applications * once),
        "fixed point (predicted)": cube * (runs.squarings + 2 * runs.sweeps * once),
    }
