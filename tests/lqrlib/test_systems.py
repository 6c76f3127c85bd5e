"""The systems: facts published about them, and what the random ensembles promise."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems


def test_the_suspension_is_stable_in_the_mean_but_not_in_the_mean_square():
    noisy, still = systems.suspension(), np.zeros((1, 4))
    assert not lqrlib.is_stabilizing(noisy, still)
    assert lqrlib.is_stabilizing(noisy.without_noise(), still)


def test_the_noise_of_the_suspension_moves_whole_columns_the_input_twice_as_much():
    problem = systems.suspension()
    state, steer = problem.state_noise, problem.input_noise
    assert (steer.variances[0] == 2 * state.variances).all()
    assert np.array_equal(state.directions.sum(axis=0), np.ones((4, 4)))
    assert (state.directions.any(axis=-2).sum(axis=-1) == 1).all()
    assert np.array_equal(steer.directions, np.ones((1, 4, 1)))


def test_the_gain_that_ignores_the_noise_loses_the_suspension():
    noisy = systems.suspension()
    ignorant = lqrlib.optimal_gain(systems.suspension(noise=False))
    assert lqrlib.cost(noisy, ignorant) == np.inf
    assert lqrlib.is_stabilizing(noisy, lqrlib.optimal_gain(noisy))
    assert lqrlib.is_stabilizing(noisy, systems.suspension_start())


def test_the_suspension_is_the_bilinear_transformation_of_its_masses_springs_and_dampers():
    """States: body position and velocity, spring deflection, and its rate less the dampers' part.

    The force enters in kN.
    """
    m1, m2, k1, k2, b1, b2, step = 500, 100, 5000, 20000, 200, 4000, 0.5
    damping = b1 / m1 + b1 / m2 + b2 / m2
    A = np.array(
        [
            [0, 1, 0, 0],
            [-b1 * b2 / (m1 * m2), 0, b1 / m1 * damping - k1 / m1, -b1 / m1],
            [b2 / m2, 0, -damping, 1],
            [k2 / m2, 0, -(k1 / m1 + k1 / m2 + k2 / m2), 0],
        ]
    )
    B = 1000 * np.array([[0], [1 / m1], [0], [1 / m1 + 1 / m2]])
    back = np.eye(4) - step / 2 * A
    found = systems.suspension()
    assert found.A == pytest.approx(np.linalg.solve(back, np.eye(4) + step / 2 * A), rel=1e-12)
    assert found.B == pytest.approx(np.linalg.solve(back, step * B), rel=1e-12)


def test_three_state_optimal_gain_is_the_one_published_up_to_its_solver_tolerance():
    """S2's code prints u = +K x and stops its solver at 1e-5; the digits below are from there."""
    published = -np.array(
        [[-0.2099746, -0.3237400, -0.3180421], [0.3765947, -0.0704869, 0.1406757]]
    )
    gain = lqrlib.optimal_gain(systems.three_state())
    assert gain == pytest.approx(published, abs=1e-5)


def test_the_published_start_stabilizes_the_boeing_of_the_notebooks_not_the_printed_one():
    start = systems.boeing_start()
    radius = [
        float(np.sqrt(lqrlib.mean_square_radius(systems.boeing(printed=printed), start)))
        for printed in (False, True)
    ]
    assert radius == pytest.approx([0.9502, 3.073], abs=5e-4)
    assert np.array_equal(systems.boeing().Sigma0, np.eye(4) / 4)


def test_the_scalar_system_has_the_cost_one_computes_by_hand():
    """C(k) = sigma0 (q + r k^2) / (1 - (a - b k)^2 - alpha - beta k^2)."""
    a, b, q, r, sigma0, alpha, beta, k = 0.9, 0.5, 2.0, 3.0, 1.5, 0.1, 0.2, 0.6
    problem = systems.scalar(a, b, q, r, sigma0, alpha, beta)
    expected = sigma0 * (q + r * k**2) / (1 - (a - b * k) ** 2 - alpha - beta * k**2)
    assert lqrlib.cost(problem, [[k]]) == pytest.approx(expected, rel=1e-14)
    assert not systems.scalar(a, b, q, r).has_noise


def test_the_double_integrator_moves_a_unit_mass_exactly():
    step = 0.3
    problem = systems.double_integrator(step)
    position, velocity, force = 1.0, 2.0, 3.0
    moved = problem.A @ [position, velocity] + problem.B @ [force]
    assert moved == pytest.approx(
        [position + velocity * step + force * step**2 / 2, velocity + force * step]
    )


@pytest.mark.parametrize("p, q", [(0, 0), (2, 0), (0, 1), (2, 3)])
def test_random_problems_are_as_their_docstring_says(p, q):
    count = 40
    stack = systems.random_ensemble(
        count, 4, 2, 7, state_noise_terms=p, input_noise_terms=q, spread=5.0
    )
    assert stack.batch_shape == (count,)
    size = np.abs(np.linalg.eigvals(stack.A)).max(axis=-1)
    assert (size > 0.5 - 1e-9).all() and (size < 1.3 + 1e-9).all()
    for weight in (stack.Q, stack.R, stack.Sigma0):
        values = np.linalg.eigvalsh(weight)
        assert values.min() >= 0.2 - 1e-9 and values.max() <= 5 + 1e-9
    assert stack.state_noise.variances.shape == (count, p)
    assert stack.input_noise.variances.shape == (count, q)
    for directions in (stack.state_noise.directions, stack.input_noise.directions):
        assert np.linalg.norm(directions, axis=(-2, -1)) == pytest.approx(1.0)
    assert lqrlib.is_stabilizing(stack, lqrlib.optimal_gain(stack)).all()
    ignorant = lqrlib.optimal_gain(stack.without_noise())
    assert lqrlib.is_stabilizing(stack, ignorant).all()
    radius = lqrlib.mean_square_radius(stack, ignorant)
    quiet = lqrlib.mean_square_radius(stack.without_noise(), ignorant)
    assert (radius > quiet).all() if p or q else np.array_equal(radius, quiet)


def test_the_same_seed_gives_the_same_problems_and_a_generator_is_used_up():
    first = systems.random_ensemble(3, 2, 1, 5, state_noise_terms=1)
    again = systems.random_ensemble(3, 2, 1, np.random.default_rng(5), state_noise_terms=1)
    assert np.array_equal(first.A, again.A)
    assert np.array_equal(first.state_noise.directions, again.state_noise.directions)
    rng = np.random.default_rng(5)
    one, two = (systems.random_ensemble(3, 2, 1, rng) for _ in range(2))
    assert not np.array_equal(one.A, two.A)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"count": 0}, "count: expected a whole number >= 1, got 0"),
        ({"states": 0}, "states: expected a whole number >= 1"),
        ({"inputs": -1}, "inputs: expected a whole number >= 1"),
        ({"noise_level": 1.0}, r"noise_level: expected a number in \[0, 1\)"),
        ({"spread": 0.5}, "spread: expected a number >= 1"),
    ],
)
def test_malformed_sizes_are_refused_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        systems.random_ensemble(**({"count": 2, "states": 2, "inputs": 1, "rng": 0} | arguments))


def test_boundary_distance_of_a_scalar_system_is_the_one_computed_by_hand():
    """x+ = (a - b k) x stabilizes for (a - 1)/b < k < (a + 1)/b."""
    a, b, k = 0.5, 2.0, 0.1
    problem = systems.scalar(a, b, 1.0, 1.0)
    directions = np.array([[[1.0]], [[-1.0]]])
    distance = systems.boundary_distance(problem, [[k]], directions)
    assert distance == pytest.approx([(a + 1) / b - k, k - (a - 1) / b], rel=1e-9)


@pytest.mark.parametrize("terms", [0, 2])
def test_boundary_distance_is_where_halvings_of_the_verdict_alone_end(terms):
    """Secants only guess: what they say is asked of the verdict, in the cells of 36 halvings."""
    noise = {"state_noise_terms": terms, "input_noise_terms": terms}
    problems = systems.random_ensemble(12, 3, 2, 5, **noise)
    best = lqrlib.optimal_gain(problems)
    directions = np.random.default_rng(6).standard_normal(best.shape)

    def stable(distance):
        return lqrlib.is_stabilizing(problems, best + distance[:, None, None] * directions)

    inside, outside = np.zeros(12), np.full(12, 1e-3)
    while (still := stable(outside)).any():
        inside, outside = np.where(still, outside, inside), np.where(still, 2 * outside, outside)
    for _ in range(36):
        middle = (inside + outside) / 2
        still = stable(middle)
        inside, outside = np.where(still, middle, inside), np.where(still, outside, middle)
    found = systems.boundary_distance(problems, best, directions)
    np.testing.assert_allclose(found, inside, rtol=1e-10)


def test_boundary_distance_needs_a_stabilizing_start():
    problem = systems.scalar(2.0, 1.0, 1.0, 1.0)
    with pytest.raises(lqrlib.NotStabilizingError):
        systems.boundary_distance(problem, [[0.0]], [[1.0]])


@pytest.mark.parametrize("level", [0, 1e-308, 1e-17])
def test_noise_too_faint_to_count_is_no_noise(level):
    with np.errstate(all="raise"):
        faint = systems.random_ensemble(5, 3, 2, 1, state_noise_terms=2, noise_level=level)
    quiet = systems.random_ensemble(5, 3, 2, 1)
    np.testing.assert_allclose(lqrlib.optimal_gain(faint), lqrlib.optimal_gain(quiet), rtol=1e-9)


def test_a_longer_float_beyond_float64_is_refused_by_name():
    with pytest.raises(ValueError, match="spread: expected a positive number"):
        systems.random_ensemble(2, 2, 1, 0, spread=np.longdouble("1e400"))
