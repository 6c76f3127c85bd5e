"""A reader's own system: a classic, or one that a file brings (what is then: `own_obstacles`).

A file holds matrices by name, a JSON object of nested lists or a numpy archive (npz): A and B; if
wanted Q, R and Sigma0 (else identities), a start K0, and noise as state_variances with
state_directions, input_variances with input_directions.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective
from lqrlib.problem import LQR
from lqrlib.validation import Array, finite_array, real_number

from ..notebook import readable
from . import classics

NEEDED, KNOWN = ("A", "B"), ("A", "B", "Q", "R", "Sigma0", "K0")
NOISES = {"state_noise": "state", "input_noise": "input"}
NAMES = (*KNOWN, *(f"{n}_{x}" for n in NOISES.values() for x in ("variances", "directions")))
#: Systems with a name, each a function of `classics`.
CLASSICS = ("cart-pole", "quadrotor", "power-network", "helicopter")


def chosen(name: str, A: ArrayLike = (), B: ArrayLike = ()) -> tuple[LQR, Array | None]:
    """Given matrices, a classic by its name, or what `read` finds at a path; and its K0.

    ValueError where there is no such thing.
    """
    if np.size(A) or np.size(B):
        return _problem({"A": A, "B": B})[0], None
    if name in CLASSICS:
        return getattr(classics, name.replace("-", "_"))(), None
    if Path(name).suffix not in (".json", ".npz"):
        known = f"one of {', '.join(CLASSICS)}, or a path that ends in .json or .npz"
        raise ValueError(f"system: expected {known}; got {name!r}")
    below = Path("..", name)  # JupyterLab runs a chapter in its own folder
    return read(below if below.is_file() and not Path(name).is_file() else name)


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
    A, B = (np.atleast_2d(finite_array(name, given.pop(name), 0)) for name in NEEDED)
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


def described(problem: LQR) -> list[str]:
    """Lines with the matrices of a problem to three digits, and what is known of a classic."""
    lines = []
    for name, known in classics.NAMES.items():
        classic, _ = chosen(name)
        if all(np.array_equal(getattr(problem, M), getattr(classic, M)) for M in NEEDED):
            lines += [f"one step is {known.step:g} s", f"states: {', '.join(known.states)}"]
            lines += [f"inputs: {', '.join(known.inputs)}"]
    for name in KNOWN[:-1]:
        matrix = getattr(problem, name)
        if name in KNOWN[2:] and np.array_equal(matrix, np.eye(len(matrix))):
            lines.append(f"{name}: the identity")
        else:
            lines += [f"{name}:", *aligned(matrix)]
    for name in NOISES:
        lines.append(f"variances of the {name.replace('_', ' ')}: ")
        variances = getattr(problem, name).variances
        lines[-1] += ", ".join(readable(f"{v:.3g}") for v in variances) or "none"
    return lines


def aligned(rows: Iterable[Iterable[float | str]]) -> list[str]:
    """Rows of numbers as people print them, three digits, in columns; nan is a dash."""

    def cell(entry: float | str) -> str:
        text = entry if isinstance(entry, str) else f"{entry:.3g}"
        return readable(text).replace("nan", "–")

    cells = [[cell(entry) for entry in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  " + "  ".join(map(str.rjust, row, widths)) for row in cells]
