r"""Estimates of the gradient for two gains from a number of cost queries, over their radius.

For two gains the directions :math:`U = r W` are a circle. The trapezoid rule on it is exact to
rounding for a few hundred points, so bias and variance are known without sampling.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

import lqrlib
from lqrlib import LQR, estimators, systems
from lqrlib.validation import Array, Seed
from lqrpapers.figures.zeroth_order import ESTIMATES, Errors
from lqrpapers.studies import query_errors, sphere, taylor

from . import plain

POINTS = 720  # on the circle
RADII = np.geomspace(0.02, 0.9, 6)  # at which estimates are measured, over the distance to the edge
QUERIES = (10, 30, 100, 300, 1000)
CHOSEN = 100  # of them, in the picture
BIAS = "bias, which more queries leave"


def circle(shape: tuple[int, int], points: int = POINTS) -> Array:
    """Unit directions (points, m, n) for mn = 2, evenly; that at k + points/2 is opposite to k."""
    angle = 2 * np.pi * np.arange(points) / points
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1).reshape(points, *shape)


def edge(problem: LQR, K: Array) -> float:
    """Distance from K to the boundary of the stabilizing set: the nearest ray, looked at closer."""
    middle, span = 0.0, 2 * np.pi
    for _ in range(4):
        angles = middle + span * np.linspace(-0.5, 0.5, 61)
        ways = np.stack([np.cos(angles), np.sin(angles)], axis=-1).reshape(-1, *K.shape)
        distances = systems.boundary_distance(problem, K, ways)
        middle, span = float(angles[distances.argmin()]), span / 20
    return float(distances.min())


def exact(
    problem: LQR, K: Array, radius: float, points: int = POINTS
) -> tuple[float, dict[str, float]]:
    """Bias of the estimates and variances of one sample by kind, over the gradient's norm."""
    ways, at, d = circle(K.shape, points), lqrlib.at_gain(problem, K), K.size
    plus = lqrlib.cost(problem, K + radius * ways)
    minus = np.roll(plus, points // 2)
    mean = d / radius * np.einsum("p,pij->ij", (plus - minus) / 2, ways) / points
    size, values = float(np.sum(at.gradient**2)), _values(plus, minus, at.cost)
    squares = [d**2 / radius**2 * np.mean(value**2) - np.sum(mean**2) for value in values]
    bias = np.sqrt(np.sum((mean - at.gradient) ** 2) / size)
    relative = [float(square / size) for square in squares]
    return float(bias), dict(zip(query_errors.KINDS, relative, strict=True))


def _values(plus: Array, minus: Array, centre: Array) -> tuple[Array, Array, Array]:
    """What each of the `KINDS` multiplies its directions by."""
    return plus, plus - centre, (plus - minus) / 2


def samples(kind: str, queries: int) -> int:
    """Samples from so many queries: a pair costs two (the baseline's own query is not counted)."""
    return queries // 2 if kind == "two points" else queries


def root_mean_square(problem: LQR, K: Array, radii: Array, queries: int) -> dict[str, Array]:
    """Exact relative errors over radii (X,), and the "bias", which no number of samples removes."""
    several = [exact(problem, K, float(radius)) for radius in radii]
    found = {"bias": np.array([bias for bias, _ in several])}
    for kind in query_errors.KINDS:
        variance = np.array([variances[kind] for _, variances in several])
        found[kind] = np.sqrt(found["bias"] ** 2 + variance / samples(kind, queries))
    return found


class Runs(NamedTuple):
    """A problem, gains by place, and errors by place and kind, (seeds, `RADII`, `QUERIES`)."""

    problem: LQR
    gains: dict[str, Array]
    errors: dict[str, dict[str, Array]]


def measured(problem: LQR, start: ArrayLike, seeds: int, rng: Seed) -> Runs:
    """Relative errors of estimates at a start and a tenth of the way from the optimum to it."""
    first, best = np.asarray(start, dtype=float), lqrlib.optimal_gain(problem)
    gains = {"at $K_0$": first, "near $K^*$": best + 0.1 * (first - best)}
    draws = np.random.default_rng(rng)
    return Runs(problem, gains, {p: _errors(problem, K, seeds, draws) for p, K in gains.items()})


def _errors(problem: LQR, K: Array, seeds: int, rng: np.random.Generator) -> dict[str, Array]:
    """Errors by kind. Estimates of one seed and radius share directions, the first ones of many."""
    at, room = lqrlib.at_gain(problem, K), edge(problem, K)
    found = {kind: np.empty((seeds, len(RADII), len(QUERIES))) for kind in query_errors.KINDS}
    for seed, place in np.ndindex(seeds, len(RADII)):
        radius = float(room * RADII[place])
        U = estimators.sphere(QUERIES[-1], K.shape, radius, rng)
        plus, minus = estimators.pairs(partial(lqrlib.cost, problem), K, U)
        for kind, values in zip(query_errors.KINDS, _values(plus, minus, at.cost), strict=True):
            sums = np.cumsum(K.size / radius**2 * values[:, None, None] * U, axis=0)
            counts = np.array([samples(kind, queries) for queries in QUERIES])
            off = sums[counts - 1] / counts[:, None, None] - at.gradient
            size = np.linalg.norm(at.gradient)
            found[kind][seed, place] = np.linalg.norm(off, axis=(-2, -1)) / size
    return found


def panels(runs: Runs) -> dict[str, Errors]:
    """What is measured and exact at each gain, for `lqrpapers.figures.zeroth_order`."""
    drawn, column = {}, QUERIES.index(CHOSEN)
    for place, K in runs.gains.items():
        room = edge(runs.problem, K)
        radii, x = room * RADII, room * np.geomspace(RADII[0], 0.97, 60)
        lines = {kind: (radii, each[..., column]) for kind, each in runs.errors[place].items()}
        exact_ones = root_mean_square(runs.problem, K, x, CHOSEN)
        formula = {BIAS if name == "bias" else name: (x, y) for name, y in exact_ones.items()}
        drawn[place] = Errors("radius $r$", lines, formula)
    return drawn


def estimator(runs: Runs) -> tuple[str, dict[str, Any]]:
    """Kind and data of the live figure, with a window of the plane that has both balls in it."""
    places = [_place(runs, name) for name in runs.gains]
    points, room = (
        np.array([np.ravel(K) for K in runs.gains.values()]),
        max(p["room"] for p in places),
    )
    middle, half = (points.max(0) + points.min(0)) / 2, np.ptp(points, axis=0).max() / 2 + room
    window = np.stack([middle - half, middle + half], axis=-1).tolist()
    return "estimator", {
        "problem": plain(runs.problem),
        "places": places,
        "kinds": [{"name": kind} | ESTIMATES[kind]._asdict() for kind in query_errors.KINDS],
        "queries": list(QUERIES),
        "chosen": QUERIES.index(CHOSEN),
        "x": window[0],
        "y": window[1],
        "labels": ["gain k₁", "gain k₂"],
    }


def _place(runs: Runs, name: str) -> dict[str, Any]:
    """One gain: its distance to the edge, the Lemma's bias over r^2, and what was measured."""
    problem, K, errors = runs.problem, runs.gains[name], runs.errors[name]
    at, room, each = taylor.expansion(problem, K), edge(problem, K), {}
    for kind, found in errors.items():
        spread = (np.sqrt(np.mean(found**2, axis=0)), found.min(axis=0), found.max(axis=0))
        each[kind] = np.round(np.stack(spread, axis=-1), 6).tolist()
    leading = np.linalg.norm(sphere.gradient_bias(at, 1.0)) / np.sqrt(at.square)
    return {
        "label": name.replace("$", "").replace("K_0", "K₀").replace("K^*", "K*"),
        "K": K.tolist(),
        "room": room,
        "leading": float(leading),
        "radii": (room * RADII).tolist(),
        "seeds": len(errors["baseline"]),
        "measured": each,
    }
