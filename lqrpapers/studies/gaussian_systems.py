"""Random systems as in S2's second experiment (Figure 2).

S2's code draws every matrix from a normal distribution and then weakens the noise until the gain
zero stabilizes in the mean square.
"""

from __future__ import annotations

import numpy as np

from lqrlib.problem import LQR
from lqrlib.systems import noise_scale
from lqrlib.validation import Seed


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
    the costs and gradients of the gain zero spread as those it recorded (`lqrpapers.recorded.s2`).

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
