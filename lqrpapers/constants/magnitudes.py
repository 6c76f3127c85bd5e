r"""The norms, least eigenvalues and costs that every constant of the book is made of.

Both papers bound a quantity by a formula in a few numbers: :math:`\|A_K\|, \|B\|, \|K\|, C(K)`,
:math:`\mu = \sigma_{\min}(\Sigma_0)`, :math:`q = \sigma_{\min}(Q)` and so on. They are worked out
here once, as `Magnitudes`; a constant is then one line. Three ways lead to them:

- `magnitudes(problem, K)`: those of each member of a stack, at its gain;
- `magnitudes(tasks, K).worst()`: the papers' "maximum over tasks": every number is replaced by
  its largest over the stack (the smallest of mu, q, sigma_min(R) and the optimal cost);
- `sublevel(problem, level)`: numbers that bound those of *every* gain of cost at most `level`.

Every constant takes either ``(problem, K)`` or one `Magnitudes`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import frobenius_norm, least_eigenvalue, spectral_norm, trace, transpose
from lqrlib.validation import Array

# Of these the least counts in a bound, of all others the largest.
_LEAST = frozenset({"mu", "q", "r", "optimal_cost"})


def noise_weight(problem: LQR) -> Array:
    r"""s_B, (...): bounds the input noise :math:`Y \mapsto \sum_j\beta_jB_jYB_j^\top` in all norms.

    .. math:: s_B = \max\Bigl\{\Bigl\|\sum_j\beta_jB_jB_j^\top\Bigr\|,
                    \Bigl\|\sum_j\beta_jB_j^\top B_j\Bigr\|\Bigr\}

    For unit vectors x and y, Cauchy and Schwarz give :math:`|x^\top\sum_j\beta_jB_jYB_j^\top y|
    \le \|Y\|\bigl(\sum_j\beta_j\|B_j^\top x\|^2\sum_j\beta_j\|B_j^\top y\|^2\bigr)^{1/2}`, so the
    first norm bounds it in the spectral norm; the second bounds its adjoint there, and so itself in
    the nuclear norm; the root of their product bounds both in the Frobenius norm. Unlike
    `printed_noise_weight` it depends on the map alone, not on how the noise is factored into
    terms; it is never larger, and equal for one term. Zero without input noise.
    """
    variances, directions = problem.input_noise
    scaled = np.sqrt(variances)[..., None, None] * directions
    left, right = ((X @ transpose(X)).sum(axis=-3) for X in (scaled, transpose(scaled)))
    return np.maximum(spectral_norm(left), spectral_norm(right))


def printed_noise_weight(problem: LQR) -> Array:
    r""":math:`\sum_j \beta_j \|B_j\|^2` of S2, (...); depends on how the noise is factored."""
    variances, directions = problem.input_noise
    return (variances * spectral_norm(directions) ** 2).sum(axis=-1)


@dataclass(frozen=True, eq=False)
class Magnitudes:
    """Spectral norms unless said otherwise; arrays (...), inf or nan where K does not stabilize."""

    cost: Array  #: C(K).
    optimal_cost: Array  #: C*.
    gap: Array  #: C(K) - C*, without cancellation at a gain.
    mu: Array  #: Least eigenvalue of Sigma0.
    q: Array  #: Least eigenvalue of Q.
    r: Array  #: Least eigenvalue of R.
    A: Array
    B: Array
    Q: Array
    R: Array
    Sigma0: Array
    K: Array
    A_K: Array
    P: Array
    Sigma: Array
    R_K: Array
    trace: Array  #: tr(Sigma0).
    BPA: Array  #: Norm of B'P_K A.
    BPA_frobenius: Array  #: The same in the Frobenius norm.
    optimal_Sigma: Array  #: Norm of the state covariance of the optimal gain.
    noise: Array  #: s_B (`noise_weight`).
    printed_noise: Array  #: Sum of beta_j ||B_j||^2, in S2's printed step only.
    inputs: int  #: m.

    @property
    def nu(self) -> Array:
        """C(K) / (mu q), a bound on the resolvents of F_K and F_K*."""
        return self.cost / (self.mu * self.q)

    @property
    def a(self) -> Array:
        """||A_K|| ||B|| + ||K|| s_B."""
        return self.A_K * self.B + self.K * self.noise

    @property
    def b(self) -> Array:
        """||B||^2 + s_B."""
        return self.B**2 + self.noise

    def worst(self, axis: int = 0) -> Magnitudes:
        """The maximum over tasks: reduce a batch axis (default: the first), number by number."""
        if np.ndim(self.cost) == 0:
            raise ValueError("worst: expected a stack of tasks, got a single problem")
        reduced = self.each(
            lambda name, values: (np.min if name in _LEAST else np.max)(values, axis=axis)
        )
        # J_max - J_min with J_min the optimal cost (mathematics as in Fazel et al.).
        return replace(reduced, gap=reduced.cost - reduced.optimal_cost)

    def each(self, change: Callable[[str, Array], Array]) -> Magnitudes:
        """The same with every array, given with its name, changed."""
        names = [field.name for field in fields(self) if field.name != "inputs"]
        changed = {name: change(name, getattr(self, name)) for name in names}
        return Magnitudes(inputs=self.inputs, **changed)


def at_stabilizing_gain(problem: LQR, K: ArrayLike, name: str = "K") -> objective.AtGain:
    """The problem at a gain, evaluated once; raises NotStabilizingError unless it stabilizes."""
    objective.require_stabilizing(problem, K, name)
    return objective.at_gain(problem, K)


# The numbers of a problem that belong to every gain: worked out once.
_known: WeakKeyDictionary[LQR, dict[str, Array]] = WeakKeyDictionary()


def magnitudes(problem: LQR, K: ArrayLike) -> Magnitudes:
    """Norms, least eigenvalues and costs at K; batch axes of problem and K broadcast."""
    if problem not in _known:
        _known[problem] = _of_every_gain(problem)
    at = objective.at_gain(problem, K)
    BPA = transpose(problem.B) @ at.P @ problem.A
    values = _known[problem] | {
        "gap": at.gap,
        "cost": at.cost,
        "K": spectral_norm(at.K),
        "A_K": spectral_norm(at.loop.A_K),
        "P": spectral_norm(at.P),
        "Sigma": spectral_norm(at.Sigma),
        "R_K": spectral_norm(at.R_K),
        "BPA": spectral_norm(BPA),
        "BPA_frobenius": frobenius_norm(BPA),
    }
    shape = np.broadcast_shapes(*(np.shape(value) for value in values.values()))
    full = {name: np.broadcast_to(value, shape) for name, value in values.items()}
    return Magnitudes(inputs=problem.inputs, **full)


def _of_every_gain(problem: LQR) -> dict[str, Array]:
    best = objective.at_gain(problem, problem.optimum.K)
    return {
        "optimal_Sigma": spectral_norm(best.Sigma),
        "optimal_cost": best.cost,
        "mu": least_eigenvalue(problem.Sigma0),
        "q": least_eigenvalue(problem.Q),
        "r": least_eigenvalue(problem.R),
        "A": spectral_norm(problem.A),
        "B": spectral_norm(problem.B),
        "Q": spectral_norm(problem.Q),
        "R": spectral_norm(problem.R),
        "Sigma0": spectral_norm(problem.Sigma0),
        "trace": trace(problem.Sigma0),
        "noise": noise_weight(problem),
        "printed_noise": printed_noise_weight(problem),
    }


def sublevel(problem: LQR, level: ArrayLike) -> Magnitudes:
    r"""Numbers that bound those of every gain with C(K) <= level.

    .. math:: \|\Sigma_K\| \le C/q,\quad \|P_K\| \le C/\mu,\quad \|R_K\| \le \|R\| + bC/\mu,\quad
              \|A_K\|^2 \le C/(\mu q) - 1,\quad
              \|K\|^2 \le \frac{C - q \operatorname{tr}\Sigma_0}{\mu\,\sigma_{\min}(R)}

    from :math:`\mu A_K A_K^\top \preceq F_K(\Sigma_K) = \Sigma_K - \Sigma_0` and
    :math:`C = \operatorname{tr}(Q + K^\top R K)\Sigma_K`. Raises ValueError where the level lies
    below the optimal cost: there is no such gain.
    """
    best = magnitudes(problem, problem.optimum.K)
    cost = np.broadcast_arrays(np.asarray(level, dtype=float), best.cost)[0].copy()
    if not (cost >= best.cost * (1 - 1e-12)).all():
        raise ValueError(f"level: expected at least the optimal cost {best.cost}, got {cost}")
    nu = cost / (best.mu * best.q)
    P = cost / best.mu
    BPA = best.B * P * best.A
    return replace(
        best,
        cost=cost,
        gap=cost - best.optimal_cost,
        K=np.sqrt(np.maximum(cost - best.q * best.trace, 0) / (best.mu * best.r)),
        A_K=np.sqrt(np.maximum(nu - 1, 0)),
        P=P,
        Sigma=cost / best.q,
        R_K=best.R + best.b * cost / best.mu,
        BPA=BPA,
        BPA_frobenius=BPA * np.sqrt(min(problem.inputs, problem.states)),
    )


def measured(
    problem: LQR | Magnitudes, K: ArrayLike | None, *, weighs_all_states: bool = True
) -> Magnitudes:
    """Read the arguments of a constant: a problem with a gain, or their magnitudes.

    Raises ValueError where Sigma0 is singular, or Q for a constant that divides by its least
    eigenvalue: the theorems say nothing there.
    """
    if isinstance(problem, Magnitudes):
        if K is not None:
            raise ValueError("K: expected none beside Magnitudes, which belong to a gain already")
        at = problem
    elif K is None:
        raise ValueError("K: expected a gain (..., m, n) beside the problem, got None")
    else:
        at = magnitudes(problem, K)
    for name, least in (("Sigma0", at.mu), ("Q", at.q)):
        if (name == "Sigma0" or weighs_all_states) and not (least > 0).all():
            raise ValueError(
                f"{name}: expected a positive definite matrix, as the theorem does, "
                f"got smallest eigenvalue {np.min(least):.3g}"
            )
    return at
