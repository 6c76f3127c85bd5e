"""Algorithm 1 and Theorem 4.1 of S2: what holds, and that a wrong estimate is found out."""

import numpy as np
import pytest

import lqrlib
from lqrlib import estimators, systems
from lqrpapers import claims, constants


@pytest.fixture(scope="module")
def case():
    many = systems.random_ensemble(
        12, 3, 2, 5, state_noise_terms=2, input_noise_terms=1, noise_level=0.2
    )
    return many, systems.random_stabilizing_gains(many, 6)


def test_the_three_estimates_are_unbiased(case):
    checks = claims.check("s2-alg-1", *case, 0)
    assert [c.part for c in checks] == ["one point", "pairs", "pairs, common noise"]
    assert all(c.violated == 0 and c.checked == 12 for c in checks)


@pytest.mark.parametrize("estimator", ["one_point_gradient", "two_point_gradient"])
def test_an_estimate_off_by_a_factor_is_found_out(case, estimator, monkeypatch):
    honest = getattr(estimators, estimator)
    monkeypatch.setattr(estimators, estimator, lambda *given: 2 * honest(*given))
    assert any(c.violated for c in claims.check("s2-alg-1", *case, 0))


def test_bounds_on_horizon_and_radius_hold_and_the_first_is_attained(case):
    assert not any(c.violated for c in claims.check("s2-alg-1", *case, 1, form="sharp"))
    scalar = systems.scalar(0.9, 1.0, 2.0, 1.0, state_variance=0.05)
    [first] = claims.check("s2-alg-1", scalar, [[0.0]], 1, form="sharp", part="cost cut off")
    assert first.tightest == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("form", ["printed", "sharp"])
def test_inexact_steps_keep_half_the_promised_rate(case, form):
    stability, decrease = claims.check("s2-thm-4.1", *case, 2, form=form)
    assert stability.violated == decrease.violated == 0
    assert decrease.checked == 24


def test_the_step_of_theorem_3_6_is_within_the_longer_one(case):
    """L c_pg <= 2/5 + 1/(4 nu), so Theorem 4.1 covers every step that Theorem 3.6 allows."""
    problem, K = case
    level = constants.sublevel(problem, lqrlib.cost(problem, K))
    product = constants.sharp.gradient_step(level) * constants.sharp.hessian_bound(level)
    assert (product <= 0.4 + 0.25 / level.nu + 1e-12).all()


def test_short_rollouts_mislead_on_the_suspension():
    suspension = systems.suspension()
    options = {"step_size": 1e-4, "iterations": 400, "relative_gap": 0.05}
    K = systems.suspension_start()
    [short] = claims.check("s2-thm-4.1", suspension, K, form="dropped", horizon=5, **options)
    assert short.violated == 1
    assert short.assumption == "the roll-outs are long enough"


def test_sample_sizes_follow_their_formulas():
    problem, K = systems.scalar(0.1, 0.1, 1.0, 1.0, state_variance=0.05), np.array([[0.5]])
    best = lqrlib.cost(problem, lqrlib.optimal_gain(problem))
    sizes = constants.sample_sizes(problem, K, 0.05 * best)
    level = constants.sublevel(problem, lqrlib.cost(problem, K))
    assert sizes.step_size == pytest.approx(1 / constants.sharp.hessian_bound(level))
    rate = constants.printed.gradient_domination(problem, K)
    assert sizes.error == pytest.approx(np.sqrt(rate * 0.05 * best / 2))
    assert sizes.steps == sizes.iterations * sizes.samples * sizes.horizon
    # twice the accuracy in the cost, at least twice the samples; twice the spread, twice as many
    finer = constants.sample_sizes(problem, K, 0.025 * best)
    assert finer.samples > 2 * sizes.samples and finer.horizon >= sizes.horizon
    spread = constants.sample_sizes(problem, K, 0.05 * best, spread=2.0)
    assert spread.samples == pytest.approx(2 * sizes.samples, abs=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gap": 1e9}, "gap: expected a number in"),
        ({"gap": 0.01, "failure": 0.7}, "failure: expected a number in"),
        ({"gap": 0.01, "spread": 0.5}, "spread: expected a number >= 1"),
    ],
)
def test_sample_sizes_refuse_what_makes_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        constants.sample_sizes(systems.three_state(), np.zeros((2, 3)), **options)


def test_sample_sizes_want_a_stabilizing_start():
    with pytest.raises(lqrlib.NotStabilizingError):
        constants.sample_sizes(systems.suspension(), np.zeros((1, 4)), 1.0)
