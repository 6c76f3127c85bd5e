"""Statements as people print them."""

import re

import pytest

from lqrpapers.claims.signs import LETTERS, as_html
from lqrpapers.claims.statements import STATEMENTS


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("tr(P_K Sigma0)", "tr(P<sub>K</sub> Σ<sub>0</sub>)"),
        ("||grad C||_F^2 <= 4", "‖∇C‖<sub>F</sub><sup>2</sup> ≤ 4"),
        ("sum_k epsilon_k h^k_het", "∑<sub>k</sub> ε<sub>k</sub> h<sup>k</sup><sub>het</sub>"),
        ("R_K* but F_K*(P)", "R<sub>K*</sub> but F<sub>K</sub>*(P)"),
        ("F_K's D'E_K in two tasks' sets", "F<sub>K</sub>'s D′E<sub>K</sub> in two tasks' sets"),
        ("1 - sqrt(eta_l), s < 1", "1 − √(η<sub>l</sub>), s &lt; 1"),
        ("the sum of eta, a Gauss-Newton step", "the sum of η, a Gauss–Newton step"),
        ("W (x) P_K >= 0, an m x m matrix", "W ⊗ P<sub>K</sub> ≥ 0, an m × m matrix"),
        ("S2 Lemma 3.2, Theorem 3.6. Lemma 8.", "S2 Lemma 3.2, S2 Theorem 3.6. Lemma 8."),
    ],
)
def test_signs_stand_for_their_names(plain, shown):
    assert as_html(plain) == shown


def test_no_statement_of_the_book_keeps_a_name_of_a_sign():
    names = rf"(?<![a-zA-Z])({'|'.join(LETTERS)}|sqrt|Hess)(?![a-z])|\|\||[<>]=|\(x\)|\w_\w"
    found = {id: re.findall(names, as_html(text)) for id, (_, text) in STATEMENTS.items()}
    assert {id: kept for id, kept in found.items() if kept} == {}
