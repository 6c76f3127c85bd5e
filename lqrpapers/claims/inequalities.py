"""The matrix inequalities of S2's appendix A, (4) to (21), on random matrices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy  # loads scipy.special when it is first used

from lqrlib.validation import Array

from .registry import Sides, claim

# Equalities between floating-point numbers of order one.
TOLERANCE = 1e-12


def _norm(X: Array) -> Array:
    return np.asarray(np.linalg.norm(X, 2, axis=(-2, -1)))


def _trace(X: Array) -> Array:
    return np.asarray(np.trace(X, axis1=-2, axis2=-1))


def _T(X: Array) -> Array:
    return X.swapaxes(-1, -2)


def _singular(X: Array) -> Array:
    return np.asarray(np.linalg.svd(X, compute_uv=False))


def _gram(rng: np.random.Generator, count: int, size: int) -> Array:
    """Random positive semidefinite matrices, about half of them singular."""
    rank = rng.integers(1, size + 1, count)
    root = rng.standard_normal((count, size, size)) * (np.arange(size) < rank[:, None])[:, None, :]
    return np.asarray(root @ _T(root))


@claim("s2-app-a")
def matrix_inequalities(
    rng: np.random.Generator | int, *, count: int = 1000, size: int = 4, columns: int = 3
) -> Iterator[Sides]:
    """Inequalities (4) to (20) on `count` Gaussian and Gram matrices, and (21) by Monte Carlo.

    The assumptions each of them needs are the ones under which it is a theorem: (9) wants
    symmetric matrices, (11) a semidefinite one.
    """
    rng = np.random.default_rng(rng)
    M, N = rng.standard_normal((2, count, size, columns))
    X, Y, Z = rng.standard_normal((3, count, size, size))
    S, G, H = X + _T(X), _gram(rng, count, size), _gram(rng, count, size)
    v = rng.standard_normal((count, columns, 1))

    def equal(part: str, left: Array, right: Array, scale: Array) -> Sides:
        return Sides(part, np.abs(left - right) / scale, TOLERANCE)

    length = np.linalg.norm(v, axis=(-2, -1))
    yield Sides("(4) spectral norm", np.linalg.norm(M @ v, axis=(-2, -1)), _norm(M) * length)
    square = np.linalg.norm(M, axis=(-2, -1)) ** 2
    yield equal("(5) Frobenius norm", square, _trace(_T(M) @ M), square)
    yield Sides("(6) spectral <= Frobenius", _norm(M), np.sqrt(square))
    yield Sides("(7) inverse", 1 / _norm(X), _norm(np.linalg.inv(X)))
    product = _norm(X) * _norm(Y) * _norm(Z) * size
    yield equal("(8) cyclic permutation", _trace(X @ Y @ Z), _trace(Z @ X @ Y), product)
    scale = _norm(S) * _norm(G) * _norm(H) * size
    yield equal("(9) permutation, symmetric", _trace(S @ G @ H), _trace(S @ H @ G), scale)
    quadratic = (_T(v) @ _T(M) @ M @ v)[..., 0, 0]
    outer = _trace(_T(M) @ M @ v @ _T(v))
    yield equal("(10) scalar as trace", quadratic, outer, quadratic + 1e-300)
    yield Sides("(11) trace of a product", np.abs(_trace(_T(X) @ G)), _norm(X) * _trace(G))
    yield Sides("(12) trace <= n norm", np.abs(_trace(X)), size * _norm(X))
    yield Sides("(13) norm <= trace", _norm(G), _trace(G))
    yield Sides("(14) product", _norm(_T(M) @ X), _norm(M) * _norm(X))
    yield Sides("(15) sum of semidefinite", np.maximum(_norm(G), _norm(H)), _norm(G + H))
    least = np.linalg.eigvalsh(M @ v @ _T(M @ v))[..., 0]
    yield Sides("(16) outer product", -least, 0.0, TOLERANCE * _norm(M) ** 2 * length**2)
    floor = TOLERANCE * _norm(G + H)
    yield Sides(
        "(17) order of semidefinite", _singular(G)[..., -1], _singular(G + H)[..., -1], floor
    )
    yield from _weyl(X, Y)
    yield _bernstein(rng, columns)


def _weyl(X: Array, Y: Array) -> Iterator[Sides]:
    """sigma_{i+j-1}(X + Y) <= sigma_i(X) + sigma_j(Y) and its two ends."""
    x, y, both = _singular(X), _singular(Y), _singular(X + Y)
    size = x.shape[-1]
    i, j = np.nonzero(np.add.outer(np.arange(size), np.arange(size)) < size)
    yield Sides("(18) Weyl", both[..., i + j], x[..., i] + y[..., j])
    yield Sides("(19) norm of a sum", both[..., 0], x[..., 0] + y[..., 0])
    small = 0.1 * Y
    bound = x[..., -1] - 0.1 * y[..., 0]
    yield Sides("(20) least singular value", bound, _singular(X + small)[..., -1])


def _bernstein(rng: np.random.Generator, size: int, terms: int = 50, runs: int = 4000) -> Sides:
    """P(|sum a_k| >= t) <= (n + 1) exp(-(t^2/2)/(variance + s t/3)), with |a_k| <= s.

    Tropp's constants. The a_k are zero with probability 0.9, else uniform on the sphere of radius
    s = 1; the left side is a lower confidence limit of the probability (Clopper-Pearson, 99.9 %
    for the eight thresholds t together).
    """
    direction = rng.standard_normal((runs, terms, size))
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    rare = rng.random((runs, terms, 1)) < 0.1
    total = np.linalg.norm((direction * rare).sum(axis=1), axis=-1)
    variance = 0.1 * terms
    t = np.sqrt(variance) * np.linspace(0.5, 4, 8)
    hits = (total[:, None] >= t).sum(axis=0)
    lower = np.where(
        hits > 0,
        scipy.special.betaincinv(np.maximum(hits, 1), runs - hits + 1, 0.001 / t.size),
        0.0,
    )
    bound = (size + 1) * np.exp(-(t**2) / 2 / (variance + t / 3))
    return Sides("(21) vector Bernstein", lower, np.minimum(bound, 1.0))


@claim("s2-app-a", form="dropped")
def matrix_inequalities_without_assumptions(
    rng: np.random.Generator | int, *, count: int = 1000, size: int = 4
) -> Iterator[Sides]:
    """(9) for matrices that are not symmetric, (11) for one that is not semidefinite."""
    rng = np.random.default_rng(rng)
    X, Y, Z = rng.standard_normal((3, count, size, size))
    scale = _norm(X) * _norm(Y) * _norm(Z)
    error = np.abs(_trace(X @ Y @ Z) - _trace(X @ Z @ Y)) / scale
    yield Sides("(9) permutation", error, TOLERANCE, 0.0, "the matrices are symmetric")
    left, right = np.abs(_trace(_T(X) @ Y)), _norm(X) * np.abs(_trace(Y))
    yield Sides("(11) trace of a product", left, right, 0.0, "the matrix is semidefinite")
