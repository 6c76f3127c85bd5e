"""The statements of a notebook that some need, found by the names they bind and use."""

import ast
import symtable
from typing import Any

# Methods of containers, and of generators of random numbers, which change what they belong to.
CHANGING = "append extend insert update setdefault add pop sort fill spawn normal standard_normal "
CHANGING += "integers uniform random choice permutation shuffle"
VALUE_FIRST = ast.Assign, ast.AnnAssign, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp


def bound(source: str) -> set[str]:
    """Names that a statement binds."""
    symbols = symtable.symtable(source, "statement", "exec").get_symbols()
    return {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}


def changed(source: str) -> set[str]:
    """Names that a statement fills (x[i] = 1) or changes by a method (x.append(1))."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        place: Any = node.func if isinstance(node, ast.Call) else node
        if not isinstance(place, ast.Subscript | ast.Attribute):
            continue
        calls = isinstance(place, ast.Attribute) and place.attr in CHANGING.split()
        if calls if place is not node else isinstance(place.ctx, ast.Store):
            while isinstance(place, ast.Subscript | ast.Attribute | ast.Call):
                place = place.func if isinstance(place, ast.Call) else place.value
            names |= {place.id} if isinstance(place, ast.Name) else set()
    return names


def used(source: str) -> set[str]:
    """Names that a statement takes from others, in its functions, too."""
    tables = [symtable.symtable(source, "statement", "exec")]
    names = {each.get_name() for each in tables[0].get_symbols() if each.is_referenced()}
    while tables:
        table = tables.pop()
        tables += table.get_children()
        names |= {each.get_name() for each in table.get_symbols() if each.is_global()}
    return names & first_read(ast.parse(source), set())


def first_read(node: ast.AST, written: set[str]) -> set[str]:
    """Names that are read before they are written, in the order in which Python goes on."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        written.add(node.id)
    elif isinstance(node, ast.Name):
        return {node.id} - written
    children = [*ast.iter_child_nodes(node)]
    if isinstance(node, ast.For | ast.comprehension):
        children = [node.iter, *(each for each in children if each is not node.iter)]
    elif isinstance(node, VALUE_FIRST):
        children.reverse()
    elif isinstance(node, ast.AugAssign):  # x += 1 reads x
        children = [ast.parse(ast.unparse(node.target)), *children]
    return set[str]().union(*(first_read(each, written) for each in children))


def needed(sources: list[str], wanted: set[int]) -> list[int]:
    """The places of the statements `wanted` and of all that these need, in their order."""
    kept, names = set(wanted), set()
    for at in reversed(range(len(sources))):
        binds = bound(sources[at])
        if at in wanted or (binds | changed(sources[at])) & names:
            kept.add(at)
            names = (names - binds) | used(sources[at])
    return sorted(kept)
