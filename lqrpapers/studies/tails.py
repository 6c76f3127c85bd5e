r"""How heavy the tail of a roll-out's cost is under Gaussian multiplicative noise.

The closed loop :math:`x_{t+1} = M_t x_t` of `moments` has a finite cost while its second moments
tend to zero; an average of simulated costs has a normal confidence interval only while its fourth
moments do. `average_costs` simulates the cost per step where noise is added to the state as well.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike

from lqrlib.objective import gain_array, optimal_gain
from lqrlib.problem import LQR
from lqrlib.validation import Array, Seed

from .bisection import bisect, double
from .moments import kronecker_square, second_moment_matrix
from .robustness import scaled_noise

# Beyond it the integrand leaves the grid of `tail_exponent`: as good as no tail.
LARGEST_EXPONENT = 256.0
# Of a simulation with added noise: its steps, and those after which the start hardly counts.
STEPS, FORGOTTEN = 400, 100


def fourth_moment_matrix(problem: LQR, K: ArrayLike) -> Array:
    """E[M (x) M (x) M (x) M] for Gaussian noise, (n^4, n^4), of one problem and gain.

    ValueError for a stack, and for more than 8 states (a matrix of 4,096 rows).
    """
    gain = gain_array(problem, K)
    if problem.batch_shape or gain.ndim > 2:
        raise ValueError("problem, K: expected one problem and one gain, got a stack")
    if problem.states > 8:
        raise ValueError(f"problem: expected at most 8 states, got {problem.states}")
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    terms = np.concatenate(
        [np.sqrt(alpha)[:, None, None] * A_i, np.sqrt(beta)[:, None, None] * (B_j @ gain)]
    )
    # The Gauss-Hermite rule with three nodes integrates polynomials of degree 5 exactly.
    nodes, weights = np.sqrt(3.0) * np.array([-1.0, 0.0, 1.0]), np.array([1.0, 4.0, 1.0]) / 6
    total = np.zeros((problem.states**4, problem.states**4))
    for choice in itertools.product(range(3), repeat=len(terms)):
        picked = list(choice)
        M = problem.A - problem.B @ gain + np.tensordot(nodes[picked], terms, axes=1)
        total += weights[picked].prod() * kronecker_square(kronecker_square(M))
    return total


def fourth_moment_radius(problem: LQR, K: ArrayLike) -> float:
    """Spectral radius of `fourth_moment_matrix`.

    Below 1 the fourth moment of the state tends to zero and the cost of a roll-out has a finite
    variance. Above 1 it has none (for a generic initial state), whatever the mean-square radius
    is, and averages of roll-outs come without a normal confidence interval.
    """
    return float(np.abs(np.linalg.eigvals(fourth_moment_matrix(problem, K))).max())


def tail_exponent(problem: LQR, K: ArrayLike) -> float:
    r"""Exponent k of the tail of a roll-out's cost, of one one-state problem with Gaussian noise.

    .. math:: \mathbb E\,|a_K + s\xi|^{2k} = 1 , \qquad
              s^2 = \sum_i \alpha_i A_i^2 + \sum_j \beta_j (B_j K)^2, \quad \xi \sim N(0, 1)

    The cost exceeds z with probability of order z^-k (Kesten 1973, Goldie 1991): it has a mean when
    k > 1, which is mean-square stability, and a variance when k > 2. ``inf`` without noise.
    ValueError for a stack, more than one state, or a gain that does not stabilize.

    >>> import lqrlib
    >>> heavy = lqrlib.systems.scalar(0.0, 1.0, 1.0, 1.0, state_variance=3**-0.5)
    >>> print(round(tail_exponent(heavy, [[0.0]]), 6))  # E s^4 xi^4 = 3/3
    2.0
    """
    gain = gain_array(problem, K)
    if problem.batch_shape or gain.ndim > 2 or problem.states > 1:
        raise ValueError("problem, K: expected one problem with one state and one gain")
    second_moment = second_moment_matrix(problem, gain).item()
    if not second_moment < 1:
        raise ValueError("K: expected a mean-square stabilizing gain")
    center = float((problem.A - problem.B @ gain).item())
    spread = float(np.sqrt(second_moment - center**2))
    if spread == 0:
        return np.inf
    xi = np.linspace(-40.0, 40.0, 400_001)
    density = np.exp(-(xi**2) / 2) * (xi[1] - xi[0]) / np.sqrt(2 * np.pi)
    logarithm = np.log(np.abs(center + spread * xi) + 1e-300)

    def contracts(exponent: Array) -> np.bool_:
        """Whether E |a_K + s xi|^(2 exponent) < 1."""
        return np.sum(np.exp(2 * exponent * logarithm) * density) - 1 < 0

    low, high = double(contracts, 1.0, 2.0, LARGEST_EXPONENT)
    if low == high:
        return np.inf
    low, high = bisect(contracts, low, high, 60)
    return float((low + high) / 2)


def average_costs(problem: LQR, K: Array, W: Array, x0: Array, runs: int, rng: Seed) -> Array:
    """Average cost per step of simulated runs (runs,) with noise w ~ N(0, W) added in each step.

    One problem with one gain (m, n), from x0 (n,), no noise on the input. The expectation is the
    cost of the problem with W for Sigma0.
    """
    rng, (alpha, A_i) = np.random.default_rng(rng), problem.state_noise
    x, total = np.tile(x0, (runs, 1)), np.zeros(runs)
    for t in range(STEPS):
        u = -x @ K.T
        if t >= FORGOTTEN:
            total += np.sum(x @ problem.Q * x, axis=1) + np.sum(u @ problem.R * u, axis=1)
        delta = rng.normal(scale=np.sqrt(alpha), size=(runs, len(alpha)))
        drift = rng.multivariate_normal(np.zeros(problem.states), W, runs)
        drift += u @ problem.B.T + np.einsum("sp,pij,sj->si", delta, A_i, x)
        x = x @ problem.A.T + drift
    return total / (STEPS - FORGOTTEN)


def share_with_variance(problem: LQR) -> float:
    """Share of the noise variances up to which roll-outs from the optimal gain have a variance.

    Gaussian noise, one problem whose optimum has none with all its noise; within a thousandth.
    """

    def has_variance(share: Array) -> np.bool_:
        system = scaled_noise(problem, float(share))
        return np.bool_(fourth_moment_radius(system, optimal_gain(system)) < 1)

    return float(bisect(has_variance, 0.0, 1.0, 10)[0])
