"""The page of the reader's own system: slice and start, paper, phone, no scripts."""

from pathlib import Path

import pytest
from faults import TOO_WIDE
from playwright.sync_api import Page
from system_page import HANDLE, ROWS, SLICES, STATE, choose, python_of, settle

from lqrpapers.live import system


@pytest.mark.pages
@pytest.mark.browser
class TestPage:
    """The page, served and from disk."""

    def test_another_slice_is_drawn_and_the_same_twice_refused(self, yours: Page) -> None:
        sentence = yours.locator(".lqr-live-sentence")
        before = sentence.text_content()
        names = yours.locator(SLICES).first.locator("option").all_text_contents()
        assert names[:2] == ["k₁₁", "k₁₂"] and "steepest rise of the cost" in names
        yours.locator(SLICES).first.select_option(label="steepest rise of the cost")
        settle(yours)
        assert sentence.text_content() != before
        kept = sentence.text_content()
        yours.locator(SLICES).last.select_option(label="steepest rise of the cost")
        fault = yours.locator(".lqr-system-slice .lqr-system-fault")
        assert (fault.text_content() or "").startswith("Slice: expected two different directions")
        assert sentence.text_content() == kept

    def test_the_start_moves_by_keyboard_and_the_longest_steps_follow(self, yours: Page) -> None:
        before, handle = yours.evaluate(STATE), yours.locator(HANDLE)
        handle.press("ArrowRight")
        settle(yours)
        after = yours.evaluate(STATE)
        assert after["start"][0][0] > before["start"][0][0]
        assert after["allowed"]["gradient"] != before["allowed"]["gradient"]
        for _ in range(15):
            handle.press("Shift+ArrowUp")
        settle(yours)
        rows = yours.evaluate(ROWS)
        assert "none, as the start does not stabilize." in rows.values()
        state = yours.evaluate(STATE)
        assert state["allowed"] is None and python_of(yours)["start"] == state["start"]

    def test_one_gain_has_the_caption_of_a_curve(self, yours: Page) -> None:
        caption = yours.locator("#fig-system figcaption")
        assert "slice of the landscape" in caption.inner_text()
        choose(yours, 5)
        assert "cost over the only gain" in caption.inner_text()
        assert "hatched" not in caption.inner_text()
        choose(yours, 1)
        assert "slice of the landscape" in caption.inner_text()

    def test_a_start_that_does_not_stabilize_is_told_so(self, yours: Page) -> None:
        for _ in range(15):
            yours.locator(HANDLE).press("Shift+ArrowUp")
        settle(yours)
        assert "cost is infinite" in (yours.locator(".lqr-live-sentence").text_content() or "")

    def test_no_number_of_a_known_system_and_no_line_of_python_is_cut_off(
        self, yours: Page
    ) -> None:
        cut = """selector => [...document.querySelectorAll(selector)]
          .filter(it => it.scrollWidth > it.clientWidth).map(it => it.id)"""
        choose(yours, 2)
        assert yours.evaluate(cut, ".lqr-system-field textarea") == []
        high = "it => it.scrollHeight <= it.clientHeight"
        assert yours.locator(".lqr-system-python pre").evaluate(high)

    def test_past_its_bound_a_step_turns_red(self, yours: Page) -> None:
        slider = yours.locator(".lqr-live-slider", has_text="Gauss")
        red = "lqr-live-over"
        assert red not in (slider.get_attribute("class") or "")
        change = "input => { input.value = input.max; input.dispatchEvent(new Event('input')) }"
        slider.locator("input").evaluate(change)
        settle(yours)
        assert red in (slider.get_attribute("class") or "")
        assert yours.evaluate(STATE)["steps"]["gauss_newton"] == pytest.approx(2.0)

    def test_its_theorems_are_linked(self, yours: Page, built_book: Path) -> None:
        links = yours.locator(".lqr-system-table a").evaluate_all("all => all.map(it => it.href)")
        assert len(links) == 3
        for link in links:
            page, anchor = link.split("/")[-1].split("#")
            assert f'id="{anchor}"' in (built_book / "chapters" / page).read_text()

    def test_print_shows_the_last_results_in_light_colours(self, yours: Page) -> None:
        yours.evaluate("document.documentElement.dataset.theme = 'dark'")
        choose(yours, 1)
        yours.emulate_media(media="print")
        theme = "document.documentElement.dataset.theme"
        yours.wait_for_function(f"{theme} === 'light'")
        assert yours.locator(".lqr-live-figure canvas").first.is_visible()
        assert not yours.locator("#fig-system img").is_visible()
        assert yours.locator(".lqr-system-table").is_visible()
        yours.emulate_media(media="screen")
        yours.wait_for_function(f"{theme} === 'dark'")

    def test_it_is_as_narrow_as_a_phone(self, yours: Page) -> None:
        yours.set_viewport_size({"width": 390, "height": 844})
        for place in range(len(system.known())):
            choose(yours, place)
            assert yours.evaluate(TOO_WIDE) == []

    def test_without_javascript_it_says_what_would_be_here(
        self, scriptless: Page, base: str
    ) -> None:
        scriptless.goto(f"{base}/pages/your_system.html")
        told = scriptless.locator(".lqr-system-without")
        assert told.is_visible() and "Without JavaScript" in (told.text_content() or "")
        assert told.locator("a").count() == 6
        assert scriptless.locator("#fig-system img").is_visible()
        names = python_of(scriptless)
        assert names["best"].radius < 1 and set(names["shares"]) == set(names["allowed"])

    def test_the_lines_can_be_copied(self, yours: Page) -> None:
        yours.wait_for_selector(".lqr-system-python button.copybtn")
