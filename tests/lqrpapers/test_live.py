"""Live figures before they reach a page: data, words, picture, and what is kept of them."""

import ast
import json
import re
from pathlib import Path

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers import live
from lqrpapers.constants import sharp
from lqrpapers.figures.mean_square import Window
from lqrpapers.live import landscape
from lqrpapers.live.stable_set import stable_set


@pytest.fixture(autouse=True)
def nothing_made(tmp_path, monkeypatch):
    """A copy of the repository in which no figure was made."""
    monkeypatch.setattr(live, "ROOT", tmp_path)
    live._made.cache_clear()
    yield
    live._made.cache_clear()


def test_a_problem_as_the_scripts_take_it_is_the_same_problem():
    problem = systems.suspension()
    told = json.loads(json.dumps(live.plain(problem)))
    again = lqrlib.LQR(**told)
    K = systems.suspension_start()
    assert lqrlib.cost(again, K) == lqrlib.cost(problem, K)


def test_a_stack_of_problems_is_refused():
    with pytest.raises(ValueError, match=r"problem: expected one, got a stack \(2,\)"):
        live.plain(lqrlib.LQR([[[0.5]], [[0.6]]], [[1.0]], [[1.0]], [[1.0]]))


def test_data_cannot_end_their_element_and_hold_no_infinity():
    told = live.script("fig-a", "landscape", {"text": "</script>"})
    assert told.count("</script>") == 1
    inside = re.search(">(.*)</script>", told)
    assert json.loads(inside[1]) == {"text": "</script>"}
    with pytest.raises(ValueError, match="JSON"):
        live.script("fig-a", "landscape", {"cost": np.inf})


def test_a_page_has_the_figure_with_words_and_data():
    text = live.block("landscape")
    head, data = text.split("```{raw} html")
    assert head.startswith("````{figure} figures/landscape.png\n:name: fig-landscape\n:alt: ")
    assert "Gauss–Newton less than 10⁻¹³ %" in head and "from one start" in head
    assert 'data-figure="fig-landscape" data-kind="landscape"' in data
    (picture,) = live.pictures(["# A\n\n```{lqr-live} landscape\n```\n"]).values()
    assert picture.startswith(b"\x89PNG") and len(picture) < 250_000
    assert live.pictures(["# A page without figures"]) == {}


def test_an_unknown_figure_is_named():
    with pytest.raises(ValueError, match="lqr-live: 'lanscape' is none of landscape"):
        live.block("lanscape")


def test_a_figure_is_made_again_only_when_code_changes(tmp_path, monkeypatch):
    (tmp_path / "_build").mkdir()
    made = []
    figure = landscape.figure
    monkeypatch.setattr(landscape, "figure", lambda: made.append(1) or figure())
    first = live.block("landscape")
    for code, times in (("same", 1), ("changed", 2)):
        live._made.cache_clear()
        if code == "changed":
            live._code.cache_clear()
            (tmp_path / "lqrlib").mkdir()
            (tmp_path / "lqrlib" / "new.py").write_text("x = 1")
        assert live.block("landscape") == first
        assert len(made) == times


def test_steps_are_those_of_the_theorems():
    problem, K = systems.scalar(2.0, 1.0, 1.0, 1.0), np.array([[1.5]])
    steps = landscape.allowed_steps(problem, K)
    cost = float(lqrlib.cost(problem, K))
    assert steps["gauss_newton"] == 0.5
    assert steps["natural_gradient"] == pytest.approx(0.5 / (1 + cost), rel=1e-12)
    assert 0 < steps["gradient"] <= 1 / (5 * cost * (1 + cost))


def test_the_fish_stock_is_that_of_chapter_1():
    chapter = Path(__file__).resolve().parents[2] / "chapters" / "01_regulator.ipynb"
    cells = {
        cell["id"]: "".join(cell["source"]) for cell in json.loads(chapter.read_text())["cells"]
    }
    told: dict = {"np": np, "lqrlib": lqrlib}
    lines = ast.parse(cells["parameters"] + "\n" + cells["fish-paths"]).body
    (last,) = (k for k, line in enumerate(lines) if ast.unparse(line).startswith("fish = "))
    exec(compile(ast.Module(lines[: last + 1], []), "chapter 1", "exec"), told)
    problem, plane = landscape.fish()
    assert live.plain(problem) == live.plain(told["fish"])
    assert np.array_equal(plane["across"], told["to_young"])
    assert np.array_equal(plane["up"], told["to_adults"])


def test_walks_begin_at_the_first_of_several_starts_which_are_circles():
    axis, starts = np.linspace(-1.0, 4.0, 7), np.array([[1.5, 0.5], [2.0, 1.0]])
    kind, data = landscape.fish_walks(landscape.fish()[0], axis, axis, starts, 10.0, chord=starts)
    assert kind == "landscape" and data["start"] == [1.5, 0.5] and data["x"] == [-1.0, 4.0]
    assert data["circles"] == data["chord"] == starts.tolist() and data["outline"]
    problem, K = landscape.fish()[0], np.array([[0, 1.5], [0.5, 0]])
    allowed, single = landscape.allowed_steps(problem, K), float(sharp.gradient_step(problem, K))
    assert 0 < allowed["gradient"] < single  # a whole descent is allowed less than one step
    steps = {method["name"]: method["step"] for method in data["methods"]}
    assert steps == allowed | {"gradient": 10 * single}
    _, alone = landscape.fish_walks(landscape.fish()[0], axis, axis, starts[:1], 10.0)
    assert alone["circles"] == alone["chord"] == [] and not alone["outline"]


def test_a_stable_set_needs_two_gains_and_one_noise_of_each_kind():
    noise = ([0.1], [np.eye(2)]), ([0.1], [[[0.0], [1.0]]])
    problem = lqrlib.LQR([[1.0, 0.1], [0.0, 1.0]], [[0.0], [1.0]], np.eye(2), [[1.0]], None, *noise)
    window = Window(np.array([1.0, 2.0]), np.array([0.0, 3.0]), np.ones((2, 2)))
    edge = np.array([0.0, 0.5]), np.array([0.8, 0.0])
    kind, data = stable_set(problem, window, [0, 0.5], np.array([[1.0, 2.0]]), edge, edge)
    assert kind == "stable_set" and (data["x"], data["y"]) == ([1.0, 2.0], [0.0, 3.0])
    assert data["start"] == [1.0, 2.0] and data["noise"] == [0.0, 0.4]
    assert data["found"] == [[0.0, 0.8], [0.5, 0.0]] and min(data["most"]) > 0.5
    with pytest.raises(ValueError, match="problem: expected two states, one input and one noise"):
        stable_set(problem.without_noise(), window, [0], np.ones((1, 2)), edge, edge)
