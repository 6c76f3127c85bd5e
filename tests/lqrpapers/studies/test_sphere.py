"""Leading-order formulas against simulation, and the cubature rule they are checked with."""

import numpy as np
import pytest

import lqrlib
from lqrlib import estimators, systems
from lqrpapers.studies import sphere, taylor
from lqrpapers.studies.sphere import sphere_cubature

RADIUS = 0.03


@pytest.fixture(scope="module")
def case():
    problem = systems.random_ensemble(1, 3, 2, 4)[0]
    K = systems.random_stabilizing_gains(problem, 5, fraction=0.5)
    return problem, K, taylor.expansion(problem, K)


@pytest.fixture(scope="module")
def drawn(case):
    problem, K, at = case
    radius = RADIUS * float(taylor.distance_to_boundary(problem, K))
    U = estimators.sphere(200_000, K.shape, radius, 6)
    plus, minus = estimators.pairs(lambda gain: lqrlib.cost(problem, gain), K, U)
    return radius, U, plus, minus


@pytest.mark.parametrize("dimension", [1, 2, 3, 4, 7])
def test_cubature_knows_the_moments_of_the_sphere(dimension):
    points, weights = sphere_cubature(dimension)
    d = dimension
    assert len(points) == 2 * d**2
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1)
    assert weights.sum() == pytest.approx(1)
    pair, unit = np.einsum("s,si,sj->ij", weights, points, points), np.eye(d)
    np.testing.assert_allclose(pair, unit / d, atol=1e-14)
    four = np.einsum("s,si,sj,sk,sl->ijkl", weights, points, points, points, points)
    pairings = ("ij,kl->ijkl", "ik,jl->ijkl", "il,jk->ijkl")
    deltas = [np.einsum(pairing, unit, unit) for pairing in pairings]
    np.testing.assert_allclose(four, sum(deltas) / (d * (d + 2)), atol=1e-14)
    np.testing.assert_allclose(weights @ points**3, 0, atol=1e-14)


@pytest.mark.parametrize("dimension", [1, 2, 3, 5])
def test_cubature_of_degree_seven_knows_sixth_moments(dimension):
    d, (points, weights) = dimension, sphere_cubature(dimension, 7)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1)
    assert weights.sum() == pytest.approx(1)
    x, H = np.random.default_rng(1).standard_normal(d), np.random.default_rng(2).random((d, d))
    H = H + H.T
    quadratic = np.einsum("si,ij,sj->s", points, H, points)
    s = np.trace(H) ** 2 + 2 * np.sum(H**2)
    mixed = s * x @ x + 4 * np.trace(H) * x @ H @ x + 8 * np.sum((H @ x) ** 2)
    sixth = weights @ (quadratic**2 * (points @ x) ** 2)
    assert sixth == pytest.approx(mixed / (d * (d + 2) * (d + 4)))
    np.testing.assert_allclose(weights @ points**5, 0, atol=1e-14)
    with pytest.raises(ValueError, match="degree: expected 5 or 7"):
        sphere_cubature(d, 6)


@pytest.mark.parametrize("kind", ["one point", "baseline", "two points"])
def test_variance_of_gradient_estimates(case, drawn, kind):
    _, _, at = case
    radius, U, plus, minus = drawn
    values = {"one point": plus, "baseline": plus - at.value, "two points": (plus - minus) / 2}
    u = U.reshape(len(U), -1)
    Z = at.dimension / radius**2 * values[kind][:, None] * u
    variance = sphere.gradient_variance(at, radius, kind)
    assert Z.var(axis=0).sum() == pytest.approx(variance, rel=0.02)


def test_variance_of_two_point_estimates_to_second_order():
    """Of <g, u> + sum of a_k <v_k, u>^3 / 6, with averages over the sphere by cubature."""
    d, r, draws = 6, 1e-3, np.random.default_rng(3)
    g, a, v = draws.standard_normal(d), draws.standard_normal(4), draws.standard_normal((4, d))
    slopes = np.einsum("k,ki,kj,kj->i", a, v, v, v)  # gradient of the Laplacian
    at = taylor.Expansion((2, 3), np.zeros(()), g, np.zeros((d, d)), slopes, np.zeros((d, d)))
    points, weights = sphere_cubature(d)
    u = r * points
    Z = d / r**2 * (u @ g + (u @ v.T) ** 3 @ a / 6)[:, None] * u
    variance = weights @ np.sum(Z**2, axis=1) - np.sum((weights @ Z) ** 2)
    leading = (d - 1) * g @ g
    second = sphere.gradient_variance(at, r) - leading
    assert second == pytest.approx(variance - leading, rel=1e-3)


def test_variance_of_one_sided_estimates():
    """Of a linear function, whose differences the second-order Gaussian weight turns to noise."""
    d, sigma, draws = 6, 0.1, np.random.default_rng(4)
    g = draws.standard_normal(d)
    at = taylor.Expansion((2, 3), np.zeros(()), g, *np.zeros((1, d, d)), g, np.zeros((d, d)))
    u = sigma * draws.standard_normal((400_000, d))
    weights = np.einsum("si,sj->sij", u, u) - sigma**2 * np.eye(d)
    Z = (u @ g)[:, None, None] * weights / sigma**4
    variance = sphere.stein_variance(at, "one-sided", sigma * np.sqrt(d))
    assert Z.var(axis=0).sum() == pytest.approx(variance, rel=0.03)


def test_bias_of_the_gradient_estimate(case, drawn):
    problem, K, at = case
    radius, U, plus, minus = drawn
    u = U.reshape(len(U), -1)
    rest = (plus - minus) / 2 - u @ at.gradient  # its mean against U is all bias
    bias = at.dimension / radius**2 * np.mean(rest[:, None] * u, axis=0)
    predicted = sphere.gradient_bias(at, radius)
    assert np.linalg.norm(bias - predicted) <= 0.05 * np.linalg.norm(predicted)


def test_the_printed_hessian_estimate_tends_to_a_multiple_of_the_identity(case, drawn):
    problem, K, at = case
    radius, U, plus, minus = drawn
    mean = (plus + minus) / 2
    found = estimators.printed_hessian_from_values(mean, at.value, U)
    limit = -2 / 6 * at.laplacian * np.eye(2)
    predicted = sphere.printed_hessian_mean(at, radius)
    size = np.linalg.norm(limit)
    assert np.linalg.norm(found - limit) < 0.02 * size
    assert np.linalg.norm(found - predicted) < 0.01 * size
    np.testing.assert_allclose(sphere.printed_hessian_mean(at, 0.0), limit)
    each = 4 / radius**2 * (plus - at.value)
    promised = sphere.printed_hessian_deviation(at, radius)
    assert each.std() == pytest.approx(promised, rel=0.02)


@pytest.mark.parametrize("distribution", ["sphere", "gaussian"])
def test_variance_of_stein_estimates(case, distribution):
    """Means of 40 samples scatter as the formula for one sample divided by 40 says."""
    problem, K, at = case
    radius = 0.005 * float(taylor.distance_to_boundary(problem, K))
    draws = np.random.default_rng(7)

    def cost(gain):
        return lqrlib.cost(problem, gain)

    found = np.array(
        [
            estimators.stein_hessian(cost, K, radius, 40, draws, distribution=distribution)
            for _ in range(1500)
        ]
    )
    variance = sphere.stein_variance(at, distribution) / 40
    assert found.var(axis=0).sum() == pytest.approx(variance, rel=0.1)
    X = np.asarray(lqrlib.gradient(problem, K))
    if distribution == "sphere":
        product = found @ X.ravel()
        variance = sphere.product_variance(at, X) / 40
        assert product.var(axis=0).sum() == pytest.approx(variance, rel=0.1)


def test_variance_of_products_from_differences(case):
    problem, K, at = case
    X = np.asarray(lqrlib.gradient(problem, K))
    step = 0.005 * float(taylor.distance_to_boundary(problem, K))
    draws = np.random.default_rng(8)
    found = np.array(
        [
            estimators.hessian_product(
                lambda k: lqrlib.cost(problem, k), K, X, step, step, 10, draws
            )
            for _ in range(1500)
        ]
    )
    variance = sphere.product_variance(at, X, "difference") / 10
    assert found.var(axis=0).sum() == pytest.approx(variance, rel=0.1)


def test_bias_of_the_stein_estimate(case):
    problem, K, at = case
    radius = 0.05 * float(taylor.distance_to_boundary(problem, K))
    W = estimators.sphere(400_000, K.shape, 1.0, 9)
    plus, minus = estimators.pairs(lambda k: lqrlib.cost(problem, k), K, radius * W)
    w = W.reshape(len(W), -1)
    # The quadratic part is taken out: its mean is the Hessian exactly.
    rest = (
        (plus + minus) / 2 - at.value - radius**2 / 2 * np.einsum("si,ij,sj->s", w, at.hessian, w)
    )
    zero = np.zeros(())
    found = estimators.stein_hessian_from_values(rest, rest, zero, radius * W, radius)
    predicted = sphere.stein_bias(at, radius)
    assert np.linalg.norm(found - predicted) < 0.15 * np.linalg.norm(predicted)


@pytest.mark.parametrize("quartic", [0.0, 0.3])
def test_mean_of_the_printed_hessian_estimate_to_second_order(quartic):
    """Exact for u'Hu/2 + c (u'u)^2 but for the part of c that the expansion leaves out."""
    m, n, r, d = 2, 3, 0.7, 6
    H = np.random.default_rng(1).standard_normal((d, d))
    H = H + H.T
    third = 8 * quartic * (d + 2) * np.eye(d)  # Hessian of the Laplacian
    at = taylor.Expansion((m, n), np.zeros(()), np.zeros(d), H, np.zeros(d), third)
    points, weights = sphere_cubature(d)
    u = r * points
    values = np.einsum("si,ij,sj->s", u, H, u) / 2 + quartic * np.sum(u**2, axis=-1) ** 2
    U = u.reshape(-1, m, n)
    square = U @ U.swapaxes(-1, -2) - np.eye(m)
    mean = np.tensordot(weights * m**2 / r**2 * values, square, 1)
    left_out = m * quartic * r**4 * np.eye(m)
    found = sphere.printed_hessian_mean(at, r) + left_out
    np.testing.assert_allclose(found, mean, rtol=1e-11, atol=1e-11)


def test_wrong_kinds_are_refused(case):
    problem, K, at = case
    for function in (sphere.gradient_variance, sphere.product_variance):
        with pytest.raises(ValueError, match="kind: expected"):
            function(at, 0.1 if function is sphere.gradient_variance else K, "three points")
    with pytest.raises(ValueError, match="kind: expected"):
        sphere.stein_variance(at, "cube")
