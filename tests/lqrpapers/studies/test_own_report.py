"""What is reported of a system, against its definitions."""

import numpy as np
import pytest

import lqrlib
from lqrlib import directions, systems
from lqrpapers.constants import meta
from lqrpapers.studies import own_report
from lqrpapers.studies.families import scaled
from lqrpapers.studies.robustness import critical_scale

PROBLEM = systems.three_state()
BEST = PROBLEM.optimum.K
START = systems.random_stabilizing_gains(PROBLEM, 3, fraction=0.5)


def cut_of(problem, start, gains=None):
    return own_report.slice_through(problem, start, start[None] if gains is None else gains, 31)


def test_a_slice_holds_the_optimum_the_start_and_the_slope():
    cut = cut_of(PROBLEM, START)
    slope = lqrlib.gradient(PROBLEM, START)
    assert np.allclose(cut.shadow(BEST, np.array([BEST, START])), [[0, 0], [1, 0]])
    x, y = cut.shadow(BEST, (BEST - slope)[None])[0]
    assert np.allclose(x * cut.across + y * cut.up, -slope) and y > 0
    corner = BEST + cut.x[4] * cut.across + cut.y[7] * cut.up
    assert cut.costs[7, 4] == pytest.approx(float(lqrlib.cost(PROBLEM, corner)))
    assert np.isinf(cut.costs).any() and cut.x[-1] >= 1


def test_a_slice_reaches_to_the_gains_that_it_shows():
    cut = cut_of(PROBLEM, START)
    beyond = BEST - 2.9 * cut.up
    wider = cut_of(PROBLEM, START, np.array([START, beyond]))
    assert wider.y[0] == pytest.approx(-2.9) or wider.y[0] < -2.9
    assert np.abs([wider.x, wider.y]).max() <= own_report.MOST_SLICE


def test_gains_of_one_entry_have_a_line():
    problem = systems.scalar(1.2, 1.0, 1.0, 1.0)
    cut = cut_of(problem, problem.optimum.K + 0.2)
    assert not cut.up.any() and cut.costs.shape == (1, 31) and np.isinf(cut.costs).any()


def test_copies_err_entry_by_entry_and_the_best_gain_stabilizes_them():
    family, level = own_report.copies(PROBLEM, 0.1, 6, 1)
    assert level == 0.1 and family.batch_shape == (6,)
    assert np.array_equal(family.A[0], PROBLEM.A) and np.array_equal(family.B[0], PROBLEM.B)
    change = PROBLEM.A - np.eye(3)
    share = (family.A - PROBLEM.A) / change
    assert np.abs(share).max() <= 0.1 + 1e-12 and len(np.unique(share[1:].round(9))) == 45
    _, lowered = own_report.copies(systems.boeing(), 8.0, 6, 1)
    assert 0 < lowered < 8


def test_the_common_gains_are_stationary():
    family, _ = own_report.copies(PROBLEM, 0.1, 4, 1)
    average, learned, step = own_report.common_gains(family)
    assert np.abs(lqrlib.gradient(family, average).mean(axis=0)).max() < 1e-6
    assert np.abs(lqrlib.maml.gradient(family, learned, step)).max() < 1e-6
    largest = own_report.largest_curvature(family, average).max()
    assert step == pytest.approx(0.5 / largest)


def test_the_room_is_the_distance_to_the_boundary_of_one_state():
    problem = systems.scalar(1.2, 1.0, 1.0, 1.0)
    family = problem.replace(A=np.array([[[1.2]], [[1.3]]]))
    # k stabilizes where |a - k| < 1: from 0.3 to 2.2 for both
    assert own_report.room(family, np.array([[1.0]]), 1) == pytest.approx(0.7, rel=0.01)


@pytest.mark.parametrize("most", [16, 2])
def test_survived_is_the_critical_scale_by_either_way(monkeypatch, most):
    monkeypatch.setattr(own_report, "MOST_STATES", most)
    assert own_report.survived(PROBLEM, BEST) == pytest.approx(float(critical_scale(PROBLEM, BEST)))
    assert own_report.survived(PROBLEM.without_noise(), BEST) == np.inf


def test_the_scales_of_a_figure_come_close_to_every_end():
    margins = {"start": 30.0, "optimum": 28.0, "each": 33.0}
    scales = own_report.scales(margins)
    assert (np.diff(scales) > 0).all() and scales[-1] < 33
    for at in margins.values():
        below = scales[scales < at]
        assert 1 - below[-1] / at <= 1.01e-3
    assert own_report.scales({"start": 30.0, "each": np.inf})[-1] == pytest.approx(0.98 * 90)


def test_a_borrowed_metric_leaves_what_is_promised():
    family, _ = own_report.copies(PROBLEM, 0.3, 5, 2)
    promised = own_report.borrowed_metric(family)
    best = lqrlib.optimal_gain(family)
    H = lqrlib.hessian_matrix(family, best)
    off = 1e-6 * np.random.default_rng(3).standard_normal((200, 5, 2, 3))
    slope = lqrlib.gradient(family, best + off)
    after = off - np.linalg.solve(H[0], slope.reshape(200, 5, 6, 1)).reshape(off.shape)

    def length(X):
        flat = X.reshape(200, 5, 6)
        return np.sqrt(np.einsum("...i,ij,...j", flat, H[0], flat))

    left = (length(after) / length(off))[:, 1:].max()
    assert 0.5 * promised < left < promised + 1e-4


def test_the_report_says_what_its_lines_are():
    family, _ = own_report.copies(PROBLEM, 0.05, 4, 1)
    gains = own_report.common_gains(family)
    rows = {r.quantity: r for r in own_report.admission(family, START, gains, 0.01, 5)}
    pull = rows["inner step times largest curvature"]
    assert pull.at_average == pytest.approx(0.5)
    steepest = np.linalg.eigvalsh(lqrlib.hessian_matrix(family, START))[:, -1].max()
    assert pull.at_start == pytest.approx(gains[2] * steepest)
    curvatures = np.linalg.eigvalsh(lqrlib.hessian_matrix(PROBLEM, BEST))
    ratio = rows["condition of the Hessian at K*"]
    assert ratio.at_average == pytest.approx(curvatures[-1] / curvatures[0])
    assert 0 <= rows["saved by MAML, against averaging"].at_average < 0.01
    assert rows["share of runs that first ask outside"].at_average == 0
    far = 1e3 * np.ones_like(START)
    lost = own_report.admission(family, far, gains, 0.01, 5)[:4]
    assert all(np.isnan(row.at_start) and not np.isnan(row.at_average) for row in lost)


def test_the_theorems_condition_is_met_just_where_the_report_says():
    """The bounds are nearly proportional to differences as small as these."""
    family, _ = own_report.copies(PROBLEM, 0.05, 4, 1)
    gains = own_report.common_gains(family)
    (factor,) = (
        row.at_start
        for row in own_report.admission(family, START, gains, 0.01, 5)
        if row.quantity.startswith("factor the theorem")
    )
    for share, admits in ((0.8, True), (1.25, False)):
        over = meta.suprema(scaled(family, share * factor), START, "sharp")
        assert meta.sharp_invariant(over, 0.25).all() == admits


@pytest.mark.parametrize("method", own_report.FIRST_STEPS)
def test_a_first_step_is_too_long_and_backtracking_from_it_converges(method):
    way, slope = getattr(directions, method)(PROBLEM), directions.gradient(PROBLEM)
    first = own_report.first_step(PROBLEM, method)
    rule = lqrlib.descent.backtracking(first, gradient=slope)
    trace = lqrlib.descend(way, START, rule, 30)
    assert trace.costs[-1] / PROBLEM.optimum.cost - 1 < 1e-2
    assert trace.step_sizes[0] <= first
