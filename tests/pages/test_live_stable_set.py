"""The stable set of chapter 4 as a reader meets it, and what it computes against lqrlib."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faults import TOO_WIDE, watch
from playwright.sync_api import Browser, Page
from test_live import sentence, set_slider, wait_for_news

import lqrlib
from lqrlib import LQR
from lqrlib.matrix_equations import closed_loop
from lqrpapers.live import plain

LIVE = Path(__file__).resolve().parent.parent.parent / "pages" / "_static" / "live"
SETTINGS = 200
EVALUATE = """settings => settings.map(([problem, alpha, beta, K, x]) => {
  const S = LQR.stableSet, now = S.noisy(problem, alpha, beta), last = S.last(problem, alpha);
  return { level: S.level(problem, alpha, K), moments: S.moments(now, K, x, 30),
    radius: LQR.equations.meanSquareRadius(now, K), last_level: last.level, last_gain: last.K[0] };
})"""
VIEW = (
    """() => { const it = LQR.views["fig-04-map"].state(); return { ...it, grid: [...it.grid] } }"""
)
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
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
def pairs(browser: Browser) -> Iterator[list[tuple[Any, dict[str, Any], dict[str, Any]]]]:
    """Each setting, what the scripts find there, and what lqrlib does."""
    page = browser.new_page()
    for name in ("matrices", "equations", "page", "stable_set"):
        page.add_script_tag(path=LIVE / f"{name}.js")
    cases = list(settings())
    told = [[plain(p), alpha, beta, K.tolist(), list(x)] for p, alpha, beta, K, x in cases]
    found = page.evaluate(EVALUATE, told)
    yield [(case, f, expected(*case)) for case, f in zip(cases, found, strict=True)]
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["level", "moments", "radius"])
def test_what_it_computes_agrees_with_lqrlib(
    pairs: Any, name: str, record_property: Callable[[str, object], None]
) -> None:
    worst = max(
        float(np.linalg.norm(np.subtract(found[name], true[name])) / np.linalg.norm(true[name]))
        for _, found, true in pairs
    )
    record_property("largest relative error", float(worst))
    print(f"{name}: largest relative error {worst:.1e} in {len(pairs)} settings")
    assert worst < 1e-9


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
def test_a_short_logarithmic_axis_has_ticks_at_1_2_and_5(page: Page) -> None:
    for name in ("matrices", "page", "marks"):
        page.add_script_tag(path=LIVE / f"{name}.js")
    assert page.evaluate("LQR.ticks(0.8, 28, true)") == [1, 2, 5, 10, 20]
    assert page.evaluate("LQR.ticks(0.1, 0.7, true)") == [0.1, 0.2, 0.5]
    assert page.evaluate("LQR.ticks(2, 8, true)") == [2, 5]


@pytest.fixture(scope="module")
def opened(browser: Browser, base: str) -> Iterator[tuple[Page, list[str]]]:
    """Chapter 4 with its stable set drawn, once for all tests, and the faults that are seen."""
    page = browser.new_page()
    page.set_default_timeout(120_000)
    faults = watch(page, base)
    page.goto(f"{base}/chapters/04_mean_square_stability.html")
    page.wait_for_function("document.querySelector('.lqr-live-sentence')?.textContent")
    yield page, faults
    page.close()


@pytest.fixture
def chapter(opened: tuple[Page, list[str]]) -> Iterator[Page]:
    """Start the figure again; whatever goes wrong while it is used is a fault."""
    page, faults = opened
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Start again").click()
    page.evaluate(DRAWN)
    yield page
    assert faults == []


@pytest.mark.pages
@pytest.mark.browser
class TestStableSet:
    """The figure in the chapter, served and from disk."""

    def test_its_map_its_area_and_its_curve_are_those_of_lqrlib(self, chapter: Page) -> None:
        data = chapter.evaluate("JSON.parse(document.querySelector('script.lqr-live').textContent)")
        problem, (low, high), (least, most) = LQR(**data["problem"]), data["x"], data["y"]
        k1, k2 = low * (high / low) ** (np.arange(161) / 160), np.linspace(least, most, 161)
        gains = np.stack(np.meshgrid(k1, k2), axis=-1)[..., None, :]
        for alpha, beta in ((0.0, 0.4), (0.1, 0.2)):
            if alpha:
                set_slider(chapter, 0, alpha)
                set_slider(chapter, 1, beta)
            state = chapter.evaluate(VIEW)
            inside = np.reshape(state["grid"], (161, 161)) > beta
            assert (inside == lqrlib.is_stabilizing(with_noise(problem, alpha, beta), gains)).all()
            calm = lqrlib.is_stabilizing(with_noise(problem, 0.0, 0.0), gains)
            area = np.sum(inside * np.gradient(k1)) / np.sum(calm * np.gradient(k1))
            assert state["left"] == pytest.approx(area, rel=1e-12)
        states = [[alpha, data["boundary"][1][k]] for k, alpha in enumerate(data["boundary"][0])]
        last = "states => states.map(([alpha]) => LQR.stableSet.last(%s, alpha)?.level ?? 0)"
        problem_text = "JSON.parse(document.querySelector('script.lqr-live').textContent).problem"
        levels = chapter.evaluate(last % problem_text, states)
        assert np.allclose(levels, data["boundary"][1], rtol=1e-9, atol=1e-9)

    def test_past_what_the_gain_survives_the_slider_is_red_and_the_sentence_says_so(
        self, chapter: Page
    ) -> None:
        assert "so it dies out" in sentence(chapter) and TRIANGLE in sentence(chapter)
        survives = chapter.evaluate(VIEW)["survives"]
        red = chapter.locator(".lqr-live-over")
        assert red.count() == 0
        set_slider(chapter, 1, 1.05 * survives)
        assert red.count() == 1 and "1.05 times as much" in sentence(chapter)
        assert "grows without end, though the mean dies out" in sentence(chapter)
        assert TRIANGLE in sentence(chapter)
        set_slider(chapter, 1, 1.0)
        assert "No gain is left: the last one, the star, was lost at 0.8" in sentence(chapter)
        chapter.get_by_role("button", name="Start again").click()
        chapter.evaluate(DRAWN)
        assert red.count() == 0 and "so it dies out" in sentence(chapter)

    def test_arrow_keys_move_the_gain_out_of_the_triangle(self, chapter: Page) -> None:
        gain = chapter.locator(".lqr-live-handle").first
        was = float(gain.get_attribute("aria-valuenow") or "nan")
        before = sentence(chapter)
        for _ in range(12):
            gain.press("Shift+ArrowLeft")
        wait_for_news(chapter, before)
        chapter.wait_for_function(
            "document.querySelector('.lqr-live-sentence').textContent.includes('falls with')"
        )
        assert float(gain.get_attribute("aria-valuenow") or "nan") < was

    def test_the_noise_is_dragged_in_its_plane_and_by_its_sliders(self, chapter: Page) -> None:
        noise, before = chapter.locator(".lqr-live-handle").nth(1), sentence(chapter)
        noise.press("ArrowRight")
        wait_for_news(chapter, before)
        state = chapter.evaluate(VIEW)
        assert state["alpha"] > 0 and "together with α" in sentence(chapter)
        set_slider(chapter, 0, 0.5)
        assert "No gain survives α = 0.5, not even with a perfect motor" in sentence(chapter)
        assert (noise.get_attribute("aria-valuetext") or "").startswith("α 0.5, β 0.4")

    def test_it_is_as_narrow_as_a_phone(self, chapter: Page) -> None:
        chapter.set_viewport_size({"width": 390, "height": 844})
        canvases = "[...document.querySelectorAll('.lqr-live-plot canvas')]"
        narrow = f"{canvases}.every(canvas => canvas.clientWidth < 390)"
        chapter.wait_for_function(narrow)
        assert chapter.evaluate(TOO_WIDE) == []

    def test_the_picture_is_printed_in_its_place(self, chapter: Page) -> None:
        picture, live = chapter.locator("#fig-04-map img"), chapter.locator(".lqr-live-figure")
        assert live.is_visible() and not picture.is_visible()
        chapter.emulate_media(media="print")
        assert picture.is_visible() and not live.is_visible()
