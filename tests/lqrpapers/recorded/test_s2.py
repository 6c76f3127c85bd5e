"""The recorded runs of S2 start and end where the library's costs say."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.recorded import s2

SUSPENSION, START = systems.suspension(), systems.suspension_start()


@pytest.mark.parametrize("name", ["1a", "1b"])
def test_both_runs_start_at_the_published_gain(name):
    run = s2.FIGURE_1[name]
    assert len(run.with_noise) == len(run.without_noise)
    # The published solver of the equation with noise is right to a few thousandths.
    assert run.with_noise[0] == pytest.approx(lqrlib.cost(SUSPENSION, START), rel=2e-3)
    quiet = SUSPENSION.without_noise()
    assert run.without_noise[0] == pytest.approx(lqrlib.cost(quiet, START), rel=1e-12)


def test_each_run_ends_near_the_optimum_of_the_cost_it_descends_on():
    for problem, costs in (
        (SUSPENSION, s2.FIGURE_1["1a"].with_noise),
        (SUSPENSION.without_noise(), s2.FIGURE_1["1b"].without_noise),
    ):
        optimum = lqrlib.cost(problem, lqrlib.optimal_gain(problem))
        assert optimum < costs[-1] < 1.001 * optimum
        assert (np.diff(costs) < 0).all()


def test_descent_without_noise_leaves_the_mean_square_stabilizing_set():
    assert np.isinf(s2.FIGURE_1["1b"].with_noise[-1])


@pytest.mark.parametrize("method", s2.FIGURE_2)
def test_spreads_of_figure_2_are_ordered_and_start_alike(method):
    curve = s2.FIGURE_2[method]
    for each in (*curve.gaps.values(), *curve.norms.values()):
        assert 0 < each.least <= each.mean <= each.largest
    assert curve.gaps[0] == s2.FIGURE_2["gradient"].gaps[0]
    means = [each.mean for each in curve.gaps.values()]
    assert (np.diff(means) < 0).all() and list(curve.gaps) == sorted(curve.gaps)


def test_a_finding_names_repository_commit_files_and_lines():
    found = s2.where("e11")
    assert found.startswith("github.com/TSummersLab/polgrad-multinoise at commit 38c7b92, ltimult")
    for source in s2.SOURCES["e11"]:
        assert source.file in s2.FILES and source.line
        assert f"{source.file}, l. " in found and str(source.place) in found
