"""A numbered result as one page: what it says, how each form is evaluated, what was found."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from .checking import Check, Checks
from .registry import CLAIMS, Claim, check


@dataclass(frozen=True, eq=False, repr=False)
class Theorem:
    """A result with its forms, the code that evaluates them and, once checked, its verdicts.

    Attributes
    ----------
    claim : Claim
    checks : Checks
        What has been found about it; empty before.
    """

    claim: Claim
    checks: Checks = Checks()

    @property
    def statement(self) -> str:
        """Number and statement."""
        return f"{self.claim.number} ({self.claim.id}): {self.claim.statement}"

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(self.claim.forms)

    @property
    def source(self) -> str:
        """Code of the functions that evaluate it, each once."""
        functions = dict.fromkeys(map(inspect.unwrap, self.claim.forms.values()))
        return "\n\n".join(map(inspect.getsource, functions))

    @property
    def verdicts(self) -> tuple[str, ...]:
        """One line for each inequality checked."""
        return tuple(map(_verdict, self.checks))

    def check(self, *arguments: Any, form: str = "printed", **options: Any) -> Checks:
        """`lqrpapers.claims.check` of this result."""
        return check(self.claim.id, *arguments, form=form, **options)

    def __repr__(self) -> str:
        lines = (self.statement, f"Forms: {', '.join(self.forms)}", *self.verdicts, "", self.source)
        return "\n".join(lines)

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
    if id not in CLAIMS:
        raise ValueError(f"id: expected one of {', '.join(CLAIMS)}, got {id!r}")
    given = Checks(checks)
    if any(each.id != id for each in given):
        raise ValueError(f"checks: expected those of {id}, got {[each.id for each in given]}")
    return Theorem(CLAIMS[id], given)
