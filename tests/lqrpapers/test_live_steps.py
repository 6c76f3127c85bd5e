"""Data and words of the figures of steps and of bias, before a page has them."""

import json

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.claims.convergence import DIRECTIONS, largest_step
from lqrpapers.live import bias, race


def test_sliders_of_steps_reach_from_below_the_bound_to_beyond_what_can_work():
    system, K = systems.three_state(), np.zeros((2, 3))
    allowed = {method: largest_step(system, K, method) for method in DIRECTIONS}
    gaps = {method: np.ones(4 + len(method)) for method in DIRECTIONS}
    kind, data = race.race(system, K, allowed, gaps)
    assert kind == "race" and json.loads(json.dumps(data)) == data
    assert data["count"] == 3 + len("natural_gradient")
    for method in data["methods"]:
        ceiling = race.ceilings(system)[method["name"]]
        assert method["least"] < method["step"] < ceiling < method["most"]


@pytest.mark.parametrize("method", DIRECTIONS)
def test_past_the_ceiling_the_optimum_repels(method):
    system = systems.three_state()
    near = lqrlib.optimal_gain(system) + 1e-4
    first = lqrlib.optimality_gap(system, near)
    for factor, repels in ((0.95, False), (1.05, True)):
        step = factor * race.ceilings(system)[method]
        run = lqrlib.descend(DIRECTIONS[method](system), near, step, 60, on_leave="flag")
        assert bool(run.left or lqrlib.optimality_gap(system, run.gain) > first) == repels


def test_two_tasks_have_a_picture_that_says_what_the_caption_says():
    tasks = lqrlib.LQR([[[0.0]], [[0.5]]], [[1.0]], [[1.0]], [[1.0]])
    made = bias.figure(tasks)
    assert made.kind == "bias" and json.loads(json.dumps(made.data)) == made.data
    assert made.data["drawn"] == 0.5 and made.data["end"] == 2.0
    assert "heterogeneity 0.5" in made.caption and "slope is 2.00" in made.caption
    assert "promised" in made.picture.alt_text
