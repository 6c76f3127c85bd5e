"""A numbered result as one page: what it says, how each form is evaluated, what was found."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from functools import partial
from html import escape

from .checking import Check, Checks
from .registry import CLAIMS, check


class Theorem:
    """A result on one page, with what `lqrpapers.claims.check` found about it.

    Attributes: `statement`, `forms`, `source` of the functions that evaluate them, `checks` with
    one line each in `verdicts`; `check` is that of `lqrpapers.claims` for this result.
    """

    def __init__(self, id: str, checks: Iterable[Check] = ()) -> None:
        if id not in CLAIMS:
            raise ValueError(f"id: expected one of {', '.join(CLAIMS)}, got {id!r}")
        claim, self.checks, self.check = CLAIMS[id], Checks(checks), partial(check, id)
        if any(each.id != id for each in self.checks):
            raise ValueError(f"checks: expected those of {id}, got {[c.id for c in self.checks]}")
        self.statement = f"{claim.number} ({id}): {claim.statement}"
        self.forms = tuple(claim.forms)
        functions = dict.fromkeys(map(inspect.unwrap, claim.forms.values()))
        self.source = "\n\n".join(map(inspect.getsource, functions))

    @property
    def verdicts(self) -> tuple[str, ...]:
        """One line for each inequality checked."""
        return tuple(map(_verdict, self.checks))

    def __repr__(self) -> str:
        forms = f"Forms: {', '.join(self.forms)}"
        return "\n".join((self.statement, forms, *self.verdicts, "", self.source))

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(line)}</li>" for line in self.verdicts)
        return (
            f"<p>{escape(self.statement)}</p><p>Forms: {', '.join(self.forms)}</p>"
            f"<ul>{items}</ul><details><summary>Code</summary>"
            f"<pre><code>{escape(self.source)}</code></pre></details>"
        )


def _verdict(each: Check) -> str:
    found = f"fails in {each.violated}" if each.violated else "holds in all"
    name = f"{each.form}, {each.part}" if each.part else each.form
    return f"{name}: {found} of {each.checked} cases, largest ratio {each.tightest:.3g}"


def theorem(id: str, checks: Iterable[Check] = ()) -> Theorem:
    """Statement, forms, code and, given its checks, verdicts of a result, shown together."""
    return Theorem(id, checks)
