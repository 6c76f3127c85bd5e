"""Part III: what is malformed is refused by the argument's name, before anything is computed."""

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, directions, estimators, maml, oracles, tasks
from lqrlib.problem import require_family
from lqrlib.validation import real_number
from lqrpapers.constants import estimates, meta
from lqrpapers.constants.heterogeneity import frobenius_distances
from lqrpapers.studies.sampled_start import sampled_start_cost
from lqrpapers.studies.stationary import stationary_gain
from lqrpapers.studies.task_families import spectral_family

NOMINAL = LQR([[0.9, 0.3], [0.0, 0.8]], [[0.0], [1.0]], np.eye(2), [[1.0]])
FAMILIES = spectral_family(NOMINAL, 3, 0.05, 0, families=2)
FAMILY = FAMILIES[0]
K = lqrlib.optimal_gain(NOMINAL)
ORACLE = oracles.exact_cost(FAMILY)
NAN = float("nan")
SUPREMA = meta.suprema(FAMILY, 0.9 * K, "sharp")


def cost(gains):
    return lqrlib.cost(NOMINAL, gains)


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


CALLS = {
    "epsilon": [
        lambda: tasks.levels("x"),
        lambda: tasks.levels(-0.1),
    ],
    "near": [
        lambda: spectral_family(NOMINAL, 2, 0.1, 0, near=NOMINAL),
    ],
    "fraction": [
        lambda: spectral_family(NOMINAL, 2, 0.1, 0, fraction=2.0),
    ],
    "gains": [
        lambda: ORACLE.together(),
    ],
    "inner_step_size": [
        lambda: maml.cost(FAMILIES, K, [0.1, 0.2, 0.3]),
        lambda: maml.gradient(FAMILY, K, True),
    ],
    "tolerance": [
        lambda: stationary_gain(FAMILY, K, 0.1, tolerance=NAN),
    ],
    "iterations": [
        lambda: stationary_gain(FAMILY, K, 0.1, iterations=2.5),
    ],
    "radius": [
        lambda: directions.meta_zeroth_order(ORACLE, 0.1, -0.1, 2, 0),
    ],
    "samples": [
        lambda: directions.meta_zeroth_order(ORACLE, 0.1, 0.1, 2.5, 0),
    ],
    "step": [
        lambda: estimators.hessian_product(cost, K, K, "x", 0.1, 2, 0),
    ],
    "X": [
        lambda: estimators.hessian_product(cost, K, [[1.0]], 0.1, 0.1, 2, 0),
    ],
    "deviation": [lambda: sampled_start_cost(NOMINAL, [1.0, 1.0], "x", 0)],
    "problem": [
        lambda: sampled_start_cost(3, [1.0, 1.0], 0.1, 0),
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


def test_nothing_is_promised_where_the_inner_step_turns_a_gradient_round():
    """kappa >= 1, in a stack without touching its neighbour."""
    for turn in (1.0, 1.5):
        assert np.isposinf(meta.sharp_bias(SUPREMA, turn)).all()
        assert not meta.sharp_invariant(SUPREMA, turn)
    both = meta.sharp_gradient(SUPREMA, np.array([0.5, 1.5]))
    np.testing.assert_array_equal(both[0], meta.sharp_gradient(SUPREMA, 0.5))
