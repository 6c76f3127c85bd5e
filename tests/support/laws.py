"""What must hold of each public function, and how a change of coordinates or of units acts on it.

`TABLE` has a row for each; one quantity that a function returns is a `Law`. The functions without
a law are there too, with none, so that a new function cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from strategies import build, unit

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

Array = NDArray[np.float64]
STEPS = 6


class World(NamedTuple):
    """A stack (N,) of problems with a gain, a direction, a state and a step size for each."""

    problem: LQR
    K: Array
    X: Array
    x: Array
    step: float = 1e-5

    @property
    def family(self) -> LQR:
        """Two tasks for each member, (N, 2), which differ in their weights."""
        count = len(self.problem)
        both = LQR.stack([self.problem, self.problem.replace(Q=2 * self.problem.Q)]).reshape(-1)
        return both[np.arange(2 * count).reshape(2, count).T]

    def pick(self, index: Any) -> World:
        return World(self.problem[index], self.K[index], self.X[index], self.x[index], self.step)

    def moved(self, S: Array, T: Array) -> World:
        """The same in other coordinates, x = S z and u = T v."""
        p, back, undo = self.problem, np.linalg.inv(S), np.linalg.inv(T)
        (alpha, A_i), (beta, B_j) = p.state_noise, p.input_noise
        problem = LQR(
            back @ p.A @ S,
            back @ p.B @ T,
            S.T @ p.Q @ S,
            T.T @ p.R @ T,
            back @ p.Sigma0 @ back.T,
            (alpha, back @ A_i @ S),
            (beta, back @ B_j @ T),
        )
        return World(problem, undo @ self.K @ S, undo @ self.X @ S, self.x @ back.T, self.step)

    def weighed(self, factor: float) -> World:
        """The same with costs in another unit; a step size is a length over a slope."""
        p = self.problem
        problem = p.replace(Q=factor * p.Q, R=factor * p.R)
        return self._replace(problem=problem, step=self.step / factor)

    def silent(self, variance: float) -> World:
        """The same with noise of next to no variance, if any."""
        p = self.problem
        noises = [
            (np.full_like(noise.variances, variance), noise.directions)
            for noise in (p.state_noise, p.input_noise)
        ]
        return self._replace(problem=p.replace(state_noise=noises[0], input_noise=noises[1]))


def world(seed: int, n: int, m: int, p: int, q: int, count: int = 4) -> World:
    case = build(seed, n, m, p, q, (count,), (0.1, 0.8))
    return World(case.problem, case.K, unit(case), case.rng.standard_normal((count, n)))


class Law(NamedTuple):
    """One quantity: how to ask for it, and what it is.

    kind : what a change of coordinates does to it (`transformed`)
    degree : power of the unit of cost
    rotations : whether it is invariant under orthogonal changes only, as lengths are
    """

    call: Callable[[World], Any]
    kind: str
    degree: int
    rotations: bool = False


def transformed(kind: str, value: Array, S: Array, T: Array) -> Array:
    """A quantity of the given kind in the coordinates x = S z, u = T v."""
    back, undo = np.linalg.inv(S), np.linalg.inv(T)
    if kind == "number":
        return value
    if kind == "curvature":
        return np.kron(T.T, back) @ value @ np.kron(T, back.T)
    if kind == "states":
        return np.asarray(value @ back.T)
    left, right = {
        "gain": (undo, S),
        "slope": (T.T, back.T),
        "value": (S.T, S),
        "moment": (back, back.T),
        "input weight": (T.T, T),
        "dual gain": (T.T, S),
    }[kind]
    return np.asarray(left @ value @ right)


def at(name: str) -> Callable[[World], Any]:
    return lambda w: getattr(lqrlib.at_gain(w.problem, w.K), name)


def solved(name: str) -> Callable[[World], Any]:
    return lambda w: getattr(lqrlib.solve(w.problem), name)


def riccati(method: str) -> Callable[[World], Any]:
    return lambda w: matrix_equations.solve_riccati(w.problem, method).P


def closed(w: World) -> Array:
    return np.asarray(w.problem.A - w.problem.B @ w.K)


def lyapunov(adjoint: bool) -> Callable[[World], Any]:
    def call(w: World) -> Array:
        right = w.problem.Q if adjoint else w.problem.Sigma0
        F = closed(w)
        return matrix_equations.solve_generalized_lyapunov(
            F, *w.problem.state_noise, right, adjoint
        )

    return call


def plain_lyapunov(adjoint: bool) -> Callable[[World], Any]:
    def call(w: World) -> Array:
        right = w.problem.Q if adjoint else w.problem.Sigma0
        return matrix_equations.solve_lyapunov(closed(w), right, adjoint)

    return call


def descended(direction: Callable[[LQR], Any], by_cost: bool = False) -> Callable[[World], Any]:
    """Where a descent gets to; steps are lengths over slopes but for Gauss-Newton."""

    def call(w: World) -> Array:
        step = w.step if by_cost else 0.5
        return np.asarray(lqrlib.descend(direction(w.problem), w.K, step, 3).gain)

    return call


def backtracked(w: World) -> Array:
    """First steps small enough to be taken at once, so that rounding decides nothing."""
    rule = lqrlib.backtracking(w.step)
    return np.asarray(lqrlib.descend(directions.gradient(w.problem), w.K, rule, 3).gain)


def member_by_member(function: Callable[[LQR, Array, Array], Any]) -> Callable[[World], Any]:
    """For what takes one problem, or draws for a whole stack at once."""
    return lambda w: np.stack(
        [function(p, K, x) for p, K, x in zip(w.problem, w.K, w.x, strict=True)]
    )


def estimated(
    estimator: Callable[..., Any], *between: Callable[[World], Any], **more: Any
) -> Callable[[World], Any]:
    """An estimate from seeded directions, the same for every member and in every unit."""

    def call(w: World) -> Any:
        given = [take(w) for take in between]
        return estimator(oracles.exact_cost(w.problem), w.K, *given, 1e-3, 5, 7, **more)

    return call


def meta(hessian: str) -> Callable[[World], Any]:
    def one(w: World, i: int) -> Any:
        oracle = oracles.exact_cost(w.family[i])
        return directions.meta_zeroth_order(oracle, w.step, 1e-3, 5, 7, hessian)(w.K[i])

    return lambda w: np.stack([one(w, i) for i in range(len(w.problem))])


def by_trajectory(p: LQR, K: Array, x: Array) -> Any:
    return oracles.rollout_cost(p, STEPS, 5, x0=x)(K)


def levels(name: str) -> Law:
    degree = int(name in "QR")
    return Law(lambda w: getattr(tasks.heterogeneity(w.family), name), "number", degree, True)


SLOPE, GAIN = "slope", "gain"
# Quantities of one gain; each is nan or inf where the gain does not stabilize, and there alone.
TABLE: dict[str, list[Law]] = {
    "cost": [Law(lambda w: lqrlib.cost(w.problem, w.K), "number", 1)],
    "value_matrix": [Law(lambda w: lqrlib.value_matrix(w.problem, w.K), "value", 1)],
    "gradient": [Law(lambda w: lqrlib.gradient(w.problem, w.K), SLOPE, 1)],
    "hessian": [Law(lambda w: lqrlib.hessian(w.problem, w.K, w.X), SLOPE, 1)],
    "hessian_matrix": [Law(lambda w: lqrlib.hessian_matrix(w.problem, w.K), "curvature", 1)],
    "mean_square_radius": [Law(lambda w: lqrlib.mean_square_radius(w.problem, w.K), "number", 0)],
    "is_stabilizing": [Law(lambda w: lqrlib.is_stabilizing(w.problem, w.K), "number", 0)],
    "optimality_gap": [Law(lambda w: lqrlib.optimality_gap(w.problem, w.K), "number", 1)],
    "evaluate": [Law(lambda w: lqrlib.evaluate(w.problem, w.K).Sigma, "moment", 0)],
    "at_gain": [
        Law(at("P"), "value", 1),
        Law(at("Sigma"), "moment", 0),
        Law(at("E"), "dual gain", 1),
    ],
    "AtGain": [Law(at("R_K"), "input weight", 1), Law(at("decided"), "number", 0)],
    "optimal_gain": [Law(lambda w: lqrlib.optimal_gain(w.problem), GAIN, 0)],
    "solve": [Law(solved("P"), "value", 1), Law(solved("cost"), "number", 1)],
    "Solution": [Law(lambda w: np.sort(abs(lqrlib.solve(w.problem).poles)), "number", 0)],
    "LQR": [Law(lambda w: w.problem.replace(Q=w.problem.Q).Sigma0, "moment", 0)],
    "descend": [
        Law(descended(directions.gauss_newton), GAIN, 0),
        Law(descended(directions.gradient, True), GAIN, 0, True),
    ],
    "backtracking": [Law(backtracked, GAIN, 0, True)],
    "directions.gradient": [Law(lambda w: directions.gradient(w.problem)(w.K), SLOPE, 1)],
    "directions.natural_gradient": [
        Law(lambda w: directions.natural_gradient(w.problem)(w.K), "dual gain", 1)
    ],
    "directions.gauss_newton": [Law(lambda w: directions.gauss_newton(w.problem)(w.K), GAIN, 0)],
    "directions.zeroth_order": [
        Law(
            lambda w: directions.zeroth_order(oracles.exact_cost(w.problem), 1e-3, 5, 7)(w.K),
            "seeded",
            1,
        )
    ],
    "directions.meta_gradient": [
        Law(lambda w: directions.meta_gradient(w.family, w.step)(w.K), SLOPE, 1, True)
    ],
    "directions.meta_zeroth_order": [
        Law(meta(h), "seeded", 1) for h in ("printed", "none", "stein", "difference", "exact")
    ],
    "maml.at_gain": [Law(lambda w: maml.at_gain(w.family, w.K, w.step).cost, "number", 1, True)],
    "maml.cost": [Law(lambda w: maml.cost(w.family, w.K, w.step), "number", 1, True)],
    "maml.gradient": [
        Law(lambda w: maml.gradient(w.family, w.K, w.step), SLOPE, 1, True),
        Law(lambda w: maml.gradient(w.family, w.K, 0.0), SLOPE, 1),
    ],
    "maml.adapted_gains": [
        Law(lambda w: maml.adapted_gains(w.family, w.K, w.step)[:, 0], GAIN, 0, True)
    ],
    "finite_horizon.finite_horizon_cost": [
        Law(lambda w, h=h: finite_horizon.finite_horizon_cost(w.problem, w.K, h), "number", 1)
        for h in (STEPS, 40)
    ],
    "oracles.exact_cost": [Law(lambda w: oracles.exact_cost(w.problem)(w.K), "number", 1)],
    "oracles.finite_horizon_cost": [
        Law(lambda w: oracles.finite_horizon_cost(w.problem, STEPS, w.x)(w.K), "number", 1)
    ],
    "oracles.rollout_cost": [Law(member_by_member(by_trajectory), "number", 1)],
    "simulation.trajectories": [
        Law(
            member_by_member(
                lambda p, K, x: simulation.trajectories(p, K, x[None], STEPS, 5)[:, 0]
            ),
            "states",
            0,
        )
    ],
    "estimators.one_point_gradient": [Law(estimated(estimators.one_point_gradient), "seeded", 1)],
    "estimators.two_point_gradient": [Law(estimated(estimators.two_point_gradient), "seeded", 1)],
    "estimators.printed_hessian": [Law(estimated(estimators.printed_hessian), "seeded", 1)],
    "estimators.stein_hessian": [
        Law(estimated(estimators.stein_hessian), "seeded", 1),
        Law(estimated(estimators.stein_hessian, distribution="gaussian"), "seeded", 1),
    ],
    "estimators.hessian_product": [
        Law(estimated(estimators.hessian_product, lambda w: w.X, lambda w: 1e-3), "seeded", 1)
    ],
    "tasks.heterogeneity": [levels(name) for name in "ABQR"],
    "tasks.distances": [
        Law(lambda w: tasks.distances(w.problem, w.problem[::-1]).Q, "number", 1, True)
    ],
    "matrix_equations.solve_lyapunov": [
        Law(plain_lyapunov(False), "moment", 0),
        Law(plain_lyapunov(True), "value", 1),
    ],
    "matrix_equations.solve_generalized_lyapunov": [
        Law(lyapunov(False), "moment", 0),
        Law(lyapunov(True), "value", 1),
    ],
    "matrix_equations.solve_riccati": [Law(riccati("policy_iteration"), "value", 1)],
    "matrix_equations.value_step": [
        Law(lambda w: matrix_equations.value_step(w.problem, w.problem.Q), "value", 1)
    ],
    "systems.boundary_distance": [
        Law(lambda w: systems.boundary_distance(w.problem, w.K, w.X), "number", 0)
    ],
    "systems.random_stabilizing_gains": [
        Law(
            member_by_member(lambda p, K, x: systems.random_stabilizing_gains(p, 3)),
            "seeded",
            0,
        )
    ],
    "systems.noise_scale": [
        Law(
            lambda w: systems.noise_scale(
                closed(w), [[0.3]] * len(w.K), w.problem.A[:, None], np.full(len(w.K), 0.9)
            ),
            "number",
            0,
            True,
        )
    ],
}
