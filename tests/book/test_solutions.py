"""Chapters cut at exercises and solutions, and the book without its solutions."""

import json

import pytest
from shown import page
from small_book import write_executed

from book import render
from book.problem import ChapterProblem
from book.solutions import held_back, pieces, without_solutions
from book.stage import staged

WORDS = """Before.

```{exercise} One
:label: ex-one
What?
```

```{solution} ex-one
:class: dropdown
Hidden word.
```

:::{dropdown} Open
Kept.
:::

:::{exercise} Two
:label: ex-two
How?
:::

::::{solution-start} ex-two
:class: dropdown
::::
Hidden beginning.
"""
AFTER = "Hidden end.\n\n::::{solution-end}\n::::\n\nAfter."


def cells():
    code = {"cell_type": "code", "metadata": {}, "outputs": ["hidden output"]}
    words = {"cell_type": "markdown", "metadata": {}}
    return [
        code | {"id": "open", "source": "x = 1", "outputs": []},
        words | {"id": "before", "source": WORDS.splitlines(keepends=True)},
        code | {"id": "solved", "source": ["hidden_code = 2"]},
        words | {"id": "after", "source": AFTER},
    ]


def test_cells_are_cut_where_exercises_and_solutions_begin_and_end():
    found = [(each.kind, each.label, each.cell["source"]) for each in pieces(cells())]
    assert [each[:2] for each in found] == [
        ("text", ""),
        ("text", ""),
        ("exercise", "ex-one"),
        ("solution", "ex-one"),
        ("text", ""),
        ("exercise", "ex-two"),
        ("solution", "ex-two"),
        ("solution", "ex-two"),
        ("solution", "ex-two"),
        ("text", ""),
    ]
    assert found[3][2] == "Hidden word."
    assert found[4][2] == ":::{dropdown} Open\nKept.\n:::"
    assert [each[2] for each in found[6:]] == [
        "Hidden beginning.",
        ["hidden_code = 2"],
        "Hidden end.",
        "After.",
    ]


def test_what_is_held_back_is_the_solutions_and_nothing_else():
    kept = without_solutions(cells())
    assert [cell["id"] for cell in kept] == ["open", "before", "after"]
    assert "hidden" not in str(kept).lower()
    for words in ("Before.", ":label: ex-one\nWhat?\n```", "\nKept.\n:::", "ex-two\nHow?\n:::"):
        assert words in kept[1]["source"]
    assert kept[2]["source"] == "After."


@pytest.mark.parametrize(("said", "held"), [("", False), ("yes", False), (" no ", True)])
def test_solutions_are_held_back_where_one_says_no(monkeypatch, said, held):
    monkeypatch.setenv("SOLUTIONS", said)
    assert held_back() is held


def test_other_words_than_yes_and_no_are_refused(monkeypatch):
    monkeypatch.setenv("SOLUTIONS", "false")
    with pytest.raises(ChapterProblem, match="SOLUTIONS is yes or no, not 'false'"):
        held_back()


def test_a_book_without_solutions_holds_none_in_pages_search_and_downloads(pages, monkeypatch):
    write_executed(pages, printed="the hidden answer\n")
    monkeypatch.setenv("SOLUTIONS", "no")
    render.render(pages)  # with warnings as errors: no reference is broken
    html = pages / "_build" / "html"
    files = [path for path in html.rglob("*") if path.is_file()]
    assert not [path for path in files if b"hidden answer" in path.read_bytes()]
    shown = page(pages, "chapters/01_small")
    assert "Exercise 1.1" in shown and "Solution to" not in shown
    download = json.loads((html / "_sources" / "chapters" / "01_small.ipynb").read_text())
    assert "solution" not in str(download)
    monkeypatch.delenv("SOLUTIONS")
    assert not render.is_rendered(pages)
    assert "the hidden answer" in staged(pages)["chapters/01_small.ipynb"].decode()
