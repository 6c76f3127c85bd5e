"""The environment of the book: one virtual environment that holds exactly what the locks say.

Standard library only, because this is what runs before anything is installed. uv is installed
first, from its own hash-checked entry of the lock, because it brings the rest within seconds. The
stamp is written last: a directory without it is an interrupted installation and is made again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from book.problem import ChapterProblem

ROOT = Path(__file__).resolve().parent.parent
STAMP, PYTHON = "book-stamp.json", "bin/python"
UV = {"UV_SYSTEM_CERTS": "1", **os.environ}  # uv trusts this system's certificates, as pip does


def wanted_stamp(environment: Path, locks: Sequence[Path], project: Path) -> dict[str, str]:
    """Return what an environment that holds these locks has written into its stamp, at least."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    installed = json.dumps([settings.get("build-system"), settings.get("project")]).encode()
    held = {"project": installed} | {str(p.relative_to(project)): p.read_bytes() for p in locks}
    stamp = {name: hashlib.sha256(content).hexdigest() for name, content in held.items()}
    return {**stamp, "location": str(environment)}


def read_stamp(environment: Path) -> dict[str, str]:
    """Return the stamp of a finished environment, empty where there is none to rely on."""
    with suppress(OSError, ValueError, TypeError):
        stamp = dict(json.loads((environment / STAMP).read_text()))
        return stamp if (environment / PYTHON).exists() else {}
    return {}


def ensure(environment: Path, locks: Sequence[Path], project: Path = ROOT) -> None:
    """Bring the environment to the state of the locks; do nothing when it is there already.

    What another command had installed on top, as what the tests need, stays and is kept current.
    """
    wanted = wanted_stamp(environment, locks, project)
    if wanted.items() <= read_stamp(environment).items():
        return
    with exclusive(project / "_build" / "environment.lock", "the installation"):
        standing = read_stamp(environment)
        if wanted.items() <= standing.items():  # another process has just done it
            return
        began = time.monotonic()
        if standing.get("location") != wanted["location"]:
            create(environment)
        before = [project / name for name in standing if (project / name).is_file()]
        locks = list(dict.fromkeys([*locks, *before]))
        (environment / STAMP).unlink(missing_ok=True)
        install(environment, locks, project)
        stamp = wanted_stamp(environment, locks, project)
        (environment / STAMP).write_text(json.dumps(stamp, indent=1) + "\n")
        print(f"{environment.name} stands  {time.monotonic() - began:.1f} s", flush=True)


def create(environment: Path) -> None:
    """Create an empty virtual environment with pip, replacing what is there."""
    print(f"creating {environment.name} from the lock, once", flush=True)
    if environment.exists():
        shutil.rmtree(environment)
    # A venv made from a venv's own interpreter would break when that one is removed.
    base = getattr(sys, "_base_executable", None) or sys.executable
    advice = "(Debian, Ubuntu: apt install python3-venv; else take a Python from python.org)"
    command([base, "-m", "venv", str(environment)], f"no virtual environment {advice}")


def install(environment: Path, locks: Sequence[Path], project: Path) -> None:
    """Install the locks with every hash checked, then the project itself."""
    python = str(environment / PYTHON)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as directory:
        entry = Path(directory, "uv.txt")
        entry.write_text(lock_entry(locks[0], "uv"))
        command([*pip, "--require-hashes", "-r", str(entry)], "uv could not be installed")
    sync = [python, "-m", "uv", "pip", "sync", "--quiet", "--python", python, "--require-hashes"]
    try:
        command([*sync, *map(str, locks)], "uv failed")
    except ChapterProblem as problem:  # a mirror that only pip knows, perhaps
        print(f"{problem}; pip installs instead, slower", flush=True)
        files = [word for lock in locks for word in ("-r", str(lock))]
        command([*pip, "--require-hashes", *files], "the lock could not be installed")
    editable = ["--no-deps", "--no-build-isolation", "--editable", str(project)]
    command([*pip, *editable], "the project itself could not be installed")


def lock_entry(lock: Path, name: str) -> str:
    """Return the lines of one package in the lock, its hashes included."""
    found = re.search(rf"^{re.escape(name)}==(?:.*\\\n)*.*$", lock.read_text(), re.MULTILINE)
    if found is None:
        raise ChapterProblem(f"{lock.name} has no entry for {name}: run make lock")
    return found.group() + "\n"


def command(arguments: list[str], failure: str) -> None:
    """Run a command quietly, on a terminal with a clock; where it fails, say so in its words."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=subprocess.STDOUT, env=UV)
        while process.poll() is None:
            if sys.stderr.isatty():
                clock = f"\rinstalling  {time.monotonic() - began:.0f} s\r"
                print(clock, end="", file=sys.stderr, flush=True)
            with suppress(subprocess.TimeoutExpired):
                process.wait(1)
        if process.returncode != 0:
            output.seek(0)
            raise ChapterProblem(f"{failure}: {cause(output.read())}")


def cause(text: str) -> str:
    """Return the line of an installer's output that says what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"\w+Error: |(?i:^error:|caused by)", line)]
    return (telling or lines or ["it said nothing"])[-1]


@contextmanager
def exclusive(path: Path, what: str) -> Iterator[int]:
    """Hold a lock file, so that two runs in one tree wait for each other; yield its descriptor.

    A child that is handed the descriptor goes on holding the lock when this process is gone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for {what} that runs in another process", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()
