"""Meta-directions: exact, and estimated from costs."""

import numpy as np
import pytest

import lqrlib
from lqrlib import NotStabilizingError, directions, maml, oracles, systems
from lqrpapers.studies.sampled_start import sampled_start_cost
from lqrpapers.studies.task_families import spectral_family

INNER = 1e-4


@pytest.fixture(scope="module")
def family():
    return spectral_family(systems.boeing(), 3, 0.02, 0)


@pytest.fixture(scope="module")
def gain():
    return lqrlib.optimal_gain(systems.boeing()) + 0.01


def estimate(family, gain, hessian, samples=4000, **options):
    oracle = oracles.exact_cost(family)
    direction = directions.meta_zeroth_order(oracle, INNER, 1e-3, samples, 0, hessian, **options)
    return direction(gain), oracle.queries


def distance(one, other):
    return np.linalg.norm(one - other) / np.linalg.norm(other)


def test_meta_gradient_is_the_gradient_of_the_objective(family, gain):
    direction = directions.meta_gradient(family, INNER)
    assert np.array_equal(direction(gain), maml.gradient(family, gain, INNER))
    assert direction.cost(gain) == maml.cost(family, gain, INNER)


def test_meta_gradient_descends(family, gain):
    trace = lqrlib.descend(directions.meta_gradient(family, INNER), gain, 1e-4, 30)
    assert (np.diff(trace.costs) < 0).all()


@pytest.mark.parametrize("hessian", ["stein", "difference", "exact"])
def test_estimates_with_a_hessian_tend_to_the_gradient(family, gain, hessian):
    found, _ = estimate(family, gain, hessian, shared=False)
    assert distance(found, maml.gradient(family, gain, INNER)) < 0.04


def test_estimate_without_hessian_tends_to_the_first_order_direction(family, gain):
    found, _ = estimate(family, gain, "none", shared=False)
    first_order = maml.gradient(family, gain, INNER, "none")
    assert distance(found, first_order) < 0.05
    assert distance(maml.gradient(family, gain, INNER), first_order) > 0.1


def test_printed_hessian_rescales_the_first_order_direction(family, gain):
    found, _ = estimate(family, gain, "printed", shared=False)
    traces = np.trace(lqrlib.hessian_matrix(family, gain), axis1=-2, axis2=-1)
    adapted = maml.adapted_gains(family, gain, INNER)
    n, m = family.states, family.inputs
    factors = 1 + INNER * m / (2 * n) * traces  # erratum E5
    expected = (factors[:, None, None] * lqrlib.gradient(family, adapted)).mean(axis=0)
    assert distance(found, expected) < 0.05


@pytest.mark.parametrize(
    ("hessian", "queries"),
    [("none", 40), ("exact", 40), ("printed", 41), ("stein", 41), ("difference", 80)],
)
def test_queries_are_counted_for_each_task(family, gain, hessian, queries):
    _, counted = estimate(family, gain, hessian, samples=10)
    assert counted == 3 * queries


def test_runs_of_a_stack_have_directions_of_their_own(family, gain):
    found, _ = estimate(family, np.stack([gain, gain]), "none", samples=5)
    assert not np.allclose(found[0], found[1])


def gains_asked_about(family, gain, **options):
    """The gains of both queries of one direction without an inner step."""
    seen = []

    class Spy(oracles.Oracle):
        def __call__(self, K):
            seen.append(np.asarray(K))
            return super().__call__(K)

    oracle = Spy("spy", family, lambda K: lqrlib.cost(family, K))
    directions.meta_zeroth_order(oracle, 0.0, 1e-3, 4, 0, "none", **options)(gain)
    return seen


def test_tasks_share_directions_only_when_asked(family, gain):
    seen = gains_asked_about(family, gain, shared=True)
    seen += gains_asked_about(family, gain, shared=False)
    assert [np.asarray(K).shape[-3] for K in seen] == [1, 3, 3, 3]  # adapted gains differ


def test_fresh_directions_are_drawn_for_the_outer_gradient(family, gain):
    # without an inner step both gradients are taken at the same gain
    seen = gains_asked_about(family, gain, fresh=True)
    seen += gains_asked_about(family, gain, fresh=False)
    steps = [np.broadcast_to(K, (2, 4, 3, 2, 4)) for K in seen]
    assert not np.allclose(steps[0], steps[1])
    assert np.allclose(steps[2], steps[3])


def test_centre_meets_the_noise_of_each_sample_where_noise_is_common(family, gain):
    oracle = sampled_start_cost(family, np.full(4, 0.5), 0.1, 0)
    directions.meta_zeroth_order(oracle, INNER, 1e-3, 10, 0, "printed")(gain)
    assert oracle.queries == 3 * 50


def test_a_run_that_leaves_is_nan_and_the_others_are_not(family, gain):
    found, _ = estimate(family, np.stack([gain, gain + 10.0]), "printed", samples=5)
    assert np.isfinite(found[0]).all() and np.isnan(found[1]).all()


def test_start_must_stabilize_every_task(family):
    direction = directions.meta_zeroth_order(oracles.exact_cost(family), INNER, 1e-3, 5, 0)
    with pytest.raises(NotStabilizingError, match="K0"):
        lqrlib.descend(direction, np.zeros((2, 4)), 1e-5, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: directions.meta_gradient(f[0], 0.1), "tasks: expected a stack"),
        (
            lambda f: directions.meta_gradient(f, 0.1, "half"),
            "hessian: expected a callable or one of exact",
        ),
        (
            lambda f: directions.meta_zeroth_order(oracles.exact_cost(f), 0.1, 1e-3, 5, 0, "half"),
            "hessian: expected one of printed, none, stein, difference, exact",
        ),
        (
            lambda f: directions.meta_zeroth_order(oracles.exact_cost(f[0]), 0.1, 1e-3, 5, 0),
            "oracle: expected one of a stack",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "call",
)
def test_bad_arguments_are_named(family, call, message):
    with pytest.raises(ValueError, match=message):
        call(family)


@pytest.mark.parametrize("hessian", directions.ESTIMATES)
@pytest.mark.parametrize("step, scale", [(1e-6, 1e3), (1e6, 1.0)])
def test_a_run_that_leaves_before_or_by_the_inner_step_is_nan(family, gain, hessian, step, scale):
    estimate = directions.meta_zeroth_order(
        oracles.exact_cost(family), step, 1e-3, 4, 0, hessian=hessian
    )
    both = estimate(np.stack([scale * gain, gain]))
    assert np.isnan(both[0]).all()
    assert np.isfinite(both[1]).all() == (step < 1)
