"""What is impossible with a reader's system, in a sentence each, and the nearest that works."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective, systems
from lqrlib.errors import NotStabilizableError
from lqrlib.matrices import least_eigenvalue, spectral_norm
from lqrlib.problem import LQR
from lqrlib.validation import Array

from .bisection import bisect, double
from .robustness import scaled_noise

# What is added to a weight that is not definite, over its norm (or that of the identity).
LITTLE = 1e-3
# A start with a relative gap below this leaves nothing to descend.
NEARLY = 1e-3
# The largest eigenvalue that a discount leaves to a mode that no input reaches.
DISCOUNTED = 0.95


class Reading(NamedTuple):
    """What a chapter goes on with, and what it says where that is not what was brought."""

    problem: LQR
    start: Array  #: A stabilizing gain K0 (m, n).
    sentences: tuple[str, ...]  #: One for each thing that is impossible; none where all goes.


def added(brought: LQR, K0: ArrayLike | None, deviation: float) -> list[str]:
    """What a reader did not bring and is added, in a sentence each."""
    told = []
    if not brought.has_noise:
        told.append(f"Added noise: Ax - x and Bu err by random shares of deviation {deviation:g}.")
    if K0 is None:
        told.append("Added K0: the best gain for 100 R.")
    return told


def unreachable_modes(problem: LQR) -> Array:
    """Eigenvalues of A that are not stable and that no input changes (Popov, Belevitch, Hautus)."""
    n, found = problem.states, []
    size = max(float(spectral_norm(problem.A)), float(spectral_norm(problem.B)))
    for value in np.linalg.eigvals(problem.A):
        pencil = np.hstack([problem.A - value * np.eye(n), problem.B])
        if abs(value) >= 1 and np.linalg.svd(pencil, compute_uv=False)[-1] <= 1e-10 * size:
            found.append(value)
    return np.array(found)


def stabilizable(problem: LQR) -> bool:
    """Whether some gain stabilizes the problem in mean square."""
    try:
        return bool(np.isfinite(problem.optimum.cost))
    except NotStabilizableError:
        return False


def critical_noise(problem: LQR) -> float:
    """Factor on the variances from which on no gain stabilizes; ``inf`` beyond a million, or none.

    0 where no gain stabilizes without noise.
    """

    def works(scale: Array) -> np.bool_:
        return np.bool_(stabilizable(scaled_noise(problem, float(scale))))

    if not works(np.array(0.0)):
        return 0.0
    if works(np.array(1e6)):
        return np.inf
    return float(bisect(works, *double(works, 0.0, 1e-6), halvings=20)[0])


def _words(values: Array) -> str:
    shown = [f"{v.real:.4g}" + (f" {v.imag:+.4g}i" if v.imag else "") for v in values]
    return " and ".join(dict.fromkeys(shown))


def possible(problem: LQR, K0: ArrayLike | None = None) -> Reading:
    """What can be done with a problem that has noise: the problem, or a near one that works.

    A weight that is only semidefinite is raised a little, a mode that no input reaches is
    discounted, noise that no gain survives is reduced to half of what one does. A K0 that does not
    stabilize, or none, becomes the best gain where inputs are a hundred times as dear.
    """
    if not problem.B.any():
        raise ValueError("B: expected an input that does something, got zeros")
    told = []
    for name in ("Q", "Sigma0"):
        weight = getattr(problem, name)
        if least_eigenvalue(weight) <= 1e-12 * spectral_norm(weight):
            more = LITTLE * (float(spectral_norm(weight)) or 1.0) * np.eye(problem.states)
            problem = problem.replace(**{name: weight + more})
            told.append(
                f"{name} is not positive definite, and the theorems need that: {name} "
                f"+ {more[0, 0]:.2g} I takes its place."
            )
    if len(modes := unreachable_modes(problem)):
        share = min(1.0, (DISCOUNTED / float(np.abs(modes).max())) ** 2)
        problem = _discounted(problem, share)
        told.append(
            f"No gain stabilizes this system: no input reaches the mode of A with eigenvalue "
            f"{_words(modes)}. What follows counts the cost of each step {share:.3g} times "
            "that of the step before; a gain that is good then does not stabilize."
        )
    if not stabilizable(problem):
        most = critical_noise(problem)
        if not 0 < most < np.inf:
            raise ValueError("no stabilizing gain was found: float64 does not decide this system")
        problem = scaled_noise(problem, most / 2)
        told.append(
            f"No gain stabilizes this system in mean square: its variances are {1 / most:.3g} "
            "times the most that one survives. What follows takes half of that most."
        )
    start = objective.optimal_gain(problem.replace(R=100 * problem.R))
    if K0 is not None:
        K0 = objective.gain_array(problem, K0, "K0")
        radius = float(objective.mean_square_radius(problem, K0))
        if radius < 1:
            start = K0
        else:
            told.append(
                f"K0 does not stabilize: its mean-square radius is {radius:.4g}, and it must be "
                "below 1. The start is the best gain for 100 R."
            )
    if objective.cost(problem, start) <= (1 + NEARLY) * problem.optimum.cost:
        start = systems.random_stabilizing_gains(problem, 0, fraction=0.5)
        told.append("The start is nearly optimal. A gain half way to the boundary takes its place.")
    return Reading(problem, start, tuple(told))


def _discounted(problem: LQR, share: float) -> LQR:
    """The problem whose cost of a step counts `share` times that of the step before."""
    root, noises = share**0.5, {n: getattr(problem, n) for n in ("state_noise", "input_noise")}
    return problem.replace(
        A=root * problem.A,
        B=root * problem.B,
        **{name: (share * noise.variances, noise.directions) for name, noise in noises.items()},
    )
