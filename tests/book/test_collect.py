"""Verdicts follow from the executed notebooks, and every disagreement with claims.yml is named."""

import re

import pytest
from small_book import CLAIM_OUTPUTS, claim, write_executed

from book import collect


def test_a_book_that_keeps_its_word_has_no_problem(pages):
    assert collect.problems(pages) == []
    verdicts = {result.claim.id: result.verdict for result in collect.results(pages)}
    expected = {"s2-lemma-3.2": "holds", "s1-lemma-5": "corrected", "s1-thm-12": "planned"}
    expected |= {"s1-def-1": "definition", "e1": "confirmed", "ours-thm": "unrefuted"}
    assert verdicts == expected


def test_sources_are_never_read_for_verdicts(pages):
    write_executed(pages).rename(pages / "chapters" / "01_small.ipynb")
    assert list(collect.records(pages)) == []


FAILS = claim("s2-lemma-3.2", violated=1)


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ([FAILS, *CLAIM_OUTPUTS[1:]], ["s2-lemma-3.2: ", "expected is holds", "fails (01_small)"]),
        (CLAIM_OUTPUTS[:-1], ["e1: ", "expected is confirmed", "says planned (01_small)"]),
        ([*CLAIM_OUTPUTS, claim("e1", form="hoped")], ["01_small: ", "e1", "hoped"]),
    ],
)
def test_a_disagreement_is_one_line(pages, claims, told):
    write_executed(pages, claims=claims)
    (line,) = collect.problems(pages)
    assert [part for part in told if part not in line] == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (".+", "[", "expected the node content"),
        ("paper: S2", "paper: S3", "chapters/claims.yml: s2-lemma-3.2: 'S3' is not one of"),
    ],
)
def test_a_fault_in_claims_is_one_line(pages, old, new, told):
    path = pages / collect.CLAIMS
    path.write_text(re.sub(old, new, path.read_text(), count=1, flags=re.DOTALL))
    (line,) = collect.problems(pages)
    assert told in line and "\n" not in line


def test_a_statement_of_this_book_without_a_row_is_a_problem(pages):
    path = pages / collect.CLAIMS
    path.write_text(path.read_text().replace("ours-thm", "ours-other"))
    assert "ours-thm: stands in 01_small, but has no row" in collect.problems(pages)
