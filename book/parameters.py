"""The parameters of a chapter: what its parameters cell declares and what a reader asks for.

Each line of the cell tagged `parameters` reads `name = default  # what it is: KIND, RANGE`, as in

    step = 0.1  # step size: float, > 0, <= 1
    preset = "paper"  # how much to compute: "paper" or "quick"

Kinds are int, float, bool, text, list, quoted words; a range is `LOW to HIGH`, relations, or `any`.
What cannot be read is an error; papermill takes a name it does not know for a line in its log.
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

from book.problem import ChapterProblem

NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
PLAIN = {"bool": bool, "text": str, "list": list}  # kinds without a range
RELATIONS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell."""

    name: str
    default: Any
    what: str  #: What it is, in words.
    allowed: str  #: Its kind and range, as written.
    kind: type
    bounds: tuple[tuple[str, float], ...] = ()  #: Inequalities as (relation, number).
    choices: tuple[str, ...] = ()  #: The words it may be.

    def refuse(self, value: Any) -> None:
        """Raise where a value is not of the parameter's kind, or not in its range."""
        good = type(value) is self.kind and (not self.choices or value in self.choices)
        if good and self.kind in (int, float):
            good = all(RELATIONS[relation](value, bound) for relation, bound in self.bounds)
            good = good and math.isfinite(value)
        if not good:
            raise ChapterProblem(f"parameter {self.name!r} is {self.allowed}, not {value!r:.80}")


def parameters_cell(notebook: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return the index and the cell tagged parameters; there is exactly one."""
    cells = list(enumerate(notebook["cells"]))
    tagged = [pair for pair in cells if "parameters" in pair[1].get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        what = "no cell" if not tagged else f"{len(tagged)} cells"
        raise ChapterProblem(f"{what} tagged 'parameters'; a chapter has exactly one")
    return tagged[0]


def declared_parameters(notebook: dict[str, Any]) -> list[Parameter]:
    """Return what the parameters cell of a notebook declares, in its order."""
    source = "".join(parameters_cell(notebook)[1]["source"])
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
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value):
                comment = comments.get(statement.end_lineno or 0, "")
            case _:
                raise ChapterProblem(f"the parameters cell holds no name = default in '{line}'")
        try:
            declared.append(declaration(name, ast.literal_eval(value), comment))
        except ValueError:
            raise ChapterProblem(f"the parameters cell holds no literal in '{line}'") from None
    return declared


def declaration(name: str, default: Any, comment: str) -> Parameter:
    """Return the parameter that a line with this comment declares."""
    what, _, allowed = comment.rpartition(": ")
    kind, _, limits = allowed.partition(", ")
    words = tuple(re.findall(r'"([^"]*)"', allowed))
    if interval := re.fullmatch(f"{NUMBER} to {NUMBER}", limits):
        limits = f">= {interval[1]}, <= {interval[2]}"
    found = [re.fullmatch(f"(>=|<=|>|<) {NUMBER}", limit) for limit in limits.split(", ")]
    bounds = tuple((each[1], float(each[2])) for each in found if each)
    if what and words:
        parameter = Parameter(name, default, what, allowed, str, choices=words)
    elif what and allowed in PLAIN:
        parameter = Parameter(name, default, what, allowed, PLAIN[allowed])
    elif what and kind in ("int", "float") and (limits == "any" or None not in found):
        parameter = Parameter(name, default, what, allowed, {"int": int}.get(kind, float), bounds)
    else:
        raise ChapterProblem(
            f"parameter {name!r}: expected a comment 'what it is: kind, range', as in "
            f"'random problems: int, 1 to 100', got {comment!r}"
        )
    parameter.refuse(default)
    return parameter


def given_parameters(text: str, declared: list[Parameter]) -> dict[str, Any]:
    """Return the values that a reader asks for in words like 'samples=200 seed=3'."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ChapterProblem(f"the parameters {text!r:.80} cannot be read: {error}") from None
    by_name = {parameter.name: parameter for parameter in declared}
    given: dict[str, Any] = {}
    for word in words:
        name, equals, written = word.partition("=")
        if not equals or not name:
            raise ChapterProblem(f"the parameter {word!r:.80} does not read name=value")
        if name not in by_name:
            close = difflib.get_close_matches(name, by_name, n=1)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            names = ", ".join(by_name) or "none"
            raise ChapterProblem(f"unknown parameter {name!r:.80}{hint}; this chapter has {names}")
        if name in given:
            raise ChapterProblem(f"the parameter {name!r} is given twice")
        given[name] = value_of(written, by_name[name].kind)
        by_name[name].refuse(given[name])
    return given


def value_of(written: str, kind: type) -> Any:
    """Return the value a reader wrote; the text itself where it is none of this kind."""
    try:
        value = ast.literal_eval(written.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        value = {"true": True, "false": False}.get(written.strip().lower(), written)
    if kind is float and type(value) is int:
        return float(str(value))  # infinite, not an OverflowError, where it is too large
    return value


def as_table(declared: list[Parameter]) -> str:
    """The parameters as a table in Markdown."""
    rows = [f"| `{p.name}` | `{p.default!r}` | {p.allowed} | {p.what} |" for p in declared]
    return "\n".join(["| parameter | here | allowed | what it is |", "|---|---|---|---|", *rows])
