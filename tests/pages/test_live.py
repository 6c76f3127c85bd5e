"""The landscape of the first page as a reader meets it, and its descents against lqrlib."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faults import watch
from live_figure import LiveFigure
from live_scripts import LIVE
from playwright.sync_api import Page

import lqrlib
from lqrlib import directions
from lqrpapers.live import plain
from lqrpapers.live.landscape import allowed_steps, fish

PAGE, FIGURE = "pages/index.html", "fig-landscape"
SCRIPTS = ("matrices", "page", "marks", "drawing", "handle")
METHODS = ["gauss_newton", "natural_gradient", "gradient"]
STATE = """name => { const { walks, map } = LQR.views[name].state(); return {
  walks: walks.map(({ name, step, allowed, path, left }) => ({ name, step, allowed, left,
    gains: path.map(({ K }) => K), costs: path.map(({ cost }) => cost) })),
  problem: map.p, best: map.best && map.best.K } }"""


def check_walks(figure: LiveFigure) -> Any:
    """Check the landscape's descents against lqrlib's; what was found."""
    state, (problem, _) = figure.page.evaluate(STATE, figure.name), fish()
    assert plain(problem) == state["problem"]
    assert np.allclose(state["best"], lqrlib.optimal_gain(problem), rtol=1e-9, atol=1e-14)
    assert [walk["name"] for walk in state["walks"]] == METHODS
    for walk in state["walks"]:
        start, method = np.array(walk["gains"][0]), getattr(directions, walk["name"])(problem)
        allowed = allowed_steps(problem, start)[walk["name"]]
        assert walk["allowed"] == pytest.approx(allowed, rel=1e-9)
        run = lqrlib.descend(method, start, walk["step"], len(walk["gains"]) - 1)
        assert np.abs(run.gains - walk["gains"]).max() < 1e-9
        assert np.abs(run.costs / walk["costs"] - 1).max() < 1e-9
    return state


@pytest.mark.pages
@pytest.mark.browser
class TestLandscape:
    """The figure on the first page, served and from disk."""

    def test_its_descents_are_those_of_lqrlib(self, figure: LiveFigure) -> None:
        check_walks(figure)

    def test_a_descent_that_leaves_leaves_in_lqrlib_too(self, figure: LiveFigure) -> None:
        told = figure.set(0, np.log10(1.5))
        problem, walk = fish()[0], figure.page.evaluate(STATE, figure.name)["walks"][0]
        start, method = walk["gains"][0], directions.gauss_newton(problem)
        run = lqrlib.descend(method, start, walk["step"], 20, on_leave="flag")
        assert run.left and walk["left"] == int(np.isfinite(run.costs).sum())
        assert "Gauss–Newton left the set at step" in told
        assert "3 times what its theorem allows" in told

    def test_arrow_keys_move_the_start_and_the_sentence_says_so(self, figure: LiveFigure) -> None:
        before, text = figure.at(), figure.handle().get_attribute("aria-valuetext")
        figure.press("ArrowLeft")
        assert figure.at() < before
        assert figure.handle().get_attribute("aria-valuetext") != text
        assert "cost of this rule is infinite" in figure.press("Shift+ArrowUp", 8)

    def test_a_mouse_drags_the_start(self, figure: LiveFigure) -> None:
        handle, mouse, before = figure.handle(), figure.page.mouse, figure.sentence
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse.move(x, y)
        mouse.down()
        mouse.move(x - 60, y + 20, steps=3)
        mouse.up()
        assert figure.drawn() != before
        moved = handle.bounding_box()
        assert moved is not None
        assert abs(moved["x"] - box["x"] + 60) < 2 and abs(moved["y"] - box["y"] - 20) < 2

    def test_a_click_on_the_map_moves_the_start_there(self, figure: LiveFigure) -> None:
        figure.it.locator(".lqr-live-plot canvas").click(position={"x": 60, "y": 30})
        assert figure.drawn().startswith("From here the stock runs away")

    def test_so_much_noise_that_no_gain_stabilizes(self, figure: LiveFigure) -> None:
        assert "no gain stabilizes" in figure.set(3, 30.0)
        assert figure.page.evaluate(STATE, figure.name)["best"] is None
        assert figure.start_again().startswith("After 12 steps")

    def test_only_the_handle_keeps_a_finger_from_scrolling(self, figure: LiveFigure) -> None:
        assert figure.no_touch() == ["lqr-live-handle"]

    def test_it_is_as_narrow_as_a_phone(self, figure: LiveFigure) -> None:
        figure.fits_a_phone()

    def test_it_is_dark_on_a_dark_page(self, figure: LiveFigure) -> None:
        corner = """() => {
          const it = document.querySelector('.lqr-live-plot canvas'), w = it.width;
          const outside = it.getContext('2d').getImageData(0.25 * w, 0.1 * w, 9, 1).data;
          return Math.max(...outside.filter((_, k) => k % 4 < 3)) }"""
        assert figure.page.evaluate(corner) > 200
        figure.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        figure.page.wait_for_function(f"({corner})() < 90")

    def test_the_picture_is_printed_in_its_place(self, figure: LiveFigure) -> None:
        figure.prints_its_picture()

    def test_the_picture_stays_without_javascript(self, scriptless: Page, base: str) -> None:
        scriptless.goto(f"{base}/{PAGE}")
        assert scriptless.locator(f"#{FIGURE} img").is_visible()
        assert scriptless.locator(".lqr-live-figure").count() == 0


@pytest.mark.browser
def test_axes_may_be_logarithmic(scripts: Page) -> None:
    found = scripts.evaluate("""() => {
      const view = { box: document.body, picture: { alt: "" }, color: () => "#000000" };
      const ranges = { x: [1e-4, 1], y: [0, 3], labels: ["step", "cost"], log: "x" };
      const plot = new LQR.Plot(view, ranges);
      plot.clear();
      plot.axes();
      const { left, width } = plot.area, [middle] = plot.at([1e-2, 1]);
      return [(middle - left) / width, plot.value(plot.at([1e-3, 2])),
              LQR.ticks(1e-4, 1, true), LQR.ticks(0, 3)];
    }""")
    assert found[0] == pytest.approx(0.5) and found[1] == pytest.approx([1e-3, 2])
    assert found[2:] == [[1e-4, 1e-3, 1e-2, 0.1, 1], [0, 0.5, 1, 1.5, 2, 2.5, 3]]


@pytest.mark.browser
def test_a_handle_on_a_line_stays_there_and_each_arrow_moves_it(scripts: Page) -> None:
    found = scripts.evaluate("""() => {
      const box = LQR.element("div", { style: "width: 500px" }), color = () => "#000000";
      document.body.append(box);
      const view = { box, picture: { alt: "" }, color, refresh: () => {} };
      const plot = new LQR.Plot(view, { x: [0, 2], y: [0, 4], labels: ["gain", "cost"] });
      plot.clear();
      const told = { label: "gain", names: ["k", "C"], value: [1, 1], on: (x) => x * x };
      const handle = plot.handle(told), seen = [];
      for (const key of ["ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "Tab"]) {
        handle.knob.dispatchEvent(new KeyboardEvent("keydown", { key }));
        seen.push(handle.value);
      }
      handle.place();
      return [seen, handle.knob.getAttribute("aria-valuetext")];
    }""")
    (one, two, three, four, five), words = found
    assert 1 < one[0] < two[0] and three == pytest.approx(one) and four[0] == pytest.approx(1)
    assert five == four and all(y == pytest.approx(x * x) for x, y in found[0])
    assert words == "k 1, C 1"


@pytest.mark.browser
def test_a_line_leaves_a_gap_where_nothing_is_finite(scripts: Page) -> None:
    drawn = scripts.evaluate("""() => {
      const view = { box: document.body, picture: { alt: "" }, color: () => "#000000" };
      const plot = new LQR.Plot(view, { x: [0, 1], y: [0, 1], labels: ["", ""] });
      plot.clear();
      const calls = [], note = (call) => () => calls.push(call);
      plot.pen = { beginPath() {}, moveTo: note("move"), lineTo: note("line") };
      plot.trace([[0, 1], [0.2, 1], [0.4, NaN], [0.6, 1], [0.8, Infinity]]);
      return calls;
    }""")
    assert drawn == ["move", "line", "move", "line"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("number(1200)", "1,200"),
        ("number(-0.25)", "−0.25"),
        ("number(3.4e-8)", "3.4·10⁻⁸"),
        ("number(1e-9, 1)", "10⁻⁹"),
        ("number(Infinity)", "∞"),
        ("share(0.31)", "31\u00a0%"),
        ("share(0.0009)", "0.09\u00a0%"),
        ("share(3e-9)", "3·10⁻⁷\u00a0%"),
        ("share(1e-32)", "less than 10⁻¹³\u00a0%"),
        ("share(0.9999)", "nearly all"),
        ("joined(['a', 'b', 'c'])", "a, b and c"),
    ],
)
def test_numbers_are_said_as_people_say_them(scripts: Page, text: str, words: str) -> None:
    assert scripts.evaluate(f"LQR.words.{text}") == words


@pytest.mark.browser
def test_the_picture_stays_where_a_live_figure_fails(page: Page, tmp_path: Path) -> None:
    data = "<script type='application/json' class='lqr-live' data-figure='f' data-kind='none'>{}"
    text = f"<figure id='f'><img alt='A'></figure>{data}</script>"
    for name in ("matrices", "page"):
        text += f"<script src='{LIVE.as_uri()}/{name}.js'></script>"
    (tmp_path / "page.html").write_text(text)
    seen = watch(page, "file:")
    page.goto((tmp_path / "page.html").as_uri())
    assert any("LQR.figures[script.dataset.kind] is not a function" in line for line in seen)
    assert page.locator(".lqr-live-figure, .lqr-live-on").count() == 0
    assert page.locator("#f img").count() == 1
