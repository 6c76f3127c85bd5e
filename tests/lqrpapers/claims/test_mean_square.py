"""Claims of S2's section 2: true where they should be, false where they should be."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.claims import check, mean_square


def ensemble(n, m, p, q, count=30, **options):
    return systems.random_ensemble(
        count, n, m, 5, state_noise_terms=p, input_noise_terms=q, **options
    )


def outside(problem, fraction):
    """Gains past the boundary of the stabilizing set, by a fraction of the way to it."""
    best = lqrlib.optimal_gain(problem)
    way = np.random.default_rng(6).standard_normal(best.shape)
    edge = systems.boundary_distance(problem, best, way)
    return best + ((1 + fraction) * edge)[:, None, None] * way


def all_hold(checks):
    for each in checks:
        assert each.holds.all(), (each.part, each.tightest)


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (4, 2, 0, 2), (8, 4, 2, 0)])
def test_section_two_holds_on_ensembles(sizes):
    problem = ensemble(*sizes)
    K = systems.random_stabilizing_gains(problem, 7)
    for gain in (K, outside(problem, 0.3)):
        all_hold(check("s2-mss", problem, gain))
        all_hold(check("ours-certificate", problem, gain))
    all_hold(check("s2-eq-2", problem, K) + check("s2-eq-3", problem, K))
    all_hold(check("s2-riccati", problem) + check("s2-riccati", problem, K, form="sharp"))


def test_exact_numbers_of_the_scalar_example():
    # Multipliers 3/2 and -1/2: mean 1/2, mean square 5/4.
    coin = systems.scalar(0.5, 1.0, 1.0, 1.0, state_variance=1.0)
    K = np.zeros((1, 1))
    nominal, half = check("s2-mss", coin, K)
    assert nominal.lhs == pytest.approx(1 / 4) and nominal.rhs == pytest.approx(5 / 4)
    assert half.lhs == pytest.approx(3 / 4)
    [dropped] = check("s2-mss", coin, K, form="dropped")
    assert dropped.violated == 1 and dropped.tightest == pytest.approx(5 / 4)
    assert mean_square.formal_solution(coin, K, np.eye(1)) == pytest.approx(-4)


@pytest.mark.parametrize("id", ["s2-eq-2", "s2-eq-3"])
def test_an_unstable_gain_has_no_solution_above_the_weight(id):
    problem = ensemble(3, 2, 1, 1)
    [order] = check(id, problem, outside(problem, 0.1), form="dropped")
    assert order.violated == len(problem)
    with pytest.raises(ValueError, match="none of which"):
        check(id, problem, lqrlib.optimal_gain(problem), form="dropped")


def test_a_wrong_solution_is_caught(monkeypatch):
    problem = ensemble(3, 2, 1, 1)
    K = systems.random_stabilizing_gains(problem, 7)
    true = lqrlib.objective.evaluate

    def wrong(problem, K):
        at = true(problem, K)
        at.P, at.Sigma = at.P * (1 + 1e-6), at.Sigma / 2
        return at

    monkeypatch.setattr(lqrlib.objective, "evaluate", wrong)
    equation, solve, _ = check("s2-eq-2", problem, K)
    assert solve.violated == len(problem) and equation.violated
    assert all(each.violated for each in check("s2-eq-3", problem, K))


def test_the_quadratic_constant_is_attained_by_scalars():
    problem = ensemble(1, 1, 0, 0)
    K = systems.random_stabilizing_gains(problem, 7, fraction=(0.2, 0.9))
    [bound] = check("s2-riccati", problem, K, form="sharp")
    np.testing.assert_allclose(bound.ratio, 1, rtol=1e-6)


def test_value_iteration_diverges_where_no_gain_stabilizes():
    # The critical level is beta = 1 / (a^2 - 1) = 1/3.
    problems = lqrlib.LQR.stack(
        [systems.scalar(2.0, 1.0, 1.0, 1.0, input_variance=beta) for beta in (0.34, 0.5, 5.0)]
    )
    [settles] = check("s2-riccati", problems, form="dropped", sweeps=500)
    assert settles.violated == 3
    inside = systems.scalar(2.0, 1.0, 1.0, 1.0, input_variance=0.3)
    [settles] = check("s2-riccati", inside, form="dropped", sweeps=500)
    assert settles.violated == 0


def test_a_singular_weight_is_refused():
    problem = systems.double_integrator().replace(Sigma0=np.diag([1.0, 0.0]))
    with pytest.raises(ValueError, match="positive definite"):
        check("s2-eq-3", problem, lqrlib.optimal_gain(problem))
