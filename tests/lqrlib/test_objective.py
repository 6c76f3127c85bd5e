"""Cost, gradient, Hessian and optimal gain against computations that share nothing with them.

Accuracy, relative: 1e-8 is asked everywhere; on the examples below 1e-11 is reached well inside
the stabilizing set and 1e-10 at mean-square radius 1 - 1e-3, where it is asked too.
"""

import control
import numpy as np
import pytest
import scipy.linalg
import truth
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Case, build, cases, near_boundary

import lqrlib

TRUTH = 1e-8  # relative agreement with an independent computation
EXACT = 1e-10  # relative agreement of two ways to write the same thing


def assert_close(actual, expected, tolerance, what="", scale=None):
    """Compare matrices member by member, relative to the norm of the expected one."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"{what}: shape {actual.shape}, not {expected.shape}"
    size = np.linalg.norm(expected) if scale is None else scale
    error = np.linalg.norm(actual - expected)
    assert error <= tolerance * size, f"{what}: relative error {error / size:.3g}"


def unit(case: Case):
    X = case.rng.standard_normal(case.K.shape)
    return X / np.linalg.norm(X, axis=(-2, -1), keepdims=True)


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


# The optimal gain.


@given(cases(noise=False))
@settings(max_examples=40)
def test_deterministic_optimal_gain_agrees_with_python_control_slycot_and_scipy(case):
    best = lqrlib.optimal_gain(case.problem)
    for problem, _, i in case.members():
        A, B, Q, R = problem.A, problem.B, problem.Q, problem.R
        S = scipy.linalg.solve_discrete_are(A, B, Q, R)
        scale = np.linalg.norm(best[i]) + np.linalg.norm(A) / np.linalg.norm(B)
        expected = np.linalg.solve(R + B.T @ S @ B, B.T @ S @ A)
        assert_close(best[i], expected, TRUTH, "scipy", scale)
        for method in ("slycot", "scipy"):
            gain, _, _ = control.dlqr(A, B, Q, R, method=method)
            assert_close(best[i], gain, TRUTH, method, scale)


@given(cases())
@settings(max_examples=40)
def test_optimal_gain_agrees_with_value_iteration(case):
    best = lqrlib.optimal_gain(case.problem)
    for problem, _, i in case.members():
        gain, P = truth.value_iteration(problem)
        assert_close(best[i], gain, TRUTH, "gain", np.linalg.norm(best[i]) + 1e-3)
        assert_close(lqrlib.evaluate(problem, best[i]).P, P, TRUTH, "P")


@given(cases())
@settings(max_examples=30)
def test_optimal_gain_stabilizes_is_stationary_and_costs_no_more_than_the_given_gain(case):
    best = lqrlib.optimal_gain(case.problem)
    at = lqrlib.evaluate(case.problem, best)
    assert np.isfinite(at.cost).all()
    assert (at.cost <= lqrlib.cost(case.problem, case.K) * (1 + EXACT)).all()
    size = np.linalg.norm(at.R_K, axis=(-2, -1)) * (1 + np.linalg.norm(best, axis=(-2, -1)))
    assert (np.linalg.norm(at.E, axis=(-2, -1)) <= TRUTH * size).all()


@pytest.mark.parametrize("p, q", [(0, 0), (2, 1)])
def test_optimal_gain_is_found_where_the_best_gain_is_near_the_boundary(p, q):
    """No control to speak of (B = 1e-8): the radius of the optimal loop is that of A, 1 - 1e-3."""
    case = build(5, 4, 2, p, q, (3,), 1 - 1e-3)
    closed = case.problem.A - case.problem.B @ case.K
    problem = case.problem.replace(A=closed, B=1e-8 * case.problem.B, input_noise=None)
    best = lqrlib.optimal_gain(problem)
    for i in range(3):
        P = lqrlib.evaluate(problem[i], best[i]).P
        greedy = np.linalg.solve(
            truth.input_weight(problem[i], P), problem[i].B.T @ P @ problem[i].A
        )
        assert_close(best[i], greedy, TRUTH)
        assert_close(P, truth.value_matrix(problem[i], best[i]), TRUTH)


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


# Invariances.


@given(cases(layouts=[(3,), (2, 2)]))
@settings(max_examples=30)
def test_a_stack_gives_what_its_members_give_one_by_one(case):
    X = unit(case)
    at = lqrlib.evaluate(case.problem, case.K)
    H = lqrlib.hessian(case.problem, case.K, X)
    best = lqrlib.optimal_gain(case.problem)
    radius = lqrlib.mean_square_radius(case.problem, case.K)
    for problem, K, i in case.members():
        alone = lqrlib.evaluate(problem, K)
        for name in ("cost", "P", "Sigma", "E", "R_K"):
            scale = np.linalg.norm(alone.R_K @ K) if name == "E" else None
            assert_close(getattr(at, name)[i], getattr(alone, name), EXACT, name, scale)
        assert_close(H[i], lqrlib.hessian(problem, K, X[i]), EXACT, "Hessian")
        assert_close(best[i], lqrlib.optimal_gain(problem), EXACT, "optimal gain")
        assert radius[i] == pytest.approx(lqrlib.mean_square_radius(problem, K), rel=EXACT)


@given(cases(most=5, layouts=[(3,)]), st.integers(1, 4))
@settings(max_examples=20)
def test_problems_and_gains_broadcast_and_added_axes_stand_in_front(case, count):
    K = case.K + 0.01 * case.rng.standard_normal((count, *case.K.shape))
    at = lqrlib.evaluate(case.problem, K)
    H = lqrlib.hessian(case.problem, case.K, K)
    matrices = lqrlib.hessian_matrix(case.problem, K)
    assert at.cost.shape == (count, 3)
    for s in range(count):
        for i in range(3):
            assert_close(at.cost[s, i], lqrlib.cost(case.problem[i], K[s, i]), EXACT, "cost")
            alone = lqrlib.hessian(case.problem[i], case.K[i], K[s, i])
            assert_close(H[s, i], alone, EXACT, "Hessian")
            alone = lqrlib.hessian_matrix(case.problem[i], K[s, i])
            assert_close(matrices[s, i], alone, EXACT, "Hessian matrix")
    one = lqrlib.cost(case.problem[0], K[:, 0])
    assert one.shape == (count,)


@given(cases())
@settings(max_examples=30)
def test_a_change_of_coordinates_leaves_the_cost_and_transforms_the_gradient(case):
    """x = S z and u = T v: K becomes T^-1 K S and the gradient T' gradient S^-T."""
    p, K = case.problem, case.K
    n, m = p.states, p.inputs
    S = np.eye(n) + 0.3 * case.rng.standard_normal((n, n)) / np.sqrt(n)
    T = np.eye(m) + 0.3 * case.rng.standard_normal((m, m)) / np.sqrt(m)
    back, undo = np.linalg.inv(S), np.linalg.inv(T)
    other = lqrlib.LQR(
        back @ p.A @ S,
        back @ p.B @ T,
        S.T @ p.Q @ S,
        T.T @ p.R @ T,
        back @ p.Sigma0 @ back.T,
        state_noise=(p.state_noise.variances, back @ p.state_noise.directions @ S),
        input_noise=(p.input_noise.variances, back @ p.input_noise.directions @ T),
    )
    moved = undo @ K @ S
    assert_close(lqrlib.cost(other, moved), lqrlib.cost(p, K), TRUTH, "cost")
    expected = T.T @ lqrlib.gradient(p, K) @ back.T
    assert_close(lqrlib.gradient(other, moved), expected, TRUTH, "gradient")
    best = lqrlib.optimal_gain(p)
    scale = np.linalg.norm(best) + np.linalg.norm(K)
    assert_close(lqrlib.optimal_gain(other), undo @ best @ S, TRUTH, "optimal gain", scale)


@given(cases(), st.floats(1e-6, 1e6))
@settings(max_examples=30)
def test_scaling_both_weights_scales_the_cost_and_leaves_the_optimal_gain(case, factor):
    scaled = case.problem.replace(Q=factor * case.problem.Q, R=factor * case.problem.R)
    here, there = (lqrlib.evaluate(p, case.K) for p in (case.problem, scaled))
    for name in ("cost", "P", "R_K", "E"):
        assert_close(getattr(there, name), factor * getattr(here, name), EXACT, name)
    assert np.array_equal(there.Sigma, here.Sigma)
    gain = lqrlib.optimal_gain(case.problem)
    scale = np.linalg.norm(gain) + np.linalg.norm(case.K)
    assert_close(lqrlib.optimal_gain(scaled), gain, TRUTH, "optimal gain", scale)


@given(cases(noise=False))
@settings(max_examples=30)
def test_noise_of_variance_zero_is_no_noise(case):
    n, m = case.problem.states, case.problem.inputs
    silent = case.problem.replace(
        state_noise=(np.zeros(2), case.rng.standard_normal((2, n, n))),
        input_noise=(np.zeros(3), case.rng.standard_normal((3, n, m))),
    )
    X = unit(case)
    assert_close(lqrlib.cost(silent, case.K), lqrlib.cost(case.problem, case.K), EXACT)
    H = lqrlib.hessian(case.problem, case.K, X)
    assert_close(lqrlib.hessian(silent, case.K, X), H, EXACT)
    best = lqrlib.optimal_gain(case.problem)
    scale = np.linalg.norm(best) + np.linalg.norm(case.K)
    assert_close(lqrlib.optimal_gain(silent), best, TRUTH, scale=scale)


@given(cases(noise=True))
@settings(max_examples=30)
def test_splitting_noise_terms_in_two_halves_changes_nothing(case):
    def halves(noise):
        return (
            np.concatenate([noise.variances / 2] * 2, axis=-1),
            np.concatenate([noise.directions] * 2, axis=-3),
        )

    p = case.problem
    split = p.replace(state_noise=halves(p.state_noise), input_noise=halves(p.input_noise))
    X = unit(case)
    assert_close(lqrlib.cost(split, case.K), lqrlib.cost(p, case.K), EXACT, "cost")
    expected = lqrlib.hessian(p, case.K, X)
    assert_close(lqrlib.hessian(split, case.K, X), expected, EXACT, "Hessian")


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
        (np.zeros(2), r"K: expected at least 2 axes, got shape \(2,\)"),
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
