"""Random gains by pole placement, which know nothing of a cost.

Poles are drawn first and the gain that places them follows, so the gains spread over the whole
stabilizing set of a deterministic problem and not only around its optimum, as those of
`lqrlib.systems.random_stabilizing_gains` do. `pairs_of_gains` has both kinds.
"""

from __future__ import annotations

import numpy as np

from lqrlib import systems
from lqrlib.problem import LQR
from lqrlib.validation import Array, Seed


def random_poles(count: int, states: int, rng: Seed) -> Array:
    """Real block-diagonal matrices (count, n, n) with random eigenvalues in the unit disc.

    The 2 x 2 blocks hold complex pairs uniform in the disc; if n is odd a last real pole is
    uniform in (-1, 1).
    """
    if count < 1 or states < 1:
        raise ValueError(f"count, states: expected whole numbers >= 1, got {count}, {states}")
    rng = np.random.default_rng(rng)
    blocks = np.zeros((count, states, states))
    for k in range(0, states - 1, 2):
        pole = np.sqrt(rng.uniform(size=count)) * np.exp(1j * rng.uniform(0, np.pi, count))
        blocks[:, k, k] = blocks[:, k + 1, k + 1] = pole.real
        blocks[:, k, k + 1], blocks[:, k + 1, k] = pole.imag, -pole.imag
    if states % 2:
        blocks[:, -1, -1] = rng.uniform(-1, 1, count)
    return blocks


def one_input_gains(poles: Array) -> Array:
    """Gains (..., 1, n) that give A - BK the eigenvalues of `poles` (..., n, n).

    The system is the chain of shifts: A has ones above the diagonal, B is the last unit vector.
    Every controllable pair with one input is this one in other coordinates, up to a constant
    shift of the gain.
    """
    polynomial = np.ones(poles.shape[:-2] + (1,), dtype=complex)
    for pole in np.moveaxis(np.linalg.eigvals(poles), -1, 0):
        zero = np.zeros_like(polynomial[..., :1])
        polynomial = np.concatenate([polynomial, zero], axis=-1) - pole[..., None] * np.concatenate(
            [zero, polynomial], axis=-1
        )
    return polynomial.real[..., None, :0:-1]


def all_input_gains(poles: Array, rng: Seed) -> Array:
    """Gains K (..., n, n) with -K = V D V^-1, D = `poles` and Gaussian eigenvectors V.

    The system is A = 0, B = I. With any other A and any invertible B the closed loops are the same.
    """
    V = np.random.default_rng(rng).standard_normal(poles.shape)
    image = (V @ poles).swapaxes(-1, -2)
    return np.asarray(-np.linalg.solve(V.swapaxes(-1, -2), image).swapaxes(-1, -2))


def pairs_of_gains(states: int, pairs: int, rng: Seed) -> dict[str, tuple[LQR, Array, Array]]:
    """Two stabilizing gains each, chosen in three ways: {way: (problem, K, other)}.

    With one input and with n = `states` inputs `pairs` (..., m, n) that place random poles; with
    noise a twentieth as many problems, and two walks from the optimum of each, in random directions
    and 90 to 99.9 % of the way to the boundary.
    """
    rng, eye = np.random.default_rng(rng), np.eye(states)
    poles = random_poles(2 * pairs, states, rng)
    one, many = one_input_gains(poles), all_input_gains(poles, rng)
    chain = LQR(np.eye(states, k=1), eye[:, -1:], eye, [[1.0]])
    free = LQR(np.zeros((states, states)), eye, eye, eye)
    noise = {"state_noise_terms": 1, "input_noise_terms": 1}
    noisy = systems.random_ensemble(pairs // 20, states, states, rng, **noise)
    first, second = (
        systems.random_stabilizing_gains(noisy, rng, fraction=(0.9, 0.999)) for _ in range(2)
    )
    return {
        "one input, random poles": (chain, one[:pairs], one[pairs:]),
        "n inputs, random poles and eigenvectors": (free, many[:pairs], many[pairs:]),
        "n inputs, noise, walks from the optimum": (noisy, first, second),
    }
