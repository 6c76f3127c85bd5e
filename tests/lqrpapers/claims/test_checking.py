"""Checks are read by part, and those of several ensembles become one on all their cases."""

from dataclasses import replace

import numpy as np
import pytest

from lqrlib import systems
from lqrpapers.claims import Check, Checks, check, merge


def _ensemble(states):
    problem = systems.random_ensemble(5, states, 1, states)
    return problem, systems.random_stabilizing_gains(problem, states)


def test_merged_checks_hold_every_case_in_order():
    groups = [check("s2-lemma-3.2", *_ensemble(states)) for states in (1, 3)]
    merged = merge(*groups)
    assert [each.part for each in merged] == [each.part for each in groups[0]]
    for i, each in enumerate(merged):
        assert each.checked == 10
        np.testing.assert_array_equal(each.lhs, np.concatenate([g[i].lhs for g in groups]))
        assert each.violated == sum(g[i].violated for g in groups)
        assert each.tightest == max(g[i].tightest for g in groups)


def test_merging_keeps_the_floor_of_each_case():
    one = (Check("e1", "", "printed", np.array(1.0), np.array(0.5), floor=0.6),)
    two = (Check("e1", "", "printed", np.ones(2), np.full(2, 0.5)),)
    [merged] = merge(one, two)
    np.testing.assert_array_equal(merged.holds, [True, False, False])


def test_only_checks_of_the_same_inequalities_merge():
    problem, K = _ensemble(2)
    with pytest.raises(ValueError, match="same inequalities"):
        merge(check("s2-lemma-3.2", problem, K), check("s1-lemma-7", problem, K))
    with pytest.raises(ValueError, match="at least one"):
        merge()


@pytest.mark.parametrize("change", [{"role": "guard"}, {"sample": "example"}])
def test_a_guard_or_an_example_is_not_merged_with_others(change):
    one = Check("e1", "", "printed", np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="same inequalities"):
        merge((one,), (replace(one, **change),))
    [merged] = merge((replace(one, **change),), (replace(one, **change),))
    assert getattr(merged, *change) == change[next(iter(change))]


@pytest.mark.parametrize("field", ["role", "sample"])
def test_an_unknown_role_or_sample_is_refused_with_those_that_exist(field):
    with pytest.raises(ValueError, match=f"{field}: expected one of .*, got 'hero'"):
        Check("e1", "", "printed", np.ones(2), np.ones(2), **{field: "hero"})


def test_the_median_is_that_of_the_ratios():
    one = Check("e1", "", "printed", np.array([1.0, 2.0, 9.0]), np.array([4.0, 4.0, 3.0]))
    assert (one.median, one.tightest) == (0.5, 3.0)
    assert np.isinf(Check("e1", "", "printed", np.ones(2), np.zeros(2)).median)


def test_a_check_can_stand_for_another_result_too():
    [one] = check("s1-lemma-7", *_ensemble(2))
    ours = one.under("ours-descent")
    assert (ours.id, ours.form, ours.part) == ("ours-descent", "printed", one.part)
    assert ours.lhs is one.lhs and one.under("s2-thm-3.6", "partial").form == "partial"


def test_checks_are_a_tuple_and_are_read_by_part():
    found = check("s2-lemma-3.2", *_ensemble(2))
    upper, lower = found
    assert found["lower bound"] is lower is found[1]
    assert found[:1] == (upper,) and len(found) == 2 and found[-1] is lower
    assert merge(found, found)["lower bound"].checked == 10


def test_a_part_that_is_missing_or_not_unique_is_refused_with_those_that_exist():
    found = check("s2-lemma-3.2", *_ensemble(2))
    with pytest.raises(KeyError, match="expected one of upper bound, lower bound"):
        found["norm"]
    with pytest.raises(KeyError, match="upper bound"):
        Checks((*found, *found))["upper bound"]
