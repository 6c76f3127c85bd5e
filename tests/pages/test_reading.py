"""Ways of reading: what each shows, that it is kept, and that paper obeys it."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.pages, pytest.mark.browser]
CHAPTER = "chapters/05_convergence.html"
SHOWN = """() => {
  const seen = (selector) => [...document.querySelectorAll(`article ${selector}`)]
    .filter((it) => !it.closest(".lqr-solution") && it.checkVisibility()).length;
  return {code: seen(".cell_input pre"), verdicts: seen(".lqr-verdict"),
    folds: seen("details.hide"), chips: seen(".lqr-chip > summary"),
    proofs: seen(".lqr-proof > .sd-card-body"), all: seen(".lqr-proof"),
    prints: seen(".cell_output .stream"), figures: seen("figure")};
}"""


def choose(page: Page, way: str) -> dict[str, int]:
    page.get_by_role("radio", name=way).focus()
    page.keyboard.press("Space")
    return page.evaluate(SHOWN)


def test_each_way_shows_what_it_promises_and_the_book_is_as_it_comes(page: Page, base: str) -> None:
    page.goto(f"{base}/{CHAPTER}")
    group = page.get_by_role("group", name="Way of reading")
    assert group.get_by_role("radio").evaluate_all("all => all.map(it => it.value)") == [
        "book",
        "story",
        "proofs",
        "lab",
    ]
    book = page.evaluate(SHOWN)
    assert book["code"] and book["verdicts"] and book["folds"] and not book["proofs"]
    story = choose(page, "Story")
    assert (story["code"], story["verdicts"], story["folds"]) == (0, 0, 0)
    assert story["chips"] == book["chips"] > 5
    assert story["figures"] == book["figures"] and story["prints"] == book["prints"]
    proofs = choose(page, "Proofs")
    assert proofs == book | {"proofs": book["all"]}
    lab = choose(page, "Lab")
    assert lab["code"] > book["code"] and lab["proofs"] == 0
    assert choose(page, "Book") == book


def test_no_live_figure_is_lost_in_the_story(faultless: Page, base: str) -> None:
    faultless.goto(f"{base}/{CHAPTER}?reading=story")
    canvas = faultless.locator(".lqr-live-plot canvas").first
    canvas.scroll_into_view_if_needed()
    assert (canvas.bounding_box() or {"width": 0})["width"] > 300


def test_the_choice_is_kept_and_that_of_the_address_wins(page: Page, base: str) -> None:
    page.goto(f"{base}/{CHAPTER}")
    choose(page, "Proofs")
    for _ in range(20):  # a browser under load writes down late what it is to remember
        page.goto(f"{base}/chapters/01_regulator.html")
        if page.get_by_role("radio", name="Proofs").is_checked():
            break
    expect(page.get_by_role("radio", name="Proofs")).to_be_checked()
    assert page.evaluate(SHOWN)["proofs"] > 0
    page.goto(f"{base}/{CHAPTER}?reading=lab")
    expect(page.get_by_role("radio", name="Lab")).to_be_checked()
    page.goto(f"{base}/{CHAPTER}?reading=nonsense")
    expect(page.get_by_role("radio", name="Proofs")).to_be_checked()


def test_the_way_is_known_before_anything_is_painted(page: Page, base: str) -> None:
    page.add_init_script("""
      new MutationObserver((_, watch) => {
        if (!document.body) return;
        window.wayAtFirst = document.documentElement.dataset.reading;
        watch.disconnect();
      }).observe(document, {childList: true, subtree: true});""")
    page.goto(f"{base}/{CHAPTER}?reading=story")
    assert page.evaluate("window.wayAtFirst") == "story"


def test_without_a_memory_the_switch_still_works(page: Page, base: str) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw Error() }})")
    page.goto(f"{base}/{CHAPTER}")
    assert choose(page, "Story")["code"] == 0


@pytest.mark.parametrize(
    ("way", "code", "proofs"), [("book", 1, 1), ("story", 0, 0), ("lab", 1, 1)]
)
def test_paper_shows_what_the_way_shows_with_the_proofs_and_without_solutions(
    page: Page, base: str, way: str, code: int, proofs: int
) -> None:
    page.goto(f"{base}/{CHAPTER}?reading={way}")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    shown = page.evaluate(SHOWN)
    assert (shown["code"] > 0, shown["proofs"] > 0) == (code, proofs)
    remarks = page.locator("details.sd-dropdown:not(.lqr-solution, .lqr-proof, #recall *)")
    assert {*remarks.evaluate_all("all => all.map(it => it.open)")} == {way != "story"}
    solutions = page.locator(".lqr-solution, #recall details")
    assert solutions.count() and not solutions.evaluate_all("all => all.some(it => it.open)")
    assert page.locator(".lqr-chip > summary").first.is_visible()
    assert not page.locator(".lqr-chip > div").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(SHOWN)["proofs"] == 0


@pytest.mark.parametrize("width", [320, 390, 800])
def test_the_switch_fits_into_the_header(page: Page, base: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{base}/{CHAPTER}")
    inside = "it => (b => b.left >= 0 && b.right <= innerWidth)(it.getBoundingClientRect())"
    for control in page.locator(".lqr-reading, .bd-header-article button:visible").all():
        assert control.evaluate(inside)
