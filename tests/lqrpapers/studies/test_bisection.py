"""Bisection and doubling on stacks of predicates."""

import numpy as np
import pytest

from lqrpapers.studies.bisection import bisect, double

EDGES = np.array([0.3, 1.0, 700.0])


def below(x):
    return x < EDGES


def test_the_edges_stay_inside_intervals_halved_as_often_as_asked():
    low, high = bisect(below, np.zeros(3), np.full(3, 1024.0), halvings=20)
    assert ((low < EDGES) & (high >= EDGES)).all()
    np.testing.assert_array_equal(high - low, 2.0**-10)


def test_geometric_halving_divides_the_ratio():
    low, high = bisect(below, 1e-4, 1e4, halvings=10, geometric=True)
    assert ((low < EDGES) & (high >= EDGES)).all()
    np.testing.assert_allclose(high / low, 1e8 ** (1 / 2**10), rtol=1e-12)


def test_no_halving_leaves_the_interval():
    low, high = bisect(below, 0.0, 1e3, halvings=0)
    assert (low, high) == (0.0, 1e3)


def test_one_predicate_takes_a_number():
    low, high = bisect(lambda x: x * x < 2, 1.0, 2.0, halvings=50)
    assert low == pytest.approx(np.sqrt(2), abs=1e-14) and 0 <= high - low < 1e-14


def test_doubling_brackets_each_edge_from_below():
    low, high = double(below, np.zeros(3), np.full(3, 0.5))
    np.testing.assert_array_equal(low, [0.0, 0.5, 512.0])
    np.testing.assert_array_equal(high, [0.5, 1.0, 1024.0])


def test_doubling_ends_at_the_most_where_nothing_fails():
    low, high = double(below, np.zeros(3), np.full(3, 0.5), most=5.0)
    np.testing.assert_array_equal(low, [0.0, 0.5, 5.0])
    np.testing.assert_array_equal(high, [0.5, 1.0, 5.0])
