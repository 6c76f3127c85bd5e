"""Adaptation: queries add up, the clock's promise holds, starts are what they are called."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.studies import adaptation
from lqrpapers.studies.adaptation import Adaptation
from lqrpapers.studies.task_families import spectral_family

nominal = systems.boeing()
best = lqrlib.optimal_gain(nominal)
family = spectral_family(nominal, 4, 0.01, 1)


def test_a_run_counts_gradients_and_trials_and_descends():
    run = adaptation.adapt(family, best + 0.01, 5, first_step=1e-3)
    assert run.gaps.shape == run.queries.shape == run.clocks.shape == (6, 4)
    assert (np.diff(run.gaps, axis=0) <= 0).all()
    steps = np.diff(run.clocks, axis=0)
    trials = 1 + np.log2(1e-3 / steps)
    np.testing.assert_allclose(np.diff(run.queries, axis=0), 100 + trials)


def test_a_start_that_does_not_stabilize_costs_nothing_and_harms_nobody():
    starts = np.stack([np.full((2, 4), 1e3), best])[:, None]
    run = adaptation.adapt(family, starts, 3)
    assert np.isinf(run.gaps[:, 0]).all()
    assert (run.queries[:, 0] == 0).all() and (run.clocks[:, 0] == 0).all()
    alone = adaptation.adapt(family, best, 3)
    np.testing.assert_array_equal(run.gaps[:, 1], alone.gaps)
    assert np.isinf(adaptation.queries_to(run, 0.1)[0]).all()


def test_queries_are_those_spent_when_the_gap_is_first_small():
    gaps = np.array([[0.5, 0.05], [0.2, 0.01], [0.05, 0.01]])
    spent = np.array([[0.0, 0.0], [101.0, 102.0], [203.0, 203.0]])
    run = Adaptation(gaps, spent, spent)
    np.testing.assert_array_equal(adaptation.queries_to(run, 0.1), [203.0, 0.0])
    np.testing.assert_array_equal(adaptation.queries_to(run, 0.2), [101.0, 0.0])  # at the level
    np.testing.assert_array_equal(adaptation.queries_to(run, 0.001), [np.inf, np.inf])


def test_the_clock_promises_half_the_rate_of_gradient_domination():
    """One state: lambda = 4 mu^2 r / ||Sigma_K*|| by hand."""
    scalar = systems.scalar(0.5, 1.0, 1.0, 1.0)
    closed = 0.5 - lqrlib.optimal_gain(scalar)[0, 0]
    rate = 4 * (1 - closed**2)
    run = Adaptation(np.array([3.0, 0.0]), np.zeros(2), np.array([0.0, 0.7]))
    expected = [3.0, 3.0 * np.exp(-rate * 0.7 / 2)]
    np.testing.assert_allclose(adaptation.clock_bound(scalar, run), expected, rtol=1e-12)


def test_random_starts_stabilize_and_lie_where_they_should():
    starts = adaptation.random_starts(family, best, 0.22, 3)
    assert np.isfinite(lqrlib.cost(family, starts)).all()
    assert ((starts - best > 0) & (starts - best < 0.22)).all()
    np.testing.assert_array_equal(starts, adaptation.random_starts(family, best, 0.22, 3))
    with pytest.raises(ValueError, match="no stabilizing gain"):
        adaptation.random_starts(family, best + 100, 0.22, 3)
    with pytest.raises(ValueError, match="spread: expected a positive number"):
        adaptation.random_starts(family, best, 0.0, 3)


def test_the_spectrum_of_a_near_start_adds_up_to_its_gap():
    K = best + 1e-5 * np.random.default_rng(0).standard_normal((2, 4))
    values, shares = adaptation.start_spectrum(nominal, K)
    assert values.shape == shares.shape == (8,)
    gap = lqrlib.cost(nominal, K) / lqrlib.cost(nominal, best) - 1
    np.testing.assert_allclose(shares.sum(), gap, rtol=1e-2)


@pytest.mark.parametrize("terms", [0, 2])
def test_the_clock_bounds_every_gap(terms):
    many = systems.random_ensemble(30, 3, 2, 5, state_noise_terms=terms, input_noise_terms=terms)
    start = systems.random_stabilizing_gains(many, 6)
    run = adaptation.adapt(many, start, 30, first_step=0.1, sufficient=0.5)
    bound = adaptation.clock_bound(many, run)
    assert (run.gaps <= bound * (1 + 1e-9) + 1e-12).all()
    assert (bound[-1] < bound[0]).all()


def test_the_median_interval_redraws_families_before_their_tasks():
    two_families = np.repeat([[0.0], [1.0]], 30, axis=1)
    assert adaptation.median_interval(two_families, 1) == (0.0, 0.0, 1.0)
    many_alike = np.repeat([[0.0, 1.0, 2.0]], 50, axis=0)
    assert adaptation.median_interval(many_alike, 1) == (1.0, 1.0, 1.0)


def test_the_median_interval_covers_and_keeps_infinities():
    values = np.arange(20.0).reshape(4, 5)
    middle, low, high = adaptation.median_interval(values, 1)
    assert low <= middle <= high and middle == 9.0
    values[2:] = np.inf
    assert adaptation.median_interval(values, 1)[2] == np.inf
    with pytest.raises(ValueError, match="values: expected shape"):
        adaptation.median_interval([1.0, np.nan], 1)


def test_average_model_averages_matrices():
    tasks = spectral_family(nominal, 5, 0.1, 0, families=2)
    average = adaptation.average_model(tasks)
    assert average.batch_shape == (2,)
    assert np.allclose(average.A, tasks.A.mean(axis=1))


def test_average_model_of_noisy_tasks_is_refused():
    noisy = nominal.replace(state_noise=([0.01], [np.eye(4)]))
    with pytest.raises(ValueError, match="tasks: expected tasks without noise"):
        adaptation.average_model(lqrlib.LQR.stack([noisy, noisy]))


def test_several_starts_in_one_stack_are_those_alone():
    starts = {"best": best, "other": best + 0.01}
    found = adaptation.adapt_from(family, starts, 4)
    for name, K in starts.items():
        alone = adaptation.adapt(family, K, 4)
        np.testing.assert_allclose(found[name].gaps, alone.gaps, rtol=1e-12, atol=1e-15)
        np.testing.assert_array_equal(found[name].queries, alone.queries)


def test_learning_a_family_costs_gradients_and_trials_of_every_task():
    start = best + 0.3 * (systems.boeing_start() - best)
    run = adaptation.adapt(family[:1], start, 60)
    assert run.gaps[1, 0] > 1e-2 > run.gaps[60, 0]
    alone = adaptation.queries_to_learn(family[:1], start, 1e-2, 60)
    assert alone == adaptation.queries_to(run, 1e-2)[0]
    assert adaptation.queries_to_learn(family, start, 1e-2, 60) % 4 == 0
    assert adaptation.queries_to_learn(family, start, 1e-2, 1) == np.inf


def counted(queries):
    """Runs on tasks (F, P) that reach any level at once or, after so many queries, at all."""
    first = np.full(np.shape(queries), 1.0)
    spent = np.array([0 * first, np.where(np.isinf(queries), 0, queries)])
    return Adaptation(np.array([first, np.where(np.isinf(queries), 1.0, 0.0)]), spent, spent)


def test_queries_at_another_price_for_a_gradient():
    run = adaptation.adapt(family, best + 0.01, 5, first_step=1e-3)
    cheap = run.priced(16)
    np.testing.assert_array_equal(
        run.queries - cheap.queries, 84 * np.arange(6)[:, None] + 0 * run.queries
    )
    lost = run._replace(queries=0 * run.queries)
    assert (lost.priced(16).queries == 0).all()


def test_intervals_of_queries_by_run_and_level():
    gaps = np.array([0.5, 0.2, 0.05])[:, None, None] * np.ones((2, 3))
    spent = np.array([0.0, 101.0, 203.0])[:, None, None] * np.ones((2, 3))
    found = adaptation.query_intervals([Adaptation(gaps, spent, spent)], [0.3, 0.1, 0.01], 1)
    np.testing.assert_array_equal(found, [[[101.0] * 3, [203.0] * 3, [np.inf] * 3]])


def test_the_clock_at_a_level_by_hand():
    gaps = np.array([[1.0, 1.0, 1.0], [0.1, 0.1, 5.0], [0.01, 0.01, 9.0]])  # medians fall tenfold
    clocks = np.array([0.0, 2.0, 6.0])
    assert adaptation.clock_at(10**-1.5, clocks, gaps) == pytest.approx(4.0)
    assert adaptation.clock_at(1e-4, clocks, gaps) == 6.0


def test_exact_starts_are_stationary_and_each_its_own():
    tasks = spectral_family(nominal, 3, 0.05, 2, families=2)
    starts = adaptation.exact_starts(tasks, best)
    assert list(starts) == ["average model", "average cost", "maml"]
    assert all(K.shape == (2, 1, 2, 4) for K in starts.values())
    slopes = lqrlib.gradient(tasks, starts["average cost"]).mean(axis=1)
    assert np.abs(slopes).max() < 1e-7

    def cost(name, step):
        return lqrlib.maml.cost(tasks, starts[name][:, 0], step)

    assert (cost("average cost", 0.0) < cost("average model", 0.0)).all()
    assert (cost("maml", 1e-4) < cost("average cost", 1e-4)).all()
