"""The matrix inequalities of S2's appendix A, (4) to (21), on random matrices."""

from __future__ import annotations

import numpy as np

from lqrlib.matrices import frobenius_norm, trace, transpose
from lqrlib.matrices import spectral_norm as norm
from lqrlib.validation import Array

from .bernstein import surely_more_often
from .registry import Inequalities, Sides, claim

# Equalities between floating-point numbers of order one.
TOLERANCE = 1e-12


def _singular(X: Array) -> Array:
    return np.asarray(np.linalg.svd(X, compute_uv=False), dtype=float)


def _gram(rng: np.random.Generator, count: int, size: int) -> Array:
    """Random positive semidefinite matrices, about half of them singular."""
    rank = rng.integers(1, size + 1, count)
    root = rng.standard_normal((count, size, size)) * (np.arange(size) < rank[:, None])[:, None, :]
    return root @ transpose(root)


@claim("s2-app-a")
def matrix_inequalities(
    rng: np.random.Generator | int, *, count: int = 1000, size: int = 4, columns: int = 3
) -> Inequalities:
    """Inequalities (4) to (20) on `count` Gaussian and Gram matrices, and (21) by Monte Carlo.

    (9) is tested as its words say, on generic matrices, and fails: see the corrected form. (11) has
    the semidefinite matrix that it wants.
    """
    rng = np.random.default_rng(rng)
    M, N = rng.standard_normal((2, count, size, columns))
    X, Y, Z = rng.standard_normal((3, count, size, size))
    G, H = _gram(rng, count, size), _gram(rng, count, size)
    v = rng.standard_normal((count, columns, 1))

    def equal(part: str, left: Array, right: Array, scale: Array) -> Sides:
        return Sides(part, np.abs(left - right) / scale, TOLERANCE, role="guard")

    length = frobenius_norm(v)
    yield Sides("(4) spectral norm", frobenius_norm(M @ v), norm(M) * length)
    square = frobenius_norm(M) ** 2
    yield equal("(5) Frobenius norm", square, trace(transpose(M) @ M), square)
    yield Sides("(6) spectral <= Frobenius", norm(M), np.sqrt(square))
    yield Sides("(7) inverse", 1 / norm(X), norm(np.linalg.inv(X)))
    product = norm(X) * norm(Y) * norm(Z) * size
    yield equal("(8) cyclic permutation", trace(X @ Y @ Z), trace(Z @ X @ Y), product)
    yield equal("(9) permutation", trace(X @ Y @ Z), trace(X @ Z @ Y), product)
    quadratic = (transpose(v) @ transpose(M) @ M @ v)[..., 0, 0]
    outer = trace(transpose(M) @ M @ v @ transpose(v))
    yield equal("(10) scalar as trace", quadratic, outer, quadratic + 1e-300)
    yield Sides("(11) trace of a product", np.abs(trace(transpose(X) @ G)), norm(X) * trace(G))
    yield Sides("(12) trace <= n norm", np.abs(trace(X)), size * norm(X))
    yield Sides("(13) norm <= trace", norm(G), trace(G))
    yield Sides("(14) product", norm(transpose(M) @ X), norm(M) * norm(X))
    yield Sides("(15) sum of semidefinite", np.maximum(norm(G), norm(H)), norm(G + H))
    least = np.linalg.eigvalsh(M @ v @ transpose(M @ v))[..., 0]
    floor = TOLERANCE * norm(M) ** 2 * length**2
    yield Sides("(16) outer product", -least, 0.0, floor, role="guard")
    floor = TOLERANCE * norm(G + H)
    yield Sides(
        "(17) order of semidefinite", _singular(G)[..., -1], _singular(G + H)[..., -1], floor
    )
    yield from _weyl(X, Y)
    yield _bernstein(rng, columns)


def _weyl(X: Array, Y: Array) -> Inequalities:
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
    lower = surely_more_often(hits, runs, 1 - 0.001 / t.size)
    bound = (size + 1) * np.exp(-(t**2) / 2 / (variance + t / 3))
    return Sides("(21) vector Bernstein", lower, np.minimum(bound, 1.0))


@claim("s2-app-a", form="corrected")
def permutation_of_symmetric_matrices(
    rng: np.random.Generator | int, *, count: int = 1000, size: int = 4
) -> Inequalities:
    """(9) for symmetric matrices: tr XYZ = tr (XYZ)' = tr ZYX = tr XZY."""
    X, Y, Z = np.random.default_rng(rng).standard_normal((3, count, size, size))
    X, Y, Z = (each + transpose(each) for each in (X, Y, Z))
    error = np.abs(trace(X @ Y @ Z) - trace(X @ Z @ Y)) / (norm(X) * norm(Y) * norm(Z) * size)
    yield Sides("(9) permutation", error, TOLERANCE)


@claim("s2-app-a", form="dropped")
def matrix_inequalities_without_assumptions(
    rng: np.random.Generator | int, *, count: int = 1000, size: int = 4
) -> Inequalities:
    """(11) for a matrix that is not semidefinite."""
    X, Y = np.random.default_rng(rng).standard_normal((2, count, size, size))
    left, right = np.abs(trace(transpose(X) @ Y)), norm(X) * np.abs(trace(Y))
    yield Sides("(11) trace of a product", left, right, 0.0, "the matrix is semidefinite")
