"""What a reader may type into the page of their own system, and what is said of the rest."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from strategies import build

from lqrpapers.live import plain

SCRIPTS = ("matrices", "page", "system_input")
READ = "texts => LQR.system.read(texts)"
GOOD = {"A": "1 2\n3 4", "B": "1\n0", "Q": "eye(2)", "R": "1"}
NOISY = GOOD | {"alpha": "0.1, 0.2", "A_i": "1 0\n0 1\n\n0 1\n1 0", "beta": "0.3", "B_j": "0\n1"}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ("[[1, 2],\n [3, 4],]", [[1, 2], [3, 4]]),
        ("((1, 2), (3, 4))", [[1, 2], [3, 4]]),
        ("np.array([[1., .5],\n       [3., -4.e-1]], dtype=float64)", [[1, 0.5], [3, -0.4]]),
        ("[[1. 2.]\n [3. 4.]]", [[1, 2], [3, 4]]),
        ("[[1 2\n  3]\n [4 5\n  6]]", [[1, 2, 3], [4, 5, 6]]),
        ("A = [1, 2; ...\n     3, 4]; % Matlab", [[1, 2], [3, 4]]),
        ("[1 2\n 3 4]", [[1, 2], [3, 4]]),
        ("1 2\r\n3 4\r\n", [[1, 2], [3, 4]]),
        ("1\t2\n\n3\t4", [[1, 2], [3, 4]]),
        ("[1, 2]\n[3, 4]  # rows", [[1, 2], [3, 4]]),
        ("0\n1", [[0], [1]]),
        ("[0; 1]", [[0], [1]]),
        ("[0, 1]", [[0, 1]]),
        ("1/4", [[0.25]]),
        ("−2e3", [[-2000]]),
        ("eye(2)", [[1, 0], [0, 1]]),
        ("0.5 * np.eye(2)", [[0.5, 0], [0, 0.5]]),
        ("diag([1, 1/2])", [[1, 0], [0, 0.5]]),
    ],
)
def test_a_matrix_is_read_as_it_is_written(scripts: Page, text: str, rows: Any) -> None:
    assert scripts.evaluate("text => LQR.system.matrix(text)", text) == rows


@pytest.mark.browser
@pytest.mark.parametrize(
    "text",
    [
        "1 2\n3 4\n\n5 6\n7 8",
        "1 2\n3 4\n5 6\n7 8",
        "[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]",
        "[[1, 2], [3, 4]], [[5, 6], [7, 8]]",
        "[1 2; 3 4]\n[5 6; 7 8]",
        "np.array([[[1, 2],\n  [3, 4]],\n\n [[5, 6],\n  [7, 8]]])",
    ],
)
def test_several_matrices_are_told_apart(scripts: Page, text: str) -> None:
    found = scripts.evaluate("text => LQR.system.matrices(text, 2, 2)", text)
    assert found == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]


@pytest.mark.browser
def test_random_systems_come_back_digit_by_digit(scripts: Page) -> None:
    for seed in range(200):
        problem = build(seed, 1 + seed % 6, 1 + seed % 5, seed % 4, seed % 3, (), 0.9).problem
        told = plain(problem)
        texts = scripts.evaluate("problem => LQR.system.written(problem)", told)
        assert scripts.evaluate(READ, texts) == {"problem": told}
        texts |= {name: str(told[name]) for name in ("A", "B", "Q")}  # Python's lists
        texts |= {name: np.array2string(np.array(told[name])) for name in ("R", "Sigma0")}
        found = scripts.evaluate(READ, texts)["problem"]
        assert all(found[name] == told[name] for name in ("A", "B", "Q"))
        assert all(np.allclose(found[name], told[name], atol=1e-7) for name in ("R", "Sigma0"))


@pytest.mark.browser
def test_an_empty_sigma0_is_the_identity_and_empty_noise_is_none(scripts: Page) -> None:
    found = scripts.evaluate(READ, GOOD)["problem"]
    assert found["Sigma0"] == [[1, 0], [0, 1]]
    assert found["state_noise"] == found["input_noise"] == [[], []]
    found = scripts.evaluate(READ, NOISY)["problem"]
    assert found["state_noise"] == [[0.1, 0.2], [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]]
    assert found["input_noise"] == [[0.3], [[[0], [1]]]]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("A", "", "expected a matrix, got an empty field"),
        ("A", "[]", "expected numbers, got empty brackets"),
        ("A", ";", "expected numbers, got none"),
        ("A", "1 2\n3 x", "expected numbers, got “x” in line 2"),
        ("A", "1 2\n3 nan", "expected finite numbers, got nan in line 2"),
        ("A", "1 -inf\n3 4", "expected finite numbers, got -inf in line 1"),
        ("A", "1 1e400\n3 4", "expected finite numbers, got 1e400 in line 1"),
        ("A", "1 2\n3 1/0", "expected finite numbers, got 1/0 in line 2"),
        ("A", "1 2\n3 1e31", "expected numbers up to 10³⁰ in size, got 1e31 in line 2"),
        ("A", "1-2 2\n3 4", "expected numbers, got “1-2” in line 1"),
        ("A", "1 2\n3", "expected rows of equal length, got rows of 2 and 1 numbers"),
        ("A", "1,,2\n3 4", "expected a number between two commas, got none"),
        ("A", "[[1 2], 3]", "expected numbers or lists of numbers in a pair of brackets, got both"),
        ("A", "[[1, 2], [[3], [4]]]", "expected rows of numbers, got brackets of different depth"),
        ("A", "[1 2; 3 4", "expected a bracket that closes for each that opens, got 1 that stay"),
        ("A", "1 2\n3 4]", "expected a bracket that opens for each that closes, got one “]” too"),
        ("A", "[[[1,2],[3,4]],[[1,2],[3,4]]]", "expected one matrix, got 2 of them"),
        ("A", "1 2 3\n4 5 6", "expected a square matrix, got 2 × 3"),
        ("A", "eye(7)", "expected eye(n) with n from 1 to 6, got eye(7)"),
        ("A", "1 " * 40000, "expected at most 60,000 characters, got 80,000"),
        ("B", "1\n2\n3", "expected 2 rows as A has, got 3"),
        ("B", "1 2 3 4 5 6 7\n1 2 3 4 5 6 7", "expected at most 6 inputs (columns), got 7"),
        ("B", "<script>alert(1)</script>", "expected numbers, got “<script>alert” in line 1"),
        ("B", "alert(1)", "expected numbers, got “alert” in line 1"),
        ("Q", "1", "expected 2 rows as A has, got 1"),
        ("Q", "1 2\n3 4", "expected a symmetric matrix, got 2 in row 1, column 2 but 3 across"),
        ("Q", "1 0\n0 -2", "expected a positive definite matrix, got one with the eigenvalue −2"),
        ("Q", "1 1\n1 1", "expected a positive definite matrix, got one with the eigenvalue 0"),
        ("R", "eye(2)", "expected 1 row as B has columns, got 2"),
        ("R", "0", "expected a positive definite matrix, got one with the eigenvalue 0"),
        ("Sigma0", "1 0", "expected 2 rows as A has, got 1"),
        ("alpha", "0.1 -0.2", "expected variances that are not negative, got −0.2"),
        ("alpha", "1 2\n3 4", "expected a list of variances, got a matrix, 2 × 2"),
        ("alpha", "1 " * 37, "expected at most 36 variances, got 37"),
        ("A_i", "1 0\n0 1", "expected 2 matrices, one for each variance in alpha, got 1"),
        ("A_i", "", "expected 2 matrices, one for each variance in alpha, got none"),
        ("A_i", "1 0 0\n0 1 0\n\n1 0\n0 1", "expected 2 columns as A has, got 3"),
        ("B_j", "1 0", "expected 2 rows as A has, got 1"),
        ("B_j", "1 0\n0 1", "expected 1 column as B has, got 2"),
    ],
)
def test_wrong_input_gets_a_sentence(scripts: Page, field: str, text: str, sentence: str) -> None:
    found = scripts.evaluate(READ, NOISY | {field: text})
    assert found["faults"][field].startswith(f"{field}: {sentence}")


@pytest.mark.browser
def test_seven_states_are_too_many(scripts: Page) -> None:
    found = scripts.evaluate(READ, {"A": "\n".join(["1 2 3 4 5 6 7"] * 7)})
    assert found["faults"]["A"] == "A: expected at most 6 states, got 7."


@pytest.mark.browser
def test_a_fault_of_one_field_is_not_told_of_the_others(scripts: Page) -> None:
    assert list(scripts.evaluate(READ, NOISY | {"A": "x"})["faults"]) == ["A"]
    assert list(scripts.evaluate(READ, NOISY | {"B": "x"})["faults"]) == ["B"]


@pytest.mark.browser
def test_no_text_stops_the_reading(scripts: Page) -> None:
    rng = np.random.default_rng(12)
    signs = list("[](){};,\n .-+eE/0123456789ax*=#%") + ["eye(", "diag(", "array(", "\n\n", "nan"]
    texts = ["".join(rng.choice(signs, rng.integers(1, 12))) for _ in range(1500)]
    names = ["A", "B", "Q", "R", "Sigma0", "alpha", "A_i", "beta", "B_j"]
    cases = [{name: str(rng.choice(texts)) for name in names} for _ in range(200)]
    cases += [NOISY | {str(rng.choice(names)): text} for text in texts]
    found = scripts.evaluate("cases => cases.map(LQR.system.read)", cases)
    assert all(("problem" in each) != bool(each.get("faults")) for each in found)
    assert any("problem" in each for each in found)
