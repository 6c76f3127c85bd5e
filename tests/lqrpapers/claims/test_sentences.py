"""What a call of report says of a result: the word for these cases, their number, the tightest."""

import numpy as np
import pytest

from lqrpapers.claims import Check
from lqrpapers.claims.sentences import line, name, outcome

HALF, TWICE = (0.1, 0.5, 0.2), (0.5, 2.0, 0.5)


def made(form="printed", lhs=HALF, part="upper", assumption="", id="s2-lemma-3.2", **more):
    return Check(id, part, form, np.array(lhs), np.ones(len(lhs)), assumption, **more)


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("s2-lemma-3.2", "S2 Lemma 3.2"),
        ("s1-lemma-5", "S1 Lemma 5 (TR Lemma 14)"),
        ("ours-thm-domain", "“The cost and its domain”"),
        ("e4", "E4:"),
        ("mine", "mine:"),
    ],
)
def test_a_result_has_the_name_that_a_reader_knows(id, expected):
    assert name(id) == expected


TOLD = [
    ([made()], "holds", "holds in 3 cases; tightest 0.5 of the promise, median 0.2"),
    ([made(lhs=(0.99951,))], "holds", "holds in 1 case; tightest 0.9995 of the promise"),
    ([made(lhs=(1.0,))], "holds", "holds in 1 case; tightest 1 of the promise"),
    ([made(lhs=(3e-8, 3e-8))], "holds", "holds in 2 cases; tightest 3·10⁻⁸ of"),
    ([made(sample="example")], "holds", "holds in 3 examples"),
    ([made(), made(lhs=(1.0,) * 9, role="guard")], "holds", "holds in 3 cases; tightest 0.5 of"),
    ([made(), made(lhs=(1.0,), sample="example")], "holds", "holds in 3 cases; tightest 0.5 of"),
    ([made(), made(lhs=(9.0,), role="record")], "holds", "holds in 3 cases; tightest 0.5 of"),
    ([made(), made("sharp", (0.9,))], "holds", "holds in 3 cases; tightest 0.5 of"),
    ([made(lhs=TWICE)], "fails", "fails as printed in 1 of 3 cases"),
    ([made(), made(lhs=(2.0,), role="guard")], "fails", "fails as printed in 1 of 1 case"),
    ([made("partial")], "holds", "is not refuted in 3 cases; tightest 0.5 of the promise"),
    ([made("partial", TWICE)], "fails", "fails in part in 1 of 3 cases"),
    ([made("sharp")], "holds", "with our constants holds in 3 cases; tightest 0.5 of"),
    ([made("corrected", TWICE)], "fails", "fails in corrected form in 1 of 3 cases"),
    (
        [made(lhs=TWICE), made("corrected")],
        "corrected",
        "fails as printed in 1 of 3 cases; in corrected form it holds in 3 cases; tightest 0.5 of",
    ),
    (
        [made(lhs=TWICE), made("sharp", (2.0, 2.0))],
        "fails",
        "fails as printed in 1 of 3 cases, with our constants in 2 of 2 cases",
    ),
    (
        [made("dropped", TWICE, assumption="noise")],
        "dropped",
        "without “noise” fails in 1 of 3 cases",
    ),
    ([made("dropped", assumption="noise")], "dropped", "without “noise” still holds in 3 cases"),
    ([made(role="record", lhs=TWICE)], "recorded", "recorded in 3 cases"),
    ([made(lhs=TWICE, id="e4")], "finding", "what was stated fails in 1 of 3 cases"),
    ([made(lhs=TWICE, id="e4"), made(id="e4")], "fails", "what was stated holds in 3 cases"),
    ([made(id="e4")], "fails", "what was stated holds in 3 cases"),
    ([made("corrected", id="e4")], "holds", "in corrected form holds in 3 cases"),
]


@pytest.mark.parametrize(("checks", "css", "told"), TOLD)
def test_a_sentence_says_what_happened(checks, css, told):
    found, sentence = outcome(checks[0].id, checks)
    assert found == css
    assert sentence.startswith(told)


def test_a_single_case_has_no_median():
    assert "median" not in outcome("s2-lemma-3.2", [made(lhs=(0.5,))])[1]
    assert "median" not in line(made(lhs=(0.5,)))


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (made(), "upper, as printed: violated in 0 of 3 cases; largest ratio 0.5, median 0.2"),
        (made(part=""), "as printed: violated"),
        (made(id="ours-descent"), "upper, as stated: violated"),
        (made("partial"), "upper, in part: violated"),
        (made("sharp", lhs=(3e-8,)), "upper, with our constants: violated in 0 of 1 case; largest"),
        (made("dropped", assumption="noise"), "upper, without “noise”: violated"),
        (made(role="record"), "upper, as printed: recorded, violated in 0 of 3 cases"),
        (made(sample="example"), "upper, as printed: violated in 0 of 3 examples"),
    ],
)
def test_a_line_says_what_was_found_about_one_inequality(check, told):
    assert line(check).startswith(told)
