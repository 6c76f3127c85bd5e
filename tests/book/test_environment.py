"""The environment follows the lock, is repaired after an interruption, and fails in one line."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from book import environment
from book.environment import EnvironmentProblem

ROOT = Path(__file__).resolve().parent.parent.parent
BARE = ROOT / "book" / "__main__.py"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project whose environments are made of an empty folder, and count them."""
    (tmp_path / "requirements.txt").write_text("uv==1 \\\n    --hash=sha256:ab\n")
    (tmp_path / "tests.txt").write_text("pytest==1 \\\n    --hash=sha256:ab\n")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n[tool.other]\na = 1\n")

    def create(folder: Path) -> None:
        log(tmp_path, "create")
        python = environment.python_of(folder)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    def install(folder: Path, locks: list[Path], project: Path) -> None:
        assert not (folder / environment.STAMP).exists(), "the stamp is written last"
        log(tmp_path, "+".join(lock.stem for lock in locks))

    monkeypatch.setattr(environment, "create", create)
    monkeypatch.setattr(environment, "install", install)
    return tmp_path


def log(project: Path, step: str) -> None:
    with (project / "log").open("a") as file:
        file.write(step + "\n")


def steps(project: Path, *more: str) -> list[str]:
    """Bring the environment up to date and return what that took."""
    (project / "log").write_text("")
    locks = [project / f"{name}.txt" for name in ("requirements", *more)]
    environment.ensure(project / ".venv", locks, project)
    return (project / "log").read_text().split()


def test_nothing_is_installed_twice(project: Path) -> None:
    assert steps(project) == ["create", "requirements"]
    assert steps(project) == []
    os.utime(project / "requirements.txt")
    assert steps(project) == []


def test_what_tests_need_is_installed_on_top_and_stays(project: Path) -> None:
    steps(project)
    assert steps(project, "tests") == ["requirements+tests"]
    assert steps(project) == [] == steps(project, "tests")
    (project / "requirements.txt").write_text("uv==2 \\\n    --hash=sha256:ab\n")
    assert steps(project) == ["requirements+tests"]
    (project / "tests.txt").write_text("pytest==2 \\\n    --hash=sha256:ab\n")
    assert steps(project) == [], "the book does not need it"
    assert steps(project, "tests") == ["requirements+tests"]


def test_an_environment_that_stands_is_only_read(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps(project)

    def refuse(*arguments: object, **named: object) -> None:
        raise OSError(30, "Read-only file system")

    for name in ("mkdir", "write_text", "touch", "unlink"):
        monkeypatch.setattr(Path, name, refuse)
    environment.ensure(project / ".venv", [project / "requirements.txt"], project)


def test_a_changed_lock_is_installed_into_the_environment_that_stands(project: Path) -> None:
    steps(project)
    (project / "requirements.txt").write_text("uv==2 \\\n    --hash=sha256:ab\n")
    assert steps(project) == ["requirements"]
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace("a = 1", "a = 2"))
    assert steps(project) == [], "settings of tools do not touch the environment"
    settings.write_text(settings.read_text().replace("'x'", "'y'"))
    assert steps(project) == ["requirements"]


def test_an_interrupted_installation_is_repaired(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as context, pytest.raises(KeyboardInterrupt):

        def interrupted(*arguments: Path) -> None:
            raise KeyboardInterrupt

        context.setattr(environment, "install", interrupted)
        steps(project)
    assert steps(project) == ["create", "requirements"]
    (project / ".venv" / environment.STAMP).write_text("half a st")
    assert steps(project) == ["create", "requirements"]
    environment.python_of(project / ".venv").unlink()
    assert steps(project) == ["create", "requirements"]


def test_a_moved_repository_gets_its_own_environment(project: Path) -> None:
    steps(project)
    stamp = project / ".venv" / environment.STAMP
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "location": "/elsewhere/.venv"}))
    assert steps(project) == ["create", "requirements"]


def test_the_real_thing_is_created_over_half_a_one(tmp_path: Path) -> None:
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").write_text("half")
    environment.create(folder)
    python = environment.python_of(folder)
    code = "import sys, pip; print(sys.prefix)"
    assert Path(subprocess.check_output([python, "-c", code], text=True).strip()) == folder


def test_without_ensurepip_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EnvironmentProblem, match=r"apt install python3\.\d+-venv") as caught:
        environment.create(tmp_path / ".venv")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / ".venv").exists()


FAKE = """#!/bin/sh
echo "$@" >> {log}
case "$*" in *{failing}*) echo 'error: no such thing' >&2; exit 1;; esac
"""


@pytest.mark.parametrize(
    ("failing", "fallback", "complaint"),
    [
        ("nothing", False, None),
        ("-m*uv*sync", True, None),
        ("-m*pip*uv.txt", False, "uv could not be installed: error: no such thing"),
        ("requirements.txt", True, "the lock could not be installed: error: no such thing"),
        ("--editable", False, "the project itself could not be installed: error: no such thing"),
    ],
)
def test_uv_installs_with_hashes_and_pip_steps_in_loudly(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    failing: str,
    fallback: bool,
    complaint: str | None,
) -> None:
    python = environment.python_of(tmp_path / ".venv")
    python.parent.mkdir(parents=True)
    python.write_text(FAKE.format(log=tmp_path / "log", failing=failing))
    python.chmod(0o755)
    lock = tmp_path / "requirements.txt"
    lock.write_text("uv==1 \\\n    --hash=sha256:ab\nzict==2 \\\n    --hash=sha256:cd\n")
    arguments = (tmp_path / ".venv", [lock], tmp_path)
    if complaint is None:
        environment.install(*arguments)
    else:
        with pytest.raises(EnvironmentProblem, match=f"^{complaint}$"):
            environment.install(*arguments)
    calls = (tmp_path / "log").read_text().splitlines()
    installing = [call for call in calls if " install " in call or " sync " in call]
    assert all("--require-hashes" in call for call in installing if "--editable" not in call)
    by_pip = [call for call in calls if call.startswith("-m pip") and call.endswith(str(lock))]
    assert bool(by_pip) == fallback
    output = capsys.readouterr().out
    said = "uv failed: error: no such thing; pip installs instead, slower\n"
    assert output == (said if fallback else "")
    if complaint is None:
        assert calls[-1].endswith(f"--no-deps --no-build-isolation --editable {tmp_path}")


def test_the_entry_of_uv_in_the_real_lock_is_pinned_and_hashed() -> None:
    entry = environment.lock_entry(ROOT / "requirements.txt", "uv")
    assert entry.startswith("uv==")
    assert entry.count("--hash=sha256:") >= 10
    assert entry.count("==") == 1


def test_a_lock_without_uv(tmp_path: Path) -> None:
    (tmp_path / "lock.txt").write_text("uvicorn==1 \\\n    --hash=sha256:ab\n")
    with pytest.raises(EnvironmentProblem, match="lock.txt has no entry for uv"):
        environment.lock_entry(tmp_path / "lock.txt", "uv")


def test_uv_trusts_the_systems_certificates_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("UV_SYSTEM_CERTS", raising=False)
    assert environment.uv_variables()["UV_SYSTEM_CERTS"] == "1"
    monkeypatch.setenv("UV_SYSTEM_CERTS", "0")
    assert environment.uv_variables()["UV_SYSTEM_CERTS"] == "0"


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("x\nerror: one\n  Caused by: deeper\n", "Caused by: deeper"),
        ("Traceback\nModuleNotFoundError: No module named 'x'\nhint: y\n", "ModuleNotFoundError: "),
        ("only this\n", "only this"),
        ("", "it said nothing"),
    ],
)
def test_the_cause_in_an_installers_output(output: str, line: str) -> None:
    assert environment.cause(output).startswith(line)


def test_the_first_file_loads_under_any_python_3() -> None:
    """Old grammar, and nothing imported at the top that an old or bare Python lacks."""
    tree = ast.parse(BARE.read_text(), feature_version=(3, 4))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {name.name for node in top for name in node.names} == {"os", "subprocess", "sys"}


@pytest.mark.parametrize(("version", "word"), [((3, 8), "older"), ((3, 14), "newer")])
def test_an_unsuitable_python_is_answered_in_one_line(
    tmp_path: Path, version: tuple[int, int], word: str
) -> None:
    code = f"import runpy, sys; sys.version_info = {(*version, 0)}; runpy.run_path({str(BARE)!r}, run_name='__main__')"  # noqa: E501
    finished = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": str(tmp_path)},  # so that no other Python is found
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 1
    assert finished.stdout == ""
    (line,) = finished.stderr.splitlines()
    name = ".".join(map(str, version))
    assert line.startswith(f"Python {name} is {word} than the locked environment allows: install")


def test_an_unsuitable_python_hands_over_to_a_suitable_one(tmp_path: Path) -> None:
    other = tmp_path / "python3.12"
    other.write_text('#!/bin/sh\ncase "$1" in -m) echo "handed over: $*";; esac\n')
    other.chmod(0o755)
    code = f"import runpy, sys; sys.version_info = (3, 8, 0); sys.argv[1:] = ['book']; runpy.run_path({str(BARE)!r}, run_name='__main__')"  # noqa: E501
    path = os.pathsep.join([str(tmp_path), "/bin", "/usr/bin"])
    finished = subprocess.run(
        [sys.executable, "-c", code], env={"PATH": path}, capture_output=True, text=True
    )
    handed = finished.stdout == "handed over: -m book book\n"
    real = any((Path(folder) / "python3.13").exists() for folder in ("/bin", "/usr/bin"))
    assert handed or real
