r"""lqrlib: policy gradients for the linear quadratic regulator.

One problem type with multiplicative noise and batch axes, the closed forms of its cost, gradient
and Hessian, and descent on the gain, in numpy and scipy:

>>> import numpy as np, lqrlib
>>> problem = lqrlib.LQR([[1.0, 1.0], [0.0, 1.0]], [[0.0], [1.0]], np.eye(2), [[1.0]])
>>> K = lqrlib.optimal_gain(problem)
>>> bool(np.abs(lqrlib.gradient(problem, K)).max() < 1e-10)
True

Feedback is u = -K x throughout. Notation: `lqrlib.objective`. Modules are names of the package.
"""

from . import (  # noqa: F401
    directions,
    estimators,
    finite_horizon,
    maml,
    matrices,
    matrix_equations,
    oracles,
    simulation,
    systems,
    tasks,
)
from .descent import Trace, backtracking, descend
from .errors import NotStabilizableError, NotStabilizingError
from .matrix_equations.riccati import Solution
from .objective import (
    AtGain,
    at_gain,
    cost,
    evaluate,
    gradient,
    hessian,
    hessian_matrix,
    is_stabilizing,
    mean_square_radius,
    optimal_gain,
    optimality_gap,
    solve,
    value_matrix,
)
from .problem import LQR
from .validation import Noise

__version__ = "0.1.0"

__all__ = [
    "AtGain",
    "LQR",
    "Noise",
    "NotStabilizableError",
    "NotStabilizingError",
    "Solution",
    "Trace",
    "at_gain",
    "backtracking",
    "cost",
    "descend",
    "evaluate",
    "gradient",
    "hessian",
    "hessian_matrix",
    "is_stabilizing",
    "mean_square_radius",
    "optimal_gain",
    "optimality_gap",
    "solve",
    "value_matrix",
]
