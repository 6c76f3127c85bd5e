"""Figures of the book: data in, a matplotlib figure with alt text out.

Needs matplotlib (``pip install lqrlib[plots]``), so ``import lqrlib`` does not import it.
"""

from . import (
    bounds,
    convergence,
    derivatives,
    domination,
    equations,
    hessians,
    landscape,
    mean_square,
    regulator,
    step_sizes,
    style,
)

__all__ = [
    "bounds",
    "convergence",
    "derivatives",
    "domination",
    "equations",
    "hessians",
    "landscape",
    "mean_square",
    "regulator",
    "step_sizes",
    "style",
]
