"""Discount annealing: what a discount does, and that a start is found where none is given."""

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR
from lqrpapers.studies import annealing

TASKS = LQR([[[[1.5]], [[1.3]]]], [[1.0]], [[1.0]], [[1.0]])
ZERO = np.zeros((1, 1))


def test_a_discounted_cost_is_the_sum_of_discounted_stages():
    easier = annealing.discounted(TASKS, np.array([0.3]))
    by_hand = sum(0.3**t * 1.5 ** (2 * t) for t in range(200))
    assert lqrlib.cost(easier, ZERO)[0, 0] == pytest.approx(by_hand)


def test_raised_as_far_as_no_cost_more_than_doubles():
    """x+ = 1.5 x, u = 0: the cost is 1/(1 - 2.25 gamma), twice as large at (1 + 2.25 gamma)/4.5."""
    found = annealing.raised(TASKS, ZERO, np.array([0.3]))
    assert found == pytest.approx([(1 + 2.25 * 0.3) / 4.5], abs=1e-3)
    least = 0.3 * (1 + (1 - 2.25 * 0.3) / 2)
    assert annealing.guaranteed(TASKS, ZERO, np.array([0.3])) == pytest.approx([least])
    assert least <= found


def test_a_start_for_all_tasks_is_found_where_zero_stabilizes_none():
    assert not lqrlib.is_stabilizing(TASKS, ZERO).any()
    run = annealing.anneal(TASKS, ZERO, 0.4)
    assert (np.diff(run.discounts, axis=0) > 0).all() and run.discounts[-1] == 1
    assert lqrlib.is_stabilizing(TASKS, run.gains[-1][:, None]).all()
    assert run.steps > 0 and len(run.gains) == len(run.discounts) - 1


def test_too_few_rounds_end_below_one():
    assert annealing.anneal(TASKS, ZERO, 0.4, rounds=1).discounts[-1] < 1
