"""Finite horizons with noise: as many steps as one likes, for the price of a few."""

import numpy as np
import pytest
import truth

import lqrlib
from lqrlib import oracles, systems
from lqrlib.finite_horizon import finite_horizon_cost, value_matrix
from lqrlib.matrix_equations import ClosedLoop
from tests.fuzz import numbers


def noisy(n):
    problem = systems.random_ensemble(
        1, n, 2, n, state_noise_terms=2, input_noise_terms=1, noise_level=0.8
    )[0]
    return problem, lqrlib.optimal_gain(problem)


def stepped(problem, K, horizon):
    """The recursion as it is written, one step after the other."""
    terms = list(zip(*problem.state_noise, strict=True))
    terms += [(b, B @ K) for b, B in zip(*problem.input_noise, strict=True)]
    terms.append((1.0, problem.A - problem.B @ K))
    weight = problem.Q + K.T @ problem.R @ K
    value = weight
    for _ in range(horizon - 1):
        value = weight + sum(v * S.T @ value @ S for v, S in terms)
    return value


@pytest.mark.parametrize("n", [1, 2, 4, 10, 21])
@pytest.mark.parametrize("horizon", [1, 2, 3, 4, 10, 11, 12, 55, 56, 63, 64, 100, 300])
def test_the_value_is_that_of_the_recursion_also_where_it_grows(n, horizon):
    problem, K = noisy(n)
    gains = np.stack([K, 1.5 * K, 0.5 * K])
    found = value_matrix(problem, gains, horizon)
    for gain, value in zip(gains, found, strict=True):
        expected = stepped(problem, gain, horizon)
        np.testing.assert_allclose(value, expected, rtol=0, atol=1e-11 * np.abs(expected).max())


@pytest.mark.parametrize("n", [2, 4, 10, 20, 21])
@pytest.mark.parametrize("horizon", [10**6, 10**15])
def test_a_long_horizon_gives_the_cost(n, horizon):
    problem, K = noisy(n)
    assert finite_horizon_cost(problem, K, horizon) == pytest.approx(
        lqrlib.cost(problem, K), rel=1e-11
    )


@pytest.mark.parametrize("n", [2, 21])
def test_a_long_horizon_of_an_unstable_loop_is_infinite(n):
    problem, K = noisy(n)
    costs = finite_horizon_cost(problem, np.stack([K, K + 100]), 10**9)
    assert np.isfinite(costs[0]) and np.isposinf(costs[1])


def test_beyond_twenty_states_the_recursion_stops_once_it_repeats(monkeypatch):
    problem, K = noisy(21)
    calls, apply_adjoint = [], ClosedLoop.apply_adjoint
    monkeypatch.setattr(
        ClosedLoop, "apply_adjoint", lambda loop, X: calls.append(1) or apply_adjoint(loop, X)
    )
    finite_horizon_cost(problem, K, 10**12)
    assert len(calls) < 5000


def test_a_stack_meets_its_starts_one_by_one():
    problem, K = noisy(3)
    stack = lqrlib.LQR.stack([problem, problem.replace(Q=2 * problem.Q)])
    starts = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]])
    found = oracles.finite_horizon_cost(stack, 1000, x0=starts)(K)
    for i in range(2):
        alone = finite_horizon_cost(stack[i], K, 1000, starts[i])
        np.testing.assert_allclose(found[i], alone, rtol=1e-13)


@pytest.mark.parametrize("x0", [np.ones((3, 3)), np.ones((3, 2)), np.ones(2)])
def test_starts_that_fit_no_problem_are_refused_before_the_first_query(x0):
    problem, _ = noisy(3)
    for stack in (problem, lqrlib.LQR.stack([problem, problem])):
        with pytest.raises(ValueError, match="x0: "):
            oracles.rollout_cost(stack, 5, 0, x0=x0)


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("horizon", [11, 64, 172])
@pytest.mark.parametrize("states", [2, 3, 4])
def test_powers_that_are_not_normal_lose_no_digits_where_they_grow(states, horizon, noise):
    """Squared as they stand they lose all: the cost came out negative, and 1e24 times too large."""
    rng = np.random.default_rng(states)
    frame = (
        np.diag(10.0 ** rng.uniform(-1.5, 1.5, states))
        @ np.linalg.qr(rng.standard_normal((states, states)))[0]
    )
    F = (
        frame
        @ (np.diag(rng.uniform(-1, 1, states)) + 30 * np.eye(states, k=1))
        @ np.linalg.inv(frame)
    )
    F *= 1.1 / np.abs(np.linalg.eigvals(F)).max()
    problem = lqrlib.LQR(
        F,
        np.eye(states),
        np.eye(states),
        np.eye(states),
        state_noise=(1e-12, rng.standard_normal((states, states))) if noise else None,
    )
    K = np.zeros((states, states))
    exact = truth.precise_horizon(problem, K, horizon)
    assert finite_horizon_cost(problem, K, horizon) == pytest.approx(exact, rel=1e-3)
    many = np.full((3500, states, states), 0.3) * np.eye(states)  # more than are taken at a time
    many[[0, 3450]] = problem.A
    found = finite_horizon_cost(problem.replace(A=many), K, horizon)
    np.testing.assert_allclose(found[[0, 3450]], exact, rtol=1e-3)
    np.testing.assert_allclose(found[[1, -1]], found[7], rtol=1e-14)


@pytest.mark.parametrize(("number", "member", "horizon"), [(1425, 14, 10), (1841, 45, 129)])
def test_a_stable_loop_whose_powers_grow_first_keeps_its_digits(number, member, horizon):
    """`make fuzz` found these off by 3e-3 and 5e-5: the digits were lost before the powers fell."""
    problems, K = numbers.stack(np.random.default_rng([1, number]))
    problem, K = problems[member], K[member]
    exact = truth.precise_horizon(problem, K, horizon)
    assert finite_horizon_cost(problem, K, horizon) == pytest.approx(exact, rel=1e-9, abs=0)
