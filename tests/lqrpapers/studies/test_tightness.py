"""Ratios are those that the claims test, and the search finds the worst of known bounds."""

from __future__ import annotations

import numpy as np
import pytest

from lqrlib import LQR
from lqrpapers.claims import check
from lqrpapers.studies import promises, tightness, worst_cases
from lqrpapers.studies.ensembles import random_cases

BY_NAME = {bound.name: bound for bound in tightness.BOUNDS}
MANY, GAINS = random_cases(12, 3, 2, 5)
CASE = promises.with_neighbour(MANY, GAINS, 6)
MOVED = MANY, GAINS, CASE.direction
TASKS = MANY, CASE.second, GAINS
# Name, form, and how the claim is called: id, form, part, arguments.
SAME = [
    ("optimality gap", "printed", "s2-lemma-3.2", "upper bound", MOVED[:2]),
    ("optimality gap", "sharp", "s2-lemma-3.2", "sharper upper bound", MOVED[:2]),
    ("gradient", "printed", "s1-lemma-5", "gradient", MOVED[:2]),
    ("Hessian", "corrected", "s1-lemma-5", "Hessian", MOVED[:2]),
    ("gain", "sharp", "s1-lemma-5", "gain", MOVED[:2]),
    ("change of covariance", "sharp", "s1-lemma-6", "covariance", MOVED),
    ("change of cost", "printed", "s1-lemma-6", "cost", MOVED),
    ("change of cost", "sharp", "s1-lemma-6", "cost", MOVED),
    ("change of gradient", "printed", "s1-lemma-6", "gradient", MOVED),
    ("change of Hessian", "sharp", "s1-lemma-6", "Hessian", MOVED),
    ("gradients of two tasks", "printed", "s1-lemma-8", "gradient", TASKS),
    ("gradients of two tasks", "sharp", "s1-lemma-8", "gradient", TASKS),
]


@pytest.mark.parametrize(("name", "form", "id", "part", "given"), SAME)
def test_a_ratio_is_that_of_the_claim(name, form, id, part, given):
    wanted = check(id, *given, form=form)[part].ratio
    np.testing.assert_allclose(BY_NAME[name].ratio(form, CASE), wanted, rtol=1e-5)


def test_a_promise_is_that_of_the_claim():
    step = promises.natural(tightness.MODULES["printed"], CASE)
    wanted = check("s2-thm-3.5", MANY, GAINS, step)["decrease"].ratio.ravel()
    found = BY_NAME["decrease, natural gradient"].ratio("printed", CASE)
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_the_edge_of_a_scalar_system():
    """x+ = x/2 + u at K = 0 is stable up to a distance 1/2, which is all safe; printed, 1/8."""
    one = LQR.stack([LQR([[0.5]], [[1.0]], [[1.0]], [[1.0]])])
    case = promises.Case(one, np.zeros((1, 1, 1)), -np.ones((1, 1, 1)), one)
    ratio = [BY_NAME["safe distance"].ratio(form, case).item() for form in ("printed", "sharp")]
    np.testing.assert_allclose(ratio, [0.25, 1.0], rtol=1e-6)


def test_a_bound_that_is_not_positive_is_violated_and_nothing_over_nothing_is_not():
    sides = {"sharp": lambda case: (np.array([1.0, 0.0, 1.0]), np.array([-1.0, 0.0, 2.0]))}
    ratio = tightness.Bound(3, "", sides).ratio("sharp", CASE)
    assert ratio.tolist() == [np.inf, 0.0, 0.5]


@pytest.mark.parametrize("states", [1, 2, 3])
def test_every_point_of_the_cube_is_a_problem_with_a_stabilizing_gain(states):
    axes = worst_cases._axes(states, 2)
    points = np.random.default_rng(states).uniform(size=(50, axes))
    points[:2] = [[0.0], [1.0]]
    for noise in (False, True):
        case = worst_cases.case_of(points, states, 2, noise=noise)
        assert np.isfinite(case.at.cost).all()
        assert case.problem.state_noise.variances.any() == noise


def test_a_case_takes_all_its_coordinates_and_no_more():
    size = worst_cases._axes(2, 1)
    half = np.full((1, size), 0.4)
    with pytest.raises(ValueError):
        worst_cases.case_of(half[:, :-1], 2, 1, noise=True)
    changed = half.copy()
    changed[0, -1] = 0.9
    one, other = (worst_cases.case_of(x, 2, 1, noise=True).second.R for x in (half, changed))
    assert (one != other).any()


def test_the_search_finds_the_factor_2_of_e1_and_short_numbers_for_it():
    found = worst_cases.worst(BY_NAME["gradient"], "printed", 1, 1, 3, 30)
    assert 1.9 < found.ratio <= 2 + 1e-6
    short = BY_NAME["gradient"].ratio("printed", found.case).item()
    assert abs(short / found.ratio - 1) < 0.02


def test_the_search_is_the_same_for_the_same_seed():
    first, second = (worst_cases.worst(BY_NAME["gain"], "sharp", 1, 1, 4, 5) for _ in range(2))
    assert first.ratio == second.ratio


def test_problems_with_one_state_are_stable_without_control():
    problem, K = promises.one_state(40, 1)
    still = problem.replace(A=0 * problem.A, state_noise=None)
    for case in (promises.Case(problem, 0 * K, K, problem), promises.Case(still, K, K, still)):
        assert np.isfinite(case.at.cost).all()
