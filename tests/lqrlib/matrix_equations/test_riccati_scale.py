"""Riccati equations of extreme size, and what is no equation: the same gain, or a clear error."""

import numpy as np
import pytest

from lqrlib import LQR, NotStabilizableError
from lqrlib.matrix_equations import solve_riccati
from lqrlib.matrix_equations.elimination import solve_definite


def sized(weight, steering, noise):
    """The README's system with Q and R times a weight, and inputs in another unit."""
    B = steering * np.array([[0.0], [0.1]])
    return LQR(
        [[1.0, 0.1], [0.0, 1.0]],
        B,
        weight * np.eye(2),
        [[weight * steering**2]],
        input_noise=([0.2], [B]) if noise else None,
    )


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("weight", [1e-300, 1e-170, 1e-157, 1e-20, 1e20, 1e150, 1e170, 1e300])
def test_the_gain_does_not_feel_a_common_factor_of_the_weights(weight, noise):
    expected, found = (
        solve_riccati(sized(1.0, 1.0, noise)),
        solve_riccati(sized(weight, 1.0, noise)),
    )
    np.testing.assert_allclose(found.K, expected.K, rtol=1e-13)
    np.testing.assert_allclose(found.P / weight, expected.P, rtol=1e-13)


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("steering", [1e-150, 1e-100, 1e-20, 1e20, 1e100, 1e150])
def test_the_gain_follows_the_unit_of_the_inputs(steering, noise):
    expected, found = (
        solve_riccati(sized(1.0, 1.0, noise)),
        solve_riccati(sized(1.0, steering, noise)),
    )
    np.testing.assert_allclose(found.K * steering, expected.K, rtol=1e-13)
    np.testing.assert_allclose(found.P, expected.P, rtol=1e-13)


def test_an_extreme_member_leaves_the_others_of_its_stack_alone():
    problems = [sized(1.0, 1.0, True), sized(1e200, 1.0, True), sized(1.0, 1e-140, True)]
    found = solve_riccati(LQR.stack(problems))
    np.testing.assert_array_equal(found.K[0], solve_riccati(problems[0]).K)
    np.testing.assert_allclose(found.K[1], found.K[0], rtol=1e-13)
    np.testing.assert_allclose(found.K[2] * 1e-140, found.K[0], rtol=1e-13)


@pytest.mark.parametrize("a", [0.8, 1.0, 1.2])
@pytest.mark.parametrize("size", [1e-300, 1e-150, 1e150, 1e300])
def test_an_extreme_input_matrix_gives_a_gain_or_a_clear_error(size, a):
    B = size * np.array([[0.0], [0.1]])
    problem = LQR([[a, 0.1 * a], [0.0, a]], B, np.eye(2), [[1.0]], input_noise=([0.2], [B]))
    try:
        K = solve_riccati(problem).K
    except NotStabilizableError:
        return
    assert np.isfinite(K).all()


@pytest.mark.parametrize("method", ["policy_iteration", "value_iteration", None])
def test_what_is_no_problem_is_refused_by_name(method):
    with pytest.raises(ValueError, match="problem: expected an LQR, got float"):
        solve_riccati(1.0, method)


@pytest.mark.parametrize("count", [1, 2, 63, 64, 100])
def test_a_member_of_singular_weights_leaves_a_stack_of_any_size_alone(count):
    W = np.stack([np.eye(3)] * (count - 1) + [np.zeros((3, 3))])
    V = np.ones((count, 3, 2))
    with np.errstate(all="ignore"):
        X = solve_definite(W, V)
    np.testing.assert_array_equal(X[:-1], V[:-1])
    assert not np.isfinite(X[-1]).any()


def test_a_hopeless_badly_scaled_problem_is_called_so_alone_and_in_a_stack():
    """LAPACK meets an exactly singular R_K on the way."""
    hopeless = LQR(
        np.diag([1e3, 2.0]),
        np.array([[1e20, 1e20], [0.0, 0.0]]),
        np.eye(2),
        1e-30 * np.eye(2),
        input_noise=([1.0], [[[1e20, 1e20], [0.0, 0.0]]]),
    )
    fine = hopeless.replace(A=0.5 * np.eye(2), B=np.eye(2), R=np.eye(2), input_noise=None)
    for problem, members in ((hopeless, True), (LQR.stack([fine, hopeless]), [False, True])):
        with pytest.raises(NotStabilizableError) as caught:
            solve_riccati(problem)
        np.testing.assert_array_equal(caught.value.members, members)
