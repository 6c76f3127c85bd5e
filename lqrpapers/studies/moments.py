r"""Moments of the closed loop straight from the definition: sums, and how far they exist.

The closed loop is :math:`x_{t+1} = M_t x_t` with random
:math:`M_t = A_K + \sum_i \delta_{i,t} A_i - \sum_j \gamma_{j,t} B_j K`. These functions use
Kronecker products and share no code with `lqrlib.matrix_equations`, so they are an independent
check of it; for work, use `lqrlib.objective`.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike

from lqrlib.objective import evaluate, gain_array
from lqrlib.problem import LQR
from lqrlib.validation import Array


def _kron_square(X: Array) -> Array:
    """X (x) X over the last two axes."""
    size = X.shape[-2] * X.shape[-2], X.shape[-1] * X.shape[-1]
    return np.asarray(np.einsum("...ij,...kl->...ikjl", X, X).reshape(X.shape[:-2] + size))


def transition(problem: LQR, K: ArrayLike) -> Array:
    """Matrix of F_K on row-major vec S, (..., n n, n n): second moments one step later."""
    gain = gain_array(problem, K)
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    matrix = _kron_square(problem.A - problem.B @ gain)
    matrix = matrix + np.einsum("...i,...ikl->...kl", alpha, _kron_square(A_i))
    noise = _kron_square(B_j @ gain[..., None, :, :])
    return np.asarray(matrix + np.einsum("...j,...jkl->...kl", beta, noise))


def formal_cost(problem: LQR, K: ArrayLike) -> Array:
    """tr(P Sigma0), (...), with P from one linear solve that does not ask whether K stabilizes.

    The cost where K is mean-square stabilizing; elsewhere a finite number without a meaning.

    Examples
    --------
    >>> import lqrlib
    >>> problem = lqrlib.systems.scalar(a=2.0, b=1.0, q=3.0, r=1.0)
    >>> print(formal_cost(problem, [[0.0]]), lqrlib.cost(problem, [[0.0]]))
    -1.0 inf
    """
    gain, matrix = gain_array(problem, K), transition(problem, K)
    weight = problem.Q + gain.swapaxes(-1, -2) @ problem.R @ gain
    start = np.broadcast_to(problem.Sigma0, weight.shape).reshape(matrix.shape[:-1] + (1,))
    Sigma = np.linalg.solve(np.eye(matrix.shape[-1]) - matrix, start)
    return np.asarray(np.sum(weight.reshape(Sigma.shape) * Sigma, axis=(-2, -1)))


def _second_moment_matrix(problem: LQR, gain: Array) -> Array:
    """E[M (x) M]: the matrix (..., n^2, n^2) that carries vec E x x' one step ahead."""
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    matrix = _kron_square(problem.A - problem.B @ gain)
    matrix = matrix + np.einsum("...i,...ikl->...kl", alpha, _kron_square(A_i))
    inputs = _kron_square(B_j @ gain[..., None, :, :])
    return np.asarray(matrix + np.einsum("...j,...jkl->...kl", beta, inputs))


def _start_and_weight(problem: LQR, gain: Array) -> tuple[Array, Array]:
    """Columns vec Sigma0 and vec(Q + K'RK), (..., n^2, 1)."""
    weight = problem.Q + gain.swapaxes(-1, -2) @ problem.R @ gain
    start = np.broadcast_to(problem.Sigma0, weight.shape)
    column = weight.shape[:-2] + (problem.states**2, 1)
    return start.reshape(column), weight.reshape(column)


def kronecker_cost(problem: LQR, K: ArrayLike) -> Array:
    """Cost by brute force, (...): one linear equation with n^2 unknowns, at stabilizing gains.

    At other gains the number has no meaning. The relative error is a few times `rounding_unit`.

    Examples
    --------
    >>> import lqrlib
    >>> problem = lqrlib.systems.scalar(a=0.5, b=1.0, q=3.0, r=1.0)
    >>> print(kronecker_cost(problem, [[0.0]]).round(12))
    4.0
    """
    gain = gain_array(problem, K)
    start, weight = _start_and_weight(problem, gain)
    system = np.eye(problem.states**2) - _second_moment_matrix(problem, gain)
    return np.asarray(np.sum(weight * np.linalg.solve(system, start), axis=(-2, -1)))


def summed_cost(problem: LQR, K: ArrayLike, doublings: int) -> Array:
    """First 2^doublings terms of the cost, added up, (...).

    Finite for every gain; it tends to the cost where that is finite, and grows without bound
    elsewhere. Repeated squaring loses digits where the closed loop is ill-conditioned.

    Examples
    --------
    >>> import lqrlib
    >>> problem = lqrlib.systems.scalar(a=2.0, b=1.0, q=1.0, r=1.0)
    >>> print(summed_cost(problem, [[0.0]], doublings=2))  # 1 + 4 + 16 + 64
    85.0
    """
    gain = gain_array(problem, K)
    total, weight = _start_and_weight(problem, gain)
    power = _second_moment_matrix(problem, gain)
    for _ in range(doublings):
        total, power = total + power @ total, power @ power
    return np.asarray(np.sum(weight * total, axis=(-2, -1)))


def rounding_unit(problem: LQR, K: ArrayLike) -> Array:
    """Relative change of the cost that rounding the closed loop's entries can cause, (...).

    Machine epsilon times (1 + ||A_K||^2) ||P_K|| ||Sigma_K|| / C(K), in Frobenius norms: no method
    that works in float64 can promise much better. It grows towards the boundary of the
    stabilizing set; ``nan`` where K does not stabilize.
    """
    gain = gain_array(problem, K)
    at = evaluate(problem, gain)
    A_K, P, Sigma = (
        np.linalg.norm(X, axis=(-2, -1)) for X in (problem.A - problem.B @ gain, at.P, at.Sigma)
    )
    return np.asarray(np.finfo(float).eps * (1 + A_K**2) * P * Sigma / at.cost)


def fourth_moment_radius(problem: LQR, K: ArrayLike) -> float:
    """Spectral radius of E[M (x) M (x) M (x) M] for Gaussian noise, of one problem and gain.

    Below 1 the fourth moment of the state tends to zero and the cost of a roll-out has a finite
    variance. Above 1 it has none (for a generic initial state), whatever the mean-square radius
    is, and averages of roll-outs come without a normal confidence interval.

    Raises
    ------
    ValueError
        If given a stack, or a problem so large that the matrix has more than 4,096 rows.
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
        total += weights[picked].prod() * _kron_square(_kron_square(M))
    return float(np.abs(np.linalg.eigvals(total)).max())


def tail_exponent(problem: LQR, K: ArrayLike) -> float:
    r"""Exponent k of the tail of a roll-out's cost, of one one-state problem with Gaussian noise.

    .. math:: \mathbb E\,|a_K + s\xi|^{2k} = 1 , \qquad
              s^2 = \sum_i \alpha_i A_i^2 + \sum_j \beta_j (B_j K)^2, \quad \xi \sim N(0, 1)

    The cost exceeds z with probability of order z^-k (Kesten 1973, Goldie 1991): it has a mean when
    k > 1, which is mean-square stability, and a variance when k > 2. ``inf`` without noise.

    Raises
    ------
    ValueError
        If given a stack, more than one state, or a gain that does not stabilize.

    Examples
    --------
    >>> import lqrlib
    >>> heavy = lqrlib.systems.scalar(0.0, 1.0, 1.0, 1.0, state_variance=3**-0.5)
    >>> print(round(tail_exponent(heavy, [[0.0]]), 6))  # E s^4 xi^4 = 3/3
    2.0
    """
    gain = gain_array(problem, K)
    if problem.batch_shape or gain.ndim > 2 or problem.states > 1:
        raise ValueError("problem, K: expected one problem with one state and one gain")
    if not transition(problem, gain).item() < 1:
        raise ValueError("K: expected a mean-square stabilizing gain")
    center = float((problem.A - problem.B @ gain).item())
    spread = float(np.sqrt(transition(problem, gain).item() - center**2))
    if spread == 0:
        return np.inf
    xi = np.linspace(-40.0, 40.0, 400_001)
    density = np.exp(-(xi**2) / 2) * (xi[1] - xi[0]) / np.sqrt(2 * np.pi)
    logarithm = np.log(np.abs(center + spread * xi) + 1e-300)

    def excess(power: float) -> float:
        return float(np.sum(np.exp(2 * power * logarithm) * density)) - 1

    low, high = 1.0, 2.0
    while excess(high) < 0:
        low, high = high, 2 * high
        if high > 256:  # beyond the grid's reach, and as good as no tail
            return np.inf
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    return (low + high) / 2
