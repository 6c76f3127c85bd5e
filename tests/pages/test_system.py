"""The page of the reader's own system as a reader meets it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faults import TOO_WIDE, watch
from playwright.sync_api import Browser, Page

import lqrlib
from lqrpapers.live import plain, system

STATE = """() => { const { problem, found, allowed, start, steps, noise, landscape } =
    LQR.views["fig-system"].state();
  return { problem, found, allowed, start, steps, noise,
    shares: landscape && Object.fromEntries(landscape.walks.map(it => [it.name, it.share])) } }"""
ROWS = """() => Object.fromEntries([...document.querySelectorAll(".lqr-system-table > tr")]
  .map(row => [row.children[0].textContent, row.children[1].innerText]))"""
KEPT = """texts => { const kept = new URLSearchParams(location.hash.slice(1));
  return Object.entries(texts).every(([name, text]) => (kept.get(name) ?? "") === text) }"""
KNOWN, HANDLE, STATUS = ".lqr-system-form select", ".lqr-live-handle", ".lqr-system-status"
SLICES = ".lqr-system-slice select"


@pytest.fixture
def front(page: Page, base: str) -> Iterator[Page]:
    """The page with its first system; whatever goes wrong while it is used is a fault."""
    faults = watch(page, base)
    page.goto(f"{base}/pages/your_system.html")
    page.wait_for_function("document.querySelector('.lqr-live-sentence')?.textContent")
    yield page
    assert faults == []


def enter(page: Page, **texts: str) -> None:
    """Type into fields, and wait until the page has read them."""
    for name, text in texts.items():
        page.locator(f"#lqr-field-{name}").fill(text)
    page.wait_for_function(KEPT, arg=texts)  # the address is written last
    settle(page)


def settle(page: Page) -> None:
    """Until the next picture of the screen is drawn."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def choose(page: Page, place: int) -> None:
    page.locator(KNOWN).select_option(str(place))
    settle(page)


def number(text: str) -> float:
    """A number as the page prints it: 1,260, −0.5, 3.4·10⁻⁵."""
    text = text.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")).replace(",", "")
    factor, ten, power = text.partition("10") if "·10" in text else (text, "", "")
    return float(factor.rstrip("·")) * 10.0 ** int(power or 0) if ten else float(text)


def python_of(page: Page) -> dict[str, Any]:
    """The names that the page's lines of Python leave behind."""
    names: dict[str, Any] = {}
    exec(page.locator(".lqr-system-python pre").text_content() or "", names)
    return names


@pytest.mark.pages
@pytest.mark.browser
class TestPage:
    """The page, served and from disk."""

    def test_it_prints_what_lqrlib_finds(self, front: Page) -> None:
        for place, (problem, _) in enumerate(system.known().values()):
            choose(front, place)
            state, rows = front.evaluate(STATE), front.evaluate(ROWS)
            assert state["problem"] == plain(problem)
            best = lqrlib.at_gain(problem, lqrlib.optimal_gain(problem))
            printed = [number(text) for text in rows["Best gain K*"].split()]
            assert printed == pytest.approx(best.K.ravel(), rel=1e-4, abs=1e-6)
            assert number(rows["Its cost C(K*)"]) == pytest.approx(best.cost, rel=1e-4)
            radius, margin = re.findall(r"[\d.]+", rows["Mean-square radius ρ(F) of K*"])[:2]
            assert float(radius) == pytest.approx(best.radius, rel=1e-4)
            assert float(margin) == pytest.approx(1 - best.radius, rel=1e-4)
            closed = np.linalg.eigvals(problem.A - problem.B @ best.K)
            poles = rows["Closed-loop poles of A − BK*"]
            assert poles.count(",") + poles.count("±") + 1 == len(closed)
            first = number(re.split(r"[ ,]", poles)[0])
            assert np.abs(closed.real - first).min() < 1e-4
            longest = next(text for head, text in rows.items() if head.startswith("Longest"))
            for line, (name, step) in zip(
                longest.splitlines(), state["allowed"].items(), strict=True
            ):
                told = number(line.split(": ")[1].split(" by ")[0])
                assert told == pytest.approx(state["allowed"][LABELS[line.split(":")[0]]], rel=1e-4)
                assert step > 0 and name in LABELS.values()

    def test_its_lines_of_python_give_its_numbers(
        self, front: Page, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for place in range(len(system.known())):
            choose(front, place)
            front.locator(HANDLE).press("ArrowRight")
            front.locator(".lqr-live-slider input").last.press(
                "ArrowRight"
            )  # noise, if there is any
            settle(front)
            state, names = front.evaluate(STATE), python_of(front)
            found = state["found"]
            assert names["best"].K == pytest.approx(np.array(found["K"]), rel=1e-9)
            assert names["best"].cost == pytest.approx(found["cost"], rel=1e-9)
            assert names["best"].radius == pytest.approx(found["radius"], rel=1e-9)
            assert sorted(np.abs(names["poles"])) == pytest.approx(
                sorted(np.hypot(*np.transpose(found["poles"]))), rel=1e-9
            )
            if found["noisy"]:
                survived = [found["critical"], found["ignorant"]["critical"]]
                assert list(names["survived"]) == pytest.approx(survived, rel=1e-9)
                assert names["noise"] == state["noise"] != 1
            assert names["start"] == state["start"]
            assert names["steps"] == state["steps"]
            assert names["allowed"] == pytest.approx(state["allowed"], rel=1e-9)
            assert names["shares"] == pytest.approx(state["shares"], rel=1e-6, abs=1e-15)
        assert "mean-square radius" in capsys.readouterr().out

    def test_a_system_is_typed(self, front: Page) -> None:
        enter(front, A="[1.1 0; 0.2 0.9]", B="np.array([[1.], [0.]])", Q="eye(2)", R="1")
        assert "A_i" in (front.locator(STATUS).text_content() or "")  # the noise does not fit
        enter(front, Sigma0="", alpha="", A_i="", beta="", B_j="")
        assert front.locator(STATUS).text_content() == ""
        state = front.evaluate(STATE)
        problem = lqrlib.LQR([[1.1, 0.0], [0.2, 0.9]], [[1.0], [0.0]], np.eye(2), [[1.0]])
        assert state["found"]["K"] == pytest.approx(lqrlib.optimal_gain(problem), rel=1e-9)
        assert front.locator(KNOWN).evaluate("it => it.selectedOptions[0].text") == "your own"
        assert front.evaluate(ROWS)["Stabilizable?"] == "Yes."

    def test_wrong_input_loses_nothing(self, front: Page) -> None:
        before = front.evaluate(ROWS)
        enter(front, B="1 2\n3 4", Q="<img src=x onerror=alert(1)>")
        assert front.evaluate(ROWS) == before
        fault = front.locator("#lqr-fault-B")
        assert fault.text_content() == "B: expected 3 rows as A has, got 2."
        assert front.locator("#lqr-field-B").get_attribute("aria-invalid") == "true"
        assert front.locator("#lqr-field-B").get_attribute("aria-describedby") == "lqr-fault-B"
        assert "got “<img" in (front.locator("#lqr-fault-Q").text_content() or "")
        assert front.locator(".lqr-system-form img").count() == 0
        told = front.locator(STATUS).text_content() or ""
        assert (
            told == "The results below are those of the last good input: look at B and Q."
        )
        assert front.locator(".lqr-system-results.lqr-system-stale").count() == 1
        choose(front, 1)
        assert front.locator(STATUS).text_content() == ""
        choose(front, len(system.known()))  # your own, as it was left
        assert front.locator("#lqr-field-B").input_value() == "1 2\n3 4"
        assert front.locator("#lqr-field-Q").input_value() == "<img src=x onerror=alert(1)>"

    @pytest.mark.parametrize(
        ("texts", "sentence"),
        [
            ({"A": "1.2", "alpha": "0.9", "beta": "3"}, "the noise is too strong"),
            ({"A": "1.2", "B": "0", "alpha": "0"}, "out of the input's reach"),
            ({"A": "1.0005", "B": "0", "alpha": "0", "beta": "0"}, "close call"),
        ],
    )
    def test_what_nothing_stabilizes_is_told_so(
        self, front: Page, texts: dict[str, str], sentence: str
    ) -> None:
        choose(front, 5)
        enter(front, **texts)
        rows = front.evaluate(ROWS)
        assert sentence in rows[next(head for head in rows if head.startswith("Stabilizable"))]
        assert not front.locator("#fig-system").is_visible()
        choose(front, 0)
        assert front.locator("#fig-system").is_visible()

    def test_an_edge_is_doubted(self, front: Page) -> None:
        choose(front, 5)
        enter(front, A="0.9999999", B="0", alpha="0", beta="0")
        assert "few digits above can be trusted" in front.evaluate(ROWS)["Check"]

    def test_the_address_keeps_the_system(self, front: Page, base: str) -> None:
        enter(front, A="0.5 0 0; 0 0.5 0.1; 0 0 -0.5")
        url, rows = front.url, front.evaluate(ROWS)
        front.goto("about:blank")
        front.goto(url)
        front.wait_for_function("document.querySelector('.lqr-live-sentence')?.textContent")
        assert front.locator("#lqr-field-A").input_value() == "0.5 0 0; 0 0.5 0.1; 0 0 -0.5"
        assert front.evaluate(ROWS) == rows

    def test_another_slice_is_drawn_and_the_same_twice_refused(self, front: Page) -> None:
        sentence = front.locator(".lqr-live-sentence")
        before = sentence.text_content()
        names = front.locator(SLICES).first.locator("option").all_text_contents()
        assert names[:2] == ["k₁₁", "k₁₂"] and "steepest direction" in names
        front.locator(SLICES).first.select_option(label="steepest direction")
        settle(front)
        assert sentence.text_content() != before
        kept = sentence.text_content()
        front.locator(SLICES).last.select_option(label="steepest direction")
        fault = front.locator(".lqr-system-slice .lqr-system-fault")
        assert (fault.text_content() or "").startswith("Slice: expected two different directions")
        assert sentence.text_content() == kept

    def test_the_start_moves_by_keyboard_and_the_longest_steps_follow(self, front: Page) -> None:
        before, handle = front.evaluate(STATE), front.locator(HANDLE)
        handle.press("ArrowRight")
        settle(front)
        after = front.evaluate(STATE)
        assert after["start"][0][0] > before["start"][0][0]
        assert after["allowed"]["gradient"] != before["allowed"]["gradient"]
        for _ in range(15):
            handle.press("Shift+ArrowUp")
        settle(front)
        rows = front.evaluate(ROWS)
        assert "none, as the start does not stabilize." in rows.values()
        state = front.evaluate(STATE)
        assert state["allowed"] is None and python_of(front)["start"] == state["start"]

    def test_past_its_bound_a_step_turns_red(self, front: Page) -> None:
        slider = front.locator(".lqr-live-slider", has_text="Gauss")
        red = "lqr-live-over"
        assert red not in (slider.get_attribute("class") or "")
        change = "input => { input.value = input.max; input.dispatchEvent(new Event('input')) }"
        slider.locator("input").evaluate(change)
        settle(front)
        assert red in (slider.get_attribute("class") or "")
        assert front.evaluate(STATE)["steps"]["gauss_newton"] == pytest.approx(2.0)

    def test_its_theorems_are_linked(self, front: Page, built_book: Path) -> None:
        links = front.locator(".lqr-system-table a").evaluate_all("all => all.map(it => it.href)")
        assert len(links) == 3
        for link in links:
            page, anchor = link.split("/")[-1].split("#")
            assert f'id="{anchor}"' in (built_book / "chapters" / page).read_text()

    def test_print_shows_the_last_results_in_light_colours(self, front: Page) -> None:
        front.evaluate("document.documentElement.dataset.theme = 'dark'")
        choose(front, 1)
        front.emulate_media(media="print")
        theme = "document.documentElement.dataset.theme"
        front.wait_for_function(f"{theme} === 'light'")
        assert front.locator(".lqr-live-figure canvas").first.is_visible()
        assert not front.locator("#fig-system img").is_visible()
        assert front.locator(".lqr-system-table").is_visible()
        front.emulate_media(media="screen")
        front.wait_for_function(f"{theme} === 'dark'")

    def test_it_is_as_narrow_as_a_phone(self, front: Page) -> None:
        front.set_viewport_size({"width": 390, "height": 844})
        for place in range(len(system.known())):
            choose(front, place)
            assert front.evaluate(TOO_WIDE) == []

    def test_without_javascript_it_says_what_would_be_here(
        self, browser: Browser, base: str
    ) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{base}/pages/your_system.html")
        told = page.locator(".lqr-system-without")
        assert told.is_visible() and "Without JavaScript" in (told.text_content() or "")
        assert told.locator("a").count() == 5
        assert page.locator("#fig-system img").is_visible()
        names = python_of(page)
        assert names["best"].radius < 1 and set(names["shares"]) == set(names["allowed"])
        context.close()

    def test_the_lines_can_be_copied(self, front: Page) -> None:
        front.wait_for_selector(".lqr-system-python button.copybtn")


LABELS = {look["label"]: look["name"] for look in system.figure().data["methods"]}
