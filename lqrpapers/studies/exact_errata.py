"""The errata in exact fractions: the smallest counterexamples, and repaired constants put to test.

Both use formulas for one state that share no code with `lqrpapers.constants`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from .exact import ExactGain, root_above

Pairs = dict[str, list[tuple[Fraction, Fraction]]]


class Sizes(NamedTuple):
    """A quantity, what is printed for it, and what the repaired formula gives."""

    truth: Fraction
    printed: Fraction
    corrected: Fraction


class Scalar:
    """One state and one input without noise: x+ = a x + b u, and what the constants are made of."""

    def __init__(self, a: Any, b: Any, q: Any, r: Any, k: Any) -> None:
        self.a, self.b, self.q, self.r, self.k = (Fraction(each) for each in (a, b, q, r, k))
        at = ExactGain(self.a, self.b, self.q, self.r, self.k)
        self.A_K, self.P, self.Sigma = at.A_K[0, 0], at.P[0, 0], at.Sigma[0, 0]
        self.R_K, self.E, self.J = at.R_K[0, 0], at.E[0, 0], at.cost
        self.nu = self.J / self.q

    def at(self, k: Any) -> Scalar:
        """The same task at another gain."""
        return Scalar(self.a, self.b, self.q, self.r, k)

    @property
    def gradient(self) -> Fraction:
        return Fraction(2 * self.E * self.Sigma)

    @property
    def hessian(self) -> Fraction:
        """J'' by the quotient rule from J = (q + r k^2) / (1 - (a - bk)^2)."""
        N, D = self.q + self.r * self.k**2, 1 - self.A_K**2
        dN, dD = 2 * self.r * self.k, 2 * self.b * self.A_K
        return 2 * self.r / D - 2 * dN * dD / D**2 + 2 * self.b**2 * N / D**2 + 2 * N * dD**2 / D**3

    @property
    def E_bound_squared(self) -> Fraction:
        """No more than h_0^2 = R_K (J - J*): J* is at most the cost after a policy iteration."""
        return Fraction(self.R_K * (self.J - self.at(self.k - self.E / self.R_K).J))

    @property
    def radius(self) -> Fraction:
        """The printed h_Delta."""
        return self.q / (4 * abs(self.b) * self.J * (abs(self.A_K) + 1))

    def cost_smoothness(self, weight: Fraction) -> Fraction:
        """h_cost of E2, in which `weight` stands at the change of the dynamics."""
        moved = abs(self.b) * (abs(self.A_K) + 1) * self.nu * weight
        return 4 / self.q * (self.r * (abs(self.k) + self.radius / 2) + moved)

    def hessian_parts(self) -> tuple[Fraction, Fraction]:
        """The repaired h_H without h_0, and the factor of h_0 (E6)."""
        scale = 2 * self.nu
        return scale * (self.r + self.b**2 * self.J), 4 * scale * abs(self.A_K * self.b) * self.nu


def heterogeneity(one: Scalar, two: Scalar, *, corrected: bool) -> Fraction:
    """sum eps_k h^k at one gain, each magnitude the larger of both tasks (E3)."""
    largest = {
        name: max(abs(getattr(each, name)) for each in (one, two))
        for name in ("J", "P", "A_K", "a", "b", "q", "r")
    }
    J, P, A_K, a, b, q, r = largest.values()
    q_least, k = min(one.q, two.q), abs(one.k)
    nu = J / q_least
    # The 2 of the gradient, 2 for 4 where the report is generous, and in h^2 a lost ||B||.
    scale, times, lost = (2 * nu, 2, b) if corrected else (nu, 4, 1)
    e = r * k + J * (b * b * k + b * a)
    value, covariance = times * A_K**2 * (q + k * k * r) * nu**2, 4 * e * nu**2 * A_K
    factors = (
        scale * b * (P + value) + covariance,
        scale * (A_K * P + b * k * P + lost * k * value) + k * covariance,
        scale * b * A_K * nu,
        scale * (k + k * k * b * A_K * nu),
    )
    levels = [abs(getattr(one, name) - getattr(two, name)) for name in ("a", "b", "q", "r")]
    return Fraction(sum(level * factor for level, factor in zip(levels, factors, strict=True)))


def smallest() -> dict[str, Sizes]:
    """The smallest counterexamples of E1, E2, E3, E5, E6 and E11."""
    half, quarter, sixth = Fraction(1, 2), Fraction(1, 4), Fraction(1, 6)
    found = {}
    at = Scalar(0, 1, 1, 1, half)
    h_0 = root_above(at.R_K * (at.J - at.at(0).J))  # k* = 0, as a = 0
    found["e1"] = Sizes(abs(at.gradient), at.J * h_0, 2 * at.J * h_0)
    at = Scalar(0, 1, 1, 1, 0)
    d, weight = at.radius, at.r * at.k**2
    change = at.at(d).J - at.J
    printed, repaired = (at.cost_smoothness(each) * at.J * d for each in (weight, at.q + weight))
    found["e2"] = Sizes(change, printed, repaired)
    pair = at, Scalar(quarter, 1, 1, 1, 0)
    apart = abs(pair[0].gradient - pair[1].gradient)
    found["e3"] = Sizes(apart, *(heterogeneity(*pair, corrected=each) for each in (False, True)))
    r = Fraction(1, 10)  # U = r or -r, each with probability 1/2
    second = (at.at(r).J + at.at(-r).J - 2 * at.J) / 2
    found["e5"] = Sizes(
        at.hessian, second * (r**2 - 1) / r**2, 3 / r**4 * second * (r**2 - r**2 / 3)
    )
    at = Scalar(0, 2, sixth, sixth, 0)
    xi = ((1 + at.b**2) * at.J + at.r - 1) / at.q
    if xi:
        raise ArithmeticError("xi: expected 0, where h_H has no root of two")
    plain, _ = at.hessian_parts()  # h_0 = 0 at the optimum
    found["e6"] = Sizes(at.hessian, (2 * at.r + 2 * at.b * at.J) * at.J / at.q, plain)
    noise = [(quarter, np.array([[Fraction(1)]])), (quarter, np.array([[Fraction(1)]]))]
    both, last = (ExactGain(1, 1, 1, 1, 1, input_noise=each) for each in (noise, noise[1:]))
    found["e11"] = Sizes(both.Sigma[0, 0], last.Sigma[0, 0], both.Sigma[0, 0])
    return found


def repaired_bounds(count: int, seed: int) -> Pairs:
    """Squares of both sides of the repaired bounds on random tasks with small fractions."""
    rng = np.random.default_rng(seed)
    found: Pairs = {id_: [] for id_ in ("e1", "e2", "e3", "e6")}

    def drawn(low: int, high: int) -> Fraction:
        return Fraction(int(rng.integers(low, high + 1)), int(rng.integers(1, 21)))

    for _ in range(count):
        a, b, q, r = drawn(-20, 20), drawn(1, 20), drawn(1, 20), drawn(1, 20)
        loop = Fraction(int(rng.integers(-19, 20)), 20)
        at = Scalar(a, b, q, r, (a - loop) / b)
        squared = at.E_bound_squared
        found["e1"].append((at.gradient**2, 4 * at.nu**2 * squared))
        d, weight = at.radius, at.q + at.r * at.k**2
        change = max(abs(at.at(at.k + move).J - at.J) for move in (d, -d))
        found["e2"].append((change**2, (at.cost_smoothness(weight) * at.J * d) ** 2))
        plain, factor = at.hessian_parts()
        rest = max(abs(at.hessian) - plain, Fraction(0))
        found["e6"].append((rest**2, factor**2 * squared))
        changes = [Fraction(int(rng.integers(-10, 11)), 1000) for _ in range(4)]
        other = [value * (1 + change) for value, change in zip((a, b, q, r), changes, strict=True)]
        near = Scalar(other[0], other[1], other[2], other[3], at.k)
        if abs(near.A_K) < 1:
            bound = heterogeneity(at, near, corrected=True)
            found["e3"].append(((at.gradient - near.gradient) ** 2, bound**2))
    return found
