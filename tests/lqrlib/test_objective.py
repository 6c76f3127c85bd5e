"""Cost, gradient, Hessian and optimal gain against computations that share nothing with them.

Accuracy, relative: 1e-8 is asked everywhere; on the examples below 1e-11 is reached well inside
the stabilizing set and 1e-10 at mean-square radius 1 - 1e-3, where it is asked too.
"""

import numpy as np
import pytest
import truth
from compare import EXACT, TRUTH, assert_close
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import build, cases, near_boundary, unit

import lqrlib

# Truth, well inside the stabilizing set.


@given(cases())
@settings(max_examples=60)
def test_value_matrix_covariance_and_cost_agree_with_a_kronecker_solve(case):
    at = lqrlib.evaluate(case.problem, case.K)
    for problem, K, i in case.members():
        assert_close(at.P[i], truth.value_matrix(problem, K), TRUTH, "P")
        assert_close(at.Sigma[i], truth.state_covariance(problem, K), TRUTH, "Sigma")
        assert_close(at.cost[i], truth.cost(problem, K), TRUTH, "cost")
        assert_close(at.R_K[i], truth.input_weight(problem, at.P[i]), TRUTH, "R_K")
    assert np.array_equal(lqrlib.cost(case.problem, case.K), at.cost)


@given(cases())
@settings(max_examples=50)
def test_gradient_agrees_with_extrapolated_differences_of_the_cost(case):
    gradients, X = lqrlib.gradient(case.problem, case.K), unit(case)
    for problem, K, i in case.members():
        step = truth.safe_distance(problem, K) / 2
        slope = truth.derivative(lambda h: truth.cost(problem, K + h * X[i]), step)  # noqa: B023
        size = np.linalg.norm(gradients[i])
        assert_close(np.sum(gradients[i] * X[i]), slope, TRUTH, "slope", size)


@given(cases())
@settings(max_examples=50)
def test_hessian_agrees_with_extrapolated_differences_of_the_gradient(case):
    X = unit(case)
    H = lqrlib.hessian(case.problem, case.K, X)
    for problem, K, i in case.members():
        step = truth.safe_distance(problem, K) / 2
        slope = truth.derivative(lambda h: truth.gradient(problem, K + h * X[i]), step)  # noqa: B023
        assert_close(H[i], slope, TRUTH, "Hessian")


@given(cases(most=4))
@settings(max_examples=25)
def test_hessian_matrix_is_symmetric_and_acts_as_the_operator_on_row_major_vectors(case):
    X = unit(case)
    matrix = lqrlib.hessian_matrix(case.problem, case.K)
    m, n = case.K.shape[-2:]
    assert matrix.shape == (*case.problem.batch_shape, m * n, m * n)
    assert np.array_equal(matrix, matrix.swapaxes(-1, -2))
    image = (matrix @ X.reshape(*X.shape[:-2], m * n, 1)).reshape(X.shape)
    assert_close(image, lqrlib.hessian(case.problem, case.K, X), EXACT)


@given(cases())
@settings(max_examples=30)
def test_hessian_operator_is_self_adjoint(case):
    X, Y = unit(case), unit(case)
    left = np.sum(Y * lqrlib.hessian(case.problem, case.K, X), axis=(-2, -1))
    HY = lqrlib.hessian(case.problem, case.K, Y)
    assert_close(left, np.sum(X * HY, axis=(-2, -1)), EXACT, scale=np.linalg.norm(HY))


@given(cases(), st.floats(1e-6, 1e-1))
@settings(max_examples=30)
def test_gradient_near_the_optimum_agrees_with_a_kronecker_solve(case, distance):
    """There the gradient is a small difference: the error is relative to the terms of it."""
    best = lqrlib.optimal_gain(case.problem)
    X = unit(case)
    reach = np.empty(case.problem.batch_shape)
    for i in np.ndindex(reach.shape):
        reach[i] = truth.safe_distance(case.problem[i] if i else case.problem, best[i])
    K = best + distance * reach[..., None, None] * X
    at = lqrlib.evaluate(case.problem, K)
    for i in np.ndindex(reach.shape):
        problem = case.problem[i] if i else case.problem
        size = 2 * np.linalg.norm(at.R_K[i] @ K[i]) * np.linalg.norm(at.Sigma[i])
        assert_close(at.gradient[i], truth.gradient(problem, K[i]), EXACT, "gradient", size)


# Truth near the boundary, where the reference needs more digits than float64 has.


@given(cases(layouts=[()], radius=near_boundary()))
@settings(max_examples=20)
def test_cost_and_gradient_reach_ten_digits_within_1e_3_of_the_boundary(case):
    """Relative error at most 1e-10 for 1 - rho(F_K) from 1e-1 down to 1e-3 (seen: 2e-12)."""
    X = unit(case)
    expected = float(truth.precise(case.problem, case.K, []))
    assert_close(lqrlib.cost(case.problem, case.K), expected, 1e-10, "cost")
    gradient = lqrlib.gradient(case.problem, case.K)
    slope = float(truth.precise(case.problem, case.K, [X]))
    assert_close(np.sum(gradient * X), slope, 1e-10, "slope", np.linalg.norm(gradient))


@given(cases(most=6, layouts=[()], radius=near_boundary()))
@settings(max_examples=12)
def test_hessian_reaches_ten_digits_within_1e_3_of_the_boundary(case):
    """Relative error at most 1e-10 for 1 - rho(F_K) from 1e-1 down to 1e-3 (seen: 2e-12)."""
    X, Y = unit(case), unit(case)
    H = lqrlib.hessian(case.problem, case.K, X)
    curvature = float(truth.precise(case.problem, case.K, [X, Y]))
    assert_close(np.sum(Y * H), curvature, 1e-10, "curvature", np.linalg.norm(H))


# Stability.


@given(cases(radius=(0.05, 2.0)))
@settings(max_examples=60)
def test_mean_square_radius_agrees_with_the_eigenvalues_of_the_kronecker_matrix(case):
    radius = lqrlib.mean_square_radius(case.problem, case.K)
    for problem, K, i in case.members():
        assert radius[i] == pytest.approx(truth.radius(problem, K), rel=TRUTH)


@pytest.mark.parametrize("p, q", [(0, 0), (2, 0), (0, 2), (3, 3)])
@pytest.mark.parametrize("margin", [1e-3, 1e-6, 1e-9])
@pytest.mark.parametrize("n", [1, 3, 8])
def test_stability_is_told_apart_on_both_sides_of_the_boundary(n, margin, p, q):
    for seed in range(3):
        inside = build(seed, n, 2, p, q, (2,), 1 - margin)
        outside = build(seed, n, 2, p, q, (2,), 1 + margin)
        assert lqrlib.is_stabilizing(inside.problem, inside.K).all()
        assert not lqrlib.is_stabilizing(outside.problem, outside.K).any()


@given(cases(noise=False, radius=(0.05, 2.0)))
@settings(max_examples=30)
def test_without_noise_the_mean_square_radius_is_the_squared_spectral_radius(case):
    closed = case.problem.A - case.problem.B @ case.K
    expected = np.abs(np.linalg.eigvals(closed)).max(axis=-1) ** 2
    assert_close(lqrlib.mean_square_radius(case.problem, case.K), expected, EXACT)


# A simulated average: what the cost means.


@pytest.mark.parametrize("law", ["Gaussian", "two-point"])
def test_cost_and_covariance_are_the_averages_of_simulated_trajectories(law):
    """Only the variances of the noise matter, so two laws must give the same average.

    40,000 trajectories of 120 steps. The tail left out is below 1e-9 of the cost; the mean of the
    rest must lie within 4.5 of its own standard errors (seen from the sample; a chance of 7e-6
    for each number, and the seed is fixed), which is less than 1 per cent of the cost.
    """
    case = build(11, 3, 2, 2, 2, (), 0.7)
    problem, K = case.problem, case.K
    rng, count = np.random.default_rng(12), 40_000

    def draw(variances):
        if law == "Gaussian":
            return np.sqrt(variances) * rng.standard_normal((count, variances.size))
        return np.sqrt(variances) * rng.choice([-1.0, 1.0], (count, variances.size))

    x = rng.standard_normal((count, 3)) @ np.linalg.cholesky(problem.Sigma0).T
    total, moments = np.zeros(count), np.zeros((count, 3, 3))
    for _ in range(120):
        u = -x @ K.T
        total += np.einsum("si,ij,sj->s", x, problem.Q, x, optimize=True)
        total += np.einsum("si,ij,sj->s", u, problem.R, u, optimize=True)
        moments += x[:, :, None] * x[:, None, :]
        A_noise = np.einsum(
            "sp,pij,sj->si",
            draw(problem.state_noise.variances),
            problem.state_noise.directions,
            x,
            optimize=True,
        )
        B_noise = np.einsum(
            "sq,qij,sj->si",
            draw(problem.input_noise.variances),
            problem.input_noise.directions,
            u,
            optimize=True,
        )
        x = x @ problem.A.T + u @ problem.B.T + A_noise + B_noise
    at = lqrlib.evaluate(problem, K)
    error = total.std() / np.sqrt(count)
    assert error < 0.01 * at.cost
    assert abs(total.mean() - at.cost) < 4.5 * error
    errors = moments.std(axis=0) / np.sqrt(count)
    assert (np.abs(moments.mean(axis=0) - at.Sigma) < 4.5 * errors).all()
