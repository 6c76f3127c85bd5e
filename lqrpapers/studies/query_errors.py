"""Errors of estimates from cost queries, over many seeds, beside their leading orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from lqrlib import LQR, estimators, objective, oracles
from lqrlib.validation import Array, Seed

from . import sphere
from .taylor import expansion

# Gradient estimates: names of `sphere.gradient_variance`.
KINDS = ("one point", "baseline", "two points")
# Measured (seeds, X) and predicted (X,) errors over the gradient's norm, by kind.
Both = tuple[dict[str, Array], dict[str, Array]]


def relative_errors(
    estimate: Callable[..., Array],
    arguments: tuple[Any, ...],
    settings: Iterable[Any],
    rng: Seed,
    exact: Array,
    seeds: int,
) -> Array:
    """Relative errors of ``estimate(*arguments, setting, rng)``, Frobenius, (seeds, settings)."""
    each, size, draws = list(settings), np.linalg.norm(exact), np.random.default_rng(rng)
    found = [[estimate(*arguments, one, draws) - exact for one in each] for _ in range(seeds)]
    return np.array([[np.linalg.norm(error) for error in row] for row in found]) / size


def _samples(
    problem: LQR, K: Array, radius: float, count: int, rng: np.random.Generator
) -> dict[str, Array]:
    """Samples (count, d) by kind over ||gradient||, and "linear": two points for a linear cost."""
    U, at = estimators.sphere(count, K.shape, radius, rng), objective.at_gain(problem, K)
    plus, minus = estimators.pairs(partial(objective.cost, problem), K, U)
    u, size = U.reshape(count, -1), np.linalg.norm(at.gradient)
    values = (plus, plus - at.cost, (plus - minus) / 2, u @ at.gradient.ravel())
    scaled = (u.shape[1] / radius**2 * v[:, None] * u / size for v in values)
    return dict(zip((*KINDS, "linear"), scaled, strict=True))


def _predicted(problem: LQR, K: Array, radius: Array | float) -> tuple[Array, dict[str, Array]]:
    """Bias and standard deviation of one sample of each kind, to leading orders."""
    at = expansion(problem, K)
    bias = np.linalg.norm(sphere.gradient_bias(at, radius), axis=-1) / np.sqrt(at.square)
    return bias, {k: np.sqrt(sphere.gradient_variance(at, radius, k) / at.square) for k in KINDS}


def one_sample(
    problem: LQR, K: Array, radii: Array, seeds: int, count: int, rng: np.random.Generator
) -> Both:
    """Standard deviation of one sample over the radii (X,), from `count` samples a seed.

    And "bias", that of two points, with the known mean of the linear part taken out.
    """
    rows = []
    for radius in np.repeat(radii, seeds):
        found = _samples(problem, K, radius, count, rng)
        off = np.linalg.norm((found["two points"] - found["linear"]).mean(axis=0))
        rows.append([off, *(np.sqrt(found[kind].var(axis=0).sum()) for kind in KINDS)])
    measured = np.reshape(rows, (len(radii), seeds, -1)).T
    bias, deviations = _predicted(problem, K, radii)
    return dict(zip(("bias", *KINDS), measured, strict=True)), {"bias": bias} | deviations


def averages(
    problem: LQR, K: Array, radius: float, counts: Array, seeds: int, rng: np.random.Generator
) -> Both:
    """Errors of averages of so many samples (X,)."""
    exact = objective.gradient(problem, K).ravel()
    found = [[_samples(problem, K, radius, k, rng) for k in counts] for _ in range(seeds)]
    measured, (bias, deviations) = {}, _predicted(problem, K, radius)
    for kind in KINDS:
        means = [[each[kind].mean(axis=0) for each in row] for row in found]
        measured[kind] = np.linalg.norm(means - exact / np.linalg.norm(exact), axis=-1)
    return measured, {kind: np.hypot(deviations[kind] / np.sqrt(counts), bias) for kind in KINDS}


def printed_action(J: estimators.Function, K: Array, radius: float, count: int, rng: Seed) -> Array:
    """The printed Hessian estimate H as the matrix (d, d) of X -> HX on vec X."""
    found = estimators.printed_hessian(J, K, radius, count, rng)
    return np.asarray(np.kron(found, np.eye(K.shape[-1])), dtype=float)


def printed_entry(problem: LQR, K: Array, radii: Array, seeds: int, count: int, rng: Seed) -> Both:
    """Entry (0, 0) of the printed Hessian: "mean" of `count` pairs K + U, K - U (seeds, X).

    And "deviation" of one sample, of all seeds together (X,).
    """
    cost, at, draws = oracles.exact_cost(problem), expansion(problem, K), np.random.default_rng(rng)
    means, deviations = [], []
    for radius in radii:
        U = estimators.sphere(seeds * count, K.shape, radius, draws)
        plus, minus = estimators.pairs(cost, K, U)
        weight = len(K) ** 2 / radius**2 * (np.sum(U[:, 0] ** 2, axis=-1) - 1)
        even = weight * ((plus + minus) / 2 - at.value)
        means.append(even.reshape(seeds, -1).mean(axis=1))
        deviations.append(np.std(weight * (plus - at.value)))
    measured = {"mean": np.array(means).T, "deviation": np.array(deviations)}
    mean = sphere.printed_hessian_mean(at, radii)[:, 0, 0]
    return measured, {"mean": mean, "deviation": sphere.printed_hessian_deviation(at, radii)}
