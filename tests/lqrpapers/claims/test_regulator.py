"""Cost, domain, optimum and connectedness: attained where they can be, and their assumptions."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.claims import check
from lqrpapers.studies.ensembles import random_cases


def assert_holds(checks):
    for each in checks:
        assert each.holds.all(), (each.id, each.part, each.tightest)


@pytest.mark.parametrize("noise", [0, 2])
def test_second_moments_hold_inside_and_outside_the_stabilizing_set(noise):
    problems, K = random_cases(30, 3, 2, 1, noise)
    far = 3 * K - 2 * lqrlib.optimal_gain(problems)
    assert 0 < lqrlib.is_stabilizing(problems, far).sum() < 30
    Z = np.random.default_rng(2).standard_normal((30, 3, 3))
    for steps in (1, 2, 3):
        assert_holds(check("ours-lemma-moments", problems, np.stack([K, far]), Z, steps=steps))


def test_margin_and_size_are_attained_for_one_state():
    half = systems.scalar(0.5, 1.0, 1.0, 1.0)
    assert check("ours-thm-domain", half, [[0.0]])["margin"].ratio == pytest.approx(1, abs=1e-12)
    assert check("ours-thm-domain", half, [[0.5]])["size"].ratio == pytest.approx(1, abs=1e-12)


def test_the_domain_theorem_needs_definite_weights():
    towards = 2.0 ** -np.arange(1, 6)[:, None, None]
    [rises] = check("ours-thm-domain", systems.scalar(1, 1, 0, 1), towards, form="dropped")
    assert rises.violated == rises.checked == 4 and "Q" in rises.assumption
    hidden = lqrlib.LQR(np.diag([2.0, 0.5]), np.eye(2), np.eye(2), np.eye(2), np.diag([0.0, 1.0]))
    [terms] = check("ours-thm-domain", hidden, np.zeros((2, 2)), form="dropped")
    assert terms.violated and "Sigma0" in terms.assumption


def test_the_optimum_is_compared_with_scipy_only_without_noise():
    for noise in (0, 1):
        problems, K = random_cases(10, 2, 1, 3, noise)
        parts = [each.part for each in check("ours-thm-optimal", problems, K)]
        assert ("scipy's gain" in parts) is (noise == 0)


def test_the_whole_segment_to_the_improved_gain_is_tested():
    problems, K = random_cases(5, 2, 1, 4, 1)
    segment, iterates = check("ours-thm-connected", problems, K)
    assert segment.lhs.shape == (10, 5) and segment.holds.all() and iterates.holds.all()
    # Cheap input and one state: the cost falls by exactly what is promised on the way.
    near = check("ours-thm-connected", systems.scalar(0.5, 1.0, 1.0, 1e-9), [[0.0]])[0]
    assert near.tightest == pytest.approx(1, abs=0.3)
