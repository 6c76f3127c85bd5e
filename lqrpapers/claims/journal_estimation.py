"""S2's journal version, Section V-C: how many roll-outs a gradient estimate takes, with noise."""

from __future__ import annotations

import numpy as np

from lqrlib import LQR, objective
from lqrlib.validation import Array

from ..recorded.s2 import GRADIENT_ERRORS
from ..studies.rollout_variance import CODE_RADIUS, HORIZON, PRINTED_RADIUS, one_point
from .registry import Inequalities, Sides, claim

# What the journal aims at, and the roll-outs that it reports, without and with noise.
WANTED, REPORTED = 0.1, (5e5, 1e8)
# How far recorded errors may be from the exact ones: a factor, and near the floor a share.
FACTOR, SHARE = 2.0, 0.1


def relative_errors(problem: LQR, kind: str) -> dict[float, Array]:
    """The recorded errors (10,) over the norm of the true gradient, by number of roll-outs."""
    size = float(np.linalg.norm(objective.gradient(problem, np.zeros((1, 2)))))
    return {count: np.array(errors) / size for count, errors in GRADIENT_ERRORS[kind].items()}


@claim("s2-journal-estimation")
def gradient_estimation(problem: LQR, horizon: int = HORIZON) -> Inequalities:
    """Exact errors of the mean and numbers of roll-outs, at the printed radius and the code's.

    The recorded errors are compared with the exact root mean square, without noise at every number
    of roll-outs; with noise at the last, where the error of the mean is nearly all of it.
    """
    K, both = np.zeros((problem.inputs, problem.states)), (problem.without_noise(), problem)
    printed = [one_point(each, K, PRINTED_RADIUS, horizon).bias for each in both]
    yield Sides("within 10 % at the printed radius", printed, WANTED)
    quiet, noisy = (one_point(each, K, CODE_RADIUS, horizon) for each in both)
    yield Sides("the mean with noise is within 10 %", noisy.bias, WANTED)
    yield Sides("roll-outs without noise", quiet.rollouts(WANTED), REPORTED[0])
    found = relative_errors(both[0], "noiseless")
    exact = quiet.error(np.array(list(found)))
    measured = np.array([np.sqrt(np.mean(each**2)) for each in found.values()])
    off = np.maximum(measured / exact, exact / measured)
    yield Sides("recorded errors without noise, to a factor of 2", off, FACTOR, role="guard")
    last = relative_errors(both[1], "noisy")[REPORTED[1]].mean()
    off = np.abs(last / noisy.bias - 1)
    yield Sides("the last recorded error is that of the mean", off, SHARE, role="guard")
