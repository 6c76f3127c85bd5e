"""Refresher, projects and paper: their numbers, their code, their form."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
REFRESHER = (ROOT / "pages" / "refresher.md").read_text(encoding="utf-8")
PROJECTS = (ROOT / "pages" / "projects.md").read_text(encoding="utf-8")
PAPER = (ROOT / "course" / "paper.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PROJECTS, re.MULTILINE | re.DOTALL)
UPPER = np.array([[Fraction(1), Fraction(1)], [Fraction(0), Fraction(1)]]) / 2


def tex(X) -> str:
    """A matrix as the page writes it, exact."""
    rows = [" & ".join(str(Fraction(each)) for each in row) for row in np.atleast_2d(X)]
    return r"\begin{pmatrix} " + r" \\ ".join(rows) + r" \end{pmatrix}"


def shown(*texts: str) -> bool:
    """Whether one paragraph of the refresher has all of them."""
    return any(all(text in part for text in texts) for part in REFRESHER.split("\n\n"))


def test_the_example_of_kronecker_is_right():
    A, B, X = np.array([[1, 2], [0, 3]]), np.array([[1, 0], [1, 2]]), np.array([[1, 1], [0, 1]])
    vec = (A @ X @ B).ravel()
    assert (np.kron(A, B.T) @ X.ravel() == vec).all()
    assert shown(tex(A), tex(B), tex(X), f"({', '.join(map(str, vec))})")


def test_the_example_of_lyapunov_is_right():
    (found,) = re.findall(r"the solution is \$X = (.*?)\$", REFRESHER)
    cells = [Fraction(each) for each in re.findall(r"\d+(?:/\d+)?", found)]
    X = np.array(cells).reshape(2, 2)
    assert (X == UPPER @ X @ UPPER.T + np.eye(2, dtype=int)).all()
    assert shown(tex(X), tex(2 * UPPER))


def test_the_example_of_the_order_is_right():
    X, Y = np.array([[2, 1], [1, 1]]), np.array([[1, 1], [1, 1]])
    squares = X @ X - Y @ Y
    assert np.linalg.eigvalsh(X - Y).min() >= 0
    determinant = squares[0, 0] * squares[1, 1] - squares[0, 1] * squares[1, 0]
    assert shown(tex(X), tex(Y), tex(squares), f"determinant ${determinant}$")


def test_the_example_of_schur_is_right():
    bound = Fraction(1) - 1 * Fraction(1, 2) * 1
    (number, below) = re.findall(r"exactly when \$x \\ge \\tfrac(\d)(\d)\$", REFRESHER)[0]
    assert Fraction(int(number), int(below)) == bound
    assert np.linalg.eigvalsh([[0.5, 1], [1, 2]])[0] == pytest.approx(0, abs=1e-12)
    assert np.linalg.eigvalsh([[0.49, 1], [1, 2]])[0] < 0


def test_the_example_of_gelfand_is_right():
    F = np.array([[1, 8], [0, 1]], dtype=object) * Fraction(1, 2)
    powers = [np.linalg.matrix_power(F, t)[0, 1] for t in (1, 2, 10)]
    assert powers[0] == powers[1] and np.linalg.norm(F.astype(float), 2) > powers[0]
    assert shown(tex(2 * F), f"is {powers[0]} for $t = 1$ and $t = 2$", f"${powers[2]}$")


def test_the_example_of_traces_is_right():
    P, x = np.array([[2, 1], [1, 1]]), np.array([1, -1])
    outer = np.outer(x, x)
    assert x @ P @ x == np.trace(P @ outer)
    assert shown(tex(P), tex(outer), rf"Px = {x @ P @ x}$", f"= {np.trace(P @ outer)}$")


def test_the_example_of_gradients_is_right():
    K, S = np.array([[1, -1]]), np.array([[2, 1], [1, 1]])
    slope = (2 * K @ S).ravel()
    values = [float(((K + [[h, 0]]) @ S @ (K + [[h, 0]]).T).item()) for h in (0, 1, 2)]
    assert np.polyfit((0, 1, 2), values, 2) == pytest.approx([2, slope[0], values[0]])
    assert shown(tex(S), f"({slope[0]}, {slope[1]})", f"f = {values[0]:.0f}", "1 + 2h + 2h^2")


def test_the_refresher_is_short_and_each_tool_has_its_parts():
    assert len(REFRESHER.split()) <= 1500
    tools = re.split(r"^## ", REFRESHER, flags=re.MULTILINE)[1:-1]
    assert len(tools) == 7
    for part in ("{dropdown} Proof", "**Example.**", "**Used**", "**Question.**", "} Answer"):
        assert all(part in tool for tool in tools), part


@pytest.mark.parametrize("code", BLOCKS, ids=range(1, len(BLOCKS) + 1))
def test_the_first_result_of_a_project_runs_and_has_its_property(code):
    assert len(code.strip().splitlines()) <= 20
    assert re.search(r"^ *assert ", code, re.MULTILINE)
    exec(compile(code, "pages/projects.md", "exec"), {})


def test_each_project_has_all_its_parts():
    projects = re.split(r"^## \d+\. ", PROJECTS, flags=re.MULTILINE)[1:]
    assert len(projects) == len(BLOCKS) == 10
    parts = ("Question", "Why it matters", "Where the book stops", "Rubric")
    for project in projects:
        assert all(f"**{part}.**" in project for part in parts), project[:60]
        assert "**A good answer**" in project
        assert all(f"\n{line}. " in project.partition("**Rubric.**")[2] for line in (1, 2, 3, 4))


def test_the_paper_has_the_form_and_length_that_the_journal_asks_for():
    head, _, text = PAPER[4:].partition("\n---\n")
    settings = yaml.safe_load(head)
    assert {"title", "tags", "authors", "affiliations", "date", "bibliography"} <= {*settings}
    names = yaml.safe_load((ROOT / "CITATION.cff").read_text())["authors"]
    assert [each["name"] for each in settings["authors"]] == [each["name"] for each in names]
    assert len(text.split()) <= 1000
    parts = ["Summary", "Statement of need", "Learning objectives", "Content"]
    parts += ["Instructional design", "Experience of use", "Acknowledgements", "References"]
    assert re.findall(r"^# (.*)$", text, re.MULTILINE) == parts
    known = re.findall(
        r"^@\w+\{(\w+)", (ROOT / "course" / settings["bibliography"]).read_text(), re.MULTILINE
    )
    assert {*re.findall(r"@(\w+)", text)} <= {*known}
