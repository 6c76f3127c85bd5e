"""The examples of sweeps: words and pictures come from the tables that are kept."""

import csv
import shutil

import pytest
from small_book import REPOSITORY

from book import sweep_examples
from book.problem import ChapterProblem
from sweep.examples import keep


@pytest.fixture
def root(tmp_path):
    """Return a folder with a copy of the tables."""
    shutil.copytree(REPOSITORY / sweep_examples.FOLDER, tmp_path / sweep_examples.FOLDER)
    return tmp_path


def change(root, name, **values):
    """Change the first row of a table."""
    path = root / sweep_examples.FOLDER / name
    rows = list(csv.DictReader(path.read_text().splitlines()))
    rows[0] |= values
    with path.open("w") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_the_tables_are_small(root):
    for path in (root / sweep_examples.FOLDER).iterdir():
        assert path.stat().st_size < 300_000


@pytest.mark.parametrize(
    ("name", "table", "values"),
    [
        ("seeds", "figure-2.csv", {"verdict:s2-fig-2": "differs", "glued:final-gradient": "7.77"}),
        ("runs", "survival.csv", {"status": "failed"}),
    ],
)
def test_the_words_follow_the_table(root, name, table, values):
    before, files = sweep_examples.made(root, name)
    assert len(files) == 2 and f":name: fig-sweep-{name}" in before
    change(root, table, **values)
    sweep_examples.made.cache_clear()
    assert sweep_examples.made(root, name)[0] != before


def test_pictures_are_of_the_pages_that_show_them(root):
    assert sweep_examples.pictures(root, {"pages/x": "no block"}) == {}
    found = sweep_examples.pictures(root, {"pages/x": "```{lqr-sweep} runs\n```\n"})
    assert all("sweep-runs" in name for name in found) and len(found) == 2
    with pytest.raises(ChapterProblem, match="'other' is none of seeds, runs"):
        sweep_examples.made(root, "other")


def test_what_is_kept_of_a_sweep(tmp_path):
    """Means and ranges of a curve are brought together; what is recorded is left out."""
    head = "seed,panel,curve,x,y,low,high,value"
    lines = [f"1,all gaps,gradient,{x},,{x + 1},{x + 2}," for x in (0, 8, 16)]
    lines += [f"1,all gaps,gradient,{x},{x + 1.5},,," for x in (0, 8, 16)]
    lines += ['1,all gaps,"gradient, mean recorded by S2",8,1,,,', "1,other,gradient,8,1,1,1,"]
    for name in ("one", "two"):
        (tmp_path / name / "figures").mkdir(parents=True)
        (tmp_path / name / "table.csv").write_text(f"{name}\n")
    (tmp_path / "one" / "figures" / "fig-figure-2.csv").write_text("\n".join([head, *lines]))
    keep(tmp_path / "one", tmp_path / "two", tmp_path / "kept")
    kept = {path.name: path.read_text() for path in (tmp_path / "kept").iterdir()}
    assert kept == {
        "figure-2.csv": "one\n",
        "survival.csv": "two\n",
        "figure-2-gaps.csv": "seed,method,iteration,mean,least,largest\n"
        "1,gradient,8,9.5,9,10\n1,gradient,16,17.5,17,18\n",
    }


def test_what_chapter_5_says_in_words_is_what_the_table_says(root):
    words = [row["verdict:s2-fig-2"] for row in sweep_examples.rows(root, "figure-2.csv")]
    assert len(words) == 50 and 0 < words.count("reproduced") < 25
    assert "fewer than half of them" in (REPOSITORY / "chapters/05_convergence.ipynb").read_text()
