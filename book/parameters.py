"""The parameters of a chapter: what its parameters cell declares and what a reader asks for.

A chapter has one cell tagged `parameters`. Each line of it reads

    samples = 200  # random problems in the ensemble: int, 1 to 100000
    preset = "paper"  # "paper" or "quick"

The value is a literal and gives the type. After the comment's last colon the range may stand, as
`LOW to HIGH`, `> LOW`, `>= LOW`, `< HIGH` or `<= HIGH`; two or more quoted words are the choices.
papermill takes a name it does not know for a line in its log, so everything is checked here first.
"""

from __future__ import annotations

import ast
import difflib
import io
import re
import shlex
import tokenize
from dataclasses import dataclass
from typing import Any

from book.problem import ChapterProblem

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell."""

    name: str
    default: Any
    comment: str = ""

    @property
    def choices(self) -> tuple[str, ...]:
        """The words a text parameter may take, empty where any will do."""
        if not isinstance(self.default, str):
            return ()
        words = re.findall(r"[\"'`]([^\"'`]*)[\"'`]", self.comment)
        return tuple(words) if len(words) >= 2 and self.default in words else ()

    @property
    def bounds(self) -> list[tuple[str, float]]:
        """The inequalities the comment states, as (relation, number)."""
        if isinstance(self.default, bool) or not isinstance(self.default, int | float):
            return []
        stated = self.comment.rpartition(":")[2]
        interval = re.search(rf"({NUMBER})\s+to\s+({NUMBER})", stated)
        if interval:
            return [(">=", float(interval[1])), ("<=", float(interval[2]))]
        found = re.findall(rf"(>=|<=|>|<|≥|≤)\s*({NUMBER})", stated)
        words = {"≥": ">=", "≤": "<="}
        return [(words.get(relation, relation), float(number)) for relation, number in found]


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
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target: ast.expr = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target = statement.target
        else:
            continue
        if not isinstance(target, ast.Name) or statement.value is None:
            continue
        try:
            default = ast.literal_eval(statement.value)
        except ValueError:
            line = ast.unparse(statement)
            raise ChapterProblem(f"the parameters cell holds no literal in '{line}'") from None
        comment = comments.get(statement.end_lineno or statement.lineno, "")
        declared.append(Parameter(target.id, default, comment))
    return declared


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
    """Return the value a reader wrote, in the type of the parameter's default."""
    default = parameter.default
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError):
        value = {"true": True, "false": False}.get(text.strip().lower(), text)
    if isinstance(default, str) and not isinstance(value, str):
        value = text
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if isinstance(default, tuple) and isinstance(value, list):
        value = tuple(value)
    if isinstance(default, list) and isinstance(value, tuple):
        value = list(value)
    if not same_type(value, default):
        raise ChapterProblem(
            f"parameter {parameter.name!r} is {kind(default)} (default {default!r}), "
            f"not {kind(value)}: {text}"
        )
    refuse_outside(value, parameter)
    return value


def same_type(value: Any, default: Any) -> bool:
    """Say whether a value may stand where the default stands."""
    if default is None:
        return True
    if type(value) is not type(default):
        return False
    if isinstance(default, list | tuple) and numeric(default):
        return numeric(value)
    return True


def numeric(value: Any) -> bool:
    """Say whether nested lists hold numbers only."""
    if isinstance(value, list | tuple):
        return all(numeric(entry) for entry in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def kind(value: Any) -> str:
    """Return the name of a value's type in a reader's words."""
    names = {str: "a word", int: "an int", float: "a float", bool: "True or False", list: "a list"}
    return names.get(type(value), f"a {type(value).__name__}")


def refuse_outside(value: Any, parameter: Parameter) -> None:
    """Raise where a value is none of the choices or breaks a stated bound."""
    if parameter.choices and value not in parameter.choices:
        raise ChapterProblem(
            f"parameter {parameter.name!r} is one of {', '.join(parameter.choices)}, not {value!r}"
        )
    holds = {
        ">=": lambda number: value >= number,
        "<=": lambda number: value <= number,
        ">": lambda number: value > number,
        "<": lambda number: value < number,
    }
    for relation, number in parameter.bounds:
        if not holds[relation](number):
            raise ChapterProblem(
                f"parameter {parameter.name!r} is {relation} {number:g}, not {value}"
            )
