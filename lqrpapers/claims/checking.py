"""One inequality, evaluated on many cases, and all inequalities of a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import SupportsIndex, overload

import numpy as np
from numpy.typing import NDArray

# lhs may exceed rhs by this much, relative to the larger, before it counts as a violation.
ROUNDING = 1e-9
#: A carrier counts for verdict and tightness; a guard (stability, an identity, a hypothesis) for
#: the verdict only; a record for neither.
ROLES = ("carrier", "guard", "record")
#: Cases drawn by a rule, or chosen by hand.
SAMPLES = ("ensemble", "example")


@dataclass(frozen=True, eq=False)
class Check:
    """One inequality lhs <= rhs, evaluated on a batch of cases.

    An equality is checked as its relative error (lhs) against a tolerance (rhs).
    """

    id: str  #: The result's id in claims.yml.
    part: str  #: Which inequality of the result, "" if it has one.
    form: str  #: One of `FORMS`: "dropped" leaves an assumption out.
    lhs: NDArray[np.float64]  #: Left side (...).
    rhs: NDArray[np.float64]  #: Right side (...).
    assumption: str = ""  #: The assumption that was dropped, "" otherwise.
    #: Rounding error of sides that are differences of larger numbers; lhs may exceed rhs by it.
    floor: NDArray[np.float64] | float = 0.0
    role: str = "carrier"  #: What it counts for: one of `ROLES`.
    sample: str = "ensemble"  #: Where its cases come from: one of `SAMPLES`.

    def __post_init__(self) -> None:
        for name, value, known in (("role", self.role, ROLES), ("sample", self.sample, SAMPLES)):
            if value not in known:
                raise ValueError(f"{name}: expected one of {', '.join(known)}, got {value!r}")

    @property
    def holds(self) -> NDArray[np.bool_]:
        """Whether each case holds, up to rounding. Undefined sides (nan) do not hold."""
        with np.errstate(invalid="ignore"):
            scale = np.maximum(np.abs(self.lhs), np.abs(self.rhs))
            allowed = np.where(np.isfinite(scale), ROUNDING * scale, 0.0) + self.floor
            return self.lhs <= self.rhs + allowed

    @property
    def slack(self) -> NDArray[np.float64]:
        """rhs - lhs of each case; negative where violated."""
        return self.rhs - self.lhs

    @property
    def ratio(self) -> NDArray[np.float64]:
        """lhs / rhs of each case: at most 1 where it holds (up to rounding), above 1 elsewhere.

        0/0 counts as 1; a side that is nan, or a positive lhs over an rhs <= 0, as infinite.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(self.lhs == self.rhs, 1.0, self.lhs / self.rhs)
        holds = self.holds
        ratio = np.where(holds & ~(ratio <= 1), 1.0, ratio)
        return np.where(~holds & ~(ratio > 1), np.inf, ratio)

    @property
    def checked(self) -> int:
        """Number of cases."""
        return int(np.size(self.lhs))

    @property
    def violated(self) -> int:
        """Number of cases in which the inequality fails."""
        return int(np.count_nonzero(~self.holds))

    @property
    def tightest(self) -> float:
        """Largest ratio over the cases."""
        return float(np.max(self.ratio))

    @property
    def median(self) -> float:
        """Median ratio over the cases."""
        return float(np.median(self.ratio))

    def under(self, id: str, form: str = "printed") -> Check:
        """The same inequality as one of another result, which it also tests."""
        return replace(self, id=id, form=form)


class Checks(tuple[Check, ...]):
    """The inequalities of a result: a tuple of `Check`, read by number or by the part's name."""

    __slots__ = ()

    @overload
    def __getitem__(self, key: SupportsIndex | str) -> Check: ...

    @overload
    def __getitem__(self, key: slice) -> tuple[Check, ...]: ...

    def __getitem__(self, key: SupportsIndex | slice | str) -> Check | tuple[Check, ...]:
        """The check at a position, a slice of them, or the one of this part."""
        if not isinstance(key, str):
            return super().__getitem__(key)
        found = [each for each in self if each.part == key]
        if len(found) != 1:
            raise KeyError(f"part: expected one of {', '.join(c.part for c in self)}, got {key!r}")
        return found[0]


def merge(*groups: Sequence[Check]) -> Checks:
    """Put the cases of several calls of `check` together, inequality by inequality.

    The groups are from calls for the same id and form, for example one for each number of states;
    their cases are flattened and joined. ValueError if there is none, or their inequalities differ.
    """
    if not groups:
        raise ValueError("groups: expected at least one, got none")
    same = "id", "part", "form", "assumption", "role", "sample"
    names = [[tuple(getattr(each, name) for name in same) for each in group] for group in groups]
    if any(other != names[0] for other in names):
        raise ValueError(f"groups: expected the same inequalities in each, got {names}")
    return Checks(_joined(parts) for parts in zip(*groups, strict=True))


def _joined(parts: Sequence[Check]) -> Check:
    """One check on the cases of several."""
    floors = [np.ravel(np.broadcast_to(each.floor, np.shape(each.lhs))) for each in parts]
    return replace(
        parts[0],
        lhs=np.concatenate([np.ravel(each.lhs) for each in parts]),
        rhs=np.concatenate([np.ravel(each.rhs) for each in parts]),
        floor=np.concatenate(floors),
    )
