"""Exact fractions: they agree with float64, and certificates refuse what is not so."""

from fractions import Fraction

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.studies import certificates, exact_errata
from lqrpapers.studies.exact import ExactGain, fractions, is_definite, root_above, rounded, solved

MANY = systems.random_ensemble(4, 3, 2, 1, state_noise_terms=1, input_noise_terms=2)
GAINS = systems.random_stabilizing_gains(MANY, 2)


@pytest.mark.parametrize("number", range(4))
def test_a_gain_in_fractions_is_that_of_float64(number):
    problem, K = MANY[number], GAINS[number]
    exact, at = ExactGain.of(problem, K), lqrlib.at_gain(problem, K)
    for name in ("cost", "P", "Sigma", "E", "R_K", "gradient"):
        found = np.asarray(getattr(exact, name), dtype=float)
        np.testing.assert_allclose(found, getattr(at, name), rtol=1e-9, atol=1e-9)
    assert exact.stabilizes


def test_a_gain_that_does_not_stabilize_is_told():
    problem = systems.three_state()
    assert not ExactGain.of(problem, -3 * lqrlib.optimal_gain(problem)).stabilizes


def test_elimination():
    X = fractions([[0, 2], [1, 3]])
    assert (solved(X, X) == fractions(np.eye(2))).all()
    with pytest.raises(ZeroDivisionError):
        solved(fractions(np.ones((2, 2))), X)
    assert is_definite(fractions([[2, 1], [1, 1]]))
    assert not is_definite(fractions([[1, 1], [1, 1]])) and not is_definite(-fractions(np.eye(2)))


@pytest.mark.parametrize("square", [Fraction(4, 9), Fraction(2), Fraction(1, 10**30)])
def test_a_root_is_rounded_up(square):
    root = root_above(square)
    assert root**2 >= square and float(root) == pytest.approx(float(square) ** 0.5, abs=1e-15)
    assert root_above(Fraction(4, 9)) == Fraction(2, 3)


def test_the_optimum_is_no_further_than_certified():
    problem = systems.three_state()
    best = lqrlib.optimal_gain(problem)
    for off in (1e-3, 1e-6):
        K = best + off
        far = certificates.distance_to_optimum(ExactGain.of(problem, fractions(K)))
        assert np.linalg.norm(K - best) <= float(far) < 100 * np.linalg.norm(K - best)
    with pytest.raises(ValueError, match="stabilizes"):
        certificates.distance_to_optimum(ExactGain.of(problem, fractions(-3 * best)))


def test_an_enclosure_holds_for_every_gain_nearby_and_widens_with_the_distance():
    problem, rng = systems.suspension(), np.random.default_rng(1)
    K = rounded(lqrlib.optimal_gain(problem))
    near, wide = (
        certificates.radius_enclosure(problem, K, Fraction(1, 10**digits)) for digits in (12, 8)
    )
    assert wide.low < near.low < near.high < wide.high
    for _ in range(20):
        move = rng.standard_normal((1, 4))
        gain = K.astype(float) + 1e-8 * move / np.linalg.norm(move)
        assert wide.low <= lqrlib.mean_square_radius(problem, gain) <= wide.high
    assert certificates.radius_enclosure(problem, K, Fraction(1)).high == np.inf


def test_the_drift_bounds_the_change_of_the_operator():
    problem, rng = MANY[0], np.random.default_rng(2)
    at, X = ExactGain.of(problem, GAINS[0]), fractions(np.eye(3))
    move = 0.01 * rng.standard_normal((2, 3))
    moved = ExactGain.of(problem, GAINS[0] + move)
    change = np.linalg.norm((moved.apply(X) - at.apply(X)).astype(float), 2)
    distance = root_above(Fraction(np.sum(fractions(move) ** 2)))
    assert change <= float(certificates.drift(at, distance))


def test_the_second_derivative_by_the_quotient_rule():
    at = exact_errata.Scalar(Fraction(1, 2), 2, 3, Fraction(1, 5), Fraction(1, 3))
    problem = systems.scalar(0.5, 2.0, 3.0, 0.2)
    assert float(at.hessian) == pytest.approx(lqrlib.hessian_matrix(problem, [[1 / 3]]).item())


def test_the_smallest_counterexamples_refute_what_is_printed_and_not_what_is_repaired():
    found = exact_errata.smallest()
    assert all(each.printed < each.truth <= each.corrected for each in found.values())
    assert found["e5"].corrected - found["e5"].truth == Fraction(4, 99)
