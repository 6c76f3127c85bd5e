"""A member of a stack has its own numbers: whoever its neighbours are, and wherever it stands."""

import numpy as np
import pytest
from laws import TABLE, World, world
from strategies import build

import lqrlib
from lqrlib import LQR, matrix_equations, oracles, tasks

# 70: beyond the least stack that is eliminated by rows, and beyond a chunk of most solves.
MEMBERS, LOOKED_AT = 70, (0, 1, 33, 68, 69)
FINE = "fine"
# What asks for an optimum, or for a start inside, takes no member without one.
NEEDS_INSIDE = {
    *("optimality_gap", "optimal_gain", "solve", "Solution", "descend", "backtracking"),
    *("systems.boundary_distance", "systems.random_stabilizing_gains", "systems.noise_scale"),
    *("matrix_equations.solve_riccati", "tasks.distances"),
}
ONE_BY_ONE = {"simulation.trajectories", "oracles.rollout_cost", "systems.random_stabilizing_gains"}
LAWS = {
    f"{name} {i}": (name, law)
    for name, laws in TABLE.items()
    for i, law in enumerate(laws)
    if name not in ONE_BY_ONE | {"directions.meta_zeroth_order"}
}


def mixed(seed: int, n: int, m: int, p: int, q: int, spoilt: bool) -> World:
    """A stack in which neighbours are unstable, huge, nonnormal, near the boundary or scaled."""
    w = world(seed, n, m, p, q, MEMBERS)
    if not spoilt:
        return w
    A, K, problem = w.problem.A.copy(), w.K.copy(), w.problem
    A[2] *= 3.0
    K[5] *= 1e200
    K[8] = 1e8 * np.ones((m, n))
    tall = np.triu(np.full((n, n), 20.0), 1) + 0.5 * np.eye(n)
    A[11] = tall + problem.B[11] @ K[11]
    A[34] = closed = A[34] - problem.B[34] @ K[34]
    size = np.abs(np.linalg.eigvals(closed)).max()
    A[34] = closed / size * (1 - 1e-7) + problem.B[34] @ K[34]
    A[67] = 1e-200 * A[67]
    return w._replace(problem=problem.replace(A=A), K=K)


WORLDS = {
    f"{kind}, {label}": mixed(seed, n, m, p, q, label != FINE)
    for kind, (seed, n, m, p, q) in {
        "noise": (11, 3, 2, 1, 1),
        "no noise": (12, 4, 2, 0, 0),
    }.items()
    for label in (FINE, "spoilt")
}


def assert_members(actual, expected, what):
    """Within 2e-12 of the size of each member; verdicts, infinities and nan the same."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.dtype.kind in "bi":
        np.testing.assert_array_equal(actual, expected, err_msg=what)
        return
    for one, other in zip(actual, expected, strict=True):
        finite = np.isfinite(other)
        size = np.abs(other[finite]).max(initial=0.0)
        np.testing.assert_allclose(one, other, rtol=0, atol=2e-12 * size, err_msg=what)


@pytest.mark.parametrize(
    "where, key",
    [(w, key) for w in WORLDS for key in LAWS if FINE in w or LAWS[key][0] not in NEEDS_INSIDE],
)
def test_neighbours_and_places_do_not_matter(where, key):
    w, (name, law) = WORLDS[where], LAWS[key]
    if name == "tasks.distances":  # which pairs members with others
        w = w.pick([0, 69])
        assert_members(law.call(w.pick([1, 0])), law.call(w)[::-1], name)
        return
    whole = law.call(w)
    for i in LOOKED_AT:
        assert_members(law.call(w.pick([i])), whole[[i]], f"member {i} alone, {name}")
    order = np.random.default_rng(0).permutation(MEMBERS)
    assert_members(law.call(w.pick(order)), whole[order], f"{name}, permuted")
    assert_members(law.call(w.pick(slice(0, 35))), whole[:35], f"{name}, the first half")


@pytest.mark.parametrize("noise", [True, False])
@pytest.mark.parametrize("states", [9, 21])
def test_neighbours_do_not_matter_to_larger_ones_either(states, noise):
    case = build(7, states, 2, 2 * noise, int(noise), (5,), (0.1, 0.95))
    A, K = case.problem.A.copy(), case.K.copy()
    K[1], A[3] = 1e150, 2 * A[3]
    problem = case.problem.replace(A=A)
    at = lqrlib.evaluate(problem, K)
    assert at.decided.all() and at.loop.stable.tolist() == [True, False, True, False, True]
    for i in range(5):
        alone = lqrlib.evaluate(problem[i], K[i])
        for name in ("cost", "gradient", "P", "Sigma", "radius", "decided", "condition"):
            one, other = getattr(at, name)[i], getattr(alone, name)
            # a recursion stops for the stack as a whole: what it leaves is below this
            assert_members([one], [other], f"{name} of member {i}")


def test_a_member_of_the_whole_is_the_member_asked_alone_without_a_batch_axis():
    w = WORLDS["noise, spoilt"]
    at = lqrlib.evaluate(w.problem, w.K)
    for i in (0, 2, 5, 8, 11, 34, 67):
        alone = lqrlib.evaluate(w.problem[i], w.K[i])
        for name in ("cost", "gradient", "P", "Sigma", "E", "R_K", "radius", "decided"):
            assert_members([getattr(at, name)[i]], [getattr(alone, name)], f"{name} of {i}")


def test_the_optimum_of_a_member_is_not_its_neighbours():
    problems = [w.problem for w in (WORLDS["noise, fine"], world(5, 3, 2, 1, 1, MEMBERS))]
    scales = [1.0, 1e150, 1e-150, 1e-3, 1e5]
    stack = LQR.stack(
        [problems[i % 2][i].replace(Q=c * problems[i % 2].Q[i]) for i, c in enumerate(scales)]
    )
    best = lqrlib.solve(stack)
    for i, member in enumerate(stack):
        alone = lqrlib.solve(member)
        assert_members([best.K[i]], [alone.K], f"K* of {i}")
        assert_members([best.P[i]], [alone.P], f"P* of {i}")


def test_a_family_does_not_depend_on_the_order_of_its_tasks():
    w = WORLDS["no noise, fine"]
    family, order = w.problem[:5], [3, 0, 4, 1, 2]
    K = np.zeros(w.K.shape[1:])
    near = family.replace(A=0.1 * family.A)
    for name in "ABQR":
        one, other = (getattr(tasks.heterogeneity(f), name) for f in (family, family[order]))
        np.testing.assert_array_equal(one, other)
    for call in (lqrlib.maml.cost, lqrlib.maml.gradient):
        np.testing.assert_allclose(
            call(near[order], K, 1e-4), call(near, K, 1e-4), rtol=0, atol=1e-12
        )


def test_oracles_answer_a_stack_as_its_members():
    w = WORLDS["noise, fine"]
    answers = oracles.rollout_cost(w.problem[:3], 8, 0, x0=w.x[:3], common_noise=True)
    both = np.stack([w.K[:3], w.K[:3]])
    costs = answers(both)
    np.testing.assert_array_equal(costs[0], costs[1])  # the same noise along the first axis
    assert answers.queries == costs.size == 6 and answers.steps == 48


def test_no_noise_terms_at_all_are_no_noise():
    """An empty axis of directions, as a problem without noise has it."""
    F, W = 0.5 * np.ones((4, 2, 2)) * np.eye(2), np.eye(2)
    found = matrix_equations.solve_generalized_lyapunov(F, np.zeros(0), np.zeros((0, 2, 2)), W)
    np.testing.assert_allclose(found, matrix_equations.solve_lyapunov(F, W), rtol=1e-15)
