"""The parameters of a chapter: what its parameters cell declares and what a reader asks for.

A chapter has one cell tagged `parameters`, and each line of it reads `name = default  # what it is:
KIND, RANGE`, as in

    samples = 200  # random problems in the ensemble: int, 1 to 100000
    step = 0.1  # step size: float, > 0, <= 1
    A = [[1.0, 0.5], [0.0, 1.0]]  # dynamics: float 2 x 2, -10 to 10
    preset = "paper"  # how much to compute: "paper" or "quick"
    noisy = True  # with noise: bool
    title = "run"  # what the figure is called: word

A number has a range, which is `LOW to HIGH`, or relations `> LOW`, `>= LOW`, `< HIGH`, `<= HIGH`,
or `any`; infinities are never in it. What cannot be read is an error. papermill takes a name it
does not know for a line in its log, so everything is checked here first.
"""

from __future__ import annotations

import ast
import difflib
import io
import math
import operator
import re
import shlex
import tokenize
from dataclasses import dataclass
from typing import Any

import numpy as np

from book.problem import ChapterProblem

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
RELATIONS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
TYPES = {"int": int, "float": float, "bool": bool, "word": str}


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell."""

    name: str
    default: Any
    what: str  #: What it is, in words.
    allowed: str  #: Kind and range as they are written.
    kind: type  #: int, float, bool or str.
    shape: tuple[int, ...] = ()  #: Rows and columns of nested lists.
    bounds: tuple[tuple[str, float], ...] = ()  #: Inequalities as (relation, number).
    choices: tuple[str, ...] = ()  #: The words it may be, empty where any will do.


def parameters_cell(notebook: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return the index and the cell tagged parameters; there is exactly one."""
    cells = list(enumerate(notebook["cells"]))
    tagged = [pair for pair in cells if "parameters" in pair[1].get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        what = "no cell" if not tagged else f"{len(tagged)} cells"
        raise ChapterProblem(f"{what} tagged 'parameters'; a chapter has exactly one")
    return tagged[0]


def declared_parameters(source: str) -> list[Parameter]:
    """Return what the source of a parameters cell declares, in its order."""
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ChapterProblem(f"the parameters cell is not Python: {error.msg}") from None
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}
    declared = []
    for statement in statements:
        line = ast.unparse(statement)
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case _:
                raise ChapterProblem(f"the parameters cell holds no name = default in '{line}'")
        try:
            default = ast.literal_eval(value)
        except ValueError:
            raise ChapterProblem(f"the parameters cell holds no literal in '{line}'") from None
        comment = comments.get(statement.end_lineno or statement.lineno, "")
        declared.append(_declared(name, default, comment))
    return declared


def _declared(name: str, default: Any, comment: str) -> Parameter:
    what, _, allowed = comment.rpartition(": ")
    kind = re.fullmatch(r"(int|float|bool|word)(?: (\d+(?: x \d+)*))?(?:, (.+))?", allowed)
    if what and (words := re.findall(r'"([^"]*)"', allowed)):
        parameter = Parameter(name, default, what, allowed, str, choices=tuple(words))
    elif what and kind and (kind[1] in ("int", "float")) == bool(kind[3]) and _bounds(kind[3]):
        shape = tuple(int(size) for size in (kind[2] or "").split(" x ") if size)
        bounds = tuple(_bounds(kind[3]) or ())
        parameter = Parameter(name, default, what, allowed, TYPES[kind[1]], shape, bounds)
    else:
        raise ChapterProblem(
            f"parameter {name!r}: expected a comment 'what it is: kind, range', as in "
            f"'random problems: int, 1 to 100', got {comment!r}"
        )
    refuse(default, parameter)
    return parameter


def _bounds(text: str | None) -> list[tuple[str, float]] | None:
    """The inequalities that a range states; None where it cannot be read."""
    if text in (None, "any"):
        return [("<=", math.inf)]
    if interval := re.fullmatch(rf"({NUMBER}) to ({NUMBER})", text or ""):
        return [(">=", float(interval[1])), ("<=", float(interval[2]))]
    found = [re.fullmatch(rf"(>=|<=|>|<) ({NUMBER})", part) for part in (text or "").split(", ")]
    return None if None in found else [(each[1], float(each[2])) for each in found if each]


def given_parameters(text: str, declared: list[Parameter]) -> dict[str, Any]:
    """Return the values that a reader asks for in words like 'samples=200 seed=3'."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ChapterProblem(f"the parameters {text!r:.80} cannot be read: {error}") from None
    by_name = {parameter.name: parameter for parameter in declared}
    given: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise ChapterProblem(f"the parameter {word!r:.80} does not read name=value")
        if name not in by_name:
            close = difflib.get_close_matches(name, by_name, n=1)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            names = ", ".join(by_name) or "none"
            raise ChapterProblem(f"unknown parameter {name!r:.80}{hint}; this chapter has {names}")
        if name in given:
            raise ChapterProblem(f"the parameter {name!r} is given twice")
        given[name] = value_of(value, by_name[name])
    return given


def value_of(text: str, parameter: Parameter) -> Any:
    """Return the value a reader wrote, in the type of the parameter."""
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        value = {"true": True, "false": False}.get(text.strip().lower(), text)
    if parameter.kind is str and not isinstance(value, str):
        value = text
    array = np.array(value, dtype=object)
    if parameter.kind is float:
        real = np.frompyfunc(lambda entry: float(str(entry)) if type(entry) is int else entry, 1, 1)
        array = np.array(real(array), dtype=object)
    refuse(array.tolist(), parameter)
    return array.tolist()


def refuse(value: Any, parameter: Parameter) -> None:
    """Raise where a value is not of the parameter's kind and shape, or not in its range."""
    expected = f"parameter {parameter.name!r} is {parameter.allowed}"
    array = np.array(value, dtype=object)
    if array.shape != parameter.shape:
        raise ChapterProblem(f"{expected}, not {value!r:.80}")
    for entry in array.flat:
        good = [type(entry) is parameter.kind, not parameter.choices or entry in parameter.choices]
        if all(good) and parameter.kind in (int, float):
            good = [RELATIONS[relation](entry, bound) for relation, bound in parameter.bounds]
            good.append(math.isfinite(entry))
        if not all(good):
            raise ChapterProblem(f"{expected}, not {entry!r:.80}")


def as_table(declared: list[Parameter]) -> str:
    """The parameters as a table in Markdown."""
    rows = [f"| `{p.name}` | `{p.default!r}` | {p.allowed} | {p.what} |" for p in declared]
    return "\n".join(["| parameter | here | allowed | what it is |", "|---|---|---|---|", *rows])
