"""One verdict for many ensembles: checks of the same inequality, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .checking import Check


def merge(*groups: Sequence[Check]) -> tuple[Check, ...]:
    """Put the cases of several calls of `check` together, inequality by inequality.

    Parameters
    ----------
    groups : sequences of Check
        Each from one call of `check` for the same id and form, for example one for each number of
        states. Their cases are flattened and joined.

    Raises
    ------
    ValueError
        If there is no group, or the groups are not of the same inequalities.
    """
    if not groups:
        raise ValueError("groups: expected at least one, got none")
    names = [[(each.id, each.part, each.form, each.assumption) for each in g] for g in groups]
    if any(other != names[0] for other in names):
        raise ValueError(f"groups: expected the same inequalities in each, got {names}")
    return tuple(
        replace(
            parts[0],
            lhs=np.concatenate([np.ravel(each.lhs) for each in parts]),
            rhs=np.concatenate([np.ravel(each.rhs) for each in parts]),
            floor=np.concatenate(
                [np.ravel(np.broadcast_to(each.floor, np.shape(each.lhs))) for each in parts]
            ),
        )
        for parts in zip(*groups, strict=True)
    )
