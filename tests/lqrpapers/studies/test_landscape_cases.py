"""The families on which the propositions about landscapes are tried are what they should be."""

import numpy as np

import lqrlib
from lqrlib.tasks import distances
from lqrpapers.studies import landscape_cases


def test_both_gains_stabilize_every_family_with_one_state():
    for family, first, second in landscape_cases.one_state_families(20, 1):
        assert family.states == 1 and len(family) > 10
        for K in (first, second):
            assert lqrlib.is_stabilizing(family, K[:, None]).all()


def test_gains_are_found_in_both_pieces():
    for tasks, gains in landscape_cases.gains_in_pieces(200, 1):
        kept = gains[lqrlib.is_stabilizing(tasks, gains[:, None]).all(axis=-1)]
        assert {True, False} == set((kept[:, 0, 1] > 0).tolist())


def test_attaining_pairs_differ_one_by_one_and_altogether():
    first, second, K = landscape_cases.attaining_pairs()
    for one in (first, second):
        assert lqrlib.is_stabilizing(one, K).all()
    apart = np.array(distances(first, second)) > 0  # A, B, Q, R
    assert apart[:, :4].tolist() == np.eye(4, dtype=bool).tolist()
    assert not apart[:, 4:7].any() and apart[:, 7].all()
