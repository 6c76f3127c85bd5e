"""Remark 4 and discounts, on a system that can be done by hand."""

import numpy as np

from lqrlib import LQR
from lqrpapers.claims import check


def test_one_system_is_annealed_in_fewer_rises_than_promised():
    found = check("ours-anneal", LQR([[[[1.5]]]], [[1.0]], [[1.0]], [[1.0]]))
    assert not any(each.violated for each in found)
    assert found["rises"].lhs <= found["rises"].rhs
    assert found["cost at the least rise, over the cost before"].lhs.max() > 1


def test_a_start_that_fails_one_of_two_tasks_has_no_update():
    tasks = LQR([[[1.5]], [[0.5]]], [[1.0]], [[1.0]], [[1.0]])[None]
    found = check("s1-rem-4", tasks, [[0.0]])
    assert not any(each.violated for each in found)
    stays = check("s1-rem-4", tasks, [[1.0]])
    assert stays["entries of the update"].violated == 1
    assert np.all(stays["the annealed gain stabilizes"].lhs < 1)
