r"""How much multiplicative noise a gain survives.

Scale all variances of a problem by s >= 0. Then :math:`F_K = F_K^0 + sN_K`, where F_K^0 is the
closed loop without noise and

.. math:: N_K(X) = \sum_i \alpha_i A_i X A_i^\top + \sum_j \beta_j (B_jK) X (B_jK)^\top .

Both are positive operators, so a gain that stabilizes A - BK is mean-square stabilizing at scale s
exactly when s is below its *critical scale*

.. math:: s_c(K) = 1 / \rho\bigl((I - F_K^0)^{-1} N_K\bigr) .
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib.matrices import transpose
from lqrlib.matrix_equations import closed_loop
from lqrlib.objective import gain_array
from lqrlib.problem import LQR
from lqrlib.validation import Array, Seed, finite_array

from .moments import second_moment_matrix

# The critical scale is an eigenvalue of a matrix with n^2 rows.
MOST_STATES = 16


def scaled_noise(problem: LQR, scale: ArrayLike) -> LQR:
    """The problem with every noise variance multiplied by `scale` >= 0: one for each member.

    For a single problem an array (S,) makes it a stack. ValueError if a scale is negative or not
    finite, or does not broadcast against the problem.
    """
    if not isinstance(problem, LQR):
        raise ValueError(f"problem: expected an LQR, got {type(problem).__name__}")
    factor = finite_array("scale", scale, 0)
    if (factor < 0).any():
        raise ValueError(f"scale: expected numbers >= 0, got {factor.min():.3g}")
    try:
        shape = np.broadcast_shapes(factor.shape, problem.batch_shape)
    except ValueError:
        raise ValueError(
            f"scale: shape {factor.shape} does not broadcast against the problem's "
            f"{problem.batch_shape}"
        ) from None
    factor = np.broadcast_to(factor, shape)[..., None]
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    return problem.replace(
        A=np.broadcast_to(problem.A, shape + problem.A.shape[-2:]),  # a stack also without noise
        state_noise=(factor * alpha, A_i),
        input_noise=(factor * beta, B_j),
    )


def critical_scale(problem: LQR, K: ArrayLike) -> Array:
    """Factor on all variances at which K (..., m, n) stops being mean-square stabilizing, (...).

    ``inf`` where noise of any size is survived (above all, where there is none), 0 where A - BK
    is not stable to begin with. K is mean-square stabilizing for the problem as it stands exactly
    when the result is above 1. At most 16 states.

    The noise of x+ = (0.6 + delta) x, of variance 0.16, may grow by 0.64 / 0.16:

    >>> import lqrlib
    >>> problem = lqrlib.systems.scalar(a=0.6, b=1.0, q=1.0, r=1.0, state_variance=0.16)
    >>> print(critical_scale(problem, [[0.0]]).round(12))
    4.0
    """
    gain = gain_array(problem, K)
    n = problem.states
    if n > MOST_STATES:
        raise ValueError(f"problem: expected at most {MOST_STATES} states, got {n}")
    quiet = problem.without_noise()
    still = second_moment_matrix(quiet, gain)
    noise = second_moment_matrix(problem, gain) - still
    alive = closed_loop(quiet, gain).stable
    calm = np.where(np.asarray(alive)[..., None, None], still, 0.0)
    growth = np.linalg.eigvals(np.linalg.solve(np.eye(n * n) - calm, noise))
    radius = np.abs(growth).max(axis=-1)
    with np.errstate(divide="ignore"):
        return np.where(alive, 1 / radius, 0.0)


def kicked(problems: LQR, rng: Seed) -> tuple[LQR, Array]:
    """Problems (D,) with noise that kicks all states along one random direction each, (D, n).

    As many noise terms as there are states, and as inputs; the levels are arbitrary.
    """
    generator, (many,) = np.random.default_rng(rng), problems.batch_shape
    w = generator.standard_normal((many, problems.states))
    terms = []
    for size in (problems.states, problems.inputs):
        rows = generator.standard_normal((many, size, 1, size))
        terms.append((np.ones((many, size)), w[:, None, :, None] * rows))
    return problems.replace(state_noise=terms[0], input_noise=terms[1]), w


def like_the_weights(problem: LQR, W: ArrayLike, level: ArrayLike) -> LQR:
    """A problem without noise, and noise of second moment level <Q + K'RK, X> W at every gain K.

    For W = Q = R = I every entry of A and B has independent noise of that variance. W (..., n, n)
    is positive definite, level (...).
    """
    root = np.linalg.cholesky(np.broadcast_to(W, problem.A.shape))
    terms = []
    for weight in (problem.Q, problem.R):
        rows = transpose(
            np.linalg.cholesky(np.broadcast_to(weight, problem.batch_shape + weight.shape[-2:]))
        )
        pairs = transpose(root)[..., :, None, :, None] * rows[..., None, :, None, :]
        flat = pairs.reshape(*problem.batch_shape, -1, *pairs.shape[-2:])
        variances = np.broadcast_to(np.asarray(level)[..., None], flat.shape[:-2])
        terms.append((variances, flat))
    return problem.replace(state_noise=terms[0], input_noise=terms[1])
