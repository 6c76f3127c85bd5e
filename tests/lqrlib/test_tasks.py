"""Families of tasks: what the two generators promise, and how distances are measured."""

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, systems, tasks


@pytest.fixture(scope="module")
def nominal():
    return systems.boeing()


def pairwise(matrices):
    return max(
        np.linalg.svd(one - other, compute_uv=False)[0] for one in matrices for other in matrices
    )


def test_spectral_family_keeps_all_pairs_closer_than_epsilon(nominal):
    family = tasks.spectral_family(nominal, 10, [0.01, 0.02, 0.03, 0.04], 0)
    for name, level in zip("ABQR", (0.01, 0.02, 0.03, 0.04), strict=True):
        assert 0.6 * level <= pairwise(getattr(family, name)) < level


def test_spectral_family_starts_with_the_nominal_task(nominal):
    family = tasks.spectral_family(nominal, 5, 0.01, 0, families=3)
    assert family.batch_shape == (3, 5)
    for name in "ABQR":
        assert np.array_equal(getattr(family, name)[:, 0], [getattr(nominal, name)] * 3)


def test_spectral_family_moves_every_other_task_by_the_fraction(nominal):
    family = tasks.spectral_family(nominal, 6, 0.01, 1)
    distances = np.linalg.norm(family.A[1:] - nominal.A, ord=2, axis=(-2, -1))
    assert np.allclose(distances, 0.006)


def test_families_of_one_seed_differ_and_repeat(nominal):
    one, two = (tasks.spectral_family(nominal, 4, 0.01, 7, families=2) for _ in range(2))
    assert np.array_equal(one.A, two.A)
    assert not np.array_equal(one.A[0], one.A[1])


def test_unseen_tasks_are_near_every_trained_one(nominal):
    seen = tasks.spectral_family(nominal, 8, 0.01, 0)
    unseen = tasks.spectral_family(nominal, 30, 0.01, 1, near=seen)
    for name in "ABQR":
        gaps = getattr(unseen, name)[:, None] - getattr(seen, name)
        assert np.linalg.norm(gaps, ord=2, axis=(-2, -1)).max() < 0.01
    assert not (unseen.A == nominal.A).all(axis=(-2, -1)).any()


def test_masked_family_moves_along_the_masks(nominal):
    mask = np.zeros((4, 4))
    mask[0, 1] = 1.0
    family = tasks.masked_family(nominal, 6, tasks.levels(0.1, "system"), 0, masks={"A": mask})
    change = family.A - nominal.A
    assert np.array_equal(change, change[:, :1, 1:2] * mask)
    assert change[0].max() == 0
    assert 0 < change[1:, 0, 1].min() and change[1:, 0, 1].max() < 0.1


def test_masked_family_stays_within_the_levels(nominal):
    family = tasks.masked_family(nominal, 10, 0.05, 3, families=20)
    for level in tasks.heterogeneity(family):
        assert (0 < level).all() and (level < 0.05).all()


def test_perturbed_weights_stay_symmetric(nominal):
    for family in (
        tasks.masked_family(nominal, 4, 0.1, 0),
        tasks.spectral_family(nominal, 4, 0.1, 0),
    ):
        assert np.array_equal(family.Q, family.Q.swapaxes(-1, -2))
        assert np.array_equal(family.R, family.R.swapaxes(-1, -2))


@pytest.mark.parametrize(
    ("setting", "zero"), [("system", "QR"), ("cost", "AB"), ("both", "")], ids=str
)
def test_setting_leaves_the_other_matrices_alone(nominal, setting, zero):
    found = tasks.heterogeneity(
        tasks.spectral_family(nominal, 4, tasks.levels(0.01, setting), 0)
    )._asdict()
    assert {name for name, level in found.items() if level == 0} == set(zero)


def test_heterogeneity_is_the_largest_pairwise_distance(nominal):
    family = tasks.spectral_family(nominal, 7, 0.02, 5, families=2)
    found = tasks.heterogeneity(family)
    for d in range(2):
        for name in "ABQR":
            expected = pairwise(getattr(family, name)[d])
            assert getattr(found, name)[d] == pytest.approx(expected, rel=1e-12)


def test_heterogeneity_of_one_task_is_zero(nominal):
    assert tasks.heterogeneity(LQR.stack([nominal])) == (0, 0, 0, 0)


def test_average_model_averages_matrices(nominal):
    family = tasks.spectral_family(nominal, 5, 0.1, 0, families=2)
    average = tasks.average_model(family)
    assert average.batch_shape == (2,)
    assert np.allclose(average.A, family.A.mean(axis=1))


def test_average_model_of_noisy_tasks_is_refused(nominal):
    noisy = nominal.replace(state_noise=([0.01], [np.eye(4)]))
    with pytest.raises(ValueError, match="tasks: expected tasks without noise"):
        tasks.average_model(LQR.stack([noisy, noisy]))


def test_families_keep_the_noise_of_the_nominal_task(nominal):
    noisy = nominal.replace(state_noise=([1e-4], [np.eye(4)]))
    family = tasks.spectral_family(noisy, 3, 0.01, 0)
    assert family.has_noise and family.state_noise.variances.shape == (3, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: tasks.levels(-1.0), "epsilon: expected one or four numbers >= 0"),
        (lambda p: tasks.levels([1, 2]), "epsilon: expected one or four numbers >= 0"),
        (lambda p: tasks.levels(0.1, "all"), "setting: expected one of system, cost, both"),
        (lambda p: tasks.spectral_family(p, 0, 0.1, 0), "count: expected a whole number >= 1"),
        (
            lambda p: tasks.spectral_family(p, 2, 0.1, 0, fraction=0),
            "fraction: expected a number in",
        ),
        (lambda p: tasks.spectral_family(p, 2, 0.1, 0, near=p), "near: expected a stack"),
        (
            lambda p: tasks.spectral_family(LQR.stack([p]), 2, 0.1, 0),
            "nominal: expected a single LQR",
        ),
        (
            lambda p: tasks.masked_family(p, 2, 0.1, 0, masks={"C": 1}),
            "masks: expected a mapping",
        ),
        (
            lambda p: tasks.masked_family(p, 2, 0.1, 0, masks={"A": np.eye(2)}),
            r"masks\['A'\]: expected shape \(4, 4\)",
        ),
        (lambda p: tasks.spectral_family(p, 3, 5.0, 0), "Q: expected a positive semidefinite"),
        (lambda p: tasks.heterogeneity(p), "tasks: expected a stack"),
    ],
    ids=lambda value: value if isinstance(value, str) else "call",
)
def test_bad_arguments_are_named(nominal, call, message):
    with pytest.raises(ValueError, match=message):
        call(nominal)


def test_paper_start_stabilizes_the_published_families(nominal):
    families = tasks.spectral_family(nominal, 10, 0.01, 0, families=20)
    assert lqrlib.is_stabilizing(families, systems.boeing_start()).all()


def plainly_redrawn(nominal, count, epsilon, rng, share=0.6):
    """A spectral family as its code was published: one draw, a norm for each earlier task."""
    found = []
    for name in tasks.MATRICES:
        centre = getattr(nominal, name)
        drawn = [centre]
        while len(drawn) < count:
            G = rng.standard_normal(centre.shape)
            G = G + G.T if name in "QR" else G
            trial = centre + share * epsilon * (G / np.linalg.norm(G, 2))
            if all(np.linalg.norm(trial - other, 2) < epsilon for other in drawn):
                drawn.append(trial)
        found.append(np.stack(drawn))
    return found


@pytest.mark.parametrize("seed, count", [(0, 2), (1, 10), (2, 60)])
def test_a_spectral_family_is_that_of_one_draw_after_the_other(nominal, seed, count):
    family = tasks.spectral_family(nominal, count, 1e-2, seed)
    expected = plainly_redrawn(nominal, count, 1e-2, np.random.default_rng(seed))
    for name, matrices in zip(tasks.MATRICES, expected, strict=True):
        np.testing.assert_array_equal(getattr(family, name), matrices)


def test_few_pairs_of_a_large_family_need_their_singular_values(nominal, monkeypatch):
    asked = []
    norm = tasks.spectral_norm
    monkeypatch.setattr(tasks, "spectral_norm", lambda X: asked.append(X.size) or norm(X))
    family = tasks.spectral_family(nominal, 200, 1e-2, 0)
    pairs = 200 * 199 / 2 * sum(getattr(family, name)[0].size for name in tasks.MATRICES)
    assert sum(asked) < 5 * pairs  # redrawn about 30 times, each was asked about 15 times
