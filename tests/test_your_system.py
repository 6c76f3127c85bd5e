"""Chapter 15 runs to its end for each system it names and for what readers may bring."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib
import pytest

from lqrpapers.notebook import readable
from lqrpapers.studies.own_system import CLASSICS

matplotlib.use("Agg")
CHAPTER = Path(__file__).resolve().parents[1] / "chapters" / "15_your_system.ipynb"
# What makes it short.
SHORT = {"preset": "quick", "iterations": 20}

NOISE = {"state_variances": [5.0], "state_directions": [[[1.0]]]}
LOUD = {"A": [[0.9]], "B": [[1.0]], **NOISE}
LAME = {"A": [[1.1, 0.0], [0.0, 0.5]], "B": [[0.0], [1.0]]}
TILTED = {"A": [[1.2, 0.3], [0.0, 0.9]], "B": [[0.0], [1.0]], "Q": [[1, 0], [0, 0]]}
FINE = {"A": [[0.9, 0.2], [0.0, 0.8]], "B": [[0.0, 1.0], [1.0, 0.0]]}
BROUGHT = {
    "too much noise": (LOUD, ["its variances are 5 times the most that one survives"]),
    "an unreachable mode": (LAME, ["no input reaches the mode of A with eigenvalue 1.1"]),
    "a bad start and a singular weight": (
        TILTED | {"K0": [[0.0, 0.0]]},
        ["Q is not positive definite", "K0 does not stabilize: its mean-square radius is 1.4"],
    ),
    "nothing in the way": (FINE, ["Nothing is in the way"]),
}


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> dict[str, Any]:
    """Run the chapter's code in a folder, with other parameters; return its names."""
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    for cell in json.loads(CHAPTER.read_text())["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
            if "parameters" in cell["metadata"].get("tags", []):
                names |= SHORT | changes
    return names


@pytest.mark.parametrize("system", CLASSICS)
def test_each_classic_runs(
    system: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = run(tmp_path, monkeypatch, system=system)
    said = capsys.readouterr().out
    assert "Nothing is in the way" in said and "not kept" not in said
    assert "Added noise: " in said and "one step is" in said
    assert "Meta-learning from K0 has" in said
    assert names["found"]["metric"][-1].max() < names["found"]["average"][0].max()


@pytest.mark.parametrize(("brought", "sentences"), BROUGHT.values(), ids=BROUGHT)
def test_what_is_impossible_is_said_and_the_chapter_goes_on(
    brought: dict[str, Any],
    sentences: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "own_system.json").write_text(json.dumps(brought))
    names = run(tmp_path, monkeypatch, system="own_system.json")
    said = capsys.readouterr().out
    for sentence in sentences:
        assert readable(sentence) in said
    assert names["problem"].states == len(brought["A"])
    assert "left by a step with a borrowed metric" in said


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="nowhere.npz: there is no such file"):
        run(tmp_path, monkeypatch, system="nowhere.npz")


def test_two_matrices_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = run(tmp_path, monkeypatch, A=[[1.2, 0.3], [0.0, 0.9]], B=[[0.0], [1.0]])
    assert names["problem"].states == 2
