"""Figures of the book: data in, a matplotlib figure with alt text out.

Needs matplotlib (``pip install lqrlib[plots]``), so ``import lqrlib`` does not import it.
"""

from . import (
    bounds,
    convergence,
    derivatives,
    domination,
    equations,
    estimation,
    hessians,
    landscape,
    margins,
    mean_square,
    model_free,
    regulator,
    robustness,
    step_sizes,
    style,
    suspension,
)

__all__ = [
    "bounds",
    "convergence",
    "derivatives",
    "domination",
    "equations",
    "estimation",
    "hessians",
    "landscape",
    "margins",
    "mean_square",
    "model_free",
    "regulator",
    "robustness",
    "step_sizes",
    "style",
    "suspension",
]
