"""Boxes: verdicts in heads of statements, what is printed, predictions, proofs, minutes."""

import re

import pytest
import small_book
from shown import words

from book import boxes, directives, generated
from lqrpapers.claims import rows
from lqrpapers.claims.records import Record


def test_proofs_and_solutions_are_folds_of_one_kind_and_need_no_script(chapter):
    folds = re.findall(r'<details class="[^"]*sd-dropdown[^"]* lqr-(proof|solution)\b', chapter)
    assert folds == ["proof", "proof", "solution"]
    assert "Proof A norm is not negative" in words(chapter)
    assert "Solution to Exercise 1.1 (Count)" in words(chapter)
    assert not re.search(r'class="[^"]*\bdropdown\b[^"]*\badmonition\b', chapter)
    ids = re.findall(r' id="([^"]+)"', chapter)
    assert ids.count("sol-count") == 1 and "solution-content" not in ids


def chip(chapter, label):
    box = chapter.index(f'id="{label}"')
    return chapter[chapter.index('<details class="lqr-chip">', box) :].partition("</details>")[0]


def test_the_box_of_a_statement_shows_its_verdict_and_leads_to_all_of_it(chapter):
    found = chip(chapter, "s2-lemma-3.2")
    told = "Verdict on S2 Lemma 3.2: ✓ holds · 10 cases · tightest 0.5"
    assert words(found).startswith(told) and "<summary class" in found
    assert "without “full rank”: fails in 1 of 10 cases" in words(found)
    assert '<p class="lqr-said">Tested: ' in found and "<sub>" in found
    places = ["../chapters/01_small.html#verdict-s2-lemma-3.2-printed"]
    places += [
        "../pages/library/lqrpapers.claims.domination.html#lqrpapers.claims.domination.",
        "results.html#result-s2-lemma-3.2",
    ]
    assert [place for place in places if place not in found] == []
    assert "Verdict on this book: ~ not refuted · 10 cases" in words(chip(chapter, "ours-thm"))
    assert chapter.count('class="lqr-chip"') == 2  # none for the algorithm and the definition


def result_with(*records):
    row = rows.Claim("s1-lemma-5", "S1", "result", "Lemma 5", "", "01_small", "holds")
    return rows.Result(row, tuple(Record.from_json(each) for each in records))


def record(**more):
    return small_book.claim("s1-lemma-5", **more).metadata["lqrlib"]["claims"][0]


@pytest.mark.parametrize(
    ("records", "form", "violated"),
    [
        ([record(), record(form="sharp")], "printed", 0),
        ([record(violated=3), record(form="corrected")], "corrected", 0),
        ([record(form="sharp")], "sharp", 0),
        ([record(), record(violated=3, sample="example")], "printed", 3),
    ],
)
def test_a_chip_shows_the_form_that_carries_the_verdict(records, form, violated):
    line = generated.Book.deciding(result_with(*records))
    assert (line.form, line.violated) == (form, violated)


def test_what_is_printed_is_no_theorem_and_has_a_name_to_refer_to(chapter):
    shown = words(chapter)
    assert r"As printed in S1 (TR), Lemma 8 with \(x\) fails It is" in shown
    assert 'href="#printed-lemma"><span class="std std-ref">As printed in S1 (TR), Lemma' in chapter
    box = chapter[chapter.index('id="printed-lemma"') - 60 :][:60]
    assert "lqr-printed" in box and "proof" not in box


def test_a_prediction_is_a_list_and_a_fold_before_its_script_runs(chapter):
    box = chapter[chapter.index('class="lqr-predict') :]
    assert re.findall(r'<li class="(\w[^"]*)"><p>', box)[:1] == ["lqr-right"]
    told = r"Answerfor all \(x\), at 1.2, too See Theorem 1.2."
    assert told in words(box)[:400]


@pytest.mark.parametrize("lines", [["- [x] a", "- [x] b"], ["- [ ] a", "- [ ] b"], ["- [x] a"], []])
def test_a_prediction_has_one_right_choice_of_several(lines):
    with pytest.raises(ValueError, match=r"01_small.ipynb:7: predict needs"):
        directives.choices([*lines, "", "Because."], "01_small.ipynb:7")


def test_a_chapter_is_called_by_its_number(chapter, pages):
    assert "see chapter 1. Chapter 1 takes" in words(chapter)
    text = "{doc}`01_a`; {doc}`02_b`, {doc}`own words <03_c>` and {doc}`notation`"
    wanted = "{doc}`Chapter 1 <01_a>`; {doc}`chapter 2 <02_b>`, {doc}`own words <03_c>` and "
    assert boxes.chapters(text) == wanted + "{doc}`notation`"


STORY = (
    "word " * 2000 + "\n:::{dropdown} Proof\n" + "hidden " * 900 + "\n:::\n$$\na b c\n$$ (eq-a)\n"
)


def test_minutes_are_those_of_the_words_outside_folds_figures_statements_and_proofs():
    assert boxes.minutes(STORY, 0) == "20 minutes for the story, 25 minutes with the proofs"
    assert boxes.minutes(STORY + "```{prf:lemma}\n:label: x\n```\n" * 14, 10) == (
        "30 minutes for the story, 1¼ hours with the proofs"
    )
    solution = "```{solution-start} x\n```\n" + "word " * 900 + "\n```{solution-end}\n```\n"
    code = "```python\n" + "word " * 900 + "\n```\n"
    assert boxes.minutes(solution + code + "word " * 1000, 0) == "10 minutes"
