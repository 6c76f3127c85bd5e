"""The recorded traces agree with what is known of the runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrlib.finite_horizon import finite_horizon_cost
from lqrpapers.recorded import s1
from lqrpapers.studies.task_families import spectral_family

TRAININGS = (s1.FIGURE_1_LEFT, *s1.FIGURE_1_MIDDLE)


@pytest.mark.parametrize("run", [*TRAININGS, s1.FIGURE_1_RIGHT_RANDOM])
def test_every_kept_iteration_has_its_gap(run) -> None:
    assert run.iterations.shape == run.gaps.shape
    assert (np.diff(run.iterations) > 0).all() and run.iterations[0] == 0
    assert (run.gaps > 0).all()


@pytest.mark.parametrize("run", TRAININGS)
def test_every_training_starts_at_the_published_gain(run) -> None:
    system, horizon = systems.boeing(), s1.HORIZON
    gap = finite_horizon_cost(
        system, systems.boeing_start(), horizon, s1.START
    ) - finite_horizon_cost(system, lqrlib.optimal_gain(system), horizon, s1.START)
    assert run.gaps[0] == pytest.approx(gap, rel=1e-4)


def test_frobenius_distances_exceed_the_spectral_level_they_were_drawn_with() -> None:
    for run in TRAININGS:
        assert max(run.heterogeneity) > run.level
        assert max(run.heterogeneity) < 2 * run.level  # at most sqrt(4) times a spectral norm


def test_the_random_start_stabilizes_the_nominal_task() -> None:
    assert lqrlib.is_stabilizing(systems.boeing(), s1.FIGURE_1_RIGHT_RANDOM.K0)


def test_gaps_between_recorded_ones_lie_on_a_line_of_logarithms():
    run = s1.FIGURE_1_LEFT
    assert run.gap_at(20) == pytest.approx(run.gaps[list(run.iterations).index(20)])
    ends = [run.gaps[list(run.iterations).index(k)] for k in (20, 30)]
    assert run.gap_at(25) == pytest.approx(np.sqrt(ends[0] * ends[1]))


def test_the_start_is_not_from_the_line_above_it():
    """The notebooks' comment adds U(0, 0.22) to the nominal optimum."""
    added = systems.boeing_start() - lqrlib.optimal_gain(systems.boeing())
    assert added.max() == pytest.approx(0.247, abs=5e-4)


def test_our_generator_puts_the_nominal_task_first_as_the_notebooks_do():
    nominal = systems.boeing()
    family = spectral_family(nominal, s1.UNSEEN, 0.01, 1)
    same = (family.A == nominal.A).all(axis=(-2, -1))
    assert same.tolist() == [True, False, False] and same.sum() == s1.UNSEEN_TRAINED_ON


def test_steps_in_the_sources_are_those_of_the_records():
    quoted = [float(source.line.partition("=")[2]) for source in s1.SOURCES["e8"]]
    assert quoted == [run.step_size for run in s1.FIGURE_1_MIDDLE]
    learned, random, *_ = s1.SOURCES["e9"]
    assert float(random.line.partition("=")[2]) == s1.FIGURE_1_RIGHT_RANDOM.step_size
    assert float(learned.line.partition("=")[2]) == 1e-3


def test_every_source_names_a_notebook_and_its_place_in_words():
    for id, sources in s1.SOURCES.items():
        assert all(source.file in s1.FILES and source.line for source in sources)
        where = s1.where(id)
        assert where.startswith(f"{s1.REPOSITORY} at commit {s1.COMMIT}")
        assert all(f"In [{source.place}]" in where for source in sources)


@pytest.mark.parametrize("id, chapter", [("e7", "11"), ("e8", "11"), ("e9", "12")])
def test_every_observation_about_the_notebooks_says_where(id, chapter):
    [path] = (Path(__file__).parents[3] / "chapters").glob(f"{chapter}_*.ipynb")
    cells = json.loads(path.read_text())["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    box = text.partition(f":label: {id}\n")[2].partition(":::")[0]
    assert f"*Where:* {{glue:text}}`source-{id}`" in box
    assert f'source_{id}=s1.where("{id}")' in text.replace("recorded.where", "s1.where")
