"""Families as S1 draws them: what the two generators promise."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems, tasks
from lqrpapers.studies import task_families
from lqrpapers.studies.task_families import masked_family, spectral_family


@pytest.fixture(scope="module")
def nominal():
    return systems.boeing()


def pairwise(matrices):
    return max(
        np.linalg.svd(one - other, compute_uv=False)[0] for one in matrices for other in matrices
    )


def test_spectral_family_keeps_all_pairs_closer_than_epsilon(nominal):
    family = spectral_family(nominal, 10, [0.01, 0.02, 0.03, 0.04], 0)
    for name, level in zip("ABQR", (0.01, 0.02, 0.03, 0.04), strict=True):
        assert 0.6 * level <= pairwise(getattr(family, name)) < level


def test_spectral_family_starts_with_the_nominal_task(nominal):
    family = spectral_family(nominal, 5, 0.01, 0, families=3)
    assert family.batch_shape == (3, 5)
    for name in "ABQR":
        assert np.array_equal(getattr(family, name)[:, 0], [getattr(nominal, name)] * 3)


def test_spectral_family_moves_every_other_task_by_the_fraction(nominal):
    family = spectral_family(nominal, 6, 0.01, 1)
    distances = np.linalg.norm(family.A[1:] - nominal.A, ord=2, axis=(-2, -1))
    assert np.allclose(distances, 0.006)


def test_families_of_one_seed_differ_and_repeat(nominal):
    one, two = (spectral_family(nominal, 4, 0.01, 7, families=2) for _ in range(2))
    assert np.array_equal(one.A, two.A)
    assert not np.array_equal(one.A[0], one.A[1])


def test_unseen_tasks_are_near_every_trained_one(nominal):
    seen = spectral_family(nominal, 8, 0.01, 0)
    unseen = spectral_family(nominal, 30, 0.01, 1, near=seen)
    for name in "ABQR":
        gaps = getattr(unseen, name)[:, None] - getattr(seen, name)
        assert np.linalg.norm(gaps, ord=2, axis=(-2, -1)).max() < 0.01
    assert not (unseen.A == nominal.A).all(axis=(-2, -1)).any()


def test_masked_family_moves_along_the_masks(nominal):
    mask = np.zeros((4, 4))
    mask[0, 1] = 1.0
    family = masked_family(nominal, 6, tasks.levels(0.1, "system"), 0, masks={"A": mask})
    change = family.A - nominal.A
    assert np.array_equal(change, change[:, :1, 1:2] * mask)
    assert change[0].max() == 0
    assert 0 < change[1:, 0, 1].min() and change[1:, 0, 1].max() < 0.1


def test_masked_family_stays_within_the_levels(nominal):
    family = masked_family(nominal, 10, 0.05, 3, families=20)
    for level in tasks.heterogeneity(family):
        assert (0 < level).all() and (level < 0.05).all()


def test_perturbed_weights_stay_symmetric(nominal):
    for family in (
        masked_family(nominal, 4, 0.1, 0),
        spectral_family(nominal, 4, 0.1, 0),
    ):
        assert np.array_equal(family.Q, family.Q.swapaxes(-1, -2))
        assert np.array_equal(family.R, family.R.swapaxes(-1, -2))


@pytest.mark.parametrize(
    ("setting", "zero"), [("system", "QR"), ("cost", "AB"), ("both", "")], ids=str
)
def test_setting_leaves_the_other_matrices_alone(nominal, setting, zero):
    found = tasks.heterogeneity(
        spectral_family(nominal, 4, tasks.levels(0.01, setting), 0)
    )._asdict()
    assert {name for name, level in found.items() if level == 0} == set(zero)


def test_families_keep_the_noise_of_the_nominal_task(nominal):
    noisy = nominal.replace(state_noise=([1e-4], [np.eye(4)]))
    family = spectral_family(noisy, 3, 0.01, 0)
    assert family.has_noise and family.state_noise.variances.shape == (3, 1)


def test_paper_start_stabilizes_the_published_families(nominal):
    families = spectral_family(nominal, 10, 0.01, 0, families=20)
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
    ours, plain = np.random.default_rng(seed), np.random.default_rng(seed)
    family = spectral_family(nominal, count, 1e-2, ours)
    expected = plainly_redrawn(nominal, count, 1e-2, plain)
    for name, matrices in zip(tasks.MATRICES, expected, strict=True):
        np.testing.assert_array_equal(getattr(family, name), matrices)
    assert ours.random() == plain.random()  # what was drawn and not used is given back


@pytest.mark.parametrize("families", [None, 2])
def test_a_task_that_10000_draws_do_not_find_is_named(nominal, families, monkeypatch):
    monkeypatch.setattr(task_families, "MOST_TRIALS", 300)
    message = "A: no task [0-9]+ within 0.01 of the others in 300 draws"
    with pytest.raises(ValueError, match=message):
        spectral_family(nominal, 40, 0.01, 0, families=families, fraction=0.9)


def test_few_pairs_of_a_large_family_need_their_singular_values(nominal, monkeypatch):
    asked = []
    norm = task_families.spectral_norm
    monkeypatch.setattr(task_families, "spectral_norm", lambda X: asked.append(X.size) or norm(X))
    family = spectral_family(nominal, 200, 1e-2, 0)
    pairs = 200 * 199 / 2 * sum(getattr(family, name)[0].size for name in tasks.MATRICES)
    assert sum(asked) < 0.5 * pairs  # though each task is drawn about 20 times
