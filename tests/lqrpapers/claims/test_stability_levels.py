"""Levels, certificates and averages against values worked out by hand."""

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, systems
from lqrpapers.claims import check, stability_levels
from lqrpapers.claims.stability_levels import last_gain, survived_level


def one_input(*poles):
    """A diagonal system with these poles, an input on all states, and a gain for the mean."""
    n = len(poles)
    plant = LQR.stack([LQR(np.diag(poles), np.ones((n, 1)), np.eye(n), [[1.0]])])
    return plant, lqrlib.optimal_gain(plant)


def all_hold(checks):
    for each in checks:
        assert each.holds.all(), (each.part, each.tightest)


@pytest.mark.parametrize("poles", [(1.5, 2 / 3), (-1.2, 0.3, 1.4), (1.5, 1.0), (1.1, -1.0)])
def test_the_critical_level_with_and_without_a_pole_on_the_unit_circle(poles):
    found = check("ours-thm-critical", *one_input(*poles))
    all_hold(found)
    assert len(found) == (2 if 1.0 in np.abs(poles) else 4)


def test_with_a_pole_on_the_unit_circle_the_level_is_approached_and_not_attained():
    plant, _ = one_input(1.5, 1.0)  # 1 / (9/4 - 1) = 4/5
    levels = []
    for e in (1e-1, 1e-2, 1e-3):
        moved = plant.replace(A=(1 + e) * plant.A)
        levels.append(float(survived_level(plant, last_gain(moved[0])[None] / (1 + e))[0]))
    assert levels[0] < levels[1] < levels[2] < 0.8 and levels[2] > 0.79


def test_the_last_gain_of_the_stick_and_what_it_survives():
    A, B = np.array([[13, 5], [5, 13]]) / 12, np.array([[1], [5]]) / 12
    stick = LQR(A, B, np.eye(2), [[1]])
    np.testing.assert_allclose(last_gain(stick), [[5 / 3, 5 / 3]], rtol=1e-12)
    assert survived_level(stick, [[5 / 3, 5 / 3]]) == pytest.approx(0.8)


@pytest.mark.parametrize("wrong", [(0.5, 0.3), (1.0, 0.5)])
def test_a_system_that_needs_no_input_has_no_critical_level(wrong):
    with pytest.raises(ValueError, match="outside the unit circle"):
        check("ours-thm-critical", *one_input(*wrong))
    with pytest.raises(ValueError, match="one input"):
        check("ours-thm-critical", systems.boeing(), np.zeros((2, 4)))


def test_the_level_of_a_scalar_gain():
    # Variance 0.16 beside the mean 0.6: the level is (1 - 0.36) / 0.16 = 4.
    noisy = systems.scalar(0.6, 1.0, 1.0, 1.0, state_variance=0.16)
    assert float(stability_levels.critical_scale(noisy, [[0.0]])) == pytest.approx(4)
    all_hold(check("ours-thm-level", noisy, [[0.0]]))
    # x+ = (1.5 - k) x - g k x with k = 1.2: beta k^2 / (1 - 0.09) < 1.
    own = systems.scalar(1.5, 1.0, 1.0, 1.0, input_variance=0.5)
    [closed] = check("ours-thm-level", own, [[1.2]])
    assert closed.part == "one term on one input"
    assert float(closed.lhs) == pytest.approx(0.5 * 1.44 / 0.91)
    with pytest.raises(ValueError, match="stabilize A - BK"):
        check("ours-thm-level", noisy, [[2.0]])


def test_the_closed_form_is_that_of_the_noise_direction_and_not_of_the_input():
    # A - BK = diag(1/2, 0), kicked in the second state only: S = diag(0, 4), K S K' = 4 k2^2.
    own = LQR([[0.5, 0], [0, 0]], [[0], [0]], np.eye(2), [[1]], input_noise=([0.1], [[[0], [2]]]))
    [closed] = check("ours-thm-level", own, [[3.0, 1.0]])
    assert float(closed.lhs) == pytest.approx(0.4)
    problem = systems.random_ensemble(40, 3, 1, 5, input_noise_terms=1)
    K = systems.random_stabilizing_gains(problem.without_noise(), 7)
    [closed] = check("ours-thm-level", problem, K)
    assert 0 < lqrlib.is_stabilizing(problem, K).sum() < 40 and not closed.violated


def test_the_bound_on_averages_for_one_step():
    # One step: 9/4 or 1/4 with chance 1/2, mean 5/4. Share 1 is reached with chance 1/2, and the
    # best of c = 0 is 1/2 + 1/10; no c does better.
    exact, alone = check("ours-lemma-visible", steps=[1], shares=[1.0])
    assert exact.lhs[0] == 0.5 and exact.rhs[0] == pytest.approx(0.6)
    assert exact.lhs[1] == pytest.approx(0.75)  # of two, unless both are small
    assert (alone.lhs == 0).all()


def test_the_certificate_needs_its_residual_to_be_small():
    # x+ = r x, r^2 = 1.21: after one sweep X = 2.21, and X - 1.21 X - 1 = -1.4641.
    growing, still = systems.scalar(1.1, 1.0, 1.0, 1.0), systems.scalar(0.5, 1.0, 1.0, 1.0)
    stack = LQR.stack([growing, still])
    found = check("ours-certificate", stack, np.zeros((1, 1)))["approximate solution"]
    assert found.checked == 7 and found.tightest == pytest.approx(0.25)
