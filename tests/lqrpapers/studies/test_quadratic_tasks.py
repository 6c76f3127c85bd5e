"""Quadratic tasks: the closed forms minimise, agree with averaging where they must, and win."""

import numpy as np
import pytest
from scipy.optimize import minimize

import lqrlib
from lqrlib import systems
from lqrpapers.studies import quadratic_tasks
from lqrpapers.studies.stationary import stationary_gain
from lqrpapers.studies.task_families import spectral_family

rng = np.random.default_rng(2)
G = rng.standard_normal((5, 3, 3))
H = np.eye(3) + G @ G.swapaxes(-1, -2)
optima = rng.standard_normal((5, 3))
top = np.linalg.eigvalsh(H).max()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_the_closed_form_is_the_minimiser(share):
    eta = share / top
    K = quadratic_tasks.meta_optimum(H, optima, eta)
    found = minimize(
        lambda x: float(quadratic_tasks.meta_cost(H, optima, x, eta)), 0 * K, tol=1e-14
    )
    np.testing.assert_allclose(found.x, K, atol=1e-5)


def test_equal_hessians_make_maml_averaging():
    same = np.broadcast_to(H[0], H.shape)
    for eta in (0.0, 0.5 / top):
        found = quadratic_tasks.meta_optimum(same, optima, eta)
        np.testing.assert_allclose(found, optima.mean(axis=0))


def test_maml_costs_less_than_averaging_after_one_step():
    for share in (0.01, 0.5, 0.95):
        eta = share / top
        ends = [quadratic_tasks.meta_optimum(H, optima, e) for e in (0.0, eta)]
        costs = [quadratic_tasks.meta_cost(H, optima, K, eta) for K in ends]
        assert costs[1] < costs[0]


def test_costs_of_two_scalar_tasks_by_hand():
    """Curvatures 1 and 2, optima 0 and 1: averaging stops at 2/3, with average cost 1/6."""
    curvatures, places = np.array([[[1.0]], [[2.0]]]), np.array([[0.0], [1.0]])
    assert quadratic_tasks.meta_optimum(curvatures, places, 0.0) == pytest.approx(2 / 3)
    cost = quadratic_tasks.meta_cost(curvatures, places, [2 / 3], 0.0)
    assert cost == pytest.approx(1 / 6, rel=1e-12)


def test_the_model_of_similar_lqr_tasks_predicts_their_meta_optimum():
    nominal = systems.double_integrator()
    family = spectral_family(nominal, 5, 1e-4, 1)
    hessians, centres = quadratic_tasks.quadratic_model(family)
    exact = stationary_gain(family, lqrlib.optimal_gain(nominal), 0.01)
    model = quadratic_tasks.meta_optimum(hessians, centres, 0.01)
    np.testing.assert_allclose(model, exact.ravel(), atol=1e-6)


def test_bad_shapes_are_named():
    with pytest.raises(ValueError, match="hessians, optima: expected"):
        quadratic_tasks.meta_optimum(H, optima[:, :2], 0.0)


def test_maml_wins_on_training_tasks_about_what_the_quadratic_model_says():
    nominal = lqrlib.systems.boeing()
    family = spectral_family(nominal, 6, 0.1, 4, families=3)
    products, best = np.array([0.1, 0.5]), lqrlib.optimal_gain(nominal)
    measured, model, ratios = quadratic_tasks.one_step_advantages(family, family, best, products)
    assert (measured > 0).all() and measured[1] > measured[0]
    assert ((measured > model) & (measured < 20 * model)).all()  # of the same order
    assert ratios.shape == (2, 3) and (ratios < 1).all()  # on the training tasks themselves


def test_wins_are_counted_among_the_known():
    ratios = np.array([0.5, 0.9, np.nan, 1.1, 0.2, 0.3, 0.4])
    assert quadratic_tasks.wins(ratios) == (5, 6, pytest.approx(2 * 7 / 64))
