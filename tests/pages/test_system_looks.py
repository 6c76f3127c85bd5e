"""The page of the reader's own system: slice and start, paper, phone, no scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import TOO_WIDE, watch
from playwright.sync_api import Browser, Page
from system_page import HANDLE, ROWS, SLICES, STATE, choose, python_of, settle

from lqrpapers.live import system


@pytest.fixture
def front(page: Page, base: str) -> Iterator[Page]:
    """The page with its first system; whatever goes wrong while it is used is a fault."""
    faults = watch(page, base)
    page.goto(f"{base}/pages/your_system.html")
    page.wait_for_function("document.querySelector('.lqr-live-sentence')?.textContent")
    yield page
    assert faults == []


@pytest.mark.pages
@pytest.mark.browser
class TestPage:
    """The page, served and from disk."""

    def test_another_slice_is_drawn_and_the_same_twice_refused(self, front: Page) -> None:
        sentence = front.locator(".lqr-live-sentence")
        before = sentence.text_content()
        names = front.locator(SLICES).first.locator("option").all_text_contents()
        assert names[:2] == ["k₁₁", "k₁₂"] and "steepest rise of the cost" in names
        front.locator(SLICES).first.select_option(label="steepest rise of the cost")
        settle(front)
        assert sentence.text_content() != before
        kept = sentence.text_content()
        front.locator(SLICES).last.select_option(label="steepest rise of the cost")
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

    def test_one_gain_has_the_caption_of_a_curve(self, front: Page) -> None:
        caption = front.locator("#fig-system figcaption")
        assert "slice of the landscape" in caption.inner_text()
        choose(front, 5)
        assert "cost over the only gain" in caption.inner_text()
        assert "hatched" not in caption.inner_text()
        choose(front, 1)
        assert "slice of the landscape" in caption.inner_text()

    def test_a_start_that_does_not_stabilize_is_told_so(self, front: Page) -> None:
        for _ in range(15):
            front.locator(HANDLE).press("Shift+ArrowUp")
        settle(front)
        assert "cost is infinite" in (front.locator(".lqr-live-sentence").text_content() or "")

    def test_no_number_of_a_known_system_and_no_line_of_python_is_cut_off(
        self, front: Page
    ) -> None:
        cut = """selector => [...document.querySelectorAll(selector)]
          .filter(it => it.scrollWidth > it.clientWidth).map(it => it.id)"""
        choose(front, 2)
        assert front.evaluate(cut, ".lqr-system-field textarea") == []
        high = "it => it.scrollHeight <= it.clientHeight"
        assert front.locator(".lqr-system-python pre").evaluate(high)

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
