"""The sharp constants are functions of the problem, however its noise is factored into terms."""

import dataclasses

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, directions, optimality_gap, systems
from lqrpapers.constants import (
    estimates,
    heterogeneity,
    magnitudes,
    meta,
    printed,
    sample_sizes,
    sharp,
    sublevel,
)
from lqrpapers.constants.magnitudes import Magnitudes, noise_weight, printed_noise_weight

E11, E12, E21, E22 = np.eye(4).reshape(4, 2, 2)
ROOT = 2**-0.5
# The same input noise, Y -> diag(Y11, Y22) / 2, in three ways, and Y -> tr(Y) I / 2 in two.
SAME = [
    [([0.5, 0.5], [E11, E22]), ([0.5, 0.5], [ROOT * np.eye(2), ROOT * (E11 - E22)])],
    [
        ([0.5] * 4, [E11, E12, E21, E22]),
        ([0.25] * 4, [np.eye(2), E11 - E22, E12 + E21, E12 - E21]),
    ],
]


def every_constant(problem: LQR, K: np.ndarray) -> dict[str, np.ndarray]:
    """All that the sharp constants say of a problem (or stack) at a gain, by name."""
    at = magnitudes(problem, K)
    found: dict[str, np.ndarray] = {}
    for where, over in (("at", at), ("over", sublevel(problem, at.cost))):
        d = 0.5 * sharp.smoothness_radius(over)
        for name, function in vars(sharp).items():
            if getattr(function, "__module__", "") == sharp.__name__ and name[0] != "_":
                takes = {"distance": d} if "distance" in function.__annotations__ else {}
                found[f"{where} {name}"] = function(over, **takes)
        found[f"{where} truncation"] = estimates.truncated_gradient_error(over, 7)
    return found


def single(problem: LQR, K: np.ndarray) -> dict[str, float]:
    """What is asked of one problem only: sample sizes, suprema, distances of two tasks."""
    sizes = sample_sizes(problem, K, 0.1 * float(optimality_gap(problem, K)))
    found = {f"sizes {name}": value for name, value in sizes._asdict().items()}
    for size in (
        estimates.gradient_size(problem, K, 0.1, form="sharp"),
        estimates.hessian_size(problem, K, 0.1, form="corrected"),
    ):
        found |= {f"{name} {len(found)}": value for name, value in size._asdict().items()}
    over = meta.suprema(LQR.stack([problem] * 2), K, "sharp")
    found |= {name: value for name, value in vars(over).items()}
    apart = heterogeneity.differences(problem.replace(A=0.99 * problem.A), problem, K)
    return found | {f"differ {name}": value for name, value in apart._asdict().items()}


@pytest.mark.parametrize("ways", SAME)
def test_two_ways_to_write_the_same_noise_give_the_same_constants(ways):
    problems = [
        LQR(np.diag([0.5, 0.4]), np.eye(2), np.eye(2), np.eye(2), input_noise=each) for each in ways
    ]
    K = np.array([[0.2, 0.1], [0.0, 0.1]])
    np.testing.assert_allclose(*(lqrlib.hessian_matrix(each, K) for each in problems), rtol=1e-12)
    assert np.ptp([printed.natural_gradient_step(each, K) for each in problems]) > 1e-3
    for constants in (every_constant, single):
        first, second = (constants(each, K) for each in problems)
        for name in first:
            np.testing.assert_allclose(first[name], second[name], rtol=1e-11, err_msg=name)


def random_problems(n: int, m: int, terms: int) -> tuple[LQR, np.ndarray]:
    problems = systems.random_ensemble(
        40, n, m, 11, state_noise_terms=1, input_noise_terms=terms, spread=10.0
    )
    return problems, systems.random_stabilizing_gains(problems, 12, fraction=(0.0, 0.9))


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 2), (2, 3), (5, 4)])
def test_the_weight_never_changes_under_rotations_of_the_terms_and_never_exceeds_the_printed(n, m):
    problems, _ = random_problems(n, m, 3)
    variances, terms = problems.input_noise
    scaled = np.sqrt(variances)[..., None, None] * terms
    turns = np.linalg.qr(np.random.default_rng(13).standard_normal((40, 3, 3)))[0]
    turned = np.einsum("...jk,...kab->...jab", turns, scaled)
    other = problems.replace(input_noise=(np.ones((40, 3)), turned))
    np.testing.assert_allclose(noise_weight(other), noise_weight(problems), rtol=1e-12)
    for each in (problems, other):
        assert (noise_weight(each) <= printed_noise_weight(each) * (1 + 1e-12)).all()
    if n > 1:
        assert (noise_weight(problems) < 0.95 * printed_noise_weight(problems)).mean() > 0.5


@pytest.mark.parametrize(("n", "m"), [(3, 2), (2, 3), (5, 4)])
def test_the_weight_bounds_the_noise_in_spectral_nuclear_and_frobenius_norm(n, m):
    problems, _ = random_problems(n, m, 3)
    variances, terms = problems.input_noise
    Y = np.random.default_rng(14).standard_normal((200, 1, m, m))
    Y[::2] = np.eye(m)  # with which the first norm is attained
    image = np.einsum("pj,pjab,spbc,pjdc->spad", variances, terms, Y, terms)
    weight = noise_weight(problems) * (1 + 1e-12)
    for order in (2, "nuc", "fro"):
        norms = (np.linalg.norm(each, order, axis=(-2, -1)) for each in (image, Y))
        assert (next(norms) <= weight * next(norms)).all(), order


@pytest.mark.parametrize(("n", "m", "terms"), [(3, 2, 1), (3, 2, 3), (2, 3, 2)])
def test_no_constant_is_worse_than_with_the_printed_weight(n, m, terms):
    problems, K = random_problems(n, m, terms)
    at = magnitudes(problems, K)
    before: Magnitudes = dataclasses.replace(at, noise=at.printed_noise)
    for name in ("smoothness_radius", "stability_radius", "gradient_step", "natural_gradient_step"):
        new, old = (getattr(sharp, name)(each) for each in (at, before))
        assert (new >= old * (1 - 1e-12)).all(), name
        assert terms == 1 or (new > 1.01 * old).any(), name
    np.testing.assert_allclose(
        sharp.natural_gradient_step(before), printed.natural_gradient_step(at), rtol=1e-14
    )
    d = 0.5 * sharp.smoothness_radius(before)
    for name in ("operator", "covariance", "value", "cost", "E", "gradient", "hessian"):
        function = getattr(sharp, f"{name}_change")
        assert (function(at, distance=d) <= function(before, distance=d) * (1 + 1e-12)).all(), name
    assert (sharp.hessian_bound(at) <= sharp.hessian_bound(before) * (1 + 1e-12)).all()


def test_the_sharp_natural_gradient_step_keeps_the_promise_of_theorem_3_5():
    problems, K = random_problems(3, 2, 3)
    step = sharp.natural_gradient_step(problems, K)
    assert (magnitudes(problems, K).R_K <= 0.5 / step).all()
    after = K - step[:, None, None] * directions.natural_gradient(problems)(K)
    left = 1 - step * printed.decrease(problems, K, method="natural_gradient")
    assert (optimality_gap(problems, after) <= left * optimality_gap(problems, K)).all()
