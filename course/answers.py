"""A solution that ends in `answer(...)`: what a student gets in its place, and the check."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from book.problem import ChapterProblem

IMPORT = "from lqrpapers.answers import answer"


@dataclass(frozen=True)
class Checked:
    """A solution's last cell without the call, what stands for it all, and the call."""

    code: str
    stub: str
    check: str


def checked(label: str, sources: list[str], expected: str | None) -> Checked | None:
    """The parts of a solution whose last statement is the call; None where none is."""
    *before, last = sources
    trees = [ast.parse(source) for source in sources]
    calls = [node for tree in trees for node in ast.walk(tree) if is_answer(node)]
    if not calls:
        return None
    final = trees[-1].body[-1]
    if len(calls) != 1 or not (isinstance(final, ast.Expr) and final.value is calls[0]):
        raise ChapterProblem(f"{label}: answer(...) is not the one last statement of its solution")
    call = final.value
    assert isinstance(call, ast.Call)
    if not (isinstance(call.args[0], ast.Constant) and call.args[0].value == label):
        raise ChapterProblem(f"{label}: its solution answers another exercise")
    code = "\n".join(last.splitlines()[: final.lineno - 1]).rstrip()
    text = ast.get_source_segment(last, call) or ""
    if not any(each.arg == "holds" for each in call.keywords):
        if expected is None:
            raise ChapterProblem(f"{label}: the executed chapter holds no fingerprint")
        text = f'{text[:-1].rstrip().rstrip(",")},\n    expected="{expected}",\n)'
    return Checked(code, stub(label, "\n".join([*before, code]), text), f"{IMPORT}\n\n{text}")


def is_answer(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id == "answer"


def stub(label: str, code: str, call: str) -> str:
    """What a student begins with: each name that the call takes from the solution, not filled."""
    table = symtable.symtable(code, label, "exec")
    given = {each.get_name() for each in table.get_symbols() if each.is_assigned()}
    given |= {each.get_name() for each in table.get_symbols() if each.is_imported()}
    wanted = [name for name in dict.fromkeys(used(call)) if name in given]
    if not wanted:
        raise ChapterProblem(f"{label}: answer(...) uses no name that its solution assigns")
    lines, parts = code.splitlines(), []
    for node in ast.parse(code).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {(each.asname or each.name).partition(".")[0] for each in node.names}
        elif isinstance(node, ast.FunctionDef):
            names = {node.name}
        else:
            continue
        if names & {*wanted}:
            parts.append("\n".join(head(node, lines)))
            wanted = [name for name in wanted if name not in names]
    values = "\n".join(f"{name} = ...  # your answer" for name in wanted)
    return "\n\n\n".join(filter(None, [*parts, values]))


def head(node: ast.Import | ast.ImportFrom | ast.FunctionDef, lines: list[str]) -> Iterable[str]:
    """An import as it is; of a function what says how it is called and what it does."""
    if not isinstance(node, ast.FunctionDef):
        return lines[node.lineno - 1 : node.end_lineno]
    documented = ast.get_docstring(node) is not None
    first = node.body[0]
    until = (first.end_lineno or 0) if documented else first.lineno - 1
    return [*lines[node.lineno - 1 : until], "    raise NotImplementedError  # your code"]


def used(call: str) -> Iterator[str]:
    """The names that the call takes from outside, in their order."""
    tables = [symtable.symtable(call, "call", "exec")]
    names = {each.get_name() for each in tables[0].get_symbols()}
    while tables:
        table = tables.pop()
        tables += table.get_children()
        names |= {each.get_name() for each in table.get_symbols() if each.is_global()}
    for node in ast.walk(ast.parse(call)):
        if isinstance(node, ast.Name) and node.id in names:
            yield node.id
