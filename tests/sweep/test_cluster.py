"""Points on a real Dask cluster of two workers on the loopback address, each with its own copy."""

import os
import signal

import pytest
from swept import WORDS, client, cluster, interrupted, points, tables

from book import chapters
from book.parameters import declared_parameters
from book.problem import ChapterProblem
from sweep import grid
from sweep.cluster import run_there
from sweep.command import sweep
from sweep.point import orders


def test_four_points_at_once_do_not_collide_and_a_killed_worker_changes_nothing(
    new_book, book, gates, alone
):
    """The tables are those of one worker on one machine, byte for byte."""
    with cluster(gates, [new_book().root, new_book().root]) as (address, workers):
        process = client(book.root, gates, *WORDS, "--cluster", address)
        gates.wait_for(4)
        began = gates.began()
        os.kill(workers[0].pid, signal.SIGKILL)
        gates.open()
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 1 and "3 points done, 1 failed" in said, said
    for each in ("place", "process"):
        assert len({kernel[each] for kernel in began}) == 4
    assert {thread for kernel in began for thread in kernel["threads"]} == {"1"}
    parents = [kernel["parent"] for kernel in began]
    assert {parents.count(worker.pid) for worker in workers} == {2}
    assert len(gates.began()) == 4 + 2  # only what the killed worker ran began again
    assert tables(book.root) == tables(alone[0].root)


def test_an_interrupted_client_stops_its_points_there_and_the_same_command_runs_the_rest(
    new_book, book, gates
):
    words = {"C": "05", "P": "samples=1,2"}  # as make hands them on
    with cluster(gates, [new_book().root, new_book().root]) as (address, _):
        process = client(book.root, gates, **words, CLUSTER=address)
        interrupted(process, gates, book.root)
        before = points(book.root)
        gates.open()
        process = client(book.root, gates, **words, CLUSTER=address)
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert before.items() <= points(book.root).items() and len(points(book.root)) == 2
    assert len(gates.began("1")) == 1


def test_a_worker_with_other_code_says_so_and_runs_nothing(new_book, book, monkeypatch):
    chapter = book.root / "chapters" / "05_small.ipynb"
    asked = grid.parsed(["samples=1"], declared_parameters(chapters.read_notebook(chapter)))
    [order] = orders(book.root, chapter, asked, chapters.contents(book.root))
    other = new_book()
    other.write("lqrlib/shown.py", "")
    monkeypatch.chdir(other.root)
    outcome, product = run_there(order, "a sweep")
    assert outcome.problem.startswith("the copy of the book on ") and not product
    assert "differs (commit none, not none)" in outcome.problem


def test_no_scheduler_is_one_line(book):
    with pytest.raises(ChapterProblem, match="no Dask scheduler answers at tcp://127.0.0.1:1: "):
        sweep(book.root, "05", ["samples=1"], 1, "tcp://127.0.0.1:1")
