"""Two tasks of one state and MAML's gain for both: against lqrlib, and on the page of chapter 9."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from live_figure import NONSENSE, LiveFigure
from live_scripts import Record, agree, each
from playwright.sync_api import Page
from scipy.optimize import brentq

import lqrlib
from lqrlib import LQR, directions, maml
from lqrpapers.constants import heterogeneity, meta, printed
from lqrpapers.live import plain
from lqrpapers.studies.meta_bias import hessian_norm
from lqrpapers.studies.stationary import stationary_gain

PAGE, FIGURE = "chapters/09_model_based_maml.html", "fig-09-two-tasks"
SCRIPTS, SETTINGS = ("matrices", "page", "bias"), 240
RUN = """settings => settings.map(([tasks, k, relative]) => {
  const B = LQR.bias, pair = B.tasksAt({ tasks, drawn: 1 }, 1), common = B.common(pair, relative);
  const { cost, slope } = B.meta(pair, k, common.eta), walk = B.descend(pair, k, common.eta, 40);
  return {
    cost: pair.map(task => B.at(task, k).cost), slope: pair.map(task => B.at(task, k).slope),
    curvature: pair.map(task => B.at(task, k).curvature), best: pair.map(task => B.best(task).k),
    gap: pair.map(task => B.gap(task, k)), meta_cost: cost, meta_slope: slope, path: walk.path,
    common: common.k, eta: common.eta, gaps: common.gaps, kappa: common.kappa,
    promised: isFinite(common.promised) ? common.promised : null,
  };
})"""
NAMES = ("cost", "slope", "curvature", "best", "gap", "meta_cost", "meta_slope")
NAMES += ("common", "eta", "gaps", "kappa", "promised")
Found = list[tuple[dict[str, Any], dict[str, Any]]]


def settings() -> Iterator[tuple[LQR, float, float]]:
    """Two random tasks, a gain that stabilizes both, and an inner step over the curvature's one."""
    seed = 0
    for _ in range(SETTINGS):
        while True:
            rng, seed = np.random.default_rng([12, seed]), seed + 1
            first = np.append(rng.uniform(-1.2, 1.2), rng.uniform(0.4, 1.5, 4))
            second = first + 10 ** rng.uniform(-2, -0.6) * rng.uniform(-1, 1, 5)
            a, b, q, r, s = np.stack([first, second], axis=1)[..., None, None]
            tasks = LQR(a, b, q, r, s)
            k = float(lqrlib.optimal_gain(tasks).mean() + rng.uniform(-0.2, 0.2))
            if lqrlib.is_stabilizing(tasks, [[k]]).all():
                break
        yield tasks, k, 10 ** rng.uniform(-3, -0.5)


def expected(tasks: LQR, k: float, relative: float) -> dict[str, Any]:
    """What the scripts are to find."""
    own = lqrlib.optimal_gain(tasks)
    average = stationary_gain(tasks, own.mean(axis=0), 0.0)
    eta = float(relative / hessian_norm(tasks, average))

    def slope(k: float) -> float:
        return float(maml.gradient(tasks, [[k]], eta)[0, 0])

    middle = float(stationary_gain(tasks, average, eta)[0, 0])
    least = brentq(slope, middle - 1e-6, middle + 1e-6, xtol=1e-16, rtol=1e-15)
    at, here = lqrlib.at_gain(tasks, [[least]]), lqrlib.at_gain(tasks, [[k]])
    adapted = maml.adapted_gains(tasks, [[least]], eta)
    ends = [at.hessian_matrix, lqrlib.hessian_matrix(tasks, adapted)]
    kappa = float(meta.kappa(eta, np.max(ends)))
    f = heterogeneity.frobenius_distances(at.gradient).mean(axis=-1)
    b = (1 + kappa) / (1 - kappa) * f
    return {
        "cost": here.cost,
        "slope": here.gradient.ravel(),
        "curvature": here.hessian_matrix.ravel(),
        "best": own.ravel(),
        "gap": here.gap,
        "meta_cost": maml.cost(tasks, [[k]], eta),
        "meta_slope": slope(k),
        "common": least,
        "eta": eta,
        "gaps": at.gap,
        "kappa": kappa,
        "promised": (b**2 / printed.gradient_domination(tasks, [[least]])).max(),
    }


@pytest.fixture(scope="module")
def pairs(scripts: Page) -> Found:
    """What the scripts find, and what lqrlib does, in every setting."""
    cases = list(settings())
    told = [[[plain(tasks[0]), plain(tasks[1])], k, relative] for tasks, k, relative in cases]
    found = scripts.evaluate(RUN, told)
    return [(one, expected(*case) | {"case": case}) for one, case in zip(found, cases, strict=True)]


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_costs_gains_and_promises_agree_with_lqrlib(
    pairs: Found, name: str, record_property: Record
) -> None:
    both = [(f[name], t[name]) for f, t in pairs if name != "promised" or t["kappa"] < 1]
    # gains and slopes pass through zero: theirs are told against one
    least = 1.0 if name in ("slope", "best", "meta_slope", "common") else 0.0
    agree(name, both, record_property, lambda found, true: each(found, true, least))


@pytest.mark.browser
def test_the_bias_is_never_more_than_promised(pairs: Found) -> None:
    ratios = [max(f["gaps"]) / f["promised"] for f, _ in pairs if f["promised"] is not None]
    print(f"bias over promise: {max(ratios):.2f} at the most in {len(ratios)} settings")
    assert len(ratios) >= 200 and max(ratios) <= 1


@pytest.mark.browser
def test_the_descent_takes_the_longest_step_of_the_theorem(pairs: Found) -> None:
    for found, true in pairs[::6]:
        tasks, k, _ = true["case"]
        L = found["meta_slope"] / (k - found["path"][1])
        grid = np.linspace(k - 3, k + 3, 20001)[:, None, None]
        costs = lqrlib.cost(tasks, grid[:, None])
        inside = costs <= lqrlib.cost(tasks, [[k]])
        curved = max(
            lqrlib.hessian_matrix(tasks[i], grid[inside[:, i]]).max(initial=0.0) for i in range(2)
        )
        assert 0.98 * L < curved <= L * (1 + 1e-6)
        descent = directions.meta_gradient(tasks, found["eta"])
        gains = lqrlib.descend(descent, [[k]], 1 / L, len(found["path"]) - 1).gains.ravel()
        assert np.abs(gains - found["path"]).max() < 1e-9


@pytest.mark.pages
@pytest.mark.browser
class TestBias:
    """The figure in chapter 9, served and from disk."""

    def test_the_sentence_tells_heterogeneity_bias_and_promise(self, figure: LiveFigure) -> None:
        before = "At heterogeneity 0.5 the tasks' best gains are 0 and 0.27;"
        assert figure.sentence.startswith(before)
        told, found = figure.set(0, -2), figure.state()["found"]
        assert found["bias"] < found["promised"] and "The promise is" in told
        assert found["bias"] == pytest.approx(1.25e-5, rel=0.02)  # slope 2 from 1.25e-9 at 1e-4

    def test_a_long_inner_step_turns_red_and_has_no_promise(self, figure: LiveFigure) -> None:
        claim = figure.it.locator(".lqr-live-claim")
        assert figure.over() == 0
        theorem = claim.locator("a").get_attribute("href") or ""
        assert figure.has(theorem)
        told = figure.set(1, np.log10(0.6))
        assert figure.over() == 1
        assert "exceeds (√2 − 1)/L by" in (claim.text_content() or "")
        assert "promises nothing for this inner step" in told

    def test_at_all_ends_of_the_sliders_it_says_something_sensible(
        self, figure: LiveFigure
    ) -> None:
        told = {figure.sentence}
        for differ, inner in ((-9, -9), (-9, 9), (9, -9), (9, 9)):
            figure.set(0, differ)
            told.add(figure.set(1, inner))
        assert len(told) == 5
        assert not any(wrong in line for line in told for wrong in NONSENSE)

    def test_arrow_keys_move_the_start_up_to_another_minimum(self, figure: LiveFigure) -> None:
        told = figure.sentence
        assert "From 0.6 the descent ends there after" in told
        for _ in range(12):  # 0.87, beyond the hill of the objective, is some presses away
            if "the descent ends there" in told:
                told = figure.press("Shift+ArrowRight")
        assert "the descent ends elsewhere, at 0.9" in told

    def test_a_phone_shows_it_and_print_the_picture(self, figure: LiveFigure) -> None:
        figure.fits_a_phone()
        figure.prints_its_picture()
