"""A task that was not trained on: the example by hand, and families that are not admitted."""

import numpy as np
import pytest

import lqrlib
from lqrpapers.claims import check
from lqrpapers.claims.unseen import unseen_suprema
from lqrpapers.constants import meta
from lqrpapers.studies import scalar_suprema

GOLDEN = (1 + np.sqrt(5)) / 2


def test_a_start_too_good_for_the_unseen_task_loses_it():
    """x+ = x + u and x+ = 2 x + u: optima 0.618 and 1.618; J_1' is 16.9 at the latter."""
    tasks, start, over = scalar_suprema.too_good_a_start()
    assert lqrlib.optimal_gain(tasks).ravel() == pytest.approx([GOLDEN - 1, GOLDEN])
    assert over.start_gap[0, 1] == pytest.approx(0, abs=1e-12)
    gap = 1 - (GOLDEN - 1) ** 2
    slope = 2 * GOLDEN / gap + (1 + GOLDEN**2) * 2 * (GOLDEN - 1) / gap**2
    assert over.heterogeneity[0] == pytest.approx([0, slope])
    found = check("ours-unseen", tasks, start, over, form="dropped")
    assert np.isinf(found[0].lhs).any()


def test_families_that_are_not_admitted_are_refused():
    tasks, start, over = scalar_suprema.too_good_a_start()
    with pytest.raises(ValueError, match="expected b\\^2 <= lambda Delta_0, got 1 families"):
        check("ours-unseen", tasks, start, over=over)


def test_bounds_on_the_trained_tasks_are_those_without_the_unseen_one():
    families, K0, exact = scalar_suprema.admitted_families(40, 0.01, 3)
    bounds = unseen_suprema(families, K0)
    assert len(families) > 5 and bounds.heterogeneity.shape == (len(families), 4)
    alone = lqrlib.LQR(*(getattr(families, x)[:, :3] for x in "ABQR"))
    trained = meta.suprema(alone.replace(Sigma0=families.Sigma0[:, :3]), K0, "sharp")
    np.testing.assert_allclose(bounds.heterogeneity[:, :3], trained.heterogeneity)
