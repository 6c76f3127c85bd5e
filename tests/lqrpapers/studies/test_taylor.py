"""Derivatives up to the fourth, and the distance that sets their scale."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrlib.errors import NotStabilizingError
from lqrpapers.studies import taylor


def test_distance_to_the_boundary_of_a_scalar_system():
    """x+ = (1/2 - k) x is stable for k in (-1/2, 3/2); at k = 0.3 the gradient leads to 3/2."""
    problem = systems.scalar(0.5, 1.0, 1.0, 1.0)
    gains = np.array([0.2, 0.3, 1.4])[:, None, None]
    found = taylor.distance_to_boundary(problem, gains)
    np.testing.assert_allclose(found, [0.7, 0.8, 0.1], rtol=1e-9)


def test_no_coordinate_leads_out_before_the_distance():
    problem = systems.random_ensemble(5, 3, 2, 1)
    K = systems.random_stabilizing_gains(problem, 2)
    distance = taylor.distance_to_boundary(problem, K)
    coordinates = np.eye(6).reshape(6, 1, 2, 3)
    for sign in (1, -1):
        edge = K + 0.999 * sign * distance[:, None, None] * coordinates
        assert lqrlib.is_stabilizing(problem, edge).all()


def test_expansion_of_a_scalar_system_is_calculus():
    """x+ = (1/2 - k) x: J = (1 + k^2)/(1 - (1/2 - k)^2); fourth derivative by differences."""
    problem, k = systems.scalar(0.5, 1.0, 1.0, 1.0), 0.2
    at = taylor.expansion(problem, [[k]])

    def cost(gain):
        return (1 + gain**2) / (1 - (0.5 - gain) ** 2)

    h = 1e-2
    third = (cost(k + 2 * h) - 2 * cost(k + h) + 2 * cost(k - h) - cost(k - 2 * h)) / (2 * h**3)
    fourth = (
        cost(k + 2 * h) - 4 * cost(k + h) + 6 * cost(k) - 4 * cost(k - h) + cost(k - 2 * h)
    ) / h**4
    assert at.laplacian_gradient[0] == pytest.approx(third, rel=1e-2)
    assert at.bilaplacian == pytest.approx(fourth, rel=1e-2)


def test_expansion_of_a_stack_is_that_of_its_members():
    many = systems.random_ensemble(3, 2, 2, 8)
    K = systems.random_stabilizing_gains(many, 9, fraction=0.5)
    together = taylor.expansion(many, K)
    for index in range(3):
        alone = taylor.expansion(many[index], K[index])
        for name in ("gradient", "hessian", "laplacian_gradient", "laplacian_hessian"):
            np.testing.assert_allclose(
                getattr(together, name)[index], getattr(alone, name), rtol=1e-9, atol=1e-7
            )


def test_a_gain_that_does_not_stabilize_is_refused():
    with pytest.raises(NotStabilizingError):
        taylor.expansion(systems.double_integrator(), [[1e6, 0.0]])


def test_derivatives_along_a_line_of_a_scalar_system_are_calculus():
    """x+ = -k x: C = (1 + k^2) / (1 - k^2) = 1 / (1 - k) + 1 / (1 + k) - 1."""
    problem, k = systems.scalar(0.0, 1.0, 1.0, 1.0), 0.3
    orders = {2: 2.0, 3: 6.0, 5: 120.0}
    want = [
        n * (1 / (1 - k) ** (p + 1) + (-1) ** p / (1 + k) ** (p + 1)) for p, n in orders.items()
    ]
    found = taylor.derivatives_along(problem, [[k]], [[1.0]], 1e-3)
    np.testing.assert_allclose(found, want, rtol=2e-4)
