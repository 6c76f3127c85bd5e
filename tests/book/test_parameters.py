"""What a parameters cell declares, and what a reader may ask of it."""

from __future__ import annotations

from typing import Any

import pytest

from book.parameters import (
    Parameter,
    as_table,
    declared_parameters,
    given_parameters,
    parameters_cell,
)
from book.problem import ChapterProblem

CELL = """
samples = 200  # random problems in the ensemble: int, 1 to 100000
step = 1e-2  # step size: float, > 0
share = 0.5  # of the way, in S2's words: the middle: float, >= 0, < 1
preset = "quick"  # how much to compute: "paper" or "quick"
noisy = True  # with multiplicative noise: bool
shift = 0  # of the seed: int, any
"""


@pytest.fixture
def declared() -> list[Parameter]:
    return declare(CELL)


def declare(source: str) -> list[Parameter]:
    cell = {"metadata": {"tags": ["parameters"]}, "source": source}
    return declared_parameters({"cells": [{"metadata": {}}, cell]})


def test_declares_names_defaults_and_comments_in_order(declared: list[Parameter]) -> None:
    assert [parameter.name for parameter in declared] == (
        "samples step share preset noisy shift".split()
    )
    assert declared[0].default == 200
    assert declared[0].what == "random problems in the ensemble"
    assert declared[0].bounds == ((">=", 1.0), ("<=", 100000.0))
    assert declared[1].bounds == ((">", 0.0),)
    assert declared[2].bounds == ((">=", 0.0), ("<", 1.0))
    assert declared[3].choices == ("paper", "quick")
    assert declared[5].bounds == ()


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
        ("samples=7.5", "parameter 'samples' is int, 1 to 100000, not 7.5"),
        ("samples=1e3", "parameter 'samples' is int, 1 to 100000, not 1000.0"),
        ("samples=True", "parameter 'samples' is int, 1 to 100000, not True"),
        ("samples=many", "parameter 'samples' is int, 1 to 100000, not 'many'"),
        ("samples=[2]", "parameter 'samples' is int, 1 to 100000, not [2]"),
        ("step=True", "parameter 'step' is float, > 0, not True"),
        ("step=1e400", "parameter 'step' is float, > 0, not inf"),
        ("step=1" + "0" * 400, "parameter 'step' is float, > 0, not inf"),
        ("step=1" + "0" * 5000, "parameter 'step' is float, > 0, not '1000"),
        ("x" * 5000 + "=1", "unknown parameter 'xxx"),
        ("share=1", "parameter 'share' is float, >= 0, < 1, not 1.0"),
        ("noisy=1", "parameter 'noisy' is bool, not 1"),
        ("samples=0", "parameter 'samples' is int, 1 to 100000, not 0"),
        ("samples=100001", "parameter 'samples' is int, 1 to 100000, not 100001"),
        ("step=0", "parameter 'step' is float, > 0, not 0.0"),
        ("preset=fast", "parameter 'preset' is \"paper\" or \"quick\", not 'fast'"),
        ("samples", "the parameter 'samples' does not read name=value"),
        ("preset='open", "cannot be read: No closing quotation"),
        ("samples=1 samples=2", "the parameter 'samples' is given twice"),
    ],
)
def test_refuses_in_one_line(declared: list[Parameter], text: str, complaint: str) -> None:
    with pytest.raises(ChapterProblem) as caught:
        given_parameters(text, declared)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 250


def test_refuses_a_cell_that_computes() -> None:
    with pytest.raises(ChapterProblem, match="no literal in 'samples = 2 \\* 3 \\* n'"):
        declare("samples = 2 * 3 * n")


def test_refuses_a_cell_that_is_not_python() -> None:
    with pytest.raises(ChapterProblem, match="not Python"):
        declare("samples = = 2")


@pytest.mark.parametrize(("count", "words"), [(0, "no cell"), (2, "2 cells")])
def test_a_chapter_has_exactly_one_parameters_cell(count: int, words: str) -> None:
    cell = {"metadata": {"tags": ["parameters"]}, "source": ""}
    with pytest.raises(ChapterProblem, match=f"{words} tagged 'parameters'"):
        parameters_cell({"cells": [cell] * count + [{"metadata": {}, "source": ""}]})


@pytest.mark.parametrize(
    "line",
    [
        "samples = 200",
        "samples = 200  # random problems",
        "samples = 200  # random problems: int",
        "samples = 200  # random problems: int, one or more",
        "samples = 200  # random problems: int, 10 or more",
        "samples = 200  # random problems: float in [0, 1)",
        "samples = 200  # random problems: number, 1 to 300",
        "samples = 200  # random problems: int 2, 1 to 300",
        "samples = 200  # random problems: bool, any",
    ],
)
def test_a_range_that_cannot_be_read_is_an_error(line: str) -> None:
    with pytest.raises(ChapterProblem, match="expected a comment 'what it is: kind, range'"):
        declare(line)


def test_a_default_outside_its_own_range_is_an_error() -> None:
    with pytest.raises(ChapterProblem, match="'samples' is int, 1 to 100, not 200"):
        declare("samples = 200  # random problems: int, 1 to 100")


def test_the_table_has_every_parameter(declared: list[Parameter]) -> None:
    header, _, *rows = as_table(declared).splitlines()
    assert header == "| parameter | here | allowed | what it is |"
    assert rows[0] == "| `samples` | `200` | int, 1 to 100000 | random problems in the ensemble |"
    assert len(rows) == len(declared)
