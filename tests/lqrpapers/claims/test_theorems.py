"""A result on one page: statement, forms, code, and the verdicts of what was checked."""

import dataclasses

import pytest

from lqrlib import systems
from lqrpapers.claims import check, theorem

CASE = systems.double_integrator(), [[0.4, 0.8]]


def test_statement_forms_and_code_stand_together():
    page = theorem("s1-lemma-5")
    assert page.statement.startswith("Lemma 5 (TR Lemma 14) (s1-lemma-5): Gradient, Hessian")
    assert set(page.forms) == {"printed", "corrected", "sharp"}
    # One function evaluates all forms.
    assert page.source.count("def ") == 1 and "constants.hessian_bound(at)" in page.source
    text = repr(page)
    assert all(part in text for part in (page.statement, "Forms: ", "sharp", page.source))


def test_an_erratum_shows_the_code_of_the_result_it_corrects():
    assert "def uniform_bounds" in theorem("e1").source


def test_a_result_checks_itself_and_shows_its_verdicts():
    page = theorem("s1-lemma-5")
    assert page.verdicts == ()
    found = page.check(*CASE, form="sharp")
    assert found["gain"].lhs == check("s1-lemma-5", *CASE, form="sharp")["gain"].lhs
    wrong = dataclasses.replace(found["gain"], rhs=found["gain"].lhs / 2)
    holds, fails = theorem("s1-lemma-5", (found["gradient"], wrong)).verdicts
    assert holds.startswith("sharp, gradient: holds in all of 1 cases, largest ratio 0.")
    assert fails == "sharp, gain: fails in 1 of 1 cases, largest ratio 2"
    assert fails in repr(theorem("s1-lemma-5", (wrong,)))


def test_the_page_is_plain_html():
    page = theorem("s1-lemma-5", check("s1-lemma-5", *CASE))._repr_html_()
    assert page.count("<li>") == 3 and "||grad J||_F &lt;= h_G" in page
    assert "<details><summary>Code</summary><pre><code>@claim(&quot;s1-lemma-5&quot;" in page


def test_what_is_no_result_or_another_is_refused():
    with pytest.raises(ValueError, match=r"id: expected one of .*s2-lemma-3\.2"):
        theorem("lemma 5")
    with pytest.raises(ValueError, match="checks: expected those of e1"):
        theorem("e1", check("s1-lemma-7", *CASE))
