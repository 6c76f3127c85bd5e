"""How far families may be scaled for Theorems 10 and 11 to admit them."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrlib.errors import NotStabilizingError
from lqrpapers.constants import meta
from lqrpapers.studies import admission, families
from lqrpapers.studies.ensembles import tasks_around
from lqrpapers.studies.task_families import spectral_family


@pytest.fixture(scope="module")
def drawn():
    return spectral_family(systems.double_integrator(), 4, 1e-2, 3, families=3)


@pytest.mark.parametrize("form", ["printed", "corrected", "sharp"])
def test_admitted_refuses_a_start_outside_instead_of_searching_for_ever(drawn, form):
    with pytest.raises(NotStabilizingError, match="K0"):
        admission.admitted_factor(drawn, np.zeros((1, 2)), form)


@pytest.mark.parametrize("form", ["printed", "corrected", "sharp"])
def test_a_single_task_is_admitted_at_any_factor(drawn, form):
    K0 = 0.8 * lqrlib.optimal_gain(systems.double_integrator())
    np.testing.assert_array_equal(admission.admitted_factor(drawn[:, :1], K0, form, most=7.0), 7.0)


@pytest.mark.parametrize("form", ["printed", "corrected", "sharp"])
def test_nothing_is_admitted_from_the_nominal_optimum(drawn, form):
    """Its sub-level set is a single gain."""
    best = lqrlib.optimal_gain(drawn[:, 0])
    np.testing.assert_array_equal(admission.admitted_factor(drawn, best, form), 0.0)


@pytest.mark.parametrize("form", meta.FORMS)
def test_admitted_families_meet_the_condition_and_no_much_larger_ones(form):
    many = systems.random_ensemble(12, 2, 1, 4, radius=(0.2, 0.9), spread=2.0)
    K0 = systems.random_stabilizing_gains(many, 5, fraction=(0.1, 0.5))
    family = tasks_around(many, 3, 1e-3, 6)
    factor = admission.admitted_factor(family, K0, form, most=1e4)

    def met(times):
        over = meta.suprema(families.scaled(family, times * factor), K0, form)
        if form == "sharp":
            return meta.sharp_invariant(over, np.asarray(0.25))
        return over.heterogeneity[:, 0] <= meta.printed_heterogeneity_limit(over)

    assert met(1.0).all()
    assert not met(1.5).any()


@pytest.mark.parametrize("fraction", [0.5, 1.5])
def test_a_family_scaled_to_its_limit_has_the_fraction_asked_for(fraction):
    many = systems.random_ensemble(8, 2, 1, 4, radius=(0.2, 0.9), spread=2.0)
    K0 = systems.random_stabilizing_gains(many, 5, fraction=(0.1, 0.5))
    family = tasks_around(many, 3, 1e-6, 6)
    near = admission.scaled_to_limit(family, K0, "printed", fraction)
    over = meta.suprema(near, K0, "printed")
    limit = meta.printed_heterogeneity_limit(over, model_free=True)
    np.testing.assert_allclose(over.heterogeneity.max(axis=-1), fraction * limit, rtol=1e-2)


def test_families_scaled_below_the_sharp_limit_are_invariant():
    many = systems.random_ensemble(8, 2, 1, 4, radius=(0.2, 0.9), spread=2.0)
    K0 = systems.random_stabilizing_gains(many, 5, fraction=(0.1, 0.5))
    family = tasks_around(many, 3, 1e-6, 6)
    kappa = meta.Errors().kappa
    over = meta.suprema(admission.scaled_to_limit(family, K0, "sharp", 0.98), K0, "sharp")
    assert meta.sharp_invariant(over, kappa).all()
    far = meta.suprema(admission.scaled_to_limit(family, K0, "sharp", 5.0), K0, "sharp")
    assert not meta.sharp_invariant(far, kappa).any()


def test_a_longer_run_with_better_estimates_is_asked_for_as_printed():
    family = spectral_family(systems.boeing(), 3, 1e-3, 0)
    K0 = systems.boeing_start()
    (many, small, printed), (few, error, sharp) = (
        admission.asked_of_a_run(family, K0, form) for form in ("printed", "sharp")
    )
    assert many > few and printed.samples > sharp.samples and printed.radius < sharp.radius
    over = meta.suprema(family, K0, "sharp")
    kappa = 0.1  # eta_l L, without a Hessian
    bound = (1.1 * error / (1 - kappa)) ** 2 / over.domination[0]  # the theorem's, for equal tasks
    np.testing.assert_allclose(bound, over.start_gap[0] / 100)
    shrunk = (1 - (1 - kappa) * over.domination[0] / (2 * over.smoothness)) ** few
    np.testing.assert_allclose(shrunk, 0.01, rtol=1e-3)


def test_what_theorem_13_speaks_of_is_admissible_and_stationary():
    many = systems.random_ensemble(8, 2, 1, 4, radius=(0.2, 0.9), spread=2.0)
    K0 = systems.random_stabilizing_gains(many, 5, fraction=(0.1, 0.5))
    family, weight = tasks_around(many, 3, 1e-6, 6), np.ones((8, 1, 1, 1))
    weight[3] = 1e-4  # there the printed h_H is negative (erratum E6)
    drawn = family.replace(Q=weight * family.Q, R=weight * family.R)
    near, starts, gain = admission.admitted(drawn, K0)
    np.testing.assert_array_equal(starts, np.delete(K0, 3, axis=0))
    assert admission.admissible(near, starts).all()
    inner = meta.printed_steps(meta.suprema(near, starts), model_free=True).inner
    slope = np.linalg.norm(lqrlib.maml.gradient(near, gain, inner), axis=(-2, -1))
    assert (slope < 1e-6 * np.linalg.norm(lqrlib.maml.gradient(near, starts, inner))).all()
