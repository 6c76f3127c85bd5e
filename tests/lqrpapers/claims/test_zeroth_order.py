"""S1 Algorithm 2, Remark 9, TR Lemmas 16 to 18 and E5: what holds and what fails."""

import numpy as np
import pytest

import lqrlib
from lqrlib import estimators, oracles, systems
from lqrpapers import claims, constants
from lqrpapers.claims import bernstein, zeroth_order
from lqrpapers.constants import estimates
from lqrpapers.studies import sphere, taylor


@pytest.fixture(scope="module")
def case():
    many = systems.random_ensemble(10, 3, 2, 5)
    return many, systems.random_stabilizing_gains(many, 6, fraction=(0.05, 0.9))


def violations(id_, *arguments, form="printed", **options):
    found = claims.check(id_, *arguments, form=form, **options)
    return {check.part: check.violated for check in found}


def test_the_gradient_half_holds_and_the_hessian_half_never_does(case):
    assert violations("s1-alg-2", *case) == {"gradient estimate": 0, "Hessian estimate": 10}
    assert not any(violations("s1-alg-2", *case, 1, form="corrected", samples=50).values())


def test_a_wrong_estimator_is_found_out(case, monkeypatch):
    honest = estimators.stein_hessian_from_values
    monkeypatch.setattr(
        estimators, "stein_hessian_from_values", lambda *given: 1.5 * honest(*given)
    )
    assert violations("s1-alg-2", *case, 1, form="corrected", samples=50)["Hessian, sampled"]


def test_e5_is_confirmed_also_where_the_shapes_agree(case):
    assert violations("e5", *case) == {"": 10}
    assert not any(violations("e5", *case, form="corrected").values())
    scalar = systems.scalar(0.5, 1.0, 1.0, 1.0)
    means = zeroth_order.Means(scalar, [[0.3]], 0.01)
    exact = lqrlib.hessian_matrix(scalar, [[0.3]])
    assert means.printed_hessian().item() == pytest.approx(-exact.item() / 2, rel=1e-3)
    assert means.stein_hessian().item() == pytest.approx(exact.item(), rel=1e-3)


def test_the_paper_s_start_has_the_limit_of_the_errata_list():
    at = taylor.expansion(systems.boeing(), systems.boeing_start())
    np.testing.assert_allclose(sphere.printed_hessian_mean(at, 0.0), -3.98e5 * np.eye(2), rtol=1e-3)


def test_second_differences_keep_their_digits():
    many = systems.random_ensemble(6, 3, 2, 7, state_noise_terms=1, input_noise_terms=2)
    K = systems.random_stabilizing_gains(many, 8, fraction=0.5)
    X = np.random.default_rng(9).standard_normal(K.shape)
    exact = np.einsum("...ij,...ij->...", X, lqrlib.hessian(many, K, X)) / 2
    for size in (1e-4, 1e-9):
        found = zeroth_order.second_difference_along(many, K, size * X) / size**2
        np.testing.assert_allclose(found, exact, rtol=1e-5)


def test_finite_horizons(case):
    assert not any(violations("s1-rem-9", *case).values())
    assert not any(violations("s1-rem-9", *case, form="sharp").values())
    unstable = systems.scalar(1.1, 1.0, 1.0, 1.0)
    assert violations("s1-rem-9", unstable, [[0.0]], form="dropped") == {
        "controlled by the horizon": 5
    }
    [cost] = claims.check(
        "s1-rem-9", systems.scalar(0.9, 1, 1, 1), [[0.0]], form="sharp", part="cost"
    )
    assert cost.tightest == pytest.approx(1)


def test_bernstein_holds_and_needs_its_bound():
    assert not any(violations("s1-tr-16", 0, repetitions=300).values())
    [missing] = claims.check("s1-tr-16", form="dropped")
    assert missing.violated == 1 and missing.lhs > 0.05


def test_coin_tails_are_binomial():
    distance, tails, bounds = bernstein.coin_tails(4)
    np.testing.assert_allclose(distance, [0.5, 0.25, 0.0])
    np.testing.assert_allclose(tails, [2 / 16, 10 / 16, 1.0])
    assert (tails <= bounds).all()


def test_errors_of_coins_are_where_their_tails_are():
    # Four coins all fall on one side with probability 1/8, in one of two copies with 15/64.
    assert bernstein.coin_errors(4, 0.5, np.array([0.125])) == pytest.approx(0.5)
    assert bernstein.coin_errors(4, 0.5, np.array([15 / 64]), 2) == pytest.approx(0.5)
    failures = 10.0 ** -np.arange(1, 6)
    one, many = (bernstein.coin_errors(500, 0.3, failures, copies) for copies in (1, 64))
    assert (np.diff(one) > 0).all() and (many > one).all()


def test_simulated_errors_are_those_of_coins_and_unknown_where_too_rare():
    coins = np.random.default_rng(0).integers(0, 2, (20_000, 100, 1, 1)) - 0.5
    failures = np.array([0.1, 0.01, 1e-4])
    variance, bound, errors = bernstein.simulated_errors(coins, failures)
    assert variance == pytest.approx(0.25) and bound == pytest.approx(0.5)
    exact = bernstein.coin_errors(100, 0.5, failures[:2])
    np.testing.assert_allclose(errors[:2], exact, atol=0.011)
    assert np.isnan(errors[2])
    # Rank one: sigma^2 is the larger of E ZZ' and E Z'Z, the error a Frobenius norm.
    wide = np.array([[[[1.0, 0.0]]], [[[0.0, -1.0]]]])
    variance, bound, errors = bernstein.simulated_errors(wide, np.array([0.5]))
    assert (variance, bound) == pytest.approx((1.0, 1.0)) and np.isnan(errors).all()


def test_the_almost_sure_bound_of_lemma_17_fails_where_h_cost_does():
    """(d - 1)||grad J|| = 16/9, and B_r tends to h_G, which tends to 8/9."""
    lean = lqrlib.LQR([[0.5]], [[1.0, 0.0]], [[1.0]], 1e-7 * np.eye(2))
    bias, bound, variance = claims.check("s1-tr-17", lean, np.zeros((2, 1)), relative_error=1e-4)
    assert bias.violated == 0 and bound.violated == 1 and variance.violated == 1
    assert bound.lhs == pytest.approx(16 / 9, rel=1e-3)
    assert bound.rhs == pytest.approx(8 / 9, rel=1e-3)


@pytest.mark.parametrize("form", ["corrected", "sharp"])
def test_repaired_sizes_hold_step_by_step(case, form):
    problem, K = case
    lean = problem.replace(R=1e-5 * problem.R)
    for error in (0.01, 1.0):
        assert not any(violations("s1-tr-17", lean, K, form=form, relative_error=error).values())


def test_the_conclusion_of_lemma_17_fails_and_the_repaired_one_does_not():
    long = lqrlib.LQR(
        np.diag([np.sqrt(0.999)] + 39 * [0.0]), np.eye(40)[:, :1], np.eye(40), [[1e-9]]
    )
    case = long, np.zeros((1, 40)), 0
    rate, share = claims.check("s1-tr-17", *case, relative_error=0.25, runs=6)
    assert rate.violated == 1 and share.role == "record" and share.lhs > 0.5
    mild = systems.scalar(0.3, 0.5, 1.0, 1.0), np.array([[0.5]]), 1
    for form in ("printed", "sharp"):
        found = claims.check("s1-tr-17", *mild, form=form, relative_error=1.0, runs=200)
        assert found["failure rate"].violated == 0


@pytest.mark.parametrize(
    ("id", "form", "estimate"),
    [("s1-tr-17", "sharp", "two_point_gradient"), ("s1-tr-18", "corrected", "stein_hessian")],
)
def test_the_chance_of_a_miss_is_no_less_than_how_often_estimates_miss(id, form, estimate):
    """With far fewer samples than asked for, so that some do; Chebyshev's bound is on the mean."""
    mild = lqrlib.LQR([[0.3, 0.1], [0.0, 0.2]], [[0.3], [0.5]], np.eye(2), [[1.0]])
    K, share, rng = np.array([[0.5, 0.5]]), 0.5, np.random.default_rng(1)
    bound = claims.check(id, mild, K, form=form, relative_error=share)[-1]
    if id == "s1-tr-17":
        exact, size = lqrlib.gradient(mild, K), estimates.gradient_size
    else:
        exact, size = lqrlib.hessian_matrix(mild, K), estimates.hessian_size
    size = size(mild, K, share * np.linalg.norm(exact), form=form)
    few = 20
    setting = oracles.exact_cost(mild), K, float(size.radius), few, rng
    errors = [getattr(estimators, estimate)(*setting) - exact for _ in range(2000)]
    square = np.mean(np.sum(np.square(errors), axis=(-2, -1))) / np.sum((share * exact) ** 2)
    assert square * few / size.samples == pytest.approx(float(bound.lhs), rel=0.1)
    assert bound.role == "carrier" and bound.rhs == 0.1


def test_lemma_18_fails_and_its_repair_holds(case):
    found = violations("s1-tr-18", *case)
    assert found["bias"] == 10 and found["Hessian Lipschitz"] == 0
    for error in (0.1, 1e4):
        found = violations("s1-tr-18", *case, form="corrected", relative_error=error)
        assert not any(found.values())


def test_leaving_the_set_is_an_infinite_error():
    problem, K = systems.boeing(), systems.boeing_start()
    [lost] = claims.check("s1-tr-17", problem, K, 0, form="dropped", radius=0.02, samples=500)
    assert lost.violated == 1 and np.isinf(lost.lhs)
    [kept] = claims.check(
        "s1-tr-17", problem, K, 0, form="dropped", radius=1e-4, samples=5000, relative_error=0.5
    )
    assert kept.violated == 0


def test_sizes_are_the_printed_formulas():
    problem, K = systems.double_integrator(), [[0.4, 0.8]]
    at, error = constants.magnitudes(problem, K), 0.3
    size = estimates.gradient_size(problem, K, error, failure=0.05)
    change = 4 * constants.printed.cost_smoothness(at) * at.cost
    centre = error / 2 + constants.printed.gradient_bound(at)
    inner = change**2 + centre**2 + (change + centre) * error / 6
    assert size.samples == np.ceil(8 / error**2 * inner * np.log(3 / 0.05))
    assert size.bound == pytest.approx(change + centre)
    assert size.radius <= constants.printed.smoothness_radius(at)
    for form in ("corrected", "sharp"):
        other = estimates.gradient_size(problem, K, error, form=form)
        assert other.bias <= error / 2 and other.samples >= 1
    hessian = estimates.hessian_size(problem, K, error, form="corrected")
    assert hessian.bias <= error / 4 * (1 + 1e-12)


def test_vector_bernstein_samples_solve_their_inequality():
    samples = estimates.vector_bernstein_samples(0.1, 2.0, 5.0, 0.01)
    log = np.log(100)

    def error(count):
        return 2.0 * (1 + np.sqrt(2 * log)) / np.sqrt(count) + 4 * 5.0 * log / (3 * count)

    assert error(samples) <= 0.1 < error(samples - 1)


def test_the_printed_lipschitz_constant_of_the_hessian_is_not_violated(case):
    problem, K = case
    reach = constants.printed.smoothness_radius(problem, K)
    step = np.random.default_rng(3).standard_normal(K.shape)
    step *= (reach / np.linalg.norm(step, axis=(-2, -1)))[:, None, None]
    change = lqrlib.hessian_matrix(problem, K + step) - lqrlib.hessian_matrix(problem, K)
    bound = estimates.printed_hessian_smoothness(problem, K) * reach
    assert (np.linalg.norm(change, axis=(-2, -1)) <= bound).all()


@pytest.mark.parametrize(
    ("options", "named"),
    [({"error": 0.0}, "error"), ({"failure": 1.0}, "failure"), ({"form": "best"}, "form")],
)
def test_sizes_refuse_what_they_do_not_know(options, named):
    problem, K = systems.scalar(0.5, 1, 1, 1), [[0.1]]
    given = {"error": 0.1} | options
    for size in (estimates.gradient_size, estimates.hessian_size):
        with pytest.raises(ValueError, match=f"{named}: expected"):
            size(problem, K, **given)
