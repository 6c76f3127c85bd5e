"""Gains learned and adapted at S1's settings: runs that leave are left out, or repeated."""

import numpy as np

import lqrlib
from lqrlib import systems
from lqrpapers.recorded.s1 import START
from lqrpapers.studies import learned_gains
from lqrpapers.studies.task_families import spectral_family

NOMINAL, K0 = systems.boeing(), systems.boeing_start()


def test_learning_keeps_the_runs_that_stay_and_brings_them_nearer():
    family = spectral_family(NOMINAL, 10, 0.01, 3, families=4)
    inside, gains = learned_gains.learn(family, K0, [5, 1])
    assert 0 < len(inside) < 4  # seen: some runs leave, most in the first iteration
    assert gains.shape == (201, len(inside), 2, 4) and (gains[0] == K0).all()
    costs = lqrlib.cost(family[inside], gains[-1][:, None]).mean(axis=-1)
    assert (costs < 0.7 * lqrlib.cost(family[inside], K0).mean(axis=-1)).all()


def test_learning_alone_repeats_runs_that_leave():
    gains = learned_gains.learn_alone(NOMINAL, K0, 3, [6, 0])
    assert gains.shape == (3, 2, 4) and len(np.unique(gains[:, 0, 0])) == 3
    assert (lqrlib.cost(NOMINAL, gains) < 0.7 * lqrlib.cost(NOMINAL, K0)).all()


def test_adaptation_starts_at_the_reported_gap_and_shrinks_it():
    tasks = learned_gains.unseen_tasks(
        NOMINAL, spectral_family(NOMINAL, 4, 0.01, 3, families=2), 0.01, 3, [7]
    )
    best = lqrlib.optimal_gain(NOMINAL)
    starts = np.stack([best + 0.1 * (K0 - best), best + 0.2 * (K0 - best)])
    gaps = learned_gains.adapt_by_pairs(tasks, starts, 1e-3, [8])
    assert gaps.shape == (301, 2, 3)
    x = np.array(START)
    values = (
        lqrlib.value_matrix(tasks[1], starts[1]),
        lqrlib.value_matrix(tasks[1], lqrlib.optimal_gain(tasks[1])),
    )
    ours, least = (np.einsum("i,...ij,j", x, each, x) for each in values)
    np.testing.assert_allclose(gaps[0, 1], ours / least - 1, rtol=1e-9)
    assert (gaps[-1] < 0.2 * gaps[0]).all()


def test_each_family_has_a_gain_which_is_lost_where_learning_fails():
    families = spectral_family(NOMINAL, 10, 0.01, 3, families=4)
    unstable = families[:1].replace(A=3 * families[:1].A)
    mixed = lqrlib.LQR.stack([unstable[0], *families])
    last, able, survived = learned_gains.learn_each(mixed, K0, [5, 1])
    inside, gains = learned_gains.learn(families, K0, [5, 1])
    assert (able, survived) == (4, len(inside))
    np.testing.assert_array_equal(last[1:][inside], gains[-1])
    assert (np.delete(last, 1 + inside, axis=0) == learned_gains.LOST).all()


def test_phases_of_a_race_follow_one_another():
    tasks = spectral_family(NOMINAL, 3, 0.01, 3)
    near = lqrlib.optimal_gain(NOMINAL) + 0.01
    whole = learned_gains.race(tasks, near, (3e-4, 7))
    split = learned_gains.race(tasks, near, (3e-4, 3), (3e-4, 4))
    np.testing.assert_array_equal(whole, split)
    assert whole.shape == (8, 3) and (whole[-1] < whole[0]).all()
    slower = learned_gains.race(tasks, near, (3e-4, 3), (1e-4, 4))
    np.testing.assert_array_equal(slower[:4], whole[:4])
    assert (slower[4:] > whole[4:]).all()
    thrown = learned_gains.race(tasks, near, (3e-4, 2), (10.0, 2), (3e-4, 1))
    np.testing.assert_array_equal(thrown[:3], whole[:3])
    assert np.isinf(thrown[3:]).all()


def test_one_start_adapts_as_its_copies():
    tasks = learned_gains.unseen_tasks(
        NOMINAL, spectral_family(NOMINAL, 4, 0.01, 3, families=2), 0.01, 2, [7]
    )
    near = lqrlib.optimal_gain(NOMINAL) + 0.01
    one = learned_gains.adapt_by_pairs(tasks, near, 1e-3, [8])
    copies = learned_gains.adapt_by_pairs(tasks, np.stack([near, near]), 1e-3, [8])
    np.testing.assert_array_equal(one, copies)


def test_unseen_tasks_are_as_near_as_the_training_tasks():
    families = spectral_family(NOMINAL, 4, 0.01, 3, families=2)
    tasks = learned_gains.unseen_tasks(NOMINAL, families, 0.01, 5, [7])
    assert tasks.batch_shape == (2, 5)
    for family, new in zip(families, tasks, strict=True):
        apart = np.linalg.norm(family.A[:, None] - new.A, 2, axis=(-2, -1))
        assert (apart < 0.01).all() and (apart > 0).all()
