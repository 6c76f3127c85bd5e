"""Three errata on x+ = u, against the formulas that the chapter derives by hand."""

import numpy as np
import pytest

from lqrlib import systems
from lqrpapers.claims import check
from lqrpapers.studies.errata import QUANTITIES, both_lemmas, compared, printed_and_sharp


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
    assert printed_and_sharp(5)["E6 at $K = 0$"][0] == "$c$"
    with pytest.raises(KeyError):
        printed_and_sharp(5)["E3"]


def test_both_lemmas_join_their_cases_and_are_compared_quantity_by_quantity():
    cases = []
    for n in (1, 2):
        many = systems.random_ensemble(5, n, 1, n)
        cases.append((many, systems.random_stabilizing_gains(many, n), np.ones((1, n))))
    printed, sharp = both_lemmas(cases, "printed"), both_lemmas(cases, "sharp")
    assert {each.checked for each in (*printed["s1-lemma-5"], *sharp["s1-lemma-6"])} == {10}
    found = compared(printed, sharp)
    assert list(found) == list(QUANTITIES)
    assert all((new <= 1 + 1e-9).all() and (new > 0).all() for _, new in found.values())
    [alone] = check("e2", *cases[0])
    old, _ = found["change of cost\n$h_{cost}$"]
    np.testing.assert_array_equal(old[:5], alone.lhs / alone.rhs)
    twice, _ = found["gradient\n$h_G$"]
    corrected = both_lemmas(cases, "corrected")["s1-lemma-5"]["gradient"]
    np.testing.assert_allclose(twice, 2 * corrected.ratio, rtol=1e-9)
