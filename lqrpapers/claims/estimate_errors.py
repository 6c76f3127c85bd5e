r"""Statements of this book: bias and variance of estimates from directions, to leading orders.

Expectations are sums over cubature points of the sphere (`studies.sphere.sphere_cubature`), times
Gauss-Laguerre nodes where directions are Gaussian: exact for the Taylor terms that a statement
names, so what is left is of the next order. It is measured against the size that the named terms
can have: theirs, with their derivatives bounded by those of lower order over the distance to the
boundary.
"""

from __future__ import annotations

import numpy as np
import scipy  # loads scipy.special when it is first used
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.finite_horizon import finite_horizon_cost
from lqrlib.matrices import frobenius_norm, transpose
from lqrlib.validation import Array

from ..constants import magnitudes, sharp
from ..studies import sphere
from ..studies.horizon_gradient import finite_horizon_gradient
from ..studies.query_errors import KINDS
from ..studies.taylor import Expansion, expansion
from .domination import value_difference_along
from .registry import Inequalities, Sides, claim
from .zeroth_order import NEAR, SMALL, Means, averaged, nodes, second_difference_along

# Shares of the largest radius h_Delta, and the relative error of an identity of polynomials.
FRACTIONS, IDENTITY = (1.0, 0.01), 1e-12


def _columns(moves: Array) -> Array:
    """Row-major vec of matrices (..., m, n) as columns (..., mn, 1)."""
    return moves.reshape((*moves.shape[:-2], moves.shape[-2] * moves.shape[-1], 1))


def _stein(second: Array, moves: Array, radius: Array) -> Array:
    """The sphere's Stein estimate of each direction, (..., mn, mn)."""
    u = _columns(moves)
    d = u.shape[-2]
    square = u @ transpose(u) - (radius**2 / (d + 2))[..., None, None] * np.eye(d)
    return (d * (d + 2) / radius**4 * second)[..., None, None] * square


def _gaussian(
    gain: Array, batch: tuple[int, ...], sigma: Array, degree: int = 5
) -> tuple[Array, Array]:
    """Nodes and weights for Gaussian directions with this standard deviation, (k, ..., m, n)."""
    d = gain.shape[-2] * gain.shape[-1]
    halves, shares = scipy.special.roots_genlaguerre(3, d / 2 - 1)  # of ||u||^2 / (2 sigma^2)
    found = [nodes(gain, batch, sigma * np.sqrt(2 * half), degree) for half in halves]
    weights = np.concatenate([weight for _, weight in found])
    shares = np.repeat(shares / shares.sum(), len(weights) // 3)
    return np.concatenate([moves for moves, _ in found]), shares * weights


def _sizes(at: Expansion) -> tuple[Array, Array, Array]:
    """Sizes of gradient, Hessian and the gradient of its trace: theirs, or of lower over room."""
    slope, curve = np.sqrt(at.square), frobenius_norm(at.hessian)
    return slope, curve, np.sqrt(np.sum(at.laplacian_gradient**2, axis=-1)) + curve / at.room


@claim("ours-lemma-leading")
def leading_bias_and_variance(problem: LQR, K: ArrayLike) -> Inequalities:
    """Mean and variance of one sample at a small radius, without the formula's, over its r^2 term.

    The three estimates of `query_errors.KINDS`, each against `NEAR`.
    """
    at = expansion(problem, K)
    means = Means(problem, K, SMALL, room=at.room)
    d, r, weights = means.dimension, means.radius, means.weights
    slope, curve, bend = _sizes(at)
    odd, even = (means.plus - means.minus) / 2, means.second
    values = {"two points": odd, "baseline": odd + even, "one point": odd + even + at.value}
    for kind in KINDS:
        Z = (d / r**2 * values[kind])[..., None, None] * means.U
        mean = averaged(weights, Z)
        bias = _columns(mean)[..., 0] - at.gradient - sphere.gradient_bias(at, r)
        size = r**2 / (2 * (d + 2)) * bend
        yield Sides(f"bias, {kind}", np.sqrt(np.sum(bias**2, axis=-1)) / size, NEAR)
        variance = averaged(weights, frobenius_norm(Z) ** 2) - frobenius_norm(mean) ** 2
        size = r**2 * (slope * bend + curve**2)
        if kind == "one point":
            size = size + r**2 * at.value * frobenius_norm(at.laplacian_hessian) / 4
        error = np.abs(variance - sphere.gradient_variance(at, r, kind))
        yield Sides(f"variance, {kind}", error / size, NEAR)


@claim("ours-thm-stein")
def second_order_stein_identity(problem: LQR, K: ArrayLike) -> Inequalities:
    """The Gaussian identity for the cost of two steps, and both statements on the sphere.

    "Gaussian": relative error of the identity with directions as long as the gain. "Lipschitz":
    error of the mean against d sqrt(d(d+3)) M r/6 at `FRACTIONS` of h_Delta, M the sharp Lipschitz
    constant of the Hessian. "order r^2": the mean without the formula's, over its r^2 term.
    """
    gain, exact = objective.gain_array(problem, K), objective.hessian_matrix(problem, K)
    sigma = np.broadcast_to(0.3 * (1 + frobenius_norm(gain)), exact.shape[:-2])
    estimate, mean = _gaussian_means(problem, gain, sigma)
    yield Sides("Gaussian", frobenius_norm(estimate - mean) / frobenius_norm(mean), IDENTITY)
    at, d = magnitudes(problem, gain), exact.shape[-1]
    for share in FRACTIONS:
        r = share * sharp.smoothness_radius(at)
        moves, weights = nodes(gain, r.shape, r)
        mean = averaged(weights, _stein(second_difference_along(problem, gain, moves), moves, r))
        bound = d * np.sqrt(d * (d + 3)) / 6 * sharp.hessian_smoothness(at) * r
        error, floor = frobenius_norm(mean - exact), 1e-9 * frobenius_norm(exact)
        yield Sides(f"Lipschitz, {share:g} h_Delta", error, bound, floor)
    near = expansion(problem, gain)
    means = Means(problem, gain, SMALL, 7, near.room)
    remainder = means.stein_hessian() - exact - sphere.stein_bias(near, means.radius)
    size = frobenius_norm(near.laplacian_hessian)
    size = size + frobenius_norm(exact) / near.room**2
    error = frobenius_norm(remainder) / (means.radius**2 / (2 * (d + 4)) * size)
    yield Sides("order r^2", error, NEAR)


def _gaussian_means(problem: LQR, gain: Array, sigma: Array) -> tuple[Array, Array]:
    """Both sides of the Gaussian identity for C_2, a polynomial of degree four, with c = C_2(K).

    The Hessian comes from differences of the gradient that are exact for degree four, averaged by
    another rule: 2d points along the coordinates, exact for its degree two.
    """
    m, n = gain.shape[-2:]
    d = m * n
    u, weights = _gaussian(gain, sigma.shape, sigma, degree=7)
    cost = finite_horizon_cost(problem, gain + u, 2) - finite_horizon_cost(problem, gain, 2)
    square = _columns(u) @ transpose(_columns(u)) - sigma[..., None, None] ** 2 * np.eye(d)
    found = averaged(weights, (cost / sigma**4)[..., None, None] * square)
    units = np.eye(d).reshape((d,) + (1,) * sigma.ndim + (m, n))
    step = sigma[..., None, None] * units
    points = np.concatenate([np.sqrt(d) * step, -np.sqrt(d) * step])[:, None] + gain
    slopes = [finite_horizon_gradient(problem, points + k * step, 2) for k in (1, -1, 2, -2)]
    rows = (8 * (slopes[0] - slopes[1]) - (slopes[2] - slopes[3])) / 12
    rows = _columns(rows.mean(axis=0))[..., 0] / sigma[..., None]  # (d, ..., d)
    return found, np.moveaxis(rows, 0, -2)


@claim("ours-lemma-stein-variance")
def variance_of_hessian_estimates(problem: LQR, K: ArrayLike) -> Inequalities:
    """Variance of one sample of each of the five estimates at a small radius against the formula.

    Relative errors against `NEAR`. A variance that vanishes for one entry has the Hessian's square
    beside it; what the one-sided one leaves, twice the bounded variance above it. The vector has
    equal entries; the gain moves along it by the radius, too.
    """
    at = expansion(problem, K)
    means = Means(problem, K, SMALL, 7, at.room)
    gain, d, r = objective.gain_array(problem, K), means.dimension, means.radius
    curve = frobenius_norm(at.hessian) ** 2
    X = np.full(gain.shape[-2:], d**-0.5)

    def sides(part: str, Z: Array, weights: Array, formula: Array, size: Array) -> Sides:
        variance = averaged(weights, frobenius_norm(Z) ** 2)
        variance = variance - frobenius_norm(averaged(weights, Z)) ** 2
        return Sides(part, np.abs(variance - formula) / size, NEAR)

    stein = _stein(means.second, means.U, r)
    formula = sphere.stein_variance(at)
    yield sides("sphere", stein, means.weights, formula, formula + curve)
    sigma = r / np.sqrt(d)
    u, weights = _gaussian(gain, r.shape, sigma)
    square = _columns(u) @ transpose(_columns(u)) - sigma[..., None, None] ** 2 * np.eye(d)
    even = second_difference_along(problem, gain, u) / sigma**4
    formula = sphere.stein_variance(at, "gaussian")
    yield sides("Gaussian", even[..., None, None] * square, weights, formula, formula)
    one_sided = value_difference_along(problem, gain, u) / sigma**4
    near = sphere.stein_variance(at, "one-sided", r)
    yield sides(
        "one-sided", one_sided[..., None, None] * square, weights, near, near + 2 / NEAR * formula
    )
    product, formula = stein @ _columns(X), sphere.product_variance(at, X)
    yield sides("times a vector", product, means.weights, formula, formula + curve / d)
    # Both gradients of the difference, from the values at their pairs.
    h = r[..., None, None] * X
    ends = [
        value_difference_along(problem, gain, t * h + s * means.U) for t in (1, -1) for s in (1, -1)
    ]
    cross = (ends[0] - ends[1]) - (ends[2] - ends[3])
    Z = (d / (4 * r**3) * cross)[..., None, None] * means.U
    formula = sphere.product_variance(at, X, "difference")
    yield sides("difference of gradients", Z, means.weights, formula, d * curve)
