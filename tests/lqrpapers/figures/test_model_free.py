"""Figures of learning from roll-outs: alt text follows the data, bad shapes are refused."""

import numpy as np
import pytest

from lqrpapers.figures import model_free

steps = np.array([10.0, 20.0, 30.0])


def learning(last):
    gaps = np.array([[0.4, 0.2, last], [0.5, 0.3, last / 2]])
    return model_free.learning_curves({"toy": {"one point": (steps, gaps)}}, 0.05)


def errors(scale):
    found = scale * np.array([[1.0, 0.5, 0.25], [1.0, 0.5, 0.25]])
    panel = "roll-outs", steps, {"pairs": found}, {"bias": found[0]}, {"line": steps}
    return model_free.gradient_errors({"samples": panel})


def tails(exponent):
    costs = np.random.default_rng(0).pareto(2, (1000, 1))
    settled = np.array([[0.5, 0.2]])
    return model_free.rollout_tails([0.1], [exponent], costs, np.array([10, 100]), settled)


def seen(last):
    shares = np.array([[1.0, 0.5, last / 9], [1.0, 0.4, last / 9]])
    demands = {"$a_+^2 = 1.7$": (steps, np.array([1.0, 10.0, 1e9]))}
    return model_free.cost_seen(steps, {1000: shares}, demands, 4)


def choices(last):
    gaps = np.array([[0.2, 0.1, last], [0.3, 0.1, last]])
    return model_free.bad_choices(
        steps, {"one point": gaps}, steps, {"toy": np.array([np.inf, 0.5, 0.01])}, 0.05
    )


@pytest.mark.parametrize("draw", [learning, errors, tails, seen, choices])
def test_the_alt_text_follows_the_data(draw):
    one, two = draw(0.02), draw(3.0)
    assert one.alt_text != two.alt_text
    assert "nan" not in one.alt_text


def test_seeds_that_left_are_counted():
    assert "one point 0.25 to ∞" in choices(np.inf).alt_text
    assert "toy ∞ to" in choices(0.1).alt_text
    assert "2 of 2 infinite at 30" in learning(np.inf).alt_text


def test_bad_shapes_are_named():
    with pytest.raises(ValueError, match="one point: expected x"):
        model_free.learning_curves({"toy": {"one point": (steps, np.ones((2, 4)))}}, 0.05)
    with pytest.raises(ValueError, match=r"errors: expected shape \(1, 3\), got \(2, 3\)"):
        model_free.rollout_tails([0.1], [2.0], np.ones((9, 1)), steps, np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"costs: expected shape \(roll-outs, 1\), got \(9, 2\)"):
        model_free.rollout_tails([0.1], [2.0], np.ones((9, 2)), steps, np.ones((1, 3)))


def test_the_number_of_roll_outs_that_is_needed_is_said():
    text = seen(3.0).alt_text
    assert "a_+^2 = 1.7: 10⁹ at 30" in text
    assert "N = 10^3: median 1 at 10 to 0.333 at 30" in text
