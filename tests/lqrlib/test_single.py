"""One problem alone, which takes a shorter way, is what it is in a stack."""

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR
from lqrlib.errors import NotStabilizableError
from lqrlib.matrix_equations import solve_riccati

CLOSE = 2e-12


def relative(single, stacked):
    size = np.abs(stacked).max()
    return np.abs(single - stacked).max() / size if size else np.abs(single).max()


def normal(rng, n, radius):
    A = rng.standard_normal((n, n))
    return A * radius / np.abs(np.linalg.eigvals(A)).max()


def chain(rng, n, radius):
    """Powers grow before they decay, by more the larger n is."""
    U = np.linalg.qr(rng.standard_normal((n, n)))[0]
    return U @ (radius * np.eye(n) + rng.choice([0.1, 0.5, 1.0, 2.0]) * np.eye(n, k=1)) @ U.T


def graded(rng, n, radius):
    scale = 10.0 ** rng.uniform(-4, 4, n)
    return normal(rng, n, radius) * scale / scale[:, None]


def nilpotent(rng, n, _):
    return np.triu(rng.standard_normal((n, n)), 1)


def huge(rng, n, radius):
    return normal(rng, n, radius) * 1e160


KINDS = [normal, chain, graded, nilpotent, huge]
RADII = [0.3, 0.9, 0.999, 1 - 1e-7, 1 - 1e-11, 1 + 1e-11, 1 + 1e-7, 1.2]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 2, 4, 10, 16, 17, 24])
def test_cost_gradient_and_verdict_at_a_gain(kind, n):
    rng = np.random.default_rng([n, KINDS.index(kind)])
    for radius in RADII:
        B, K = rng.standard_normal((n, 2)), rng.standard_normal((2, n))
        F = kind(rng, n, radius)
        problem = LQR(F + B @ K, B, np.eye(n), np.eye(2))
        one, two = lqrlib.at_gain(problem, K), lqrlib.at_gain(LQR.stack([problem] * 2), K)
        assert one.loop.stable == lqrlib.is_stabilizing(problem, K) == two.loop.stable[0]
        assert one.decided == two.decided[0]
        if one.loop.stable:
            allowed = CLOSE + 2 * one.condition
            for name in ("cost", "P", "Sigma", "gradient"):
                assert relative(getattr(one, name), getattr(two, name)[0]) < allowed, name
            assert relative(lqrlib.cost(problem, K), one.cost) < allowed
        else:
            assert np.array_equal(one.cost, two.cost[0], equal_nan=True)
            for name in ("P", "Sigma", "gradient"):
                assert np.isnan(getattr(one, name)).all(), name


def ordinary(rng, A, B, Q, R):
    return A, B, Q, R


def blind(rng, A, B, Q, R):
    return A, B, np.diag(rng.integers(0, 2, len(A)).astype(float)), R


def cheap(rng, A, B, Q, R):
    return A, B * 10.0 ** rng.integers(-8, 9), Q, R


def extreme(rng, A, B, Q, R):
    sizes = 10.0 ** rng.choice([-90, 0, 90], 3)
    return A, B * sizes[0], Q * sizes[1], R * sizes[2]


def uncontrolled(rng, A, B, Q, R):
    A[-1], B[-1] = 0.0, 0.0
    A[-1, -1] = 1 + rng.choice([-1, 1]) * 10.0 ** -rng.integers(3, 14)
    return A, B, Q, R


def badly_scaled(rng, A, B, Q, R):
    scale = 10.0 ** rng.uniform(-2, 2, len(A))
    return A * scale / scale[:, None], B, Q, R


def solution(problem):
    try:
        return solve_riccati(problem)
    except NotStabilizableError as error:
        return str(error).split(" in member")[0]


@pytest.mark.parametrize("n", [1, 2, 4, 7, 10, 20])
@pytest.mark.parametrize(
    "change",
    [ordinary, blind, cheap, extreme, uncontrolled, badly_scaled],
    ids=lambda f: f.__name__,
)
def test_optimal_gain(change, n):
    found = 0
    for seed in range(10):
        rng = np.random.default_rng([n, seed])
        A = normal(rng, n, rng.choice([0.3, 0.9, 1.0, 1.1, 2.0]))
        B = rng.standard_normal((n, rng.integers(1, n // 2 + 2)))
        problem = LQR(*change(rng, A, B, np.eye(n), np.eye(B.shape[1])))
        one, two = solution(problem), solution(LQR.stack([problem] * 2))
        assert isinstance(one, str) == isinstance(two, str)
        if isinstance(one, str):
            assert one == two
            continue
        found += 1
        # what is lost in P is lost to rounding in either way
        allowed = CLOSE + 1e-15 * np.linalg.cond(one.P)
        assert relative(one.P, two.P[0]) < allowed
        assert relative(one.K, two.K[0]) < allowed
        assert one.iterations.shape == () and one.iterations == two.iterations[0]
    assert found
