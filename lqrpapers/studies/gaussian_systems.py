"""Random systems as in S2's second experiment (Figure 2).

S2's code draws every matrix from a normal distribution and then weakens the noise until the gain
zero stabilizes in the mean square.
"""

from __future__ import annotations

import numpy as np

from lqrlib.problem import LQR
from lqrlib.systems import noise_scale
from lqrlib.validation import Seed

# Spectral radius of A, noise terms on each of A and B, range of mean-square radii.
RADIUS, TERMS, MEAN_SQUARE_RADIUS = 0.7, 2, (0.89, 0.967)


def gaussian_systems(count: int, states: int, inputs: int, rng: Seed) -> LQR:
    """A stack (count,) of Gaussian systems that are mean-square stable without control.

    A, B and all noise directions are Gaussian, A scaled to spectral radius `RADIUS`; Q, R and
    Sigma0 are identities. The variances of a system are equal and as large as they may be, up to
    a few per cent, for the gain zero to have at most a mean-square radius drawn uniformly from
    `MEAN_SQUARE_RADIUS`. The published experiment does not record that margin: with this one
    the costs and gradients of the gain zero spread as those it recorded (`lqrpapers.recorded.s2`).
    """
    rng = np.random.default_rng(rng)
    A = rng.standard_normal((count, states, states))
    A *= (RADIUS / np.abs(np.linalg.eigvals(A)).max(axis=-1))[:, None, None]
    B = rng.standard_normal((count, states, inputs))
    on_state = rng.standard_normal((count, TERMS, states, states))
    on_input = rng.standard_normal((count, TERMS, states, inputs))
    target = rng.uniform(*MEAN_SQUARE_RADIUS, count)
    variance = noise_scale(A, np.ones((count, TERMS)), on_state, target)[:, None]
    variances = np.tile(variance, (1, TERMS))
    return LQR(
        A,
        B,
        np.eye(states),
        np.eye(inputs),
        state_noise=(variances, on_state),
        input_noise=(variances, on_input),
    )
