"""The scripts of live figures on an empty page, and how far they are from lqrlib."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page

LIVE = Path(__file__).resolve().parents[2] / "pages" / "_static" / "live"
Record = Callable[[str, object], None]
Pairs = Iterable[tuple[Any, Any]]


def add_scripts(page: Page, names: Iterable[str]) -> None:
    for name in names:
        page.add_script_tag(path=LIVE / f"{name}.js")


def whole(found: Any, true: Any) -> float:
    """Relative error in Euclidean norm; what is not finite must be the same."""
    found, true = np.asarray(found, dtype=float), np.asarray(true, dtype=float)
    if not np.isfinite(true).all():
        return 0.0 if np.array_equal(found, true) else np.inf
    return float(np.linalg.norm(found - true) / max(np.linalg.norm(true), 1e-300))


def each(found: Any, true: Any, least: float = 0.0) -> float:
    """Largest relative error of a number, of one below `least` relative to that."""
    true = np.asarray(true, dtype=float)
    return float(np.max(np.abs(np.subtract(found, true)) / np.maximum(np.abs(true), least)))


def agree(name: str, pairs: Pairs, record: Record, error: Any = whole, least: int = 200) -> None:
    """Check that what scripts find is what lqrlib does, and note the largest relative error."""
    errors = [error(found, true) for found, true in pairs]
    worst = float(np.max(errors))
    record(f"largest relative error, {name}", worst)
    print(f"{name}: largest relative error {worst:.1e} in {len(errors)} settings")
    assert len(errors) >= least and worst < 1e-9
