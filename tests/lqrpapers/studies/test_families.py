"""One draw at every level: scaling, following common gains, what Theorem 10 admits."""

import numpy as np
import pytest

import lqrlib
from lqrlib import maml, systems, tasks
from lqrlib.errors import NotStabilizingError
from lqrpapers import constants
from lqrpapers.constants import meta
from lqrpapers.studies import common_gains, families
from lqrpapers.studies.ensembles import tasks_around


@pytest.fixture(scope="module")
def drawn():
    return tasks.spectral_family(systems.double_integrator(), 4, 1e-2, 3, families=3)


def test_scaled_levels_are_proportional(drawn):
    factors = np.array([0.5, 1.0, 3.0])
    found = np.stack(tasks.heterogeneity(families.scaled(drawn, factors)))
    np.testing.assert_allclose(found, factors * np.stack(tasks.heterogeneity(drawn)), rtol=1e-9)
    first = families.scaled(drawn, factors)[:, 0]
    np.testing.assert_array_equal(first.A, drawn[:, 0].A)


def test_scaled_refuses_indefinite_weights(drawn):
    with pytest.raises(ValueError, match="expected a"):
        families.scaled(drawn, np.full(3, 1e3))
    with pytest.raises(ValueError, match="family: expected a stack"):
        families.scaled(systems.boeing(), 1.0)


@pytest.mark.parametrize("form", ["printed", "corrected", "sharp"])
def test_admitted_refuses_a_start_outside_instead_of_searching_for_ever(drawn, form):
    with pytest.raises(NotStabilizingError, match="K0"):
        families.admitted(drawn, np.zeros((1, 2)), form)


@pytest.mark.parametrize("form", ["printed", "corrected", "sharp"])
def test_a_single_task_is_admitted_at_any_factor(drawn, form):
    K0 = 0.8 * lqrlib.optimal_gain(systems.double_integrator())
    np.testing.assert_array_equal(families.admitted(drawn[:, :1], K0, form, most=7.0), 7.0)


@pytest.mark.parametrize("form", ["printed", "corrected", "sharp"])
def test_nothing_is_admitted_from_the_nominal_optimum(drawn, form):
    """Its sub-level set is a single gain."""
    best = lqrlib.optimal_gain(drawn[:, 0])
    np.testing.assert_array_equal(families.admitted(drawn, best, form), 0.0)


def system_family():
    levels = tasks.levels(1e-2, "system")
    return tasks.spectral_family(systems.double_integrator(), 4, levels, 3, families=4)


def test_followed_gains_end_where_the_linear_program_says():
    """Two states and one input: whether a common gain exists is a linear program."""
    family = system_family()
    best = lqrlib.optimal_gain(family[0, 0])
    gains, reached = families.follow(family, best, np.geomspace(1, 1e3, 13), closest=1.005)
    assert np.isfinite(reached).all()
    for sign, factor in ((1, reached), (-1, 1.03 * reached)):
        _, margin = common_gains.common_gain(families.scaled(family, factor))
        assert (sign * margin > 0).all()
    known = np.isfinite(gains[:, :, 0, 0])
    assert (known == (np.geomspace(1, 1e3, 13)[:, None] <= reached)).all()


def test_followed_gains_are_of_least_average_cost():
    family = system_family()
    best = lqrlib.optimal_gain(family[0, 0])
    gains, _ = families.follow(family, best, [1.0, 4.0])
    slopes = maml.gradient(families.scaled(family, np.full(4, 4.0)), gains[1], 0.0)
    assert np.abs(slopes).max() < 1e-5
    with pytest.raises(NotStabilizingError):
        families.follow(family, best + 10, [1.0])
    with pytest.raises(ValueError, match="factors: expected increasing"):
        families.follow(family, best, [2.0, 1.0])


def test_reach_of_a_gain():
    family = system_family()
    best = lqrlib.optimal_gain(family[0, 0])
    reach = families.reach_of_gain(family, best, most=1e3)
    for share, stable in ((0.999, True), (1.001, False)):
        larger = families.scaled(family, share * reach)
        assert (lqrlib.is_stabilizing(larger, best).all(axis=-1) == stable).all()
    assert np.isinf(families.reach_of_gain(family, best, most=1.0)).all()
    with pytest.raises(NotStabilizingError):
        families.reach_of_gain(family, best + 10, most=10.0)


@pytest.mark.parametrize("form", meta.FORMS)
def test_admitted_families_meet_the_condition_and_no_much_larger_ones(form):
    many = systems.random_ensemble(12, 2, 1, 4, radius=(0.2, 0.9), spread=2.0)
    K0 = systems.random_stabilizing_gains(many, 5, reach=(0.1, 0.5))
    family = tasks_around(many, 3, 1e-3, 6)
    factor = families.admitted(family, K0, form, most=1e4)

    def met(times):
        over = meta.suprema(families.scaled(family, times * factor), K0, form)
        if form == "sharp":
            return meta.sharp_invariant(over, np.asarray(0.25))
        return over.heterogeneity[:, 0] <= meta.printed_heterogeneity_limit(over)

    assert met(1.0).all()
    assert not met(1.5).any()


def test_bias_at_the_optimum_is_within_its_bound_and_of_second_order():
    family = tasks.spectral_family(systems.boeing(), 4, 1e-2, 7, families=3)
    near = lqrlib.optimal_gain(systems.boeing())
    large = families.stationary_bias(family, near)
    small = families.stationary_bias(families.scaled(family, np.full(3, 0.1)), near)
    assert (large.gaps <= large.bounds).all()
    L = families.hessian_norm(family, large.gain)
    turn = ((1 + large.inner_step * L) ** 2 - 1)[:, None]
    each = large.gain[:, None]
    domination = constants.printed.gradient_domination(family, each)
    f = families.distances(family, large.gain)
    bounds = ((1 + turn) / (1 - turn) * f) ** 2 / domination
    np.testing.assert_allclose(large.bounds, bounds, rtol=1e-12)
    ratio = large.gaps.max(axis=-1) / small.gaps.max(axis=-1)
    np.testing.assert_allclose(ratio, 100, rtol=0.1)
    slope = maml.gradient(family, large.gain, large.inner_step)
    assert np.abs(slope).max() < 1e-3
