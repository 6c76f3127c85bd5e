"""One draw at every level: scaling, and how far gains can be followed."""

import numpy as np
import pytest

import lqrlib
from lqrlib import maml, systems, tasks
from lqrlib.errors import NotStabilizingError
from lqrpapers.studies import common_gains, families
from lqrpapers.studies.task_families import spectral_family


@pytest.fixture(scope="module")
def drawn():
    return spectral_family(systems.double_integrator(), 4, 1e-2, 3, families=3)


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


def system_family():
    levels = tasks.levels(1e-2, "system")
    return spectral_family(systems.double_integrator(), 4, levels, 3, families=4)


def test_followed_gains_end_where_the_linear_program_says(monkeypatch):
    """Two states and one input: whether a common gain exists is a linear program."""
    monkeypatch.setattr(families, "CLOSEST", 1.005)
    family = system_family()
    best = lqrlib.optimal_gain(family[0, 0])
    gains, reached = families.follow_optimum(family, best, np.geomspace(1, 1e3, 13))
    assert np.isfinite(reached).all()
    for sign, factor in ((1, reached), (-1, 1.03 * reached)):
        _, margin = common_gains.common_gain(families.scaled(family, factor))
        assert (sign * margin > 0).all()
    known = np.isfinite(gains[:, :, 0, 0])
    assert (known == (np.geomspace(1, 1e3, 13)[:, None] <= reached)).all()


def test_followed_gains_are_of_least_average_cost():
    family = system_family()
    best = lqrlib.optimal_gain(family[0, 0])
    gains, _ = families.follow_optimum(family, best, [1.0, 4.0])
    slopes = maml.gradient(families.scaled(family, np.full(4, 4.0)), gains[1], 0.0)
    assert np.abs(slopes).max() < 1e-5
    with pytest.raises(NotStabilizingError):
        families.follow_optimum(family, best + 10, [1.0])
    with pytest.raises(ValueError, match="factors: expected increasing"):
        families.follow_optimum(family, best, [2.0, 1.0])


def test_a_gain_stabilizes_up_to_its_critical_factor_and_no_further():
    family = system_family()
    best = lqrlib.optimal_gain(family[0, 0])
    factor = families.critical_factor(family, best, most=1e3)
    for times, stable in ((0.999, True), (1.001, False)):
        larger = families.scaled(family, times * factor)
        assert (lqrlib.is_stabilizing(larger, best).all(axis=-1) == stable).all()
    assert np.isinf(families.critical_factor(family, best, most=1.0)).all()
    with pytest.raises(NotStabilizingError):
        families.critical_factor(family, best + 10, most=10.0)
