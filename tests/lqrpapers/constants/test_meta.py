"""Suprema over sub-level sets, and what S1's Theorems 10 to 13 make of them."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems, tasks
from lqrlib.errors import NotStabilizingError
from lqrpapers import constants
from lqrpapers.constants import meta
from lqrpapers.studies.task_families import spectral_family


@pytest.fixture(scope="module")
def family():
    nominal = systems.random_ensemble(1, 3, 2, 3, spread=2.0)[0]
    return spectral_family(nominal, 4, 0.02, 4)


@pytest.fixture(scope="module")
def start(family):
    best = lqrlib.optimal_gain(family[0])
    return best + 0.05 * np.random.default_rng(5).standard_normal(best.shape)


def noisy(family, terms=1):
    rng = np.random.default_rng(6)
    state = (np.full(terms, 0.02), rng.standard_normal((terms, 3, 3)))
    inputs = (np.full(terms, 0.02), rng.standard_normal((terms, 3, 2)))
    return family.replace(state_noise=state, input_noise=inputs)


def inside(family, start, count=3000):
    """Random gains of S_ML."""
    rng = np.random.default_rng(7)
    spread = rng.uniform(0, 0.3, (count, 1, 1))
    K = start + spread * rng.standard_normal((count, *start.shape))
    costs = lqrlib.cost(family, K[:, None])
    K = K[(costs <= lqrlib.cost(family, start)).all(axis=-1)]
    assert len(K) > 30
    return K


@pytest.mark.parametrize("noise", [False, True])
def test_sharp_suprema_bound_hessian_and_distance_of_gradients(family, start, noise):
    problems = noisy(family) if noise else family
    over = meta.suprema(problems, start, "sharp")
    K = inside(problems, start)
    norms = np.abs(np.linalg.eigvalsh(lqrlib.hessian_matrix(problems, K[:, None])))
    assert norms.max() <= over.smoothness
    g = lqrlib.gradient(problems, K[:, None])
    distance = np.linalg.norm(g[:, :, None] - g[:, None], axis=(-2, -1)).mean(axis=-1)
    assert (distance.max(axis=0) <= over.heterogeneity).all()
    assert np.linalg.norm(g, axis=(-2, -1)).max() <= over.gradient


@pytest.mark.parametrize("form", ["printed", "corrected"])
def test_suprema_bound_the_constants_at_every_gain(family, start, form):
    over = meta.suprema(family, start, form)
    K = inside(family, start)
    at = constants.magnitudes(family, K[:, None]).worst(axis=-1)
    module = getattr(constants, form)
    assert (module.gradient_smoothness(at) <= over.smoothness).all()
    assert (module.hessian_bound(at) <= over.hessian).all()
    assert (module.gradient_bound(at) <= over.gradient).all()
    levels = tasks.heterogeneity(family)
    f = sum(a * b for a, b in zip(levels, module.gradient_heterogeneity(at), strict=True))
    assert (f[:, None] <= over.heterogeneity).all()
    assert over.heterogeneity.shape == (4,)


def test_levels_are_those_of_the_tasks_module(family):
    np.testing.assert_allclose(tasks.heterogeneity(family), tasks.heterogeneity(family))


def test_printed_formulas_by_hand():
    numbers = dict.fromkeys(meta.Suprema.__dataclass_fields__, np.asarray(0.0))
    over = meta.Suprema(
        **(
            numbers
            | {
                "smoothness": np.asarray(3.0),
                "hessian": np.asarray(4.0),
                "gradient": np.asarray(5.0),
                "heterogeneity": np.array([0.5, 0.5]),
                "domination": np.array([2.0, 8.0]),
                "start_gap": np.array([9.0, 1.0]),
                "gap": np.array([9.0, 1.0]),
                "cost": np.asarray(7.0),
                "mu": np.asarray(0.5),
                "q": np.asarray(2.0),
                "r": np.asarray(3.0),
                "inputs": 2,
                "tasks": 2,
            }
        )
    )
    root = np.sqrt(12 * 9 * 4 + 16)
    steps = meta.printed_steps(over)
    assert steps.inner == pytest.approx(min(2 / 4 / 2**0.5, 1 / 3 / 2**0.5, 1 / 12**0.5 / root))
    assert steps.outer == pytest.approx(1 / 12)
    steps = meta.printed_steps(over, model_free=True)
    assert steps.inner == pytest.approx(min(1 / 5, 2 / 4, 1 / 3, 1 / 20**0.5 / root, 0.5))
    assert steps.outer == pytest.approx(1 / 24)
    assert meta.printed_heterogeneity_limit(over) == pytest.approx(np.sqrt(8 / (288 * 8)))
    limit = meta.printed_heterogeneity_limit(over, model_free=True)
    assert limit == pytest.approx(np.sqrt(8 / (480 * 8)))
    np.testing.assert_allclose(meta.printed_bias(over), 144 * 8 * 0.25 / np.array([2, 8]))
    np.testing.assert_allclose(meta.printed_bias(over, model_free=True), [240.0, 60.0])
    published = 96 * 7 * 8 * 0.25 / (0.25 * 3 * 2)
    np.testing.assert_allclose(meta.printed_optimum_bias(over), published)
    np.testing.assert_allclose(
        meta.printed_optimum_bias(over, report=True), published + np.array([144.0, 36.0])
    )
    np.testing.assert_allclose(meta.printed_rate(over, 0.1), 1 - 0.1 * np.array([2, 8]) / 8)
    assert meta.kappa(0.1, 3.0) == pytest.approx(0.3 * 2.3)
    np.testing.assert_allclose(
        meta.sharp_bias(over, 0.25), (0.5 * 1.25 / 0.75) ** 2 / np.array([2, 8])
    )
    np.testing.assert_allclose(
        meta.sharp_bias(over, 0.25, 0.1), ((0.5 * 1.25 + 0.1) / 0.75) ** 2 / np.array([2, 8])
    )
    assert meta.sharp_invariant(over, 0.25)
    assert not meta.sharp_invariant(over, 0.9)
    np.testing.assert_allclose(
        meta.sharp_rate(over, 0.1, 0.25), 1 - 0.75 * 0.1 * np.array([2, 8]) / 2
    )
    sharp = meta.sharp_steps(over, 0.25)
    assert meta.kappa(sharp.inner, over.smoothness) == pytest.approx(0.25)
    assert sharp.outer == pytest.approx(1 / 3)


def test_negative_hessian_bound_allows_no_inner_step():
    # erratum E6: a = 1/2, Q = R = 1/5 at K = 0
    task = lqrlib.LQR([[[0.5]]], [[[1.0]]], [[[0.2]]], [[[0.2]]])
    over = meta.suprema(task, [[0.0]])
    assert over.hessian < 0
    assert meta.printed_steps(over).inner == 0


def test_one_task_has_no_heterogeneity(family, start):
    for form in meta.FORMS:
        over = meta.suprema(family[:1], start, form)
        assert over.heterogeneity == pytest.approx([0.0])


def test_stacks_of_families_and_of_starts(family, start):
    two = lqrlib.LQR.stack([family, spectral_family(family[0], 4, 0.01, 8)])
    for form in meta.FORMS:
        both = meta.suprema(two, start, form)
        for index in range(2):
            alone = meta.suprema(two[index], start, form)
            for name in ("smoothness", "heterogeneity", "gap", "cost"):
                np.testing.assert_allclose(getattr(both, name)[index], getattr(alone, name))
        starts = np.stack([start, lqrlib.optimal_gain(family[0]) * 0.99])
        over = meta.suprema(family, starts, form)
        for index in range(2):
            alone = meta.suprema(family, starts[index], form)
            np.testing.assert_allclose(over.heterogeneity[index], alone.heterogeneity)
            np.testing.assert_allclose(over.smoothness[index], alone.smoothness)


def test_a_larger_gamma_means_larger_sets(family, start):
    near, far = (meta.suprema(family, start, "sharp", gamma=gamma) for gamma in (1.0, 2.0))
    assert far.smoothness > near.smoothness
    np.testing.assert_allclose(far.gap, 2 * near.gap)
    np.testing.assert_allclose(far.start_gap, near.start_gap)


def test_what_is_refused(family, start):
    with pytest.raises(ValueError, match="form: expected one of printed, corrected, sharp"):
        meta.suprema(family, start, "exact")
    with pytest.raises(ValueError, match="gamma: expected numbers >= 1"):
        meta.suprema(family, start, gamma=0.5)
    with pytest.raises(ValueError, match="tasks: expected a stack"):
        meta.suprema(systems.boeing(), start)
    with pytest.raises(NotStabilizingError):
        meta.suprema(family, start + 100)
    with pytest.raises(ValueError, match="largest_kappa"):
        meta.sharp_steps(meta.suprema(family, start, "sharp"), 1.0)
