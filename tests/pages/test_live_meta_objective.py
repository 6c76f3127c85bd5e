"""The MAML objective of chapter 8 as a reader meets it, and what it computes against lqrlib."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import pytest
from live_figure import LiveFigure
from live_scripts import Record, agree
from numpy.polynomial import Polynomial
from playwright.sync_api import Page

import lqrlib
from lqrlib import LQR, directions, maml
from lqrpapers.live import plain
from lqrpapers.live.meta_objective import DIFFERENCE, SHARE
from lqrpapers.studies.scalar_landscape import stationary_gains

PAGE, FIGURE = "chapters/08_tasks.html", "fig-08-scalar"
SCRIPTS = ("matrices", "page", "meta_objective")
SETTINGS = 300
STATIONARY = "all => all.map(one => LQR.meta_objective.stationary(...one))"


def families() -> Iterator[tuple[LQR, float, float]]:
    """Random families of 1 to 4 tasks with one state, gains and inner steps; half with noise."""
    rng = np.random.default_rng(812)
    while True:
        M = int(rng.integers(1, 5))
        A, B = rng.normal(0.3, 0.3, (M, 1, 1)), rng.uniform(0.5, 1.5, (M, 1, 1))
        Q, R, Sigma0 = rng.uniform(0.2, 3.0, (3, M, 1, 1))
        noise = {
            name: ([rng.uniform(0, 0.2)], [[[1.0]]]) for name in ("state_noise", "input_noise")
        }
        tasks = LQR(A, B, Q, R, Sigma0[0], **(noise if rng.random() < 0.5 else {}))
        K = lqrlib.optimal_gain(tasks).mean() + rng.normal(0, 0.3)
        if np.isfinite(lqrlib.cost(tasks, [[K]])).all():
            curvature = lqrlib.hessian_matrix(tasks, [[K]]).max()
            yield tasks, float(K), float(rng.uniform(0, 9) / curvature)


def mirrored(a: float) -> LQR:
    return LQR([[a]], [[[1.0]], [[-1.0]]], [[1.0]], [[1.0]])


def told(tasks: LQR) -> list[dict[str, Any]]:
    return [plain(tasks[i]) for i in range(tasks.batch_shape[0])]


@pytest.mark.browser
def test_objective_slope_and_adapted_gains_agree_with_lqrlib(
    scripts: Page, record_property: Record
) -> None:
    cases = [*islice(families(), SETTINGS)]
    given = [[told(tasks), K, step] for tasks, K, step in cases]
    found = scripts.evaluate("all => all.map(one => LQR.meta_objective.at(...one))", given)
    pairs: dict[str, list[Any]] = {"value": [], "adapted": [], "slope": []}
    for (tasks, K, step), seen in zip(cases, found, strict=True):
        value, adapted = maml.cost(tasks, [[K]], step), maml.adapted_gains(tasks, [[K]], step)
        assert np.isfinite(seen["value"]) == np.isfinite(value)
        if np.isfinite(adapted).all():
            pairs["adapted"].append(([task["adapted"] for task in seen["each"]], adapted.ravel()))
        if np.isfinite(value):
            h = 1e-5
            gains = K + h * np.array([-1.0, 0.0, 1.0])[:, None, None]
            low, slope, high = directions.meta_gradient(tasks, step)(gains).ravel()
            pairs["value"].append((seen["value"], value))
            pairs["slope"].append((seen["slope"], slope))
            assert seen["bend"] == pytest.approx((high - low) / (2 * h), rel=1e-3)
    for name, both in pairs.items():
        agree(name, both, record_property, least=201)


@pytest.mark.browser
def test_all_stationary_gains_of_one_task_are_found_and_are_between_opposite_slopes(
    scripts: Page,
) -> None:
    """With one task they are where J'' = 1/eta, and where the inner step ends in the optimum: roots
    of two polynomials, J = (1 + k^2) / D with D = 1 - (a - k)^2."""
    settings, expected = [], []
    for a, share in np.random.default_rng(813).uniform([0.0, 0.05], [0.9, 0.98], (100, 2)):
        task = LQR([[[a]]], [[1.0]], [[1.0]], [[1.0]])
        best = lqrlib.optimal_gain(task).item()
        step = share / lqrlib.hessian_matrix(task, [[best]]).item()
        N, D = Polynomial([1, 0, 1]), Polynomial([1 - a * a, 2 * a, -1])
        first = N.deriv() * D - N * D.deriv()  # J' = first / D^2
        second = first.deriv() * D - 2 * first * D.deriv()  # J'' = second / D^3
        k = Polynomial([0, 1])
        roots = np.r_[((k - best) * D**2 - step * first).roots(), (D**3 - step * second).roots()]
        real = np.sort(roots[abs(roots.imag) < 1e-9].real)
        settings.append((task, step))
        expected.append(real[np.isfinite(maml.cost(task, real[:, None, None], step))])
    seen = scripts.evaluate(STATIONARY, [[told(task), step] for task, step in settings])
    for (task, step), inside, found in zip(settings, expected, seen, strict=True):
        assert [point["k"] for point in found] == pytest.approx(inside.tolist(), abs=1e-6)
        for point in found:
            low, high = point["between"]
            assert 0 < high - low < 1e-15
            slopes = directions.meta_gradient(task, step)([[[low - 1e-9]], [[high + 1e-9]]])
            signs = [1, -1] if point["kind"] == "maximum" else [-1, 1]
            assert np.sign(slopes.ravel()).tolist() == signs
    assert max(map(len, seen)) == 5


@pytest.mark.browser
def test_stationary_gains_of_mirrored_tasks_are_those_of_lqrpapers(scripts: Page) -> None:
    """Minima and maxima alternate, from a minimum to a minimum, all over the sliders."""
    settings = [
        (float(a), float(s))
        for a in np.linspace(0.0, DIFFERENCE, 8)
        for s in np.linspace(0.0, SHARE, 26)
    ]
    cases = []
    for a, share in settings:
        tasks = mirrored(a)
        cases.append((tasks, share / lqrlib.hessian_matrix(tasks[0], [[0.0]]).item()))
    seen = scripts.evaluate(STATIONARY, [[told(tasks), step] for tasks, step in cases])
    for (a, share), found in zip(settings, seen, strict=True):
        kinds = [point["kind"] for point in found]
        assert kinds[::2] == ["minimum"] * (len(kinds) // 2 + 1), (a, share)
        assert kinds[1::2] == ["maximum"] * (len(kinds) // 2)
    for (a, _), (tasks, step), found in [*zip(settings, cases, seen, strict=True)][::9]:
        expected = stationary_gains(tasks, step, (1 - a) * np.tanh(np.linspace(-9, 9, 1000)))
        assert [point["k"] for point in found] == pytest.approx(expected.tolist(), abs=1e-7)


@pytest.mark.pages
@pytest.mark.browser
class TestFigure:
    """The figure in chapter 8, served and from disk."""

    def test_it_opens_at_one_proposition_and_a_choice_leads_to_the_other(
        self, figure: LiveFigure
    ) -> None:
        assert figure.sentence.startswith("The objective has 3 minima and 2 maxima.")
        assert "to 0: the cost goes from 1.67 to 1." in figure.sentence
        state = figure.state()
        assert state["step"] == pytest.approx(9 / 64, rel=1e-12)
        lowest = [point["k"] for point in state["points"] if point["kind"] == "minimum"]
        assert lowest == pytest.approx([-0.5, 0, 0.5], abs=1e-7)
        figure.it.get_by_text("two tasks").click()
        assert "The middle is a maximum (1.16)" in figure.drawn()
        state = figure.state()
        assert state["step"] == pytest.approx(27 / 296, rel=1e-12)
        assert state["tasks"] == told(mirrored(0.5))
        assert "The middle is a maximum (1.16)" not in figure.set(1, 0.2)
        assert "The middle is a maximum (1.16)" in figure.start_again()

    def test_no_step_one_minimum_and_past_the_bound_it_turns_red(self, figure: LiveFigure) -> None:
        text = figure.set(1, 0.0)
        assert "one minimum, in the middle (1)" in text and "Without an inner step" in text
        assert figure.over() == 0
        assert "1.5 times 1/J″(0), longer than the propositions assume" in figure.set(1, SHARE)
        assert figure.over() == 1

    def test_arrow_keys_move_the_gain(self, figure: LiveFigure) -> None:
        assert "gain that you drag, 0.5," not in figure.press("Shift+ArrowLeft")
        assert "does not stabilize the task" in figure.press("Shift+ArrowRight", 30)

    def test_its_sentence_has_words_everywhere(self, figure: LiveFigure) -> None:
        script = """([all, shares]) => all.flatMap(a => shares.map(share => {
          const view = LQR.views['fig-08-scalar'];
          const [first, second] = view.box.querySelectorAll('.lqr-live-slider input');
          [first.value, second.value] = [a, share];
          view.draw();
          return [a, share, view.text.textContent];
        }))"""
        shares = [0.0, 1e-3, 0.3, 0.5625, 0.999, 1.0, 1.2, SHARE]
        told = figure.page.evaluate(script, [[0.0, 0.01, 0.1, 0.35, 0.5, DIFFERENCE], shares])
        assert len(told) == 48
        for a, share, text in told:
            assert text.startswith("The objective has ") and text.endswith("."), (a, share)
            assert "NaN" not in text and "undefined" not in text, (a, share, text)
            assert ("longer than the propositions" in text) == (share > 1), (a, share, text)

    def test_it_fits_a_phone_and_print_has_the_picture(self, figure: LiveFigure) -> None:
        figure.fits_a_phone()
        figure.prints_its_picture()
