"""The suspension's claims: they hold on the runs, and a run that does not keep them is caught."""

import numpy as np
import pytest

import lqrlib
from lqrlib import directions, systems
from lqrpapers.claims import check
from lqrpapers.studies.ensembles import random_cases
from lqrpapers.studies.robustness import kicked


@pytest.fixture(scope="module")
def runs():
    """The problem and the iterates of both descents."""
    noisy, start = systems.suspension(), systems.suspension_start()
    iterates = []
    for problem, tolerance in ((noisy, 40), (noisy.without_noise(), 0.04)):
        trace = lqrlib.descend(
            directions.gradient(problem),
            start,
            lqrlib.backtracking(1e-2),
            100,
            tolerance=tolerance,
        )
        assert trace.converged
        iterates.append(trace.gains[: int(trace.iterations) + 1])
    return noisy, *iterates


def violated(checks):
    return {each.part for each in checks if each.violated}


def test_both_runs_do_what_the_text_says(runs):
    noisy, aware, ignorant = runs
    assert not violated(check("s2-fig-1a", noisy, aware))
    assert not violated(check("s2-fig-1b", noisy, ignorant))


def test_the_runs_cannot_stand_in_for_each_other(runs):
    noisy, aware, ignorant = runs
    assert "the cost with noise is minimised" in violated(check("s2-fig-1a", noisy, ignorant))
    assert "the end is not" in violated(check("s2-fig-1b", noisy, aware))


def test_a_run_of_rising_cost_is_caught(runs):
    noisy, aware, ignorant = runs
    assert "the cost with noise falls at every step" in violated(
        check("s2-fig-1a", noisy, aware[::-1])
    )
    assert "the cost without noise falls at every step" in violated(
        check("s2-fig-1b", noisy, ignorant[::-1])
    )


@pytest.mark.parametrize(
    "repeated, wrong",
    [([1.0, np.inf], 0), ([1.0 + 1e-8, np.inf], 1), ([1.0, 5.0], 1), ([np.inf, np.inf], 1)],
)
def test_recorded_costs_agree_in_their_digits_and_in_where_they_are_infinite(runs, repeated, wrong):
    noisy, aware, _ = runs
    name = "recorded costs, with the published solver"
    [found] = check("s2-fig-1a", noisy, aware, [1.0, np.inf], repeated, part=name)
    assert found.violated == wrong


def test_recorded_costs_of_another_length_are_refused(runs):
    noisy, aware, _ = runs
    with pytest.raises(ValueError, match="repeated: expected shape \\(2,\\), got \\(1,\\)"):
        check("s2-fig-1a", noisy, aware, [1.0, 2.0], [1.0])


@pytest.mark.parametrize("p, q", [(1, 0), (0, 1), (2, 2)])
def test_noise_raises_every_quantity_of_the_remark_at_one_gain(p, q):
    for n in (1, 4):
        stack = systems.random_ensemble(60, n, 2, 8, state_noise_terms=p, input_noise_terms=q)
        K = systems.random_stabilizing_gains(stack, 9)
        checks = check("s2-rem-4.2", stack, K, form="corrected")
        assert [each.part for each in checks][:3] == ["C(K)", "‖P_K‖", "‖Σ_K‖"]
        assert not violated(checks)


def test_noise_may_raise_the_rate_that_the_largest_step_promises():
    problem = systems.scalar(1.05, 0.1, 1e-3, 1.0, state_variance=0.05)
    found = check("s2-rem-4.2", problem, [[10.0]])
    assert "promised rate of S2 Theorem 3.5" in violated(found)
    assert found["promised rate of S2 Theorem 3.5"].tightest == pytest.approx(1.3755, abs=1e-4)
    assert [each.role for each in found][-3:] == ["record"] * 3


def test_a_gain_survives_noise_up_to_its_critical_scale():
    suspension = systems.suspension()
    gains = np.stack([systems.suspension_start(), lqrlib.optimal_gain(suspension)])
    assert not violated(check("ours-critical-scale", suspension, gains))
    assert not violated(check("ours-critical-scale", *random_cases(20, 3, 2, 4, 2)))
    with pytest.raises(lqrlib.NotStabilizingError):
        check("ours-critical-scale", suspension, 100 * gains)


def test_noise_along_one_direction_is_a_cost():
    many, K = random_cases(20, 3, 2, 4, 2)
    assert not violated(check("ours-common-kick", *kicked(many, 5), K))
    suspension = systems.suspension()
    K = lqrlib.optimal_gain(suspension)
    assert not violated(check("ours-common-kick", suspension, np.ones(4), K))


def test_the_suspension_has_one_gain_for_each_charge_on_force():
    suspension = systems.suspension()
    assert not violated(check("ours-suspension-family", suspension, np.linspace(1, 2, 21)))
    with pytest.raises(ValueError, match="charges: expected numbers from 1 to 2"):
        check("ours-suspension-family", suspension, [1.0, 1.5])


def test_the_published_solver_is_right_with_one_input_noise_term_far_from_the_boundary():
    suspension = systems.suspension()
    many, K = random_cases(3, 2, 1, 4, 2)
    one = many.replace(input_noise=tuple(each[:, :1] for each in many.input_noise))
    best = lqrlib.optimal_gain(suspension)
    part = "every input-noise term enters Σ_K"
    for problems, wrong in ((many, 3), (one, 0)):
        found = check("e11", problems, K, suspension, systems.suspension_start(), best[None])
        assert found[part].violated == wrong
        assert not found["stabilizing gains have a finite cost"].violated
