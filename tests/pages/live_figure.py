"""How the tests use a live figure of the built book."""

from typing import Any

from faults import SETTLED, TOO_WIDE, watch
from playwright.sync_api import Locator, Page

SAID = """() => Object.fromEntries(
  Object.entries(LQR.views).map(([name, view]) => [name, view.text.textContent]))"""
SET = "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')) }"
NONSENSE = "NaN", "undefined", "Infinity", "∞"
DRAWN = "Object.values(LQR.views).every(view => !view.waiting && view.text.textContent)"


class LiveFigure:
    """One live figure of a page."""

    def __init__(self, page: Page, base: str, place: str) -> None:
        """Open its page, and wait until all formulas and figures there are ready."""
        self.page, self.faults = page, watch(page, base)
        page.goto(f"{base}/{place}")
        page.wait_for_function(SETTLED)
        page.wait_for_function(DRAWN)
        self.first = page.evaluate(SAID)

    def look_at(self, name: str) -> "LiveFigure":
        """Turn to the figure of this name as it was, on a wide screen by daylight."""
        self.name, self.it = name, self.page.locator(f"#{name}")
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.emulate_media(media="screen")
        self.page.evaluate("document.documentElement.dataset.theme = 'light'")
        for choice in self.it.locator(".lqr-live-choice").all():
            choice.locator("label").first.click()
        assert self.start_again() == self.first[name]
        return self

    def start_again(self) -> str:
        self.it.get_by_role("button", name="Start again").click()
        return self.drawn()

    def drawn(self) -> str:
        """What it says when all that was last done is drawn."""
        self.page.wait_for_function(DRAWN)
        return self.sentence

    @property
    def sentence(self) -> str:
        return self.it.locator(".lqr-live-sentence").text_content() or ""

    @property
    def sliders(self) -> Locator:
        return self.it.locator(".lqr-live-slider input")

    def set(self, place: int, value: float) -> str:
        """Move a slider; what the figure says then."""
        self.sliders.nth(place).evaluate(SET, value)
        return self.drawn()

    def handle(self, place: int = 0) -> Locator:
        return self.it.locator(".lqr-live-handle").nth(place)

    def at(self, place: int = 0) -> float:
        """Where a handle says it is, across."""
        return float(self.handle(place).get_attribute("aria-valuenow") or "nan")

    def press(self, key: str, times: int = 1, place: int = 0) -> str:
        """Press a key on a handle; what the figure says then."""
        for _ in range(times):
            self.handle(place).press(key)
        return self.drawn()

    def state(self) -> Any:
        """The plain numbers of what is drawn."""
        return self.page.evaluate(f"LQR.views['{self.name}'].state()")

    def data(self) -> Any:
        """What the page gave the figure."""
        found = f"script.lqr-live[data-figure={self.name}]"
        return self.page.evaluate(f"JSON.parse(document.querySelector('{found}').textContent)")

    def has(self, place: str) -> bool:
        """Whether a link of the page, as "#name", leads to a place on it."""
        found: bool = self.page.evaluate("name => !!document.getElementById(name)", place[1:])
        return found

    def over(self) -> int:
        """How many sliders are past a bound."""
        return self.it.locator(".lqr-live-over").count()

    def no_touch(self) -> list[str]:
        """Classes of what keeps a finger on the page from scrolling."""
        kept = """[...document.querySelectorAll('article *')]
          .filter(it => getComputedStyle(it).touchAction === 'none').map(it => it.classList[0])"""
        found: list[str] = self.page.evaluate(kept)
        return found

    def fits_a_phone(self) -> None:
        """Check that on a phone the page is as narrow as the screen, and so are all figures."""
        self.page.set_viewport_size({"width": 390, "height": 844})
        canvases = "[...document.querySelectorAll('.lqr-live-plot canvas')]"
        self.page.wait_for_function(f"{canvases}.every(it => it.clientWidth < 390)")
        wide = self.page.evaluate(TOO_WIDE)
        assert wide == [], wide
        right = "all => Math.max(...all.map(it => it.getBoundingClientRect().right))"
        assert self.page.locator(".lqr-live-figure *").evaluate_all(right) <= 390

    def prints_its_picture(self) -> None:
        """Check that paper has the picture where the screen has the live figure."""
        picture, live = self.it.locator("img"), self.it.locator(".lqr-live-figure")
        seen = [picture.is_visible(), live.is_visible()]
        self.page.emulate_media(media="print")
        seen += [picture.is_visible(), live.is_visible()]
        assert seen == [False, True, True, False], seen
