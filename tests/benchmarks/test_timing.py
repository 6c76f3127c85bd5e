"""The benchmark table: verdicts, turns, and a plain word where the peers are not installed."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.timing import Row, microseconds

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("peer", "target", "met", "verdict"),
    [(60.0, 30, True, "60.00x"), (20.0, 30, False, "NOT MET"), (None, 3.0, True, "<= 3 µs")],
)
def test_a_row_says_whether_its_target_is_met(peer, target, met, verdict):
    row = Row("work", 1.0, "peer", peer, target)
    assert row.met is met
    assert verdict in str(row)


def test_works_take_turns_and_the_median_is_per_problem():
    order = []
    times = microseconds(
        {name: (lambda name=name: order.append(name), 1000) for name in ("a", "b")}, repeats=3
    )
    assert order == ["a", "b"] * 3
    assert 0 < times["a"] < 1


@pytest.mark.skipif(importlib.util.find_spec("jax") is not None, reason="the peers are installed")
def test_without_the_peers_one_line_says_what_to_do():
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 1 and run.stderr == ""
    assert run.stdout == "benchmarks: jax is missing; `make bench` installs it\n"
