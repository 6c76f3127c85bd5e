"""The stable set of chapter 4 as a reader meets it, and what it computes against lqrlib."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from live_figure import LiveFigure
from live_scripts import Record, agree
from playwright.sync_api import Page

import lqrlib
from lqrlib import LQR
from lqrlib.matrix_equations import closed_loop
from lqrpapers.live import plain

PAGE, FIGURE = "chapters/04_mean_square_stability.html", "fig-04-map"
SCRIPTS = ("matrices", "equations", "page", "marks", "stable_set")
SETTINGS = 200
EVALUATE = """settings => settings.map(([problem, alpha, beta, K, x]) => {
  const S = LQR.stableSet, now = S.noisy(problem, alpha, beta), last = S.last(problem, alpha);
  return { level: S.level(problem, alpha, K), moments: S.moments(now, K, x, 30),
    radius: LQR.equations.meanSquareRadius(now, K), last_level: last.level, last_gain: last.K[0] };
})"""
VIEW = "() => { const it = LQR.views['fig-04-map'].state(); return { ...it, grid: [...it.grid] } }"
TRIANGLE = "a perfect motor allows"


def with_noise(problem: LQR, alpha: float, beta: float) -> LQR:
    """The same with other variances of its one noise on the state and of that on the input."""
    state, steer = problem.state_noise.directions, problem.input_noise.directions
    return problem.replace(state_noise=([alpha], state), input_noise=([beta], steer))


def settings() -> Iterator[tuple[LQR, float, float, Any, Any]]:
    """Systems of 2 to 4 states, variances, a gain and a state from which moments start.

    The gain is the best for some noise, and not far from it, so that its mean is stable.
    """
    seed, found = 0, 0
    while found < SETTINGS:
        rng, n = np.random.default_rng([seed, 4]), 2 + seed % 3
        seed += 1
        A, b = rng.standard_normal((n, n)), rng.standard_normal((n, 1))
        A *= rng.uniform(1.05, 1.5) / np.abs(np.linalg.eigvals(A)).max()
        noise = ([0.0], rng.standard_normal((1, n, n))), ([0.0], b[None])
        quiet = LQR(A, b, np.eye(n), [[1.0]], state_noise=noise[0], input_noise=noise[1])
        alpha, beta = rng.uniform(0, 0.02), rng.uniform(0, 1)
        K = lqrlib.optimal_gain(quiet)
        K = K + 0.1 * rng.uniform(0, 1) * np.linalg.norm(K) * rng.standard_normal(K.shape)
        if lqrlib.mean_square_radius(with_noise(quiet, alpha, 0.0), K) < 1:
            found += 1
            yield quiet, alpha, beta, K, rng.standard_normal(n)


def expected(problem: LQR, alpha: float, beta: float, K: Any, x: Any) -> dict[str, Any]:
    """What the scripts are to find, from lqrlib."""
    now, b = with_noise(problem, alpha, beta), problem.B
    S = closed_loop(with_noise(problem, alpha, 0.0), K).solve(b @ b.T)
    moment, moments = np.outer(x, x), []
    for _ in range(31):
        moments.append(np.trace(moment))
        moment = closed_loop(now, K).apply(moment)
    found = {"level": 1 / (K @ S @ K.T)[0, 0], "moments": np.array(moments)}
    return found | {"radius": float(lqrlib.mean_square_radius(now, K))}


@pytest.fixture(scope="module")
def pairs(scripts: Page) -> list[tuple[Any, dict[str, Any], dict[str, Any]]]:
    """Each setting, what the scripts find there, and what lqrlib does."""
    cases = list(settings())
    told = [[plain(p), alpha, beta, K.tolist(), list(x)] for p, alpha, beta, K, x in cases]
    found = scripts.evaluate(EVALUATE, told)
    return [(case, f, expected(*case)) for case, f in zip(cases, found, strict=True)]


@pytest.mark.browser
@pytest.mark.parametrize("name", ["level", "moments", "radius"])
def test_what_it_computes_agrees_with_lqrlib(
    pairs: Any, name: str, record_property: Record
) -> None:
    agree(name, [(found[name], true[name]) for _, found, true in pairs], record_property)


@pytest.mark.browser
def test_a_gain_stabilizes_up_to_its_level_and_no_gain_beyond_the_last(pairs: Any) -> None:
    for (problem, alpha, _, K, _), found, _ in pairs:
        for share, stable in ((1 - 1e-6, True), (1 + 1e-6, False)):
            noisy = with_noise(problem, alpha, share * found["level"])
            assert bool(lqrlib.is_stabilizing(noisy, K)) is stable
        last = np.array([found["last_gain"]])
        assert found["last_level"] >= found["level"] * (1 - 1e-9)
        assert lqrlib.is_stabilizing(
            with_noise(problem, alpha, 0.999999 * found["last_level"]), last
        )
    for (problem, alpha, *_), found, _ in pairs[:10]:
        with pytest.raises(lqrlib.NotStabilizableError):
            lqrlib.solve(with_noise(problem, alpha, 1.01 * found["last_level"]))


@pytest.mark.browser
def test_a_short_logarithmic_axis_has_ticks_at_1_2_and_5(scripts: Page) -> None:
    assert scripts.evaluate("LQR.ticks(0.8, 28, true)") == [1, 2, 5, 10, 20]
    assert scripts.evaluate("LQR.ticks(0.1, 0.7, true)") == [0.1, 0.2, 0.5]
    assert scripts.evaluate("LQR.ticks(2, 8, true)") == [2, 5]


@pytest.mark.pages
@pytest.mark.browser
class TestStableSet:
    """The figure in the chapter, served and from disk."""

    def test_its_map_its_area_and_its_curve_are_those_of_lqrlib(self, figure: LiveFigure) -> None:
        data = figure.data()
        problem, (low, high), (least, most) = LQR(**data["problem"]), data["x"], data["y"]
        k1, k2 = low * (high / low) ** (np.arange(161) / 160), np.linspace(least, most, 161)
        gains = np.stack(np.meshgrid(k1, k2), axis=-1)[..., None, :]
        calm = lqrlib.is_stabilizing(with_noise(problem, 0.0, 0.0), gains)
        for alpha, beta in ((0.0, 0.4), (0.1, 0.2)):
            if alpha:
                figure.set(0, alpha)
                figure.set(1, beta)
            state = figure.page.evaluate(VIEW)
            inside = np.reshape(state["grid"], (161, 161)) > beta
            assert (inside == lqrlib.is_stabilizing(with_noise(problem, alpha, beta), gains)).all()
            area = np.sum(inside * np.gradient(k1)) / np.sum(calm * np.gradient(k1))
            assert state["left"] == pytest.approx(area, rel=1e-12)
        last = """([problem, all]) =>
          all.map(alpha => LQR.stableSet.last(problem, alpha)?.level ?? 0)"""
        levels = figure.page.evaluate(last, [data["problem"], data["boundary"][0]])
        assert np.allclose(levels, data["boundary"][1], rtol=1e-9, atol=1e-9)

    def test_past_what_the_gain_survives_the_slider_is_red_and_the_sentence_says_so(
        self, figure: LiveFigure
    ) -> None:
        assert "so it dies out" in figure.sentence and TRIANGLE in figure.sentence
        survives = figure.page.evaluate(VIEW)["survives"]
        assert figure.over() == 0
        told = figure.set(1, 1.05 * survives)
        assert figure.over() == 1 and "1.05 times as much" in told
        assert "grows without end, though the mean dies out" in told and TRIANGLE in told
        told = "No gain is left: the last one, the star, was lost at 0.8"
        assert told in figure.set(1, 1.0)
        assert "so it dies out" in figure.start_again() and figure.over() == 0

    def test_arrow_keys_move_the_gain_out_of_the_triangle(self, figure: LiveFigure) -> None:
        before, was = figure.sentence, figure.at()
        told = figure.press("Shift+ArrowLeft", 12)
        assert told != before and "falls with" in told
        assert figure.at() < was

    def test_the_noise_is_dragged_in_its_plane_and_by_its_sliders(self, figure: LiveFigure) -> None:
        before, told = figure.sentence, figure.press("ArrowRight", place=1)
        assert told != before and "together with α" in told
        assert figure.page.evaluate(VIEW)["alpha"] > 0
        told = "No gain survives α = 0.5, not even with a perfect motor"
        assert told in figure.set(0, 0.5)
        words = figure.handle(1).get_attribute("aria-valuetext") or ""
        assert words.startswith("α 0.5, β 0.4")

    def test_it_is_as_narrow_as_a_phone(self, figure: LiveFigure) -> None:
        figure.fits_a_phone()

    def test_the_picture_is_printed_in_its_place(self, figure: LiveFigure) -> None:
        figure.prints_its_picture()
