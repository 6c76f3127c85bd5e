"""Three errata on x+ = u, against the formulas that the chapter derives by hand."""

import numpy as np
import pytest

from lqrpapers.studies.errata import printed_and_sharp


def test_the_printed_ratios_are_those_of_the_formulas():
    found = printed_and_sharp(20)
    _, r, printed, _ = found["E1 at $K = 1/2$"]
    np.testing.assert_allclose(printed, 2 / (1 + r / 4), rtol=1e-12)
    _, r, printed, _ = found["E2 at $K = 0$"]
    np.testing.assert_allclose(printed, 8 * (1 + r) / (15 * r), rtol=1e-9)
    _, c, printed, _ = found["E6 at $K = 0$"]
    np.testing.assert_allclose(printed, 4 * c / (4 * c + 4 * np.sqrt(2) * (3 * c - 1)), rtol=1e-9)


def test_the_sharp_bounds_hold_and_are_reached_where_the_printed_fail():
    for _, weight, printed, sharp in printed_and_sharp(20).values():
        assert weight.shape == printed.shape == sharp.shape == (20,)
        assert (sharp <= 1 + 1e-9).all() and sharp.max() > 0.3
        assert ((printed > 1) | (printed < 0)).any()
    assert printed_and_sharp(5)["E6 at $K = 0$"][0] == "$c$ (dimensionless)"
    with pytest.raises(KeyError):
        printed_and_sharp(5)["E3"]
