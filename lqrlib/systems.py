r"""Systems to try things on: the papers' own, classics, and random ensembles.

Every function returns an `LQR`. Gains elsewhere in the library follow u = -K x; S2 and its code
write u = +K x, so gains published there change sign here.

Random ensembles are drawn from a ``numpy.random.Generator`` or a seed that the caller passes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import objective
from .gaussian_systems import gaussian_systems as gaussian_systems
from .gaussian_systems import noise_scale
from .problem import LQR
from .validation import Array, Seed


def scalar(
    a: float,
    b: float,
    q: float,
    r: float,
    sigma0: float = 1.0,
    state_variance: float = 0.0,
    input_variance: float = 0.0,
) -> LQR:
    """One state, one input: x+ = (a + delta) x + (b + gamma) u, the smallest counterexamples."""
    return LQR(
        [[a]],
        [[b]],
        [[q]],
        [[r]],
        [[sigma0]],
        state_noise=([state_variance], [[[1.0]]]) if state_variance else None,
        input_noise=([input_variance], [[[1.0]]]) if input_variance else None,
    )


def double_integrator(step: float = 1.0) -> LQR:
    """A unit mass pushed by a force: position and velocity, sampled with `step` seconds."""
    return LQR([[1.0, step], [0.0, 1.0]], [[step**2 / 2], [step]], np.eye(2), [[1.0]])


def suspension(*, noise: bool = True) -> LQR:
    """Two-mass active suspension of S2 section 5: 4 states, 1 input.

    Masses 500 and 100 kg, springs 5000 and 20000 N/m, dampers 200 and 4000 N s/m, discretised by
    the bilinear transformation with step 0.5 s. With noise it is stable in the mean but not in
    the mean square when left alone.
    """
    A = [
        [0.2612510614208887, 0.3153127653552222, 0.09329181998301722, -0.008208321539767903],
        [-2.9549957543164447, 0.26125106142088883, 0.37316727993206905, -0.03283328615907161],
        [1.0189640532125672, 0.2547410133031418, -0.8528163034248514, 0.011321822813472968],
        [-3.1701103877724326, -0.7925275969431084, -4.902349278233797, -0.14633455986413813],
    ]
    B = [[0.13303141805830737], [0.5321256722332296], [0.1613359750919898], [2.1647325219360316]]
    columns = np.zeros((4, 4, 4))
    columns[np.arange(4), :, np.arange(4)] = 1.0
    return LQR(
        A,
        B,
        np.eye(4),
        [[1.0]],
        state_noise=(np.full(4, 0.0174824614723797), columns) if noise else None,
        input_noise=([0.0349649229447594], np.ones((1, 4, 1))) if noise else None,
    )


def suspension_start() -> Array:
    """Gain (1, 4) from which S2's code starts on the suspension, as u = -K x."""
    return -np.array([[1.188, -0.103, 1.271, 0.097]])


def three_state() -> LQR:
    """Three states, two inputs, one noise term on each of A and B (example of S2's code)."""
    return LQR(
        [[0.7, 0.3, 0.2], [-0.2, 0.4, 0.5], [-0.4, 0.2, -0.3]],
        [[0.5, -0.3], [0.8, 0.3], [0.1, 0.9]],
        np.eye(3),
        np.eye(2),
        state_noise=([0.1], [[[0.2, 0.9, -0.6], [0.9, 0.9, 0.4], [-0.9, -0.2, 0.5]]]),
        input_noise=([0.1], [[[0.8, 0.8], [0.3, 0.3], [-0.6, 0.6]]]),
    )


def boeing(*, printed: bool = False) -> LQR:
    """Unstable modification of a Boeing 747 model, the nominal task of S1: 4 states, 2 inputs.

    ``printed=True`` gives the A printed in S1's report, whose second row differs from that of
    the published notebooks; the published K0 (`boeing_start`) does not stabilize the printed one.
    Sigma0 = I/4 as in the report.
    """
    second = [0.01, 0.47, 4.7, 0.0] if printed else [0.01, 4.7, 0.0, 0.0]
    return LQR(
        [[1.22, 0.03, -0.02, -0.32], second, [0.02, -0.06, 0.4, 0.0], [0.01, -0.04, 0.72, 1.55]],
        [[0.01, 0.99], [-3.44, 1.66], [-0.83, 0.44], [-0.47, 0.25]],
        np.eye(4),
        np.eye(2),
        np.eye(4) / 4,
    )


def boeing_start() -> Array:
    """Stabilizing start K0 (2, 4) published with S1."""
    return np.array(
        [
            [0.61343269, -1.53543838, 0.30279836, 0.39631415],
            [0.88802018, 0.60382034, -0.14729954, -0.58220629],
        ]
    )


def nonconvex_example() -> tuple[LQR, Array, Array]:
    """Three states, A = B = I, and two stabilizing gains whose midpoint is not (Fazel, App. A).

    Returns the problem and the two gains (3, 3).
    """
    problem = LQR(np.eye(3), np.eye(3), np.eye(3), np.eye(3))
    first = np.array([[1.0, 0.0, -10.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    second = np.array([[1.0, -10.0, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])
    return problem, first, second


def _definite(rng: np.random.Generator, count: int, size: int, spread: float) -> Array:
    """Random symmetric positive definite matrices with eigenvalues in [1/spread, spread]."""
    frame = np.linalg.qr(rng.standard_normal((count, size, size)))[0]
    eigenvalues = np.exp(rng.uniform(-np.log(spread), np.log(spread), (count, 1, size)))
    return np.asarray((frame * eigenvalues) @ frame.swapaxes(-1, -2))


def random_ensemble(
    count: int,
    states: int,
    inputs: int,
    rng: Seed,
    *,
    radius: float | tuple[float, float] = (0.5, 1.3),
    state_noise_terms: int = 0,
    input_noise_terms: int = 0,
    noise_level: float = 0.5,
    spread: float = 10.0,
) -> LQR:
    """Return a stack of random problems, each mean-square stabilizable.

    A is Gaussian, scaled to a spectral radius drawn from `radius`; B is Gaussian; Q, R and Sigma0
    have random eigenvectors and eigenvalues drawn log-uniformly from [1/spread, spread]. Noise
    directions are Gaussian with unit Frobenius norm; the variances are drawn uniformly and scaled
    so that the gain optimal without noise keeps a mean-square radius between its noise-free value
    and 1, a share of about `noise_level` of the way on average.

    Parameters
    ----------
    count : int
        Problems in the stack.
    states, inputs : int
        n and m.
    rng : Generator, SeedSequence or int
        Source of randomness.
    radius : float or (low, high)
        Spectral radius of A.
    state_noise_terms, input_noise_terms : int
        p and q; zero for none.
    noise_level : float in [0, 1)
        0 is no noise, close to 1 hardly stabilizable by the noise-ignorant gain.
    spread : float >= 1
        Bounds the eigenvalues of Q, R and Sigma0; 1 makes them identities.

    Returns
    -------
    LQR
        Batch shape (count,).
    """
    for name, number, least in (("count", count, 1), ("states", states, 1), ("inputs", inputs, 1)):
        if number < least:
            raise ValueError(f"{name}: expected a whole number >= {least}, got {number!r}")
    if not 0 <= noise_level < 1:
        raise ValueError(f"noise_level: expected a number in [0, 1), got {noise_level!r}")
    if spread < 1:
        raise ValueError(f"spread: expected a number >= 1, got {spread!r}")
    rng = np.random.default_rng(rng)
    A = rng.standard_normal((count, states, states))
    size = np.abs(np.linalg.eigvals(A)).max(axis=-1)
    low, high = (radius, radius) if isinstance(radius, int | float) else radius
    A *= (rng.uniform(low, high, count) / size)[:, None, None]
    problem = LQR(
        A,
        rng.standard_normal((count, states, inputs)),
        _definite(rng, count, states, spread),
        _definite(rng, count, inputs, spread),
        _definite(rng, count, states, spread),
    )
    if not (state_noise_terms or input_noise_terms):
        return problem
    state_variances = rng.uniform(0, 1, (count, state_noise_terms))
    input_variances = rng.uniform(0, 1, (count, input_noise_terms))
    state_directions = _unit(rng.standard_normal((count, state_noise_terms, states, states)))
    input_directions = _unit(rng.standard_normal((count, input_noise_terms, states, inputs)))
    share = noise_level * rng.uniform(0.5, 1.5, count).clip(max=0.99 / max(noise_level, 1e-12))
    gain = objective.optimal_gain(problem)

    quiet = objective.mean_square_radius(problem, gain)
    target = quiet + share * (1 - quiet)
    steering = input_directions @ gain[:, None]
    scale = noise_scale(
        problem.A - problem.B @ gain,
        np.concatenate([state_variances, input_variances], axis=1),
        np.concatenate([state_directions, steering], axis=1),
        target,
    )
    return problem.replace(
        state_noise=(scale[:, None] * state_variances, state_directions),
        input_noise=(scale[:, None] * input_variances, input_directions),
    )


def _unit(directions: Array) -> Array:
    return np.asarray(directions / np.linalg.norm(directions, axis=(-2, -1), keepdims=True))


def random_stabilizing_gains(
    problem: LQR, rng: Seed, *, reach: float | tuple[float, float] = (0.0, 0.95)
) -> Array:
    """Return a random stabilizing gain (..., m, n) for each member of a problem.

    From the optimal gain a Gaussian direction is followed to a crossing of the boundary of the
    stabilizing set (`boundary_distance`); the gain stands a share drawn uniformly from `reach` of
    the way, halved while it does not stabilize. A share of 0 is the optimum, 1 the boundary.
    """
    rng = np.random.default_rng(rng)
    optimal = objective.optimal_gain(problem)
    direction = _unit(rng.standard_normal(optimal.shape))
    edge = boundary_distance(problem, optimal, direction)
    low, high = (reach, reach) if isinstance(reach, int | float) else reach
    step = rng.uniform(low, high, problem.batch_shape) * edge
    while True:
        gain = np.asarray(optimal + step[..., None, None] * direction)
        # A ray may leave the set and come back before the crossing that was found.
        lost = ~objective.is_stabilizing(problem, gain)
        if not lost.any():
            return gain
        step = np.where(lost, step / 2, step)


def boundary_distance(problem: LQR, K: ArrayLike, direction: ArrayLike) -> Array:
    """Distance t (...) from K to a boundary of the stabilizing set along a direction.

    K + s * direction stabilizes at s = 0 and at s = t, and not just past t (to a relative 1e-10).
    Found by doubling and bisection, so on a ray that leaves and re-enters the set it need not be
    the first crossing.
    """
    gain = objective.gain_array(problem, K)
    step = objective.gain_array(problem, direction, "direction")
    objective.require_stabilizing(problem, gain)
    shape = np.broadcast_shapes(gain.shape[:-2], step.shape[:-2], problem.batch_shape)
    inside, outside = np.zeros(shape), np.full(shape, 1e-3)

    def stable(distance: Array) -> Array:
        return np.asarray(
            objective.is_stabilizing(problem, gain + distance[..., None, None] * step)
        )

    for _ in range(60):
        still = stable(outside)
        if not still.any():
            break
        inside, outside = np.where(still, outside, inside), np.where(still, 2 * outside, outside)
    for _ in range(36):
        middle = (inside + outside) / 2
        still = stable(middle)
        inside, outside = np.where(still, middle, inside), np.where(still, outside, middle)
    return inside
