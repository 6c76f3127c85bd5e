"""Algorithm 1 and Theorem 4.1 of S2: what holds, and that a wrong estimate is found out."""

import numpy as np
import pytest

import lqrlib
from lqrlib import estimators, oracles, systems
from lqrpapers import claims, constants
from lqrpapers.claims.model_free import gaps_reached
from lqrpapers.studies.ensembles import random_cases

KINDS = ["one point", "pairs", "pairs, common noise"]


@pytest.fixture(scope="module")
def case():
    many = systems.random_ensemble(
        12, 3, 2, 5, state_noise_terms=2, input_noise_terms=1, noise_level=0.2
    )
    return many, systems.random_stabilizing_gains(many, 6)


def test_the_three_estimates_are_unbiased(case):
    checks = claims.check("s2-alg-1", *case, 0)
    parts = [part for kind in KINDS for part in (kind, f"{kind}, length")]
    assert [c.part for c in checks] == parts
    assert not any(c.violated for c in checks)
    assert [c.checked for c in checks] == [12, 1] * 3


@pytest.mark.parametrize("estimator", ["one_point_gradient", "two_point_gradient"])
def test_an_estimate_off_by_a_factor_is_found_out(case, estimator, monkeypatch):
    honest = getattr(estimators, estimator)
    monkeypatch.setattr(estimators, estimator, lambda *given: 2 * honest(*given))
    assert any(c.violated for c in claims.check("s2-alg-1", *case, 0))


def test_bounds_on_horizon_and_radius_hold_and_the_first_is_attained(case):
    for id in ("ours-lemma-bias", "ours-lemma-truncation"):
        assert not any(c.violated for c in claims.check(id, *case, 1))
    scalar = systems.scalar(0.9, 1.0, 2.0, 1.0, state_variance=0.05)
    [cost] = claims.check("ours-lemma-truncation", scalar, [[0.0]], 1, part="cost cut off")
    assert cost.ratio == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (1, 2)])
@pytest.mark.parametrize("id", ["ours-lemma-smoothing", "ours-lemma-variance"])
def test_means_over_signs_and_spheres_are_those_of_the_lemmas(id, shape):
    found = claims.check(id, *random_cases(6, *shape, 3, 1, noise_level=0.2))
    assert not any(c.violated for c in found)


def test_lengths_of_roll_outs_beyond_the_means_are_not_enumerated():
    with pytest.raises(ValueError, match="one or two entries"):
        claims.check("ours-lemma-smoothing", *random_cases(2, 3, 2, 3))


def test_tails_and_vector_bernstein_hold_on_exact_sums():
    one = lqrlib.LQR.stack([systems.scalar(0.5, 1.0, 1.0, 1.0, state_variance=0.6)])
    costs = oracles.rollout_cost(one, 120, 5)(np.zeros((40_000, 1, 1, 1)))
    others = [random_cases(2, n, 1, 4, 1) for n in (1, 3)]
    found = claims.check("ours-lemma-tails", one, np.zeros((1, 1, 1)), costs, others)
    assert not any(c.violated for c in found)
    assert not any(c.violated for c in claims.check("ours-lemma-bernstein"))


@pytest.mark.parametrize("id, form", [("ours-thm-inexact", "printed"), ("s2-thm-4.1", "partial")])
def test_inexact_steps_keep_half_the_promised_rate(case, id, form):
    found = claims.check(id, *case, 2, form=form)
    assert not any(c.violated for c in found)
    assert found["decrease"].checked == 4 * 2 * 12


def test_half_the_rate_is_attained_by_the_longest_step_on_a_quadratic_cost():
    weak, near = systems.scalar(0.0, 1e-4, 1.0, 1.0), np.array([[1e-4]])
    found = claims.check("ours-thm-inexact", weak, near, 2)
    assert found["decrease"].tightest == pytest.approx(1, abs=1e-6)


def test_runs_at_our_sizes_keep_the_promise():
    problem, K = systems.scalar(0.1, 0.1, 1.0, 1.0, state_variance=0.05), np.array([[0.5]])
    sizes = constants.sample_sizes(problem, K, 0.1)
    found = claims.check("s2-thm-4.1", problem, K, [1], form="sharp", sizes=sizes, gap=0.1, runs=1)
    assert [c.violated for c in found] == [0, 0, 0]
    assert found["errors of the estimates"].checked == sizes.iterations


def test_sizes_chosen_by_hand_are_only_recorded():
    record = gaps_reached("by hand", [0.01, 0.1], 0.05)
    assert (record.role, record.violated, record.checked) == ("record", 1, 2)


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
