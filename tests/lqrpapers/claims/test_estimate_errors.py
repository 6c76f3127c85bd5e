"""Leading bias and variance of estimates, and the Stein identity, as the chapter states them."""

import numpy as np
import pytest

from lqrlib import systems
from lqrpapers.claims import check, estimate_errors


@pytest.fixture(scope="module")
def cases():
    many = systems.random_ensemble(5, 2, 2, 5, state_noise_terms=1, input_noise_terms=1)
    return (
        (many, systems.random_stabilizing_gains(many, 6, fraction=(0.05, 0.9))),
        (systems.boeing(), systems.boeing_start()),
        (systems.scalar(0.5, 1.0, 1.0, 1.0), [[0.3]]),
    )


@pytest.mark.parametrize(
    ("id", "parts"),
    [("ours-lemma-leading", 6), ("ours-thm-stein", 4), ("ours-lemma-stein-variance", 5)],
)
def test_the_statement_holds_with_and_without_noise(cases, id, parts):
    for case in cases:
        found = check(id, *case)
        assert len(found) == parts and not any(each.violated for each in found)


@pytest.mark.parametrize("id", ["ours-lemma-leading", "ours-lemma-stein-variance"])
def test_what_is_left_is_of_the_next_order(cases, id, monkeypatch):
    """At half the radius it is a quarter, relative to what is named; derivatives err by 1e-5."""
    many, K = cases[0]
    found = []
    for radius in (0.04, 0.02):
        monkeypatch.setattr(estimate_errors, "SMALL", radius)
        found.append([each for each in check(id, many, K) if each.part != "one-sided"])
    for wide, half in zip(*found, strict=True):
        np.testing.assert_allclose(half.lhs, wide.lhs / 4, rtol=0.15, atol=3e-5)


def test_gaussian_nodes_know_the_moments():
    u, weights = estimate_errors._gaussian(np.zeros((2, 2)), (), np.asarray(0.5), degree=7)
    u = u.reshape(-1, 4)
    assert weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(np.einsum("s,si,sj->ij", weights, u, u), np.eye(4) / 4, atol=1e-14)
    assert weights @ u[:, 0] ** 6 == pytest.approx(15 * 0.5**6)
    assert weights @ np.sum(u**2, axis=1) ** 4 == pytest.approx(4 * 6 * 8 * 10 * 0.5**8)


def test_both_sides_of_the_gaussian_identity_are_the_mean_hessian():
    """Of C_2 of a scalar: (q + r k^2)(1 + (a - b k)^2), a quartic in k."""
    k, sigma = 0.3, 0.7
    found, mean = estimate_errors._gaussian_means(
        systems.scalar(0.5, 2.0, 1.0, 3.0), np.array([[k]]), np.asarray(sigma)
    )
    cost = np.poly1d([3, 0, 1]) * (1 + np.poly1d([-2, 0.5]) ** 2)
    second = cost.deriv(2)
    # The second derivative is quadratic: its mean adds half of its own second derivative.
    exact = second(k) + sigma**2 / 2 * second.deriv(2)(k)
    assert found.item() == pytest.approx(exact, rel=1e-12)
    assert mean.item() == pytest.approx(exact, rel=1e-12)
