"""The tour's seven figures as a reader meets them, on the built page."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from faults import TOO_WIDE, watch
from playwright.sync_api import Browser, Locator, Page

import lqrlib
from lqrlib import maml
from lqrpapers.live import PAGES, tour, tour_pairs

FIGURES = [name for name in PAGES if name.startswith("tour-")]
SET = """(input, value) => { input.value = value; input.dispatchEvent(new Event("input")) }"""
# The sentences at each end of the slider and between, with the handle in six places.
SWEEP = """async name => {
  const figure = document.getElementById(name), said = [];
  const canvas = figure.querySelector(".lqr-live-plot canvas");
  const sliders = [...figure.querySelectorAll(".lqr-live-slider input")];
  for (const share of [0, 0.25, 0.5, 0.75, 1])
    for (const place of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
      for (const it of sliders) {
        it.value = +it.min + share * (it.max - it.min);
        it.dispatchEvent(new Event("input"));
      }
      const { left, top, width } = canvas.getBoundingClientRect();
      const clientX = left + 46 + place * (width - 56);
      canvas.dispatchEvent(new MouseEvent("click", { clientX, clientY: top + 40 }));
      await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
      said.push(figure.querySelector(".lqr-live-sentence").textContent);
    }
  return said;
}"""
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Figure:
    """One live figure of the page, put back to where it started."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name, self.it = page, f"fig-{name}", page.locator(f"#fig-{name}")
        self.it.get_by_role("button", name="Start again").click()
        self.drawn()

    def drawn(self) -> None:
        self.page.evaluate(DRAWN)

    def set(self, value: float) -> None:
        self.it.locator(".lqr-live-slider input").evaluate(SET, value)
        self.drawn()

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.handle.press(key)
        self.drawn()

    @property
    def handle(self) -> Locator:
        return self.it.locator(".lqr-live-handle")

    @property
    def sentence(self) -> str:
        return self.it.locator(".lqr-live-sentence").text_content() or ""

    @property
    def state(self) -> Any:
        return self.page.evaluate(f"LQR.views['{self.name}'].state()")

    @property
    def over(self) -> bool:
        return self.it.locator(".lqr-live-over").count() == 1


@pytest.fixture(scope="module")
def opened(browser: Browser, base: str) -> Iterator[tuple[Page, list[str]]]:
    """The page and what went wrong on it, once for all tests: it takes a second to load."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    faults = watch(page, base)
    page.goto(f"{base}/pages/tour.html")
    told = "[...document.querySelectorAll('.lqr-live-sentence')].every(it => it.textContent)"
    page.wait_for_function(f"Object.keys(LQR.views).length === {len(FIGURES)} && {told}")
    yield page, faults
    page.close()


@pytest.fixture
def tour_page(opened: tuple[Page, list[str]]) -> Iterator[Page]:
    """The page; whatever goes wrong while it is used is a fault."""
    page, faults = opened
    yield page
    assert faults == []


SAID = [
    ("tour-stable", -0.2, "grows without end: too little feedback", True),
    ("tour-stable", 0.2, "the very edge", True),
    ("tour-stable", 1.2, "zero after one step", False),
    ("tour-stable", 1.9, "changes sign at every step and still shrinks", False),
    ("tour-stable", 2.6, "too much feedback", True),
    ("tour-downhill", np.log10(0.001), "every step is sure to go down", False),
    ("tour-downhill", np.log10(0.17), "Step 1 overshoots", True),
    ("tour-downhill", np.log10(0.25), "out of the interval", True),
    ("tour-noise", 0.0, "the floor of the valley", False),
    ("tour-noise", 0.9, "does not die out", False),
    ("tour-noise", 1.0, "no gain stabilizes, nothing is left", True),
    ("tour-two", -1.0, "do not overlap", True),
    ("tour-two", 1.2, "the same, to the eye", False),
    ("tour-two", 2.4, "system 2 is not stable", False),
    ("tour-adapt", 0.0, "No inner step", False),
    ("tour-adapt", 0.005, "Three minima", False),
    ("tour-adapt", 0.05, "Two minima", False),
    ("tour-adapt", 0.15, "One minimum", False),
]
HANDLED = [name for name in FIGURES if name != "tour-stable"]
OUTSIDE = ["infinite", "does not stabilize", "neither is stable", "not stable to begin with"]


@pytest.mark.pages
@pytest.mark.browser
class TestTour:
    """The page, served and from disk."""

    @pytest.mark.parametrize(("name", "value", "said", "over"), SAID)
    def test_a_slider_changes_the_sentence_and_turns_red_past_the_bound(
        self, tour_page: Page, name: str, value: float, said: str, over: bool
    ) -> None:
        figure = Figure(tour_page, name)
        figure.set(value)
        assert said in figure.sentence
        assert figure.over == over

    @pytest.mark.parametrize("name", FIGURES)
    def test_every_figure_starts_within_its_bound(self, tour_page: Page, name: str) -> None:
        assert not Figure(tour_page, name).over

    @pytest.mark.parametrize("name", HANDLED)
    def test_arrow_keys_move_the_gain_out_of_the_interval(self, tour_page: Page, name: str) -> None:
        figure = Figure(tour_page, name)
        before, was = figure.sentence, float(figure.handle.get_attribute("aria-valuenow") or "nan")
        figure.press("Shift+ArrowRight")
        assert float(figure.handle.get_attribute("aria-valuenow") or "nan") > was
        assert figure.sentence != before
        figure.press("Shift+ArrowRight", 20)
        assert any(words in figure.sentence for words in OUTSIDE)

    @pytest.mark.parametrize("name", FIGURES)
    def test_every_sentence_is_one_wherever_the_reader_goes(
        self, tour_page: Page, name: str
    ) -> None:
        said = tour_page.evaluate(SWEEP, Figure(tour_page, name).name)
        assert len(set(said)) >= 5
        assert not [line for line in said if "NaN" in line or "undefined" in line]
        assert all(line.endswith(".") for line in said)

    def test_what_is_drawn_is_what_lqrlib_finds(self, tour_page: Page) -> None:
        states = {name: Figure(tour_page, name).state for name in FIGURES}
        problem = tour.system()
        assert states["tour-stable"]["interval"] == pytest.approx([tour.A - 1, tour.A + 1])
        for name, noise in (("tour-valley", 0.0), ("tour-noise", 0.3)):
            state, noisy = states[name], tour.system(tour.A, noise)
            assert state["system"] == {"a": tour.A, "noise": noise}
            assert state["best"] == pytest.approx(tour.best(noisy), rel=1e-9)
            assert state["cost"] == pytest.approx(tour.cost(noisy, state["k"]), rel=1e-9)
        at = lqrlib.at_gain(problem, [[states["tour-domination"]["k"]]])
        assert states["tour-domination"]["gap"] == pytest.approx(float(at.gap), rel=1e-9)
        two, (both, gains) = states["tour-two"], tour_pairs.family()
        assert two["shared"] == pytest.approx(
            float(maml.cost(both, [[two["best"]]], 0.0)), rel=1e-9
        )
        average = maml.cost(both, tour.column(gains), 0.0)
        assert two["shared"] == pytest.approx(float(average.min()), rel=1e-4)
        adapt = states["tour-adapt"]
        objective = maml.cost(both, [[adapt["k"]]], adapt["step"])
        assert adapt["objective"] == pytest.approx(float(objective), rel=1e-9)

    def test_only_the_handles_keep_a_finger_from_scrolling_sideways(self, tour_page: Page) -> None:
        kept = """[...document.querySelectorAll('article *')]
          .filter(it => getComputedStyle(it).touchAction === 'none').length"""
        assert tour_page.evaluate(kept) == 0

    def test_pictures_are_printed_in_their_places(self, tour_page: Page) -> None:
        tour_page.emulate_media(media="print")
        for name in FIGURES:
            figure = tour_page.locator(f"#fig-{name}")
            assert figure.locator("img").is_visible()
            assert not figure.locator(".lqr-live-figure").is_visible()
        tour_page.emulate_media(media="screen")

    def test_it_is_as_narrow_as_a_phone(self, tour_page: Page) -> None:
        tour_page.set_viewport_size({"width": 390, "height": 844})
        narrow = "[...document.querySelectorAll('.lqr-live-plot canvas')]"
        tour_page.wait_for_function(f"{narrow}.every(it => it.clientWidth < 390)")
        assert tour_page.evaluate(TOO_WIDE) == []
        tour_page.set_viewport_size({"width": 1280, "height": 900})

    def test_the_pictures_stay_without_javascript(self, browser: Browser, base: str) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{base}/pages/tour.html")
        pictures = [page.locator(f"#fig-{name} img").is_visible() for name in FIGURES]
        assert all(pictures) and page.locator(".lqr-live-figure").count() == 0
        context.close()
