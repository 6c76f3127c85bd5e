"""Figures of model-based MAML say in words what they show and refuse what they cannot draw."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import lqrlib
from lqrpapers.figures import maml


def runs(last=2.0):
    lost = np.array([9.0, 20.0, np.inf, np.inf])
    return maml.runs({"exact": lost, "none": np.array([9.0, 5.0, 3.0, last])}, 1.0)


def objectives(top=9.0):
    family = lqrlib.LQR([[[0.0]]], [[1.0]], [[top]], [[1.0]])
    x = np.linspace(-0.9, 0.9, 50)
    line = maml.Line(family, 0.0, 1.0, x, 1e-3, {"$k^*$": 0.0}, "gain")
    return maml.objectives({"one": line, "two": line})


def outcomes(good=0.5):
    steps = np.geomspace(1e-7, 1e-5, 5)
    finals = {"exact": np.array([good, good, np.inf, np.inf, 5.0]), "none": np.full(5, good)}
    return maml.outcomes(steps, finals, 1e-6, 8e-6, 1.0)


def by_size(high=3.0):
    values = np.linspace(1, high, 30).reshape(3, 10)
    panels = {"ratio": {"printed": values, "sharp": 2 * values}, "bias": {"local": values}}
    return maml.by_size(np.array([1, 2, 4]), panels)


def theorem_runs(rate=0.9):
    run = maml.Run(0.8 ** np.arange(30), rate ** np.arange(60))
    return maml.theorem_runs({"one": {"printed": run, "sharp": run}, "two": {"sharp": run}})


def bias(slope=2.0, common=0.5):
    levels = np.geomspace(1e-4, 1, 9)
    values = levels[:, None] ** slope * np.array([1.0, 2.0, 3.0])
    values[-1, 0] = np.nan
    none = np.full(3, np.inf)
    lost = maml.Sweep(levels, values, 9 * values, np.full(3, 0.1), np.full(3, common))
    kept = maml.Sweep(levels, values, 9 * values, none, none)
    return maml.bias({"system": lost, "cost": kept})


DRAWN = [
    (runs, 1.5),
    (objectives, 20.0),
    (outcomes, 0.7),
    (by_size, 5.0),
    (theorem_runs, 0.95),
    (bias, 1.5),
]


@pytest.mark.parametrize(("draw", "other"), DRAWN)
def test_alt_text_follows_the_data(draw, other):
    figure, changed = draw(), draw(other)
    assert isinstance(figure, Figure)
    assert len(figure.alt_text) > 60 and "$" not in figure.alt_text
    assert figure.alt_text != changed.alt_text
    for axes in figure.axes:
        assert axes.get_xlabel() and axes.get_title() == ""


def test_what_is_lost_is_said():
    assert "Hessian operator: 9 at 0 to 20 at 1, infinite from 2 on" in runs().alt_text
    assert "failing" in outcomes().alt_text
    assert "every common gain lost between 0.5 and 0.5" in bias().alt_text


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: maml.runs({"guess": np.ones(3)}, 1.0), "expected variants among"),
        (lambda: maml.runs({"exact": np.array([np.inf, 1.0])}, 1.0), "finite start"),
        (lambda: maml.outcomes(np.ones(3), {"exact": np.ones(2)}, 1.0, 1.0, 1.0), "expected shape"),
        (lambda: maml.by_size(np.arange(3), {"x": {"sharp": np.ones((2, 2))}}), "shape"),
        (lambda: maml.by_size(np.arange(3), {"x": {"guess": np.ones((3, 2))}}), "kinds"),
        (
            lambda: maml.theorem_runs({"a": {"sharp": maml.Run(np.ones((2, 2)), np.ones(3))}}),
            r"a, sharp: expected shape \(T \+ 1,\)",
        ),
        (
            lambda: maml.bias(
                {"other": maml.Sweep(*(np.ones((2, 1)),) * 3, np.ones(1), np.ones(1))}
            ),
            "settings",
        ),
        (
            lambda: maml.bias(
                {"both": maml.Sweep(np.ones(3), *(np.ones((2, 1)),) * 2, *(np.ones(1),) * 2)}
            ),
            r"both: expected shape \(3, 1\)",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_run_counts_where_it_exceeds_its_promise():
    assert maml.Run(np.array([1.0, 0.5, 0.4]), np.array([1.0, 0.4, 0.3, 0.2])).broken == 2
    assert maml.Run(np.array([1.0, 0.3]), np.array([1.0, 0.4, 0.3])).broken == 0
