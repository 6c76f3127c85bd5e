"""A reader's own system: reading it, what is impossible with it, and copies of it.

A file holds matrices by name, a JSON object of nested lists or a numpy archive (npz): A and B; if
wanted Q, R and Sigma0 (else identities), a start K0, and noise as state_variances with
state_directions, input_variances with input_directions.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective
from lqrlib.errors import NotStabilizableError
from lqrlib.matrices import least_eigenvalue, spectral_norm
from lqrlib.problem import LQR
from lqrlib.validation import Array, real_number

from . import classics
from .bisection import bisect, double
from .robustness import scaled_noise

NEEDED, KNOWN = ("A", "B"), ("A", "B", "Q", "R", "Sigma0", "K0")
NOISES = {"state_noise": "state", "input_noise": "input"}
NAMES = (*KNOWN, *(f"{n}_{x}" for n in NOISES.values() for x in ("variances", "directions")))
#: Where a chapter looks for a file, from the folder it runs in.
PLACES = tuple(f"{up}own_system.{kind}" for up in ("", "../") for kind in ("json", "npz"))
#: Systems with a name, each a function of `classics`.
CLASSICS = ("cart-pole", "quadrotor", "power-network", "helicopter")
# What is added to a weight that is not definite, over its norm (or that of the identity).
LITTLE = 1e-3
# The largest eigenvalue that a discount leaves to a mode that no input reaches.
DISCOUNTED = 0.95


class Reading(NamedTuple):
    """What a chapter goes on with, and what it says where that is not what was brought."""

    problem: LQR
    start: Array  #: A stabilizing gain K0 (m, n).
    sentences: tuple[str, ...]  #: One for each thing that is impossible; none where all goes.


def chosen(name: str, noise: float = 0.1) -> tuple[LQR, Array | None]:
    """A classic by its name, or what `read` finds at one of `PLACES` for "file"; and its K0.

    A system without noise gets that of `with_noise`. ValueError where there is no such thing.
    """
    if name in CLASSICS:
        return with_noise(getattr(classics, name.replace("-", "_"))(), noise), None
    if name != "file":
        raise ValueError(f"name: expected 'file' or one of {', '.join(CLASSICS)}, got {name!r}")
    there = [place for place in PLACES if Path(place).is_file()]
    if not there:
        raise ValueError(f"there is no file {' or '.join(PLACES[:2])} beside the Makefile")
    problem, K0 = read(there[0])
    return with_noise(problem, noise), K0


def read(path: str | Path) -> tuple[LQR, Array | None]:
    """The problem in a JSON or npz file, and its K0; ValueError names file and fault."""
    path = Path(path)
    try:
        return _problem(_matrices(path))
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file") from None
    except (ValueError, OSError) as problem:
        raise ValueError(f"{path}: {problem}") from None


def _matrices(path: Path) -> Mapping[str, Any]:
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise ValueError(f"expected names with matrices, got {type(found).__name__}")
    return found


def _problem(matrices: Mapping[str, Any]) -> tuple[LQR, Array | None]:
    for name in matrices:
        if name not in NAMES:
            close = difflib.get_close_matches(name, NAMES, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise ValueError(f"{name}: expected one of {', '.join(NAMES)}{hint}")
    if missing := [name for name in NEEDED if name not in matrices]:
        raise ValueError(f"{' and '.join(missing)}: missing")
    given = {name: matrices[name] for name in KNOWN[:-1] if name in matrices}
    for name, short in NOISES.items():
        both = [matrices.get(f"{short}_{what}") for what in ("variances", "directions")]
        if (both[0] is None) != (both[1] is None):
            raise ValueError(f"{short}_variances and {short}_directions: expected both or neither")
        given[name] = None if both[0] is None else tuple(both)
    A, B = np.atleast_2d(given.pop("A")), np.atleast_2d(given.pop("B"))
    weights = {"Q": np.eye(A.shape[-1]), "R": np.eye(B.shape[-1])}
    problem = LQR(A, B, **weights | given)
    if problem.batch_shape:
        raise ValueError(f"expected one system, got a stack {problem.batch_shape}")
    K0 = matrices.get("K0")
    return problem, None if K0 is None else objective.gain_array(problem, K0, "K0")


def with_noise(problem: LQR, deviation: float) -> LQR:
    """The problem with noise: the change Ax - x and the push Bu of each step are off by a share.

    The two shares are random and new at every step, with this standard deviation. A problem that
    brings its own noise keeps it.
    """
    variance = real_number("deviation", deviation) ** 2
    if problem.has_noise:
        return problem
    change = problem.A - np.eye(problem.states)
    return problem.replace(
        state_noise=([variance], [change]), input_noise=([variance], [problem.B])
    )


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
                f"K0 does not stabilize: its mean-square radius is {radius:.4g}, and it must "
                "be below 1. The start is the best gain for 100 R."
            )
    return Reading(problem, start, tuple(told))


def _discounted(problem: LQR, share: float) -> LQR:
    """The problem whose cost of a step counts `share` times that of the step before."""
    root, noises = share**0.5, {n: getattr(problem, n) for n in NOISES}
    return problem.replace(
        A=root * problem.A,
        B=root * problem.B,
        **{name: (share * noise.variances, noise.directions) for name, noise in noises.items()},
    )
