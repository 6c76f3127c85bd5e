"""The tour's words: short steps, no paper before the last, and what they say is true."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

import lqrlib
from lqrlib import directions, maml
from lqrpapers import live
from lqrpapers.constants import printed
from lqrpapers.live import tour, tour_pairs
from lqrpapers.studies.scalar_landscape import stationary_gains

PAGE = (Path(__file__).resolve().parents[2] / "pages" / "tour.md").read_text()
STEPS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
FIGURES = [name for name in live.PAGES if name.startswith("tour-")]


def words(step: str) -> int:
    """Words of a step outside what is folded, its figure and displayed formulas."""
    for left_out in (r":::.*?:::", r"```.*?```", r"\$\$.*?\$\$", r"^%.*?$"):
        step = re.sub(left_out, "", step, flags=re.DOTALL | re.MULTILINE)
    return len(re.sub(r"\$[^$]*\$", "x", step.partition("\n")[2]).split())


def test_there_are_eight_steps_and_a_figure_in_each_but_the_last():
    assert [int(step.partition(".")[0]) for step in STEPS] == list(range(1, 9))
    assert [live.BLOCK.findall(step) for step in STEPS] == [*([name] for name in FIGURES), []]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.partition("\n")[0])
def test_a_step_has_at_most_120_words(step):
    assert 50 <= words(step) <= 120


def test_no_paper_is_named_before_the_last_step():
    assert not re.search(r"\{cite|\bS[12]\b|\bTR\b|Toso|Gravell|Fazel", "".join(STEPS[:-1]))
    assert len(re.findall(r"\{cite", STEPS[-1])) == 2


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_words_of_numbers(name):
    module, function = live.PAGES[name].split(":")
    made = getattr(importlib.import_module(f"lqrpapers.live.{module}"), function)()
    told = made.caption + made.picture.alt_text
    assert "nan" not in told and "inf " not in told and len(made.picture.alt_text) <= 400
    live.script(name, made.kind, made.data)  # plain JSON


def test_step_2_the_cost_of_one_state_is_convex():
    gains = tour.column(tour.inside())
    assert (lqrlib.hessian(tour.system(), gains, [[1.0]]) > 0).all()


@pytest.mark.parametrize(("factor", "said"), [(1, "slow"), (10, "sooner"), (100, "out")])
def test_step_3_ten_times_the_step_is_sooner_and_a_hundred_times_jumps_out(factor, said):
    problem, told = tour.system(), tour.downhill().data
    step, start = factor * told["steps"]["value"], [[told["start"]]]
    method = directions.gradient(problem)
    run = lqrlib.descend(method, start, step, tour.TOLD, on_leave="flag")
    gaps = lqrlib.at_gain(problem, run.gains).gap
    left = gaps[-1] / gaps[0]
    found = "out" if np.isinf(gaps[1]) else "sooner" if left < 1e-3 else "slow"
    assert found == said and (found != "slow" or left > 0.1)


def test_step_4_lambda_is_at_least_4_over_the_cost():
    problem, gains = tour.system(), tour.column(tour.inside())
    k = tour.best(problem)
    scale = float(printed.gradient_domination(problem, [[k]]))
    assert scale == pytest.approx(4 * (1 - (tour.A - k) ** 2), rel=1e-12)
    assert (scale >= 4 / lqrlib.cost(problem, gains)).all()
    at = lqrlib.at_gain(problem, gains)
    assert (at.gap <= at.gradient[:, 0, 0] ** 2 / scale).all()


def test_step_4_after_t_safe_steps_no_more_is_left_than_promised():
    problem, start = tour.system(), tour.downhill().data["start"]
    level = tour.cost(problem, start)
    gains = tour.column(tour.inside(count=20_001))
    below = lqrlib.cost(problem, gains) <= level
    step = 1 / float(lqrlib.hessian(problem, gains, [[1.0]])[below].max())
    run = lqrlib.descend(directions.gradient(problem), [[start]], step, 300)
    gaps = lqrlib.at_gain(problem, run.gains).gap
    share = step * float(printed.gradient_domination(problem, [[start]])) / 2
    assert (gaps <= (1 - share) ** np.arange(301) * gaps[0] * (1 + 1e-12)).all()


def test_step_5_the_gain_that_was_best_fails_while_others_work():
    best, noise = tour.best(tour.system()), 0.9
    assert np.isinf(tour.cost(tour.system(tour.A, noise), best))
    assert np.isfinite(tour.cost(tour.system(tour.A, noise), tour.A))
    # Towards a variance of 1 the best gain is the middle of the interval.
    assert tour.best(tour.system(tour.A, 1 - 1e-6)) == pytest.approx(tour.A, abs=1e-5)


@pytest.mark.parametrize("way", [-1, 1])
def test_step_6_the_more_systems_differ_the_more_they_pay(way):
    gains, prices = np.linspace(-3, 5, 8001), []
    for apart in np.linspace(0, 1.8, 10):
        pair = [tour.system(a) for a in (tour.A, tour.A + way * apart)]
        # At an end of an interval the cost is nan: float64 cannot tell on which side it is.
        shared = np.nanmin(np.mean([lqrlib.cost(one, tour.column(gains)) for one in pair], axis=0))
        prices.append(shared - np.mean([tour.cost(one, tour.best(one)) for one in pair]))
    assert (np.diff(prices) > 0).all()


@pytest.mark.parametrize(
    ("inner", "minima"), [(0.0, 1), (1e-4, 3), (0.005, 3), (0.05, 2), (0.15, 1)]
)
def test_step_7_minima_are_three_at_first_then_two_then_one(inner, minima):
    both, _ = tour_pairs.family()
    low, high = max(tour_pairs.BOTH) - 1, min(tour_pairs.BOTH) + 1
    places = stationary_gains(both, inner, np.linspace(low, high, 20_001)[1:-1])
    assert len(places) == 2 * minima - 1


def test_step_7_new_minima_are_cheap_after_the_step_and_dear_before_it():
    both, gains = tour_pairs.family()
    places = stationary_gains(both, tour_pairs.INNER, gains)[::2, None, None]
    common = maml.cost(both, tour.column(gains), 0.0).min()
    assert (maml.cost(both, places, tour_pairs.INNER) < common).all()
    assert (maml.cost(both, places, 0.0) > 1.1 * common).all()
