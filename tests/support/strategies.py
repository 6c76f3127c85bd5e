"""Random problems for hypothesis: every size, noise, batch shape and distance to the boundary.

A case is built backwards. Draw the closed loop and the noise, scale both so that the mean-square
radius is what we want, and set A = A_K + B K. So the gain stabilizes by construction and nothing
of lqrlib's solvers goes into the question they are asked.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from truth import kronecker

from lqrlib import LQR

Array = NDArray[np.float64]

# derandomize: the same examples in every run, so that a red test means a changed library.
settings.register_profile("book", derandomize=True, deadline=None, database=None)
# LQRLIB_EXAMPLES=fresh: new examples in every run, to look for what the fixed ones miss.
settings.register_profile("fresh", derandomize=False, deadline=None, database=None)
settings.load_profile(os.environ.get("LQRLIB_EXAMPLES", "book"))

FAR = (0.05, 0.9)  # mean-square radius of gains well inside the stabilizing set
LAYOUTS = [(), (1,), (3,), (2, 2)]


class Case(NamedTuple):
    """A problem, a gain, the mean-square radius they were built for, and a generator for more."""

    problem: LQR
    K: Array
    radius: Array
    rng: np.random.Generator

    def members(self) -> list[tuple[LQR, Array, tuple[int, ...]]]:
        """Single problems and gains, with their places in the stack."""
        return [
            (self.problem[place] if place else self.problem, self.K[place], place)
            for place in np.ndindex(self.problem.batch_shape)
        ]


def unit(case: Case) -> Array:
    """A direction of Frobenius norm 1 for every member."""
    X = case.rng.standard_normal(case.K.shape)
    return np.asarray(X / np.linalg.norm(X, axis=(-2, -1), keepdims=True))


def definite(rng: np.random.Generator, batch: tuple[int, ...], size: int) -> Array:
    """Symmetric matrices with eigenvalues in [0.1, 10]."""
    frame = np.linalg.qr(rng.standard_normal((*batch, size, size)))[0]
    values = 10 ** rng.uniform(-1, 1, (*batch, 1, size))
    return np.asarray(frame * values @ frame.swapaxes(-1, -2))


def build(seed: int, n: int, m: int, p: int, q: int, batch: tuple[int, ...], radius: Any) -> Case:
    """Build a case whose mean-square radius is `radius`, a number or a range to draw from."""
    rng = np.random.default_rng(seed)
    K = rng.standard_normal((*batch, m, n))
    B = rng.standard_normal((*batch, n, m))
    closed = rng.standard_normal((*batch, n, n))
    alpha = rng.uniform(0, 0.3, (*batch, p))
    beta = rng.uniform(0, 0.3, (*batch, q))
    state = rng.standard_normal((*batch, p, n, n))
    steer = rng.standard_normal((*batch, q, n, m)) / np.sqrt(m)
    target = rng.uniform(*radius, batch) if isinstance(radius, tuple) else np.full(batch, radius)
    scale = np.empty(batch)
    for i in np.ndindex(batch):
        terms = [(1.0, closed[i]), *zip(alpha[i], state[i], strict=True)]
        terms += [(b, S @ K[i]) for b, S in zip(beta[i], steer[i], strict=True)]
        scale[i] = target[i] / np.abs(np.linalg.eigvals(kronecker(terms))).max()
    problem = LQR(
        np.sqrt(scale)[..., None, None] * closed + B @ K,
        B,
        definite(rng, batch, n),
        definite(rng, batch, m),
        definite(rng, batch, n),
        state_noise=(scale[..., None] * alpha, state) if p else None,
        input_noise=(scale[..., None] * beta, steer) if q else None,
    )
    return Case(problem, K, target, rng)


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    most: int = 8,
    noise: bool | None = None,
    layouts: list[tuple[int, ...]] = LAYOUTS,
    radius: Any = FAR,
) -> Case:
    """Cases with n, m <= most and p, q <= 3; `noise` True or False asks for some or for none."""
    n, m = draw(st.integers(1, most)), draw(st.integers(1, most))
    p = 0 if noise is False else draw(st.integers(0, 3))
    q = 0 if noise is False else draw(st.integers(1 if noise and not p else 0, 3))
    batch = draw(st.sampled_from(layouts))
    where = radius if isinstance(radius, tuple | float) else draw(radius)
    return build(draw(st.integers(0, 2**32 - 1)), n, m, p, q, batch, where)


def near_boundary() -> st.SearchStrategy[float]:
    """Mean-square radii from 1 - 1e-1 to 1 - 1e-3."""
    return st.floats(-3.0, -1.0).map(lambda exponent: 1 - 10**exponent)
