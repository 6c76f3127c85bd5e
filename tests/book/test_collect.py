"""Verdicts follow from the executed notebooks, and every disagreement with claims.yml is named."""

import re

import pytest
from small_book import CLAIM_OUTPUTS, REPOSITORY, claim, write_executed

from book import collect

IDS = """
    s2-eq-1 s2-eq-2 s2-eq-3 s2-mss s2-riccati s2-lemma-3.1 s2-lemma-3.2 s2-cor-3.3
    s2-thm-3.4 s2-thm-3.5 s2-thm-3.6 s2-thm-4.1 s2-alg-1 s2-rem-4.2
    s2-fig-1a s2-fig-1b s2-fig-2 s2-app-a s2-lemma-b.1 s2-lemma-b.2
    s1-def-1 s1-def-2 s1-eq-3 s1-eq-4 s1-rem-3 s1-asm-1 s1-grad s1-hess
    s1-lemma-5 s1-lemma-6 s1-lemma-7 s1-lemma-8 s1-het s1-alg-1 s1-alg-2 s1-alg-3
    s1-rem-9 s1-thm-10 s1-thm-11 s1-thm-12 s1-thm-13 s1-tr-16 s1-tr-17 s1-tr-18
    s1-fig-1-left s1-fig-1-middle s1-fig-1-right
    e1 e2 e3 e4 e5 e6 e7 e8 e9 e10 e11
""".split()


def test_a_book_that_keeps_its_word_has_no_problem(pages):
    assert collect.problems(pages) == []
    verdicts = {result.claim.id: result.verdict for result in collect.results(pages)}
    expected = {"s2-lemma-3.2": "holds", "s1-lemma-5": "corrected"}
    assert verdicts == {**expected, "s1-thm-12": "planned", "e1": "confirmed"}


def test_sources_are_never_read_for_verdicts(pages):
    write_executed(pages).rename(pages / "chapters" / "01_small.ipynb")
    assert list(collect.records(pages)) == []


HARMLESS = claim("s2-lemma-3.2", form="dropped", assumption="full rank")
FAILS = claim("s2-lemma-3.2", violated=1)


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ([FAILS, *CLAIM_OUTPUTS[1:]], ["s2-lemma-3.2: ", "expects holds", "fails (01_small)"]),
        (CLAIM_OUTPUTS[:-1], ["e1: ", "expects confirmed", "says planned (01_small)"]),
        ([*CLAIM_OUTPUTS, claim("s9-lemma-1")], ["s9-lemma-1: checked in 01_small, but not in"]),
        ([*CLAIM_OUTPUTS, HARMLESS], ["s2-lemma-3.2: 01_small drops", "'full rank', but nothing"]),
        ([*CLAIM_OUTPUTS, claim("e1", form="hoped")], ["01_small: ", "e1", "hoped"]),
    ],
)
def test_a_disagreement_is_one_line(pages, claims, told):
    write_executed(pages, claims=claims)
    (line,) = collect.problems(pages)
    assert [part for part in told if part not in line] == []


def test_a_record_from_another_chapter_is_a_problem(pages):
    write_executed(pages, claims=[*CLAIM_OUTPUTS, claim("s1-thm-12")])
    told = "s1-thm-12: checked in 01_small, but chapters/claims.yml says 09_model_based_maml"
    assert told in collect.problems(pages)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (".+", "- {id: e1}", "id, paper, number, title, chapter, expected"),
        (".+", "a: b", "list of rows"),
        (".+", "[", "expected the node content"),
        ("(.+)", r"\1\1", "s2-lemma-3.2 stands there twice"),
        ("expected: holds", "expected: hoped", "'hoped' is not one of"),
        ("paper: S2", "paper: S3", "'S3' is not one of"),
    ],
)
def test_a_fault_in_claims_is_one_line(pages, old, new, told):
    path = pages / collect.CLAIMS
    path.write_text(re.sub(old, new, path.read_text(), count=1, flags=re.DOTALL))
    (line,) = collect.problems(pages)
    assert told in line and "\n" not in line


def test_claims_list_every_result_of_the_papers_and_those_with_a_verdict_have_a_chapter():
    known = collect.claims(REPOSITORY)
    papers = {id: {"s": f"S{id[1]}", "e": "ours"}[id[0]] for id in IDS}
    assert {id: row.paper for id, row in known.items()} == papers
    chapters = {path.stem for path in (REPOSITORY / "chapters").glob("*.ipynb")}
    for row in known.values():
        assert row.expected == "planned" or row.chapter in chapters, row.id
