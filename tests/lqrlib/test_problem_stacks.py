"""Stacks of problems, indexing, replace."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from problem_cases import EYE, NAMES, good
from strategies import build, cases

import lqrlib
from lqrlib import LQR

# Stacks.


def assert_same(left, right):
    assert left.batch_shape == right.batch_shape
    for name in NAMES:
        assert np.array_equal(getattr(left, name), getattr(right, name)), name
    for name in ("state_noise", "input_noise"):
        for mine, yours in zip(getattr(left, name), getattr(right, name), strict=True):
            assert np.array_equal(mine, yours), name


def test_arrays_broadcast_to_one_batch_shape():
    problem = LQR(
        np.zeros((4, 1, 2, 2)),
        np.ones((3, 2, 1)),
        EYE,
        [[1.0]],
        state_noise=(np.full((3, 2), 0.1), np.ones((2, 2, 2))),
    )
    assert problem.batch_shape == (4, 3)
    assert len(problem) == 4
    for name, core in (("A", (2, 2)), ("B", (2, 1)), ("Q", (2, 2)), ("R", (1, 1))):
        assert getattr(problem, name).shape == (4, 3, *core)
    assert problem.state_noise.variances.shape == (4, 3, 2)
    assert problem.state_noise.directions.shape == (4, 3, 2, 2, 2)
    assert repr(problem) == (
        "<stack (4, 3) of LQR: 2 states, 1 inputs, 2 state and 0 input noise terms>"
    )


@given(cases(layouts=[(3,), (2, 2)]))
@settings(max_examples=20)
def test_stacking_the_members_gives_the_stack_back(case):
    assert_same(LQR.stack(list(case.problem)), case.problem)
    assert len(case.problem) == case.problem.batch_shape[0]


@pytest.mark.parametrize(
    "index", [0, -1, slice(1, 3), [2, 0], np.array([True, False, True]), np.int64(1), Ellipsis]
)
def test_indexing_picks_members_as_numpy_does(index):
    stack = build(2, 3, 2, 1, 2, (3,), 0.5).problem
    picked = stack[index]
    for name in NAMES:
        assert np.array_equal(getattr(picked, name), getattr(stack, name)[index])
    assert np.array_equal(picked.input_noise.directions, stack.input_noise.directions[index])


def test_two_batch_axes_are_indexed_together():
    grid = build(2, 3, 2, 0, 1, (2, 3), 0.5).problem
    assert_same(grid[1, 2], grid[1][2])
    assert grid[:, 1].batch_shape == (2,)
    assert np.array_equal(grid[:, 1].A, grid.A[:, 1])


def test_indexing_outside_the_stack_or_inside_a_single_problem_is_an_index_error():
    stack = build(2, 3, 2, 0, 0, (3,), 0.5).problem
    with pytest.raises(IndexError, match="out of bounds"):
        stack[3]
    with pytest.raises(IndexError, match="selects no member"):
        stack[3:]
    with pytest.raises(IndexError, match="a single LQR problem cannot be indexed"):
        stack[0][0]
    with pytest.raises(TypeError, match="a single LQR problem has no len"):
        len(stack[0])
    with pytest.raises(TypeError, match="a single LQR problem"):
        list(stack[0])


def test_stacking_pads_missing_noise_terms_with_variance_zero():
    members = [build(4 + q, 3, 2, p, q, (), 0.6) for p, q in ((2, 1), (1, 3), (0, 0))]
    stack = LQR.stack([case.problem for case in members])
    assert stack.state_noise.variances.shape == (3, 2)
    assert stack.input_noise.variances.shape == (3, 3)
    assert not stack[2].has_noise
    costs = lqrlib.cost(stack, np.stack([case.K for case in members]))
    alone = [float(lqrlib.cost(case.problem, case.K)) for case in members]
    assert costs == pytest.approx(alone, rel=1e-12)


def test_stacks_of_stacks_gain_an_axis_in_front():
    stack = build(6, 2, 1, 1, 0, (3,), 0.5).problem
    assert LQR.stack([stack, stack]).batch_shape == (2, 3)


def test_what_does_not_stack_is_refused_with_its_place():
    one, other = build(1, 2, 1, 0, 0, (), 0.5).problem, build(1, 3, 1, 0, 0, (), 0.5).problem
    with pytest.raises(ValueError, match="problems: expected at least one LQR, got an empty list"):
        LQR.stack([])
    with pytest.raises(ValueError, match=r"problems\[1\]: expected .* \(2, 1, \(\)\), got \(3, 1"):
        LQR.stack([one, other])
    with pytest.raises(ValueError, match=r"problems\[1\]: expected an LQR, got ndarray"):
        LQR.stack([one, EYE])
    with pytest.raises(ValueError, match=r"problems\[0\]: expected an LQR, got str"):
        LQR.stack("ab")


def test_a_problem_survives_pickling_so_that_it_can_be_sent_to_a_worker():
    problem = build(1, 3, 2, 1, 2, (2,), 0.5).problem
    assert_same(pickle.loads(pickle.dumps(problem)), problem)


# replace, without_noise.


def test_replace_changes_what_it_is_given_and_validates():
    problem = LQR(**good())
    other = problem.replace(R=[[3]], state_noise=None)
    assert other.R[0, 0] == 3
    assert other.state_noise.variances.size == 0
    assert_same(other.replace(R=problem.R, state_noise=problem.state_noise), problem)
    with pytest.raises(ValueError, match=r"replace: expected some of A, B, .*, got \['S'\]"):
        problem.replace(S=EYE)


def test_without_noise_keeps_the_rest():
    problem = LQR(**good())
    quiet = problem.without_noise()
    assert problem.has_noise and not quiet.has_noise
    for name in NAMES:
        assert np.array_equal(getattr(quiet, name), getattr(problem, name))


@pytest.mark.parametrize("more", [(..., None), (slice(None), None)])
def test_a_new_axis_keeps_every_one_of_many_members(more):
    a = np.linspace(0.1, 0.9, 9000)
    stack = LQR(a[:, None, None], np.ones((9000, 1, 1)), [[1.0]], [[1.0]])
    assert np.array_equal(stack[more].A[:, 0, 0, 0], a)
    assert np.array_equal(stack.reshape(4500, 2, 1).A[:, :, 0, 0, 0], a.reshape(4500, 2))
