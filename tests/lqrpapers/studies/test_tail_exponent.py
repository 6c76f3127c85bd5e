"""The exponent of the tail of a roll-out's cost."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.studies import moments


def one_state(variance, input_variance=0.0):
    return systems.scalar(
        0.5, 1.0, 1.0, 1.0, state_variance=variance, input_variance=input_variance
    )


def test_the_variance_goes_where_the_fourth_moment_goes():
    edge = (np.sqrt(13.5) - 1.5) / 6  # a^4 + 6 a^2 s^2 + 3 s^4 = 1 at a = 1/2
    assert moments.tail_exponent(one_state(edge), [[0.0]]) == pytest.approx(2, abs=1e-9)
    assert moments.fourth_moment_radius(one_state(edge), [[0.0]]) == pytest.approx(1, abs=1e-12)
    assert moments.tail_exponent(one_state(1.1 * edge), [[0.0]]) < 2
    assert moments.tail_exponent(one_state(0.9 * edge), [[0.0]]) > 2


def test_the_mean_goes_at_the_mean_square_boundary():
    assert moments.tail_exponent(one_state(0.7499), [[0.0]]) == pytest.approx(1, abs=1e-3)
    with pytest.raises(ValueError, match="expected a mean-square stabilizing gain"):
        moments.tail_exponent(one_state(0.75), [[0.0]])


def test_noise_on_the_input_counts_through_the_gain():
    """a = 0.5 - k with s^2 = alpha + beta k^2."""
    both = moments.tail_exponent(one_state(0.1, 0.4), [[0.5]])
    assert both == pytest.approx(
        moments.tail_exponent(systems.scalar(0, 1, 1, 1, state_variance=0.2), [[0.0]]), abs=1e-9
    )


def test_no_noise_no_tail():
    assert moments.tail_exponent(one_state(0.0), [[0.0]]) == np.inf
    with pytest.raises(ValueError, match="one problem with one state"):
        moments.tail_exponent(systems.three_state(), lqrlib.optimal_gain(systems.three_state()))
