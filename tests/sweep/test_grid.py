"""The words of a sweep: what they span, and that every value is checked before anything runs."""

import pytest

from book.chapters import read_notebook
from book.parameters import declared_parameters, given_parameters
from book.problem import ChapterProblem
from sweep import grid
from sweep.command import sweep


@pytest.fixture
def declared(book):
    return declared_parameters(read_notebook(book.root / "chapters" / "05_small.ipynb"))


def test_the_points_are_the_product_in_the_order_given(declared):
    found = grid.parsed(["step=0.5", "samples=2,1", "words=a,b"], declared)
    assert found.swept == ["samples", "words"]
    assert [(p["samples"], p["words"]) for p in found.points] == [
        (2, "a"),
        (2, "b"),
        (1, "a"),
        (1, "b"),
    ]
    other = grid.parsed(["step=0.5", "samples=1,2", "words=a,b"], declared)
    assert found.name.startswith("samples-words-") and found.name != other.name


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("A=[1,0],[[0,1],[2,3]]", [[1, 0], [[0, 1], [2, 3]]]),
        ("A=[ 1, 0 ]", [[1, 0]]),
        ("words='a,b',c", ["a,b", "c"]),
        ("words=a b,it=is", ["a b", "it=is"]),
        ("step=1,2e-3", [1.0, 0.002]),
    ],
)
def test_commas_within_brackets_and_quotes_do_not_separate(declared, word, values):
    found = grid.parsed([word], declared)
    assert list(found.values.values()) == [values]
    for point in found.points:  # what travels to a worker is read there as it was here
        assert given_parameters(grid.words(point), declared) == point


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "name the values"),
        (["samples"], "does not read name=value"),
        (["samples=1", "samples=2"], "given twice"),
        (["samples=1,2,1"], "the value 1 twice"),
        (["step=1,1.0"], "the value 1.0 twice"),
        (["samples=1,,2"], "a value is missing"),
        (["samples="], "a value is missing"),
        (["A=[1,2"], "not closed"),
        (["A=1,2]"], "not opened"),
        (["A=[1,2)"], "not opened"),
        (["words='a,b"], "not closed"),
        (["A=1,2"], "parameter 'A' is list, not 1"),
        (["samples=1,0"], "parameter 'samples' is int, 1 to 20, not 0"),
        (["step=0.5", "sample=1,2"], "did you mean 'samples'"),
    ],
)
def test_a_bad_word_stops_before_anything_runs(book, words, complaint):
    with pytest.raises(ChapterProblem, match=complaint):
        sweep(book.root, "05", words, 1)
    assert not (book.root / "_build" / "sweeps").exists()


def test_a_sweep_names_a_chapter(book):
    for name, complaint in {"": "name a chapter", "7": "there is no chapter '7'"}.items():
        with pytest.raises(ChapterProblem, match=complaint):
            sweep(book.root, name, ["samples=1"], 1)
