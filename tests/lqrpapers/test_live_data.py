"""The data of the live figures on tails and on estimators."""

import numpy as np
import pytest
from scipy.integrate import quad

import lqrlib
from lqrlib import systems
from lqrpapers.live import estimator, rollouts, tail
from lqrpapers.studies import sphere, taylor
from lqrpapers.studies.query_errors import KINDS


@pytest.fixture(scope="module")
def place():
    """A problem with two gains, and one of them inside the set."""
    problem = systems.double_integrator()
    K = np.array([[0.2, 0.6]])
    return problem, K, estimator.edge(problem, K)


def test_quantiles_without_noise_are_those_of_chi_square(monkeypatch):
    monkeypatch.setattr(tail, "CENTERS", np.array([0.0, 0.6]))
    monkeypatch.setattr(tail, "VARIANCES", np.array([0.0]))
    found = tail.quantiles(100_000, 1, 3)[:, 0, 0]
    half, tenth = tail.SHARES.index(0.5), tail.SHARES.index(0.1)
    assert found[0, half] == pytest.approx(0.4549, rel=0.03)
    assert found[0, tenth] == pytest.approx(2.7055, rel=0.03)
    np.testing.assert_allclose(found[1], found[0] / (1 - 0.36), rtol=1e-12)


def test_data_of_tails_are_plain_and_ordered():
    kind, data = tail.tail(tail.quantiles(400, 2, 5), 400, [(0.5, 0.1), (0.5, 0.6)])
    shape = len(tail.CENTERS), len(tail.VARIANCES), len(tail.SHARES)
    low, middle, high = (np.array(data["quantiles"][name]) for name in ("low", "middle", "high"))
    assert kind == "tail" and low.shape == shape and data["start"] == [0.5, 0.6]
    assert (low <= middle + 1e-4).all() and (middle <= high + 1e-4).all()
    assert (np.diff(middle, axis=-1) > 0).all()


def test_the_edge_is_the_nearest_side_of_the_triangle(place):
    """Two-state gains that stabilize: k1 > 0, k2 < 2, k1 < 2 k2."""
    problem, K, room = place
    assert room == pytest.approx(0.2, rel=1e-8)
    assert estimator.edge(problem, np.array([[0.9, 0.6]])) == pytest.approx(0.3 / 5**0.5, rel=1e-8)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_bias_and_variance_are_means_over_the_circle(place, share):
    problem, K, room = place
    r, slope = share * room, lqrlib.gradient(problem, K)[0]

    def cost(t):
        return float(lqrlib.cost(problem, K + r * np.array([[np.cos(t), np.sin(t)]])))

    def mean(f):
        return quad(f, 0, 2 * np.pi, epsabs=0, epsrel=1e-11, limit=400)[0] / (2 * np.pi)

    center = np.array(
        [mean(lambda t: 2 / r * cost(t) * np.cos(t)), mean(lambda t: 2 / r * cost(t) * np.sin(t))]
    )
    bias, variances = estimator.exact(problem, K, r)
    assert bias == pytest.approx(np.linalg.norm(center - slope) / np.linalg.norm(slope), rel=1e-8)
    pairs = mean(lambda t: (cost(t) - cost(t + np.pi)) ** 2 / r**2) - center @ center
    assert variances["two points"] == pytest.approx(pairs / (slope @ slope), rel=1e-8)
    one = mean(lambda t: 4 * cost(t) ** 2 / r**2) - center @ center
    assert variances["one point"] == pytest.approx(one / (slope @ slope), rel=1e-8)


def test_small_radii_go_by_the_lemma(place):
    problem, K, room = place
    r, at = 0.01 * room, taylor.expansion(problem, K)
    bias, variances = estimator.exact(problem, K, r)
    leading = np.linalg.norm(sphere.gradient_bias(at, r)) / np.sqrt(at.square)
    assert bias == pytest.approx(leading, rel=1e-3)
    for kind in KINDS:
        promised = sphere.gradient_variance(at, r, kind) / at.square
        assert variances[kind] == pytest.approx(promised, rel=1e-3)


def test_measured_errors_are_as_large_as_the_exact_ones(place, monkeypatch):
    problem, K, room = place
    monkeypatch.setattr(estimator, "RADII", np.array([0.1, 0.6]))
    monkeypatch.setattr(estimator, "QUERIES", (10, 100))
    runs = estimator.measured(problem, K, 200, 4)
    for kind in KINDS:
        found = np.sqrt(np.mean(runs.errors["at $K_0$"][kind] ** 2, axis=0))
        for column, queries in enumerate((10, 100)):
            radii = room * estimator.RADII
            exact = estimator.root_mean_square(problem, K, radii, queries)[kind]
            np.testing.assert_allclose(found[:, column], exact, rtol=0.2)


def test_data_of_estimators_are_those_of_the_runs(monkeypatch):
    monkeypatch.setattr(estimator, "QUERIES", (10, 100))
    runs = estimator.measured(systems.double_integrator(), [[0.2, 0.6]], 3, 4)
    kind, data = estimator.estimator(runs)
    first, near = data["places"]
    assert kind == "estimator" and [first["label"], near["label"]] == ["at K₀", "near K*"]
    middle, low, high = np.moveaxis(np.array(first["measured"]["baseline"]), -1, 0)
    assert middle.shape == (len(estimator.RADII), 2)
    assert (low <= middle).all() and (middle <= high).all()
    assert np.ptp(data["x"]) == pytest.approx(np.ptp(data["y"]))
    assert set(estimator.panels(runs)) == set(runs.gains)


def test_data_of_roll_outs_are_what_was_simulated_and_proved(monkeypatch):
    monkeypatch.setattr(rollouts, "VALUES", (10, 80))
    monkeypatch.setattr(rollouts, "POWERS", (2, 5))
    monkeypatch.setattr(rollouts, "START", (1, 1))
    found = rollouts.seen(6, [3])
    kind, data = rollouts.rollouts(found)
    marks = np.array(data["quantiles"])
    assert kind == "rollouts" and marks.shape == (2, 2, 5) and (np.diff(marks) >= 0).all()
    np.testing.assert_allclose(marks[..., 2], np.median(found, axis=2), atol=1e-4)
    np.testing.assert_array_equal(data["low"], (found < 0.75).sum(axis=2))
    assert data["proved"][0] == [0, 0] and data["proved"][1][0] > data["proved"][1][1] > 0
    assert data["needed"][0] < data["needed"][1]
