"""Common stabilizing gains by linear programming, against spectral radii and closed forms."""

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, systems
from lqrpapers.studies.common_gains import common_gain, half_spaces, margins


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 3), (2, 1)])
def test_half_spaces_are_the_stabilizing_set(n, m):
    rng = np.random.default_rng(1)
    tasks = systems.random_ensemble(400, n, m, 2)
    K = lqrlib.optimal_gain(tasks) + rng.standard_normal((400, m, n))
    stable = lqrlib.is_stabilizing(tasks, K)
    assert 20 < stable.sum() < 380
    np.testing.assert_array_equal(margins(tasks, K) > 0, stable)


def test_common_gain_is_found_exactly_where_one_exists():
    """Scalar tasks: the intervals ((a - 1)/b, (a + 1)/b) meet or do not."""
    rng = np.random.default_rng(3)
    a, b = rng.uniform(0, 3, (200, 3)), rng.uniform(0.5, 2, (200, 3))
    tasks = LQR(a[..., None, None], b[..., None, None], [[1.0]], [[1.0]])
    gain, margin = common_gain(tasks)
    meet = ((a - 1) / b).max(axis=1) < ((a + 1) / b).min(axis=1)
    assert 20 < meet.sum() < 180
    np.testing.assert_array_equal(margin > 1e-9, meet)
    stable = lqrlib.is_stabilizing(tasks, gain[:, None]).all(axis=1)
    np.testing.assert_array_equal(stable, meet)


def test_the_margin_of_a_gain_that_ends_every_task_at_once_is_one():
    """A - BK = 0 for both tasks."""
    tasks = LQR([[[0.5]], [[1.0]]], [[[1.0]], [[2.0]]], [[1.0]], [[1.0]])
    gain, margin = common_gain(tasks)
    assert gain == pytest.approx(0.5) and margin == pytest.approx(1.0)


def test_no_gain_beats_the_margin():
    tasks = systems.random_ensemble(3, 2, 1, 4, radius=(1.0, 1.5))
    gain, margin = common_gain(tasks)
    others = gain + np.random.default_rng(5).standard_normal((2000, 1, 2))
    assert (margins(tasks, others[:, None]).min(axis=-1) <= margin + 1e-9).all()
    assert margins(tasks, gain).min() == pytest.approx(margin)


def test_refuses_what_is_no_polyhedron():
    with pytest.raises(ValueError, match="n = 4, m = 2"):
        half_spaces(systems.boeing())
    with pytest.raises(ValueError, match="noise"):
        half_spaces(systems.scalar(0.5, 1.0, 1.0, 1.0, state_variance=0.1))
    with pytest.raises(ValueError, match=r"stack \(\.\.\., M\)"):
        common_gain(systems.double_integrator())
