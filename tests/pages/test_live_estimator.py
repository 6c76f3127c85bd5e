"""Gradient estimates for two gains: bias and variance against lqrlib, and chapter 10's figure."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faults import TOO_WIDE, watch
from playwright.sync_api import Page
from strategies import build

import lqrlib
from lqrlib import LQR, systems
from lqrpapers.live import estimator, plain
from lqrpapers.studies.query_errors import KINDS

LIVE = Path(__file__).resolve().parent.parent.parent / "pages" / "_static" / "live"
SCRIPTS = ("matrices", "equations", "page", "marks", "drawing", "handle", "estimator")
SETTINGS = 200
FIGURE = "#fig-10-radius"
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


@pytest.fixture
def script(page: Page) -> Page:
    for name in SCRIPTS:
        page.add_script_tag(path=LIVE / f"{name}.js")
    return page


@pytest.mark.browser
def test_bias_and_variance_agree_with_lqrlib(
    script: Page, record_property: Callable[[str, object], None]
) -> None:
    """The scripts with 128 points on the circle against costs of lqrlib at 162, mostly others."""
    cases = list(settings())
    found = script.evaluate(MOMENTS, [[plain(p), K.tolist(), r, 128] for p, K, r in cases])
    off = []
    for (problem, K, radius), it in zip(cases, found, strict=True):
        bias, variances = estimator.exact(problem, K, radius, 162)
        assert it["outside"] == 0 and abs(it["off"]) < 1e-12
        off.append([abs(it["bias"] - bias) / max(bias, 1e-3)])
        off[-1] += [abs(it["variances"][kind] / variances[kind] - 1) for kind in KINDS]
    for name, worst in zip(("bias", *KINDS), np.max(off, axis=0), strict=True):
        record_property(f"largest relative error, {name}", float(worst))
        print(f"{name}: largest relative error {worst:.1e} in {len(off)} settings")
    assert np.max(off) < 1e-9


@pytest.mark.browser
def test_the_share_of_infinite_queries(script: Page) -> None:
    """At twice the distance to one straight edge, about a third of it is outside."""
    problem, K = systems.double_integrator(), [[0.2, 0.6]]
    (found,) = script.evaluate(MOMENTS, [[plain(problem), K, 0.41, 720]])
    costs = lqrlib.cost(problem, K + 0.41 * estimator.circle((1, 2), 720))
    assert (
        found["outside"]
        == np.mean(np.isinf(costs))
        == pytest.approx(np.arccos(0.2 / 0.41) / np.pi, abs=2e-3)
    )
    assert found["bias"] == np.inf


@pytest.mark.browser
def test_a_pair_costs_two_queries(script: Page) -> None:
    asked = "['one point', 'baseline', 'two points'].map((kind) => LQR.estimator.samples(kind, 30))"
    assert script.evaluate(asked) == [estimator.samples(kind, 30) for kind in KINDS] == [30, 30, 15]


@pytest.fixture
def chapter(page: Page, built_book: Path) -> Iterator[Page]:
    """Chapter 10 with its figure drawn; whatever goes wrong while it is used is a fault."""
    base = built_book.as_uri()
    faults = watch(page, base)
    page.goto(f"{base}/chapters/10_zeroth_order.html")
    page.wait_for_function(f"document.querySelector('{FIGURE} .lqr-live-sentence')?.textContent")
    yield page
    assert faults == []


def sentence(page: Page) -> str:
    return page.locator(f"{FIGURE} .lqr-live-sentence").text_content() or ""


def wait_for(page: Page, words: str) -> None:
    text = f"document.querySelector('{FIGURE} .lqr-live-sentence').textContent"
    page.wait_for_function(f"words => {text}.includes(words)", arg=words)


def set_slider(page: Page, place: int, value: float) -> None:
    move = "(it, value) => { it.value = value; it.dispatchEvent(new Event('input')) }"
    page.locator(f"{FIGURE} .lqr-live-slider input").nth(place).evaluate(move, value)


@pytest.mark.pages
@pytest.mark.browser
class TestFigure:
    """The figure as a reader of chapter 10 meets it."""

    def test_it_says_what_lqrlib_finds(self, chapter: Page) -> None:
        state = chapter.evaluate(f"LQR.views['{FIGURE[1:]}'].state()")
        problem, K = systems.double_integrator(), np.array(state["K"])
        exact = estimator.root_mean_square(problem, K, np.array([state["r"]]), state["N"])
        assert state["bias"] == pytest.approx(float(exact["bias"][0]), rel=1e-9)
        for kind in KINDS:
            assert state["errors"][kind] == pytest.approx(float(exact[kind][0]), rel=1e-9)
        best = min(KINDS, key=lambda kind: exact[kind][0])
        assert state["winner"]["name"] == best
        told = state["winner"]["label"].replace(",", " with")
        assert f"best is {told}, off by" in sentence(chapter)

    def test_past_the_edge_it_turns_red(self, chapter: Page) -> None:
        over = chapter.locator(f"{FIGURE} .lqr-live-over")
        assert over.count() == 0
        set_slider(chapter, 0, float(np.log10(0.4)))
        wait_for(chapter, "The ball leaves the set: the radius is 2 times the distance")
        assert over.count() == 1 and "33\u00a0% of the queries are infinite" in sentence(chapter)
        chapter.get_by_text("near K*", exact=True).click()
        wait_for(chapter, "of the way to the edge")
        assert over.count() == 0

    def test_keys_move_the_radius(self, chapter: Page) -> None:
        before = sentence(chapter)
        chapter.locator(f"{FIGURE} .lqr-live-handle").press("Shift+ArrowLeft")
        text = f"document.querySelector('{FIGURE} .lqr-live-sentence').textContent"
        chapter.wait_for_function(f"before => {text} !== before", arg=before)
        assert chapter.evaluate(f"LQR.views['{FIGURE[1:]}'].state().r") < 0.09

    def test_every_end_of_the_sliders_has_its_words(self, chapter: Page) -> None:
        told = chapter.evaluate(f"""() => {{
          const view = LQR.views['{FIGURE[1:]}'], told = [];
          for (const k of [0, 1]) for (const r of [0.003, 0.19, 0.201, 0.42, 0.6])
            for (const N of [0, 4]) {{
              view.place.value = k; view.radius.value = Math.log10(r); view.queries.value = N;
              view.draw(); told.push(view.text.textContent); }}
          return told; }}""")
        assert all("NaN" not in it and "undefined" not in it and len(it) > 60 for it in told)
        assert sum("leaves the set" in it for it in told) == 10

    def test_it_is_as_narrow_as_a_phone_and_printed_as_a_picture(self, chapter: Page) -> None:
        chapter.set_viewport_size({"width": 390, "height": 844})
        narrow = f"document.querySelector('{FIGURE} canvas').clientWidth < 390"
        chapter.wait_for_function(narrow)
        assert chapter.evaluate(TOO_WIDE) == []
        chapter.emulate_media(media="print")
        assert chapter.locator(f"{FIGURE} img").is_visible()
        assert not chapter.locator(f"{FIGURE} .lqr-live-figure").is_visible()
