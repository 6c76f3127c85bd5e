"""Sharp and repaired constants hold on random problems; most are attained for one state."""

import dataclasses

import numpy as np
import pytest
import strategies as cases
from hypothesis import given, settings
from hypothesis import strategies as st

import lqrlib
from lqrlib import matrices, systems
from lqrpapers import claims, constants
from lqrpapers.constants import corrected, heterogeneity, magnitudes, printed, sharp, sublevel

STACKS = [(1, 1, 0, 0), (1, 1, 1, 1), (2, 3, 0, 0), (3, 2, 2, 1), (8, 4, 1, 2)]


def stack(n, m, p, q, count=60, spread=10.0, fraction=(0.0, 0.95)):
    problems = systems.random_ensemble(
        count, n, m, 7, state_noise_terms=p, input_noise_terms=q, spread=spread
    )
    return problems, systems.random_stabilizing_gains(problems, 8, fraction=fraction)


@pytest.mark.parametrize("sizes", STACKS)
@pytest.mark.parametrize("fraction", [1.0, 0.1, 1e-3])
def test_sharp_smoothness_holds(sizes, fraction):
    problems, K = stack(*sizes)
    X = np.random.default_rng(1).standard_normal(K.shape)
    for check in claims.check("s1-lemma-6", problems, K, X, fraction, form="sharp"):
        assert check.holds.all(), (check.part, check.tightest)


@pytest.mark.parametrize("sizes", STACKS)
def test_sharp_uniform_bounds_hold(sizes):
    for check in claims.check("s1-lemma-5", *stack(*sizes), form="sharp"):
        assert check.holds.all(), (check.part, check.tightest)


@pytest.mark.parametrize(
    "sizes", [sizes for sizes in STACKS if not sum(sizes[2:])] + [(8, 4, 0, 0)]
)
def test_repaired_bounds_hold_without_noise(sizes):
    for spread in (10.0, 1e4):
        problems, K = stack(*sizes, spread=spread)
        X = np.random.default_rng(2).standard_normal(K.shape)
        checks = claims.check("s1-lemma-5", problems, K, form="corrected")
        for fraction in (1.0, 1e-2):
            checks += claims.check("s1-lemma-6", problems, K, X, fraction, form="corrected")
        for check in checks:
            assert check.holds.all(), (check.part, check.tightest)


@settings(max_examples=25)
@given(cases.cases(), st.floats(1e-3, 1.0))
def test_sharp_constants_on_any_shape(case, fraction):
    X = case.rng.standard_normal(case.K.shape)
    checks = claims.check("s1-lemma-5", case.problem, case.K, form="sharp")
    checks += claims.check("s1-lemma-6", case.problem, case.K, X, fraction, form="sharp")
    for check in checks:
        assert check.lhs.shape == case.problem.batch_shape
        assert check.holds.all(), (check.part, check.tightest)


def attained(noise=False, r=1e-9):
    """Scalar problems, K = 0, and the direction in which the closed loop grows."""
    made = [
        systems.scalar(a, b, 1.0, r, 0.5, *((0.1, 0.3) if noise else (0.0, 0.0)))
        for a in (0.3, 0.6, 0.9)
        for b in (0.5, 2.0)
    ]
    problems = lqrlib.LQR.stack(made)
    return problems, np.zeros((1, 1)), np.array([[-1.0]])


def assert_attained(check):
    """Equal to 1e-6, and violated everywhere by a constant a tenth (or a half) smaller."""
    assert (check.ratio > 1 - 1e-6).all() and check.holds.all(), (check.part, check.ratio)
    for fraction in (0.9, 0.5):
        smaller = dataclasses.replace(check, rhs=fraction * check.rhs, floor=0.0)
        assert not smaller.holds.any(), check.part


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("r", [1e-9, 1.0])
def test_changes_of_dynamics_are_attained_on_scalars(noise, r):
    checks = claims.check("s1-lemma-6", *attained(noise, r), form="sharp")
    for check in checks:
        if check.part in ("stability", "covariance", "value", "cost", "E"):
            assert_attained(check)


def test_bounds_with_the_optimality_gap_are_attained_on_scalars():
    problems, K, X = attained()
    checks = claims.check("s1-lemma-6", problems, K, X, form="sharp")
    checks += claims.check("s1-lemma-5", problems, K, form="sharp")
    parts = {check.part: check for check in checks}
    for part in ("gradient", "Hessian", "h_grad", "h_hess"):
        assert_attained(parts[part])
    for check in claims.check("s1-lemma-5", problems, K, form="sharp")[:2]:
        assert_attained(check)
    assert_attained(claims.check("s2-lemma-3.2", problems, K, part="lower bound")[0])


def test_gain_bound_is_attained_by_deadbeat():
    problems = systems.scalar(0.7, 0.5, 2.0, 3.0, 0.25)
    [gain] = claims.check("s1-lemma-5", problems, [[1.4]], form="sharp", part="gain")
    assert_attained(gain)


@pytest.mark.parametrize("name", ["gradient_bound", "hessian_bound", "gradient_smoothness"])
def test_a_halved_constant_is_caught(name, monkeypatch):
    true = getattr(sharp, name)
    monkeypatch.setattr(sharp, name, lambda *arguments: true(*arguments) / 2)
    problems, K, X = attained()
    checks = claims.check("s1-lemma-5", problems, K, form="sharp")
    checks += claims.check("s1-lemma-6", problems, K, X, form="sharp")
    assert sum(check.violated for check in checks)


def test_sharp_is_never_weaker_than_repaired():
    problems, K = stack(3, 2, 0, 0, count=200)
    at = magnitudes(problems, K)
    assert (sharp.hessian_bound(at) <= corrected.hessian_bound(at) * (1 + 1e-12)).all()
    assert (sharp.smoothness_radius(at) >= printed.smoothness_radius(at)).all()
    d = printed.smoothness_radius(at)
    assert (sharp.cost_change(at, distance=d) <= corrected.cost_smoothness(at) * at.cost * d).all()
    assert (sharp.stability_radius(at) > sharp.smoothness_radius(at)).all()


def test_beyond_the_radius_nothing_is_promised():
    problem, K, _ = attained(r=1.0)
    at = magnitudes(problem, K)
    far = 1.01 * sharp.smoothness_radius(at)
    for bound in (sharp.covariance_change, sharp.cost_change, sharp.hessian_change):
        assert np.isinf(bound(at, distance=far)).all()


@pytest.mark.parametrize("noise", [0, 1])
def test_sublevel_bounds_every_gain_of_that_cost(noise):
    problems, K = stack(3, 2, noise, noise)
    at = magnitudes(problems, K)
    over = sublevel(problems, at.cost)
    for name in ("K", "A_K", "P", "Sigma", "R_K", "BPA", "BPA_frobenius", "gap", "nu", "a"):
        assert (getattr(at, name) <= getattr(over, name) * (1 + 1e-9)).all(), name
    assert (sharp.gradient_bound(at) <= sharp.gradient_bound(over) * (1 + 1e-9)).all()
    assert (sharp.smoothness_radius(at) >= sharp.smoothness_radius(over) * (1 - 1e-9)).all()
    with pytest.raises(ValueError, match="level"):
        sublevel(problems, 0.5 * at.optimal_cost)


def test_worst_is_the_maximum_over_tasks():
    problems, K = stack(2, 2, 0, 0, count=5)
    at, worst = magnitudes(problems, K), magnitudes(problems, K).worst()
    assert worst.cost == at.cost.max() and worst.q == at.q.min() and worst.mu == at.mu.min()
    assert worst.gap == at.cost.max() - at.optimal_cost.min()
    for constant in (sharp.hessian_bound, corrected.gradient_bound, corrected.cost_smoothness):
        assert constant(worst).shape == ()
        assert (constant(worst) >= constant(at) * (1 - 1e-12)).all()
    with pytest.raises(ValueError, match="stack"):
        worst.worst()


def test_arguments_are_a_gain_or_magnitudes():
    problems, K = stack(2, 1, 0, 0, count=3)
    at = magnitudes(problems, K)
    np.testing.assert_array_equal(sharp.gradient_bound(problems, K), sharp.gradient_bound(at))
    with pytest.raises(ValueError, match="K"):
        sharp.gradient_bound(problems)
    with pytest.raises(ValueError, match="K"):
        sharp.gradient_bound(at, K)


def test_a_singular_weight_or_start_is_refused_where_the_theorem_wants_it_definite():
    problem, K = systems.double_integrator(), [[0.4, 0.8]]
    with pytest.raises(ValueError, match="Sigma0"):
        sharp.gradient_bound(problem.replace(Sigma0=np.diag([1.0, 0.0])), K)
    unweighted = problem.replace(Q=np.diag([1.0, 0.0]))
    with pytest.raises(ValueError, match="Q"):
        sharp.gradient_bound(unweighted, K)
    assert np.isfinite(sharp.E_bound(unweighted, K))
    assert claims.check("s1-lemma-7", unweighted, K)[0].holds


def test_a_gain_that_does_not_stabilize_leaves_its_neighbours_alone():
    problems, K = stack(2, 2, 0, 0, count=3)
    bad = K.copy()
    bad[1] = 1e3
    alone, beside = magnitudes(problems, K), magnitudes(problems, bad)
    assert np.isinf(beside.cost[1]) and np.isnan(sharp.gradient_bound(beside)[1])
    for constant in (sharp.gradient_bound, printed.hessian_bound, sharp.smoothness_radius):
        np.testing.assert_allclose(constant(beside)[[0, 2]], constant(alone)[[0, 2]], rtol=1e-12)


def test_gap_is_exact_near_the_optimum():
    problems, _ = stack(3, 2, 1, 1, count=20)
    best = lqrlib.optimal_gain(problems)
    X = np.random.default_rng(3).standard_normal(best.shape)
    far = lqrlib.optimality_gap(problems, best + 1e-3 * X)
    np.testing.assert_allclose(
        far, lqrlib.cost(problems, best + 1e-3 * X) - lqrlib.cost(problems, best), rtol=1e-5
    )
    near = lqrlib.optimality_gap(problems, best + 1e-9 * X)
    curvature = np.einsum("...ij,...ij->...", X, lqrlib.hessian(problems, best, X)) / 2
    np.testing.assert_allclose(near, 1e-18 * curvature, rtol=1e-5)


@pytest.mark.parametrize("noise", [0, 2])
@pytest.mark.parametrize("level", [1e-4, 0.05])
def test_two_tasks_differ_by_no_more_than_the_bounds(noise, level):
    first, K = stack(3, 2, noise, noise, fraction=(0.0, 0.5))
    rng = np.random.default_rng(4)

    def near(array):
        return array + level * rng.standard_normal(array.shape) * np.abs(array).mean() / 3

    noises = {
        name: (each.variances, near(each.directions))
        for name, each in (("state_noise", first.state_noise), ("input_noise", first.input_noise))
        if noise
    }
    second = first.replace(
        A=near(first.A), B=near(first.B), Q=1.01 * first.Q, R=1.02 * first.R, **noises
    )
    both = lqrlib.is_stabilizing(second, K)
    assert both.sum() > 40
    first, second, K = first[both], second[both], K[both]
    bounds = heterogeneity.differences(first, second, K)
    one, two = lqrlib.evaluate(first, K), lqrlib.evaluate(second, K)
    for name in ("Sigma", "P", "E", "gradient"):
        gap = matrices.spectral_norm(getattr(one, name) - getattr(two, name))
        assert (gap <= getattr(bounds, name) * (1 + 1e-9)).all(), name
    gap = matrices.frobenius_norm(one.gradient - two.gradient)
    assert (gap <= bounds.gradient_frobenius * (1 + 1e-9)).all()


def test_heterogeneity_bounds_are_attained_on_scalars():
    first = systems.scalar(0.6, 1.5, 1.0, 0.5, 0.5, 0.05, 0.0)
    second = first.replace(A=first.A - 1e-7)
    at = np.zeros((1, 1))
    bounds = heterogeneity.differences(first, second, at)
    one, two = lqrlib.evaluate(first, at), lqrlib.evaluate(second, at)
    for name in ("Sigma", "P", "E", "gradient"):
        gap = abs(getattr(one, name) - getattr(two, name)).item()
        assert 1 - 1e-6 < gap / getattr(bounds, name) <= 1 + 1e-7, name


def test_printed_hessian_has_the_right_form_with_noise():
    problems, K = stack(3, 2, 2, 2)
    X = np.random.default_rng(5).standard_normal(K.shape)
    forms = [
        np.einsum("...ij,...ij->...", X, image)
        for image in (constants.printed_hessian(problems, K, X), lqrlib.hessian(problems, K, X))
    ]
    scale = matrices.frobenius_norm(lqrlib.hessian(problems, K, X)) * matrices.frobenius_norm(X)
    assert (abs(forms[0] - forms[1]) <= 1e-10 * scale).all()
