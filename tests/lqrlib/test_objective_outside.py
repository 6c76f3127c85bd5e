"""Gains that do not stabilize, gains that are malformed, and inputs left as they were."""

import numpy as np
import pytest
from strategies import build, unit

import lqrlib

# A gain that does not stabilize is a value, and only its own.


@pytest.mark.parametrize("p, q", [(0, 0), (2, 1)])
@pytest.mark.parametrize("n", [1, 2, 4, 6, 8])
@pytest.mark.parametrize("bad", [1.0 + 1e-9, 1.5, 1e6, 1e200])
def test_one_bad_member_is_inf_and_nan_and_changes_no_bit_of_its_neighbours(n, bad, p, q):
    case = build(n, n, 2, p, q, (5,), (0.05, 0.999))
    X = unit(case)
    A = case.problem.A.copy()
    closed = A[2] - case.problem.B[2] @ case.K[2]
    A[2] = closed * np.sqrt(bad) / np.sqrt(case.radius[2]) + case.problem.B[2] @ case.K[2]
    noise = case.problem.state_noise
    louder = noise.variances.copy()
    louder[2] *= bad / case.radius[2]
    spoilt = case.problem.replace(A=A, state_noise=(louder, noise.directions))
    if p or q:  # the input noise was not scaled along, so ask only for clearly unstable members
        A[2] *= 1.5
        spoilt = spoilt.replace(A=A)
    good, fine = np.arange(5) != 2, lqrlib.evaluate(case.problem, case.K)
    at = lqrlib.evaluate(spoilt, case.K)
    assert at.cost[2] == np.inf
    for name in ("P", "Sigma", "E", "R_K", "gradient"):
        assert np.isnan(getattr(at, name)[2]).all(), name
        assert np.array_equal(getattr(at, name)[good], getattr(fine, name)[good]), name
    assert np.array_equal(at.cost[good], fine.cost[good])
    H = lqrlib.hessian(spoilt, case.K, X)
    assert np.isnan(H[2]).all()
    assert np.array_equal(H[good], lqrlib.hessian(case.problem, case.K, X)[good])
    matrix = lqrlib.hessian_matrix(spoilt, case.K)
    assert np.isnan(matrix[2]).all()
    assert np.array_equal(matrix[good], lqrlib.hessian_matrix(case.problem, case.K)[good])
    assert np.array_equal(lqrlib.is_stabilizing(spoilt, case.K), good)
    radius = lqrlib.mean_square_radius(spoilt, case.K)
    assert radius[2] >= 1
    assert np.array_equal(radius[good], lqrlib.mean_square_radius(case.problem, case.K)[good])


@pytest.mark.parametrize("p, q", [(0, 0), (1, 0), (0, 1), (2, 2)])
@pytest.mark.parametrize("size", [1e3, 1e8, 1e16, 1e80, 1e160, 1e300])
def test_huge_gains_are_unstable_values_and_neither_warnings_nor_false_certificates(size, p, q):
    """At 1e8 the identity is lost against F_K in float64, and a solve returns anything."""
    for seed in range(10):
        case = build(seed, 2 + seed % 3, 2, p, q, (3,), 0.5)
        m, n = case.K.shape[-2:]
        rank_one = case.rng.standard_normal((m, 1)) * case.rng.standard_normal((1, n))
        K = case.K.copy()
        K[:2] = size * np.stack([np.ones((m, n)), rank_one])
        at = lqrlib.evaluate(case.problem, K)
        assert at.cost[:2].tolist() == [np.inf, np.inf]
        assert np.isnan(at.gradient[:2]).all()
        assert at.cost[2] == lqrlib.cost(case.problem, case.K)[2]
        assert lqrlib.is_stabilizing(case.problem, K).tolist() == [False, False, True]
        assert (lqrlib.mean_square_radius(case.problem, K)[:2] > 1).all()
        assert np.isnan(lqrlib.hessian(case.problem, K, case.K)[:2]).all()


def test_a_single_gain_that_does_not_stabilize_has_cost_inf_and_gradient_nan():
    problem = lqrlib.systems.double_integrator()
    K = np.zeros((1, 2))
    assert lqrlib.cost(problem, K) == np.inf
    assert np.isnan(lqrlib.gradient(problem, K)).all()
    assert np.isnan(lqrlib.hessian(problem, K, K)).all()
    assert not lqrlib.is_stabilizing(problem, K)


def test_the_boundary_itself_does_not_stabilize():
    problem = lqrlib.systems.scalar(1.0, 1.0, 1.0, 1.0)
    assert lqrlib.cost(problem, [[0.0]]) == np.inf
    assert lqrlib.cost(problem, [[2.0]]) == np.inf
    assert np.isfinite(lqrlib.cost(problem, [[1.0]]))


def test_require_stabilizing_names_members_and_radius():
    stack = lqrlib.LQR([[[0.5]], [[2.0]], [[0.1]], [[3.0]]], [[1.0]], [[1.0]], [[1.0]])
    with pytest.raises(lqrlib.NotStabilizingError) as caught:
        lqrlib.objective.require_stabilizing(stack, [[0.0]])
    assert caught.value.members.tolist() == [False, True, False, True]
    assert caught.value.radius == pytest.approx([0.25, 4.0, 0.01, 9.0])
    assert "members [1]: mean-square radius 4; [3]: mean-square radius 9" in str(caught.value)


def test_an_unstabilizable_problem_has_no_optimal_gain_and_the_error_names_the_members():
    stack = lqrlib.LQR([[[0.5]], [[2.0]]], [[[1.0]], [[0.0]]], [[1.0]], [[1.0]])
    with pytest.raises(lqrlib.NotStabilizableError, match=r"in member \[1\]") as caught:
        lqrlib.optimal_gain(stack)
    assert caught.value.members.tolist() == [False, True]


def test_noise_can_make_a_controllable_problem_unstabilizable():
    """x+ = (0.5 + delta) x + u: no gain beats a variance above 1 on the state (1 is too much)."""
    loud = lqrlib.systems.scalar(0.5, 1.0, 1.0, 1.0, state_variance=1.01)
    quiet = lqrlib.systems.scalar(0.5, 1.0, 1.0, 1.0, state_variance=0.99)
    with pytest.raises(lqrlib.NotStabilizableError):
        lqrlib.optimal_gain(loud)
    assert lqrlib.is_stabilizing(quiet, lqrlib.optimal_gain(quiet))


# Bad gains, and inputs left alone.


@pytest.mark.parametrize(
    "K, message",
    [
        (np.zeros((2, 3)), r"K: expected shape \(\.\.\., 1, 2\), got \(2, 3\)"),
        (np.zeros(2), r"K: expected shape \(\.\.\., 1, 2\), got \(2,\)"),
        ([[np.nan, 0.0]], "K: expected finite numbers"),
        ([[np.inf, 0.0]], "K: expected finite numbers"),
        ([[1j, 0.0]], "K: expected real numbers, got dtype complex128"),
        ([["1", "2"]], "K: expected real numbers"),
        ([[1.0, 2.0], [3.0]], "K: expected a rectangular array"),
        (np.zeros((0, 1, 2)), "K: expected at least one entry"),
        (None, "K: expected real numbers"),
        (np.zeros((3, 1, 2)), r"K: batch axes \(3,\) do not broadcast .* \(2,\)"),
    ],
)
@pytest.mark.parametrize(
    "function",
    ["evaluate", "cost", "gradient", "hessian_matrix", "mean_square_radius", "is_stabilizing"],
)
def test_a_malformed_gain_is_refused_by_name(function, K, message):
    one = lqrlib.systems.double_integrator()
    with pytest.raises(ValueError, match=message):
        getattr(lqrlib, function)(lqrlib.LQR.stack([one, one]), K)


def test_a_malformed_direction_is_refused_by_name():
    problem = lqrlib.systems.double_integrator()
    with pytest.raises(ValueError, match=r"X: expected shape \(\.\.\., 1, 2\), got \(2, 1\)"):
        lqrlib.hessian(problem, [[0.4, 1.2]], [[1.0], [2.0]])
    with pytest.raises(ValueError, match="X: batch axes .* do not broadcast"):
        lqrlib.hessian(problem, np.full((2, 1, 2), 0.5), np.ones((3, 1, 2)))


@pytest.mark.parametrize("wrong", [None, 3, np.eye(2), "problem"])
def test_something_that_is_no_problem_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match="problem: expected an LQR"):
        lqrlib.cost(wrong, [[0.0]])
    with pytest.raises(ValueError, match="problem: expected an LQR"):
        lqrlib.optimal_gain(wrong)


def test_gains_may_be_lists_integers_or_read_only_and_are_left_as_they_were():
    problem = lqrlib.LQR([[0.5, 1.0], [0.0, 0.5]], np.eye(2), np.eye(2), np.eye(2))
    gain = np.array([[0, 1], [0, 0]])
    expected = lqrlib.gradient(problem, gain.astype(float))
    frozen = gain.astype(float)
    frozen.setflags(write=False)
    for K in ([[0, 1], [0, 0]], gain, frozen, gain.astype(np.float32), np.asfortranarray(gain)):
        before = np.array(K)
        assert np.array_equal(lqrlib.gradient(problem, K), expected)
        assert np.array_equal(lqrlib.hessian(problem, K, K), lqrlib.hessian(problem, gain, gain))
        assert np.array_equal(np.array(K), before)


def test_results_share_no_memory_with_the_problem_or_the_gain():
    case = build(3, 3, 3, 1, 1, (2,), 0.5)
    at = lqrlib.evaluate(case.problem, case.K)
    given_arrays = [case.K, case.problem.Q, case.problem.R, case.problem.Sigma0]
    for name in ("cost", "P", "Sigma", "E", "R_K", "gradient"):
        for other in given_arrays:
            assert not np.shares_memory(getattr(at, name), other), name
