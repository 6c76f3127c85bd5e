"""The loop that roll-outs are timed against computes the same thing."""

import numpy as np
import pytest

import lqrlib
from benchmarks import rollouts
from benchmarks.agreement import WrongResult
from lqrlib import systems


def test_both_averages_are_the_expected_cost():
    problem = systems.three_state()
    K = lqrlib.optimal_gain(problem)
    rollouts.settle(problem, K, 12, 300, np.random.default_rng(0))


def test_a_wrong_loop_is_found_out(monkeypatch):
    problem = systems.three_state()
    honest = rollouts.looped_rollouts
    monkeypatch.setattr(rollouts, "looped_rollouts", lambda *given: 2 * honest(*given))
    with pytest.raises(WrongResult, match="roll-outs of the loop"):
        rollouts.settle(problem, np.zeros((2, 3)), 12, 300, np.random.default_rng(0))
