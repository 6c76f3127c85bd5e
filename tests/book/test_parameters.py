"""What a parameters cell declares, and what a reader may ask of it."""

import re

import pytest

from book.parameters import as_table, declared_parameters, given_parameters
from book.problem import ChapterProblem

CELL = """
samples = 200  # random problems in the ensemble: int, 1 to 100000
step = 1e-2  # step size: float, > 0
share = 0.5  # of the way, in S2's words: the middle: float, >= 0, < 1
preset = "quick"  # how much to compute: "paper" or "quick"
noisy = True  # with multiplicative noise: bool
shift = 0  # of the seed: int, any
system = "cart-pole"  # a name or a path: text
A = []  # its rows: list
"""


def declare(*sources):
    """What the cells declare that are tagged parameters."""
    cells = [{"metadata": {"tags": ["parameters"]}, "source": source} for source in sources]
    return declared_parameters({"cells": [{"metadata": {}, "source": ""}, *cells]})


def test_declares_names_defaults_and_ranges_in_order():
    samples, step, share, preset, noisy, shift, system, A = declared = declare(CELL)
    names = [parameter.name for parameter in declared]
    assert names == ["samples", "step", "share", "preset", "noisy", "shift", "system", "A"]
    assert (samples.default, samples.what) == (200, "random problems in the ensemble")
    assert samples.bounds == ((">=", 1.0), ("<=", 100000.0))
    assert (step.bounds, share.bounds) == (((">", 0.0),), ((">=", 0.0), ("<", 1.0)))
    assert (preset.choices, noisy.kind, shift.bounds) == (("paper", "quick"), bool, ())
    assert (system.kind, A.kind) == (str, list)
    header, _, first, *rows = as_table(declared).splitlines()
    assert header == "| parameter | here | allowed | what it is |"
    assert first == "| `samples` | `200` | int, 1 to 100000 | random problems in the ensemble |"
    assert len(rows) == 7


def test_reads_values_in_the_type_of_the_default():
    for text, expected in {
        "": {},
        "samples=7 step=1": {"samples": 7, "step": 1.0},
        "step=1e-3": {"step": 1e-3},
        "preset=paper": {"preset": "paper"},
        "preset='paper'": {"preset": "paper"},
        "noisy=false": {"noisy": False},
        "noisy=True": {"noisy": True},
        "system=a/b.npz A=[[1.2,0.3],[0,0.9]]": {"system": "a/b.npz", "A": [[1.2, 0.3], [0, 0.9]]},
    }.items():
        assert repr(given_parameters(text, declare(CELL))) == repr(expected)


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
        ("A=[[1", "parameter 'A' is list, not '[[1'"),
        ("A=(1,2)", "parameter 'A' is list, not (1, 2)"),
        ("system=[1]", "parameter 'system' is text, not [1]"),
        ("samples", "the parameter 'samples' does not read name=value"),
        ("preset='open", "cannot be read: No closing quotation"),
        ("samples=1 samples=2", "the parameter 'samples' is given twice"),
    ],
)
def test_refuses_in_one_line(text, complaint):
    with pytest.raises(ChapterProblem, match=re.escape(complaint)) as caught:
        given_parameters(text, declare(CELL))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 250


UNREADABLE = ["", "  # problems", "  # problems: int", "  # problems: int, one or more"]
UNREADABLE += ["  # problems: int, 10 or more", "  # problems: float in [0, 1)"]
UNREADABLE += ["  # problems: number, 1 to 300", "  # problems: int 2, 1 to 300"]
UNREADABLE += ["  # problems: bool, any"]
NO_RANGE = "expected a comment 'what it is: kind, range'"


@pytest.mark.parametrize(
    ("sources", "complaint"),
    [
        ([], "no cell tagged 'parameters'"),
        ([CELL, CELL], "2 cells tagged 'parameters'"),
        (["samples = = 2"], "not Python"),
        (["samples = 2 * 3 * n"], "no literal in 'samples = 2 * 3 * n'"),
        (["print(2)"], "no name = default in 'print(2)'"),
        (["samples = 200  # problems: int, 1 to 100"], "'samples' is int, 1 to 100, not 200"),
        *[([f"samples = 200{comment}"], NO_RANGE) for comment in UNREADABLE],
    ],
)
def test_a_cell_that_declares_no_ranges_is_an_error(sources, complaint):
    with pytest.raises(ChapterProblem, match=re.escape(complaint)):
        declare(*sources)
