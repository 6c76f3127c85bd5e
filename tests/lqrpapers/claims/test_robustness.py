"""The suspension's claims: they hold on the runs, and a run that does not keep them is caught."""

import numpy as np
import pytest

import lqrlib
from lqrlib import directions, systems
from lqrpapers.claims import check


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
def test_noise_raises_every_quantity_of_the_remark(p, q):
    for n in (1, 4):
        stack = systems.random_ensemble(60, n, 2, 8, state_noise_terms=p, input_noise_terms=q)
        K = systems.random_stabilizing_gains(stack, 9)
        checks = check("s2-rem-4.2", stack, K)
        assert [each.part for each in checks][:3] == ["C(K)", "‖P_K‖", "‖Σ_K‖"]
        assert not violated(checks)


def test_the_optimal_covariance_may_fall():
    """x+ = (a + delta) x + u with a state that costs next to nothing."""
    stack = lqrlib.LQR.stack(
        [systems.scalar(a, 1.0, 1e-6, 1.0, state_variance=0.1) for a in (1.1, 1.6)]
    )
    [found] = check("s2-rem-4.2", stack, form="dropped")
    assert found.holds.tolist() == [False, True]
