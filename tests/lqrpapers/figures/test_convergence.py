"""Figures of convergence say in words what they show and refuse what they cannot draw."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from lqrpapers.figures import convergence
from lqrpapers.recorded import s2

METHODS = ["gradient", "natural_gradient", "gauss_newton"]


def falling(rate, steps=30):
    return rate ** np.arange(steps + 1.0)


def race(rate=0.5):
    gaps = dict.fromkeys(METHODS, 7 * falling(rate))
    return convergence.race(gaps, dict.fromkeys(METHODS, 0.1))


def ratios(least=2.0):
    values = dict.fromkeys(METHODS, np.linspace(least, 9, 60).reshape(6, 10))
    return convergence.ratios_by_size([1, 2, 4], values, "ratio")


def under_noise(last=0.1):
    steps = {name: np.linspace(1, last, 5) for name in METHODS}
    return convergence.steps_under_noise(np.linspace(0, 2, 5), steps, steps)


def figure_2(end=0.25):
    gaps = {}
    for name, curve in s2.FIGURE_2.items():
        steps = max(curve.gaps)
        gaps[name] = 5 * (end / 5) ** np.linspace(0, 1, steps + 1)[:, None] * np.ones(4)
    return convergence.figure_2(gaps, s2.FIGURE_2)


def successive(slope=2.0):
    before = np.logspace(-6, -1, 20)
    return convergence.successive_gaps({"gauss_newton": (before, before**slope)})


def needed(steps=37.0):
    constant = dict.fromkeys(METHODS, np.array([np.inf, np.inf, 900.0]))
    return convergence.steps_needed(constant, dict.fromkeys(METHODS, np.full(3, steps)), 5000)


@pytest.mark.parametrize(
    ("draw", "other", "words"),
    [
        (
            race,
            0.4,
            "to 9.31·10⁻¹⁰ at 30; gradient, promised: 1 at 0 to 0.0424 at 30",
        ),
        (ratios, 3.0, "Gauss–Newton 6.09 to 8.47"),
        (under_noise, 0.2, "promised: 1 at 0 to 0.1 at 2"),
        (figure_2, 0.5, "Gauss–Newton 5 to 0.25"),
        (successive, 1.5, "fitted slope 2.00"),
        (needed, 38.0, "median more than the run, 2 systems not there at the end"),
    ],
)
def test_alt_text_follows_the_data(draw, other, words):
    figure = draw()
    assert isinstance(figure, Figure)
    assert words in figure.alt_text
    assert draw(other).alt_text != figure.alt_text


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: convergence.race({}, {}), "expected methods among"),
        (lambda: convergence.race({"newton": falling(0.5)}, {}), "expected methods among"),
        (lambda: convergence.race({"gradient": falling(0.5)}, {}), "expected the names"),
        (
            lambda: convergence.race({"gradient": np.ones((3, 4))}, {"gradient": 0.1}),
            "gradient: expected shape",
        ),
        (
            lambda: convergence.ratios_by_size([1, 2, 4], {"gradient": np.ones((2, 4))}, "ratio"),
            r"gradient: expected \(2, 3, S\)",
        ),
        (
            lambda: convergence.steps_under_noise(
                np.ones(3), {"gradient": np.ones(2)}, {"gradient": np.ones(3)}
            ),
            "gradient, promised: expected x",
        ),
        (lambda: convergence.figure_2({"gradient": np.ones((3, 4))}, {}), "expected the names"),
        (
            lambda: convergence.figure_2(
                {"gradient": np.ones(3)}, {"gradient": s2.FIGURE_2["gradient"]}
            ),
            "gradient: expected shape",
        ),
        (
            lambda: convergence.successive_gaps({"gradient": (np.ones(2), np.zeros(2))}),
            "gradient: expected positive numbers",
        ),
        (
            lambda: convergence.steps_needed(
                {"gradient": np.ones((2, 2))}, {"gradient": np.ones(2)}, 10
            ),
            "gradient: expected shape",
        ),
    ],
)
def test_bad_data_are_refused_with_a_clear_message(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
