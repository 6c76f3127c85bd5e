"""Whatever numpy.seterr says: a well-formed problem is no floating-point error, nor a warning."""

import numpy as np
import pytest

import lqrlib
from lqrlib import (
    LQR,
    directions,
    finite_horizon,
    maml,
    matrix_equations,
    oracles,
    simulation,
    systems,
)
from tests.fuzz.arguments import good_arguments, public_functions

THREE, QUIET = systems.three_state(), systems.double_integrator()
MANY = "many states"
PROBLEMS = {
    "noise": THREE,
    "no noise": QUIET,
    "faint noise": THREE.replace(
        state_noise=(THREE.state_noise.variances, 1e-170 * np.eye(3)[None])
    ),
    "tiny Sigma0": THREE.replace(Sigma0=1e-300 * THREE.Sigma0),
    "huge Sigma0": THREE.replace(Sigma0=1e200 * THREE.Sigma0),
    "tiny weights": THREE.replace(Q=1e-300 * THREE.Q, R=1e-300 * THREE.R),
    "tiny weights, no noise": QUIET.replace(Q=1e-300 * QUIET.Q, R=1e-300 * QUIET.R),
    "huge weights": THREE.replace(Q=1e200 * THREE.Q, R=1e200 * THREE.R),
    "tiny B": QUIET.replace(A=0.5 * QUIET.A, B=1e-160 * QUIET.B),
    "tiny A": QUIET.replace(A=1e-200 * QUIET.A),
    "tiny A, noise": THREE.replace(A=1e-200 * THREE.A),
    "no Q": THREE.replace(Q=0 * THREE.Q),
    MANY: systems.random_ensemble(1, 21, 2, 0, state_noise_terms=2, input_noise_terms=1)[0],
}
SLOW = "estimators", "descend"
GAINS = {
    **{f"{size:g}": size for size in (0.0, 5e-320, 1e-170, 1e-100, 1e5, 1e80, 1e160)},
    **{"the best": None, "near the best": 1 + 1e-9, "nearly unstable": "edge"},
}


def family(p):
    return LQR.stack([p, p.replace(Q=2 * p.Q)])


def at_gain(p, K, X):
    at = lqrlib.at_gain(p, K)
    names = "condition P Sigma cost E R_K gradient gap radius decided hessian_matrix"
    return [getattr(at, name) for name in names.split()]


def descents(p, K, X):
    backtracking = lqrlib.backtracking(gradient=directions.gradient(p), most=5)
    for factory, steps in (
        (directions.gradient, (1e-3, 1e200, backtracking)),
        (directions.natural_gradient, (1e-3, backtracking)),
        (directions.gauss_newton, (0.5, 1e200)),
    ):
        for step in steps:
            try:
                lqrlib.descend(factory(p), K, step, 2, on_leave="flag")
            except lqrlib.NotStabilizingError:
                break


def estimated(p, K, X):
    oracle, both = oracles.exact_cost(p), oracles.exact_cost(family(p))
    for radius, points in ((1e-170, 1), (1e-170, 2), (1e-3, 2)):
        directions.zeroth_order(oracle, radius, 2, 0, points)(K)
    steps, radii = (1e-170, 0.0, 1e-4, 1e100, 1e-4), (1e-170, 1e-3, 1e-170, 1e-3, 1e-170)
    for hessian, step, radius in zip(directions.ESTIMATES, steps, radii, strict=True):
        directions.meta_zeroth_order(both, step, radius, 2, 0, hessian)(K)


def solved(p, K, X):
    solution = lqrlib.solve(p.replace(Q=p.Q))
    return solution.K, solution.P, solution.cost


CALLS = {
    "at_gain": at_gain,
    "solve": solved,
    "hessian": lambda p, K, X: [lqrlib.hessian(p, K, size * X) for size in (1, 1e-170)],
    "descend": descents,
    "estimators": estimated,
    "maml": lambda p, K, X: [maml.gradient(family(p), K, s) for s in (0.0, 1e-4, 1e-170, 1e100)],
    "finite horizon": lambda p, K, X: [
        finite_horizon.finite_horizon_cost(p, K, h, x0)
        for h in (1, 5, 100, 10**6)
        for x0 in (None, X[0], np.full_like(X[0], 1e-170))
    ],
    "roll-outs": lambda p, K, X: [
        oracles.rollout_cost(p, 30, 0, draws=draws)(K) for draws in ("gaussian", "signs")
    ],
    "trajectories": lambda p, K, X: simulation.trajectories(
        p, K, np.stack([X[0], 0 * X[0]]), 30, 0
    ),
    "Lyapunov": lambda p, K, X: [
        matrix_equations.solve_generalized_lyapunov(p.A / 8, *p.state_noise, p.Q),
        matrix_equations.solve_lyapunov(p.A / 8, p.Q),
    ],
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "name, call",
    [
        (name, call)
        for name in PROBLEMS
        for call in CALLS
        if name != MANY or call in ("at_gain", "trajectories", "Lyapunov", "solve")
    ],
)
def test_no_gain_of_a_well_formed_problem_is_a_floating_point_error(name, call):
    problem = PROBLEMS[name]
    best, ones = lqrlib.optimal_gain(problem), np.ones((problem.inputs, problem.states))
    edge = systems.boundary_distance(problem, best, ones)
    gains = {size: size * ones for size in GAINS.values() if isinstance(size, float)}
    gains |= {None: best, 1 + 1e-9: best * (1 + 1e-9), "edge": best + (1 - 1e-9) * edge * ones}
    for label, size in GAINS.items():
        if call in SLOW and label in ("1e-100", "1e+80", "near the best"):
            continue
        try:
            with np.errstate(all="raise"):
                CALLS[call](problem, gains[size], ones)
        except FloatingPointError as error:
            raise AssertionError(f"{call} at a gain of {label}: {error}") from error


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name, function", list(public_functions()))
def test_no_public_function_is_a_floating_point_error(name, function):
    with np.errstate(all="raise"):
        function(**good_arguments(name, function))
