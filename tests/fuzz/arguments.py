"""Arguments: each public function does what it documents or says clearly what is wrong.

Clear is an error that lqrlib raises itself, not one that comes out of numpy or scipy, and no
warning leaks. A public function whose arguments have no good value here fails the short run, so
that none is forgotten.
"""

from __future__ import annotations

import inspect
import random
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import lqrlib
from lqrlib import LQR, directions, oracles, systems
from tests.fuzz.found import Found

SECONDS = 3
LIBRARY = str(Path(lqrlib.__file__).parent)
MODULES = (
    "directions estimators finite_horizon maml matrix_equations oracles simulation systems tasks"
)
# Behind the doors: they trust what they are given. Classes come out of functions.
TRUSTING = {
    *("pairs", "gradient_from_pairs", "printed_hessian_from_values", "stein_hessian_from_values"),
    *("product_from_gradients", "simulated_costs", "value_matrix of finite_horizon", "bicgstab"),
    *("closed_loop", "value_step", "initial_moment", "require_hessian"),
}

PROBLEM = systems.three_state()
K = lqrlib.optimal_gain(PROBLEM)
FAMILY = LQR.stack([PROBLEM, PROBLEM.replace(Q=2 * PROBLEM.Q)])
QUIET = systems.double_integrator()


class State:
    """What from_state_space takes."""

    A, B, dt = QUIET.A, QUIET.B, 0.1


def bowl(gain: Any) -> Any:
    return np.sum(gain**2, axis=(-2, -1))


GOOD: dict[str, Any] = {
    **{"problem": PROBLEM, "K": K, "X": K, "K0": K, "tasks": FAMILY, "nominal": QUIET, "rng": 0},
    **{"oracle": oracles.exact_cost(FAMILY), "function": bowl, "answer": bowl, "name": "name"},
    **{"radius": 0.01, "samples": 3, "points": 2, "inner_step_size": 1e-4, "hessian": "none"},
    **{"fresh": True, "shared": True, "baseline": 0.0, "distribution": "sphere", "step": 0.1},
    **{"shape": (2, 3), "horizon": 5, "x0": None, "tolerance": 1e-6, "iterations": 2},
    **{"draws": "gaussian", "common_noise": False, "starts": np.ones((2, 3)), "steps": 3},
    **{"count": 2, "families": None, "epsilon": 0.01, "masks": None, "near": None},
    **{"setting": "both", "first": FAMILY, "second": FAMILY, "direction": K, "method": None},
    **{"F": 0.5 * np.eye(2), "W": np.eye(2), "variances": [0.1], "adjoint": False},
    **{"directions": np.ones((1, 2, 2)) / 4, "states": 2, "inputs": 1, "state_noise_terms": 1},
    **{"input_noise_terms": 1, "noise_level": 0.5, "spread": 2.0, "noise": True, "printed": False},
    **{"a": 0.9, "b": 1.0, "q": 1.0, "r": 1.0, "sigma0": 1.0, "state_variance": 0.1},
    **{"input_variance": 0.1, "system": State, "A": QUIET.A, "B": QUIET.B, "Q": QUIET.Q},
    **{"R": QUIET.R, "Sigma0": None, "state_noise": None, "input_noise": None, "value": 0.1},
    **{"closed": 0.5 * np.eye(2)[None], "target": [0.9], "step_size": 1e-4, "cost": None},
    **{"on_leave": "flag", "initial": 1.0, "shrink": 0.5, "sufficient": 0.01, "most": 3},
    **{"gradient": None, "share": 0.6, "reach": (0.0, 0.5), "fraction": 0.6, "along": (0.0, 0.5)},
}
SPECIAL: dict[tuple[str, str], Any] = {
    ("descend", "direction"): directions.gradient(PROBLEM),
    ("noise_scale", "variances"): [[0.1]],
    ("stationary_gain", "tolerance"): 1e-3,
    ("stationary_gain", "iterations"): 30,
    ("noise_scale", "directions"): np.ones((1, 1, 2, 2)),
    ("random_ensemble", "radius"): (0.5, 0.9),
}
NASTY: list[Any] = [
    *(None, True, -1, 0, 1, 2.5, -0.5, 1e308, -1e308, 1e-308, float("nan"), float("inf"), 10**400),
    *(
        "x",
        "",
        b"x",
        1j,
        Fraction(1, 3),
        object(),
        {},
        {"A": 1},
        {"x": 1},
        set(),
        [],
        (),
        [1.0],
        [[]],
    ),
    *([1, 2, 3], [[1.0], [1.0, 2.0]], (0.5, "x"), [None], np.zeros(0), np.zeros((0, 2, 2))),
    *(np.eye(2), np.eye(3), -np.eye(3), np.ones((2, 3)), np.ones((3, 2)), np.ones((5, 2, 3))),
    *(np.full((2, 3), np.nan), np.full((2, 3), 1e200), np.full((2, 3), 1e-200), np.eye(3) * 1j),
    *(
        np.ma.array([1.0, 2.0], mask=[0, 1]),
        np.ma.array(np.ones((2, 3)), mask=True),
        np.ones((1, 2)),
    ),
    *(np.array("x"), np.array([["a"]]), np.array(3), np.longdouble("1e400"), np.array(None)),
    *(
        np.random.default_rng(0),
        np.random.RandomState(0),
        lambda: None,
        lambda gain: gain,
        bowl,
        LQR,
    ),
    *(PROBLEM, FAMILY, QUIET, LQR.stack([QUIET] * 3), LQR(2.0, 0.0, 1.0, 1.0), State, lqrlib, K),
    *(
        np.full((2, 3), 5e-324),
        PROBLEM.replace(A=1e150 * PROBLEM.A),
        PROBLEM.replace(B=0 * PROBLEM.B),
    ),
    *(PROBLEM.replace(Q=0 * PROBLEM.Q), PROBLEM.replace(Sigma0=0 * PROBLEM.Sigma0)),
    *(PROBLEM.replace(R=1e-300 * PROBLEM.R), PROBLEM.replace(Q=1e300 * PROBLEM.Q)),
    *(PROBLEM.replace(A=PROBLEM.A + 1e8 * np.eye(3, k=1)), PROBLEM.replace(A=1e-310 * PROBLEM.A)),
    *(
        PROBLEM.replace(state_noise=(1e3, PROBLEM.A)),
        PROBLEM.replace(input_noise=(1e300, PROBLEM.B)),
    ),
    *(LQR.stack([FAMILY] * 2), oracles.exact_cost(PROBLEM), oracles.exact_cost(FAMILY), -5 * K),
]


def public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function, as it is called: those of the package and of its public modules."""
    for name in lqrlib.__all__:
        value = getattr(lqrlib, name)
        if inspect.isfunction(value) or value is LQR:
            yield name, value
    for module in (getattr(lqrlib, name) for name in MODULES.split()):
        names = getattr(module, "__all__", None) or sorted(vars(module))
        for name in names:
            value, short = getattr(module, name), module.__name__.rpartition(".")[2]
            here = inspect.isfunction(value) and value.__module__.startswith(module.__name__)
            trusting = {name, f"{name} of {short}"} & TRUSTING
            if here and not name.startswith("_") and not trusting:
                yield f"{short}.{name}", value


def good_arguments(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    short = name.rpartition(".")[2]
    names = inspect.signature(function).parameters
    return {
        x: SPECIAL.get((short, x), GOOD[x]) for x in names if (short, x) in SPECIAL or x in GOOD
    }


class TooLong(BaseException):
    """A call has not come back in time."""


def too_long(number: int, frame: object) -> None:
    raise TooLong


def outcome(function: Callable[..., Any], given: dict[str, Any]) -> tuple[str, str | None]:
    """What comes of a call, and a line where that is wrong."""
    signal.signal(signal.SIGPROF, too_long)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # of the processor: a busy machine is no finding
    try:
        with warnings.catch_warnings(), np.errstate(all="raise"):
            warnings.simplefilter("error")
            function(**given)
        return "right", None
    except TooLong:
        return "wrong", f"not back in {SECONDS} s"
    except (ValueError, RuntimeError) as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        if last.filename.startswith(LIBRARY) and "raise" in (last.line or "raise"):
            return "refused", None
        return "obscure", f"{type(error).__name__}: {error} [{last.name}]"
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        called = "argument" in str(error) and ("take" in str(error) or "missing" in str(error))
        if last.filename == __file__ or called:
            return "the caller's own error", None
        return "obscure", f"{type(error).__name__}: {error} [{last.name}]"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def run(cases: int, seed: int) -> Found:
    """Calls with one or two arguments spoilt."""
    found, draw = Found(), random.Random(seed)
    functions = [(name, f, good_arguments(name, f)) for name, f in public_functions()]
    for name, function, good in functions:
        kind, line = outcome(function, good)
        if kind != "right":
            found.add(kind, f"{name} with good arguments: {line or kind}")
    for _ in range(cases):
        name, function, good = draw.choice(functions)
        open_ = sorted(x for x, value in good.items() if not isinstance(value, bool))
        if not open_:
            continue
        spoilt = draw.sample(open_, min(len(open_), draw.choice((1, 1, 2))))
        given = good | {x: draw.choice(NASTY) for x in spoilt}
        kind, line = outcome(function, given)
        what = ", ".join(f"{x}={given[x]!r}"[:70].replace("\n", " ") for x in spoilt)
        found.add(kind, line and f"{name}({what}): {line}")
    return found
