"""The environment of the book: a virtual environment holding exactly what the lock says.

Standard library only, because this is what runs before anything is installed. uv is installed
first, from its own hash-checked entry of the lock, because it brings the rest within seconds.
The stamp is written last: a directory without it is an interrupted installation and is rebuilt.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = "book-stamp.json"


class EnvironmentProblem(Exception):
    """The environment cannot be made; the message says in one line what to do."""


def python_of(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    windows = os.name == "nt"
    return environment / ("Scripts/python.exe" if windows else "bin/python")


def wanted_stamp(environment: Path, lock: Path, project: Path) -> dict[str, str]:
    """Return what a finished environment for this lock has written into its stamp."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    installed = [settings.get("build-system"), settings.get("project")]
    return {
        "lock": hashlib.sha256(lock.read_bytes()).hexdigest(),
        "project": hashlib.sha256(json.dumps(installed).encode()).hexdigest(),
        "location": str(environment),
    }


def read_stamp(environment: Path) -> dict[str, str] | None:
    """Return the stamp of a finished environment, None where there is none to rely on."""
    try:
        stamp = json.loads((environment / STAMP).read_text())
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) and python_of(environment).exists() else None


def is_current(environment: Path, lock: Path, project: Path) -> bool:
    """Say whether the environment holds what the lock says."""
    return read_stamp(environment) == wanted_stamp(environment, lock, project)


def ensure(environment: Path, lock: Path, project: Path = ROOT) -> None:
    """Bring the environment to the state of the lock; do nothing when it is there already."""
    if is_current(environment, lock, project):
        (environment / STAMP).touch()  # make compares times, this module contents
        return
    with exclusive(project / "_build" / "environment.lock", "the installation"):
        if is_current(environment, lock, project):  # another process has just done it
            return
        began = time.monotonic()
        stamp = read_stamp(environment)
        wanted = wanted_stamp(environment, lock, project)
        if stamp is None or stamp.get("location") != wanted["location"]:
            create(environment)
        (environment / STAMP).unlink(missing_ok=True)
        install(environment, lock, project)
        (environment / STAMP).write_text(json.dumps(wanted, indent=1) + "\n")
        print(f"{environment.name} stands  {time.monotonic() - began:.1f} s", flush=True)


def create(environment: Path) -> None:
    """Create an empty virtual environment with pip, replacing what is there."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise EnvironmentProblem(
            f"this Python cannot create virtual environments: install python3-venv (Debian, "
            f"Ubuntu: apt install python{version}-venv) or a Python from python.org"
        )
    print(f"creating {environment.name} from the lock, once", flush=True)
    if environment.exists():
        shutil.rmtree(environment)
    # A venv made from a venv's own interpreter would break when that one is removed.
    base = getattr(sys, "_base_executable", None) or sys.executable
    command(
        [base, "-m", "venv", str(environment)],
        "the virtual environment could not be created (Debian, Ubuntu: apt install python3-venv)",
    )


def install(environment: Path, lock: Path, project: Path) -> None:
    """Install the lock with every hash checked, then the project itself."""
    python = str(python_of(environment))
    with tempfile.TemporaryDirectory() as directory:
        entry = Path(directory, "uv.txt")
        entry.write_text(lock_entry(lock, "uv"))
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command([*pip, "--require-hashes", "-r", str(entry)], "uv could not be installed")
    uv = [python, "-m", "uv", "pip"]
    settings = {**os.environ, **uv_settings(python)}
    sync = ["sync", "--quiet", "--python", python, "--require-hashes", str(lock)]
    finished = subprocess.run([*uv, *sync], env=settings, capture_output=True, text=True)
    if finished.returncode != 0:
        print(f"uv failed ({cause(finished.stderr)}); pip installs instead, slower", flush=True)
        command([*pip, "--require-hashes", "-r", str(lock)], "the lock could not be installed")
    editable = ["--no-deps", "--no-build-isolation", "--editable", str(project)]
    command([*pip, *editable], "the project itself could not be installed")


def lock_entry(lock: Path, name: str) -> str:
    """Return the lines of one package in the lock, its hashes included."""
    found = re.search(rf"^{re.escape(name)}==(?:.*\\\n)*.*$", lock.read_text(), re.MULTILINE)
    if found is None:
        raise EnvironmentProblem(f"{lock.name} has no entry for {name}: run make lock")
    return found.group() + "\n"


def uv_settings(python: str) -> dict[str, str]:
    """Return pip's own package sources in uv's words; uv does not read pip's configuration.

    Whoever has configured uv is left alone.
    """
    if any(
        name.startswith(("UV_INDEX", "UV_DEFAULT_INDEX", "UV_FIND_LINKS")) for name in os.environ
    ):
        return {}
    files = [Path.home() / ".config/uv/uv.toml", Path("/etc/uv/uv.toml")]
    if "UV_CONFIG_FILE" in os.environ or any(file.exists() for file in files):
        return {}
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    return uv_words(pip_settings(listed.stdout))


def pip_settings(listed: str) -> dict[str, str]:
    """Return pip's settings from the lines of pip config list; environment beats install."""
    settings: dict[str, tuple[int, str]] = {}
    ranks = {"global": 0, "install": 1, ":env:": 2}
    for line in listed.splitlines():
        found = re.fullmatch(r"(global|install|:env:)\.([a-z-]+)='(.*)'", line.strip())
        if found and ranks[found[1]] >= settings.get(found[2], (0, ""))[0]:
            settings[found[2]] = (ranks[found[1]], found[3].replace("\\n", " "))
    return {key: value for key, (_, value) in settings.items()}


def uv_words(settings: dict[str, str]) -> dict[str, str]:
    """Return uv's environment variables for pip's settings."""
    words: dict[str, str] = {}
    if "index-url" in settings:
        words["UV_DEFAULT_INDEX"] = settings["index-url"]
    if "extra-index-url" in settings:
        words["UV_INDEX"] = settings["extra-index-url"]
        # pip takes the version wherever it finds it; the hashes make that safe here.
        words["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    if "find-links" in settings:
        words["UV_FIND_LINKS"] = ",".join(settings["find-links"].split())
    if settings.get("no-index", "").lower() in ("1", "true", "yes"):
        words["UV_NO_INDEX"] = "1"
    if "cert" in settings and "SSL_CERT_FILE" not in os.environ:
        words["SSL_CERT_FILE"] = settings["cert"]
    return words


def command(arguments: list[str], failure: str) -> None:
    """Run a command quietly; where it fails, raise the failure with its own last words."""
    finished = subprocess.run(arguments, capture_output=True, text=True)
    if finished.returncode != 0:
        words = cause(finished.stderr or finished.stdout)
        raise EnvironmentProblem(f"{failure}: {words}")


def cause(text: str) -> str:
    """Return the line of an installer's output that says what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for telling in (r"\w+Error: ", r"(?i)^(error:|×|╰─▶|├─▶|caused by)"):
        found = [line for line in lines if re.search(telling, line)]
        if found:
            return found[-1]
    return (lines or ["it said nothing"])[-1]


@contextmanager
def exclusive(path: Path, what: str) -> Iterator[None]:
    """Hold a lock file, so that two runs in one tree wait for each other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            import fcntl
        except ImportError:  # Windows: two runs at once are the reader's own care
            yield
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for {what} that runs in another process", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
