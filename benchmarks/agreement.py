"""A peer's result must agree with lqrlib's before either is timed."""

from __future__ import annotations

import numpy as np


class WrongResult(Exception):
    """A peer and lqrlib disagree."""


def agree(work: str, ours: object, theirs: object, tolerance: float) -> None:
    """Raise WrongResult unless two arrays agree to `tolerance`, relative to the largest entry."""
    first, second = np.asarray(ours), np.asarray(theirs)
    error = np.abs(first - second).max() / np.abs(second).max()
    if not error <= tolerance:
        raise WrongResult(f"{work}: lqrlib and the peer differ by {error:.1e}, relative")
