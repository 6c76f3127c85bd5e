r"""S1 section 2.3: what Algorithm 2 estimates, and what it does not (E5).

Expectations over the sphere are taken exactly up to degree five, by `sphere_cubature`, so the
checks compare numbers and not samples; `estimates_with_a_stein_hessian` can sample, too.
"""

from __future__ import annotations

import numpy as np
import scipy  # loads scipy.special when it is first used
from numpy.typing import ArrayLike

from lqrlib import LQR, estimators, objective
from lqrlib.matrices import frobenius_norm, inner, transpose
from lqrlib.matrix_equations import closed_loop
from lqrlib.validation import Array, Seed

from ..studies.sphere import printed_hessian_mean, sphere_cubature
from ..studies.taylor import distance_to_boundary, expansion
from .domination import state_covariance, value_difference_along
from .registry import Inequalities, Sides, claim

# Relative distance from its limit that a mean at a small radius is allowed.
NEAR = 1e-2
# Radii, relative to the distance to the boundary; independent estimates behind a standard error.
SMALL, LARGE, GROUPS = 0.01, 0.05, 25


def nodes(
    gain: Array, batch: tuple[int, ...], radius: Array, degree: int = 5
) -> tuple[Array, Array]:
    """Cubature points as moves of the gain (k, ..., m, n), and weights (k,)."""
    m, n = gain.shape[-2:]
    points, weights = sphere_cubature(m * n, degree)
    moves = points.reshape((len(points),) + (1,) * len(batch) + (m, n))
    return radius[..., None, None] * moves, weights


def averaged(weights: Array, values: Array) -> Array:
    """Mean over the first axis with these weights."""
    return np.tensordot(weights, values, axes=(0, 0))


def left_action(matrix: Array, states: int) -> Array:
    """The operator X -> M X on row-major vec X, for M (..., m, m): (..., mn, mn)."""
    m = matrix.shape[-1]
    full = np.einsum("...ab,jk->...ajbk", matrix, np.eye(states))
    return full.reshape((*matrix.shape[:-2], m * states, m * states))


def second_difference_along(problem: LQR, K: ArrayLike, step: Array) -> Array:
    """(C(K + step) + C(K - step))/2 - C(K) with full relative accuracy for small steps.

    From the value-difference lemma for both signs: the linear parts leave a difference of
    covariances, which solves a Lyapunov equation with an explicit right-hand side.
    """
    gain = objective.gain_array(problem, K)
    at, B = objective.at_gain(problem, gain), problem.B
    plus, minus = (state_covariance(problem, gain + s * step) for s in (1, -1))
    half = -B @ step @ minus @ transpose(problem.A - B @ gain)
    drift = 2 * (half + transpose(half))
    variances, noise = problem.input_noise
    moved = step @ minus @ transpose(gain)
    moved = 2 * (moved + transpose(moved))[..., None, :, :]
    spread = noise @ moved @ transpose(noise)
    drift = drift + np.einsum("...j,...jkl->...kl", variances, spread)
    change = closed_loop(problem, gain + step).solve(drift)
    return inner(step @ change, at.E) + inner(step @ (plus + minus), at.R_K @ step) / 2


class Means:
    """Means of Algorithm 2's estimates, to O(r^4); radius over the distance to the boundary."""

    def __init__(
        self,
        problem: LQR,
        K: ArrayLike,
        relative_radius: float,
        degree: int = 5,
        room: Array | float | None = None,
    ) -> None:
        objective.require_stabilizing(problem, K)
        gain = objective.gain_array(problem, K)
        # The printed estimate subtracts I from UU', so small means small against 1 as well.
        room = distance_to_boundary(problem, gain) if room is None else room
        self.radius = relative_radius * np.minimum(room, 1.0)
        batch = self.radius.shape
        U, self.weights = nodes(gain, batch, self.radius, degree)
        # The nodes come in antipodal pairs, so plus and minus run over the same set.
        self.plus = value_difference_along(problem, gain, U)
        self.minus = value_difference_along(problem, gain, -U)
        self.second = second_difference_along(problem, gain, U)
        self.U = np.broadcast_to(U, (len(U), *batch, *gain.shape[-2:]))
        self.dimension = gain.shape[-2] * gain.shape[-1]
        self.hessian = objective.hessian_matrix(problem, gain)

    def gradient(self) -> Array:
        """Of the two-point gradient estimate, (..., m, n)."""
        weight = self.dimension / (2 * self.radius**2) * (self.plus - self.minus)
        return averaged(self.weights, weight[..., None, None] * self.U)

    def printed_hessian(self) -> Array:
        """Of the m x m estimate printed in S1, (..., m, m)."""
        m = self.U.shape[-2]
        weight = m**2 / self.radius**2 * self.second
        square = self.U @ transpose(self.U) - np.eye(m)
        return averaged(self.weights, weight[..., None, None] * square)

    def stein_hessian(self) -> Array:
        """Of the second-order Stein estimate, (..., mn, mn)."""
        d, r = self.dimension, self.radius
        u = self.U.reshape((*self.U.shape[:-2], d, 1))
        square = u @ transpose(u) - (r**2 / (d + 2))[..., None, None] * np.eye(d)
        weight = d * (d + 2) / r**4 * self.second
        return averaged(self.weights, weight[..., None, None] * square)


def _estimated(problem: LQR, K: ArrayLike) -> tuple[Means, Array, Array]:
    """Means, the gradient's error over the largest gradient nearby, the norm of the Hessian."""
    means, exact = Means(problem, K, SMALL), objective.gradient(problem, K)
    size = frobenius_norm(means.hessian)
    largest = frobenius_norm(exact) + means.radius * size
    return means, frobenius_norm(means.gradient() - exact) / largest, size


@claim("s1-alg-2")
def estimates_of_the_algorithm(problem: LQR, K: ArrayLike) -> Inequalities:
    """Means of both printed estimates at a small radius against gradient and Hessian.

    Relative errors against `NEAR`. The m x m Hessian estimate H acts as X -> H X.
    """
    means, error, size = _estimated(problem, K)
    yield Sides("gradient estimate", error, NEAR)
    acting = left_action(means.printed_hessian(), means.U.shape[-1])
    yield Sides("Hessian estimate", frobenius_norm(acting - means.hessian) / size, NEAR)


@claim("s1-alg-2", form="corrected")
def estimates_with_a_stein_hessian(
    problem: LQR, K: ArrayLike, rng: Seed | None = None, *, samples: int = 3000
) -> Inequalities:
    """The same with the second-order Stein estimate on vec K; with a seed, both as they are drawn.

    "sampled": largest entry of (mean of `GROUPS` estimates - exact mean) in standard errors against
    the quantile of Student's t that all entries exceed together with probability 1e-3. With 3,000
    samples a factor that is wrong by a tenth is seen at eight entries, too.
    """
    means, error, size = _estimated(problem, K)
    mean = means.stein_hessian()
    if rng is None:
        yield Sides("gradient estimate", error, NEAR)
        yield Sides("Hessian estimate", frobenius_norm(mean - means.hessian) / size, NEAR)
        return

    gain, generator = objective.gain_array(problem, K), np.random.default_rng(rng)
    found: tuple[list[Array], list[Array]] = ([], [])
    for _ in range(GROUPS):
        W = estimators.sphere(samples, gain.shape[-2:], 1.0, generator)
        W = W.reshape((samples,) + (1,) * means.radius.ndim + W.shape[1:])
        U = means.radius[..., None, None] * W
        plus = value_difference_along(problem, gain, U)
        minus = value_difference_along(problem, gain, -U)
        found[0].append(estimators.gradient_from_pairs(plus, minus, U))
        # In units of the radius, which differs between members.
        scaled = plus / means.radius**2, minus / means.radius**2
        W = np.broadcast_to(W, U.shape)
        found[1].append(estimators.stein_hessian_from_values(*scaled, np.zeros(1), W, 1.0))
    yield _sampled("gradient, sampled", np.stack(found[0]), means.gradient())
    yield _sampled("Hessian, sampled", np.stack(found[1]), mean)


def _sampled(part: str, found: Array, exact: Array) -> Sides:
    """Largest entry of (mean - exact) in standard errors against Student's quantile."""
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    floor = 1e-9 * frobenius_norm(exact)[..., None, None]
    score = np.abs(found.mean(axis=0) - exact) / (error + floor)
    limit = -scipy.special.stdtrit(len(found) - 1, 1e-3 / (4 * exact.size))
    return Sides(part, score.max(axis=(-2, -1)), limit, role="guard")


@claim("e5")
def estimate_tends_to_the_hessian(problem: LQR, K: ArrayLike) -> Inequalities:
    """The mean of the printed Hessian estimate at a small radius, acting on X, is the Hessian."""
    _, hessian = estimates_of_the_algorithm(problem, K)
    yield hessian._replace(part="")


@claim("e5", form="corrected")
def estimate_tends_to_a_multiple_of_the_identity(problem: LQR, K: ArrayLike) -> Inequalities:
    r"""What the printed Hessian estimate does instead, to leading order in the radius.

    "limit": its mean at `SMALL` times the distance to the boundary against
    -(m/2n) tr(Hessian) I, relative to (m/2n) ``sum |eigenvalues| sqrt(m)``. "next order": the
    remainder at `LARGE` of it against the term of order r^2, relative to the sizes of that term's
    parts. "standard deviation": that of a diagonal entry against (m^2/r) ||grad||_F / sqrt(mn).
    """
    at = expansion(problem, K)
    m, n = at.shape
    means = Means(problem, K, SMALL, room=at.room)
    spread = np.abs(np.linalg.eigvalsh(means.hessian)).sum(axis=-1)
    scale = m / (2 * n) * np.sqrt(m) * spread
    trace = at.laplacian[..., None, None] * np.eye(m)
    error = frobenius_norm(means.printed_hessian() + m / (2 * n) * trace)
    yield Sides("limit", error / scale, NEAR)
    wide = Means(problem, K, LARGE, room=at.room)
    remainder = wide.printed_hessian() + m / (2 * n) * trace
    predicted = printed_hessian_mean(at, wide.radius) - printed_hessian_mean(at, 0 * wide.radius)
    error = frobenius_norm(remainder - predicted)
    parts = np.sqrt(m) * (n + 2) * spread + np.sqrt(m) / 4 * np.abs(at.bilaplacian)
    size = m**2 * wide.radius**2 / (2 * m * n * (m * n + 2)) * parts
    yield Sides("next order", error / size, 10 * NEAR)
    square = averaged(means.weights, (m**2 / means.radius**2 * means.plus) ** 2)
    mean = averaged(means.weights, m**2 / means.radius**2 * means.plus)
    promised = m**2 / means.radius * np.sqrt(at.square / (m * n))
    error = np.abs(np.sqrt(square - mean**2) - promised)
    size = promised + m**2 * frobenius_norm(means.hessian)
    yield Sides("standard deviation", error / size, NEAR)
