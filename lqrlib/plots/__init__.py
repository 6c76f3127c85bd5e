"""Figures of the book: data in, a matplotlib figure with alt text out.

Needs matplotlib (``pip install lqrlib[plots]``), so ``import lqrlib`` does not import it.
"""

from . import (
    adaptation,
    bounds,
    convergence,
    derivatives,
    domination,
    equations,
    estimation,
    hessian_estimates,
    hessians,
    landscape,
    margins,
    mean_square,
    meta_landscape,
    model_free,
    regulator,
    robustness,
    step_sizes,
    style,
    suspension,
    tasks,
    unseen_tasks,
    zeroth_order,
)

__all__ = [
    "adaptation",
    "bounds",
    "convergence",
    "derivatives",
    "domination",
    "equations",
    "estimation",
    "hessian_estimates",
    "hessians",
    "landscape",
    "margins",
    "mean_square",
    "meta_landscape",
    "model_free",
    "regulator",
    "robustness",
    "step_sizes",
    "style",
    "suspension",
    "tasks",
    "unseen_tasks",
    "zeroth_order",
]
