"""Several tasks at one gain: gradient heterogeneity (S1 Lemma 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from numpy.typing import ArrayLike

from .. import objective
from ..constants import Magnitudes, corrected, frobenius_norm, magnitudes, printed, spectral_norm
from ..constants.heterogeneity import differences, levels
from ..problem import LQR
from .registry import Sides, claim


def _bounded(
    first: LQR, second: LQR, K: ArrayLike, factors: Callable[[Magnitudes], printed.Heterogeneity]
) -> Sides:
    """Spectral norm of the difference of gradients against the levels times their factors."""
    tasks = LQR.stack([first, second])
    objective.require_stabilizing(tasks, K)
    one, two = objective.gradient(first, K), objective.gradient(second, K)
    over = factors(magnitudes(tasks, K).worst())
    bound = sum(level * factor for level, factor in zip(levels(first, second), over, strict=True))
    return Sides("gradient", spectral_norm(one - two), bound)


@claim("s1-lemma-8", "e3")
def gradient_heterogeneity(first: LQR, second: LQR, K: ArrayLike) -> Iterator[Sides]:
    """||grad J_i - grad J_j|| <= sum epsilon_k h^k_het as printed, norms maximal over both."""
    yield _bounded(first, second, K, printed.gradient_heterogeneity)


@claim("s1-lemma-8", "e3", form="corrected")
def corrected_gradient_heterogeneity(first: LQR, second: LQR, K: ArrayLike) -> Iterator[Sides]:
    """The same with the repaired factors (no noise, equal Sigma0)."""
    yield _bounded(first, second, K, corrected.gradient_heterogeneity)


@claim("s1-lemma-8", form="sharp")
def sharp_gradient_heterogeneity(first: LQR, second: LQR, K: ArrayLike) -> Iterator[Sides]:
    """Sharp bounds on the differences of Sigma, P, E and the gradient, noise included."""
    objective.require_stabilizing(LQR.stack([first, second]), K)
    one, two = objective.evaluate(first, K), objective.evaluate(second, K)
    bounds = differences(first, second, K)
    for part, name in (
        ("covariance", "Sigma"),
        ("value", "P"),
        ("E", "E"),
        ("gradient", "gradient"),
    ):
        gap = spectral_norm(getattr(one, name) - getattr(two, name))
        floor = 1e-12 * spectral_norm(getattr(one, name))
        yield Sides(part, gap, getattr(bounds, name), floor)
    gap = frobenius_norm(one.gradient - two.gradient)
    floor = 1e-12 * frobenius_norm(one.gradient)
    yield Sides("gradient, Frobenius norm", gap, bounds.gradient_frobenius, floor)
