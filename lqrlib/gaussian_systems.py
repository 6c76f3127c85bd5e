"""Random systems as in S2's second experiment, and how strong noise may be.

S2's code draws every matrix from a normal distribution and then weakens the noise until the gain
zero stabilizes in the mean square.
"""

from __future__ import annotations

import numpy as np

from .matrix_equations import solve_lyapunov
from .problem import LQR
from .validation import Array, Seed


def gaussian_systems(
    count: int,
    states: int,
    inputs: int,
    rng: Seed,
    *,
    radius: float = 0.7,
    noise_terms: tuple[int, int] = (2, 2),
    mean_square_radius: tuple[float, float] = (0.89, 0.967),
) -> LQR:
    """Return a stack of Gaussian systems that are mean-square stable without control.

    A, B and all noise directions are Gaussian, A scaled to spectral radius `radius`; Q, R and
    Sigma0 are identities. The variances of a system are equal and as large as they may be, up to
    a few per cent, for the gain zero to have at most a mean-square radius drawn uniformly from
    `mean_square_radius`. The published experiment does not record that margin: with the default
    the costs and gradients of the gain zero spread as those it recorded (`recorded.FIGURE_2`).

    Parameters
    ----------
    count : int
        Systems in the stack.
    states, inputs : int
        n and m.
    rng : Generator, SeedSequence or int
        Source of randomness.
    radius : float
        Spectral radius of A; its square must lie below `mean_square_radius`.
    noise_terms : (int, int)
        p noise terms on A, at least one, and q on B.
    mean_square_radius : (float, float)
        Below 1.

    Returns
    -------
    LQR
        Batch shape (count,).
    """
    low, high = mean_square_radius
    if not radius**2 < low <= high < 1:
        raise ValueError(
            f"mean_square_radius: expected radius^2 = {radius**2:.3g} < low <= high < 1, "
            f"got {mean_square_radius}"
        )
    p, q = noise_terms
    if p < 1 or q < 0:
        raise ValueError(f"noise_terms: expected at least one on A, got {noise_terms}")
    rng = np.random.default_rng(rng)
    A = rng.standard_normal((count, states, states))
    A *= (radius / np.abs(np.linalg.eigvals(A)).max(axis=-1))[:, None, None]
    B = rng.standard_normal((count, states, inputs))
    on_state = rng.standard_normal((count, p, states, states))
    on_input = rng.standard_normal((count, q, states, inputs))
    target = rng.uniform(low, high, count)
    variance = noise_scale(A, np.ones((count, p)), on_state, target)[:, None]
    return LQR(
        A,
        B,
        np.eye(states),
        np.eye(inputs),
        state_noise=(np.tile(variance, (1, p)), on_state),
        input_noise=(np.tile(variance, (1, q)), on_input),
    )


def noise_scale(closed: Array, variances: Array, directions: Array, target: Array) -> Array:
    """Largest scale s, up to a few per cent, at which F_0 + s N has radius at most `target`.

    F_0 + s N has the eigenvalue t exactly when 1/s is an eigenvalue of G = (t - F_0)^-1 N. G is a
    positive operator, so for every X > 0 its radius is at most the largest eigenvalue of
    X^-1 G(X) (Collatz and Wielandt); a few power iterations bring X near the Perron vector.
    """
    root = np.sqrt(target)[:, None, None]
    X = np.broadcast_to(np.eye(closed.shape[-1]), closed.shape)
    bound = np.zeros(len(closed))
    for _ in range(8):
        noise = directions @ X[:, None] @ directions.swapaxes(-1, -2)
        noise = np.einsum("sj,sjkl->skl", variances, noise) / root**2
        image = solve_lyapunov(closed / root, noise)
        bound = np.abs(np.linalg.eigvals(np.linalg.solve(X, image))).max(axis=-1)
        X = image / np.trace(image, axis1=-2, axis2=-1)[:, None, None]
        # Rank-deficient noise would leave X singular; a little of the identity keeps X > 0.
        X = X + 1e-3 * np.eye(closed.shape[-1])
    return 1 / bound
