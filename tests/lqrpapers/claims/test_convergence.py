"""The convergence claims where they fail: steps too large, and figures that differ."""

import numpy as np
import pytest
from recorded_gaps import gaps

import lqrlib
from lqrlib import systems
from lqrpapers.claims import check
from lqrpapers.claims.convergence import largest_step, nearly_quadratic
from lqrpapers.claims.figure_2 import standard_errors, steps_to

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
    step, form = largest_step(problem, K, method), "sharp" if id == "s2-thm-3.6" else "printed"
    for iterations in (1, 3):
        options = {"form": form, "iterations": iterations}
        assert all(not each.violated for each in check(id, problem, K, step, **options))
        with pytest.raises(ValueError, match="step_size"):
            check(id, problem, K, 1.001 * step, **options)
    with pytest.raises(lqrlib.NotStabilizingError):
        check(id, problem, 100 + K, form=form)


def test_every_fraction_of_a_step_is_tried_and_one_closed_gap_asks_nothing():
    problem, K = ensemble()
    decrease = check("s2-thm-3.4", problem, K)["decrease"]
    assert decrease.checked == 4 * len(problem) and decrease.median < decrease.tightest < 1
    one = check("s2-thm-3.4", problem, K, iterations=9, fractions=[1.0])["decrease"]
    assert one.checked < 9 * len(problem) and one.tightest < 1 and not one.violated
    at_optimum = check("s2-thm-3.4", problem, lqrlib.optimal_gain(problem))
    assert at_optimum["decrease"].checked == 4 * len(problem)


def test_rates_are_attained_by_a_nearly_quadratic_cost_and_three_times_c_pg_would_fail():
    for id in ("s2-thm-3.4", "s2-thm-3.5"):
        assert 1 - 1e-6 < check(id, *nearly_quadratic())["decrease"].tightest <= 1
    rate = check("s2-thm-3.6", *nearly_quadratic(), form="sharp")["decrease"]
    assert rate.tightest == pytest.approx(1 / (2 - 2 * 0.2), rel=1e-6)  # c_pg is q/(5 C R) there


def test_a_measured_critical_step_is_recorded():
    problem, K = ensemble()
    found = check("s2-thm-3.4", problem, K, None, np.full(len(problem), 2.0))
    record = found["allowed over critical step"]
    assert record.role == "record" and record.tightest == 0.25


def verdicts(gaps, failing=None):
    failing = dict.fromkeys(METHODS, 3) | (failing or {})
    return {each.part: each.violated for each in check("s2-fig-2", gaps, failing)}


def test_figure_2_holds_for_the_recorded_curves():
    assert not any(verdicts(gaps()).values())


def test_figure_2_needs_steps_that_are_as_large_as_they_can_be():
    assert verdicts(gaps(), {"gradient": 0})["ten times the step is too large"] == 1


def test_steps_to_a_level_and_standard_errors():
    path = np.array([[4.0, 4.0], [2.0, 3.0], [1.0, 3.0]])
    assert steps_to(path, 2.0).tolist() == [1.0, np.inf]
    errors = standard_errors(gaps())
    assert set(errors) == set(METHODS) and max(errors["gauss_newton"]) == 2
    assert max(abs(z) for found in errors.values() for z in found.values()) < 1e-3
