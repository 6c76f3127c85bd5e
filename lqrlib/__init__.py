r"""lqrlib: policy gradients for the linear quadratic regulator.

One problem type with multiplicative noise and batch axes, the closed forms of its cost, gradient
and Hessian, and descent on the gain, in numpy and scipy:

>>> import numpy as np, lqrlib
>>> problem = lqrlib.LQR([[1.0, 1.0], [0.0, 1.0]], [[0.0], [1.0]], np.eye(2), [[1.0]])
>>> K = lqrlib.optimal_gain(problem)
>>> bool(np.abs(lqrlib.gradient(problem, K)).max() < 1e-10)
True

Feedback is u = -K x throughout. Notation: `lqrlib.objective`.

Every module is a name of the package, but for those whose own names stand here or in another one
(`descent`, `errors`, `objective`, `problem`; `meta_directions` in `directions`), the checks of
`validation`, and what draws or displays: `lqrlib.plots` and `lqrlib.notebook` are imported by name.
"""

from . import (
    adaptation,
    claims,
    common_gains,
    constants,
    counterexamples,
    critical_step,
    cubature,
    directions,
    estimators,
    finite_horizon,
    gaussian_systems,
    known_solutions,
    leading_order,
    maml,
    matrix_equations,
    meta_bias,
    model_free_maml,
    moments,
    oracles,
    placement,
    quadratic_tasks,
    random_tasks,
    recorded,
    recorded_maml,
    robustness,
    rollouts,
    scalar_landscape,
    scaled_families,
    systems,
    tasks,
)
from .descent import Trace, backtracking, descend
from .errors import NotStabilizableError, NotStabilizingError
from .objective import (
    Evaluation,
    cost,
    evaluate,
    gradient,
    hessian,
    hessian_matrix,
    is_stabilizing,
    mean_square_radius,
    optimal_gain,
)
from .problem import LQR
from .validation import Noise

__version__ = "0.1.0"

__all__ = [
    "LQR",
    "Evaluation",
    "Noise",
    "NotStabilizableError",
    "NotStabilizingError",
    "Trace",
    "adaptation",
    "backtracking",
    "claims",
    "common_gains",
    "constants",
    "cost",
    "counterexamples",
    "critical_step",
    "cubature",
    "descend",
    "directions",
    "estimators",
    "evaluate",
    "finite_horizon",
    "gaussian_systems",
    "gradient",
    "hessian",
    "hessian_matrix",
    "is_stabilizing",
    "known_solutions",
    "leading_order",
    "maml",
    "matrix_equations",
    "mean_square_radius",
    "meta_bias",
    "model_free_maml",
    "moments",
    "optimal_gain",
    "oracles",
    "placement",
    "quadratic_tasks",
    "random_tasks",
    "recorded",
    "recorded_maml",
    "robustness",
    "rollouts",
    "scalar_landscape",
    "scaled_families",
    "systems",
    "tasks",
]
