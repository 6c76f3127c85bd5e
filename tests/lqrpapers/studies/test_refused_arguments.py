"""Studies refuse what is malformed by the argument's name, before anything is computed."""

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, oracles
from lqrpapers.studies import (
    adaptation,
    admission,
    ensembles,
    families,
    meta_bias,
    scalar_landscape,
    sphere,
    taylor,
    training,
)
from lqrpapers.studies.task_families import masked_family, spectral_family

NOMINAL = LQR([[0.9, 0.3], [0.0, 0.8]], [[0.0], [1.0]], np.eye(2), [[1.0]])
SCALARS = masked_family(LQR([[0.5]], [[1.0]], [[1.0]], [[1.0]]), 2, 0.1, 0)
FAMILIES = spectral_family(NOMINAL, 3, 0.05, 0, families=2)
FAMILY = FAMILIES[0]
K = lqrlib.optimal_gain(NOMINAL)
OUTSIDE = np.array([[-10.0, 10.0]])
EXPANSION = taylor.expansion(NOMINAL, K)
NAN = float("nan")


def train(**changes):
    usual = {"families": FAMILIES, "K0": K, "step_size": 1e-3, "iterations": 2}
    usual |= {"oracle": oracles.exact_cost, "rng": 0, "radius": 0.01, "samples": 2}
    return training.train(**(usual | changes))


CALLS = {
    "factor": [
        lambda: families.scaled(FAMILY, NAN),
        lambda: families.scaled(FAMILY, "x"),
        lambda: families.scaled(FAMILIES, [1.0, 2.0, 3.0]),
    ],
    "family": [
        lambda: families.critical_factor(FAMILY, K, most=10.0),
        lambda: families.follow_optimum(FAMILY, K, [1.0, 2.0]),
        lambda: admission.admitted_factor(NOMINAL, K),
    ],
    "most": [
        lambda: families.critical_factor(FAMILIES, K, most=NAN),
        lambda: admission.admitted_factor(FAMILIES, K, most=-1.0),
    ],
    "factors": [
        lambda: families.follow_optimum(FAMILIES, K, []),
        lambda: families.follow_optimum(FAMILIES, K, [2.0, 1.0]),
    ],
    "noise": [
        lambda: ensembles.tasks_around(FAMILY, 2, 0.1, 0, noise="a"),
    ],
    "tasks": [
        lambda: scalar_landscape.maml_cost(FAMILY, [0.0], 0.1),
        lambda: scalar_landscape.stationary_gains(3, 0.1, [0.0, 1.0]),
        lambda: training.PerfectSampling(3, 0.1),
    ],
    "gains": [
        lambda: scalar_landscape.maml_cost(SCALARS, [[0.0]], 0.1),
        lambda: scalar_landscape.stationary_gains(SCALARS, 0.1, [1.0, 0.0]),
    ],
    "radius": [
        lambda: sphere.gradient_bias(EXPANSION, -1.0),
        lambda: sphere.gradient_variance(EXPANSION, 0.0, "one point"),
        lambda: sphere.printed_hessian_deviation(EXPANSION, 0.0),
        lambda: sphere.stein_variance(EXPANSION, "one-sided"),
        lambda: sphere.stein_bias(EXPANSION, "x"),
    ],
    "X": [
        lambda: sphere.product_variance(EXPANSION, [[1.0]]),
        lambda: sphere.product_variance(EXPANSION, [[NAN, 1.0]]),
    ],
    "problem": [
        lambda: training.gain_of_relative_cost(FAMILY, [[1.0, 0.0]], 2.0),
    ],
    "first_step": [
        lambda: adaptation.adapt(FAMILY, K, 3, first_step=-1.0),
    ],
    "level": [
        lambda: adaptation.queries_to(adaptation.adapt(FAMILY, K, 1), NAN),
    ],
    "centre": [
        lambda: adaptation.random_starts(FAMILY, [[1.0]], 0.1, 0),
    ],
    "spread": [
        lambda: adaptation.random_starts(FAMILY, K, "x", 0),
    ],
    "values": [
        lambda: adaptation.median_interval(np.zeros((0, 2)), 0),
    ],
    "families": [
        lambda: train(families=FAMILY),
        lambda: train(families=3),
    ],
    "step_size": [
        lambda: train(step_size=-1.0),
        lambda: train(step_size=NAN),
    ],
    "oracle": [
        lambda: train(oracle=3),
    ],
    "nominal": [
        lambda: training.nominal_gaps(FAMILY, train()),
    ],
    "ratio": [
        lambda: training.gain_of_relative_cost(NOMINAL, [[1.0, 0.0]], NAN),
    ],
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
        meta_bias.stationary_bias(FAMILY, OUTSIDE)
