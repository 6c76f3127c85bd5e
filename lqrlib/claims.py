"""Each numbered result as an executable inequality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# lhs may exceed rhs by this much, relative to the larger, before it counts as a violation.
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Check:
    """One inequality lhs <= rhs, evaluated on a batch of cases.

    Attributes
    ----------
    id : str
        The result's id in claims.yml.
    part : str
        Which inequality of the result, "" if it has one.
    form : str
        "printed", "corrected", "sharp" or "dropped" (an assumption is left out).
    lhs, rhs : arrays (...)
        Both sides.
    assumption : str
        The assumption that was dropped, "" otherwise.
    """

    id: str
    part: str
    form: str
    lhs: NDArray[np.float64]
    rhs: NDArray[np.float64]
    assumption: str = ""

    @property
    def holds(self) -> NDArray[np.bool_]:
        """Whether each case holds, up to rounding. Undefined sides (nan) do not hold."""
        scale = np.maximum(np.abs(self.lhs), np.abs(self.rhs))
        with np.errstate(invalid="ignore"):
            return np.asarray(self.lhs <= self.rhs + ROUNDING * scale)

    @property
    def slack(self) -> NDArray[np.float64]:
        """rhs - lhs of each case; negative where violated."""
        return np.asarray(self.rhs - self.lhs)

    @property
    def ratio(self) -> NDArray[np.float64]:
        """lhs / rhs of each case: 1 where attained, above 1 where violated; 0/0 counts as 1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where((self.lhs == 0) & (self.rhs == 0), 1.0, self.lhs / self.rhs)

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
