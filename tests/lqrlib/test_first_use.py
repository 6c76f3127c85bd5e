"""What an engineer tries first: scalars, one noise pair, K, P and poles, a system brought along."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from types import SimpleNamespace

import control
import numpy as np
import pytest
import scipy.signal

import lqrlib
from lqrlib import directions, oracles, systems
from lqrpapers.studies.sampled_start import sampled_start_cost


def test_numbers_are_taken_for_matrices_of_one_entry():
    problem = lqrlib.LQR(2.0, 1.0, 1.0, 1)
    assert problem.A.shape == problem.B.shape == problem.R.shape == (1, 1)
    assert lqrlib.optimal_gain(problem).item() == pytest.approx((1 + 5**0.5) / 2)
    assert np.isfinite(lqrlib.cost(problem, 1.5))


def test_a_number_for_a_larger_gain_is_refused_with_the_shape_expected():
    with pytest.raises(ValueError, match=r"K: expected shape \(\.\.\., 1, 2\), got \(\)"):
        lqrlib.cost(systems.double_integrator(), 1.0)


def test_one_noise_pair_stands_for_one_term():
    D = np.array([[0.0], [0.1]])
    pair = systems.double_integrator().replace(input_noise=(0.2, D))
    terms = systems.double_integrator().replace(input_noise=([0.2], [D]))
    assert np.array_equal(pair.input_noise.variances, terms.input_noise.variances)
    assert np.array_equal(pair.input_noise.directions, terms.input_noise.directions)


def test_solve_returns_what_dlqr_returns_and_the_cost():
    problem = systems.boeing()
    K, P, poles, cost = lqrlib.solve(problem)
    gain, value, eigenvalues = control.dlqr(problem.A, problem.B, problem.Q, problem.R)
    np.testing.assert_allclose(K, gain, rtol=1e-9)
    np.testing.assert_allclose(P, value, rtol=1e-9)
    np.testing.assert_allclose(np.sort_complex(poles), np.sort_complex(eigenvalues), rtol=1e-8)
    assert cost == pytest.approx(lqrlib.cost(problem, K), rel=1e-12)


def test_solve_takes_stacks():
    many = systems.random_ensemble(5, 3, 2, 0, state_noise_terms=1)
    K, P, poles, cost = lqrlib.solve(many)
    assert (K.shape, P.shape, poles.shape, cost.shape) == ((5, 2, 3), (5, 3, 3), (5, 3), (5,))


@pytest.mark.parametrize(
    "brought",
    [
        lambda p: control.ss(p.A, p.B, np.eye(4), np.zeros((4, 2)), 0.5),
        lambda p: scipy.signal.dlti(p.A, p.B, np.eye(4), np.zeros((4, 2)), dt=0.5),
        lambda p: SimpleNamespace(A=p.A, B=p.B, dt=True),
    ],
    ids=["python-control", "scipy", "anything"],
)
def test_from_state_space_takes_anything_with_a_b_and_dt(brought):
    problem = systems.boeing()
    made = systems.from_state_space(brought(problem), problem.Q, problem.R)
    assert np.array_equal(made.A, problem.A) and np.array_equal(made.B, problem.B)


@pytest.mark.parametrize("dt", [0, None])
def test_from_state_space_refuses_continuous_time_and_says_what_to_do(dt):
    system = SimpleNamespace(A=np.eye(1), B=np.eye(1), dt=dt)
    with pytest.raises(ValueError, match="expected discrete time, got dt = .*sample it first"):
        systems.from_state_space(system, 1.0, 1.0)


def test_from_state_space_names_what_is_missing():
    with pytest.raises(ValueError, match="got SimpleNamespace without B, dt"):
        systems.from_state_space(SimpleNamespace(A=1.0), 1.0, 1.0)


def test_a_cross_term_can_be_substituted_as_the_docstring_says():
    problem, N = systems.boeing(), 0.05 * np.arange(8.0).reshape(4, 2)
    shift = np.linalg.solve(problem.R, N.T)
    without = problem.replace(A=problem.A - problem.B @ shift, Q=problem.Q - N @ shift)
    expected, _, _ = control.dlqr(problem.A, problem.B, problem.Q, problem.R, N)
    np.testing.assert_allclose(lqrlib.optimal_gain(without) + shift, expected, rtol=1e-8)


def test_a_discount_can_be_substituted_as_the_docstring_says():
    """Sum of 0.9^t (q + r k^2) x_t^2 along x+ = (0.8 - k + delta) x, E delta^2 = 0.1."""
    discount, k = 0.9, 0.3
    problem = lqrlib.LQR(
        discount**0.5 * 0.8, discount**0.5, 1.0, 1.0, state_noise=(discount * 0.1, 1.0)
    )
    expected = (1 + k**2) / (1 - discount * ((0.8 - k) ** 2 + 0.1))
    assert lqrlib.cost(problem, k) == pytest.approx(expected, rel=1e-12)


def test_additive_noise_can_be_substituted_as_the_docstring_says():
    """x+ = 0.5 x + w has variance W / (1 - 0.25) in the long run."""
    assert lqrlib.cost(lqrlib.LQR(0.5, 1.0, 2.0, 1.0, 0.3), 0.0) == pytest.approx(2 * 0.3 / 0.75)


def test_a_descent_that_leaves_says_how_far_with_which_step_and_what_to_try():
    problem = systems.double_integrator()
    with pytest.raises(lqrlib.NotStabilizingError) as caught:
        lqrlib.descend(directions.gradient(problem), [[0.4, 0.8]], 3.0, 5)
    assert caught.value.radius is not None and caught.value.radius > 1
    for words in ("iteration 1", "step of size 3", "backtracking()", "mean-square radius"):
        assert words in str(caught.value)


def test_a_start_outside_says_how_far_and_where_a_gain_inside_is_found():
    with pytest.raises(lqrlib.NotStabilizingError, match=r"optimal_gain.*mean-square radius 1"):
        lqrlib.descend(directions.gradient(systems.double_integrator()), [[0.0, 0.0]], 0.1, 5)


@pytest.mark.parametrize(
    "make",
    [
        directions.gradient,
        directions.natural_gradient,
        directions.gauss_newton,
        lambda problem: directions.zeroth_order(oracles.exact_cost(problem), 1e-3, 4, 0),
        lambda problem: directions.zeroth_order(
            oracles.rollout_cost(problem, 5, 0, common_noise=True), 0.1, 4, 0
        ),
        lambda problem: directions.meta_gradient(lqrlib.LQR.stack([problem] * 2), 1e-6),
        lambda problem: directions.meta_zeroth_order(
            sampled_start_cost(lqrlib.LQR.stack([problem] * 2), np.ones(4), 0.1, 0),
            1e-6,
            1e-3,
            4,
            0,
        ),
    ],
    ids=["gradient", "natural", "gauss-newton", "zeroth", "roll-outs", "meta", "meta-zeroth"],
)
def test_directions_and_their_oracles_can_be_pickled(make):
    direction, K = make(systems.boeing()), systems.boeing_start()
    copy = pickle.loads(pickle.dumps(direction))
    assert np.array_equal(copy(K), direction(K))


@pytest.mark.parametrize(
    "make",
    [
        oracles.exact_cost,
        lambda problem: oracles.finite_horizon_cost(problem, 7),
        lambda problem: oracles.rollout_cost(problem, 7, 0),
        lambda problem: sampled_start_cost(problem, np.ones(4), 0.1, 0),
    ],
    ids=["exact", "finite horizon", "roll-out", "sampled start"],
)
def test_oracles_can_be_pickled_and_go_on_counting(make):
    oracle, K = make(systems.boeing()), systems.boeing_start()
    oracle(K)
    copy = pickle.loads(pickle.dumps(oracle))
    assert np.array_equal(copy(K), oracle(K))
    assert (copy.queries, copy.steps) == (oracle.queries, oracle.steps) == (2, oracle.steps)


def test_problems_and_directions_go_to_other_processes_and_come_back():
    problem, K = systems.boeing(), systems.boeing_start()
    with ProcessPoolExecutor(1) as pool:
        assert np.array_equal(
            pool.submit(directions.gradient(problem), K).result(), lqrlib.gradient(problem, K)
        )
        assert np.array_equal(
            pool.submit(lqrlib.optimal_gain, problem).result(), lqrlib.optimal_gain(problem)
        )
