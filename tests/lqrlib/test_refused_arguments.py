"""Part III: what is malformed is refused by the argument's name, before anything is computed."""

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, directions, estimators, maml, oracles, tasks
from lqrlib.problem import require_family
from lqrlib.validation import real_number
from lqrpapers.constants import estimates, meta
from lqrpapers.constants.heterogeneity import frobenius_distances
from lqrpapers.studies import (
    adaptation,
    ensembles,
    families,
    quadratic_tasks,
    scalar_landscape,
    sphere,
)
from lqrpapers.studies import training as training
from lqrpapers.studies.sampled_start import sampled_start_cost

NOMINAL = LQR([[0.9, 0.3], [0.0, 0.8]], [[0.0], [1.0]], np.eye(2), [[1.0]])
SCALAR = LQR([[0.5]], [[1.0]], [[1.0]], [[1.0]])
FAMILIES = tasks.spectral_family(NOMINAL, 3, 0.05, 0, families=2)
FAMILY = FAMILIES[0]
SCALARS = tasks.masked_family(SCALAR, 2, 0.1, 0)
K = lqrlib.optimal_gain(NOMINAL)
OUTSIDE = np.array([[-10.0, 10.0]])
HESSIANS, OPTIMA = quadratic_tasks.quadratic_model(FAMILY)
EXPANSION = sphere.expansion(NOMINAL, K)
ORACLE = oracles.exact_cost(FAMILY)
NAN = float("nan")
SUPREMA = meta.suprema(FAMILY, 0.9 * K, "sharp")


def cost(gains):
    return lqrlib.cost(NOMINAL, gains)


def train(**changes):
    usual = {"families": FAMILIES, "K0": K, "step_size": 1e-3, "iterations": 2}
    usual |= {"oracle": oracles.exact_cost, "rng": 0, "radius": 0.01, "samples": 2}
    return training.train(**(usual | changes))


@pytest.mark.parametrize("value", [0.0, -1.0, NAN, np.inf, "1", True, None, [1.0]])
def test_a_positive_number_is_one(value):
    with pytest.raises(ValueError, match="step: expected a positive number"):
        real_number("step", value)


def test_zero_is_allowed_where_it_is_asked_for():
    assert real_number("noise", 0, positive=False) == 0.0
    with pytest.raises(ValueError, match="noise: expected a number >= 0"):
        real_number("noise", -1e-300, positive=False)


@pytest.mark.parametrize("value", [3, NOMINAL, None])
def test_a_family_is_a_stack(value):
    with pytest.raises(ValueError, match=r"near: expected a stack \(..., M\)"):
        require_family(value, "near")


@pytest.mark.parametrize("value", [NOMINAL, FAMILY, LQR.stack([FAMILIES])])
def test_families_are_a_stack_of_stacks(value):
    with pytest.raises(ValueError, match=r"families: expected a stack \(D, M\)"):
        require_family(value, "families", many=True)


def test_frobenius_distances_are_those_of_each_pair():
    X = np.random.default_rng(0).standard_normal((2, 3, 2, 4))
    found = frobenius_distances(X)
    assert found.shape == (2, 3, 3)
    np.testing.assert_allclose(found[1, 0, 2], np.linalg.norm(X[1, 0] - X[1, 2]), rtol=1e-14)
    np.testing.assert_array_equal(found, found.swapaxes(-1, -2))


SHARES = np.ones(2)
CALLS = {
    "factor": [
        lambda: families.scaled(FAMILY, NAN),
        lambda: families.scaled(FAMILY, "x"),
        lambda: families.scaled(FAMILIES, [1.0, 2.0, 3.0]),
    ],
    "family": [
        lambda: families.reach_of_gain(FAMILY, K, most=10.0),
        lambda: families.follow(FAMILY, K, [1.0, 2.0]),
        lambda: families.admitted(NOMINAL, K),
    ],
    "most": [
        lambda: families.reach_of_gain(FAMILIES, K, most=NAN),
        lambda: families.admitted(FAMILIES, K, most=-1.0),
    ],
    "closest": [
        lambda: families.follow(FAMILIES, K, [1.0, 2.0], closest=1.0),
        lambda: families.follow(FAMILIES, K, [1.0, 2.0], closest=NAN),
    ],
    "factors": [
        lambda: families.follow(FAMILIES, K, []),
        lambda: families.follow(FAMILIES, K, [2.0, 1.0]),
    ],
    "largest_kappa": [lambda: families.admitted(FAMILIES, K, "sharp", largest_kappa=2.0)],
    "noise": [lambda: ensembles.tasks_around(FAMILY, 2, 0.1, 0, noise="a")],
    "epsilon": [lambda: tasks.levels("x"), lambda: tasks.levels(-0.1)],
    "near": [lambda: tasks.spectral_family(NOMINAL, 2, 0.1, 0, near=NOMINAL)],
    "share": [
        lambda: tasks.spectral_family(NOMINAL, 2, 0.1, 0, share=2.0),
        lambda: families.stationary_bias(FAMILY, K, -1.0),
        lambda: families.stationary_bias(FAMILY, K, "x"),
    ],
    "tasks": [
        lambda: scalar_landscape.maml_cost(FAMILY, [0.0], 0.1),
        lambda: scalar_landscape.stationary_gains(3, 0.1, [0.0, 1.0]),
        lambda: training.PerfectSampling(3, 0.1),
    ],
    "gains": [
        lambda: scalar_landscape.maml_cost(SCALARS, [[0.0]], 0.1),
        lambda: scalar_landscape.stationary_gains(SCALARS, 0.1, [1.0, 0.0]),
        lambda: ORACLE.together(),
    ],
    "inner_step_size": [
        lambda: maml.cost(FAMILIES, K, [0.1, 0.2, 0.3]),
        lambda: maml.gradient(FAMILY, K, True),
        lambda: train(inner_step_size=-1.0),
    ],
    "tolerance": [
        lambda: maml.stationary_gain(FAMILY, K, 0.1, tolerance=NAN),
        lambda: meta.printed_iterations(SUPREMA, 1e-3, -1.0),
        lambda: meta.sharp_iterations(SUPREMA, 1e-3, 0.2, 0.0),
    ],
    "iterations": [lambda: maml.stationary_gain(FAMILY, K, 0.1, iterations=2.5)],
    "radius": [
        lambda: directions.meta_zeroth_order(ORACLE, 0.1, -0.1, 2, 0),
        lambda: sphere.gradient_bias(EXPANSION, -1.0),
        lambda: sphere.gradient_variance(EXPANSION, 0.0, "one point"),
        lambda: sphere.printed_hessian_deviation(EXPANSION, 0.0),
        lambda: sphere.stein_variance(EXPANSION, "one-sided"),
        lambda: sphere.stein_bias(EXPANSION, "x"),
    ],
    "samples": [lambda: directions.meta_zeroth_order(ORACLE, 0.1, 0.1, 2.5, 0)],
    "step": [
        lambda: sphere.expansion(NOMINAL, K, step=0.0),
        lambda: sphere.expansion(NOMINAL, K, step=NAN),
        lambda: estimators.hessian_product(cost, K, K, "x", 0.1, 2, 0),
    ],
    "X": [
        lambda: sphere.product_variance(EXPANSION, [[1.0]]),
        lambda: sphere.product_variance(EXPANSION, [[NAN, 1.0]]),
        lambda: estimators.hessian_product(cost, K, [[1.0]], 0.1, 0.1, 2, 0),
    ],
    "deviation": [lambda: sampled_start_cost(NOMINAL, [1.0, 1.0], "x", 0)],
    "problem": [
        lambda: sampled_start_cost(3, [1.0, 1.0], 0.1, 0),
        lambda: training.gain_of_relative_cost(FAMILY, [[1.0, 0.0]], 2.0),
    ],
    "first_step": [lambda: adaptation.adapt(FAMILY, K, 3, first_step=-1.0)],
    "level": [
        lambda: adaptation.queries_to(adaptation.adapt(FAMILY, K, 1), NAN),
        lambda: adaptation.median_interval([[1.0, 2.0]], 0, level=2.0),
    ],
    "centre": [lambda: adaptation.random_starts(FAMILY, [[1.0]], 0.1, 0)],
    "spread": [lambda: adaptation.random_starts(FAMILY, K, "x", 0)],
    "values": [lambda: adaptation.median_interval(np.zeros((0, 2)), 0)],
    "draws": [lambda: adaptation.median_interval([[1.0, 2.0]], 0, draws=0)],
    "eigenvalues": [
        lambda: adaptation.head_start_bounds([2.0, 1.0], SHARES, SHARES, 0.1),
        lambda: adaptation.head_start_bounds([], SHARES, SHARES, 0.1),
    ],
    "first": [lambda: adaptation.head_start_bounds([1.0, 2.0], np.ones(3), SHARES, 0.1)],
    "second": [lambda: adaptation.head_start_bounds([1.0, 2.0], SHARES, [1.0, -1.0], 0.1)],
    "hessians": [
        lambda: quadratic_tasks.meta_optimum(0 * HESSIANS, OPTIMA, 0.1),
        lambda: quadratic_tasks.advantage_bound(HESSIANS[:, :1], OPTIMA, 0.01),
    ],
    "K": [lambda: quadratic_tasks.meta_cost(HESSIANS, OPTIMA, [1.0], 0.1)],
    "families": [lambda: train(families=FAMILY), lambda: train(families=3)],
    "step_size": [
        lambda: train(step_size=-1.0),
        lambda: train(step_size=NAN),
        lambda: meta.sharp_iterations(SUPREMA, 1e3, 0.2, 1e-3),
    ],
    "gamma": [
        lambda: meta.suprema(FAMILY, K, gamma="x"),
        lambda: meta.suprema(FAMILY, K, gamma=NAN),
    ],
    "K0": [lambda: meta.suprema(FAMILY, "x")],
    "error": [
        lambda: estimates.vector_bernstein_samples(0.0, 1.0, 1.0, 0.1),
        lambda: estimates.gradient_size(NOMINAL, K, NAN),
    ],
    "failure": [
        lambda: estimates.matrix_bernstein_samples(0.1, 1.0, 1.0, 1.0, 2, 2),
        lambda: estimates.hessian_size(NOMINAL, K, 0.1, failure=0.0),
    ],
    "oracle": [lambda: train(oracle=3)],
    "nominal": [lambda: training.nominal_gaps(FAMILY, train())],
    "ratio": [lambda: training.gain_of_relative_cost(NOMINAL, [[1.0, 0.0]], NAN)],
    "direction": [
        lambda: training.gain_of_relative_cost(NOMINAL, [[1.0]], 2.0),
        lambda: training.gain_of_relative_cost(NOMINAL, [[0.0, 0.0]], 2.0),
    ],
}


@pytest.mark.parametrize(
    "name, call",
    [
        pytest.param(name, call, id=f"{name}-{i}")
        for name, calls in CALLS.items()
        for i, call in enumerate(calls)
    ],
)
def test_the_argument_is_named(name, call):
    with pytest.raises(ValueError, match=rf"^{name}\b.*expected|^{name}: shape"):
        call()


def test_a_bias_needs_a_gain_inside():
    with pytest.raises(lqrlib.NotStabilizingError, match="^K: "):
        families.stationary_bias(FAMILY, OUTSIDE)


def test_nothing_is_promised_where_the_inner_step_turns_a_gradient_round():
    """kappa >= 1, in a stack without touching its neighbour."""
    for turn in (1.0, 1.5):
        assert np.isposinf(meta.sharp_bias(SUPREMA, turn)).all()
        assert not meta.sharp_invariant(SUPREMA, turn)
        assert np.isposinf(meta.sharp_iterations(SUPREMA, 1e-3, turn, 1e-9)).all()
    both = meta.sharp_gradient(SUPREMA, np.array([0.5, 1.5]))
    np.testing.assert_array_equal(both[0], meta.sharp_gradient(SUPREMA, 0.5))


def test_no_share_along_the_slowest_direction_promises_nothing():
    low, high = adaptation.head_start_bounds([1.0, 2.0], [0.0, 1.0], [0.0, 1.0], 0.1)
    assert low == -np.inf and high == np.inf
