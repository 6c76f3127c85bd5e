"""Every counterexample fails as it says, in exact numbers and in the library's."""

from fractions import Fraction
from math import isqrt, sqrt

import numpy as np
import pytest

import lqrlib
from lqrlib.claims import check
from lqrlib.constants import magnitudes, printed
from lqrlib.systems import counterexample


def root(x: Fraction) -> Fraction:
    """Exact square root of a rational square."""
    value = Fraction(isqrt(x.numerator), isqrt(x.denominator))
    assert value * value == x
    return value


def scalar_at_zero(a: Fraction, q: Fraction, r: Fraction) -> dict[str, Fraction]:
    """Closed forms of x+ = a x + u at K = 0 with Sigma0 = 1, in exact numbers."""
    Sigma = 1 / (1 - a * a)
    P = q * Sigma
    return {"J": P, "Sigma": Sigma, "R_K": r + P, "E": -P * a}


def test_e1_in_exact_numbers():
    found = counterexample("e1")
    a, q, r = Fraction(3, 4), Fraction(7, 16), Fraction(7)
    at, best = scalar_at_zero(a, q, r), Fraction(7, 8)
    assert best == q + a * a * best - (a * best) ** 2 / (r + best)  # the Riccati equation
    h_0 = root(at["R_K"] * (at["J"] - best))
    gradient, bound = abs(2 * at["E"] * at["Sigma"]), at["J"] / q * h_0
    assert (gradient, bound) == (found.exact["gradient"], found.exact["bound"])
    assert gradient / bound == found.exact["ratio"] > 1
    [each] = check("e1", found.problem, found.K)
    assert each.violated == 1
    np.testing.assert_allclose([each.lhs, each.rhs], [float(gradient), float(bound)], rtol=1e-13)
    assert not check("e1", found.problem, found.K, form="corrected")[0].violated


@pytest.mark.parametrize("a", [0.2, 0.7, 0.95])
def test_e1_tends_to_2_and_stays_below(a):
    r = np.logspace(2, -4, 30)
    problems = lqrlib.LQR([[a]], [[1]], [[1]], r[:, None, None], [[1]])
    [each] = check("e1", problems, [[0.0]])
    assert (np.diff(each.ratio) > 0).all() and (each.ratio < 2).all()
    assert each.ratio[-1] > 2 - 1e-4


def test_e2_in_exact_numbers():
    found = counterexample("e2")
    a, q = Fraction(1, 2), Fraction(1)
    h = Fraction(1, 8)
    for r in (Fraction(1), Fraction(10), Fraction(11), Fraction(1, 1000)):
        at = scalar_at_zero(a, q, r)
        assert h == q / (4 * at["J"] * (a + 1))  # h_Delta
        there = (q + h * h * r) / (1 - (a + h) ** 2)
        h_cost = 4 * at["J"] * r * h / 2
        change, bound = there - at["J"], h_cost * at["J"] * h
        assert change == (12 + r) / 39 and bound == r / 18
        assert (change > bound) == (r < Fraction(72, 7))
        # The reading without the second factor J fails here too.
        assert bound / at["J"] < bound
        if r == 1:
            assert (change, bound) == (found.exact["change"], found.exact["bound"])
            assert change / bound == found.exact["ratio"] and h_cost == found.exact["h_cost"]
    assert found.other is not None
    [each] = check("e2", found.problem, found.K, found.other - found.K)
    np.testing.assert_allclose([each.lhs, each.rhs], [1 / 3, 1 / 18], rtol=1e-13)
    [repaired] = check("e2", found.problem, found.K, found.other - found.K, form="corrected")
    assert not repaired.violated


def test_e2_is_unbounded():
    r = np.logspace(0, -6, 7)
    problems = lqrlib.LQR([[0.5]], [[1]], [[1]], r[:, None, None], [[1]])
    [each] = check("e2", problems, [[0.0]], [[-1.0]])
    np.testing.assert_allclose(each.ratio, 6 * (12 + r) * 3 / (39 * r), rtol=1e-9)


def test_e3_in_exact_numbers():
    found = counterexample("e3")
    a = Fraction(1, 4)
    at = scalar_at_zero(a, Fraction(1), Fraction(1))
    J = at["J"]
    change = abs(2 * at["E"] * at["Sigma"])
    # q = Sigma0 = 1 and K = 0: h^1 = J (P + 4 a^2 nu^2) + 4 e nu^2 a with e = J a.
    bound = a * (J * (J + 4 * a * a * J * J) + 4 * J * a * J * J * a)
    assert (change, bound) == (found.exact["change"], found.exact["bound"])
    assert change / bound == found.exact["ratio"] > 1
    first, second = found.problem
    [each] = check("e3", first, second, found.K)
    np.testing.assert_allclose([each.lhs, each.rhs], [float(change), float(bound)], rtol=1e-13)
    assert not check("e3", first, second, found.K, form="corrected")[0].violated


def test_e4_in_exact_numbers():
    found = counterexample("e4")
    exact, claimed = (np.array(found.exact[name], dtype=float) for name in ("Hessian", "printed"))
    np.testing.assert_allclose(lqrlib.hessian_matrix(found.problem, found.K), exact, rtol=1e-13)
    columns = [printed.hessian(found.problem, found.K, X).ravel() for X in np.eye(2)[:, :, None]]
    np.testing.assert_allclose(np.stack(columns, axis=1), claimed, rtol=1e-13, atol=1e-13)
    assert exact.sum() == pytest.approx(claimed.sum()) == float(12 * Fraction(8, 9))
    assert found.other is not None
    assert check("e4", found.problem, found.K, found.other)[0].violated
    for each in check("e4", found.problem, found.K, found.other, form="corrected"):
        assert not each.violated


def test_e6_in_exact_numbers():
    found = counterexample("e6")
    a = Fraction(1, 2)
    for c in (Fraction(1, 5), Fraction(1, 4), Fraction(1)):
        at = scalar_at_zero(a, c, c)
        hessian = 2 * at["Sigma"] * (at["R_K"] - 4 * a * at["Sigma"] * at["E"])
        assert hessian == c * Fraction(296, 27)
        xi = (2 * at["J"] + c - 1) / c
        plain = (2 * c + 2 * at["J"]) * at["J"] / c
        irrational = 4 * xi * at["J"] ** 2 / c
        bound = float(plain) + sqrt(2) * float(irrational)
        assert (float(hessian) > bound) == (c < Fraction(3, 10))
        problem = lqrlib.LQR([[0.5]], [[1]], [[float(c)]], [[float(c)]])
        [each] = check("e6", problem, found.K)
        np.testing.assert_allclose([each.lhs, each.rhs], [float(hessian), bound], rtol=1e-12)
        assert not check("e6", problem, found.K, form="corrected")[0].violated
        if c == Fraction(1, 5):
            exact = found.exact
            assert (hessian, xi) == (exact["Hessian"], exact["xi"])
            assert plain == exact["bound, rational part"]
            assert irrational == exact["bound, factor of sqrt(2)"] and bound < 0
        if c == Fraction(1, 4):
            assert float(hessian) / bound == pytest.approx(3.82, abs=0.005)


def test_the_gain_bound_in_exact_numbers():
    found = counterexample("s1-lemma-5")
    p, k = Fraction(1, 4), Fraction(1, 10)
    assert p == Fraction(1, 5) + p / 4 - (p / 2) ** 2 / (1 + p) and k == p / 2 / (1 + p)
    np.testing.assert_allclose(lqrlib.optimal_gain(found.problem), found.K, atol=1e-14)
    [gain] = check("s1-lemma-5", found.problem, found.K, part="gain")
    assert gain.lhs**2 == pytest.approx(float(2 * k * k)) == float(found.exact["||K||_F^2"])
    assert gain.rhs == pytest.approx(float(p / 2)) == float(found.exact["bound"])
    assert gain.violated
    [repaired] = check("s1-lemma-5", found.problem, found.K, part="gain", form="corrected")
    assert not repaired.violated


@pytest.mark.parametrize("id", ["s2-lemma-3.2", "s1-lemma-7"])
def test_domination_without_excitation_in_exact_numbers(id):
    found = counterexample("s2-lemma-3.2")
    q, coupling = Fraction(7, 8), Fraction(1, 10)
    P22 = q / (1 - Fraction(1, 4))
    k = P22 * coupling / (1 + P22)
    assert found.K[0, 0] == float(k) == 7 / 130
    here = q + k * k + (coupling - k) ** 2 * P22
    best = q + coupling**2 * Fraction(1, 2)  # P22* = 1, so K*_1 = coupling / 2
    assert here - best == found.exact["gap"]
    Sigma22 = (coupling - k) ** 2 / (1 - Fraction(1, 4))
    square = (2 * P22 * Fraction(1, 2) * Sigma22) ** 2
    assert square == found.exact["squared gradient"]
    [each] = check(id, found.problem, found.K, form="dropped")
    assert each.violated and each.assumption
    exact = [float(here - best), float(square / 4)]
    np.testing.assert_allclose([each.lhs, each.rhs], exact, rtol=1e-10)


def test_stationary_gain_without_rank():
    found = counterexample("s2-cor-3.3")
    np.testing.assert_allclose(lqrlib.gradient(found.problem, found.K), 0, atol=1e-14)
    at = lqrlib.evaluate(found.problem, found.K)
    np.testing.assert_allclose(at.Sigma, np.array(found.exact["Sigma_K"], dtype=float), atol=1e-14)
    best = lqrlib.optimal_gain(found.problem)
    np.testing.assert_allclose(best, np.array(found.exact["K*"], dtype=float), atol=1e-12)
    # Stationary, different from the optimal gain, and still of optimal cost.
    assert at.cost == pytest.approx(1) == lqrlib.cost(found.problem, best)
    [each] = check("s2-cor-3.3", found.problem, found.K, form="dropped")
    assert each.violated and each.assumption
    full = found.problem.replace(Sigma0=np.eye(2))
    assert np.abs(lqrlib.gradient(full, found.K)).max() > 1
    with pytest.raises(ValueError, match="gradient vanishes"):
        check("s2-cor-3.3", full, found.K, form="dropped")
    [holds] = check("s2-cor-3.3", full, found.K)
    assert not holds.violated


def test_stationary_gains_have_optimal_cost_even_without_rank():
    # Sigma_K spans an invariant subspace; off it the gain is arbitrary.
    rng = np.random.default_rng(0)
    A = rng.standard_normal((50, 3, 3)) * 0.3
    A[:, 1:, 0] = 0
    problems = lqrlib.LQR(A, [[1], [0], [0]], np.eye(3), [[1]], np.diag([1.0, 0, 0]))
    K = np.array(lqrlib.optimal_gain(problems))
    K[:, :, 1:] += 0.1 * rng.standard_normal((50, 1, 2))
    stable = lqrlib.is_stabilizing(problems, K)
    assert stable.sum() > 40 and np.abs(lqrlib.gradient(problems, K)[stable]).max() < 1e-12
    best = lqrlib.cost(problems, lqrlib.optimal_gain(problems))
    np.testing.assert_allclose(lqrlib.cost(problems, K)[stable], best[stable], rtol=1e-12)


def test_an_unknown_id_is_refused_with_those_that_exist():
    with pytest.raises(ValueError, match="e1, e2"):
        counterexample("e5")


def test_one_task_refutes_the_other_reading_of_j_min():
    found = counterexample("e1")
    alone = magnitudes(lqrlib.LQR.stack([found.problem]), found.K)
    assert alone.cost.max() - alone.cost.min() == 0 and alone.gap > 0
