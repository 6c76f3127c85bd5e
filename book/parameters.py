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
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
    tagged = [
        (index, cell)
        for index, cell in enumerate(notebook["cells"])
        if "parameters" in cell.get("metadata", {}).get("tags", [])
    ]
    if len(tagged) != 1:
        what = "no cell" if not tagged else f"{len(tagged)} cells"
        raise ChapterProblem(f"{what} tagged 'parameters'; a chapter has exactly one")
    return tagged[0]


def declared_parameters(source: str) -> list[Parameter]:
    """Return what the source of a parameters cell declares, in its order."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ChapterProblem(f"the parameters cell is not Python: {error.msg}") from None
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    declared = []
    for statement in tree.body:
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
    what, colon, allowed = comment.rpartition(": ")
    unreadable = ChapterProblem(
        f"parameter {name!r}: expected a comment 'what it is: kind, range', as in "
        f"'random problems: int, 1 to 100', got {comment!r}"
    )
    words = re.findall(r'"([^"]*)"', allowed)
    if not colon:
        raise unreadable
    if words:
        parameter = Parameter(name, default, what, allowed, str, choices=tuple(words))
    else:
        found = re.fullmatch(r"(int|float|bool|word)(?: (\d+(?: x \d+)*))?(?:, (.+))?", allowed)
        if found is None:
            raise unreadable
        shape = tuple(int(size) for size in found[2].split(" x ")) if found[2] else ()
        kind, bounds = TYPES[found[1]], _bounds(found[3] or "")
        if bounds is None or (kind in (int, float)) != bool(found[3]):
            raise unreadable
        parameter = Parameter(name, default, what, allowed, kind, shape, bounds)
    refuse(default, parameter)
    return parameter


def _bounds(text: str) -> tuple[tuple[str, float], ...] | None:
    """The inequalities that a range states; None where it cannot be read."""
    if text in ("", "any"):
        return ()
    if interval := re.fullmatch(rf"({NUMBER}) to ({NUMBER})", text):
        return (">=", float(interval[1])), ("<=", float(interval[2]))
    found = [re.fullmatch(rf"(>=|<=|>|<) ({NUMBER})", part) for part in text.split(", ")]
    return None if None in found else tuple((each[1], float(each[2])) for each in found if each)


def given_parameters(text: str, declared: list[Parameter]) -> dict[str, Any]:
    """Return the values that a reader asks for in words like 'samples=200 seed=3'."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ChapterProblem(f"the parameters {text!r} cannot be read: {error}") from None
    by_name = {parameter.name: parameter for parameter in declared}
    given: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise ChapterProblem(f"the parameter {word!r} does not read name=value")
        if name not in by_name:
            raise ChapterProblem(unknown(name, list(by_name)))
        if name in given:
            raise ChapterProblem(f"the parameter {name!r} is given twice")
        given[name] = value_of(value, by_name[name])
    return given


def unknown(name: str, names: list[str]) -> str:
    """Return the line that answers a name the chapter does not have."""
    close = difflib.get_close_matches(name, names, n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    return f"unknown parameter {name!r}{hint}; this chapter has {', '.join(names) or 'none'}"


def value_of(text: str, parameter: Parameter) -> Any:
    """Return the value a reader wrote, in the type of the parameter."""
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError):
        value = {"true": True, "false": False}.get(text.strip().lower(), text)
    if parameter.kind is str and not isinstance(value, str):
        value = text
    if parameter.kind is float:
        value = _with_floats(value)
    refuse(value, parameter)
    return value


def _with_floats(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_with_floats(entry) for entry in value]
    return float(value) if type(value) is int else value


def refuse(value: Any, parameter: Parameter) -> None:
    """Raise where a value is not of the parameter's kind and shape, or not in its range."""
    expected = f"parameter {parameter.name!r} is {parameter.allowed}"
    if _shape(value) != parameter.shape:
        raise ChapterProblem(f"{expected}, not {value!r:.80}")
    for entry in _entries(value):
        good = [type(entry) is parameter.kind, not parameter.choices or entry in parameter.choices]
        if all(good) and parameter.kind in (int, float):
            good = [RELATIONS[relation](entry, bound) for relation, bound in parameter.bounds]
            good.append(math.isfinite(entry))
        if not all(good):
            raise ChapterProblem(f"{expected}, not {entry!r:.80}")


def _shape(value: Any) -> tuple[int, ...] | None:
    """Lengths of nested lists; None where they are ragged."""
    if not isinstance(value, list | tuple):
        return ()
    inner = {_shape(entry) for entry in value}
    deeper = inner.pop() if len(inner) == 1 else None
    return None if deeper is None else (len(value), *deeper)


def _entries(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for entry in value:
            yield from _entries(entry)
    else:
        yield value


def as_table(declared: list[Parameter]) -> str:
    """The parameters as a table in Markdown."""
    rows = [f"| `{p.name}` | `{p.default!r}` | {p.allowed} | {p.what} |" for p in declared]
    return "\n".join(["| parameter | here | allowed | what it is |", "|---|---|---|---|", *rows])
