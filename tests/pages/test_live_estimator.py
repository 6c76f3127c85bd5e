"""Gradient estimates for two gains: bias and variance against lqrlib, and chapter 10's figure."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from live_figure import LiveFigure
from live_scripts import Record, agree, each
from playwright.sync_api import Page
from strategies import build

import lqrlib
from lqrlib import LQR, systems
from lqrpapers.live import estimator, plain
from lqrpapers.studies.query_errors import KINDS

PAGE, FIGURE = "chapters/10_zeroth_order.html", "fig-10-radius"
SCRIPTS = ("matrices", "equations", "page", "marks", "drawing", "handle", "estimator")
SETTINGS = 200
MOMENTS = """settings => settings.map(([p, K, r, points]) => {
  const at = LQR.equations.atGain(p, K), cost = LQR.estimator.cost(p, K);
  return { ...LQR.estimator.moments(p, at, r, points), off: cost / at.cost - 1 } })"""


def settings() -> Iterator[tuple[LQR, Any, float]]:
    """Two states and one input, or the reverse, with and without noise; radii within the set."""
    rng = np.random.default_rng(3)
    for seed in range(SETTINGS):
        n, noise = 1 + seed % 2, seed % 3
        case = build(seed, n, 3 - n, noise, noise // 2, (), (0.05, 0.9))
        radii, ways = 10 * 0.8 ** np.arange(40), estimator.circle(case.K.shape, 24)
        around = case.K + radii[:, None, None, None] * ways
        inside = lqrlib.is_stabilizing(case.problem, around).all(axis=1)
        yield case.problem, case.K, float(radii[inside][0] * rng.uniform(0.02, 0.8))


@pytest.mark.browser
def test_bias_and_variance_agree_with_lqrlib(scripts: Page, record_property: Record) -> None:
    """The scripts with 128 points on the circle against costs of lqrlib at 162, mostly others."""
    cases = list(settings())
    found = scripts.evaluate(MOMENTS, [[plain(p), K.tolist(), r, 128] for p, K, r in cases])
    assert all(it["outside"] == 0 and abs(it["off"]) < 1e-12 for it in found)
    true = [estimator.exact(*case, 162) for case in cases]
    biases = [(it["bias"], bias) for it, (bias, _) in zip(found, true, strict=True)]
    agree("bias", biases, record_property, lambda found, true: each(found, true, 1e-3))
    for kind in KINDS:
        variances = [it["variances"][kind] for it in found], [their[kind] for _, their in true]
        agree(kind, zip(*variances, strict=True), record_property, each)


@pytest.mark.browser
def test_the_share_of_infinite_queries(scripts: Page) -> None:
    """At twice the distance to one straight edge, about a third of it is outside."""
    problem, K = systems.double_integrator(), [[0.2, 0.6]]
    (found,) = scripts.evaluate(MOMENTS, [[plain(problem), K, 0.41, 720]])
    costs = lqrlib.cost(problem, K + 0.41 * estimator.circle((1, 2), 720))
    assert (
        found["outside"]
        == np.mean(np.isinf(costs))
        == pytest.approx(np.arccos(0.2 / 0.41) / np.pi, abs=2e-3)
    )
    assert found["bias"] == np.inf


@pytest.mark.browser
def test_a_pair_costs_two_queries(scripts: Page) -> None:
    ask = "['one point', 'baseline', 'two points'].map((kind) => LQR.estimator.samples(kind, 30))"
    assert scripts.evaluate(ask) == [estimator.samples(kind, 30) for kind in KINDS] == [30, 30, 15]


@pytest.mark.pages
@pytest.mark.browser
class TestFigure:
    """The figure in chapter 10, served and from disk."""

    def test_it_says_what_lqrlib_finds(self, figure: LiveFigure) -> None:
        state = figure.state()
        problem, K = systems.double_integrator(), np.array(state["K"])
        exact = estimator.root_mean_square(problem, K, np.array([state["r"]]), state["N"])
        assert state["bias"] == pytest.approx(float(exact["bias"][0]), rel=1e-9)
        for kind in KINDS:
            assert state["errors"][kind] == pytest.approx(float(exact[kind][0]), rel=1e-9)
        best = min(KINDS, key=lambda kind: exact[kind][0])
        assert state["winner"]["name"] == best
        told = state["winner"]["label"].replace(",", " with")
        assert f"best is {told}, off by" in figure.sentence

    def test_past_the_edge_it_turns_red(self, figure: LiveFigure) -> None:
        assert figure.over() == 0
        told = figure.set(0, float(np.log10(0.4)))
        assert "The ball leaves the set: the radius is 2 times the distance" in told
        assert figure.over() == 1 and "33\u00a0% of the queries are infinite" in told
        figure.it.get_by_text("near K*", exact=True).click()
        assert "of the way to the edge" in figure.drawn() and figure.over() == 0

    def test_keys_move_the_radius(self, figure: LiveFigure) -> None:
        before = figure.sentence
        assert figure.press("Shift+ArrowLeft") != before
        assert figure.state()["r"] < 0.09

    def test_every_end_of_the_sliders_has_its_words(self, figure: LiveFigure) -> None:
        told = figure.page.evaluate(f"""() => {{
          const view = LQR.views['{FIGURE}'], told = [];
          for (const k of [0, 1]) for (const r of [0.003, 0.19, 0.201, 0.42, 0.6])
            for (const N of [0, 4]) {{
              view.place.value = k; view.radius.value = Math.log10(r); view.queries.value = N;
              view.draw(); told.push(view.text.textContent); }}
          return told; }}""")
        assert all("NaN" not in it and "undefined" not in it and len(it) > 60 for it in told)
        assert sum("leaves the set" in it for it in told) == 10

    def test_it_is_as_narrow_as_a_phone_and_printed_as_a_picture(self, figure: LiveFigure) -> None:
        figure.fits_a_phone()
        figure.prints_its_picture()
