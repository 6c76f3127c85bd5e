"""MAML against averaging, to leading order in the inner step."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array

from ..studies import averaging
from ..studies.stationary import stationary_gain
from .registry import Inequalities, Sides, claim

# Relative error of a leading coefficient after one Richardson step, and least power of a remainder
# over the next one.
COEFFICIENT, POWERS = 1e-3, (1.9, 2.9)
# Slopes and curvatures of quadratic tasks over one number whose covariance is zero, at K_av = 0.
UNCORRELATED = (-1, 2, -1), (1, 2, 3)


@claim("ours-covariance")
def maml_beside_averaging(tasks: LQR, start: ArrayLike, *, share: float = 0.01) -> Inequalities:
    """Families (D, M): eta_l over the steepest Hessian is this share, and half of it.

    Coefficients of eta_l (optimum; first-order MAML's, too) and of eta_l^2 (gain), and the powers
    with which the remainders of all families together fall.
    """
    found = averaging.covariance(tasks, start)
    coefficients: dict[str, list[Array]] = {"optimum": [], "gain": [], "first-order MAML": []}
    first_order_gains = []
    for eta in (share / found.steepest, share / 2 / found.steepest):
        step = eta[..., None, None]
        optimum = stationary_gain(tasks, found.average, eta, tolerance=1e-13)
        coefficients["optimum"].append((optimum - found.average) / step)
        won = averaging.advantage(tasks, found.average, optimum, eta)
        coefficients["gain"].append((won / eta**2)[..., None, None])
        first = averaging.first_order_gain(tasks, found, eta)
        coefficients["first-order MAML"].append((first - found.average) / step)
        lost = averaging.advantage(tasks, first, optimum, eta)
        first_order_gains.append(won / eta**2 - lost / eta**2)
    gain = 2 * found.size[..., None, None]
    told = {"optimum": 2 * found.shift, "gain": gain, "first-order MAML": found.shift}
    for name, (far, near) in coefficients.items():
        error = frobenius_norm(2 * near - far - told[name]) / frobenius_norm(told[name])
        yield Sides(f"{name}, leading coefficient", error, COEFFICIENT)
    far, near = first_order_gains
    error = np.abs((2 * near - far) / (1.5 * found.size) - 1)
    yield Sides("what first-order MAML gains", error, COEFFICIENT)
    for name, least in zip(("optimum", "gain"), POWERS, strict=True):
        left = [
            np.linalg.norm(frobenius_norm(each - told[name]) / frobenius_norm(told[name]))
            for each in coefficients[name]
        ]
        power = int(least + 0.5) - 1 + np.log2(left[0] / left[1])
        yield Sides(f"{name}, power of the remainder", least, power, role="guard")
    yield Sides("covariance zero, an example", _uncorrelated_error(), 0.0, role="guard")


def _uncorrelated_error() -> list[float]:
    """Optimum and gain of the example against closed forms, exact, for four inner steps."""
    slopes, curvatures = UNCORRELATED
    errors = []

    def objective(k: Fraction, eta: Fraction) -> Fraction:
        adapted = [k - eta * (h * k + g) for g, h in zip(slopes, curvatures, strict=True)]
        costs = [h * x * x / 2 + g * x for g, h, x in zip(slopes, curvatures, adapted, strict=True)]
        return sum(costs, Fraction(0)) / 3

    for eta in (Fraction(1, 3), Fraction(1, 10), Fraction(1, 100), Fraction(-1, 7)):
        rest = 3 - 14 * eta + 18 * eta**2
        k, gain = eta**2 / rest, eta**4 / (3 * rest)
        both_sides = objective(k + 1, eta) - objective(k - 1, eta)  # zero at the minimiser
        errors.append(float(abs(both_sides)))
        errors.append(float(abs(objective(Fraction(0), eta) - objective(k, eta) - gain)))
    return errors
