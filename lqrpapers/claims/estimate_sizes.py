r"""TR Lemmas 17 and 18: sample sizes, and each step of the proofs that lead to them."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, estimators, objective
from lqrlib.matrices import frobenius_norm, spectral_norm, transpose
from lqrlib.validation import Array, Seed

from ..constants import printed
from ..constants.estimates import gradient_size, hessian_size, printed_hessian_smoothness
from .domination import value_difference_along
from .registry import Inequalities, Sides, claim
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


@claim("s1-tr-17", form=("printed", "corrected", "sharp"))
def gradient_samples(
    problem: LQR, K: ArrayLike, *, relative_error: float = 0.1, form: str
) -> Inequalities:
    """The steps of the proof for an error of relative_error * ||grad J||.

    "bias" at the radius, "almost sure bound" B_r of the worst direction, "variance". As printed;
    with the repaired h_cost, h_G and h_grad; sharp, from a Taylor expansion and the vector
    Bernstein inequality.
    """
    gain, exact = objective.gain_array(problem, K), objective.gradient(problem, K)
    epsilon = relative_error * frobenius_norm(exact)
    size = gradient_size(problem, gain, epsilon, failure=FAILURE, form=form)
    U, weights, plus, minus = _differences(problem, gain, size.radius)
    d = U.shape[-2] * U.shape[-1]
    Z = (d / (2 * size.radius**2) * (plus - minus))[..., None, None] * U
    mean = averaged(weights, Z)
    yield Sides("bias", frobenius_norm(mean - exact), size.bias, 1e-9 * frobenius_norm(exact))
    if form == "sharp":
        yield Sides("almost sure bound", frobenius_norm(Z).max(axis=0), size.bound)
        variance = averaged(weights, frobenius_norm(Z) ** 2) - frobenius_norm(mean) ** 2
    else:
        yield Sides("almost sure bound", frobenius_norm(Z - mean).max(axis=0), size.bound)
        rows = averaged(weights, Z @ transpose(Z)) - mean @ transpose(mean)
        columns = averaged(weights, transpose(Z) @ Z) - transpose(mean) @ mean
        variance = np.maximum(spectral_norm(rows), spectral_norm(columns))
    yield Sides("variance", variance, size.deviation**2)


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
    bound and variance of the Stein estimate on vec K at its own radius.
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
        yield Sides("Hessian Lipschitz", change.max(axis=0), bound)
        return
    d = m * n
    u = U.reshape((*U.shape[:-2], d, 1)) / size.radius[..., None, None]
    curve = d * (d + 2) / size.radius**2 * second
    Z = curve[..., None, None] * (u @ transpose(u) - np.eye(d) / (d + 2))
    mean = averaged(weights, Z)
    yield Sides("bias", frobenius_norm(mean - exact), size.bias, 1e-9 * length)
    yield Sides("almost sure bound", frobenius_norm(Z).max(axis=0), size.bound)
    # <W, HW>^2 has degree four, so its mean is exact; |WW' - cI| is the same for every W.
    spread = d * (d + 3) / (d + 2) ** 2
    variance = averaged(weights, curve**2) * spread - frobenius_norm(mean) ** 2
    yield Sides("variance", variance, size.deviation**2)
