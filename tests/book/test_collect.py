"""Verdicts follow from the executed notebooks, and every disagreement with claims.yml is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_book import CLAIM_OUTPUTS, REPOSITORY, claim, write_book, write_executed

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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    book = write_book(tmp_path / "book")
    write_executed(book)
    return book


def test_a_book_that_keeps_its_word_has_no_problem(root: Path) -> None:
    assert collect.problems(root) == []
    verdicts = {result.claim.id: result.verdict for result in collect.results(root)}
    assert verdicts == {
        "s2-lemma-3.2": "holds",
        "s1-lemma-5": "corrected",
        "s1-thm-12": "planned",
        "e1": "confirmed",
    }


def test_a_changed_verdict_is_one_line_with_id_verdicts_and_chapter(root: Path) -> None:
    write_executed(root, claims=[claim("s2-lemma-3.2", violated=1), *CLAIM_OUTPUTS[1:]])
    (line,) = collect.problems(root)
    for part in ("s2-lemma-3.2", "holds", "fails", "01_small"):
        assert part in line


def test_a_chapter_that_no_longer_checks_a_result_is_a_problem(root: Path) -> None:
    write_executed(root, claims=CLAIM_OUTPUTS[:4])
    (line,) = collect.problems(root)
    assert line.startswith("e1:") and "confirmed" in line and "planned" in line


def test_sources_are_never_read_for_verdicts(root: Path) -> None:
    executed = root / "_build" / "executed" / "chapters" / "01_small.ipynb"
    executed.rename(root / "chapters" / "01_small.ipynb")
    assert list(collect.records(root)) == []


def test_a_record_without_a_row_is_a_problem(root: Path) -> None:
    write_executed(root, claims=[*CLAIM_OUTPUTS, claim("s9-lemma-1")])
    (line,) = collect.problems(root)
    assert line.startswith("s9-lemma-1:") and "01_small" in line


def test_a_record_from_another_chapter_is_a_problem(root: Path) -> None:
    write_executed(root, claims=[*CLAIM_OUTPUTS, claim("s1-thm-12")])
    lines = collect.problems(root)
    assert any("s1-thm-12" in line and "09_model_based_maml" in line for line in lines)


def test_a_dropped_assumption_without_violation_is_a_problem(root: Path) -> None:
    harmless = claim("s2-lemma-3.2", form="dropped", assumption="full rank")
    write_executed(root, claims=[*CLAIM_OUTPUTS, harmless])
    (line,) = collect.problems(root)
    assert "s2-lemma-3.2" in line and "full rank" in line and "01_small" in line


@pytest.mark.parametrize(
    "broken",
    [
        claim("e1", form="hoped"),
        claim("e1", checked=0),
        claim("e1", checked=2, violated=3),
        claim("e1", tightest="much"),
    ],
)
def test_a_malformed_record_is_a_problem(root: Path, broken: object) -> None:
    write_executed(root, claims=[*CLAIM_OUTPUTS, broken])
    (line,) = collect.problems(root)
    assert "e1" in line and "01_small" in line


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("- {id: e1}", "id, paper, number, title, chapter, expected"),
        ("a: b", "list of rows"),
        ("[", "claims"),
    ],
)
def test_a_malformed_list_of_claims_is_a_problem(root: Path, text: str, part: str) -> None:
    (root / collect.CLAIMS).write_text(text)
    (line,) = collect.problems(root)
    assert part in line or "expected" in line


@pytest.mark.parametrize("change", ["expected: hoped", "paper: S3"])
def test_an_unknown_word_in_claims_is_a_problem(root: Path, change: str) -> None:
    text = (root / collect.CLAIMS).read_text()
    name = change.partition(":")[0]
    first = text.index(name)
    end = min(i for i in (text.find(",", first), text.find("}", first)) if i > 0)
    (root / collect.CLAIMS).write_text(text[:first] + change + text[end:])
    (line,) = collect.problems(root)
    assert change.partition(": ")[2] in line


def test_a_row_twice_is_a_problem(root: Path) -> None:
    text = (root / collect.CLAIMS).read_text()
    (root / collect.CLAIMS).write_text(text + text)
    (line,) = collect.problems(root)
    assert "twice" in line


def test_claims_list_every_result_of_the_papers() -> None:
    known = collect.claims(REPOSITORY)
    assert sorted(known) == sorted(IDS)
    papers = {id: {"s": f"S{id[1]}", "e": "ours"}[id[0]] for id in IDS}
    assert {id: row.paper for id, row in known.items()} == papers


def test_a_claim_with_a_verdict_has_its_chapter() -> None:
    chapters = {path.stem for path in (REPOSITORY / "chapters").glob("*.ipynb")}
    if not chapters:
        pytest.skip("no chapter has been written yet")
    for known in collect.claims(REPOSITORY).values():
        assert known.expected == "planned" or known.chapter in chapters, known.id
