"""The tail of a one-state roll-out's cost: its equations, and the figure of chapter 7."""

import numpy as np
import pytest
from live_figure import LiveFigure
from live_scripts import Record, agree, each
from playwright.sync_api import Page
from scipy.optimize import brentq
from scipy.special import gammaln, hyp1f1

import lqrlib
from lqrlib import LQR, systems
from lqrpapers.studies.tails import fourth_moment_radius, tail_exponent

PAGE, FIGURE = "chapters/07_model_free.html", "fig-07-tails"
SCRIPTS = ("matrices", "equations", "page", "marks", "drawing", "handle", "tail")
SETTINGS, ZERO = 300, [[0.0]]


def log_moment(k: float, a: float, v: float) -> float:
    """log E |a + s xi|^(2k), by Kummer's function."""
    x = a * a / (2 * v)
    total = (
        k * np.log(2 * v) + gammaln(k + 0.5) - gammaln(0.5) - x + np.log(hyp1f1(k + 0.5, 0.5, x))
    )
    return float(total)


def exponent(a: float, v: float) -> float:
    """The positive k at which that is zero."""
    high = 1.0
    while log_moment(high, a, v) < 0:
        high *= 2
    low = high
    while log_moment(low, a, v) > 0:
        low /= 2
    return float(brentq(log_moment, low, high, args=(a, v), xtol=1e-14, rtol=1e-14))


@pytest.mark.browser
def test_tails_and_moments_agree(scripts: Page, record_property: Record) -> None:
    """On both sides of both edges."""
    rng = np.random.default_rng(7)
    cases = rng.uniform([-0.95, 0.02], [0.95, 1.2], (SETTINGS, 2)).tolist()
    found = scripts.evaluate(
        """cases => cases.map(([a, v]) => ({
             ...LQR.tail.moments(a, v), kappa: LQR.tail.exponent(a, v),
             edges: [LQR.tail.meanEdge(a), LQR.tail.varianceEdge(a)] }))""",
        cases,
    )
    a, v = np.transpose(cases)
    A, ones = a[:, None, None], np.ones((SETTINGS, 1, 1))
    noise = v[:, None], ones[..., None]
    means = lqrlib.cost(LQR(A, ones, ones, ones, state_noise=noise), ZERO)
    assert (np.isfinite(means) == (a * a + v < 1)).all()
    assert [it["mean"] < np.inf for it in found] == np.isfinite(means).tolist()
    problems = [systems.scalar(a, 1.0, 1.0, 1.0, state_variance=v) for a, v in cases]
    fourths = [fourth_moment_radius(problem, ZERO) for problem in problems]
    assert [it["deviation"] < np.inf for it in found] == [fourth < 1 for fourth in fourths]
    finite = [(it["mean"], mean) for it, mean in zip(found, means, strict=True) if mean < np.inf]
    agree("mean", finite, record_property, each, least=100)
    true = {"m4": fourths, "kappa": [exponent(*case) for case in cases]}
    for name, values in true.items():
        both = [(it[name], value) for it, value in zip(found, values, strict=True)]
        agree(name, both, record_property, each)
    moments = [
        (np.exp([log_moment(k, a, edge) for k, edge in zip((1, 2), it["edges"], strict=True)]), 1)
        for (a, _), it in zip(cases, found, strict=True)
    ]
    agree("edges", moments, record_property, each)


@pytest.mark.browser
def test_exponents_are_those_of_the_chapter(scripts: Page) -> None:
    cases = [(0.5, 0.1), (0.5, (np.sqrt(13.5) - 1.5) / 6), (0.5, 0.6), (-0.8, 0.3), (0.0, 0.9)]
    found = scripts.evaluate("cases => cases.map((it) => LQR.tail.exponent(...it))", cases)
    for (a, v), kappa in zip(cases, found, strict=True):
        problem = systems.scalar(a, 1.0, 1.0, 1.0, state_variance=float(v))
        assert kappa == pytest.approx(tail_exponent(problem, ZERO), rel=1e-9)
    ends = "[LQR.tail.exponent(0.5, 0), LQR.tail.exponent(0.5, 1e-4), LQR.tail.exponent(1.5, 0.1)]"
    assert scripts.evaluate(ends) == [np.inf, np.inf, pytest.approx(0, abs=1e-12)]


@pytest.mark.browser
def test_the_deviation_is_that_of_simulated_costs(scripts: Page) -> None:
    a, v, rng = 0.3, 0.1, np.random.default_rng(1)
    rest = np.ones(400_000)
    for _ in range(60):
        rest = 1 + (a + v**0.5 * rng.standard_normal(len(rest))) ** 2 * rest
    costs = rng.standard_normal(len(rest)) ** 2 * rest
    assert scripts.evaluate(f"LQR.tail.moments({a}, {v}).deviation") == pytest.approx(
        costs.std(), rel=0.02
    )


@pytest.mark.browser
def test_without_a_variance_an_average_misses_what_is_rare(scripts: Page) -> None:
    """A Pareto tail, (1/z)^1.5 from z = 1 on, with mean 3: the median error of many averages."""
    found = scripts.evaluate(
        "LQR.tail.error({ mean: 3, deviation: Infinity }, 1.5, [10 ** (2 / 3), 0.1], 1000)"
    )
    costs = np.random.default_rng(2).uniform(size=(2000, 1000)) ** (-1 / 1.5)
    measured = np.median(np.abs(costs.mean(axis=1) / 3 - 1))
    assert found == pytest.approx(3 * 1000 ** (2 / 3) / 1000 / 3, rel=1e-12)
    assert 0.5 < measured / found < 1.2
    needed = "LQR.tail.needed({ mean: 3, deviation: Infinity }, 1.5, [10 ** (2 / 3), 0.1], 0.1)"
    assert scripts.evaluate(needed) == pytest.approx(1000, rel=1e-12)


@pytest.mark.pages
@pytest.mark.browser
class TestFigure:
    """The figure in chapter 7, served and from disk."""

    def test_keys_lead_through_the_three_regions(self, figure: LiveFigure) -> None:
        assert figure.sentence.startswith("The mean is finite, 6.67 times the first step's")
        assert figure.over() == 1
        assert "Mean and variance are finite" in figure.press("Shift+ArrowDown", 6)
        assert figure.over() == 0
        assert "The mean is infinite" in figure.press("Shift+ArrowUp", 14)
        assert figure.over() == 1
        assert "The mean is finite, 6.67" in figure.start_again()

    def test_more_roll_outs_help_slowly(self, figure: LiveFigure) -> None:
        before = figure.state()
        assert "100,000 roll-outs" in figure.set(0, 5)
        after = figure.state()
        assert after["off"] / before["off"] == pytest.approx(100 ** (1 / before["kappa"] - 1))

    def test_every_corner_of_the_plane_has_its_words(self, figure: LiveFigure) -> None:
        told = figure.page.evaluate(f"""() => {{ const view = LQR.views['{FIGURE}'], told = [];
          for (const x of [0, 0.5, 0.95]) for (const y of [0, 1e-4, 0.04, 0.09, 0.97, 1.2]) {{
            view.setting.value = [x, y]; view.draw(); told.push(view.text.textContent); }}
          return told; }}""")
        assert all("NaN" not in it and "undefined" not in it and len(it) > 60 for it in told)
        assert "no tail to speak of" in told[0] and told[-1].startswith("The mean is infinite")

    def test_it_is_as_narrow_as_a_phone_and_printed_as_a_picture(self, figure: LiveFigure) -> None:
        figure.fits_a_phone()
        figure.prints_its_picture()
