"""Boxes in a browser: a verdict unfolds by keyboard, a prediction is answered by keyboard."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.pages, pytest.mark.browser]
CHAPTER = "chapters/05_convergence.html"


def test_a_verdict_opens_by_keyboard_and_leads_to_its_cell(faultless: Page, base: str) -> None:
    faultless.goto(f"{base}/{CHAPTER}")
    chip = faultless.locator('[id="s2-thm-3.4"] .lqr-chip')
    expect(chip.locator("summary")).to_contain_text("Verdict on S2 Theorem 3.4: ✓")
    assert not chip.get_by_text("Tested:").is_visible()
    chip.locator("summary").focus()
    faultless.keyboard.press("Enter")
    assert chip.get_by_text("Tested:").is_visible()
    faultless.keyboard.press("Tab")
    faultless.keyboard.press("Enter")
    faultless.wait_for_url("**#verdict-s2-thm-3.4-*")
    assert faultless.locator(":target.lqr-verdict").count() == 1


def test_every_statement_with_a_verdict_shows_it_in_its_head(page: Page, base: str) -> None:
    page.goto(f"{base}/pages/results.html")
    rows = page.locator('.lqr-result:not([data-verdict="planned"])')
    told = dict(rows.evaluate_all("all => all.map(it => [it.dataset.id, it.dataset.verdict])"))
    page.goto(f"{base}/{CHAPTER}")
    shown = page.locator("article .lqr-chip > summary").evaluate_all(
        "all => all.map(it => [it.closest('.proof').id, it.className.split('lqr-badge-')[1]])"
    )
    assert len(shown) > 8
    assert [each for each in shown if told.get(each[0]) != each[1]] == []


@pytest.mark.parametrize(("key", "said"), [(0, "Not quite. The answer:"), (1, "Right:")])
def test_a_prediction_is_answered_by_keyboard(
    faultless: Page, base: str, key: int, said: str
) -> None:
    faultless.goto(f"{base}/{CHAPTER}")
    box = faultless.get_by_role("group", name="Predict: Which method")
    answer = faultless.locator(".lqr-predict [aria-live] details")
    expect(answer).to_be_hidden()
    box.get_by_role("button").nth(key).focus()
    faultless.keyboard.press("Enter")
    expect(answer).to_be_visible()
    expect(faultless.locator(".lqr-predict [aria-live]")).to_contain_text(said)
    expect(box.get_by_role("button", pressed=True)).to_have_count(1)


def test_paper_has_the_answer_below_the_choices(page: Page, base: str) -> None:
    page.goto(f"{base}/{CHAPTER}")
    page.emulate_media(media="print")
    expect(page.locator(".lqr-predict .lqr-answer")).to_be_visible()
    assert page.locator(".lqr-predict .lqr-answer").evaluate("it => it.checkVisibility()")


def test_without_scripts_a_prediction_is_a_list_and_a_fold(scriptless: Page, base: str) -> None:
    scriptless.goto(f"{base}/{CHAPTER}")
    assert scriptless.locator(".lqr-predict .lqr-choices li").count() == 3
    expect(scriptless.locator(".lqr-predict .lqr-answer")).to_be_hidden()
    scriptless.locator(".lqr-predict summary").click()
    expect(scriptless.locator(".lqr-predict .lqr-answer")).to_be_visible()
