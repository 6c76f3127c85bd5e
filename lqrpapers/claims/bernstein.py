r"""TR Lemma 16: the matrix Bernstein inequality, against exact and simulated probabilities."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import scipy  # loads scipy.special when it is first used
from numpy.typing import ArrayLike

from lqrlib.matrices import frobenius_norm, transpose
from lqrlib.validation import Array, Seed

from ..constants.estimates import matrix_bernstein_samples
from .registry import Inequalities, Sides, claim


def surely_more_often(failures: ArrayLike, trials: int, confidence: float = 0.9999) -> Array:
    """Clopper-Pearson lower end of the probability behind so many failures: a sure excess."""
    count = np.asarray(failures, dtype=float)
    with np.errstate(invalid="ignore"):
        low = scipy.special.betaincinv(count, trials - count + 1, 1 - confidence)
    return np.where(count > 0, low, 0.0)


def _diagonal_signs(count: int, samples: int, rng: np.random.Generator) -> Array:
    signs = 2.0 * rng.integers(0, 2, (count, samples, 4)) - 1
    return np.asarray(signs[..., None] * np.eye(4))


def _rank_one(count: int, samples: int, rng: np.random.Generator) -> Array:
    w = rng.standard_normal((count, samples, 2, 3))
    return np.asarray(w / frobenius_norm(w)[..., None, None])


def _rare_entries(count: int, samples: int, rng: np.random.Generator) -> Array:
    hit = rng.random((count, samples, 2, 2)) < 0.02
    return np.asarray(hit - 0.02)


# Centred random matrices: their draw, sigma^2, B and shape.
ENSEMBLES: dict[str, tuple[Callable[..., Array], float, float, tuple[int, int]]] = {
    "signs on a diagonal": (_diagonal_signs, 1.0, 1.0, (4, 4)),
    "directions on a sphere": (_rank_one, 0.5, 1.0, (2, 3)),
    "rare entries": (_rare_entries, 2 * 0.02 * 0.98, 2 * 0.98, (2, 2)),
}

# Probabilities with which a mean may miss, and errors relative to sigma.
FAILURES = (0.5, 0.2, 0.05)
RELATIVE_ERRORS = (0.5, 1.0)


def coin_tails(samples: int, p: float = 0.5) -> tuple[Array, Array, Array]:
    r"""Exact tails of a mean of 1 x 1 matrices and Bernstein's bound: (distances, tails, bounds).

    Z is 1 - p with probability p and -p otherwise; ``P(|mean Z| > t)`` is binomial.
    """
    counts = np.arange(samples + 1)
    logarithms = (
        scipy.special.gammaln(samples + 1)
        - scipy.special.gammaln(counts + 1)
        - scipy.special.gammaln(samples - counts + 1)
        + counts * np.log(p)
        + (samples - counts) * np.log1p(-p)
    )
    distances = np.abs(counts / samples - p)
    order = np.argsort(-distances, kind="stable")
    reached = np.cumsum(np.exp(logarithms[order]))
    t, unique = np.unique(-distances[order], return_index=True)
    ends = np.append(unique[1:], len(order)) - 1
    variance, bound = p * (1 - p), max(p, 1 - p)
    exponent = samples * t**2 / 2 / (variance + bound * np.abs(t) / 3)
    return -t, reached[ends], np.minimum(1, 2 * np.exp(-exponent))


def coin_errors(samples: int, p: float, failures: Array, copies: int = 1) -> Array:
    """Errors (X,) that a mean of diagonals of so many coins exceeds so often; spectral norm."""
    distances, tails, _ = coin_tails(samples, p)
    tails = -np.expm1(copies * np.log1p(-np.clip(tails, 1e-300, 1 - 1e-16)))
    return np.interp(-np.log(failures), -np.log(tails)[::-1], distances[::-1])


def simulated_errors(Z: Array, failures: Array) -> tuple[float, float, Array]:
    """sigma^2, B and errors (X,) that means of centred Z (means, samples, m, n) exceed so often.

    In Frobenius norm; nan where fewer than five of the means would.
    """
    each = Z.reshape(-1, *Z.shape[2:])
    squares = each @ transpose(each), transpose(each) @ each
    variance = max(float(np.linalg.norm(square.mean(axis=0), 2)) for square in squares)
    errors = np.quantile(frobenius_norm(Z.mean(axis=1)), 1 - failures)
    bound = float(np.linalg.norm(each, 2, (-2, -1)).max())
    return variance, bound, np.where(failures * len(Z) >= 5, errors, np.nan)


@claim("s1-tr-16")
def matrix_bernstein(rng: Seed, *, repetitions: int = 2000) -> Inequalities:
    """Means of random matrices with the lemma's number of samples, and exact tails of coins.

    `RELATIVE_ERRORS` are those allowed, over sigma, Frobenius norm. Left side: the failure
    probability that the repetitions prove beyond doubt (1e-4).
    """
    for p in (0.5, 0.02):
        tails = [coin_tails(samples, p)[1:] for samples in (10, 100, 1000)]
        lhs, rhs = (np.concatenate(sides) for sides in zip(*tails, strict=True))
        usable = (lhs > 1e-250) & (rhs < 1)
        name = "fair coin, exact" if p == 0.5 else "rare event, exact"
        yield Sides(name, lhs[usable], rhs[usable])
    generator = np.random.default_rng(rng)
    for name, (draw, variance, bound, shape) in ENSEMBLES.items():
        deviation, found = np.sqrt(variance), []
        for failure, relative in product(FAILURES, RELATIVE_ERRORS):
            error = relative * deviation
            samples = int(matrix_bernstein_samples(error, deviation, bound, failure, *shape))
            means = draw(repetitions, samples, generator).mean(axis=1)
            missed = np.count_nonzero(frobenius_norm(means) > error)
            found.append(surely_more_often(missed, repetitions))
        yield Sides(name, np.array(found), np.repeat(FAILURES, len(RELATIVE_ERRORS)))


@claim("s1-tr-16", form="dropped")
def bernstein_without_a_bound(*, failure: float = 0.01, samples: int = 1000) -> Inequalities:
    """The lemma with B_r = 0 on a rare event: its probability is failure, exactly.

    One hit among the samples already moves the mean by more than the error.
    """
    log = np.log(2 / failure)
    p = 0.9**2 / (2 * samples * log)  # the error is 0.9 hits
    error = np.sqrt(2 * p * log / samples)
    missed = 1 - (1 - p) ** samples
    enough = 1 / samples - p > error
    yield Sides("", missed * enough, failure, 0.0, "samples are bounded by B_r")
