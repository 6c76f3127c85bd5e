"""Figures of the gradient and the Hessian: alt text follows the data, bad shapes are refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from lqrpapers.figures import derivatives

t = np.linspace(-1.0, 1.0, 41)
share = np.linspace(0.0, 1.0, 11)
rng = np.random.default_rng(0)


def models(scale: float) -> Figure:
    parabola = 3 + t + scale * t**2
    return derivatives.models_on_a_line(t, parabola, 3 + t, parabola, scale * t, scale * t, 2 * t)


def differences(scale: float) -> Figure:
    h = np.logspace(-8, -1, 20)
    error = scale * h**2 + 1e-16 / h
    return derivatives.difference_errors(h, {"central": error}, {"central": error})


def spread(scale: float) -> Figure:
    groups = [scale * rng.random(30) for _ in range(3)]
    return derivatives.spread_by_states(
        [1, 2, 3], {"quiet": groups, "noisy": groups}, "relative error", promised=1e-8
    )


def boundary(scale: float) -> Figure:
    formula = scale / (0.3 - t)
    return derivatives.cost_past_the_boundary(t, np.where(t < 0.3, formula, np.inf), formula, 0.3)


def spectrum(scale: float) -> Figure:
    values = np.stack([scale * (share - 0.55), 10 + share], axis=1)
    return derivatives.spectrum_on_a_path(share, values)


def steps(scale: float) -> Figure:
    gap = scale * 0.9 ** np.arange(20)
    return derivatives.steps_near_the_optimum({"1/λ": gap}, {"1/λ": gap})


def meta(scale: float) -> Figure:
    x = np.logspace(-2, 0, 5)
    return derivatives.meta_gradient_error(
        x, {"quiet": scale * rng.random((8, 5))}, (x, x, "Boeing")
    )


FIGURES = [models, differences, spread, boundary, spectrum, steps, meta]


@pytest.mark.parametrize("draw", FIGURES)
def test_alt_text_is_computed_from_the_data(draw: Callable[[float], Figure]) -> None:
    one, other = draw(1.0), draw(7.0)
    assert len(one.alt_text.split()) > 15  # type: ignore[attr-defined]
    assert one.alt_text != other.alt_text  # type: ignore[attr-defined]


@pytest.mark.parametrize("draw", FIGURES)
def test_axes_carry_labels_and_no_title(draw: Callable[[float], Figure]) -> None:
    for axes in draw(1.0).axes:
        assert axes.get_title() == ""
        assert axes.get_xlabel() and axes.get_ylabel()


@pytest.mark.parametrize("draw", FIGURES)
def test_curves_differ_in_marker_or_line_not_in_colour_alone(
    draw: Callable[[float], Figure],
) -> None:
    for axes in draw(1.0).axes:
        handles, _ = axes.get_legend_handles_labels()
        lines = [h for h in handles if hasattr(h, "get_marker")]
        looks = [(line.get_marker(), line.get_linestyle()) for line in lines]
        assert len(set(looks)) == len(looks)


def test_spectrum_says_how_many_eigenvalues_are_negative_and_until_where() -> None:
    text = spectrum(1.0).alt_text  # type: ignore[attr-defined]
    assert "negative at the start: 1, the least −0.55" in text
    assert "seen at 0.5 of the way" in text
    positive = derivatives.spectrum_on_a_path(share, np.ones((11, 2)))
    assert "none of them is negative" in positive.alt_text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: derivatives.models_on_a_line(t, t[1:], t, t, t, t, t),
            r"cost: expected x .* got \(41,\) and \(40,\)",
        ),
        (
            lambda: derivatives.models_on_a_line([], t, t, t, t, t, t),
            "step: expected shape",
        ),
        (lambda: derivatives.difference_errors(t, {"a": t}, {"b": t}), "promised"),
        (
            lambda: derivatives.spread_by_states([1, 2], {"a": [t]}, "x"),
            "a: expected .*samples, 2",
        ),
        (lambda: derivatives.cost_past_the_boundary(t, t, t, 0.0), "cost: expected finite"),
        (
            lambda: derivatives.spectrum_on_a_path(share, share),
            "eigenvalues: expected .*11, mn",
        ),
        (lambda: derivatives.steps_near_the_optimum({"a": t}, {"a": t[1:]}), "a: expected x"),
        (
            lambda: derivatives.meta_gradient_error(t, {"a": t}, (t, t, "b")),
            r"a: expected shape \(41, samples\), got \(41,\)",
        ),
    ],
)
def test_wrong_shapes_are_named(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
