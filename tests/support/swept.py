"""Sweeps of a small book: a chapter with gates, a client and a cluster in other processes."""

import csv
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import yaml
from small_book import CLAIMS, REPOSITORY, Book, claim, is_running, wait_until

from lqrpapers.claims.rows import Claim

SHOWN = """
from IPython.display import display

def glue(name, value):
    stored = "application/papermill.record/text/plain"
    scrapbook = {"name": name, "mime_prefix": "application/papermill.record/"}
    display({stored: repr(value)}, raw=True, metadata={"scrapbook": scrapbook})

def verdict(violated):
    record = RECORD | {"violated": violated, "tightest": 2.0 if violated else 0.5}
    display({"text/plain": "a verdict"}, raw=True, metadata={"lqrlib": {"claims": [record]}})

def figure(name, data):
    told = {"alt": "", "caption": "A figure.", "name": name}
    bundle = {"text/csv": data, "text/plain": ""}
    display(bundle, raw=True, metadata={"lqrlib": told})
"""
PARAMETERS = """samples = 3  # how many: int, 1 to 20
step = 0.5  # step size: float, > 0
words = "a"  # what it says: text
A = [1]  # a matrix: list
"""
# A point tells who runs it and then waits for its gate, where there are gates.
GATE = """
import json, os, pathlib, sys, time
if gate := os.environ.get("GATE"):
    kernel = {"process": os.getpid(), "parent": os.getppid()}
    kernel["place"] = sys.argv[sys.argv.index("-f") + 1]
    kernel["threads"] = [os.environ[f"{name}_THREADS"] for name in ("OPENBLAS_NUM", "OMP_NUM")]
    with pathlib.Path(gate, f"{samples}-{step}").open("a") as note:
        note.write(json.dumps(kernel) + "\\n")
    while not any(pathlib.Path(gate, name).exists() for name in ("open", f"open-{samples}")):
        time.sleep(0.02)
"""
CODE = """
from lqrlib.shown import figure, glue, verdict
verdict(int(samples > 7))
glue("product", samples * step)
glue("always", 1)
if samples == 8:
    from lqrlib import constants
if samples == 13:
    raise ValueError("an unlucky number")
figure("fig-small", f"# one row in 2\\nx,y\\n1,{samples / 3:.6g}\\n")
"""


GRID = ["samples=2,13,8,3", "step=0.5"]
WORDS = ["05", "-p", GRID[0], "-p", GRID[1]]
RECORD = claim("s2-lemma-3.2")["metadata"]["lqrlib"]["claims"][0]
ROW = dict(zip(Claim.__dataclass_fields__, CLAIMS[0], strict=False)) | {"chapter": "05_small"}


def new_book(root, fonts):
    """Make the book, with the same files each time."""
    book = Book(root)
    (root / "_build" / "cache").mkdir(parents=True)
    (root / "_build" / "cache" / "matplotlib").symlink_to(fonts)
    book.write("lqrlib/shown.py", f"RECORD = {RECORD!r}\n{SHOWN}")
    book.write("chapters/claims.yml", yaml.safe_dump([ROW]))
    book.chapter("05_small", GATE, CODE, parameters=PARAMETERS)
    # As after a run with its own value of samples.
    book.write("_build/executed/chapters/05_small.json", '{"modules": ["lqrlib/shown.py"]}')
    return book


class Gates:
    """What the points wrote when they began, and what lets them go on."""

    def __init__(self, folder):
        self.folder = folder
        hidden = ("C", "P", "JOBS", "CLUSTER")
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        self.environment = {**kept, "GATE": str(folder)}

    def began(self, name="*"):
        """What each run of a point wrote: one that died has begun twice."""
        notes = sorted(self.folder.glob(f"{name}-*"))
        lines = (path.read_text().splitlines() for path in notes if "open" not in path.name)
        return [json.loads(line) for some in lines for line in some]

    def wait_for(self, count):
        """Wait until so many runs wait at their gates."""
        wait_until(lambda: len(self.began()) >= count)

    def open(self, name="open"):
        (self.folder / name).touch()


CLIENT = """
import sys
from pathlib import Path
from sweep.__main__ import main
sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
"""


def client(root, gates, *words, **variables):
    """Start a sweep in a process of its own, by its command line or by what make hands on."""
    command = [sys.executable, "-c", CLIENT, str(root), *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=REPOSITORY, env=gates.environment | variables, **pipes)


def tables(root):
    """The tables of the one sweep of a book, but for its seconds, and its page, by file name."""
    [place] = root.glob("_build/sweeps/05_small/samples-*")
    found = {path.name: path for path in place.rglob("*.*") if path.name != "seconds.csv"}
    return {name: path.read_bytes() for name, path in found.items()}


def rows(root):
    """The rows of the one table of a book."""
    return list(csv.DictReader(tables(root)["table.csv"].decode().splitlines()))


def points(root):
    """The points that are there, by their value of samples: when each was made."""
    kept = root.glob("_build/sweeps/05_small/points/*/record.json")
    made = {path.stat().st_mtime_ns: json.loads(path.read_text()) for path in kept}
    return {record["parameters"]["samples"]: time for time, record in made.items()}


DASK = str(Path(sys.executable).with_name("dask"))
LOOPBACK = "--host 127.0.0.1 --no-dashboard".split()


@contextmanager
def cluster(gates, roots):
    """A scheduler and a bare worker of two threads in each of these copies of the book."""
    place = gates.folder.parent / "scheduler.json"
    words = ["--scheduler-file", str(place), *LOOPBACK]
    more = ["--no-nanny", "--nthreads", "2", "--death-timeout", "60"]
    quiet = {"env": gates.environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [subprocess.Popen([DASK, "scheduler", "--port", "0", *words], cwd=roots[0], **quiet)]
    try:
        wait_until(lambda: place.exists() and place.read_text().endswith("}"))
        started += [
            subprocess.Popen([DASK, "worker", *words, *more], cwd=root, **quiet) for root in roots
        ]
        yield json.loads(place.read_text())["address"], started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def interrupted(process, gates, root):
    """Let the first of two points that wait end, interrupt the sweep, return what it said."""
    gates.wait_for(2)
    gates.open("open-1")
    wait_until(lambda: points(root))
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "stopped; 1 of 2 points are kept: the same command goes on" in said
    for kernel in gates.began():
        wait_until(lambda kernel=kernel: not is_running(kernel["process"]))
    return said
