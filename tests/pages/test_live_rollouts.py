"""How much of the cost averages of roll-outs see: the figure of chapter 7."""

import pytest
from live_figure import LiveFigure

from lqrpapers.studies.rollout_numbers import Coin, at_most, needed

PAGE, FIGURE = "chapters/07_model_free.html", "fig-07-rollouts"
pytestmark = [pytest.mark.pages, pytest.mark.browser]


def test_it_says_what_was_simulated_and_what_is_proved(figure: LiveFigure) -> None:
    given = figure.data()
    for i, nu in enumerate(given["values"]):
        coin = Coin(given["square"], nu)
        assert given["needed"][i] == pytest.approx(needed(coin), rel=1e-9)
        many = [low > given["repetitions"] / 2 for low in given["low"][i]]
        enough = 10 ** given["powers"][len(many) - many[::-1].index(True)] if not many[-1] else None
        figure.set(0, i)
        for k, power in enumerate(given["powers"]):
            told, state = figure.set(1, k), figure.state()
            assert [state["nu"], state["paths"]] == [nu, 10**power]
            assert state["proved"] == pytest.approx(1 - at_most(coin, 10**power), abs=1e-4)
            assert f"{state['low']} of {given['repetitions']} below 75" in told
            assert ("nothing here" in told) == (state["proved"] == 0)
            assert state["enough"] == (enough or float("inf"))
            assert ("for no N up to" in told) == (enough is None)
            assert ("Yet half" in told) == many[k]
            assert "NaN" not in told and "undefined" not in told


def test_keys_move_the_sliders_and_too_few_roll_outs_are_marked(figure: LiveFigure) -> None:
    figure.set(0, len(figure.data()["values"]) - 1)
    figure.set(1, 0)
    assert figure.over() == 1
    figure.set(0, 0)
    figure.set(1, 8)
    assert figure.over() == 0
    figure.sliders.first.press("ArrowRight")
    figure.drawn()
    assert figure.state()["i"] == 1
    figure.start_again()
    assert [figure.state()[name] for name in "ik"] == figure.data()["start"]


def test_it_is_as_narrow_as_a_phone(figure: LiveFigure) -> None:
    figure.fits_a_phone()


def test_on_paper_it_is_a_picture(figure: LiveFigure) -> None:
    figure.prints_its_picture()
