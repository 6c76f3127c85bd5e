"""The convergence claims where they fail: steps too large, and figures that differ."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.claims import check
from lqrpapers.claims.convergence import largest_step
from lqrpapers.claims.figure_2 import standard_errors, steps_to
from lqrpapers.recorded import s2

METHODS = ["gradient", "natural_gradient", "gauss_newton"]


def ensemble():
    problem = systems.random_ensemble(30, 3, 2, 7, state_noise_terms=1, input_noise_terms=1)
    return problem, systems.random_stabilizing_gains(problem, 8, fraction=(0.1, 0.9))


def test_a_gauss_newton_step_beyond_one_raises_the_cost():
    problem, K = ensemble()
    for step in (1.001, 1.5, 3.0):
        [beyond] = check("s2-thm-3.4", problem, K, step, form="dropped")
        assert beyond.violated == beyond.checked and beyond.assumption
    [inside] = check("s2-thm-3.4", problem, K, 0.999, form="dropped")
    assert inside.violated == 0


def test_natural_gradient_and_gradient_fail_beyond_their_curvature_at_the_optimum():
    problem, _ = ensemble()
    best = lqrlib.optimal_gain(problem)
    near = best * (1 + 1e-6)
    natural = 1 / np.linalg.eigvalsh(lqrlib.evaluate(problem, best).R_K)[:, -1]
    gradient = 2 / np.linalg.eigvalsh(lqrlib.hessian_matrix(problem, best))[:, -1]
    for id, step in (("s2-thm-3.5", natural), ("s2-thm-3.6", gradient)):
        [beyond] = check(id, problem, near, 1.2 * step, form="dropped", iterations=100)
        assert beyond.violated == beyond.checked
        [inside] = check(id, problem, near, 0.9 * step, form="dropped", iterations=100)
        assert inside.violated == 0


@pytest.mark.parametrize(
    ("method", "id"),
    [
        ("gauss_newton", "s2-thm-3.4"),
        ("natural_gradient", "s2-thm-3.5"),
        ("gradient", "s2-thm-3.6"),
    ],
)
def test_the_largest_step_is_allowed_and_a_longer_one_is_refused(method, id):
    problem, K = ensemble()
    for iterations in (1, 3):
        step = largest_step(problem, K, method, iterations)
        assert all(not each.violated for each in check(id, problem, K, step, iterations=iterations))
        with pytest.raises(ValueError, match="step_size"):
            check(id, problem, K, 1.001 * step, iterations=iterations)


def falling(last, steps=2000, systems=20):
    """Gaps that fall geometrically from about 5 to `last`, a little different for each system."""
    start = np.linspace(3, 7, systems)
    fraction = np.linspace(0, 1, steps + 1)[:, None]
    return start * (last / start) ** fraction


def gaps():
    """Gaps that agree with the recorded means in the mean."""
    found = {}
    for name, curve in s2.FIGURE_2.items():
        at, means = zip(*((k, s.mean) for k, s in curve.gaps.items()), strict=True)
        path = np.exp(np.interp(np.arange(max(at) + 1), at, np.log(means)))
        found[name] = path[:, None] * np.linspace(0.6, 1.4, 20)
    return found


def verdicts(gaps, failing=None):
    failing = dict.fromkeys(METHODS, 3) | (failing or {})
    return {each.part: each.violated for each in check("s2-fig-2", gaps, failing)}


def test_figure_2_holds_for_the_recorded_curves():
    assert not any(verdicts(gaps()).values())


@pytest.mark.parametrize(
    ("part", "method", "change"),
    [
        ("final gap at most 5 %", "gradient", lambda g: np.maximum(g, 0.06)),
        ("every step lowers the cost", "natural_gradient", lambda g: np.vstack([g[:7], 2 * g[7:]])),
        ("Gauss-Newton first", "gauss_newton", lambda g: falling(0.01)),
        ("gradient last", "gradient", lambda g: np.vstack([g[:1], 0.04 + 0 * g[1:]])),
        ("recorded means, in standard errors", "natural_gradient", lambda g: 3 * g),
    ],
)
def test_figure_2_differs_where_a_statement_fails(part, method, change):
    wrong = gaps()
    wrong[method] = change(wrong[method])
    assert verdicts(wrong)[part] > 0


def test_figure_2_needs_steps_that_are_as_large_as_they_can_be():
    assert verdicts(gaps(), {"gradient": 0})["ten times the step is too large"] == 1


def test_steps_to_a_level_and_standard_errors():
    path = np.array([[4.0, 4.0], [2.0, 3.0], [1.0, 3.0]])
    assert steps_to(path, 2.0).tolist() == [1.0, np.inf]
    errors = standard_errors(gaps())
    assert set(errors) == set(METHODS) and max(errors["gauss_newton"]) == 2
    assert max(abs(z) for found in errors.values() for z in found.values()) < 1e-3
