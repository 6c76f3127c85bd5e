"""States that never start: the gains are stationary and stabilizing, and not the optimal ones."""

import numpy as np
import pytest

import lqrlib
from lqrlib.matrices import frobenius_norm
from lqrpapers.claims import check
from lqrpapers.studies.unexcited import unexcited


@pytest.mark.parametrize("sizes", [(1, 1, 0), (2, 3, 1), (4, 4, 2)])
def test_gains_are_stationary_without_being_optimal(sizes):
    excited, idle, noise = sizes
    problems, K = unexcited(20, excited, idle, 1, noise)
    assert problems.states == excited + idle
    assert (np.linalg.matrix_rank(problems.Sigma0, tol=1e-9) == excited).all()
    assert problems.state_noise.variances.shape[-1] == 2 * noise
    assert lqrlib.is_stabilizing(problems, K).all()
    best = lqrlib.optimal_gain(problems)
    assert (frobenius_norm(K - best) > 1e-3 * frobenius_norm(best)).all()
    for each in check("ours-stationary-cost", problems, K):
        assert each.role == "record" or each.holds.all(), each.part


def test_a_start_in_every_direction_makes_the_gradient_notice():
    problems, K = unexcited(20, 2, 1, 2)
    started = problems.replace(Sigma0=np.eye(3))
    gradient, cost, _ = check("ours-stationary-cost", started, K)
    assert not gradient.holds.any() and not cost.holds.any()
