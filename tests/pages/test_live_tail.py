"""The tail of a one-state roll-out's cost: its equations, and the figure of chapter 7."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from faults import TOO_WIDE, watch
from playwright.sync_api import Page
from scipy.optimize import brentq
from scipy.special import gammaln, hyp1f1

import lqrlib
from lqrlib import systems
from lqrpapers.studies.tails import fourth_moment_radius, tail_exponent

LIVE = Path(__file__).resolve().parent.parent.parent / "pages" / "_static" / "live"
SCRIPTS = ("matrices", "equations", "page", "marks", "drawing", "handle", "tail")
SETTINGS = 300
FIGURE, ZERO = "#fig-07-tails", [[0.0]]


def log_moment(k: float, a: float, v: float) -> float:
    """log E |a + s xi|^(2k), by Kummer's function."""
    x = a * a / (2 * v)
    total = (
        k * np.log(2 * v) + gammaln(k + 0.5) - gammaln(0.5) - x + np.log(hyp1f1(k + 0.5, 0.5, x))
    )
    return float(total)


def exponent(a: float, v: float) -> float:
    """The positive k at which that is zero."""
    high = 1.0
    while log_moment(high, a, v) < 0:
        high *= 2
    low = high
    while log_moment(low, a, v) > 0:
        low /= 2
    return float(brentq(log_moment, low, high, args=(a, v), xtol=1e-14, rtol=1e-14))


def settings() -> Iterator[tuple[float, float]]:
    """Random a and s^2, on both sides of both edges."""
    rng = np.random.default_rng(7)
    for _ in range(SETTINGS):
        yield float(rng.uniform(-0.95, 0.95)), float(rng.uniform(0.02, 1.2))


@pytest.fixture
def script(page: Page) -> Page:
    for name in SCRIPTS:
        page.add_script_tag(path=LIVE / f"{name}.js")
    return page


@pytest.mark.browser
def test_tails_and_moments_agree(
    script: Page, record_property: Callable[[str, object], None]
) -> None:
    cases = list(settings())
    found = script.evaluate(
        """cases => cases.map(([a, v]) => ({
             ...LQR.tail.moments(a, v), kappa: LQR.tail.exponent(a, v),
             edges: [LQR.tail.meanEdge(a), LQR.tail.varianceEdge(a)] }))""",
        cases,
    )
    off: dict[str, list[float]] = {"exponent": [], "mean": [], "fourth": [], "edges": []}
    for (a, v), it in zip(cases, found, strict=True):
        problem = systems.scalar(a, 1.0, 1.0, 1.0, state_variance=v)
        mean = float(lqrlib.cost(problem, ZERO))
        assert (it["mean"] < np.inf) == (mean < np.inf) == (a * a + v < 1)
        if mean < np.inf:
            off["mean"].append(it["mean"] / mean - 1)
        fourth = fourth_moment_radius(problem, ZERO)
        assert (it["deviation"] < np.inf) == (fourth < 1)
        off["fourth"].append(it["m4"] / fourth - 1)
        off["exponent"].append(it["kappa"] / exponent(a, v) - 1)
        for edge, order in zip(it["edges"], (1, 2), strict=True):
            off["edges"].append(log_moment(order, a, edge))
    for name, errors in off.items():
        worst = max(map(abs, errors))
        record_property(f"largest relative error, {name}", float(worst))
        print(f"{name}: largest relative error {worst:.1e} in {len(errors)} settings")
        assert worst < 1e-9


@pytest.mark.browser
def test_exponents_are_those_of_the_chapter(script: Page) -> None:
    cases = [(0.5, 0.1), (0.5, (np.sqrt(13.5) - 1.5) / 6), (0.5, 0.6), (-0.8, 0.3), (0.0, 0.9)]
    found = script.evaluate("cases => cases.map((it) => LQR.tail.exponent(...it))", cases)
    for (a, v), kappa in zip(cases, found, strict=True):
        problem = systems.scalar(a, 1.0, 1.0, 1.0, state_variance=float(v))
        assert kappa == pytest.approx(tail_exponent(problem, ZERO), rel=1e-9)
    ends = "[LQR.tail.exponent(0.5, 0), LQR.tail.exponent(0.5, 1e-4), LQR.tail.exponent(1.5, 0.1)]"
    assert script.evaluate(ends) == [np.inf, np.inf, pytest.approx(0, abs=1e-12)]


@pytest.mark.browser
def test_the_deviation_is_that_of_simulated_costs(script: Page) -> None:
    a, v, rng = 0.3, 0.1, np.random.default_rng(1)
    rest = np.ones(400_000)
    for _ in range(60):
        rest = 1 + (a + v**0.5 * rng.standard_normal(len(rest))) ** 2 * rest
    costs = rng.standard_normal(len(rest)) ** 2 * rest
    assert script.evaluate(f"LQR.tail.moments({a}, {v}).deviation") == pytest.approx(
        costs.std(), rel=0.02
    )


@pytest.mark.browser
def test_without_a_variance_an_average_misses_what_is_rare(script: Page) -> None:
    """A Pareto tail, (1/z)^1.5 from z = 1 on, with mean 3: the median error of many averages."""
    found = script.evaluate(
        "LQR.tail.error({ mean: 3, deviation: Infinity }, 1.5, [10 ** (2 / 3), 0.1], 1000)"
    )
    costs = np.random.default_rng(2).uniform(size=(2000, 1000)) ** (-1 / 1.5)
    measured = np.median(np.abs(costs.mean(axis=1) / 3 - 1))
    assert found == pytest.approx(3 * 1000 ** (2 / 3) / 1000 / 3, rel=1e-12)
    assert 0.5 < measured / found < 1.2
    needed = "LQR.tail.needed({ mean: 3, deviation: Infinity }, 1.5, [10 ** (2 / 3), 0.1], 0.1)"
    assert script.evaluate(needed) == pytest.approx(1000, rel=1e-12)


@pytest.fixture
def chapter(page: Page, built_book: Path) -> Iterator[Page]:
    """Chapter 7 with its figure drawn; whatever goes wrong while it is used is a fault."""
    base = built_book.as_uri()
    faults = watch(page, base)
    page.goto(f"{base}/chapters/07_model_free.html")
    page.wait_for_function(f"document.querySelector('{FIGURE} .lqr-live-sentence')?.textContent")
    yield page
    assert faults == []


def sentence(page: Page) -> str:
    return page.locator(f"{FIGURE} .lqr-live-sentence").text_content() or ""


def wait_for(page: Page, words: str) -> None:
    text = f"document.querySelector('{FIGURE} .lqr-live-sentence').textContent"
    page.wait_for_function(f"words => {text}.includes(words)", arg=words)


@pytest.mark.pages
@pytest.mark.browser
class TestFigure:
    """The figure as a reader of chapter 7 meets it."""

    def test_keys_lead_through_the_three_regions(self, chapter: Page) -> None:
        handle, over = chapter.locator(f"{FIGURE} .lqr-live-handle"), f"{FIGURE} .lqr-live-over"
        assert sentence(chapter).startswith("The mean is finite, 6.67 times the first step's")
        assert chapter.locator(over).count() == 1
        for _ in range(6):
            handle.press("Shift+ArrowDown")
        wait_for(chapter, "Mean and variance are finite")
        assert chapter.locator(over).count() == 0
        for _ in range(14):
            handle.press("Shift+ArrowUp")
        wait_for(chapter, "The mean is infinite")
        assert chapter.locator(over).count() == 1
        chapter.locator(FIGURE).get_by_role("button", name="Start again").click()
        wait_for(chapter, "The mean is finite, 6.67")

    def test_more_roll_outs_help_slowly(self, chapter: Page) -> None:
        state = f"LQR.views['{FIGURE[1:]}'].state()"
        before = chapter.evaluate(state)
        move = "it => { it.value = 5; it.dispatchEvent(new Event('input')) }"
        chapter.locator(f"{FIGURE} .lqr-live-slider input").evaluate(move)
        wait_for(chapter, "100,000 roll-outs")
        after = chapter.evaluate(state)
        assert after["off"] / before["off"] == pytest.approx(100 ** (1 / before["kappa"] - 1))

    def test_every_corner_of_the_plane_has_its_words(self, chapter: Page) -> None:
        told = chapter.evaluate(f"""() => {{ const view = LQR.views['{FIGURE[1:]}'], told = [];
          for (const x of [0, 0.5, 0.95]) for (const y of [0, 1e-4, 0.04, 0.09, 0.97, 1.2]) {{
            view.setting.value = [x, y]; view.draw(); told.push(view.text.textContent); }}
          return told; }}""")
        assert all("NaN" not in it and "undefined" not in it and len(it) > 60 for it in told)
        assert "no tail to speak of" in told[0] and told[-1].startswith("The mean is infinite")

    def test_it_is_as_narrow_as_a_phone_and_printed_as_a_picture(self, chapter: Page) -> None:
        chapter.set_viewport_size({"width": 390, "height": 844})
        narrow = f"document.querySelector('{FIGURE} canvas').clientWidth < 390"
        chapter.wait_for_function(narrow)
        assert chapter.evaluate(TOO_WIDE) == []
        chapter.emulate_media(media="print")
        assert chapter.locator(f"{FIGURE} img").is_visible()
        assert not chapter.locator(f"{FIGURE} .lqr-live-figure").is_visible()
