"""The problem at a gain: evaluated once, and trusted inside."""

import numpy as np
import pytest
from strategies import build

import lqrlib
from lqrlib import directions, maml, systems
from lqrlib.matrix_equations import ClosedLoop
from lqrlib.objective import AtGain
from lqrpapers.claims import check
from lqrpapers.studies.task_families import spectral_family


@pytest.fixture
def counts(monkeypatch):
    """Counts closed loops, Lyapunov solves and Riccati solutions while a test runs."""
    counted = {"loops": 0, "solves": 0, "riccati": 0}
    start, solve, once = ClosedLoop.__init__, ClosedLoop._solve_flat, ClosedLoop._at_once

    def counting_start(self, *arguments, **options):
        counted["loops"] += 1
        start(self, *arguments, **options)

    def counting_solve(self, *equations):
        counted["solves"] += len(equations)
        return solve(self, *equations)

    def counting_once(self, *equations):
        before = counted["solves"]
        solutions = once(self, *equations)  # which may ask _solve_flat
        counted["solves"] = before + len(equations)
        return solutions

    def counting_riccati(problem, *arguments):
        counted["riccati"] += 1
        return riccati(problem, *arguments)

    riccati = lqrlib.matrix_equations.solve_riccati
    monkeypatch.setattr(ClosedLoop, "__init__", counting_start)
    monkeypatch.setattr(ClosedLoop, "_solve_flat", counting_solve)
    monkeypatch.setattr(ClosedLoop, "_at_once", counting_once)
    monkeypatch.setattr(lqrlib.matrix_equations, "solve_riccati", counting_riccati)
    return counted


@pytest.fixture
def boeing():
    return systems.boeing(), systems.boeing_start()


@pytest.mark.parametrize(
    "call, loops, solves",
    [
        (lqrlib.cost, 1, 1),
        (lqrlib.value_matrix, 1, 1),
        (lqrlib.gradient, 1, 2),
        (lqrlib.evaluate, 1, 2),
        (lqrlib.is_stabilizing, 1, 1),
        (lqrlib.mean_square_radius, 1, 1),
        (lambda problem, K: lqrlib.hessian(problem, K, K), 1, 4),
        (lqrlib.hessian_matrix, 1, 4),
    ],
    ids=["cost", "value", "gradient", "evaluate", "stabilizing", "radius", "hessian", "matrix"],
)
def test_one_closed_loop_and_no_solve_more_than_needed(boeing, counts, call, loops, solves):
    call(*boeing)
    assert (counts["loops"], counts["solves"]) == (loops, solves)


def test_everything_at_one_gain_comes_from_one_closed_loop(boeing, counts):
    problem, K = boeing
    at = lqrlib.at_gain(problem, K)
    for _ in range(2):
        assert np.isfinite(at.cost)
        assert at.gradient.shape == at.E.shape == K.shape
        assert at.radius < 1
        at.hessian(K)
    assert counts["loops"] == 1
    assert counts["solves"] == 2 + 2 * 2


@pytest.mark.parametrize("hessian, solves", [("exact", 6), ("none", 4)])
def test_a_maml_iteration_takes_two_closed_loops(boeing, counts, hessian, solves):
    nominal, K = boeing
    tasks = spectral_family(nominal, 3, 1e-4, 0)
    direction = directions.meta_gradient(tasks, 1e-8, hessian)
    counts.update(loops=0, solves=0)
    step, cost = direction.with_cost(K)
    assert np.isfinite(step).all() and np.isfinite(cost)
    assert (counts["loops"], counts["solves"]) == (2, solves)


@pytest.mark.parametrize(
    "method, step, solves", [(directions.gradient, 1e-6, 8), (directions.gauss_newton, 0.5, 4)]
)
def test_a_descent_evaluates_each_iterate_once(boeing, counts, method, step, solves):
    problem, K = boeing
    lqrlib.descend(method(problem), K, step, 3)
    assert (counts["loops"], counts["solves"]) == (4, solves)


def test_the_optimum_of_a_problem_is_solved_for_once(counts):
    problem = systems.boeing()
    for _ in range(2):
        lqrlib.optimal_gain(problem)
        lqrlib.solve(problem)
        lqrlib.optimality_gap(problem, systems.boeing_start())
    assert counts["riccati"] == 1


def test_a_check_that_asks_for_the_optimum_again_and_again_solves_one_riccati_equation(counts):
    check("s2-thm-3.4", systems.three_state(), np.zeros((2, 3)), 0.5)
    assert counts["riccati"] == 1


def test_changing_the_optimal_gain_one_was_given_does_not_change_the_memory():
    problem = systems.double_integrator()
    K = lqrlib.optimal_gain(problem)
    K[:] = 0.0
    assert np.abs(lqrlib.optimal_gain(problem)).min() > 0
    with pytest.raises(ValueError, match="read-only"):
        problem.optimum.K[:] = 0.0


@pytest.mark.parametrize("noise_terms", [0, 2])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gain_that_is_not_finite_stabilizes_nothing_and_leaves_its_neighbours_alone(
    noise_terms, bad
):
    problem, K, *_ = build(0, 3, 2, noise_terms, noise_terms, (4,), 0.5)
    K = K.copy()
    K[2, 0, 1] = bad
    at = AtGain(problem, K)
    good = lqrlib.at_gain(problem[[0, 1, 3]], K[[0, 1, 3]])
    assert at.loop.stable.tolist() == [True, True, False, True]
    assert at.cost[2] == np.inf
    assert np.isnan(at.gradient[2]).all()
    assert not at.radius[2] < 1
    for name in ("cost", "P", "Sigma", "E", "R_K", "gradient", "radius"):
        assert np.array_equal(getattr(at, name)[[0, 1, 3]], getattr(good, name)), name
    assert np.isnan(at.hessian(np.ones((2, 3)))[2]).all()


@pytest.mark.parametrize("door", [lqrlib.at_gain, lqrlib.cost, lqrlib.gradient, lqrlib.evaluate])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_door_refuses_a_gain_that_is_not_finite(boeing, door, bad):
    problem, K = boeing
    with pytest.raises(ValueError, match="K: expected finite numbers, got NaN or infinity"):
        door(problem, np.where(K > 0.8, bad, K))


def test_maml_at_a_gain_is_what_its_functions_return(boeing):
    nominal, K = boeing
    tasks = spectral_family(nominal, 3, 1e-4, 0)
    at = maml.at_gain(tasks, K, 1e-7)
    assert np.array_equal(at.cost, maml.cost(tasks, K, 1e-7))
    assert np.array_equal(at.gradient(), maml.gradient(tasks, K, 1e-7))
    assert np.array_equal(at.after.K, maml.adapted_gains(tasks, K, 1e-7))
