"""at_gain(...).condition: the relative error to expect of the cost, against 50 digits.

On 1,250 problems, 250 of each of these five kinds (seed 0), the true error was at most 0.41 times
the stated one, and the stated one more than 100 times the true one in 20 per cent.
"""

import mpmath
import numpy as np
import pytest
import truth

import lqrlib

KINDS = ("plain", "edge", "chain", "cancel", "scaled")


def definite(rng, n):
    G = rng.standard_normal((n, n))
    return G @ G.T + 1e-3 * np.eye(n)


def drawn(rng, kind):
    """A problem and a stabilizing gain; `edge` is near the boundary, `chain` far from normal."""
    n, m, noisy = int(rng.integers(1, 5)), int(rng.integers(1, 3)), rng.random() < 0.4
    A, K = rng.standard_normal((n, n)), rng.standard_normal((m, n))
    B = rng.standard_normal((n, m)) * 10 ** rng.uniform(-2, 1)
    if kind == "chain":
        n = int(rng.integers(4, 7))
        U = np.linalg.qr(rng.standard_normal((n, n)))[0]
        A = U @ (0.5 * np.eye(n) + 10 ** rng.uniform(0, 1.5) * np.eye(n, k=1)) @ U.T
        B, K = rng.standard_normal((n, m)), np.zeros((m, n))
    if kind == "cancel":
        B, K = B * 1e-4, K * 10 ** rng.uniform(3, 6)
        A = 0.5 * A / np.abs(np.linalg.eigvals(A)).max() + B @ K
    state = (10 ** rng.uniform(-5, -1, 2), rng.standard_normal((2, n, n)))
    inputs = (10 ** rng.uniform(-5, -1, 2), B * rng.standard_normal((2, n, m)))
    if not noisy or kind == "chain":
        state = inputs = None
    problem = lqrlib.LQR(A, B, definite(rng, n), definite(rng, m), definite(rng, n), state, inputs)
    if kind in ("plain", "edge", "scaled"):
        margin = 10 ** rng.uniform(-8, -3) if kind == "edge" else 0.2
        factor = (1 - margin) / float(lqrlib.mean_square_radius(problem, K))
        noises = (problem.state_noise, problem.input_noise)
        state, inputs = ((v * factor, S) for v, S in noises)
        A, B = A * np.sqrt(factor), B * np.sqrt(factor)
        D = 10 ** rng.uniform(-4, 4, n)[:, None] if kind == "scaled" else np.ones((n, 1))
        state, inputs = (state[0], D * state[1] / D.T), (inputs[0], D * inputs[1])
        problem = problem.replace(A=D * A / D.T, B=D * B, state_noise=state, input_noise=inputs)
        K = K / D.T
    return problem, K


def errors(kind, seed, count):
    """True and stated relative errors of the cost."""
    rng, rows = np.random.default_rng(seed), []
    while len(rows) < count:
        problem, K = drawn(rng, kind)
        at = lqrlib.at_gain(problem, K)
        if np.isfinite(at.cost):
            with mpmath.workdps(50):
                exact = truth.precise_cost(problem, truth._mp(K))
                rows.append((float(abs(mpmath.mpf(float(at.cost)) / exact - 1)), at.condition))
    return np.array(rows, dtype=float).T


@pytest.mark.parametrize("kind", KINDS)
def test_the_true_error_stays_below_the_stated_one_which_is_seldom_far_too_large(kind):
    true, stated = errors(kind, 0, 12)
    assert (true <= 10 * stated).all()
    assert np.mean(stated > 100 * true) <= 0.5


def test_cancellation_in_the_closed_loop_and_in_the_noise_is_counted():
    problem = lqrlib.LQR(
        [[-0.8244]], [[-2.2e-4, 3.8e-4]], [[1.0]], np.eye(2),
        input_noise=([0.36], [[[-2.2e-4, 3.8e-4]]]),
    )  # fmt: skip
    at = lqrlib.at_gain(problem, [[-171.7], [-842.9]])
    assert 1e-15 < at.condition < 1e-9


def test_the_condition_grows_towards_the_boundary_and_is_nan_outside():
    problem = lqrlib.systems.scalar(a=1.0, b=1.0, q=1.0, r=1.0)
    gains = np.array([0.5, 1e-3, 1e-6, -1.0])[:, None, None]
    condition = lqrlib.at_gain(problem, gains).condition
    assert (np.diff(condition[:3]) > 0).all() and np.isnan(condition[3])


def test_the_condition_of_a_scalar_loop_is_the_one_computed_by_hand():
    a, b, q, r, start, alpha, beta, k = 1.3, -0.7, 2.0, 0.4, 1.7, 0.05, 0.03, -1.2
    f = a - b * k
    left = 1 - f**2 - alpha - beta * k**2
    weight = q + r * k**2
    p, s = weight / left, start / left
    formed = 2 * p * s * (abs(f) * (abs(a) + abs(b * k)) + alpha + beta * k**2)
    products = formed + weight * s + p * start
    solves = (p + (f**2 + alpha + beta * k**2) * p) * s
    at = lqrlib.at_gain(lqrlib.systems.scalar(a, b, q, r, start, alpha, beta), k)
    expected = np.finfo(float).eps * (products + solves) / (p * start)
    assert at.condition == pytest.approx(expected, rel=1e-12, abs=0)
