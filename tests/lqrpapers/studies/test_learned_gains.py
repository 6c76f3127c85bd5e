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


def test_unseen_tasks_are_as_near_as_the_training_tasks():
    families = spectral_family(NOMINAL, 4, 0.01, 3, families=2)
    tasks = learned_gains.unseen_tasks(NOMINAL, families, 0.01, 5, [7])
    assert tasks.batch_shape == (2, 5)
    for family, new in zip(families, tasks, strict=True):
        apart = np.linalg.norm(family.A[:, None] - new.A, 2, axis=(-2, -1))
        assert (apart < 0.01).all() and (apart > 0).all()
