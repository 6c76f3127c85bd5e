"""Every counterexample fails as it says, in exact numbers and in the library's."""

from fractions import Fraction
from math import isqrt, sqrt

import numpy as np
import pytest

import lqrlib
from lqrpapers.claims import check
from lqrpapers.constants import magnitudes, printed
from lqrpapers.counterexamples import counterexample, nonconvex_example


def root(x: Fraction) -> Fraction:
    """Exact square root of a rational square."""
    value = Fraction(isqrt(x.numerator), isqrt(x.denominator))
    assert value * value == x
    return value


def scalar(a: Fraction | int, b: int, q: Fraction, r: Fraction, k: Fraction) -> dict[str, Fraction]:
    """Closed forms of x+ = a x + b u with Sigma0 = 1 at the gain k, in exact numbers."""
    loop = a - b * k
    Sigma = 1 / (1 - loop * loop)
    P = (q + r * k * k) * Sigma
    R_k = r + b * b * P
    return {"J": P, "Sigma_K": Sigma, "R_K": R_k, "E_K": R_k * k - b * P * a}


ONE, HALF = Fraction(1), Fraction(1, 2)


def test_e1_in_exact_numbers():
    found = counterexample("e1")
    at, best = scalar(0, 1, ONE, ONE, HALF), scalar(0, 1, ONE, ONE, 0 * ONE)
    assert best["E_K"] == 0 and best["J"] == 1
    h_0 = root(at["R_K"] * (at["J"] - best["J"]))
    gradient, bound = 2 * at["E_K"] * at["Sigma_K"], at["J"] * h_0
    assert (h_0, gradient, bound) == (Fraction(4, 3), Fraction(32, 9), Fraction(20, 9))
    [each] = check("e1", found.problem, found.K)
    assert each.violated == 1
    np.testing.assert_allclose([each.lhs, each.rhs], [float(gradient), float(bound)], rtol=1e-13)
    assert not check("e1", found.problem, found.K, form="corrected")[0].violated


def test_e1_tends_to_2_and_stays_below():
    r = np.logspace(2, -5, 30)
    [each] = check("e1", lqrlib.LQR([[0]], [[1]], [[1]], r[:, None, None], [[1]]), [[0.5]])
    np.testing.assert_allclose(each.lhs / each.rhs, 2 / (1 + r / 4), rtol=1e-12)
    assert (each.ratio < 2).all() and each.ratio[-1] > 2 - 1e-4


def test_e2_in_exact_numbers():
    found = counterexample("e2")
    h = Fraction(1, 4)
    for r in (Fraction(1), Fraction(8, 7), Fraction(2), Fraction(1, 1000)):
        J = scalar(0, 1, ONE, r, 0 * ONE)["J"]
        assert J == 1 and h == 1 / (4 * J)  # h_Delta, as A_K = 0
        there = scalar(0, 1, ONE, r, h)["J"]
        h_cost = 4 * J * r * h / 2
        change, bound = there - J, h_cost * J * h
        assert change == (1 + r) / 15 and bound == r / 8
        assert (change > bound) == (r < Fraction(8, 7))
    assert found.other is not None
    [each] = check("e2", found.problem, found.K, found.other - found.K)
    np.testing.assert_allclose([each.lhs, each.rhs], [2 / 15, 1 / 8], rtol=1e-13)
    [repaired] = check("e2", found.problem, found.K, found.other - found.K, form="corrected")
    assert not repaired.violated


def test_e2_is_unbounded():
    r = np.logspace(0, -6, 7)
    problems = lqrlib.LQR([[0]], [[1]], [[1]], r[:, None, None], [[1]])
    [each] = check("e2", problems, [[0.0]], [[1.0]])
    np.testing.assert_allclose(each.ratio, 8 * (1 + r) / (15 * r), rtol=1e-9)


def test_e3_in_exact_numbers():
    a = Fraction(1, 4)
    at = scalar(a, 1, ONE, ONE, 0 * ONE)
    J = at["J"]
    change = abs(2 * at["E_K"] * at["Sigma_K"])
    # q = Sigma0 = 1 and K = 0: h^1 = J (P + 4 a^2 nu^2) + 4 e nu^2 a with e = J a.
    bound = a * (J * (J + 4 * a * a * J * J) + 4 * J * a * J * J * a)
    assert (change, bound) == (Fraction(128, 225), Fraction(1472, 3375))
    first, second = lqrlib.LQR([[[0.0]], [[0.25]]], [[1.0]], [[1.0]], [[1.0]])
    [each] = check("e3", first, second, [[0.0]])
    np.testing.assert_allclose([each.lhs, each.rhs], [float(change), float(bound)], rtol=1e-13)
    assert not check("e3", first, second, [[0.0]], form="corrected")[0].violated


def test_e4_in_exact_numbers():
    found = counterexample("e4")
    exact, claimed = (8 / 9 * np.array(rows) for rows in ([[13, -2], [-2, 3]], [[13, -4], [0, 3]]))
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
    for c in (Fraction(1, 6), Fraction(1, 8), Fraction(1)):
        at = scalar(0, 2, c, c, 0 * ONE)
        hessian = 2 * at["R_K"] * at["Sigma_K"]  # E_K = 0, so P' and Sigma' vanish
        xi = (5 * at["J"] + c - 1) / c
        plain, irrational = 2 * c + 4 * at["J"], 8 * xi * at["J"]
        bound = float(plain) + sqrt(2) * float(irrational)
        problem = lqrlib.LQR([[0]], [[2]], [[float(c)]], [[float(c)]])
        [each] = check("e6", problem, found.K)
        np.testing.assert_allclose([each.lhs, each.rhs], [float(hessian), bound], rtol=1e-12)
        assert each.violated == (c < 1)
        assert not check("e6", problem, found.K, form="corrected")[0].violated
        if c == Fraction(1, 6):
            assert (xi, hessian, plain, irrational) == (0, Fraction(5, 3), 1, 0)
            assert found.problem.Q[0, 0] == found.problem.R[0, 0] == float(c)
        if c == Fraction(1, 8):
            assert bound < 0


def test_the_gain_bound_in_exact_numbers():
    found = counterexample("s1-lemma-5")
    p, k = Fraction(1, 4), Fraction(1, 10)
    assert p == Fraction(1, 5) + p / 4 - (p / 2) ** 2 / (1 + p) and k == p / 2 / (1 + p)
    np.testing.assert_allclose(lqrlib.optimal_gain(found.problem), found.K, atol=1e-14)
    [gain] = check("s1-lemma-5", found.problem, found.K, part="gain")
    assert gain.lhs**2 == pytest.approx(float(2 * k * k)) == 1 / 50
    assert gain.rhs == pytest.approx(float(p / 2)) == 1 / 8
    assert gain.violated
    [repaired] = check("s1-lemma-5", found.problem, found.K, part="gain", form="corrected")
    assert not repaired.violated


def test_stationary_gain_without_rank():
    found = counterexample("s2-cor-3.3")
    np.testing.assert_allclose(lqrlib.gradient(found.problem, found.K), 0, atol=1e-14)
    at = lqrlib.evaluate(found.problem, found.K)
    np.testing.assert_allclose(at.Sigma, np.diag([18 / 13, 0.0]), atol=1e-14)
    best = lqrlib.optimal_gain(found.problem)
    np.testing.assert_allclose(best, np.eye(2) * 2 / 3, atol=1e-12)
    # Stationary, different from the optimal gain, and still of optimal cost.
    costs = [at.cost, lqrlib.cost(found.problem, best), at.P[1, 1]]
    np.testing.assert_allclose(costs, [2, 2, 12 / 5], rtol=1e-13)
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


def test_the_set_of_stabilizing_gains_is_not_convex():
    problem, first, second = nonconvex_example()
    gains = np.stack([first, second, (first + second) / 2])
    assert lqrlib.is_stabilizing(problem, gains).tolist() == [True, True, False]
