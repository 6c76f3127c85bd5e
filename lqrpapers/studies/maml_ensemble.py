"""The ensemble of random families on which chapter 9 runs model-based MAML."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from lqrlib import LQR, objective, optimality_gap, systems
from lqrlib.validation import Array

from ..constants import meta
from . import families
from .admission import admitted_factor
from .ensembles import tasks_around
from .stationary import stationary_gain

# Distance of the drawn tasks, and from where on doubles can tell them apart.
LEVEL, VISIBLE = 1e-2, 1e-11
# By noise terms on A and on B, and number of states: families (D, 3) with starts (D, m, n).
Key = tuple[int, int]
Ensemble = dict[Key, tuple[LQR, Array]]


def random_families(count: int, sizes: Iterable[int], seed: int) -> Ensemble:
    """Families of three tasks, without noise and with two terms on A and on B, random starts."""
    found: Ensemble = {}
    for key in [(terms, int(size)) for terms in (0, 2) for size in sizes]:
        rng, (terms, size) = np.random.default_rng([seed, *key]), key
        noise = {"state_noise_terms": terms, "input_noise_terms": terms}
        many = systems.random_ensemble(
            count, size, min(size, 3), rng, radius=(0.2, 0.9), spread=2.0, **noise
        )
        K0 = systems.random_stabilizing_gains(many, rng, fraction=(0.05, 0.5))
        found[key] = tasks_around(many, 3, LEVEL, rng), K0
    return found


def near_optima(ensemble: Ensemble, seed: int) -> Ensemble:
    """The same families, started a little off the first task's optimum."""
    found: Ensemble = {}
    for key, (family, _) in ensemble.items():
        rng = np.random.default_rng([seed, *key, 1])
        optimum = objective.optimal_gain(family[:, 0])
        found[key] = family, optimum + 1e-3 * rng.standard_normal(optimum.shape)
    return found


def admitted(ensemble: Ensemble, form: str) -> tuple[dict[Key, Array], list[tuple[LQR, Array]]]:
    """The level that a form of S1 Theorem 10 admits, by key (D,), and the families scaled to it.

    Families whose tasks doubles cannot tell apart at that level are left out.
    """
    levels: dict[Key, Array] = {}
    near = []
    for key, (family, K0) in ensemble.items():
        level = levels[key] = LEVEL * admitted_factor(family, K0, form)
        usable = level > VISIBLE
        if usable.any():
            scaled = families.scaled(family[usable], level[usable] / LEVEL)
            near.append((scaled, K0[usable]))
    return levels, near


def minimisers(ensemble: Ensemble) -> dict[Key, tuple[LQR, Array, Array]]:
    """Families, starts and K*_ML near the first task's optimum, for kappa = 1/4."""
    found = {}
    for key, (family, K0) in ensemble.items():
        inner = meta.sharp_steps(meta.suprema(family, K0, "sharp")).inner
        found[key] = (
            family,
            K0,
            stationary_gain(family, objective.optimal_gain(family[:, 0]), inner),
        )
    return found


def allowed_minimisers(near: Iterable[tuple[LQR, Array]]) -> list[tuple[LQR, Array, Array]]:
    """Admitted families, starts and K*_ML in S_ML for S1's largest inner step, repaired."""
    found = []
    for family, K0 in near:
        inner = meta.printed_steps(meta.suprema(family, K0, "corrected")).inner
        best = objective.optimal_gain(family[:, 0])
        found.append(in_sublevel_sets(family, K0, stationary_gain(family, best, inner)))
    return found


def trained_on_two(ensemble: Ensemble) -> list[tuple[LQR, Array, Array]]:
    """The families of three tasks, starts, and K*_ML of their first two tasks alone."""
    pairs = {key: (family[:, :2], K0) for key, (family, K0) in ensemble.items()}
    return [(ensemble[key][0], K0, K) for key, (_, K0, K) in minimisers(pairs).items()]


def unseen_over_trained(cases: Iterable[tuple[LQR, Array, Array]]) -> Array:
    """The last task's gap over the mean of the others', at the gains of `trained_on_two`."""
    gaps = [optimality_gap(family, K[:, None]) for family, _, K in cases]
    return np.concatenate([gap[:, -1] / gap[:, :-1].mean(axis=1) for gap in gaps])


def last_unseen(near: Iterable[tuple[LQR, Array]]) -> list[tuple[LQR, Array]]:
    """Admitted families of three tasks, scaled until two train and the third is admitted unseen.

    Its mean distance to two tasks is 3/2 of that to all three, one of which is itself.
    """
    return [(families.scaled(family, np.full(len(family), 2 / 3)), K0) for family, K0 in near]


def in_sublevel_sets(family: LQR, K0: Array, K: Array) -> tuple[LQR, Array, Array]:
    """Those families, starts and gains K with K in S_ML."""
    gaps = [optimality_gap(family, each[:, None]) for each in (K, K0)]
    held = (gaps[0] <= gaps[1]).all(axis=-1)
    return family[held], K0[held], K[held]
