"""Laws that every public function obeys, from the table `laws.TABLE`: coordinates, units, noise."""

import copy
import inspect
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from laws import TABLE, transformed, world

import lqrlib
from lqrlib import LQR, directions, oracles
from lqrlib.matrix_equations import ClosedLoop, solve_generalized_lyapunov, solve_lyapunov
from lqrlib.matrix_equations.noise import Directions
from tests.fuzz.arguments import MODULES, TRUSTING, good_arguments, public_functions

WORLDS = {
    "noise": world(1, 3, 2, 2, 1),
    "no noise": world(2, 2, 3, 0, 0),
    "input noise": world(3, 4, 1, 0, 2),
    "one state": world(4, 1, 1, 1, 1),
}
LAWS = {f"{name} {i}": law for name, laws in TABLE.items() for i, law in enumerate(laws)}
MOVED = [name for name, law in LAWS.items() if law.kind != "seeded"]  # drawn as coordinates are
# What has no law, and why: constants, random problems, numbers of no problem, and classes that
# only hold what functions return. What is asked of everything is asked of them, too.
LAWLESS = {
    *("Noise", "Trace", "NotStabilizableError", "NotStabilizingError"),
    *("matrix_equations.ClosedLoop", "matrix_equations.Powers", "oracles.Oracle"),
    *("systems.boeing", "systems.boeing_start", "systems.double_integrator", "systems.scalar"),
    *("systems.from_state_space", "systems.random_ensemble"),
    *("systems.suspension", "systems.suspension_start", "systems.three_state", "tasks.Levels"),
    *("estimators.sphere", "tasks.levels", "maml.MetaGain"),
    *("maml.family_gain", "maml.inner_steps"),
    *("directions.LQRDirection", "directions.ZerothOrder", "directions.MetaGradient"),
    "directions.MetaZerothOrder",
}
EVERYTHING = list(public_functions())


def public_names():
    """Functions and classes of the package and of its public modules, but what is trusting."""
    for name in lqrlib.__all__:
        yield name
    for short in MODULES.split():
        module = getattr(lqrlib, short)
        for name, value in vars(module).items():
            kind = inspect.isfunction(value) or inspect.isclass(value)
            here = kind and value.__module__.startswith(module.__name__)
            if here and not {name, f"{name} of {short}"} & TRUSTING and not name.startswith("_"):
                yield f"{short}.{name}"


def test_no_public_name_is_without_a_row():
    names, rows = set(public_names()), set(TABLE) | LAWLESS
    assert names <= rows, f"no row for {sorted(names - rows)}"
    assert not set(TABLE) & LAWLESS


def assert_same(actual, expected, tolerance, what, floor=0.0):
    """Member by member, relative to its norm; inf and nan stand where they stand."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"{what}: shape {actual.shape}, not {expected.shape}"
    if actual.dtype.kind in "bi":
        assert np.array_equal(actual, expected), f"{what}: {actual}, not {expected}"
        return
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(np.isfinite(actual), finite, err_msg=what)
    np.testing.assert_array_equal(actual[~finite], expected[~finite], err_msg=what)
    axes = tuple(range(1, expected.ndim))
    error = np.abs(np.where(finite, actual - np.where(finite, expected, 0), 0)).max(axis=axes)
    size = np.abs(np.where(finite, expected, 0)).max(axis=axes) + floor
    assert (error <= tolerance * size).all(), f"{what}: relative error {(error / size).max():.3g}"


@pytest.mark.parametrize("name", MOVED)
@pytest.mark.parametrize("where", WORLDS)
def test_a_change_of_coordinates_does_what_it_must(where, name):
    law = LAWS[name]
    w, rng = WORLDS[where], np.random.default_rng(5)
    n, m = w.problem.states, w.problem.inputs
    S, T = (np.eye(k) + 0.4 * rng.standard_normal((k, k)) / np.sqrt(k) for k in (n, m))
    if law.rotations:
        S, T = np.linalg.qr(S)[0], np.linalg.qr(T)[0]
    here, there = law.call(w), law.call(w.moved(S, T))
    assert_same(there, transformed(law.kind, here, S, T), 1e-9, law.kind)


@pytest.mark.parametrize("factor", [3.7, 1e-5])
@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("where", WORLDS)
def test_a_unit_of_cost_appears_to_its_power(where, name, factor):
    law = LAWS[name]
    w = WORLDS[where]
    here, there = law.call(w), law.call(w.weighed(factor))
    # the boundary of the stabilizing set and what is drawn inside is found to 1e-10
    assert_same(there, factor**law.degree * np.asarray(here), 1e-8, f"degree {law.degree}")


@pytest.mark.parametrize("factor", [2.0**498, 2.0**-498, 1e150, 1e-150])
@pytest.mark.parametrize("where", WORLDS)
def test_the_optimal_gain_does_not_know_the_unit_of_cost_however_extreme(where, factor):
    w = WORLDS[where]
    here, there = lqrlib.solve(w.problem), lqrlib.solve(w.weighed(factor).problem)
    assert_same(there.K, here.K, 1e-12, "K*")
    assert_same(there.P, factor * here.P, 1e-12, "P*")
    assert_same(
        lqrlib.gradient(w.weighed(factor).problem, w.K),
        factor * lqrlib.gradient(w.problem, w.K),
        1e-12,
        "gradient",
    )


@pytest.mark.parametrize("variance", [0.0, 1e-300, 1e-18])
@pytest.mark.parametrize("name", LAWS)
def test_noise_of_next_to_no_variance_is_no_noise(name, variance):
    law = LAWS[name]
    w = WORLDS["noise"]
    quiet = w._replace(problem=w.problem.without_noise())
    # what is drawn differs in the number of draws only where there is noise to draw
    assert_same(law.call(w.silent(variance)), law.call(quiet), 1e-7, f"variance {variance}")


@pytest.mark.parametrize("where", WORLDS)
def test_what_is_symmetric_is_exactly_so(where):
    w = WORLDS[where]
    at, best = lqrlib.at_gain(w.problem, w.K), lqrlib.solve(w.problem)
    for name in ("P", "Sigma", "R_K", "hessian_matrix"):
        X = getattr(at, name)
        assert_same(X, X.swapaxes(-1, -2), 0.0 if name != "R_K" else 1e-15, name)
        if name != "hessian_matrix":
            assert (np.linalg.eigvalsh(X) > 0).all(), name
    assert_same(best.P, best.P.swapaxes(-1, -2), 0.0, "P*")


@pytest.mark.parametrize("states", [1, 3, 8, 22])
@pytest.mark.parametrize("terms", [0, 2])
def test_the_resolvents_and_the_hessian_are_adjoint_to_each_other_and_themselves(states, terms):
    rng = np.random.default_rng(states)
    F = rng.standard_normal((3, states, states)) / (2 * np.sqrt(states))
    S = rng.standard_normal((3, terms, states, states)) / np.sqrt(states)
    W, V = (X + X.swapaxes(-1, -2) for X in rng.standard_normal((2, 3, states, states)))

    def solve(W, adjoint):
        if terms:
            return solve_generalized_lyapunov(F, [0.1] * terms, S, W, adjoint)
        return solve_lyapunov(F, W, adjoint)

    X, Y = solve(W, False), solve(V, True)
    scale = np.linalg.norm(X, axis=(1, 2)) * np.linalg.norm(V, axis=(1, 2))
    gap = np.abs(np.sum(X * V, axis=(1, 2)) - np.sum(W * Y, axis=(1, 2)))
    assert (gap <= 1e-13 * states * scale).all(), "<T(W), V> is not <W, T*(V)>"
    loop = ClosedLoop(F, Directions(S / 4) if terms else None)
    left, right = loop.apply(W), loop.apply_adjoint(V)
    gap = np.abs(np.sum(left * V, axis=(1, 2)) - np.sum(W * right, axis=(1, 2)))
    assert (gap <= 1e-13 * states * scale).all(), "<F(W), V> is not <W, F*(V)>"
    if states <= 3:
        w = world(states, states, 2, terms, terms)
        one, other = w.X, rng.standard_normal(w.X.shape)
        H, G = (lqrlib.hessian(w.problem, w.K, D) for D in (one, other))
        scale = np.linalg.norm(H, axis=(1, 2)) * np.linalg.norm(other, axis=(1, 2))
        gap = np.abs(np.sum(H * other, axis=(1, 2)) - np.sum(G * one, axis=(1, 2)))
        assert (gap <= 1e-12 * scale).all(), "<H[X], Y> is not <X, H[Y]>"


# Asked of everything, with good arguments.


def frozen(value):
    """All bytes of a value, so that a change in it or in what it holds is seen."""
    if isinstance(value, LQR):
        return frozen(numbers(value))
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, list | tuple):
        return [frozen(part) for part in value]
    return repr(value) if isinstance(value, int | float | str | bool) else None


def numbers(value):
    """What a function returned, as arrays to compare; callables are not looked into."""
    if isinstance(value, LQR):
        return [
            value.A,
            value.B,
            value.Q,
            value.R,
            value.Sigma0,
            *value.state_noise,
            *value.input_noise,
        ]
    if isinstance(value, lqrlib.AtGain):
        return [value.cost, value.gradient, value.P]
    if isinstance(value, lqrlib.Trace):
        return [value.gains, value.costs, value.step_sizes, value.norms, value.left]
    if isinstance(value, tuple | list | lqrlib.Solution):
        return [array for part in value for array in numbers(part)]
    if isinstance(value, float | np.ndarray | np.generic):
        return [np.asarray(value)]
    return []


def assert_identical(actual, expected, what):
    for one, other in zip(numbers(actual), numbers(expected), strict=True):
        np.testing.assert_array_equal(one, other, err_msg=what)


@pytest.mark.parametrize("name, function", EVERYTHING)
def test_nothing_changes_its_arguments_and_all_repeat(name, function):
    given = good_arguments(name, function)
    before = {key: frozen(value) for key, value in given.items()}
    first, second = function(**given), function(**given)
    for key, value in given.items():
        assert frozen(value) == before[key], f"{name} changed {key}"
    assert_identical(second, first, f"{name} did not repeat")


@pytest.mark.parametrize("name, function", EVERYTHING)
def test_copies_of_the_arguments_give_the_same_and_results_can_be_copied(name, function):
    given = good_arguments(name, function)
    result = function(**given)
    for copied in (copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))):
        twins = {k: copied(v) for k, v in given.items() if not inspect.isclass(v)}
        assert_identical(function(**given | twins), result, f"{name} of copies")
        if numbers(result):
            assert_identical(copied(result), result, f"copy of what {name} returns")


@pytest.mark.parametrize("name, function", EVERYTHING)
def test_eight_threads_get_what_one_gets(name, function):
    given = good_arguments(name, function)
    result = function(**given)
    fresh = {k: copy.copy(v) if isinstance(v, LQR) else v for k, v in given.items()}
    with ThreadPoolExecutor(8) as pool:  # all at the same problem, whose optimum none knows yet
        for future in [pool.submit(function, **fresh) for _ in range(8)]:
            assert_identical(future.result(), result, f"{name} in a thread")


@pytest.mark.parametrize("where", ["noise", "no noise"])
def test_eight_threads_at_one_point_of_one_problem(where):
    w = WORLDS[where]
    alone = lqrlib.evaluate(w.problem, w.K)
    shared = lqrlib.at_gain(copy.copy(w.problem), w.K)
    names = ["gap", "gradient", "cost", "radius", "P", "Sigma", "condition", "hessian_matrix"]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda name: getattr(shared, name), names))
    for name, value in zip(names, found, strict=True):
        assert_same(value, getattr(alone, name), 1e-13, name)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_errors_solutions_and_points_survive_a_copy(copied):
    w = WORLDS["noise"]
    stack = w.problem.replace(A=100 * w.problem.A)
    with pytest.raises(lqrlib.NotStabilizingError) as caught:
        directions.gradient(stack).require(w.K)
    twin = copied(caught.value)
    assert str(twin) == str(caught.value)
    np.testing.assert_array_equal(twin.members, caught.value.members)
    np.testing.assert_array_equal(twin.radius, caught.value.radius)
    at = lqrlib.at_gain(w.problem, w.K)
    assert_identical(copied(at), at, "AtGain")
    oracle = oracles.rollout_cost(w.problem, 5, 0)
    oracle(w.K)
    np.testing.assert_array_equal(copied(oracle)(w.K), oracle(w.K))
