"""What a parameters cell declares, and what a reader may ask of it."""

from __future__ import annotations

from typing import Any

import pytest

from book.parameters import Parameter, declared_parameters, given_parameters, parameters_cell
from book.problem import ChapterProblem

CELL = """
samples = 200  # random problems in the ensemble: int, 1 to 100000
step: float = 1e-2  # step size: float, > 0
preset = "quick"  # how much to compute: "paper" or "quick"
noisy = True  # with multiplicative noise: bool
label = "run"  # any word
A = [[1.0, 0.5], [0.0, 1.0]]  # dynamics: nested lists
times = (1, 2)
seed = None  # any seed
"""


@pytest.fixture
def declared() -> list[Parameter]:
    return declared_parameters(CELL)


def test_declares_names_defaults_and_comments_in_order(declared: list[Parameter]) -> None:
    assert [parameter.name for parameter in declared] == (
        "samples step preset noisy label A times seed".split()
    )
    assert declared[0].default == 200
    assert declared[0].comment == "random problems in the ensemble: int, 1 to 100000"
    assert declared[0].bounds == [(">=", 1.0), ("<=", 100000.0)]
    assert declared[1].bounds == [(">", 0.0)]
    assert declared[2].choices == ("paper", "quick")
    assert declared[4].choices == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("samples=7", {"samples": 7}),
        ("samples=7 step=1", {"samples": 7, "step": 1.0}),
        ("step=1e-3", {"step": 1e-3}),
        ("preset=paper", {"preset": "paper"}),
        ("preset='paper'", {"preset": "paper"}),
        ("noisy=false", {"noisy": False}),
        ("noisy=True", {"noisy": True}),
        ("label=7", {"label": "7"}),
        ("label='two words'", {"label": "two words"}),
        ("'A=[[1, 2], [3, 4]]'", {"A": [[1, 2], [3, 4]]}),
        ("times=[3,4]", {"times": (3, 4)}),
        ("seed=5", {"seed": 5}),
    ],
)
def test_reads_values_in_the_type_of_the_default(
    declared: list[Parameter], text: str, expected: dict[str, Any]
) -> None:
    given = given_parameters(text, declared)
    assert given == expected
    assert [type(value) for value in given.values()] == [type(value) for value in expected.values()]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sample=7", "unknown parameter 'sample' (did you mean 'samples'?); this chapter has samp"),
        ("zzz=7", "unknown parameter 'zzz'; this chapter has samples, step"),
        ("samples=7.5", "parameter 'samples' is an int (default 200), not a float: 7.5"),
        ("samples=1e3", "parameter 'samples' is an int (default 200), not a float: 1e3"),
        ("samples=True", "parameter 'samples' is an int (default 200), not True or False: True"),
        ("samples=many", "parameter 'samples' is an int (default 200), not a word: many"),
        ("step=True", "parameter 'step' is a float (default 0.01), not True or False: True"),
        ("noisy=1", "parameter 'noisy' is True or False (default True), not an int: 1"),
        ("A=3", "parameter 'A' is a list"),
        ("A=['x']", "parameter 'A' is a list"),
        ("samples=0", "parameter 'samples' is >= 1, not 0"),
        ("samples=100001", "parameter 'samples' is <= 100000, not 100001"),
        ("step=0", "parameter 'step' is > 0, not 0.0"),
        ("preset=fast", "parameter 'preset' is one of paper, quick, not 'fast'"),
        ("samples", "the parameter 'samples' does not read name=value"),
        ("samples=1 samples=2", "the parameter 'samples' is given twice"),
        ("label='open", "cannot be read: No closing quotation"),
    ],
)
def test_refuses_in_one_line(declared: list[Parameter], text: str, complaint: str) -> None:
    with pytest.raises(ChapterProblem) as caught:
        given_parameters(text, declared)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_refuses_a_cell_that_computes() -> None:
    with pytest.raises(ChapterProblem, match="no literal in 'samples = 2 \\* 3 \\* n'"):
        declared_parameters("samples = 2 * 3 * n")


def test_refuses_a_cell_that_is_not_python() -> None:
    with pytest.raises(ChapterProblem, match="not Python"):
        declared_parameters("samples = = 2")


@pytest.mark.parametrize(("count", "words"), [(0, "no cell"), (2, "2 cells")])
def test_a_chapter_has_exactly_one_parameters_cell(count: int, words: str) -> None:
    cell = {"metadata": {"tags": ["parameters"]}, "source": ""}
    with pytest.raises(ChapterProblem, match=f"{words} tagged 'parameters'"):
        parameters_cell({"cells": [cell] * count + [{"metadata": {}, "source": ""}]})
