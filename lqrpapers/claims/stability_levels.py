"""How much noise gains survive: levels, the critical level, certificates, what averages miss."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import scipy  # loads scipy.linalg and scipy.stats when they are first used
from numpy.typing import ArrayLike, NDArray

import lqrlib
from lqrlib import LQR, objective
from lqrlib.matrices import least_eigenvalue, spectral_norm, symmetric_part, transpose
from lqrlib.matrix_equations import closed_loop, solve_lyapunov
from lqrlib.validation import Array, Seed

from ..studies.bisection import bisect
from ..studies.moments import formal_solution
from ..studies.robustness import critical_scale, scaled_noise
from .checking import Check
from .registry import Inequalities, Sides, claim

# Chance of a factor 3/2 under the weight that the second moment gives a path of the coin system.
HEAVY = 0.9
# Levels tried, over the one that the theorem says a gain survives.
AROUND = (0.5, 0.99, 0.9999, 1.0001, 1.01, 2.0)
# A residual certifies below this multiple of the least eigenvalue of W.
CERTIFIED = 1.0

# ---------------------------------------------------------------- what N trajectories can see


def _bound(steps: int, share: float, size: float) -> float:
    """The lemma's bound at the best of all c."""
    c = np.arange(-1, steps + 1)
    binomial = scipy.stats.binom
    seen = size * binomial.sf(c, steps, 0.5) + binomial.cdf(c, steps, HEAVY) / share
    return float(seen.min())


@claim("ours-lemma-visible")
def averages_miss_rare_paths(
    *, steps: Sequence[int] = (5, 10, 20, 40), shares: Sequence[float] = (0.01, 0.1, 0.5, 1.0)
) -> Inequalities:
    """Chance that an average of x_t^2 reaches a share of its mean, at most the lemma's bound.

    Exact for one to three trajectories; for up to 10^8 the chance that one of them alone is enough,
    which is smaller.
    """
    exact, alone = [], []
    for t in steps:
        k = np.arange(t + 1)
        chance = scipy.stats.binom.pmf(k, t, 0.5)
        weight = 1.8**k * 0.2 ** (t - k)  # x_t^2 over its mean
        total, joint = np.zeros(1), np.ones(1)
        for size in (1, 2, 3):
            total, joint = np.add.outer(total, weight).ravel(), np.outer(joint, chance).ravel()
            reached = [joint[total >= size * share].sum() for share in shares]
            exact += [(p, _bound(t, share, size)) for p, share in zip(reached, shares, strict=True)]
        for size in (10**2, 10**4, 10**6, 10**8):
            for share in shares:
                one = chance[weight >= size * share].sum()
                alone.append((-np.expm1(size * np.log1p(-one)), _bound(t, share, size)))
    yield Sides("one to three trajectories, exactly", *np.transpose(exact))
    yield Sides("one trajectory alone", *np.transpose(alone))


# ---------------------------------------------------------------- levels


def survived_level(problem: LQR, K: ArrayLike, b: ArrayLike | None = None) -> Array:
    """Variance that K (..., 1, n) survives if the only noise is b (..., n, 1) times the input.

    1 / (K S K') with S = A_K S A_K' + bb'; b is B, by default.
    """
    gain = objective.gain_array(problem, K)
    kick = problem.B if b is None else np.asarray(b, dtype=float)
    S = solve_lyapunov(problem.A - problem.B @ gain, kick @ transpose(kick))
    return 1 / (gain @ S @ transpose(gain))[..., 0, 0]


@claim("ours-thm-level")
def level_of_a_gain(problem: LQR, K: ArrayLike) -> Inequalities:
    """rho(F_s) < 1 exactly below the level 1 / rho(T_0 N), of which several multiples are tried.

    If the only noise is one term on a single input: K stabilizes exactly when beta K S K' < 1.
    The left side is the radius (beta K S K') where the gain should (does) stabilize, else one over
    it.
    """
    gain = objective.gain_array(problem, K)
    nominal = objective.mean_square_radius(problem.without_noise(), gain)
    if not (nominal < 1).all():
        raise ValueError(f"K: expected gains that stabilize A - BK, got radius {nominal.max():.6g}")
    variances, directions = problem.input_noise
    if variances.shape[-1] == problem.inputs == 1 and not problem.state_noise[0].shape[-1]:
        used = variances[..., 0] / survived_level(problem, gain, directions[..., 0, :, :])
        stable = objective.is_stabilizing(problem, gain)
        yield Sides("one term on one input", np.where(stable, used, 1 / used), 1.0)
        return
    level, found = critical_scale(problem, gain), []
    for factor in AROUND:
        radius = objective.mean_square_radius(scaled_noise(problem, factor * level), gain)
        found.append(radius if factor < 1 else 1 / radius)
    # A double eigenvalue moves by the root of a rounding error.
    yield Sides("all noise together", np.stack(found), 1.0, 1e-7)


def critical_level(
    problems_at: Callable[[Array], LQR], high: Array, bits: int = 36, low: Array | float = 0.0
) -> Array:
    """Bisection between `low` and `high` (N,) for the level at which no gain is left.

    `problems_at` gives the problems (N,) at levels (N,); the solver says which have a gain.
    """

    def has_gain(level: Array) -> NDArray[np.bool_]:
        try:
            lqrlib.solve(problems_at(level))
        except lqrlib.NotStabilizableError as error:
            return ~error.members
        return np.ones(len(level), dtype=bool)

    return bisect(has_gain, np.zeros_like(high) + low, high, bits)[0]


def last_gain(problem: LQR) -> Array:
    """K_c (1, n) of one system with one input: survives every variance below the critical one."""
    _, Z, count = scipy.linalg.schur(problem.A.T, output="real", sort="ouc")
    rows = Z[:, :count].T  # rows A = A_u rows
    A_u, b_u = rows @ problem.A @ rows.T, rows @ problem.B
    inverse = np.linalg.inv(A_u)
    Y = solve_lyapunov(inverse, inverse @ b_u @ (inverse @ b_u).T)
    P = rows.T @ np.linalg.solve(Y, rows)
    b = problem.B
    return np.asarray(b.T @ P @ problem.A / (1 + b.T @ P @ b))


@claim("ours-thm-critical")
def critical_level_of_one_input(plant: LQR, K: ArrayLike, *, bits: int = 28) -> Inequalities:
    """Systems (N,) whose only noise acts with their one input, and gains (N, 1, n) for the mean.

    The solver's verdict changes at the closed form, no gain survives more, and K_c as much, unless
    an eigenvalue has modulus one.
    """
    if plant.inputs != 1 or len(plant.batch_shape) != 1:
        raise ValueError("plant: expected a stack (N,) of systems with one input")
    poles = np.abs(np.linalg.eigvals(plant.A))
    growth = np.prod(np.maximum(poles, 1), axis=-1) ** 2
    if not (growth > 1 + 1e-9).all():
        raise ValueError("plant: expected systems with an eigenvalue outside the unit circle")
    level = 1 / (growth - 1)

    def imprecise(s: Array) -> LQR:
        return plant.without_noise().replace(input_noise=(s[:, None], plant.B[:, None]))

    cell = 1.7 * level / 2**14  # the one with the level will do: its ends are farther than 1e-5
    low = np.floor(level / cell) * cell
    found = critical_level(imprecise, low + cell, bits - 14, low)
    yield Sides("the solver's verdict changes there", np.abs(found / level - 1), 1e-5)
    yield Sides("no gain survives more", survived_level(plant, K), level)
    if (np.abs(poles - 1) < 1e-9).any():
        return
    last = np.stack([last_gain(each) for each in plant])
    radius = objective.mean_square_radius(imprecise(0.999 * level), last)
    yield Sides("K_c survives less", radius, 1.0)
    yield Sides("K_c survives as much", np.abs(survived_level(plant, last) / level - 1), 1e-6)


def two_disturbances(alpha: ArrayLike, beta: ArrayLike) -> Check:
    """The stick's critical variances (N,) of A_1 = A and B_1 = B: 9/4 (alpha + beta/(1+beta)) = 1.

    It is no part of the theorem, but of what the chapter says after it.
    """
    a, b = np.asarray(alpha, dtype=float), np.asarray(beta, dtype=float)
    error = np.abs(9 / 4 * (a + b / (1 + b)) - 1)
    part = "the stick with two disturbances, to 1e-6"
    return Check(
        "ours-thm-critical", part, "printed", error, np.full_like(error, 1e-6), role="guard"
    )


# ---------------------------------------------------------------- certificates


@claim("ours-certificate")
def definite_solution_certifies(problem: LQR, K: ArrayLike, rng: Seed = 0) -> Inequalities:
    """The solution X is positive definite if and only if rho(F_K) < 1, for any gain.

    Of F_K with W = I and of its adjoint with W = Q + K'RK. The left side is rho(F_K) where the
    solution is definite and 1 / rho(F_K) where not. And rho(F_K) < 1 wherever *some* X > 0 leaves
    a residual below sigma_min(W): partial sums of F_K^t(I) with an error of a thousandth.
    """
    gain = objective.gain_array(problem, K)
    radius = objective.mean_square_radius(problem, gain)
    eye = np.eye(problem.states)
    for part, W, adjoint in (
        ("state equation", eye, False),
        ("value equation", problem.Q + transpose(gain) @ problem.R @ gain, True),
    ):
        X = formal_solution(problem, gain, W, adjoint=adjoint)
        with np.errstate(divide="ignore"):
            yield Sides(part, np.where(least_eigenvalue(X) > 0, radius, 1 / radius), 1.0)
    loop, generator, certified = closed_loop(problem, gain), np.random.default_rng(rng), []
    power = total = np.broadcast_to(eye, gain.shape[:-2] + eye.shape)
    for sweep in range(1, 65):
        power = loop.apply(power)
        total = total + power
        if sweep & (sweep - 1) == 0:  # 1, 2, 4, ...
            error = symmetric_part(generator.standard_normal(total.shape)) * 1e-3
            X = total + spectral_norm(total)[..., None, None] * error / problem.states
            rest = spectral_norm(X - loop.apply(X) - eye)
            certified.append(radius[(least_eigenvalue(X) > 0) & (rest < CERTIFIED)])
    yield Sides("approximate solution", np.concatenate(certified), 1.0)
