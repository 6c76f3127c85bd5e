"""Pictures of second moments and of shrinking sets say what the data say."""

import numpy as np
import pytest

from lqrpapers.figures import mean_square
from lqrpapers.figures.mean_square import Paths, Window


def _paths(growth):
    exact = growth ** np.arange(11.0)
    return Paths(np.full((40, 11), exact), exact)


def test_trajectories_say_where_moments_end():
    figure = mean_square.trajectories({"calm": _paths(0.5), "wild": _paths(2.0)})
    assert "calm: exact second moment: 1 at 0 to 0.000977 at 10" in figure.alt_text
    assert "1 at 0 to 1,024 at 10; average of 40: 1 at 0 to 1,024 at 10" in figure.alt_text
    assert "0.000977" not in mean_square.trajectories({"wild": _paths(2.0)}).alt_text


def test_trajectories_that_end_early_are_refused():
    with pytest.raises(ValueError, match=r"wild: expected shape \(S, 11\), got \(4, 5\)"):
        mean_square.trajectories({"wild": Paths(np.ones((4, 5)), np.ones(11))})


@pytest.mark.parametrize(("share", "said"), [(0.5, "0.5 of"), (0.01, "0.01 of")])
def test_sample_averages_name_the_share_they_reach(share, said):
    exact = 1.25 ** np.arange(20.0)
    figure = mean_square.sample_averages(exact, {100: np.tile(share * exact, (3, 1))}, {100: exact})
    assert said in figure.alt_text


def test_sample_averages_want_one_curve_for_each_size():
    exact = np.ones(5)
    with pytest.raises(ValueError, match="visible: expected the names"):
        mean_square.sample_averages(exact, {10: np.ones((2, 5))}, {100: exact})
    with pytest.raises(ValueError, match=r"N = 10: expected shape \(seeds, 5\)"):
        mean_square.sample_averages(exact, {10: np.ones((2, 4))}, {10: exact})


def test_radii_count_the_gains_that_only_stabilize_the_mean():
    nominal, square = np.array([0.2, 0.5, 0.9, 1.5]), np.array([0.4, 1.2, 1.1, 1.6])
    figure = mean_square.radii({"n = 2": (nominal, square)})
    assert "1 gains are stable in the mean square; 2 are stable in the mean only" in figure.alt_text
    with pytest.raises(ValueError, match="n = 2: expected x"):
        mean_square.radii({"n = 2": (nominal, square[:2])})


def _map(scale=1.0, shares=(0.0, 0.5)):
    x, y = np.linspace(1, 3, 401), np.linspace(-1, 1, 301)
    levels = scale * (1 - (x - 2) ** 2 - y[:, None] ** 2)
    curve = (np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    return mean_square.shrinking_set(Window(x, y, levels), shares, 1.0, (2.0, 0.0), curve, curve)


def test_the_map_tells_how_much_is_left():
    # Discs of radius 1 and sqrt(1/2) in a square of side 2: pi/4 and pi/8.
    text = _map().alt_text
    assert "and 39 % at 50 %" in text
    assert "39 %" not in _map(scale=0.8).alt_text


def test_the_map_wants_increasing_shares_and_a_full_grid():
    with pytest.raises(ValueError, match="shares: expected increasing"):
        _map(shares=(0.5, 0.2))
    with pytest.raises(ValueError, match=r"window: expected shape \(3, 4\)"):
        mean_square.shrinking_set(
            Window(np.ones(4), np.ones(3), np.ones((4, 3))),
            (0.0,),
            1.0,
            (0.0, 0.0),
            (np.ones(2), np.ones(2)),
            (np.ones(2), np.ones(2)),
        )
