"""Run nbgrader on the course, in an environment of its own: `make grade W="…"`.

    make grade W="generate_assignment 01_regulator"   source/ to release/, without solutions
    make grade W="autograde 01_regulator"             submitted/STUDENT/01_regulator, in a sandbox
    make grade W="generate_feedback 01_regulator"     a page for each student, in feedback/
    make grade W="export"                             the scores, in grades.csv
    make grade W="lab"                                JupyterLab; its Formgrader grades words

Other words go to nbgrader as they are. The course is _build/course/nbgrader, which `make clean`
removes with its gradebook: to teach, copy the folder and name the copy, COURSE=/path/to/copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from book.environment import PYTHON, ROOT, ensure
from book.problem import ChapterProblem

LOCK, ENVIRONMENT = ROOT / "course" / "requirements-grade.txt", ROOT / ".venv-grade"
SETTINGS = Path(__file__).parent / "nbgrader_config.py"


def course_folder() -> Path:
    """Return the folder of the course, with settings."""
    folder = Path(os.environ.get("COURSE") or ROOT / "_build" / "course" / "nbgrader")
    if not (folder / "source").is_dir():
        raise ChapterProblem(f"{folder} holds no course: run make course")
    settings = folder / SETTINGS.name
    if not settings.exists():
        shutil.copy(SETTINGS, folder)
    if "\nisolate(c)" not in settings.read_text():
        raise ChapterProblem(f"{settings} does not isolate submissions; {SETTINGS} shows how")
    return folder.resolve()


def grade(words: list[str]) -> int:
    """Run nbgrader with these words; return its exit status."""
    folder = course_folder()
    ensure(ENVIRONMENT, [LOCK])
    if not words:
        print(__doc__)
        return 0
    module = "jupyterlab" if words[0] == "lab" else "nbgrader"
    command = [str(ENVIRONMENT / PYTHON), "-m", module, *words[words[0] == "lab" :]]
    # nbgrader calls alembic by its name.
    path = os.pathsep.join([str(ENVIRONMENT / "bin"), os.environ.get("PATH", os.defpath)])
    return subprocess.call(command, cwd=folder, env=os.environ | {"PATH": path})


if __name__ == "__main__":
    try:
        sys.exit(grade(sys.argv[1:]))
    except ChapterProblem as problem:
        sys.exit(str(problem))
