"""What goes wrong with a well-formed problem: a gain or a problem that the theory does not cover.

Malformed input (shapes, NaN, asymmetry) is a plain ``ValueError`` raised at the door.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def _shown(radius: Any) -> str:
    """A mean-square radius; nan is that of a closed loop of which float64 cannot tell."""
    value = float(radius)
    return f"mean-square radius {value:.6g}" if value == value else "not decidable in float64"


def _members(bad: NDArray[np.bool_], radius: NDArray[np.float64] | None, most: int = 5) -> str:
    """Name the bad members of a stack, a few of them with their mean-square radius."""
    if bad.ndim == 0:
        return "" if radius is None else f" ({_shown(radius)})"
    index = np.argwhere(bad)
    shown = []
    for row in index[:most]:
        name = ", ".join(str(int(i)) for i in row)
        value = "" if radius is None else f": {_shown(radius[tuple(row)])}"
        shown.append(f"[{name}]{value}")
    more = f" and {len(index) - most} more" if len(index) > most else ""
    return f" in member{'s' if len(index) > 1 else ''} " + "; ".join(shown) + more


class NotStabilizingError(ValueError):
    """A gain outside the mean-square stabilizing set where one inside is needed.

    Attributes
    ----------
    members : bool array, batch shape
        True where the gain does not stabilize.
    radius : float array, batch shape, or None
        Mean-square radius rho(F_K) of every member (dimensionless; stable below 1, nan where
        float64 does not decide).
    """

    def __init__(self, message: str, members: Any = True, radius: Any = None) -> None:
        self.members = np.asarray(members, dtype=bool)
        self.radius = None if radius is None else np.asarray(radius, dtype=float)
        super().__init__(message + _members(self.members, self.radius))


class NotStabilizableError(ValueError):
    """No gain makes the problem mean-square stable, so it has no optimal gain.

    Attributes
    ----------
    members : bool array, batch shape
        True where the problem cannot be stabilized.
    """

    def __init__(self, message: str, members: Any = True) -> None:
        self.members = np.asarray(members, dtype=bool)
        super().__init__(message + _members(self.members, None))
