"""Figures of chapter 10: alt text follows the data, wrong shapes are refused."""

import numpy as np
import pytest

from lqrpapers.figures import zeroth_order
from lqrpapers.studies.query_errors import KINDS

X = np.array([1.0, 2.0, 4.0])


def panels(factor=1.0, width=3):
    samples = factor * np.ones((5, width)) / X[:width]
    first = zeroth_order.Errors(
        "queries",
        {"Stein": (X, samples)},
        {"Stein": (X, 1 / X), "bound": (X, 2 / X)},
        {"rule": (2, 3)},
    )
    return zeroth_order.error_panels({"here": first, "there": first}, "error", floor=1e-3)


def eigenvalues(factor=1.0, width=3):
    return zeroth_order.eigenvalues(
        X, {"few": {"as printed": -factor * np.ones(width), "Stein": X}}
    )


def printed(factor=1.0, width=3):
    measured = {"mean": -factor * np.ones((4, width)), "deviation": 1 / X}
    promised = {"mean": -np.ones(3), "deviation": 1 / X}
    return zeroth_order.printed_hessian(X, -1.0, measured, promised, 20)


def factors(factor=1.0, width=2):
    values = factor * np.random.default_rng(0).standard_normal(500)
    return zeroth_order.factors({"a": values, "b": values + 1}, [0.0, 1.0][:width])


def prices(factor=1.0, width=3):
    known = np.array([factor, 2.0, np.nan])[:width]
    return zeroth_order.price_of_certainty(10.0**-X, {"coin": known, "sum": known}, exact=["coin"])


def gradients(factor=1.0, width=3):
    measured = {kind: factor * np.ones((5, width)) / X[:width] for kind in ("bias", *KINDS)}
    formula = {kind: 1 / X for kind in measured}
    places = dict.fromkeys(("at $K_0$", "near $K^*$"), (X, (measured, formula)))
    return zeroth_order.gradient_errors(places, X, (measured, formula))


@pytest.mark.parametrize("draw", [panels, gradients, eigenvalues, printed, factors, prices])
def test_alt_text_follows_the_data_and_wrong_shapes_are_refused(draw):
    first, second = draw(), draw(1.5)
    assert first.alt_text != second.alt_text and len(first.alt_text) > 60
    with pytest.raises(ValueError, match="expected"):
        draw(1.0, 1)
