"""Correct digits of P on other libraries' test cases: lqrlib, scipy and slycot side by side."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from lqrpapers.recorded import darex
from tests.support.darex import peers


def digits() -> Iterator[str]:
    """Lines of a table; the cases that lqrlib refuses with what it says."""
    yield f"{'correct digits of P':<26}{'lqrlib':>8}{'scipy':>8}{'slycot':>8}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # slycot says where it doubts itself
        for name, case in darex.ACCEPTED.items():
            found = peers(case)
            yield f"{name:<26}" + "".join(f"{value:>8.1f}" for value in found.values())
    for name, case in darex.REFUSED.items():
        yield f"{name:<26}  refused: {case.refused}"
