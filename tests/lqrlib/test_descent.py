"""The descent loop, on a plain quadratic without any regulator and on regulators."""

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import build, cases

import lqrlib
from lqrlib import NotStabilizingError, backtracking, descend, descent, directions

WEIGHT = np.array([[1.0, 4.0], [2.0, 8.0]])  # curvatures of the quadratic, entry by entry
TARGET = np.array([[1.0, -2.0], [3.0, 0.5]])
START = np.zeros((2, 2))


def quadratic(K):
    """f(K) = sum of WEIGHT (K - TARGET)^2 / 2, with its minimum 0 at TARGET."""
    with np.errstate(over="ignore"):
        return np.sum(WEIGHT * (K - TARGET) ** 2, axis=(-2, -1)) / 2


def slope(K):
    return WEIGHT * (K - TARGET)


def walled(K):
    """The quadratic where every entry is below 5 in size, infinite elsewhere."""
    return np.where(np.abs(K).max(axis=(-2, -1)) < 5, quadratic(K), np.inf)


# A plain quadratic.


def test_descent_imports_nothing_of_lqr():
    tree = ast.parse(Path(descent.__file__).read_text(encoding="utf-8"))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level and node.module != "validation"
        for alias in node.names
    }
    assert names <= {"NotStabilizingError", "validation"}


@given(st.floats(1e-3, 0.2), st.integers(0, 30))
@settings(max_examples=30)
def test_on_a_quadratic_every_iterate_has_its_closed_form(step, iterations):
    trace = descend(slope, START, step, iterations, cost=quadratic)
    assert trace.gains.shape == (iterations + 1, 2, 2)
    for t in range(iterations + 1):
        expected = TARGET + (1 - step * WEIGHT) ** t * (START - TARGET)
        assert trace.gains[t] == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert trace.costs == pytest.approx(quadratic(trace.gains), rel=1e-12)
    assert np.array_equal(trace.gain, trace.gains[-1])
    assert (trace.step_sizes == step).all()
    assert trace.norms == pytest.approx(np.linalg.norm(slope(trace.gains[:-1]), axis=(-2, -1)))
    assert not trace.left and not trace.converged
    assert trace.iterations == iterations


def test_without_a_cost_there_are_no_costs():
    assert descend(slope, START, 0.1, 3).costs is None
    assert descend(slope, START, 0.1, 0).costs is None


def test_zero_iterations_return_the_start():
    trace = descend(slope, START, 0.1, 0, cost=quadratic)
    assert np.array_equal(trace.gains, START[None])
    assert trace.costs == pytest.approx([quadratic(START)])
    assert trace.step_sizes.shape == trace.norms.shape == (0,)
    assert trace.iterations == 0


def test_each_member_may_have_its_own_step_size():
    starts = np.stack([START, START + 1, START - 1])
    steps = np.array([0.01, 0.05, 0.1])
    trace = descend(slope, starts, steps, 7, cost=quadratic)
    assert trace.gains.shape == (8, 3, 2, 2)
    for i in range(3):
        alone = descend(slope, starts[i], steps[i], 7, cost=quadratic)
        assert np.array_equal(trace.gains[:, i], alone.gains)
        assert np.array_equal(trace.costs[:, i], alone.costs)


def test_a_rule_is_asked_at_every_iteration_with_what_is_known():
    seen = []

    def rule(K, direction, value, cost):
        assert np.array_equal(direction, slope(K))
        assert value == pytest.approx(quadratic(K))
        assert cost(K) == pytest.approx(quadratic(K))
        seen.append(K)
        return np.asarray(0.1 / (1 + len(seen)))

    trace = descend(slope, START, rule, 4, cost=quadratic)
    assert len(seen) == 4
    assert trace.step_sizes == pytest.approx([0.05, 0.1 / 3, 0.025, 0.02])


def test_a_member_stops_at_the_tolerance_and_the_others_go_on():
    starts = np.stack([TARGET + 1e-3, TARGET + 10])
    trace = descend(slope, starts, 0.1, 25, cost=quadratic, tolerance=1e-3)
    assert trace.converged.tolist() == [True, False]
    first, second = trace.iterations
    assert 0 < first < 25 and second == 25
    assert np.linalg.norm(slope(trace.gains[first, 0])) <= 1e-3
    assert np.linalg.norm(slope(trace.gains[first - 1, 0])) > 1e-3
    assert (trace.gains[first:, 0] == trace.gains[first, 0]).all()
    assert (trace.step_sizes[first:, 0] == 0).all()
    assert np.isnan(trace.norms[first + 1 :, 0]).all()
    assert np.array_equal(
        trace.gains[:, 1], descend(slope, starts[1], 0.1, 25, cost=quadratic).gains
    )


def test_a_start_at_the_optimum_takes_no_step():
    trace = descend(slope, TARGET, 0.1, 5, cost=quadratic)
    assert trace.converged and trace.iterations == 0
    assert (trace.gains == TARGET).all()
    assert (trace.costs == 0).all()
    assert trace.norms[0] == 0 and np.isnan(trace.norms[1:]).all()


@pytest.mark.parametrize("step", [2.0, 1e300, 1e308])  # leaves, leaves far, overflows
def test_a_member_that_leaves_raises_or_is_flagged_and_changes_no_bit_of_its_neighbour(step):
    starts = np.stack([START, START])
    steps = np.array([0.1, step])
    with pytest.raises(
        NotStabilizingError, match=r"iteration 1: .* left .* member \[1\]"
    ) as caught:
        descend(slope, starts, steps, 6, cost=walled)
    assert caught.value.members.tolist() == [False, True]
    trace = descend(slope, starts, steps, 6, cost=walled, on_leave="flag")
    assert trace.left.tolist() == [False, True]
    assert not trace.converged.any()
    alone = descend(slope, starts[0], 0.1, 6, cost=walled)
    assert np.array_equal(trace.gains[:, 0], alone.gains)
    assert np.array_equal(trace.costs[:, 0], alone.costs)
    assert (trace.costs[1:, 1] == np.inf).all()
    assert (trace.gains[1:, 1] == trace.gains[1, 1]).all()
    assert (trace.step_sizes[1:, 1] == 0).all()
    assert np.isfinite(trace.gains).all()


def test_a_divergence_that_overflows_is_flagged_without_a_warning():
    trace = descend(slope, START, 1e200, 10, cost=quadratic, on_leave="flag")
    assert trace.left
    assert np.isfinite(trace.gains).all()


def test_a_start_outside_the_domain_is_refused():
    with pytest.raises(NotStabilizingError, match="K0: expected a start of finite cost"):
        descend(slope, START + 10, 0.1, 3, cost=walled)
    with pytest.raises(NotStabilizingError, match=r"member \[1\]"):
        descend(slope, np.stack([START, START + 10]), 0.1, 3, cost=walled, on_leave="flag")


def test_the_start_is_left_as_it_was_and_shared_with_nothing():
    start = START.copy()
    trace = descend(slope, start, 0.1, 3)
    assert np.array_equal(start, START)
    assert not np.shares_memory(trace.gains, start)
    assert descend(slope, [[0, 0], [0, 0]], 0.1, 3).gain == pytest.approx(trace.gain)


@pytest.mark.parametrize(
    "arguments, message",
    [  # each with what its message must say
        ({"K0": np.zeros(3)}, r"K0: expected at least 2 axes, got shape \(3,\)"),
        ({"K0": [[np.nan]]}, "K0: expected finite numbers"),
        ({"K0": [["a"]]}, "K0: expected real numbers"),
        ({"K0": np.zeros((0, 2, 2))}, "K0: expected at least one entry"),
        ({"step_size": 0.0}, "step_size: expected positive numbers, got 0"),
        ({"step_size": -1.0}, "step_size: expected positive numbers, got -1"),
        ({"step_size": np.inf}, "step_size: expected finite"),
        ({"step_size": "big"}, "step_size: expected real numbers"),
        ({"step_size": [0.1, 0.2]}, r"step_size: shape \(2,\) does not broadcast .* \(\)"),
        ({"iterations": -1}, "iterations: expected a whole number >= 0, got -1"),
        ({"iterations": 2.5}, "iterations: expected a whole number >= 0, got 2.5"),
        ({"iterations": True}, "iterations: expected a whole number"),
        ({"iterations": "3"}, "iterations: expected a whole number"),
        ({"iterations": np.nan}, "iterations: expected a whole number"),
        ({"iterations": None}, "iterations: expected a whole number"),
        ({"tolerance": -1.0}, "tolerance: expected a number >= 0, got -1"),
        ({"tolerance": np.nan}, "tolerance: expected a number >= 0"),
        ({"on_leave": "ignore"}, "on_leave: expected one of raise, flag, got 'ignore'"),
        ({"step_size": backtracking()}, "cost: a step-size rule needs a cost function"),
        ({"direction": 3}, "direction: expected a callable"),
    ],
)
def test_malformed_arguments_are_refused_by_name(arguments, message):
    given_arguments = {"direction": slope, "K0": START, "step_size": 0.1, "iterations": 3}
    with pytest.raises(ValueError, match=message):
        descend(**(given_arguments | arguments))


def test_a_direction_of_another_shape_is_refused():
    with pytest.raises(
        ValueError, match=r"direction: expected shape \(\.\.\., 2, 2\), got \(2, 3\)"
    ):
        descend(lambda K: np.zeros((2, 3)), START, 0.1, 3)


# Backtracking.


def test_backtracking_takes_the_largest_step_of_sufficient_decrease():
    rule = backtracking(2.0, shrink=0.5, sufficient=0.1)
    steps = rule(START, slope(START), quadratic(START), quadratic)
    norm = np.sum(slope(START) ** 2)

    def enough(eta):
        return quadratic(START - eta * slope(START)) <= quadratic(START) - 0.1 * eta * norm

    assert enough(steps) and not enough(2 * steps)


def test_backtracking_lowers_the_cost_at_every_step_and_keeps_away_from_the_wall():
    starts = np.stack([START, START + 1])
    trace = descend(slope, starts, backtracking(64.0), 30, cost=walled, tolerance=1e-6)
    assert trace.converged.all()
    assert (np.diff(trace.costs, axis=0)[trace.step_sizes > 0] < 0).all()
    assert trace.costs[-1] == pytest.approx([0, 0], abs=1e-12)


def test_backtracking_takes_no_step_where_none_lowers_the_cost():
    trace = descend(lambda K: -slope(K), START, backtracking(gradient=slope), 3, cost=quadratic)
    assert (trace.step_sizes == 0).all()
    assert (trace.gains == START).all()


@pytest.mark.parametrize(
    "name, value",
    [("initial", 0), ("initial", -1), ("shrink", 1.0), ("shrink", 0), ("sufficient", 1.5)],
)
def test_backtracking_refuses_numbers_out_of_range_by_name(name, value):
    with pytest.raises(ValueError, match=f"{name}: expected a"):
        backtracking(**{name: value})


# Regulators.


@given(cases(most=5))
@settings(max_examples=20)
def test_gauss_newton_with_step_one_half_reaches_the_optimum_in_a_dozen_steps(case):
    trace = descend(directions.gauss_newton(case.problem), case.K, 0.5, 40)
    best = lqrlib.optimal_gain(case.problem)
    assert trace.gain == pytest.approx(best, rel=1e-8, abs=1e-8)
    costs = trace.costs
    assert (np.diff(costs, axis=0) <= 1e-12 * costs[:-1]).all()


@given(cases(most=5, layouts=[(3,)]))
@settings(max_examples=15)
def test_backtracked_descents_of_a_stack_lower_every_cost(case):
    for factory in (directions.gradient, directions.natural_gradient):
        slope_of = directions.gradient(case.problem)
        trace = descend(factory(case.problem), case.K, backtracking(gradient=slope_of), 10)
        change = np.diff(trace.costs, axis=0)
        assert (change <= 0).all()
        assert (change[0] < 0).all()
        assert lqrlib.is_stabilizing(case.problem, trace.gains).all()


def test_one_start_serves_a_stack_of_problems():
    case = build(1, 3, 2, 1, 0, (), 0.5)
    tasks = case.problem.replace(
        A=case.problem.A + 1e-3 * np.random.default_rng(1).standard_normal((4, 3, 3))
    )
    trace = descend(directions.gauss_newton(tasks), case.K, 0.5, 12)
    assert trace.gains.shape == (13, 4, 2, 3)
    assert trace.gain == pytest.approx(lqrlib.optimal_gain(tasks), rel=1e-8, abs=1e-10)


def test_a_start_that_does_not_stabilize_raises_with_members_and_radius():
    stack = lqrlib.LQR([[[0.5]], [[2.0]]], [[1.0]], [[1.0]], [[1.0]])
    with pytest.raises(NotStabilizingError, match="K0: .* mean-square radius 4") as caught:
        descend(directions.gradient(stack), [[0.0]], 0.1, 3)
    assert caught.value.members.tolist() == [False, True]
    assert caught.value.radius == pytest.approx([0.25, 4.0])
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("step", [1.0, 1e200, 1e308])
def test_a_gain_that_leaves_the_stabilizing_set_raises_or_is_flagged(step):
    problem = lqrlib.systems.double_integrator()
    stack = lqrlib.LQR.stack([problem, problem])
    start, steps = lqrlib.optimal_gain(problem) + 0.1, np.array([1e-3, step])
    direction = directions.gradient(stack)
    with pytest.raises(NotStabilizingError, match="iteration 1"):
        descend(direction, start, steps, 5)
    trace = descend(direction, start, steps, 5, on_leave="flag")
    assert trace.left.tolist() == [False, True]
    alone = descend(direction, start, 1e-3, 5)
    assert np.array_equal(trace.gains[:, 0], alone.gains[:, 0])
    assert np.array_equal(trace.costs[:, 0], alone.costs[:, 0])
    assert (trace.costs[1:, 1] == np.inf).all()


def test_a_learned_descent_that_leaves_says_so_and_has_no_radius_to_tell():
    problem = lqrlib.LQR(0.9, 1.0, 1.0, 1.0)
    learned = directions.zeroth_order(lambda K: K[..., 0, 0] ** 2, 0.1, 4, rng=5)
    with pytest.raises(NotStabilizingError, match="iteration 1: the iterate left") as caught:
        descend(learned, [[1.0]], 1e3, 3, cost=lambda K: lqrlib.cost(problem, K))
    assert caught.value.radius is None
