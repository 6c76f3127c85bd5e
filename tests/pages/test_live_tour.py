"""The tour's seven figures as a reader meets them, on the built page."""

import numpy as np
import pytest
from live_figure import LiveFigure
from playwright.sync_api import Page

import lqrlib
from lqrlib import maml
from lqrpapers.live import PAGES, tour, tour_pairs

FIGURES = [name for name in PAGES if name.startswith("tour-")]
PAGE, FIGURE = "pages/tour.html", f"fig-{FIGURES[0]}"
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
        self, figure: LiveFigure, name: str, value: float, said: str, over: bool
    ) -> None:
        assert said in figure.look_at(f"fig-{name}").set(0, value)
        assert figure.over() == over

    @pytest.mark.parametrize("name", FIGURES)
    def test_every_figure_starts_within_its_bound(self, figure: LiveFigure, name: str) -> None:
        assert figure.look_at(f"fig-{name}").over() == 0

    @pytest.mark.parametrize("name", HANDLED)
    def test_arrow_keys_move_the_gain_out_of_the_interval(
        self, figure: LiveFigure, name: str
    ) -> None:
        before, was = figure.look_at(f"fig-{name}").sentence, figure.at()
        assert figure.press("Shift+ArrowRight") != before and figure.at() > was
        said = figure.press("Shift+ArrowRight", 20)
        assert any(words in said for words in OUTSIDE)

    @pytest.mark.parametrize("name", FIGURES)
    def test_every_sentence_is_one_wherever_the_reader_goes(
        self, figure: LiveFigure, name: str
    ) -> None:
        said = figure.page.evaluate(SWEEP, figure.look_at(f"fig-{name}").name)
        assert len(set(said)) >= 5
        assert not [line for line in said if "NaN" in line or "undefined" in line]
        assert all(line.endswith(".") for line in said)

    def test_what_is_drawn_is_what_lqrlib_finds(self, figure: LiveFigure) -> None:
        states = {name: figure.look_at(f"fig-{name}").state() for name in FIGURES}
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

    def test_only_the_handles_keep_a_finger_from_scrolling_sideways(
        self, figure: LiveFigure
    ) -> None:
        assert figure.no_touch() == []

    @pytest.mark.parametrize("name", FIGURES)
    def test_the_picture_is_printed_in_its_place(self, figure: LiveFigure, name: str) -> None:
        figure.look_at(f"fig-{name}").prints_its_picture()

    def test_it_is_as_narrow_as_a_phone(self, figure: LiveFigure) -> None:
        figure.fits_a_phone()

    def test_the_pictures_stay_without_javascript(self, scriptless: Page, base: str) -> None:
        scriptless.goto(f"{base}/{PAGE}")
        pictures = [scriptless.locator(f"#fig-{name} img").is_visible() for name in FIGURES]
        assert all(pictures) and scriptless.locator(".lqr-live-figure").count() == 0
