r"""What roll-outs tell of a gradient: mean, spread, bias, truncation and tails of the estimates.

Noise by coins (each term is plus or minus its standard deviation) has finitely many roll-outs, and
costs are polynomials in the gain: with one or two entries of the gain, means over the sphere, the
ball and the noise are finite sums, so the lemmas are tested without statistics.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, estimators, objective
from lqrlib.finite_horizon import finite_horizon_cost
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array, Seed
from lqrpapers.studies import coins, tails
from lqrpapers.studies.moments import second_moment_matrix

from ..constants import magnitudes, sharp
from .bernstein import coin_tails
from .registry import Inequalities, Sides, claim

# Lengths of the roll-outs whose rest is bounded.
HORIZONS = (1, 5, 20)
# Relative errors: of an identity, of a limit as the radius goes to zero, of a growth per step.
EXACT, NEAR_THE_LIMIT, GROWTH = 1e-9, 1e-3, 0.02
MANY = 2048  # steps for growth
HEAVY = 2.5  # exponents of tails that simulations of this length show
CUT = 1e-12  # rounding error of a difference of costs or gradients


@claim("ours-lemma-smoothing")
def estimates_mean(problem: LQR, K: ArrayLike, *, radius: float = 0.2) -> Inequalities:
    """Means of the estimates over sphere and coins against the gradient averaged over the ball.

    Relative errors, for gains of one or two entries, stabilizing or not; `coins.STEPS` steps.
    """
    gain = objective.gain_array(problem, K)
    U, d = coins.circle(gain, radius), gain.shape[-2] * gain.shape[-1]
    means = (coins.coin_costs(problem, gain + s * U).mean(axis=-1) for s in (1, -1))
    plus, minus = (each[..., None, None] for each in means)
    wanted = coins.ball_gradient(problem, gain, radius)
    for part, mean in (
        ("one point", np.mean(d / radius**2 * plus * U, axis=0)),
        ("pairs", np.mean(d / (2 * radius**2) * (plus - minus) * U, axis=0)),
    ):
        yield Sides(part, frobenius_norm(mean - wanted) / frobenius_norm(wanted), EXACT)


@claim("ours-lemma-variance")
def estimates_mean_square(problem: LQR, K: ArrayLike, *, radius: float = 1e-4) -> Inequalities:
    """Mean squares of the estimates at a small radius against the lemma's limits, relative."""
    gain = objective.gain_array(problem, K)
    U, d = coins.circle(gain, radius), gain.shape[-2] * gain.shape[-1]
    at, plus, minus = (coins.coin_costs(problem, gain + s * U) for s in (0, 1, -1))
    spread, cost = at[0].var(axis=-1), at[0].mean(axis=-1)
    units = np.eye(d).reshape(d, *(1,) * (gain.ndim - 2), *gain.shape[-2:])
    slopes = coins.coin_costs(problem, gain + 1e-30j * units).imag / 1e-30  # a complex step: exact
    apart = plus.var(axis=-1) + minus.var(axis=-1) + (plus - minus).mean(axis=-1) ** 2
    for part, square, limit in (
        ("one point", d**2 / radius**2 * (plus**2).mean(axis=(0, -1)), spread + cost**2),
        ("pairs", d**2 / (4 * radius**2) * apart.mean(axis=0), spread / 2),
        (
            "pairs, common noise",
            d**2 / (4 * radius**2) * ((plus - minus) ** 2).mean(axis=(0, -1)),
            radius**2 / d * (slopes**2).sum(axis=0).mean(axis=-1),
        ),
    ):
        yield Sides(part, np.abs(square / (d**2 / radius**2 * limit) - 1), NEAR_THE_LIMIT)


def ball(samples: int, shape: tuple[int, ...], radius: Array, rng: Seed) -> Array:
    """Points (samples, ..., m, n) uniform in the Frobenius ball of each radius (...)."""
    rng = np.random.default_rng(rng)
    inside = rng.uniform(size=(samples, 1, 1)) ** (1 / (shape[-2] * shape[-1]))
    return _scaled(estimators.sphere(samples, shape[-2:], 1.0, rng) * inside, radius)


def _scaled(points: Array, radius: Array) -> Array:
    """Points (samples, m, n) times each radius (...): (samples, ..., m, n)."""
    axes = points.shape[:1] + (1,) * np.ndim(radius) + points.shape[1:]
    return points.reshape(axes) * np.asarray(radius)[..., None, None]


@claim("ours-lemma-bias")
def smoothing_bias(
    problem: LQR, K: ArrayLike, rng: Seed, *, samples: int = 50, fraction: float = 1.0
) -> Inequalities:
    """||grad C_r - grad C||_F <= h_grad r and <= h_hess r^2 / 2, r a fraction of h_Delta.

    The ball is replaced by points in it and their opposites: the proof is as good for them.
    """
    objective.require_stabilizing(problem, K)
    gain, at = objective.gain_array(problem, K), magnitudes(problem, K)
    radius = fraction * sharp.smoothness_radius(at)
    V = ball(samples, gain.shape, radius, rng)
    there = objective.gradient(problem, gain + np.stack([V, -V]))
    bias = frobenius_norm((there - objective.gradient(problem, gain)).mean(axis=(0, 1)))
    floor = CUT * frobenius_norm(there).max(axis=(0, 1))
    yield Sides("first order", bias, sharp.gradient_smoothness(at) * radius, floor)
    yield Sides("second order", bias, sharp.hessian_smoothness(at) * radius**2 / 2, floor)


@claim("ours-lemma-truncation")
def truncation(problem: LQR, K: ArrayLike, rng: Seed, *, samples: int = 20) -> Inequalities:
    """What roll-outs of some steps miss, of the cost and of the mean of an estimate.

    The estimate has half of h_Delta as its radius, and P = C/mu + p(r) as the bound on the value;
    the same random directions stand on both sides. "rate": the rest shrinks by rho(F_K) a step.
    """
    objective.require_stabilizing(problem, K)
    gain, at = objective.gain_array(problem, K), magnitudes(problem, K)
    lost = np.stack([at.cost - finite_horizon_cost(problem, gain, steps) for steps in HORIZONS])
    bound = np.stack([(1 - at.q / at.P) ** steps * at.cost for steps in HORIZONS])
    yield Sides("cost cut off", lost, bound, CUT * at.cost)

    radius = 0.5 * sharp.smoothness_radius(at)
    d, longest = gain.shape[-2] * gain.shape[-1], HORIZONS[-1]
    U = _scaled(estimators.sphere(samples, gain.shape[-2:], 1.0, rng), radius)
    ends = objective.cost(problem, gain + U)
    rest = (ends - finite_horizon_cost(problem, gain + U, longest))[..., None, None] * U
    value = at.cost / at.mu + sharp.value_change(at, distance=radius)
    allowed = d / radius * (1 - at.q / value) ** longest * value * at.trace
    error = frobenius_norm(rest.mean(axis=0)) * d / radius**2
    yield Sides("gradient cut off", error, allowed, CUT * d / radius * ends.max(axis=0))

    step, rho = second_moment_matrix(problem, gain), objective.mean_square_radius(problem, gain)
    far = np.linalg.matrix_power(step / rho[..., None, None], MANY)
    start = np.broadcast_to(problem.Sigma0, gain.shape[:-2] + problem.A.shape[-2:])
    moment = far @ start.reshape(*start.shape[:-2], -1, 1)
    left = objective.at_gain(problem, gain).P.reshape(moment.shape) * moment
    yield Sides("rate", np.abs(left.sum(axis=(-2, -1)) ** (1 / MANY) - 1), GROWTH)


@claim("ours-lemma-tails")
def tails_of_roll_outs(
    problem: LQR, K: ArrayLike, costs: Array, others: Iterable[tuple[LQR, Array]] = ()
) -> Inequalities:
    """One-state problems (D,) with gains (D, 1, 1) and simulated costs (S, D); others with gains.

    For one state: rho_4 against its formula, where it is below 1 the mean square against a long
    sum, and the exponent of the tail (below `HEAVY`) against Hill's estimate, within four standard
    errors and a tenth. For all: the mean of ||x_t||^4 grows by rho_4 a step.
    """
    gain = objective.gain_array(problem, K)
    given = list(zip(problem, gain, strict=True))
    cases = given + [case for stack in others for case in zip(*stack, strict=True)]
    ones = [case for case in cases if case[0].states == 1]
    a = np.array([(one.A - one.B @ k).item() for one, k in ones])
    m2 = np.array([second_moment_matrix(*case).item() for case in ones])
    m4 = a**4 + 6 * a**2 * (m2 - a**2) + 3 * (m2 - a**2) ** 2
    found = np.array([tails.fourth_moment_radius(*case) for case in ones])
    yield Sides("one state, fourth moment", np.abs(found / m4 - 1), EXACT)
    light = m4 < 0.999
    m2, m4 = m2[light], m4[light]
    formula = (1 + m2) / ((1 - m2) * (1 - m4))
    yield Sides("one state, mean square", np.abs(_long(m2, m4) / formula - 1), 1e-6)
    growth = np.array([_growth(*case) for case in cases])
    yield Sides("growth of fourth moments", np.abs(growth - 1), GROWTH)
    exponents, most = np.array([tails.tail_exponent(*case) for case in given]), len(costs) // 200
    tail = np.sort(costs, axis=0)[-most:, exponents < HEAVY]
    hill = 1 / np.log(tail / tail[0])[1:].mean(axis=0)
    error = np.abs(hill / exponents[exponents < HEAVY] - 1)
    yield Sides("one state, exponent of the tail", error, 4 / np.sqrt(most) + 0.1)


def _long(m2: Array, m4: Array, steps: int = 20_000) -> Array:
    """E Z^2 of Z = 1 + M_0^2 + M_0^2 M_1^2 + ..., by the joint moments of term and sum so far."""
    square, mixed, term = np.ones_like(m2), np.ones_like(m2), np.ones_like(m2)
    for _ in range(steps):
        mixed, term = m2 * mixed + m4 * term, m4 * term
        square = square + 2 * mixed - term
    return square


# How the four copies of a Gaussian are paired in its fourth moment.
PAIRINGS = (("ij", "kl"), ("ik", "jl"), ("il", "jk"))


def _growth(problem: LQR, K: ArrayLike) -> float:
    """Growth of E ||x_t||^4 per step over rho_4, from a Gaussian start of one problem."""
    matrix, S = tails.fourth_moment_matrix(problem, K), problem.Sigma0
    start = sum(np.einsum(f"{one},{other}->ijkl", S, S) for one, other in PAIRINGS)
    scale = np.abs(np.linalg.eigvals(matrix)).max()
    moment = np.linalg.matrix_power(matrix / scale, MANY) @ np.ravel(start)
    square = np.einsum("ij,kl->ijkl", *[np.eye(problem.states)] * 2)
    return float((np.ravel(square) @ moment) ** (1 / MANY))


@claim("ours-lemma-bernstein")
def vector_bernstein(numbers: tuple[int, ...] = (1, 4, 16, 64)) -> Inequalities:
    """Exact tails of means of coins, and of steps of a walk on the plane, against the bound."""
    for p in (0.5, 0.02):
        pairs = [coin_tails(number, p)[:2] + (number,) for number in numbers]
        sides = [_against(*pair, p * (1 - p), max(p, 1 - p)) for pair in pairs]
        yield Sides("fair coin" if p == 0.5 else "rare event", *np.concatenate(sides, axis=1))
    sides = [_against(*_walk(number), number, 1.0, 1.0) for number in numbers]
    yield Sides("walk on the plane", *np.concatenate(sides, axis=1))


def _walk(steps: int) -> tuple[Array, Array]:
    """Distances of the mean of so many steps up, down, left or right, and how often as far."""
    count = np.zeros((2 * steps + 1,) * 2)
    count[steps, steps] = 1.0
    for _ in range(steps):
        moved = [np.roll(count, by, axis) for by, axis in product((1, -1), (0, 1))]
        count = np.mean(moved, axis=0)
    x = np.arange(-steps, steps + 1) / steps
    length = np.round(np.hypot(x[:, None], x), 12)
    distances = np.unique(length[count > 0])[::-1].astype(float)
    return distances, np.array([count[length >= each].sum() for each in distances])


def _against(
    distances: Array, reached: Array, number: int, variance: float, bound: float
) -> tuple[Array, Array]:
    """Probability of each distance or more, and the lemma's bound, where it says something."""
    tau = distances - np.sqrt(variance / number)
    exponent = number * tau**2 / (2 * variance + 4 * bound * tau / 3)
    told = (tau > 0) & (reached > 1e-250)
    return reached[told], np.exp(-exponent[told])
