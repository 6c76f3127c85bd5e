"""Families of tasks: what the two generators promise, and how distances are measured."""

import numpy as np
import pytest

from lqrlib import LQR, systems, tasks
from lqrpapers.studies.task_families import masked_family, spectral_family


@pytest.fixture(scope="module")
def nominal():
    return systems.boeing()


def pairwise(matrices):
    return max(
        np.linalg.svd(one - other, compute_uv=False)[0] for one in matrices for other in matrices
    )


def test_heterogeneity_is_the_largest_pairwise_distance(nominal):
    family = spectral_family(nominal, 7, 0.02, 5, families=2)
    found = tasks.heterogeneity(family)
    for d in range(2):
        for name in "ABQR":
            expected = pairwise(getattr(family, name)[d])
            assert getattr(found, name)[d] == pytest.approx(expected, rel=1e-12)


def test_heterogeneity_of_one_task_is_zero(nominal):
    assert tasks.heterogeneity(LQR.stack([nominal])) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: tasks.levels(-1.0), "epsilon: expected one or four numbers >= 0"),
        (lambda p: tasks.levels([1, 2]), "epsilon: expected one or four numbers >= 0"),
        (lambda p: tasks.levels(0.1, "all"), "setting: expected one of system, cost, both"),
        (lambda p: spectral_family(p, 0, 0.1, 0), "count: expected a whole number >= 1"),
        (
            lambda p: spectral_family(p, 2, 0.1, 0, fraction=0),
            "fraction: expected a number in",
        ),
        (lambda p: spectral_family(p, 2, 0.1, 0, near=p), "near: expected a stack"),
        (
            lambda p: spectral_family(LQR.stack([p]), 2, 0.1, 0),
            "nominal: expected a single LQR",
        ),
        (
            lambda p: masked_family(p, 2, 0.1, 0, masks={"C": 1}),
            "masks: expected a mapping",
        ),
        (
            lambda p: masked_family(p, 2, 0.1, 0, masks={"A": np.eye(2)}),
            r"masks\['A'\]: expected shape \(4, 4\)",
        ),
        (lambda p: spectral_family(p, 3, 5.0, 0), "Q: expected a positive semidefinite"),
        (lambda p: tasks.heterogeneity(p), "tasks: expected a stack"),
    ],
    ids=lambda value: value if isinstance(value, str) else "call",
)
def test_bad_arguments_are_named(nominal, call, message):
    with pytest.raises(ValueError, match=message):
        call(nominal)
