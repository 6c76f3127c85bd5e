"""Numbers: what lqrlib returns for random problems against Kronecker solves and plain formulas.

Where the two differ by more than the condition of the equation explains, 50 digits decide. Loops
of any size and normality: defective, nilpotent, near the boundary, scaled states, noise on either
side or none, units of cost of 1e-100 to 1e100. Members are compared alone and in their stack, too.
Every public function that computes is asked (`CHECKS`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

import lqrlib
from lqrlib import (
    LQR,
    directions,
    estimators,
    finite_horizon,
    maml,
    matrix_equations,
    oracles,
    simulation,
    systems,
    tasks,
)
from tests.fuzz import reference
from tests.fuzz.found import Found
from tests.fuzz.reference import EPS, size, t
from tests.support import truth

MEMBERS = 50
MOST_CONDITION = 1e12
EASY = 1e6  # condition up to which derivatives of derivatives keep enough digits to compare


def stack(rng: np.random.Generator) -> tuple[LQR, Any]:
    """Problems and gains whose closed loops are of all kinds."""
    n, m, p, q = rng.integers(1, 5), rng.integers(1, 4), rng.integers(0, 3), rng.integers(0, 3)
    each = (MEMBERS, 1, 1)
    F = rng.standard_normal((MEMBERS, n, n))
    frame = np.linalg.qr(F)[0]
    jordan = rng.uniform(0, 1, each) * np.eye(n) + np.eye(n, k=1) * 10 ** rng.uniform(-1, 1, each)
    F = np.where(rng.random(each) < 0.4, frame @ jordan @ t(frame), F)
    radius = np.abs(np.linalg.eigvals(F)).max(axis=-1)[:, None, None]
    wanted = 1 + rng.choice([-1, -1, -1, 1], each) * 10 ** rng.uniform(-9, -0.05, each)
    F = F / np.where(radius == 0, 1, radius) * wanted
    scale = 10 ** (rng.uniform(0, 3) * rng.uniform(-1, 1, (MEMBERS, n)))
    F = F * scale[:, :, None] / scale[:, None, :]
    B, K = rng.standard_normal((MEMBERS, n, m)), rng.standard_normal((MEMBERS, m, n))
    half = rng.standard_normal((MEMBERS, n, rng.integers(1, n + 1)))
    start = rng.standard_normal((MEMBERS, n, n))
    square = rng.standard_normal((MEMBERS, m, m))
    unit = 10 ** rng.choice([0.0, 0.0, 0.0, -100.0, 100.0])
    Q, R = unit * half @ t(half), unit * (square @ t(square) + 0.1 * np.eye(m))
    loud = 10 ** rng.uniform(-12, -1, (MEMBERS, p + q))
    S = rng.standard_normal((MEMBERS, p, n, n)) * scale[:, None, :, None] / scale[:, None, None, :]
    D = rng.standard_normal((MEMBERS, q, n, m)) / np.sqrt(m)
    noises = (loud[:, :p], S) if p else None, (loud[:, p:], D) if q else None
    return LQR(F + B @ K, B, Q, R, start @ t(start), *noises), K


# What 50 digits decide where the reference differs.
DECIDED = "cost", "gradient", "Hessian", "Hessian matrix"


class Checked:
    """A stack with its references; collects what is wrong, a line for each member at most."""

    def __init__(self, problem: LQR, K: Any, rng: np.random.Generator, found: Found, where: str):
        self.problem, self.K, self.rng, self.found, self.where = problem, K, rng, found, where
        self.X = rng.standard_normal(K.shape)
        self.want = reference.values(problem, K)
        n, M = problem.states, self.want.M
        if problem.has_noise:
            self.radius, block = np.abs(np.linalg.eigvals(M)).max(axis=-1), 2 * n - 1
        else:  # a defective F makes far more defective an M, whose eigenvalues mean less
            poles = np.linalg.eigvals(problem.A - problem.B @ K)
            self.radius, block = np.abs(poles).max(axis=-1) ** 2, n
        cancelled = 1 + size(problem.A) ** 2 + size(problem.B @ K) ** 2
        self.condition = size(self.want.inverse) * (size(M) + cancelled)
        # scaling of the states and nonnormality move the eigenvalues by no more than this
        rounding = EPS * cancelled * n * n
        self.blur = np.minimum(0.5, rounding ** (1 / n))
        self.smear = rounding ** (1 / block)
        self.open = ~(self.condition < MOST_CONDITION) | (np.abs(self.radius - 1) < self.blur / 2)
        self.stable = ~self.open & (self.radius < 1)
        self.easy = self.stable & (self.condition < EASY)
        self.wrong = np.zeros(len(K), dtype=bool)

    def complain(self, i: int, what: str) -> None:
        line = f"{self.where} member {i}: {what}, condition {self.condition[i]:.1e}"
        self.found.wrong.append(line)
        self.wrong[i] = True

    def compare(
        self, name: str, got: Any, want: Any, scale: Any, members: Any, factor: float = 100.0
    ) -> None:
        """Report members that differ by more than rounding does; `scale` is what rounding meets."""
        axes = tuple(range(1, np.ndim(want)))
        error = np.abs(np.asarray(got) - want).max(axis=axes)
        bad = ~(error <= factor * EPS * self.condition * scale) & members
        for i in np.flatnonzero(bad):
            if name not in DECIDED or not self.is_right(name, i, got[i], scale[i]):
                self.complain(i, f"{name} off by {error[i] / scale[i]:.1e}")

    def is_right(self, name: str, i: int, got: Any, scale: float) -> bool:
        """Whether 50 digits say so of a cost, a gradient or a Hessian along X."""
        m, n = self.K[i].shape
        units = np.eye(m * n).reshape(-1, m, n)
        second = [self.X[i]] if "Hessian" in name else []
        along = [[]] if name == "cost" else [[unit, *second] for unit in units]
        exact = [float(truth.precise(self.problem[i], self.K[i], X)) for X in along]
        error = np.abs(np.ravel(got) - exact).max()
        self.found.decided += 1
        return bool(error <= 100 * EPS * self.condition[i] * scale)


def closed_forms(c: Checked) -> None:
    p, K, want = c.problem, c.K, c.want
    at = lqrlib.evaluate(p, K)
    for i in np.flatnonzero(~c.open & (at.loop.stable != c.stable)):
        c.complain(i, f"verdict {at.loop.stable[i]} at radius {c.radius[i]}")
    good = c.stable & ~c.wrong
    force = size(want.R_K) * size(K) + size(p.B) * size(want.P) * size(p.A)
    c.compare("cost", at.cost, want.cost, np.abs(want.cost), good)
    for name, scale in {
        "P": size(want.P),
        "Sigma": size(want.Sigma),
        "R_K": size(want.R_K),
        "E": force,
        "gradient": 2 * force * size(want.Sigma),
    }.items():
        c.compare(name, getattr(at, name), getattr(want, name), scale, good)
    for i in np.flatnonzero(~c.open & ~c.stable):
        if not (at.cost[i] == np.inf and np.isnan(at.gradient[i]).all()):
            c.complain(i, f"cost {at.cost[i]} of an unstable loop")
    off = np.abs(at.radius - c.radius) > np.maximum(1e-8, 2 * c.smear) * np.maximum(1, c.radius)
    for i in np.flatnonzero(~c.open & (off | np.isnan(at.radius))):
        c.complain(i, f"radius {at.radius[i]}, {c.radius[i]}")
    H = reference.hessian(p, K, c.X)
    each = size(want.inverse) * size(p.B) * size(c.X)  # what T does to a perturbation
    scale = (force + 1 * size(want.R_K)) * (1 + each * (1 + size(p.A - p.B @ K))) * size(c.X)
    scale = scale * size(want.Sigma) * (1 + size(p.B) * (size(p.A) + size(K)))
    scale = np.maximum(scale, size(H))
    c.compare("Hessian", at.hessian(c.X), H, scale, c.easy)
    matrix = at.hessian_matrix @ c.X.reshape(len(K), -1, 1)
    c.compare("Hessian matrix", matrix.reshape(K.shape), H, scale, c.easy)
    step = directions.gauss_newton(p)(K) / 2
    policy = K - reference.solve_stack(want.R_K) @ t(p.B) @ want.P @ p.A
    inverse = size(reference.solve_stack(want.R_K))
    weigh, spread = inverse * force + size(K), inverse * size(want.R_K)
    c.compare("Gauss-Newton", step, policy, weigh * spread, c.easy)
    natural = directions.natural_gradient(p)(K)
    c.compare("natural gradient", natural, 2 * want.E, force, c.stable)
    if c.easy.any():
        easy, q = np.flatnonzero(c.easy), p[c.easy]
        trace = lqrlib.descend(directions.gauss_newton(q), K[easy], 0.5, 1, on_leave="flag")
        c.compare(
            "policy iteration",
            _put(K, easy, trace.gain),
            K - policy,
            weigh * spread,
            c.easy,
        )
    i = int(np.argmin(np.where(np.isnan(c.condition), np.inf, c.condition)))
    alone = lqrlib.evaluate(p[i], K[i])
    for name in ("cost", "gradient", "P", "Sigma"):
        one, many = getattr(alone, name), getattr(at, name)[i]
        if not np.allclose(one, many, rtol=2e-12, atol=2e-12 * np.abs(many).max(), equal_nan=True):
            c.complain(i, f"{name} alone is not that in its stack")


def _put(like: Any, members: Any, value: Any) -> Any:
    out = np.array(like)
    out[members] = value
    return out


def optimum(c: Checked) -> None:
    """The optimal gain stabilizes, is stationary and costs what the gap says; none is refused."""
    inside = c.easy & (c.radius < 0.99)
    rest = np.flatnonzero(~inside)
    if rest.size:
        try:
            lqrlib.optimal_gain(c.problem[rest])
        except lqrlib.NotStabilizableError as error:
            c.found.counts["refused optimum"] += int(error.members.sum())
    if not inside.any():
        return
    members, p = np.flatnonzero(inside), c.problem[inside]
    try:
        best = lqrlib.solve(p)
    except lqrlib.NotStabilizableError as error:
        for i in members[error.members]:
            c.complain(i, "refused though K stabilizes")
        return
    want = reference.values(p, best.K)
    radius = np.abs(np.linalg.eigvals(want.M)).max(axis=-1)
    force = size(want.R_K) * size(best.K) + size(p.B) * size(want.P) * size(p.A)
    growth = size(want.inverse) * (1 + size(want.M) + size(p.A) ** 2 + size(p.B @ best.K) ** 2)
    gap = lqrlib.optimality_gap(p, c.K[members])
    cost = c.want.cost[members]
    for j, i in enumerate(members):
        if not growth[j] < MOST_CONDITION:
            continue
        allowed = 100 * EPS * growth[j]
        if not radius[j] < 1:
            c.complain(i, f"optimal loop of radius {radius[j]}")
        elif not size(want.E)[j] <= allowed * force[j]:
            c.complain(i, f"optimal gain with E {size(want.E)[j] / force[j]:.1e}")
        elif not size(best.P[j] - want.P[j]) <= allowed * size(want.P[j]):
            c.complain(i, "P of the optimal gain")
        elif not abs(gap[j] - (cost[j] - want.cost[j])) <= (
            allowed + 100 * EPS * c.condition[i]
        ) * (cost[j] + want.cost[j]):
            c.complain(i, f"gap {gap[j]}, {cost[j] - want.cost[j]}")
        elif not gap[j] >= 0:
            c.complain(i, f"gap {gap[j]} is negative")


def horizons(c: Checked) -> None:
    for horizon in (1, int(c.rng.integers(2, 12)), int(c.rng.integers(12, 200))):
        want = reference.finite_horizon(c.problem, c.K, horizon, c.want.M)
        got = finite_horizon.finite_horizon_cost(c.problem, c.K, horizon)
        c.compare(f"horizon {horizon}", got, want, np.abs(c.want.cost), c.stable)
        if np.isnan(got).any() or (got < 0).any():
            c.complain(int(np.argmin(got)), f"horizon {horizon}: {np.min(got)}")
    wild = np.flatnonzero((c.radius > 1) & (c.radius < 4))
    if (
        wild.size
    ):  # the powers of these grow, and sums of them lose digits where they are not normal
        i, horizon = int(c.rng.choice(wild)), int(c.rng.integers(2, 80))
        exact = truth.precise_horizon(c.problem[i], c.K[i], horizon)
        got = finite_horizon.finite_horizon_cost(c.problem[i], c.K[i], horizon)
        if not 0.9 * exact < got < 1.1 * exact:
            c.complain(i, f"horizon {horizon}: {got}, {exact}")
    start, quiet = c.rng.standard_normal(c.problem.states), c.problem[0].without_noise()
    states = simulation.trajectories(quiet, c.K[0], start[None], 4, 0)[:, 0]
    F = quiet.A - quiet.B @ c.K[0]
    power, costs = [np.linalg.matrix_power(F, k) @ start for k in range(5)], 0.0
    bound = 1e-10 * sum(np.linalg.norm(F) ** k for k in range(5)) * np.linalg.norm(start)
    if (
        not np.abs(states - power).max()
        <= bound * (1 + size(quiet.A) + size(quiet.B @ c.K[0])) ** 4
    ):
        c.complain(0, "trajectory")
    weight = quiet.Q + c.K[0].T @ quiet.R @ c.K[0]
    costs = sum(x @ weight @ x for x in states[:4])
    if not np.isclose(oracles.rollout_cost(quiet, 4, 0, x0=start)(c.K[0]), costs, rtol=1e-9):
        c.complain(0, "roll-out")


def families(c: Checked) -> None:
    """MAML of two tasks that differ in Q, and how far apart they are."""
    p = c.problem
    other = p.replace(Q=2 * p.Q)
    order = np.arange(2 * MEMBERS).reshape(2, MEMBERS).T
    family = LQR.stack([p, other]).reshape(-1)[order]
    with np.errstate(all="ignore"):
        eta = np.minimum(1e-3 / size(c.want.gradient) / c.condition, 1e300)
    eta = np.where(np.isfinite(eta), eta, 0.0)
    at = maml.at_gain(family, c.K, eta)
    want = reference.meta_cost(p, other, c.K, eta)
    c.compare("MAML cost", at.cost, want, np.abs(want), c.easy, 1e4)
    slope = reference.meta_cost(p, other, c.K + 1j * reference.STEP * c.X, eta).imag
    got = np.sum(at.gradient() * c.X, axis=(-2, -1))
    force = size(c.want.R_K) * size(c.K) + size(p.B) * size(c.want.P) * size(p.A)
    scale = 4 * force * size(c.want.Sigma) * size(c.X) * np.maximum(1, c.condition / 1e2)
    c.compare("MAML gradient", got, slope / reference.STEP, scale, c.easy, 1e4)
    apart = tasks.heterogeneity(family)
    want = np.array([np.linalg.norm(Q, 2) for Q in p.Q])
    c.compare("heterogeneity", apart.Q, want, want, np.ones(MEMBERS, dtype=bool) & ~c.open)
    pair = tasks.distances(p, p[::-1]).A
    want = np.array([np.linalg.norm(X - Y, 2) for X, Y in zip(p.A, p.A[::-1], strict=True)])
    c.compare("distances", pair, want, want + size(p.A), ~c.open)


def equations(c: Checked) -> None:
    """Lyapunov equations by every method, and the right-hand side of Riccati's."""
    p, n = c.problem, c.problem.states
    (alpha, A_i), (beta, B_j) = p.state_noise, p.input_noise
    scales = np.concatenate([alpha, beta], axis=-1)
    S = np.concatenate([A_i, B_j @ c.K[:, None]], axis=1)
    W = c.rng.standard_normal((MEMBERS, n, n))
    W, F = W + t(W), p.A - p.B @ c.K
    some = c.easy if c.easy.any() else slice(None)
    for method in (None, "direct", "krylov"):
        for adjoint in (False, True):
            X = np.full(F.shape, np.nan)
            if p.has_noise:
                given = F[some], scales[some], S[some], W[some], adjoint, method
                X[some] = matrix_equations.solve_generalized_lyapunov(*given)
            else:
                X[some] = matrix_equations.solve_lyapunov(F[some], W[some], adjoint, method)
            inverse = t(c.want.inverse) if adjoint else c.want.inverse
            want = (inverse @ W.reshape(-1, n * n, 1)).reshape(-1, n, n)
            scale = size(c.want.inverse) * size(W)
            c.compare(f"Lyapunov {method} {adjoint}", X, want, scale, c.easy)
    P = c.want.P
    R_K, BPA = reference.input_weight(p, P), t(p.B) @ P @ p.A
    noisy = np.einsum("Ni,Nijk,Njl,Nilm->Nkm", alpha, A_i, P, A_i)
    inverse = reference.solve_stack(R_K)
    want = p.Q + t(p.A) @ P @ p.A + noisy - t(BPA) @ inverse @ BPA
    spread = size(inverse) * size(R_K)
    scale = size(p.Q) + size(p.A) ** 2 * size(P) * (1 + spread) + size(noisy)
    got = matrix_equations.value_step(p, np.where(c.easy[:, None, None], (P + t(P)) / 2, 0))
    c.compare("value step", got, want, scale * spread, c.easy)


def estimators_of_one(c: Checked) -> None:
    """Each estimator of a cubic function, from the same stream of directions."""
    shape, seed = c.K.shape[1:], int(c.rng.integers(2**32))
    weight, samples, radius, step = c.rng.standard_normal(shape), 7, 0.3, 0.2
    K, X = c.K[0], c.X[0]

    def f(gain: Any) -> Any:
        inner = np.sum(weight * gain, axis=(-2, -1))
        return inner**3 + np.sum(gain**2, axis=(-2, -1)) * inner

    U = reference.sphere(np.random.default_rng(seed), samples, shape, radius)
    for name, want in reference.estimates(f, K, X, step, radius, U).items():
        extra = (X, step) if name == "hessian_product" else ()
        got = getattr(estimators, name)(f, K, *extra, radius, samples, seed)
        if not np.abs(got - want).max() <= 1e-9 * (1 + np.abs(want).max() + abs(f(K)) / radius**2):
            c.complain(0, name)


def drawn(c: Checked) -> None:
    """What is drawn at random is as its docstring says."""
    rng, n, m = c.rng, c.problem.states, c.problem.inputs
    made = systems.random_ensemble(
        2, n, m, rng, state_noise_terms=int(rng.integers(3)), input_noise_terms=int(rng.integers(3))
    )
    gains = systems.random_stabilizing_gains(made, rng)
    radius = np.abs(np.linalg.eigvals(reference.operators(made, gains))).max(axis=-1)
    if not (radius < 1 + 1e-9).all():
        c.complain(0, f"random gains of radius {radius}")
    step = rng.standard_normal(gains.shape)
    edge = systems.boundary_distance(made, gains, step)[:, None, None]
    inner, outer = (
        np.abs(np.linalg.eigvals(reference.operators(made, gains + s * edge * step))).max(axis=-1)
        for s in (1 - 1e-6, 1 + 1e-6)
    )
    # defective or scaled loops blur the boundary
    if not ((inner < 1 + 1e-4) & (outer > 1 - 1e-4)).all():
        c.complain(0, f"boundary between radii {inner} and {outer}")


CHECKS = (closed_forms, optimum, horizons, families, equations, estimators_of_one, drawn)


def run(cases: int, seed: int) -> Found:
    """So many members, in stacks."""
    found = Found()
    for number in range(-(-cases // MEMBERS)):
        rng = np.random.default_rng([seed, number])
        problem, K = stack(rng)
        if number % 10 == 9:
            with np.errstate(all="raise"):
                lqrlib.evaluate(problem, K)
        with np.errstate(all="ignore"):
            checked = Checked(problem, K, rng, found, f"stack {number}")
            for check in CHECKS:
                check(checked)
        wrong, undecided = int(checked.wrong.sum()), int((checked.open & ~checked.wrong).sum())
        found.counts["wrong"] += wrong
        found.counts["undecidable"] += undecided
        found.counts["right"] += MEMBERS - wrong - undecided
    return found
