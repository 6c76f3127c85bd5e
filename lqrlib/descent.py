"""Descent: a direction and a step size, iterated.

    K <- K - step_size * direction(K)

The loop knows nothing of regulators. A direction is a callable ``K -> array`` of the shape of K;
it may also offer

- ``with_cost(K) -> (direction, cost)``, when both come out of one evaluation,
- ``require(K)``, which raises a clear error where the method cannot start,
- ``radius(K)``, a number for each member that is below one inside the domain, to say in an error.

K may be a stack of starts (..., m, n). Each member descends by itself: one that converges or
leaves the domain (cost ``inf`` or ``nan``) stops there and changes nothing for the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import validation
from .errors import NotStabilizingError
from .validation import Array

Direction: TypeAlias = Callable[[Array], Array]
Cost: TypeAlias = Callable[[Array], Array]
StepRule: TypeAlias = Callable[[Array, Array, Array, Cost], Array]


@dataclass(frozen=True, eq=False)
class Trace:
    """What a descent did, iteration by iteration; T is the number of iterations asked for.

    Attributes
    ----------
    gains : array (T + 1, ..., m, n)
        Iterates, the start first. A member that stopped repeats its last iterate.
    costs : array (T + 1, ...) or None
        Their costs; ``inf`` once a member has left the domain. None if no cost was known.
    step_sizes : array (T, ...)
        Steps taken; zero where a member had stopped.
    norms : array (T, ...)
        Frobenius norms of the directions; ``nan`` where a member had stopped.
    left : bool array (...)
        Members that left the domain; their last iterate is the one outside.
    converged : bool array (...)
        Members whose direction fell to the tolerance.
    """

    gains: Array
    costs: Array | None
    step_sizes: Array
    norms: Array
    left: NDArray[np.bool_]
    converged: NDArray[np.bool_]

    @property
    def gain(self) -> Array:
        """Last iterate, (..., m, n)."""
        return self.gains[-1]

    @property
    def iterations(self) -> NDArray[np.int64]:
        """Number of steps each member took, (...)."""
        return np.count_nonzero(self.step_sizes, axis=0)


def _steps(step_size: float | ArrayLike, batch: tuple[int, ...]) -> Array:
    steps = validation.positive_array("step_size", step_size)
    try:
        return np.broadcast_to(steps, batch)
    except ValueError:
        raise ValueError(
            f"step_size: shape {steps.shape} does not broadcast to the batch shape {batch}"
        ) from None


def descend(
    direction: Direction,
    K0: ArrayLike,
    step_size: float | ArrayLike | StepRule,
    iterations: int,
    *,
    cost: Cost | None = None,
    tolerance: float = 0.0,
    on_leave: str = "raise",
) -> Trace:
    """Iterate K <- K - step_size * direction(K); the `Trace` says what happened.

    Parameters
    ----------
    direction : callable
        ``direction(K)`` of the shape of K; see the module's text for what else it may offer.
    K0 : array (..., m, n)
        Start, or a stack of starts.
    step_size : positive float, array (...) or callable
        Constant, one for each member, or a rule ``(K, direction, cost, cost_function) -> (...)``
        such as `backtracking`.
    iterations : int
        Number of steps at the most, zero or more.
    cost : callable, optional
        ``cost(K) -> (...)``, finite inside the domain. Default: what the direction offers.
    tolerance : float
        A member stops once the Frobenius norm of its direction is at or below this.
    on_leave : "raise" or "flag"
        What to do when a member leaves the domain: raise NotStabilizingError, or mark it in
        ``Trace.left`` and go on with the others.

    Raises
    ------
    NotStabilizingError
        If a start lies outside the domain, or (``on_leave="raise"``) an iterate leaves it.
    ValueError
        If an argument is malformed.
    """
    validation.function("direction", direction)
    if cost is not None:
        validation.function("cost", cost)
    K = validation.finite_array("K0", K0, 2)
    iterations = validation.whole_number("iterations", iterations, 0)
    tolerance = validation.real_number("tolerance", tolerance, positive=False)
    validation.choice("on_leave", on_leave, ("raise", "flag"))
    both = _joined(direction, cost)
    step, value = both(K)
    require = getattr(direction, "require", None)
    if require is not None and (value is None or not np.isfinite(value).all()):
        require(K)
    if step.shape[-2:] != K.shape[-2:]:
        rows, columns = K.shape[-2:]
        raise ValueError(f"direction: expected shape (..., {rows}, {columns}), got {step.shape}")
    validation.require_broadcast("direction", step.shape[:-2], K.shape[:-2], "those of K0,")
    batch = np.broadcast_shapes(step.shape[:-2], K.shape[:-2])
    K = np.broadcast_to(K, batch + K.shape[-2:])
    if value is not None and (value.ndim > len(batch) or value.size > np.prod(batch)):
        raise ValueError(f"cost: expected shape {batch}, got {value.shape}")
    if value is not None and not np.isfinite(value).all():
        raise NotStabilizingError("K0: expected a start of finite cost", ~np.isfinite(value))
    rule = step_size if callable(step_size) else None
    constant = _steps(1.0 if rule else step_size, batch)  # type: ignore[arg-type]
    known_cost = cost if cost is not None else getattr(direction, "cost", None)
    if rule is not None and known_cost is None:
        raise ValueError("cost: a step-size rule needs a cost function, and none is known")

    gains, costs, steps, norms = [K], [value], [], []
    left, converged = np.zeros((2, *batch), dtype=bool)
    for count in range(iterations):
        with np.errstate(over="ignore", under="ignore"):  # a member may leave with a huge iterate
            norm = np.linalg.norm(step, axis=(-2, -1))
        norms.append(np.where(left | converged, np.nan, norm))
        converged = converged | (~left & (norm <= tolerance))
        active = ~(left | converged)
        if rule is None:
            eta = constant
        else:
            assert value is not None and known_cost is not None
            eta = np.broadcast_to(rule(K, step, value, known_cost), batch)
        eta = np.where(active, eta, 0.0)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            moved = K - eta[..., None, None] * np.where(active[..., None, None], step, 0.0)
        outside = active & ~np.isfinite(moved).all(axis=(-2, -1))
        # A member that overflows keeps its last finite iterate, so neighbours can go on.
        K = np.where(outside[..., None, None], K, moved)
        step, value = both(K)
        good = np.isfinite(step).all(axis=(-2, -1))
        if value is not None:
            good &= np.isfinite(value)
        left = left | outside | (active & ~good)
        if on_leave == "raise" and left.any():
            raise _left_error(direction, count + 1, K, eta, left)
        if value is not None:
            value = np.where(left, np.inf, value)
        gains.append(K)
        costs.append(value)
        steps.append(eta)
        if not (~(left | converged)).any():
            break
    missing = iterations - len(steps)
    gains += [gains[-1]] * missing
    costs += [costs[-1]] * missing
    steps += [np.zeros(batch)] * missing
    norms += [np.full(batch, np.nan)] * missing
    return Trace(
        np.stack(gains),
        None if value is None else np.stack([np.broadcast_to(c, batch) for c in costs]),
        np.array(steps).reshape((iterations,) + batch),
        np.array(norms).reshape((iterations,) + batch),
        left,
        converged,
    )


def _left_error(
    direction: Direction, count: int, K: Array, eta: Array, left: NDArray[np.bool_]
) -> NotStabilizingError:
    """Which members left, with which step, how far they are outside, and what to try."""
    radius = getattr(direction, "radius", None)
    longest = float(eta[left].max())
    return NotStabilizingError(
        f"iteration {count}: the iterate left the domain after a step of size {longest:.3g} "
        '(try a smaller step_size, backtracking(), or on_leave="flag")',
        left,
        radius(K) if callable(radius) else None,  # that of an estimate is a number
    )


def _joined(direction: Direction, cost: Cost | None) -> Callable[[Array], tuple[Array, Any]]:
    """Direction and cost together, in one evaluation where the direction offers it."""
    with_cost = getattr(direction, "with_cost", None)
    if cost is None and with_cost is not None:
        return with_cost
    price = cost if cost is not None else getattr(direction, "cost", None)

    def both(K: Array) -> tuple[Array, Any]:
        value = None if price is None else np.asarray(price(K), dtype=float)
        return np.asarray(direction(K), dtype=float), value

    return both


def backtracking(
    initial: float = 1.0,
    *,
    shrink: float = 0.5,
    sufficient: float = 0.01,
    most: int = 60,
    gradient: Direction | None = None,
) -> StepRule:
    """Return a step-size rule: the largest initial * shrink^k with sufficient decrease (Armijo).

    A step eta along d is taken when C(K - eta d) <= C(K) - sufficient * eta * <gradient, d>;
    where d does not point uphill (<gradient, d> <= 0) there is none.

    Parameters
    ----------
    initial : float
        First step tried at every iteration.
    shrink : float in (0, 1)
        Factor between trials.
    sufficient : float in (0, 1)
        Fraction of the linear decrease that counts as enough.
    most : int
        Trials at the most; a member without an acceptable step by then takes none (step 0).
    gradient : callable, optional
        Gradient of the cost; default: the direction is the gradient.
    """
    initial = validation.real_number("initial", initial)
    most = validation.whole_number("most", most)
    for name, number in (("shrink", shrink), ("sufficient", sufficient)):
        if not validation.real_number(name, number) < 1:
            raise ValueError(f"{name}: expected a number in (0, 1), got {number!r}")
    if gradient is not None:
        validation.function("gradient", gradient)

    @np.errstate(over="ignore", invalid="ignore", under="ignore")
    def rule(K: Array, step: Array, value: Array, cost: Cost) -> Array:
        slope = np.sum(step * (step if gradient is None else gradient(K)), axis=(-2, -1))
        eta = np.full(slope.shape, float(initial))
        downhill = slope > 0  # also excludes members that have left, whose slope is nan
        done = np.zeros(slope.shape, dtype=bool)
        safe = np.where(downhill[..., None, None], step, 0.0)
        for _ in range(most):
            trial = cost(K - eta[..., None, None] * safe)
            done |= downhill & (trial <= value - sufficient * eta * slope)
            if (done | ~downhill).all():
                break
            eta = np.where(done, eta, eta * shrink)
        return np.where(done, eta, 0.0)

    return rule
