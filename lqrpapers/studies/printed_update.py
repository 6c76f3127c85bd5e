"""What the printed Hessian formula does to MAML's update."""

from __future__ import annotations

import numpy as np

from lqrlib import objective
from lqrlib.matrices import frobenius_norm, spectral_norm
from lqrlib.problem import LQR
from lqrlib.validation import Array

from ..constants import printed


def update_error(problem: LQR, K: Array, steps: Array) -> Array:
    """Relative error of MAML's update (I - eta H)[g] with the printed H, (S, ...).

    Of each task on its own, g its gradient after the inner step, for eta = `steps` (S,) over the
    largest curvature at K; ``nan`` where the inner step does not stabilize.
    """
    H, claimed = objective.hessian_matrix(problem, K), printed.hessian_matrix(problem, K)
    eta = np.multiply.outer(steps, 1 / spectral_norm(H))[..., None, None]
    g = objective.gradient(problem, K - eta * objective.gradient(problem, K))
    column = g.reshape(*g.shape[:-2], -1, 1)
    return frobenius_norm(eta * (claimed - H) @ column) / frobenius_norm(column - eta * H @ column)
