"""The verdict on a result, from its kind and the records of what was checked.

No chapter loads this module: the rules change without a new run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .records import Record

#: The verdicts on each kind of result; one without records is "planned".
KINDS = {
    "result": ("holds", "corrected", "fails", "unrefuted", "restated"),
    "figure": ("reproduced", "differs"),
    "finding": ("confirmed", "refuted"),
    "observation": ("confirmed", "refuted"),
    "definition": ("definition",),
}
#: What stands at a verdict on a page, where its name does not say it.
WORDS = {
    "corrected": "fails as printed; corrected form holds",
    "unrefuted": "not refuted in what was run",
    "restated": "holds with our constants",
}
STATED = ("printed", "partial")
BETTER = ("corrected", "sharp")


def verdict(kind: str, records: Iterable[Record]) -> str:
    """The verdict on a result of a kind: carriers and guards count, and a carrier is needed."""
    if kind == "definition":
        return "definition"
    counted = [record for record in records if record.role != "record"]
    forms = {record.form for record in counted if record.role == "carrier"}
    stated = [record for record in counted if record.form in STATED]
    better = [record for record in counted if record.form in BETTER]
    if kind == "result":
        if not forms & {*STATED, *BETTER}:
            return "planned"
        if _violated(better) or (_violated(stated) and not forms & {*BETTER}):
            return "fails"
        if _violated(stated):
            return "corrected"
        return "holds" if "printed" in forms else "unrefuted" if "partial" in forms else "restated"
    if not forms & {*STATED}:
        return "planned"
    if kind == "figure":
        return "differs" if _violated(stated) else "reproduced"
    carriers = [record for record in stated if record.role == "carrier"]
    guards = [record for record in stated if record.role == "guard"]
    least = 0.5 if kind == "observation" else 0.0
    seen = all(_share(carriers, part) > least for part in {each.part for each in carriers})
    return "confirmed" if seen and not _violated([*better, *guards]) else "refuted"


def _violated(records: Sequence[Record]) -> bool:
    return any(record.violated for record in records)


def _share(records: Sequence[Record], part: str) -> float:
    """Which share of all cases of a part violates it."""
    found = [record for record in records if record.part == part]
    return sum(record.violated for record in found) / sum(record.checked for record in found)
