"""Claims on random ensembles: what holds holds, what fails fails, and a wrong formula is caught."""

import dataclasses

import numpy as np
import pytest
import strategies as cases
from hypothesis import given, settings

import lqrlib
from lqrlib import systems
from lqrpapers import claims
from lqrpapers.claims import Check, check

SIZES = [(1, 1, 0, 0), (1, 2, 1, 1), (3, 2, 0, 0), (3, 2, 2, 1), (8, 4, 1, 1)]
# Results that hold as printed and take a problem and a gain.
HOLDING = ["s2-lemma-3.2", "s1-lemma-7", "s2-cor-3.3", "s2-mss", "s2-eq-2", "s2-eq-3"]
HOLDING += ["ours-thm-domain", "ours-thm-optimal", "ours-thm-connected", "ours-descent"]
DESCENT = ["s2-thm-3.4", "s2-thm-3.5"]


def ensemble(n, m, p=0, q=0, count=40, fraction=(0.0, 0.95), **options):
    problems = systems.random_ensemble(
        count, n, m, 11, state_noise_terms=p, input_noise_terms=q, **options
    )
    return problems, systems.random_stabilizing_gains(problems, 12, fraction=fraction)


def assert_holds(checks):
    for each in checks:
        assert each.holds.all(), (each.id, each.part, each.tightest)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("id", HOLDING + DESCENT)
def test_holds_on_ensembles(id, sizes):
    assert_holds(check(id, *ensemble(*sizes)))


@pytest.mark.parametrize("id", DESCENT)
@pytest.mark.parametrize("noise", [0, 1])
def test_every_step_of_a_run_decreases_as_promised(id, noise):
    checks = check(id, *ensemble(2, 1, noise, noise), iterations=15)
    assert checks[0].lhs.shape == (15, 4, 40)
    assert_holds(checks)


@settings(max_examples=20)
@given(cases.cases())
def test_holds_on_any_shape(case):
    for id in [*HOLDING, *DESCENT]:
        for each in check(id, case.problem, case.K):
            assert each.lhs.shape[each.lhs.ndim - len(case.problem.batch_shape) :] == (
                case.problem.batch_shape
            )
            assert each.holds.all(), (id, each.part, each.tightest)


@settings(max_examples=15)
@given(cases.cases(radius=(0.2, 0.6)))
def test_value_difference_on_any_shape(case):
    other = lqrlib.optimal_gain(case.problem)
    state = case.rng.standard_normal((*case.problem.batch_shape, case.problem.states))
    assert_holds(check("s2-lemma-b.2", case.problem, case.K, other, state))


def test_domination_is_attained_and_cannot_be_improved():
    # A cheap input, K = 0: the lower bound; one Gauss-Newton step of 1/2: its decrease.
    problems = lqrlib.LQR.stack([systems.scalar(a, 1.0, 1.0, 1e-10) for a in (0.2, 0.5, 0.8)])
    K = np.zeros((1, 1))
    near = lqrlib.optimal_gain(problems) * (1 + 1e-5)
    attained = [
        *check("s2-lemma-3.2", problems, K, part="lower bound"),
        *check("s2-lemma-3.2", problems, near, form="sharp"),
    ]
    # With A_K* = 0 and R_K = R all bounds meet: the upper bound wants R >> B'PB.
    flat = systems.scalar(0.01, 1e-4, 1.0, 1.0)
    attained += check("s2-lemma-3.2", flat, [[1e-3]], part="upper bound")
    for each in attained:
        assert (each.ratio > 0.999).all() and each.holds.all(), (each.part, each.ratio)
        halved = dataclasses.replace(each, rhs=each.rhs / 2)
        assert not halved.holds.any()


def test_a_wrong_gradient_is_caught(monkeypatch):
    problems, K = ensemble(2, 2)
    true = lqrlib.AtGain.gradient.func
    monkeypatch.setattr(lqrlib.AtGain, "gradient", property(lambda at: true(at) / 100))
    [upper] = check("s2-lemma-3.2", problems, K, part="upper bound")
    assert upper.violated
    [lemma] = check("s1-lemma-7", problems, K)
    assert lemma.violated == upper.violated


def test_too_long_a_step_is_refused():
    problems, K = ensemble(2, 1)
    for id in DESCENT:
        with pytest.raises(ValueError, match="step_size"):
            check(id, problems, K, 1e3)


def test_cost_is_the_average_it_is_said_to_be():
    for noise, level in ((0, 0.0), (1, 0.2)):
        problems, K = ensemble(
            3, 2, noise, noise, count=6, fraction=(0.0, 0.4), noise_level=level, radius=(0.4, 0.9)
        )
        assert_holds(check("s2-eq-1", problems, K, rng=1))
    wrong = problems.replace(Sigma0=1.2 * problems.Sigma0)
    simulated = check("s2-eq-1", problems, K, rng=1, part="simulated average")[0]
    # The interval is narrow enough to see a cost that is off by a fifth.
    off = np.abs(lqrlib.cost(wrong, K) - lqrlib.cost(problems, K))
    assert (off > simulated.rhs).all()


def test_matrix_inequalities_hold_except_9_which_wants_symmetric_matrices():
    for found in (
        check("s2-app-a", 0, count=300),
        check("s2-app-a", 1, count=50, size=2, columns=2),
    ):
        assert [each.part for each in found if each.violated] == ["(9) permutation"]
        assert found["(9) permutation"].violated == found["(9) permutation"].checked
    assert len(check("s2-app-a", 0, count=10)) == 18
    assert_holds(check("s2-app-a", 0, count=300, form="corrected"))
    for each in check("s2-app-a", 0, count=300, form="dropped"):
        assert each.violated


def test_riccati_solutions_agree():
    assert_holds(check("s2-riccati", ensemble(3, 2, 1, 1)[0]))


def test_nominal_stability_is_not_enough():
    problem = systems.suspension()
    [dropped] = check("s2-mss", problem, np.zeros((1, 4)), form="dropped")
    assert dropped.violated and dropped.assumption
    with pytest.raises(ValueError, match="radius"):
        check("s2-mss", systems.boeing(), np.zeros((2, 4)), form="dropped")


def test_lemma_8_sharp_and_corrected_hold_where_the_printed_one_fails():
    for sizes, forms in ((SIZES[0], ("corrected", "sharp")), (SIZES[3], ("sharp",))):
        first, K = ensemble(*sizes, count=200, spread=100.0, fraction=(0.0, 0.6))
        second = first.replace(A=first.A + 1e-6)
        for form in forms:
            assert_holds(check("s1-lemma-8", first, second, K, form=form))
    first, K = ensemble(1, 1, count=200, spread=100.0, fraction=(0.0, 0.6))
    second = first.replace(A=first.A + 1e-6)
    assert check("e3", first, second, K)[0].violated
    assert_holds(check("e3", first, second, K, form="corrected"))


@pytest.mark.parametrize("id", ["e1", "e6"])
def test_errata_of_lemma_5_are_confirmed_on_scalars(id):
    problems, K = ensemble(1, 1, count=300, spread=100.0)
    assert check(id, problems, K)[0].violated
    assert_holds(check(id, problems, K, form="corrected"))


def test_erratum_of_lemma_6_is_confirmed_on_scalars():
    problems, K = ensemble(1, 1, count=300, spread=100.0)
    direction = np.ones(K.shape)
    assert check("e2", problems, K, direction)[0].violated
    assert_holds(check("e2", problems, K, direction, form="corrected"))


@pytest.mark.parametrize("fraction", [0.0, -1.0, 1.5])
def test_fractions_of_the_radius_lie_between_0_and_1(fraction):
    problems, K = ensemble(1, 1, count=2)
    with pytest.raises(ValueError, match="fraction"):
        check("s1-lemma-6", problems, K, K, fraction)


def test_gains_that_do_not_stabilize_are_refused():
    problem, K = systems.double_integrator(), np.zeros((1, 2))
    with_gain = ["s2-lemma-3.1", "s2-lemma-3.2", "s2-cor-3.3", "s1-lemma-5", "e1", "e6", *DESCENT]
    for id in with_gain:
        with pytest.raises(lqrlib.NotStabilizingError):
            check(id, problem, K)


def test_unknown_names_are_refused_with_those_that_exist():
    with pytest.raises(ValueError, match=r"id.*s2-lemma-3\.2"):
        check("lemma 3.2")
    with pytest.raises(ValueError, match=r"form.*printed, corrected"):
        check("e1", form="sharp")
    with pytest.raises(ValueError, match=r"part.*gradient, Hessian, gain"):
        check("s1-lemma-5", systems.double_integrator(), [[0.4, 0.8]], part="norm")


def made(lhs, rhs, floor=0.0):
    return Check("id", "", "printed", np.asarray(lhs, float), np.asarray(rhs, float), floor=floor)


def test_check_counts_slack_and_ratio():
    each = made([1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    assert each.checked == 3 and each.violated == 1 and each.tightest == 1.5
    np.testing.assert_array_equal(each.holds, [True, True, False])
    np.testing.assert_array_equal(each.slack, [1, 0, -1])
    np.testing.assert_array_equal(each.ratio, [0.5, 1, 1.5])


def test_check_at_its_edges():
    assert made(1 + 1e-12, 1.0).holds and made(1 + 1e-12, 1.0).ratio == 1
    assert not made(1 + 1e-6, 1.0).holds
    assert not made(np.nan, 1.0).holds and np.isinf(made(np.nan, 1.0).ratio)
    assert not made(1.0, -2.0).holds and np.isinf(made(1.0, -2.0).tightest)
    assert made(0.0, 0.0).ratio == 1 and made(1.0, np.inf).holds and not made(np.inf, 1.0).holds
    assert made(2e-9, 0.0, 1e-8).holds and not made(2e-8, 0.0, 1e-8).holds


def test_check_always_returns_a_tuple():
    problem, K = systems.double_integrator(), [[0.4, 0.8]]
    assert isinstance(check("s1-lemma-7", problem, K), tuple)
    assert isinstance(check("s1-lemma-5", problem, K, part="gain"), tuple)
    assert claims.check is check
