"""The star of chapter 1 as a reader meets it: the landscape with five starts and a weather."""

import numpy as np
import pytest
from live_figure import LiveFigure
from test_live import STATE, check_walks

from lqrpapers.live.landscape import fish

PAGE, FIGURE = "chapters/01_regulator.html", "fig-01-star"


@pytest.mark.pages
@pytest.mark.browser
class TestStar:
    """The figure in the chapter, served and from disk."""

    def test_its_walks_from_its_first_start_are_those_of_lqrlib(self, figure: LiveFigure) -> None:
        state, data, (_, plane) = check_walks(figure), figure.data(), fish()
        assert data["plane"]["origin"] == [[0, 0], [0, 0]]
        x, y = data["start"]
        assert data["start"] == data["circles"][0] and len(data["circles"]) == 5
        for walk in state["walks"]:
            assert np.array_equal(walk["gains"][0], x * plane["across"] + y * plane["up"])

    def test_each_method_shows_the_step_that_its_theorem_allows(self, figure: LiveFigure) -> None:
        assert figure.sliders.count() == figure.it.locator(".lqr-live-ticked").count() == 4
        over = figure.it.locator(".lqr-live-over").all_text_contents()
        assert len(over) == 1 and over[0].startswith("gradient")
        told = "Gradient takes 1.6·10⁷ times the step that its theorem allows"
        assert told in figure.sentence

    def test_a_click_on_another_circle_starts_there(self, figure: LiveFigure) -> None:
        before, (x, y) = figure.sentence, figure.data()["circles"][2]
        place = f"LQR.views['{FIGURE}'].state().start.plot.at([{x}, {y}])"
        px, py = figure.page.evaluate(place)
        figure.it.locator(".lqr-live-plot canvas").click(position={"x": px, "y": py})
        assert figure.drawn() != before
        start = figure.page.evaluate(STATE, FIGURE)["walks"][0]["gains"][0]
        assert [start[0][1], start[1][0]] == pytest.approx([x, y], abs=0.05)

    def test_more_weather_leaves_less_of_the_star_and_then_nothing(
        self, figure: LiveFigure
    ) -> None:
        count = f"LQR.views['{FIGURE}'].state().map.grid.filter(inverse => inverse > 0).length"
        areas = [figure.page.evaluate(count)]
        for factor in (3.0, 9.0):
            figure.set(3, factor)
            areas.append(figure.page.evaluate(count))
        assert areas == sorted(areas, reverse=True) and areas[-1] < 0.7 * areas[0]
        assert "no gain stabilizes" in figure.set(3, 30.0)

    def test_it_is_as_narrow_as_a_phone_and_printed_as_a_picture(self, figure: LiveFigure) -> None:
        figure.fits_a_phone()
        figure.prints_its_picture()
