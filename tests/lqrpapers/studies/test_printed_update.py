"""The error that the printed Hessian formula makes in MAML's update."""

import numpy as np
import pytest

import lqrlib
from lqrlib import directions, systems
from lqrpapers.constants import printed
from lqrpapers.studies.printed_update import update_error


def test_it_is_the_difference_of_two_meta_gradients():
    tasks = systems.random_ensemble(4, 3, 2, 1)
    K = systems.random_stabilizing_gains(tasks, 2, fraction=(0.3, 0.6))
    found = update_error(tasks, K, np.array([0.1, 0.3]))
    for task, gain, errors in zip(tasks, K, found.T, strict=True):
        one = lqrlib.LQR.stack([task])
        curvature = np.linalg.norm(lqrlib.hessian_matrix(task, gain), 2)
        for step, error in zip((0.1, 0.3), errors, strict=True):
            exact = directions.meta_gradient(one, step / curvature)(gain)
            other = directions.meta_gradient(one, step / curvature, printed.hessian_at)(gain)
            want = np.linalg.norm(other - exact) / np.linalg.norm(exact)
            assert error == pytest.approx(want, rel=1e-8) and error > 1e-4


def test_one_number_has_no_error_and_a_step_too_long_no_value():
    problem = systems.scalar(a=1.2, b=1.0, q=1.0, r=1.0)
    assert update_error(problem, np.array([[0.5]]), np.array([0.1])) == pytest.approx(0, abs=1e-12)
    assert np.isnan(update_error(problem, np.array([[0.3]]), np.array([1e3]))).all()
