"""What the checks of one result say, in a sentence, and each of them in a line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..notebook import readable
from .checking import Check
from .statements import STATEMENTS

#: How a form is called.
FORMS = {
    "printed": "as printed",
    "partial": "in part",
    "corrected": "in corrected form",
    "sharp": "with our constants",
}


def name(id: str) -> str:
    """Paper and number of a result, or the title of a statement of this book."""
    number = STATEMENTS.get(id, (id, ""))[0]
    if id.startswith("ours-"):
        return f"“{number}”"
    return f"{id[:2].upper()} {number}" if id.startswith(("s1-", "s2-")) else f"{number}:"


def outcome(id: str, checks: Sequence[Check]) -> tuple[str, str]:
    """Outcome (a CSS class) of a result in one call, and the sentence that goes on after its name.

    ``results.md`` has the verdict from all calls; this is what these cases say.
    """
    counted = [each for each in checks if each.role != "record" and each.form != "dropped"]
    stated = [each for each in counted if each.form in ("printed", "partial")]
    better = [each for form in ("corrected", "sharp") for each in counted if each.form == form]
    if not counted:
        return _uncounted(checks)
    if re.fullmatch(r"e\d+", id) and stated:
        least = min(_carriers(stated), key=_share)
        told = f"fails in {_failed(least)}" if least.violated else f"holds in {_cases([least])}"
        return "finding" if least.violated else "fails", f"what was stated {told}"
    worst, other = (max(each, key=_share, default=None) for each in (stated, better))
    if worst and worst.violated:
        told = f"fails {FORMS[worst.form]} in {_failed(worst)}"
        if other is None:
            return "fails", told
        if other.violated:
            return "fails", f"{told}, {FORMS[other.form]} in {_failed(other)}"
        same = [each for each in better if each.form == other.form]
        return "corrected", f"{told}; {FORMS[other.form]} it holds in {_counts(same)}"
    if other and other.violated:
        return "fails", f"fails {FORMS[other.form]} in {_failed(other)}"
    if other and not worst:
        same = [each for each in better if each.form == other.form]
        return "holds", f"{FORMS[other.form]} holds in {_counts(same)}"
    found = "holds" if any(each.form == "printed" for each in stated) else "is not refuted"
    return "holds", f"{found} in {_counts(stated)}"


def line(check: Check) -> str:
    """What was found about one inequality."""
    form = FORMS.get(check.form, f"without “{check.assumption}”")
    if check.form == "printed" and check.id.startswith("ours-"):
        form = "as stated"
    told = "recorded, " if check.role == "record" else ""
    told += f"violated in {_failed(check)}; largest ratio {check.tightest:.4g}"
    median = f", median {check.median:.2g}" if check.checked > 1 else ""
    return readable(f"{check.part + ', ' if check.part else ''}{form}: {told}{median}")


def _uncounted(checks: Sequence[Check]) -> tuple[str, str]:
    """The same for checks that drop an assumption, or that only record a fact."""
    dropped = [each for each in checks if each.form == "dropped"]
    if not dropped:
        return "recorded", f"recorded in {_cases(checks)}"
    names = " and ".join(dict.fromkeys(f"“{each.assumption}”" for each in dropped))
    worst = max(dropped, key=_share)
    told = f"fails in {_failed(worst)}" if worst.violated else f"still holds in {_cases(dropped)}"
    return "dropped", readable(f"without {names} {told}")


def _share(check: Check) -> float:
    return check.violated / check.checked


def _carriers(checks: Sequence[Check]) -> Sequence[Check]:
    return [each for each in checks if each.role == "carrier"] or checks


def _cases(checks: Sequence[Check]) -> str:
    """How many cases there are; the inequalities of a result share theirs."""
    count = max(each.checked for each in _carriers(checks))
    kind = "example" if all(each.sample == "example" for each in checks) else "case"
    return f"{count:,} {kind}{'s' if count != 1 else ''}"


def _failed(check: Check) -> str:
    return f"{check.violated:,} of {_cases([check])}"


def _counts(checks: Sequence[Check]) -> str:
    """Cases with largest and median ratio: of what carries the result and is not chosen by hand."""
    found = [each for each in checks if (each.role, each.sample) == ("carrier", "ensemble")]
    if not found:
        return _cases(checks)
    worst = max(found, key=lambda each: each.tightest)
    median = f", median {_digits(worst.median)}" if worst.checked > 1 else ""
    told = f"{_cases(checks)}; tightest {_digits(worst.tightest)} of the promise{median}"
    return readable(told)


def _digits(ratio: float) -> str:
    """Two digits, or four where two would say 1 of what is not attained."""
    return f"{ratio:.4g}" if ratio < 1 and f"{ratio:.2g}" == "1" else f"{ratio:.2g}"
