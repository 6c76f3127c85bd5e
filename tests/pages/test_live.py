"""The landscape of the first page as a reader meets it, and its descents against lqrlib."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from faults import TOO_WIDE, watch
from playwright.sync_api import Browser, Page

import lqrlib
from lqrlib import directions
from lqrpapers.live import plain
from lqrpapers.live.landscape import allowed_steps, fish

LIVE = Path(__file__).resolve().parent.parent.parent / "pages" / "_static" / "live"
STATE = """() => { const { walks, map } = LQR.views["fig-landscape"].state(); return {
  walks: walks.map(({ name, step, allowed, path, left }) => ({ name, step, allowed, left,
    gains: path.map(({ K }) => K), costs: path.map(({ cost }) => cost) })),
  problem: map.p, best: map.best && map.best.K } }"""
SLIDERS = ".lqr-live-slider input"
HANDLE = ".lqr-live-handle"

METHODS = ["gauss_newton", "natural_gradient", "gradient"]


@pytest.fixture
def front(page: Page, base: str) -> Iterator[Page]:
    """The first page with its landscape drawn; whatever goes wrong while it is used is a fault."""
    faults = watch(page, base)
    page.goto(f"{base}/pages/index.html")
    page.wait_for_function("document.querySelector('.lqr-live-sentence')?.textContent")
    yield page
    assert faults == []


def set_slider(page: Page, place: int, value: float) -> None:
    change = "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')) }"
    before = sentence(page)
    page.locator(SLIDERS).nth(place).evaluate(change, value)
    wait_for_news(page, before)


def sentence(page: Page) -> str:
    return page.locator(".lqr-live-sentence").text_content() or ""


def wait_for_news(page: Page, before: str) -> None:
    """Until the sentence says something else."""
    text = "document.querySelector('.lqr-live-sentence').textContent"
    page.wait_for_function(f"before => {text} !== before", arg=before)


@pytest.mark.pages
@pytest.mark.browser
class TestLandscape:
    """The figure on the first page, served and from disk."""

    def test_its_descents_are_those_of_lqrlib(self, front: Page) -> None:
        state, (problem, _) = front.evaluate(STATE), fish()
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

    def test_a_descent_that_leaves_leaves_in_lqrlib_too(self, front: Page) -> None:
        set_slider(front, 0, np.log10(1.5))
        problem, walk = fish()[0], front.evaluate(STATE)["walks"][0]
        start, method = walk["gains"][0], directions.gauss_newton(problem)
        run = lqrlib.descend(method, start, walk["step"], 20, on_leave="flag")
        assert run.left and walk["left"] == int(np.isfinite(run.costs).sum())
        assert "Gauss–Newton left the set at step" in sentence(front)
        assert "3 times what its theorem allows" in sentence(front)

    def test_arrow_keys_move_the_start_and_the_sentence_says_so(self, front: Page) -> None:
        handle, before = front.locator(HANDLE), sentence(front)
        was = float(handle.get_attribute("aria-valuenow") or "nan")
        told = handle.get_attribute("aria-valuetext")
        handle.press("ArrowLeft")
        front.wait_for_function(
            "told => document.querySelector('.lqr-live-handle').ariaValueText !== told", arg=told
        )
        assert float(handle.get_attribute("aria-valuenow") or "nan") < was
        for _ in range(8):
            handle.press("Shift+ArrowUp")
        wait_for_news(front, before)
        assert "cost of this rule is infinite" in sentence(front)

    def test_a_mouse_drags_the_start(self, front: Page) -> None:
        box = front.locator(HANDLE).bounding_box()
        assert box is not None
        x, y, before = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, sentence(front)
        front.mouse.move(x, y)
        front.mouse.down()
        front.mouse.move(x - 60, y + 20, steps=3)
        front.mouse.up()
        wait_for_news(front, before)
        moved = front.locator(HANDLE).bounding_box()
        assert moved is not None
        assert abs(moved["x"] - box["x"] + 60) < 2 and abs(moved["y"] - box["y"] - 20) < 2

    def test_a_click_on_the_map_moves_the_start_there(self, front: Page) -> None:
        before = sentence(front)
        front.locator(".lqr-live-plot canvas").click(position={"x": 60, "y": 30})
        wait_for_news(front, before)
        assert sentence(front).startswith("From here the stock runs away")

    def test_so_much_noise_that_no_gain_stabilizes(self, front: Page) -> None:
        set_slider(front, 3, 30.0)
        assert front.evaluate(STATE)["best"] is None
        assert "no gain stabilizes" in sentence(front)
        front.get_by_role("button", name="Start again").click()
        wait_for_news(
            front, "With this much noise no gain stabilizes: nothing is left to descend on."
        )
        assert sentence(front).startswith("After 12 steps")

    def test_only_the_handle_keeps_a_finger_from_scrolling(self, front: Page) -> None:
        kept = """[...document.querySelectorAll('article *')]
          .filter(it => getComputedStyle(it).touchAction === 'none').map(it => it.classList[0])"""
        assert front.evaluate(kept) == ["lqr-live-handle"]

    def test_it_is_as_narrow_as_a_phone(self, front: Page) -> None:
        front.set_viewport_size({"width": 390, "height": 844})
        narrow = "document.querySelector('.lqr-live-plot canvas').clientWidth < 390"
        front.wait_for_function(narrow)
        assert front.evaluate(TOO_WIDE) == []

    def test_it_is_dark_on_a_dark_page(self, front: Page) -> None:
        corner = """() => {
          const it = document.querySelector('.lqr-live-plot canvas'), w = it.width;
          const outside = it.getContext('2d').getImageData(0.25 * w, 0.1 * w, 9, 1).data;
          return Math.max(...outside.filter((_, k) => k % 4 < 3)) }"""
        assert front.evaluate(corner) > 200
        front.evaluate("document.documentElement.dataset.theme = 'dark'")
        front.wait_for_function(f"({corner})() < 90")

    def test_the_picture_is_printed_in_its_place(self, front: Page) -> None:
        picture, live = front.locator("#fig-landscape img"), front.locator(".lqr-live-figure")
        assert live.is_visible() and not picture.is_visible()
        front.emulate_media(media="print")
        assert picture.is_visible() and not live.is_visible()

    def test_the_picture_stays_without_javascript(self, browser: Browser, base: str) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{base}/pages/index.html")
        assert page.locator("#fig-landscape img").is_visible()
        assert page.locator(".lqr-live-figure").count() == 0
        context.close()


@pytest.mark.browser
def test_axes_may_be_logarithmic(page: Page) -> None:
    for name in ("matrices", "page", "marks", "drawing", "handle"):
        page.add_script_tag(path=LIVE / f"{name}.js")
    found = page.evaluate("""() => {
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
def test_a_handle_on_a_line_stays_there_and_each_arrow_moves_it(page: Page) -> None:
    page.set_content("<div style='width: 500px'></div>")
    for name in ("matrices", "page", "marks", "drawing", "handle"):
        page.add_script_tag(path=LIVE / f"{name}.js")
    found = page.evaluate("""() => {
      const box = document.querySelector("div"), color = () => "#000000";
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
def test_a_line_leaves_a_gap_where_nothing_is_finite(page: Page) -> None:
    for name in ("matrices", "page", "marks", "drawing"):
        page.add_script_tag(path=LIVE / f"{name}.js")
    drawn = page.evaluate("""() => {
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
def test_numbers_are_said_as_people_say_them(page: Page, text: str, words: str) -> None:
    for name in ("matrices", "page"):
        page.add_script_tag(path=LIVE / f"{name}.js")
    assert page.evaluate(f"LQR.words.{text}") == words


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
