"""Figure 1 (right), E9 and the lemmas of chapter 12: each can fail, and bad input is refused."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.claims import check
from lqrpapers.studies.task_families import spectral_family

nominal = systems.boeing()
best = lqrlib.optimal_gain(nominal)
unseen = spectral_family(nominal, 3, 0.01, 1, families=2)
K = np.stack([best, best])


def falling(first, rate, count=60):
    curve = first * rate ** np.arange(count)
    return np.broadcast_to(curve[:, None, None], (count, 2, 3)).copy()


def test_the_figure_holds_for_a_good_start_and_fails_for_a_poor_one():
    good, poor = falling(0.1, 0.85), falling(2.0, 0.92)
    found = check("s1-fig-1-right", good, poor, unseen, K, (good, poor))
    assert len(found) == 5 and all(each.violated == 0 for each in found)
    assert [each.role for each in found] == ["guard"] * 4 + ["carrier"]
    swapped = check("s1-fig-1-right", poor, good, unseen, K)
    assert [each.violated for each in swapped] == [0, 6, 6, 6]


def test_the_picture_may_come_out_and_its_cause_be_another():
    good, poor = falling(0.1, 0.85), falling(2.0, 0.92)
    alike = falling(0.12, 0.85)
    *picture, cause = check("s1-fig-1-right", good, poor, unseen, K, (good, alike))
    assert not any(each.violated for each in picture) and cause.violated == 6


def test_what_never_arrives_needs_more_than_half():
    never = falling(2.0, 0.99)
    *_, cause = check("s1-fig-1-right", falling(0.1, 0.85), never, unseen, K, (never, never))
    assert cause.violated == 6


def test_runs_that_left_count_as_never():
    good, lost = falling(0.1, 0.85), falling(2.0, 0.85)
    lost[5:, 0] = np.inf
    found = check("s1-fig-1-right", good, lost, unseen, K)[-1]
    assert found.holds[0].all() and found.lhs[0, 0] < found.rhs[0, 0] == np.inf
    good[5:, 0] = np.inf
    assert check("s1-fig-1-right", good, falling(2.0, 0.9), unseen, K)[-1].violated == 3


def test_far_tasks_break_the_promise():
    far = spectral_family(nominal, 40, 0.9, 1, families=2)
    [dropped] = check("s1-fig-1-right", far, K, form="dropped")
    assert dropped.violated > 0 and dropped.assumption == "unseen tasks as in training"


def test_equal_terms_are_seen_where_they_are_kept():
    fast, slow = falling(0.1, 0.8), falling(2.0, 0.9)
    kept = check("e9", (1e-3, 1e-3), 0, fast, slow, slow)
    assert [each.violated for each in kept] == [0, 0, 0, 0]
    broken = check("e9", (1e-3, 3.5e-4), 1, slow, slow, fast)
    assert [each.violated for each in broken] == [1, 1, 6, 6]


def test_the_clock_runs_half_as_fast_as_promised_for_a_parabola():
    """x+ = u with little state cost: gap' = -2 L gap, and lambda = 2 L promises L."""
    lazy = lqrlib.systems.scalar(0.0, 1.0, 1e-4, 1.0)
    clock, constant = check("ours-lemma-clock", lazy, [[1e-3]], 5)
    assert clock.violated == constant.violated == 0
    assert clock.tightest == pytest.approx(0.5, rel=0.01)


def test_a_head_start_is_what_its_bounds_say_for_one_direction():
    """d = 1: both starts decay alike, and the bounds are attained up to rounding to iterations."""
    errors = np.array([[[1.0]], [[1e-3]]])
    found = check("ours-lemma-head-start", [[[0.01]]], errors, 0.02)
    assert not any(each.violated for each in found)
    assert found["T(theta), at least"].tightest > 0.9


def test_malformed_runs_are_named():
    with pytest.raises(ValueError, match="learned: expected gaps"):
        check("s1-fig-1-right", np.ones((5, 2, 3)), falling(1, 0.9), unseen, K)
    with pytest.raises(ValueError, match="random: expected shape"):
        check("s1-fig-1-right", falling(1, 0.9), falling(1, 0.9)[:, :1], unseen, K)
