"""Claims about the landscape of several tasks: what holds, and what is attained."""

import numpy as np
import pytest

from lqrlib import LQR
from lqrpapers.claims import check, check_all
from lqrpapers.studies import landscape_cases
from lqrpapers.studies.common_gains import common_gain

MIRROR = LQR([[0.5]], [[[1.0]], [[-1.0]]], [[1.0]], [[1.0]])
NEAR_ZERO = np.array([-0.1, -1e-3, 1e-3, 0.1])[:, None, None]


def test_few_tasks_decide_about_a_common_gain():
    groups = landscape_cases.common_gains(24, 1)
    for group in groups:
        assert not any(c.violated for c in check_all("ours-prop-common", group))
    for [(family,)] in groups[:2]:  # families with and without one
        assert {True, False} == set((common_gain(family)[1] > 0).tolist())


def test_the_condition_on_near_tasks_is_attained_by_one_state():
    """x+ = a x at K = 0 with Q alone: nu (2 a w + w^2) < 1 is (a + w)^2 < 1."""
    task = LQR([[[0.3]], [[0.4]]], [[1.0]], [[1.0]], [[1.0]])[None]
    [near] = check("ours-prop-common", task, [[0.0]])
    assert near.tightest == pytest.approx(1, abs=1e-9) and not near.violated
    [half] = check("ours-prop-common", task, [[0.0]], share=0.5)
    assert half.tightest < 1


def test_costs_with_one_state_are_convex():
    found = check_all("ours-prop-convex", landscape_cases.one_state_families(30, 2))
    assert not any(c.violated for c in found)
    # two inputs, and a direction that does not move the closed loop: the bound is attained
    flat = LQR([[[0.5]]], [[[1.0, 0.0]]], [[1.0]], np.eye(2))
    bend = check("ours-prop-convex", flat, [[0.1], [0.0]], [[0.1], [1.0]])["second derivative"]
    assert bend.tightest == pytest.approx(1) and not bend.violated


@pytest.mark.parametrize("fraction", [0.05, 0.5, 0.95])
def test_one_task_has_more_than_one_minimiser(fraction):
    problems = LQR([[[0.0]], [[0.5]], [[-1.2]]], [[[1.0]], [[-2.0]], [[0.1]]], [[1.0]], [[1.0]])
    assert not any(c.violated for c in check("ours-prop-one-task", problems, fraction=fraction))


def test_the_middle_of_mirrored_tasks():
    assert not any(c.violated for c in check("ours-prop-mirror", MIRROR, NEAR_ZERO, 27 / 296))


def test_the_common_gains_of_two_tasks_fall_into_two_pieces():
    cases = landscape_cases.gains_in_pieces(100, 3)
    assert not any(c.violated for c in check_all("ours-prop-pieces", cases))
    for step in (0.0, 1e-4):
        found = check("ours-prop-pieces", *cases[1], inner_step_size=step)
        assert not any(c.violated for c in found)
