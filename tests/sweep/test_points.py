"""Points on this machine: rows for those that fail, an interrupt that keeps, code that counts."""

import shutil

import pytest
from swept import GRID, client, interrupted, points, rows, tables

from book import chapters
from book.parameters import declared_parameters
from sweep import grid
from sweep.command import sweep
from sweep.point import kept, orders


def test_a_failing_point_is_a_row_that_says_why_and_the_others_go_on(alone):
    book, status = alone
    assert status == 1
    done, failed, broken, last = rows(book.root)
    assert [done[name] for name in ("samples", "step", "status", "reason")] == [
        "2",
        "0.5",
        "done",
        "",
    ]
    assert failed["status"] == "failed" and failed["glued:product"] == ""
    assert failed["reason"].startswith("cell 2 (code-1: from lqrlib.shown import")
    assert "ValueError: an unlucky number" in failed["reason"]
    verdicts = [row["verdict:s2-lemma-3.2"] for row in (done, failed, broken, last)]
    assert verdicts == ["holds", "", "fails", "holds"]
    assert [row["glued:product"] for row in (done, broken, last)] == ["1.0", "4.0", "1.5"]
    figure = "samples,step,x,y\n2,0.5,1,0.666667\n8,0.5,1,2.66667\n3,0.5,1,1\n"
    assert tables(book.root)["fig-small.csv"].decode() == figure
    assert sorted(points(book.root)) == [2, 3, 8]
    assert not list(book.root.rglob("*.running"))


@pytest.fixture
def swept_again(alone, tmp_path):
    """Return a copy of the swept book, and a function that says which points are current there."""
    root = tmp_path / "book"
    shutil.copytree(alone[0].root, root, symlinks=True)
    chapter = root / "chapters" / "05_small.ipynb"

    def current():
        asked = grid.parsed(GRID, declared_parameters(chapters.read_notebook(chapter)))
        hashes = chapters.contents(root)
        place = root / "_build" / "sweeps" / "05_small" / "points"
        every = orders(root, chapter, asked, hashes)
        return [
            parameters["samples"]
            for order, parameters in zip(every, asked.points, strict=True)
            if kept(root, place, order, hashes)
        ]

    return root, current


@pytest.mark.parametrize(
    ("name", "still"),
    [
        ("README.md", [2, 8, 3]),
        ("lqrlib/unused.py", [2, 8, 3]),
        ("lqrlib/constants.py", [2, 3]),  # the chapter's last run has not loaded it: one point has
        ("lqrlib/shown.py", []),
        ("requirements.txt", []),
    ],
)
def test_a_point_is_current_until_what_it_loads_changes(swept_again, name, still):
    root, current = swept_again
    with (root / name).open("a") as file:
        file.write("# more\n")
    assert current() == still


def test_a_damaged_point_and_a_half_one_are_not_there(swept_again):
    root, current = swept_again
    one, other, _ = root.glob("_build/sweeps/05_small/points/*")
    (one / "executed.ipynb").write_text("{}")
    (other / "record.json").write_text("{")
    assert len(current()) == 1


def test_an_interrupt_keeps_what_is_done_and_the_same_command_runs_the_rest(book, gates, capsys):
    process = client(book.root, gates, "05", "-p", "samples=1,2", "--workers", "2")
    assert interrupted(process, gates, book.root).endswith("interrupted\n")
    before = points(book.root)
    assert list(before) == [1]
    assert not list(book.root.rglob("table.csv")) and not list(book.root.rglob("*.running"))
    assert sweep(book.root, "05", ["samples=1,2"], 2) == 0  # without gates
    assert "1 of 2 points are there" in capsys.readouterr().out
    assert before.items() <= points(book.root).items()
    assert len(gates.began()) == 2
    assert [row["status"] for row in rows(book.root)] == ["done"] * 2
