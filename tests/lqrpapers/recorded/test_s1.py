"""The recorded traces agree with what is known of the runs."""

from __future__ import annotations

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrlib.finite_horizon import finite_horizon_cost
from lqrpapers.recorded import s1

TRAININGS = (s1.FIGURE_1_LEFT, *s1.FIGURE_1_MIDDLE)


@pytest.mark.parametrize("run", [*TRAININGS, s1.FIGURE_1_RIGHT_RANDOM])
def test_every_kept_iteration_has_its_gap(run) -> None:
    assert run.iterations.shape == run.gaps.shape
    assert (np.diff(run.iterations) > 0).all() and run.iterations[0] == 0
    assert (run.gaps > 0).all()


@pytest.mark.parametrize("run", TRAININGS)
def test_every_training_starts_at_the_published_gain(run) -> None:
    system, horizon = systems.boeing(), s1.HORIZON
    gap = finite_horizon_cost(
        system, systems.boeing_start(), horizon, s1.START
    ) - finite_horizon_cost(system, lqrlib.optimal_gain(system), horizon, s1.START)
    assert run.gaps[0] == pytest.approx(gap, rel=1e-4)


def test_frobenius_distances_exceed_the_spectral_level_they_were_drawn_with() -> None:
    for run in TRAININGS:
        assert max(run.heterogeneity) > run.level
        assert max(run.heterogeneity) < 2 * run.level  # at most sqrt(4) times a spectral norm


def test_the_random_start_stabilizes_the_nominal_task() -> None:
    assert lqrlib.is_stabilizing(systems.boeing(), s1.FIGURE_1_RIGHT_RANDOM.K0)


def test_gaps_between_recorded_ones_lie_on_a_line_of_logarithms():
    run = s1.FIGURE_1_LEFT
    assert run.gap_at(20) == pytest.approx(run.gaps[list(run.iterations).index(20)])
    ends = [run.gaps[list(run.iterations).index(k)] for k in (20, 30)]
    assert run.gap_at(25) == pytest.approx(np.sqrt(ends[0] * ends[1]))
