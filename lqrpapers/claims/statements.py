"""Number, module and statement of every result that can be checked, in the order of the book."""

from __future__ import annotations

import re

from . import statements_families, statements_regulator

# id | module of `lqrpapers.claims` that evaluates it | the paper's number, or the title of a
# statement of this book | what it says
TABLE = statements_regulator.TABLE + statements_families.TABLE.lstrip()

_ROWS = [line.split(" | ", 3) for line in re.sub(r"\n +", " ", TABLE.strip()).splitlines()]
MODULES = {id_: module for id_, module, *_ in _ROWS}
STATEMENTS = {id_: (number, statement) for id_, _, number, statement in _ROWS}
