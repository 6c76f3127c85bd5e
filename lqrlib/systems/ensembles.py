"""Random problems and random stabilizing gains, and how strong noise may be."""

from __future__ import annotations

import numpy as np

from .. import objective, validation
from ..matrix_equations import solve_lyapunov
from ..problem import LQR
from ..validation import Array, Seed
from .boundary import boundary_distance


def _definite(rng: np.random.Generator, count: int, size: int, spread: float) -> Array:
    """Random symmetric positive definite matrices with eigenvalues in [1/spread, spread]."""
    frame = np.linalg.qr(rng.standard_normal((count, size, size)))[0]
    eigenvalues = np.exp(rng.uniform(-np.log(spread), np.log(spread), (count, 1, size)))
    return (frame * eigenvalues) @ frame.swapaxes(-1, -2)


@np.errstate(all="ignore")
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
    """Return a stack (count,) of random problems, each mean-square stabilizable.

    A is Gaussian, scaled to a spectral radius drawn from `radius`; B is Gaussian; Q, R and Sigma0
    have random eigenvectors and eigenvalues drawn log-uniformly from [1/spread, spread]. Noise
    directions are Gaussian with unit Frobenius norm; the variances are drawn uniformly and scaled
    so that the gain optimal without noise keeps a mean-square radius between its noise-free value
    and 1, a fraction of about `noise_level` of the way on average.

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
        Number of noise terms on A and on B; zero for none.
    noise_level : float in [0, 1)
        0 is no noise, close to 1 hardly stabilizable by the noise-ignorant gain.
    spread : float >= 1
        Bounds the eigenvalues of Q, R and Sigma0; 1 makes them identities.
    """
    for name, number in (("count", count), ("states", states), ("inputs", inputs)):
        validation.whole_number(name, number)
    validation.whole_number("state_noise_terms", state_noise_terms, 0)
    validation.whole_number("input_noise_terms", input_noise_terms, 0)
    if not validation.real_number("noise_level", noise_level, positive=False) < 1:
        raise ValueError(f"noise_level: expected a number in [0, 1), got {noise_level!r}")
    if validation.real_number("spread", spread) < 1:
        raise ValueError(f"spread: expected a number >= 1, got {spread!r}")
    rng, (low, high) = validation.generator("rng", rng), validation.bounds("radius", radius, 0.0)
    A = rng.standard_normal((count, states, states))
    size = np.abs(np.linalg.eigvals(A)).max(axis=-1)
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
    fraction = noise_level * rng.uniform(0.5, 1.5, count).clip(max=0.99 / max(noise_level, 1e-12))
    gain = objective.optimal_gain(problem)
    quiet = objective.mean_square_radius(problem, gain)
    target = quiet + fraction * (1 - quiet)
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


def noise_scale(closed: Array, variances: Array, directions: Array, target: Array) -> Array:
    """Largest scale s, up to a few per cent, at which F_0 + s N has radius at most `target`.

    F_0 + s N has the eigenvalue t exactly when 1/s is an eigenvalue of G = (t - F_0)^-1 N. G is a
    positive operator, so for every X > 0 its radius is at most the largest eigenvalue of
    X^-1 G(X) (Collatz and Wielandt); a few power iterations bring X near the Perron vector.
    """
    closed = validation.square_matrix("closed", closed)
    target, n = validation.positive_array("target", target), closed.shape[-1]
    variances, directions = validation.noise_terms("noise", (variances, directions), n, n)
    shapes = (closed.shape[:-2], variances.shape[:-1], directions.shape[:-3], target.shape)
    if closed.ndim != 3 or len(set(shapes)) > 1:
        raise ValueError(f"closed: expected batch axes (N,) as of all others, got {shapes}")
    root = np.sqrt(target)[:, None, None]
    X = np.broadcast_to(np.eye(n), closed.shape)
    bound = np.zeros(len(closed))
    for _ in range(8):
        noise = directions @ X[:, None] @ directions.swapaxes(-1, -2)
        noise = np.einsum("sj,sjkl->skl", variances, noise) / root**2
        image = solve_lyapunov(closed / root, noise)
        image = np.where(np.isnan(image), 1e200 * np.eye(closed.shape[-1]), image)  # no room
        bound = np.abs(np.linalg.eigvals(np.linalg.solve(X, image))).max(axis=-1)
        X = image / np.trace(image, axis1=-2, axis2=-1)[:, None, None]
        # Rank-deficient noise would leave X singular; a little of the identity keeps X > 0.
        X = X + 1e-3 * np.eye(n)
    return 1 / bound


def _unit(directions: Array) -> Array:
    return directions / np.linalg.norm(directions, axis=(-2, -1), keepdims=True)


@np.errstate(under="ignore")
def random_stabilizing_gains(
    problem: LQR, rng: Seed, *, fraction: float | tuple[float, float] = (0.0, 0.95)
) -> Array:
    """Return a random stabilizing gain (..., m, n) for each member of a problem.

    From the optimal gain a Gaussian direction is followed to a crossing of the boundary of the
    stabilizing set (`boundary_distance`); the gain stands a fraction of the way from it, drawn
    uniformly from `fraction` and halved while it does not stabilize: 0 is the optimum, 1 the
    boundary.
    """
    rng, (low, high) = validation.generator("rng", rng), validation.bounds("fraction", fraction)
    optimal = objective.optimal_gain(problem)
    direction = _unit(rng.standard_normal(optimal.shape))
    edge = boundary_distance(problem, optimal, direction)
    step = rng.uniform(low, high, problem.batch_shape) * edge
    while True:
        gain = np.asarray(optimal + step[..., None, None] * direction)
        # A ray may leave the set and come back before the crossing that was found.
        lost = ~objective.is_stabilizing(problem, gain)
        if not lost.any():
            return gain
        step = np.where(lost, step / 2, step)
