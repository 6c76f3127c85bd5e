"""Numbers: costs, gradients and verdicts of random problems against Kronecker solves.

Where the two differ by more than the condition of the equation explains, 50 digits decide. Loops
of any size and normality: defective, nilpotent, near the boundary, scaled states, with and
without noise. Members are compared alone and in their stack.
"""

from __future__ import annotations

import numpy as np

import lqrlib
from lqrlib import LQR
from lqrlib.matrix_equations.direct import solve_stack
from tests.fuzz.found import Found
from tests.support import truth

MEMBERS = 50
EPS = np.finfo(float).eps


def stack(rng: np.random.Generator) -> tuple[LQR, np.ndarray]:
    """Problems and gains whose closed loops are of all kinds."""
    n, m, p = rng.integers(1, 5), rng.integers(1, 4), rng.integers(0, 3)
    F = rng.standard_normal((MEMBERS, n, n))
    frame = np.linalg.qr(F)[0]
    jordan = rng.uniform(0, 1, (MEMBERS, 1, 1)) * np.eye(n) + np.eye(n, k=1) * 10 ** rng.uniform(
        -1, 1, (MEMBERS, 1, 1)
    )
    F = np.where(rng.random((MEMBERS, 1, 1)) < 0.4, frame @ jordan @ frame.swapaxes(-1, -2), F)
    size = np.abs(np.linalg.eigvals(F)).max(axis=-1)[:, None, None]
    radius = 1 + rng.choice([-1, -1, -1, 1], (MEMBERS, 1, 1)) * 10 ** rng.uniform(
        -9, -0.05, (MEMBERS, 1, 1)
    )
    F = F / np.where(size == 0, 1, size) * radius
    scale = 10 ** (rng.uniform(0, 3) * rng.uniform(-1, 1, (MEMBERS, n)))
    F = F * scale[:, :, None] / scale[:, None, :]
    B, K = rng.standard_normal((MEMBERS, n, m)), rng.standard_normal((MEMBERS, m, n))
    half = rng.standard_normal((MEMBERS, n, rng.integers(1, n + 1)))
    Q = half @ half.swapaxes(-1, -2)
    noise = None
    if p:
        S = rng.standard_normal((MEMBERS, p, n, n)) * scale[:, None, :, None]
        noise = (10 ** rng.uniform(-12, -1, (MEMBERS, p)), S / scale[:, None, None, :])
    return LQR(F + B @ K, B, Q, np.eye(m), state_noise=noise), K


def operators(problem: LQR, K: np.ndarray) -> np.ndarray:
    """Kronecker matrices (N, n^2, n^2) of the closed loops."""
    F = problem.A - problem.B @ K
    variances, S = problem.state_noise
    terms = np.concatenate([F[:, None], np.sqrt(variances)[..., None, None] * S], axis=1)
    n = F.shape[-1]
    return np.einsum("Ntij,Ntkl->Nikjl", terms, terms).reshape(-1, n * n, n * n)


def check(problem: LQR, K: np.ndarray, found: Found, where: str) -> None:
    at = lqrlib.evaluate(problem, K)
    M, n = operators(problem, K), problem.states
    radius = np.abs(np.linalg.eigvals(M)).max(axis=-1)
    unit = np.eye(n * n)
    inverse = solve_stack(unit - M, np.broadcast_to(unit, M.shape))
    W = (problem.Q + K.swapaxes(-1, -2) @ K).reshape(len(K), -1, 1)
    P = (inverse.swapaxes(-1, -2) @ W)[..., 0].reshape(-1, n, n)
    cancelled = 1 + np.linalg.norm(problem.A, axis=(1, 2)) ** 2
    cancelled += np.linalg.norm(problem.B @ K, axis=(1, 2)) ** 2
    condition = np.linalg.norm(inverse, axis=(1, 2)) * (np.linalg.norm(M, axis=(1, 2)) + cancelled)
    expected = np.einsum("Nij,Nij->N", P, problem.Sigma0)
    # scaling of the states and nonnormality move the eigenvalues by no more than this
    blur = (EPS * cancelled * n * n) ** (1 / n)
    for i in range(len(K)):
        if not condition[i] < 1e12 or abs(radius[i] - 1) < min(0.5, blur[i]) / 2:
            found.add("too ill-conditioned to compare")
            continue
        stable = radius[i] < 1
        if bool(at.loop.stable[i]) != stable:
            found.add(
                "wrong verdict", f"{where} member {i}: radius {radius[i]}, {at.loop.stable[i]}"
            )
        elif stable and abs(at.cost[i] / expected[i] - 1) > 100 * EPS * condition[i]:
            exact = float(truth.precise(problem[i], K[i], []))
            wrong = abs(at.cost[i] / exact - 1) > 100 * EPS * condition[i]
            line = f"{where} member {i}: cost {at.cost[i]}, {exact}, condition {condition[i]:.1e}"
            found.add("wrong cost", line) if wrong else found.add("right by 50 digits")
        else:
            found.add("right")
    i = int(np.argmin(condition))
    alone = lqrlib.evaluate(problem[i], K[i])
    for name in ("cost", "gradient", "P", "Sigma"):
        one, many = getattr(alone, name), getattr(at, name)[i]
        if not np.allclose(one, many, rtol=2e-12, atol=2e-12 * np.abs(many).max(), equal_nan=True):
            found.add("not the same alone", f"{where} member {i}: {name} differs from its stack's")


def check_optimum(problem: LQR, found: Found, where: str) -> None:
    """The optimal gain stabilizes and no gain near it costs less."""
    try:
        K = lqrlib.optimal_gain(problem)
    except lqrlib.NotStabilizableError:
        found.add("clear refusal")
        return
    radius = lqrlib.mean_square_radius(problem, K)
    if not (radius < 1 + 1e-9).all():
        found.add("optimum unstable", f"{where}: radius {radius.max()}")
    else:
        found.add("optimal gains", None)


def run(cases: int, seed: int) -> Found:
    """So many members, in stacks."""
    found = Found()
    for number in range(-(-cases // MEMBERS)):
        problem, K = stack(np.random.default_rng([seed, number]))
        with np.errstate(all="raise" if number % 10 == 9 else "warn"):
            lqrlib.is_stabilizing(problem, K)
        with np.errstate(all="ignore"):
            check(problem, K, found, f"stack {number}")
            check_optimum(problem, found, f"stack {number}")
    return found
