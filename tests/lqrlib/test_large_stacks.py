"""Huge stacks are worked through a part at a time: the same numbers, in little memory."""

import tracemalloc

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, objective
from lqrlib.matrix_equations import parts

NUMBERS = ("cost", "value_matrix", "gradient", "hessian_matrix")


def drawn(batch, noise, seed=0):
    rng = np.random.default_rng(seed)
    A, B = 0.3 * rng.standard_normal((*batch, 3, 3)), rng.standard_normal((*batch, 3, 2))
    terms = ([0.05], rng.standard_normal((*batch, 1, 3, 3))) if noise else None
    return LQR(A, B, np.eye(3), np.eye(2), state_noise=terms)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize(
    ("problems", "gains"), [((), (40,)), ((40,), ()), ((5, 3), (2, 1, 3)), ((7,), (2, 6, 1))]
)
def test_parts_of_a_stack_give_the_numbers_of_the_whole(
    number, noise, problems, gains, monkeypatch
):
    problem = drawn(problems, noise)
    K = 0.2 * np.random.default_rng(1).standard_normal((*gains, 2, 3))
    K[..., :1, :] *= np.where(np.arange(K[..., 0, 0].size) % 5, 1, 50).reshape(*gains, 1, 1)
    function = getattr(objective, number)
    whole = function(problem, K)
    asked = []
    work = objective.AtGain.__init__
    monkeypatch.setattr(
        objective.AtGain, "__init__", lambda at, p, K: asked.append(len(K)) or work(at, p, K)
    )
    monkeypatch.setattr(parts, "PART_BYTES", 8 * 9 * 7 * (6 if number == "hessian_matrix" else 1))
    np.testing.assert_array_equal(function(problem, K), whole)
    assert not np.isfinite(whole).all()
    assert len(asked) > 3
    assert max(asked) == 7


@pytest.mark.parametrize(("number", "members"), [("cost", 200_000), ("hessian_matrix", 10_000)])
def test_a_huge_stack_takes_little_memory_beside_its_numbers(number, members):
    problem = lqrlib.systems.boeing()
    steps = np.random.default_rng(0).standard_normal((members, 2, 4))
    K = lqrlib.systems.boeing_start() + 1e-3 * steps
    tracemalloc.start()
    found = getattr(objective, number)(problem, K)
    peak = tracemalloc.get_traced_memory()[1] - found.nbytes - K.nbytes
    tracemalloc.stop()
    assert peak < 40e6
