r"""TR Lemmas 17 and 18: sample sizes, and each step of the proofs that lead to them."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, estimators, objective, oracles
from lqrlib.matrices import frobenius_norm, spectral_norm, transpose
from lqrlib.validation import Array, Seed

from ..constants import printed
from ..constants.estimates import gradient_size, hessian_size, printed_hessian_smoothness
from .bernstein import surely_more_often
from .domination import value_difference_along
from .registry import Inequalities, Sides, claim, taken_from
from .zeroth_order import averaged, left_action, nodes, second_difference_along

# Probability with which an estimate may be worse than its error.
FAILURE = 0.1


def _differences(problem: LQR, gain: Array, radius: Array) -> tuple[Array, Array, Array, Array]:
    """Cost differences at cubature points and along the gradient: (U, weights, plus, minus)."""
    U, weights = nodes(gain, radius.shape, radius)
    steepest = objective.gradient(problem, gain)
    with np.errstate(invalid="ignore"):
        along = steepest / frobenius_norm(steepest)[..., None, None]
    along = np.where(np.isfinite(along), along, 0.0) * radius[..., None, None]
    U = np.concatenate([np.broadcast_to(U, (len(U), *along.shape)), along[None]])
    weights = np.append(weights, 0.0)
    plus = value_difference_along(problem, gain, U)
    return U, weights, plus, value_difference_along(problem, gain, -U)


def _miss(mean: Array, exact: Array, total: Array, samples: Array, epsilon: Array) -> Sides:
    """How often an average of so many samples misses, at most, by Chebyshev's inequality."""
    square = frobenius_norm(mean - exact) ** 2 + total / samples
    return Sides("failure probability, at most", square / epsilon**2, FAILURE)


@claim("s1-tr-17", form=("printed", "corrected", "sharp"))
def gradient_samples(
    problem: LQR,
    K: ArrayLike,
    rng: Seed | None = None,
    *,
    relative_error: float = 0.1,
    runs: int = 0,
    form: str,
) -> Inequalities:
    """The steps of the proof for an error of relative_error * ||grad J||, and the conclusion.

    "bias" at the radius, "almost sure bound" B_r of the worst direction, "variance". As printed;
    with the repaired h_cost, h_G and h_grad; sharp, from a Taylor expansion and the vector
    Bernstein inequality. The last two bound the failure probability from the moments. With `runs`,
    for one problem, only the estimates that miss: a rate that so many runs prove beyond doubt.
    """
    gain, exact = objective.gain_array(problem, K), objective.gradient(problem, K)
    epsilon = relative_error * frobenius_norm(exact)
    size = gradient_size(problem, gain, epsilon, failure=FAILURE, form=form)
    if runs:
        cost, generator = oracles.exact_cost(problem), np.random.default_rng(rng)
        drawn = cost, gain, float(size.radius), int(size.samples), generator
        found = [estimators.two_point_gradient(*drawn) - exact for _ in range(runs)]
        missed = np.count_nonzero(frobenius_norm(np.stack(found)) > epsilon)
        yield Sides("failure rate", surely_more_often(missed, runs), FAILURE)
        yield Sides("share of the runs that miss", missed / runs, FAILURE, role="record")
        return
    U, weights, plus, minus = _differences(problem, gain, size.radius)
    d = U.shape[-2] * U.shape[-1]
    Z = (d / (2 * size.radius**2) * (plus - minus))[..., None, None] * U
    mean = averaged(weights, Z)
    total = averaged(weights, frobenius_norm(Z) ** 2) - frobenius_norm(mean) ** 2
    if form == "sharp":
        worst, variance = frobenius_norm(Z).max(axis=0), total
    else:
        worst = frobenius_norm(Z - mean).max(axis=0)
        rows = averaged(weights, Z @ transpose(Z)) - mean @ transpose(mean)
        columns = averaged(weights, transpose(Z) @ Z) - transpose(mean) @ mean
        variance = np.maximum(spectral_norm(rows), spectral_norm(columns))
    role, floor = "carrier" if form == "printed" else "guard", 1e-9 * frobenius_norm(exact)
    yield Sides("bias", frobenius_norm(mean - exact), size.bias, floor, role=role)
    yield Sides("almost sure bound", worst, size.bound, role=role)
    yield Sides("variance", variance, size.deviation**2, role=role)
    if form != "printed":
        yield _miss(mean, exact, total, size.samples, epsilon)


taken_from("ours-thm-gradient-samples", "s1-tr-17")


@claim("s1-tr-17", form="dropped")
def gradient_samples_beyond_the_boundary(
    problem: LQR,
    K: ArrayLike,
    rng: Seed,
    *,
    radius: float,
    samples: int,
    relative_error: float = 0.1,
) -> Inequalities:
    """An estimate from the exact cost at a radius whose sphere leaves the stabilizing set."""
    exact, cost = objective.gradient(problem, K), partial(objective.cost, problem)
    with np.errstate(invalid="ignore"):
        found = estimators.two_point_gradient(cost, K, radius, samples, rng)
        error = frobenius_norm(found - exact)
    error = np.where(np.isfinite(error), error, np.inf)
    allowed = relative_error * frobenius_norm(exact)
    yield Sides("failure rate", error, allowed, 0.0, "the sphere of radius r stabilizes")


@claim("s1-tr-18", form=("printed", "corrected"))
def hessian_samples(
    problem: LQR, K: ArrayLike, *, relative_error: float = 0.1, form: str
) -> Inequalities:
    """The steps of the proof for an error of relative_error * ||Hessian||_F.

    As printed: "bias", the mean of the estimate, acting on X from the left, is within half the
    error of the Hessian; "almost sure bound" of the worst direction; "Hessian Lipschitz", h_hess of
    TR Lemma 15 at the distance h_Delta, along the gradient and the coordinates. Corrected: bias,
    bound and variance of the Stein estimate on vec K at its own radius, and from them the failure
    probability.
    """
    gain, exact = objective.gain_array(problem, K), objective.hessian_matrix(problem, K)
    length = frobenius_norm(exact)
    size = hessian_size(problem, gain, relative_error * length, failure=FAILURE, form=form)
    U, weights, plus, _ = _differences(problem, gain, size.radius)
    m, n = U.shape[-2:]
    second = second_difference_along(problem, gain, U)
    if form == "printed":
        square = U @ transpose(U) - np.eye(m)
        scale = m**2 / size.radius**2
        mean = averaged(weights, (scale * second)[..., None, None] * square)
        yield Sides("bias", frobenius_norm(left_action(mean, n) - exact), size.bias)
        Z = (scale * plus)[..., None, None] * square
        yield Sides("almost sure bound", frobenius_norm(Z - mean).max(axis=0), size.bound)
        distance = printed.smoothness_radius(problem, gain)
        rays = (distance / size.radius)[..., None, None] * np.concatenate([U[: m * n], U[-1:]])
        change = frobenius_norm(objective.hessian_matrix(problem, gain + rays) - exact)
        bound = printed_hessian_smoothness(problem, gain) * distance
        yield Sides("Hessian Lipschitz", change.max(axis=0), bound, role="guard")
        return
    d = m * n
    u = U.reshape((*U.shape[:-2], d, 1)) / size.radius[..., None, None]
    curve = d * (d + 2) / size.radius**2 * second
    Z = curve[..., None, None] * (u @ transpose(u) - np.eye(d) / (d + 2))
    mean = averaged(weights, Z)
    # <W, HW>^2 has degree four, so its mean is exact; |WW' - cI| is the same for every W.
    spread = d * (d + 3) / (d + 2) ** 2
    variance = averaged(weights, curve**2) * spread - frobenius_norm(mean) ** 2
    off = frobenius_norm(mean - exact)
    yield Sides("bias", off, size.bias, 1e-9 * length, role="guard")
    yield Sides("almost sure bound", frobenius_norm(Z).max(axis=0), size.bound, role="guard")
    yield Sides("variance", variance, size.deviation**2, role="guard")
    yield _miss(mean, exact, variance, size.samples, relative_error * length)
