"""Each numbered result as an executable inequality.

``check(id, problem, K, ..., form="printed")`` evaluates one form of a result and returns a tuple
with one `Check` for each of its inequalities: both sides on every case, whether it holds, slack
and ratio. `CLAIMS` lists the results with their statements, forms and functions; a function's
signature and docstring say what `check` takes.

>>> import lqrlib
>>> from lqrpapers.claims import check
>>> problem = lqrlib.systems.double_integrator()
>>> [bound] = check("s1-lemma-7", problem, [[0.4, 0.8]])
>>> bool(bound.holds), bound.violated
(True, 0)
"""

# Importing these modules registers their results.
from . import (
    adaptation,
    bernstein,
    convergence,
    derivatives,
    domination,
    estimate_sizes,
    figure_1_maml,
    figure_2,
    horizons,
    inequalities,
    inexact_maml,
    maml,
    maml_theorems,
    mean_square,
    model_free,
    model_free_maml,
    regulator,
    robustness,
    smoothness,
    tasks,
    zeroth_order,
)
from .checking import ROUNDING, Check
from .domination import value_difference
from .merging import merge
from .registry import CLAIMS, FORMS, Claim, Sides, check

__all__ = [
    "CLAIMS",
    "FORMS",
    "ROUNDING",
    "Check",
    "Claim",
    "Sides",
    "adaptation",
    "bernstein",
    "check",
    "convergence",
    "derivatives",
    "domination",
    "estimate_sizes",
    "figure_1_maml",
    "figure_2",
    "horizons",
    "inequalities",
    "inexact_maml",
    "maml",
    "maml_theorems",
    "mean_square",
    "merge",
    "model_free",
    "model_free_maml",
    "regulator",
    "robustness",
    "smoothness",
    "tasks",
    "value_difference",
    "zeroth_order",
]
