"""Runs of Algorithm 3 and what they tend to."""

from __future__ import annotations

import numpy as np
import pytest

import lqrlib
from lqrlib import directions, maml, oracles, systems
from lqrpapers.recorded import s1
from lqrpapers.studies import training
from lqrpapers.studies.task_families import spectral_family

SETTINGS = {"radius": 0.01, "samples": 5}


@pytest.fixture(scope="module")
def families():
    return spectral_family(systems.boeing(), 3, 0.001, 0, families=4)


@pytest.fixture(scope="module")
def start():
    return systems.boeing_start()


def test_runs_with_exact_costs_descend_and_count_their_queries(families, start):
    runs = training.train(families, start, 1e-6, 25, oracles.exact_cost, 1, **SETTINGS)
    gaps = training.nominal_gaps(systems.boeing(), runs)
    assert gaps.shape == (26, 4) and runs.inside.all()
    assert (gaps[-1] < 0.3 * gaps[0]).all()
    # 2 * 5 + 1 costs for the inner and 2 * 5 for the outer gradient of each of 12 tasks, once more
    # at the end of each of three blocks.
    assert runs.queries == 21 * 12 * (25 + 3)


def test_inner_and_outer_step_are_one_unless_the_inner_is_given(families, start):
    def ends(step, many=3, **options):
        options |= SETTINGS
        return training.train(families, start, step, many, oracles.exact_cost, 1, **options).gains

    np.testing.assert_array_equal(ends(1e-6), ends(1e-6, inner_step=1e-6))
    longer, shorter = (np.diff(ends(1e-6, 1, inner_step=x), axis=0) for x in (1e-6, 1e-9))
    assert (np.linalg.norm(longer - shorter, axis=(-2, -1)) > 1e-3 * abs(longer).max()).all()


def test_a_run_that_leaves_stops_and_the_others_go_on(families, start):
    runs = training.train(families, start, 6e-6, 30, oracles.exact_cost, 1, **SETTINGS)
    gone = ~runs.inside[-1]
    assert gone.any() and not gone.all()
    for run in np.flatnonzero(gone):
        last = runs.left[run]
        assert (runs.gains[last:, run] == runs.gains[last, run]).all()
    assert (runs.gains[-1, ~gone] != runs.gains[-2, ~gone]).all()
    gaps = training.nominal_gaps(systems.boeing(), runs)
    assert np.isinf(gaps[-1, gone]).all() and np.isfinite(gaps[-1, ~gone]).all()


def test_a_run_leaves_at_the_iterate_that_fails_to_stabilize(families, start):
    runs = training.train(families, start, 3e-5, 25, oracles.exact_cost, 2, **SETTINGS)
    stable = lqrlib.is_stabilizing(families, runs.gains[:, :, None]).all(axis=-1)
    assert stable[runs.inside].all()
    left = runs.left[runs.left < 26]
    assert not stable[left, np.flatnonzero(runs.left < 26)].all()


def test_a_run_leaves_with_its_first_lost_task_even_if_the_oracle_stays_finite(start):
    apart = spectral_family(systems.boeing(), 3, 0.02, 0, families=4)

    def oracle(families):
        return oracles.finite_horizon_cost(families, 20)

    runs = training.train(apart, start, 3e-5, 25, oracle, 2, **SETTINGS)
    stable = lqrlib.is_stabilizing(apart, runs.gains[:, :, None])
    assert stable.all(axis=-1)[runs.inside].all() and (runs.left < 26).all()
    at_end = stable[runs.left, np.arange(4)]
    assert not at_end.all(axis=-1).any() and at_end[2, 0]  # the first task still holds in run 2


def test_a_start_that_does_not_stabilize_is_refused(families):
    with pytest.raises(lqrlib.NotStabilizingError, match="K0"):
        training.train(families, np.zeros((2, 4)), 1e-6, 3, oracles.exact_cost, 1, **SETTINGS)


def test_gaps_of_the_start_are_those_recorded(start):
    runs = training.Runs(start[None, None], np.array([1]), 0)
    [[gap]] = training.nominal_gaps(systems.boeing(), runs, s1.START)
    assert gap == pytest.approx(s1.FIGURE_1_LEFT.gaps[0], rel=1e-4)


def test_perfect_sampling_is_the_limit_of_the_printed_estimate(families, start):
    family, eta = families[0], 4e-6
    gain = start + 0.1 * (lqrlib.optimal_gain(systems.boeing()) - start)
    limit = training.PerfectSampling(family, eta)(gain)
    oracle = oracles.exact_cost(family)
    many = directions.meta_zeroth_order(oracle, eta, 0.01, 400, 0)
    found = many(np.broadcast_to(gain, (40, 2, 4)))
    error = np.linalg.norm(found.std(axis=0)) / np.sqrt(40)
    assert np.linalg.norm(found.mean(axis=0) - limit) < 3 * error + 0.01 * np.linalg.norm(limit)
    first_order = maml.gradient(family, gain, eta, "none")
    assert np.linalg.norm(limit - first_order) > 0.05 * np.linalg.norm(first_order)


def test_the_average_cost_is_infinite_where_one_task_is_lost(families, start):
    gains = np.stack([start, start + 10.0])[:, None]
    found = training.average_cost(families, gains)
    np.testing.assert_allclose(found[0], lqrlib.cost(families, start).mean(axis=-1), rtol=1e-14)
    assert found.shape == (2, 4) and np.isinf(found[1]).all()


def test_perfect_sampling_takes_one_inner_step_per_family(families, start):
    steps = np.array([1e-6, 2e-6, 3e-6, 4e-6])
    together = training.PerfectSampling(families, steps)(start)
    alone = [training.PerfectSampling(families[i], steps[i])(start) for i in range(4)]
    np.testing.assert_allclose(together, alone, rtol=1e-10)


def test_perfect_sampling_is_nan_where_an_inner_step_leaves_and_spares_the_others(families, start):
    limit = training.PerfectSampling(families, np.array([1e-6, 1e-1, 1e-6, 1e-6]))(start)
    assert np.isnan(limit[1]).all() and np.isfinite(limit[[0, 2, 3]]).all()
    alone = training.PerfectSampling(families[0], 1e-6)(start)
    np.testing.assert_allclose(limit[0], alone, rtol=1e-10)


def test_questions_outside_are_noticed(families, start):
    edge = systems.boundary_distance(systems.boeing(), start, np.ones((2, 4)))
    near = start + 0.999 * edge * np.ones((2, 4))
    alike = families.replace(
        **{name: getattr(families, name)[:, :1].repeat(3, 1) for name in "ABQR"}
    )
    oracle = oracles.finite_horizon_cost(alike, 50)
    options = {"radius": 0.01, "samples": 10}
    assert not training.asks_outside(alike, start, 1e-8, lambda _: oracle, 0, **options).any()
    assert training.asks_outside(alike, near, 1e-8, lambda _: oracle, 0, **options).all()
    assert oracle.queries == 2 * 4 * 3 * 41


def test_gain_of_relative_cost_has_it():
    problem, direction = systems.boeing(printed=True), np.ones((2, 4))
    gain = training.gain_of_relative_cost(problem, direction, 3.0)
    best = lqrlib.optimal_gain(problem)
    assert lqrlib.cost(problem, gain) == pytest.approx(3 * lqrlib.cost(problem, best), rel=1e-12)
    assert np.ptp(gain - best) < 1e-9 and (gain > best).all()
    with pytest.raises(ValueError, match="ratio"):
        training.gain_of_relative_cost(problem, direction, 1.0)


def test_gaps_of_gains_are_those_of_a_run_that_went_through():
    nominal = systems.boeing()
    best = lqrlib.optimal_gain(nominal)
    gains = best + np.array([0.0, 0.01, 0.02])[:, None, None, None] * np.ones((3, 2, 2, 4))
    run = training.Runs(gains, np.full(2, 3), 0)
    found = training.nominal_gaps(nominal, gains)
    np.testing.assert_array_equal(found, training.nominal_gaps(nominal, run))
    assert found.shape == (3, 2) and (found[0] == 0).all() and (found[2] > found[1]).all()
