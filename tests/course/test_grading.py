"""nbgrader from end to end: what students hand in, their points, and what a sandbox keeps away."""

import json
import os
import shutil
import signal
import socket
import uuid
from pathlib import Path

import pytest
from graded_course import NAME, grade, hand_in, printed, scores, write_course
from hostile import ATTEMPTS, SCRIPT, SWAP, hostile_code, reported, running
from traitlets.config import Config

from book.environment import ensure
from book.problem import ChapterProblem
from course import grading, isolation

ROOT = Path(__file__).resolve().parents[2]
DOUBLE, ROOT_OF_2 = "def double(x):\n    return 2 * x", "root = 1.41421356237"
CHAPTER = "01_regulator"
CHECKED = {"ex-double-check": 2, "ex-root-check": 3}


@pytest.fixture(scope="module")
def nbgrader():
    """The environment of nbgrader, made where it is missing."""
    if problem := isolation.missing():
        pytest.skip(f"left out: {problem.partition(' (')[0].partition(', which')[0]}")
    try:
        ensure(grading.ENVIRONMENT, [grading.LOCK])
    except ChapterProblem as problem:
        pytest.skip(f"left out: the environment of nbgrader cannot be made ({problem})")


@pytest.fixture(scope="module")
def released(nbgrader, tmp_path_factory):
    """A course whose assignment is ready for students."""
    folder = write_course(tmp_path_factory.mktemp("released") / "course")
    done = grade(folder, "generate_assignment", NAME)
    assert done.returncode == 0, done.stderr
    return folder


def told(cell):
    return cell["metadata"].get("nbgrader", {})


@pytest.mark.pages
def test_nbgrader_makes_an_assignment_of_a_chapter(nbgrader, made, tmp_path):
    notebook, name = made(CHAPTER, "nbgrader"), f"{CHAPTER}.ipynb"
    source = tmp_path / "course" / "source" / CHAPTER / name
    source.parent.mkdir(parents=True)
    source.write_text(json.dumps(notebook))
    done = grade(tmp_path / "course", "generate_assignment", CHAPTER)
    assert done.returncode == 0, done.stderr
    release = json.loads((tmp_path / "course" / "release" / CHAPTER / name).read_text())
    solved = [cell for cell in notebook["cells"] if told(cell).get("solution")]
    given = {cell["id"]: "".join(cell["source"]) for cell in release["cells"]}
    assert solved and all(given[cell["id"]] != cell["source"] for cell in solved)
    assert not any("SOLUTION" in text for text in given.values())


class Attacked:
    """A course in which one student is hostile, with what it is after and what became of it."""

    def __init__(self, released, place, **answers):
        self.place = place
        self.folder = Path(shutil.copytree(released, place / "course"))
        self.mark = f"mark-{uuid.uuid4()}"
        self.temporary = Path(isolation.tempfile.gettempdir(), self.mark)
        (place / "home").mkdir()
        (place / "home" / "secret").write_text("a key")
        self.source = self.folder / "source" / NAME / f"{NAME}.ipynb"
        self.before = self.source.read_bytes()
        other = hand_in(self.folder, "correct", ex_double=DOUBLE, ex_root=ROOT_OF_2)
        with socket.create_server(("127.0.0.1", 0)) as server:
            code = hostile_code(
                source=str(self.source),
                gradebook=str(self.folder / "gradebook.db"),
                other=str(other),
                chapter=str(min((ROOT / "chapters").glob("*.ipynb"))),
                home=str(place / "home"),
                temporary=str(self.temporary),
                port=server.getsockname()[1],
                mark=self.mark,
            )
            self.hostile = {"ex_double": f"{DOUBLE}\n{code}", "ex_root": ROOT_OF_2}
            self.hostile["ex_root_words"] = SCRIPT + "my words"
            self.run(**answers)
        self.left = running(self.mark)
        for process in self.left:
            os.kill(process, signal.SIGKILL)

    def run(self, **answers):
        # Where nbgrader is about to write, a link to its gradebook.
        self.hostile["ex_root"] += SWAP.format(gradebook=str(self.folder / "gradebook.db"))
        answers["hostile"] = self.hostile
        for student, given in answers.items():
            hand_in(self.folder, student, **given)
        self.autograde = grade(self.folder, "autograde", NAME, SECRET="a token")
        self.feedback = grade(self.folder, "generate_feedback", NAME)


@pytest.fixture(scope="module")
def isolated(released, tmp_path_factory):
    """Everybody's submission graded in the sandbox."""
    return Attacked(
        released,
        tmp_path_factory.mktemp("isolated"),
        a_dying={"ex_double": "import os\nos._exit(1)", "ex_root": ROOT_OF_2},
        wrong={"ex_double": "def double(x):\n    return x * x", "ex_root": ROOT_OF_2},
        untouched={},
    )


class Bare(Attacked):
    """The same with no sandbox, the hostile one only."""

    def run(self):
        hand_in(self.folder, "hostile", **self.hostile)
        words = ("autograde", NAME, "--student", "hostile")
        self.autograde = grade(self.folder, *words, SECRET="a token", ISOLATED="no")


@pytest.fixture(scope="module")
def bare(released, tmp_path_factory):
    attacked = Bare(released, tmp_path_factory.mktemp("bare"))
    yield attacked
    Path(isolation.ROOT, "lqrlib", "__init__.py.stolen").unlink(missing_ok=True)
    attacked.temporary.unlink(missing_ok=True)


def points(course, student):
    found = scores(course.folder)[student]
    return {name: found[name] for name in CHECKED}


def test_what_students_get_holds_no_solution_and_no_hidden_test(released):
    text = (released / "release" / NAME / f"{NAME}.ipynb").read_text()
    assert "def double(x):" in text and "expected=" in text
    for hidden in ("return x + x", "2**0.5", "Because 2", "double(7)", "BEGIN"):
        assert hidden not in text
        assert hidden in (released / "source" / NAME / f"{NAME}.ipynb").read_text()


def test_a_correct_submission_gets_every_point(isolated):
    assert points(isolated, "correct") == CHECKED


def test_a_wrong_answer_loses_its_own_points_only(isolated):
    assert points(isolated, "wrong") == CHECKED | {"ex-double-check": 0}


def test_an_untouched_notebook_gets_no_point(isolated):
    assert points(isolated, "untouched") == dict.fromkeys(CHECKED, 0)


def test_words_wait_for_a_person(isolated):
    assert {each["ex-root-words"] for each in scores(isolated.folder).values()} <= {None, 0}


def test_a_kernel_that_dies_is_named_and_the_others_are_graded(isolated):
    assert isolated.autograde.returncode == 1
    assert f"'{NAME}' for student 'a_dying'" in isolated.autograde.stderr
    assert not (isolated.folder / "autograded" / "a_dying" / NAME).exists()


def test_each_graded_student_gets_feedback(isolated):
    assert isolated.feedback.returncode == 0, isolated.feedback.stderr
    pages = (isolated.folder / "feedback").glob(f"*/{NAME}/{NAME}.html")
    assert {page.parts[-3] for page in pages} == {"correct", "hostile", "untouched", "wrong"}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_hostile_submission_cannot(isolated, attempt):
    could = reported(printed(isolated.folder, "hostile"))
    assert could[attempt] is (attempt == "run on")  # it starts a process, which ends with it


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_without_the_sandbox_the_same_submission_can(bare, attempt):
    assert reported(printed(bare.folder, "hostile"))[attempt]


def test_no_process_of_a_submission_runs_on(isolated):
    assert not isolated.left


def test_a_process_that_runs_on_would_be_found(bare):
    assert bare.left


def test_a_hostile_submission_writes_nothing_outside_its_folder(isolated):
    assert isolated.source.read_bytes() == isolated.before
    assert not list(isolated.place.rglob("*stolen*")) and not isolated.temporary.exists()
    graded = isolated.folder / "autograded" / "hostile" / NAME
    assert [path.name for path in graded.iterdir()] == [f"{NAME}.ipynb"]
    assert not (graded / f"{NAME}.ipynb").is_symlink()


def test_what_it_writes_would_be_found(bare):
    assert (bare.folder / "autograded" / "hostile" / NAME / "figure.png").is_symlink()
    assert list(bare.place.rglob("*stolen*")) and bare.temporary.exists()


def test_no_script_of_a_submission_reaches_the_feedback(isolated):
    page = isolated.folder / "feedback" / "hostile" / NAME / f"{NAME}.html"
    assert "display.HTML object" in page.read_text() and "my words" in page.read_text()
    assert SCRIPT not in page.read_text()


def test_without_bubblewrap_nothing_is_graded(released, tmp_path):
    folder = Path(shutil.copytree(released, tmp_path / "course"))
    hand_in(folder, "correct", ex_double=DOUBLE)
    done = grade(folder, "autograde", NAME, PATH="/nowhere")
    last = done.stderr.splitlines()[-1]
    assert done.returncode != 0 and last.startswith("bubblewrap is missing")
    assert not (folder / "autograded").exists()


def test_links_in_a_submission_are_removed(tmp_path, capsys):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "data.csv").symlink_to(__file__)
    (tmp_path / "folder" / "text").write_text("kept")
    isolation.remove_links(tmp_path)
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["text"]
    assert "data.csv is a link" in capsys.readouterr().err


def test_a_sandbox_that_is_not_allowed_is_not_used(monkeypatch):
    monkeypatch.setattr(isolation, "sandbox", lambda: ["false"])
    monkeypatch.setattr(isolation.shutil, "which", lambda name: name)
    config = Config()
    isolation.isolate(config)
    with pytest.raises(SystemExit, match="installed and not allowed here"):
        config.Autograde.pre_convert_hook("an assignment", "a student", ["a.ipynb"])


def test_isolated_is_yes_or_no(monkeypatch):
    monkeypatch.setenv("ISOLATED", "perhaps")
    with pytest.raises(SystemExit, match="ISOLATED is yes or no, not 'perhaps'"):
        isolation.isolate(Config())


def test_settings_that_isolate_nothing_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE", str(tmp_path))
    with pytest.raises(ChapterProblem, match="holds no course: run make course"):
        grading.course_folder()
    (tmp_path / "source").mkdir()
    assert grading.course_folder() == tmp_path.resolve()
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    with pytest.raises(ChapterProblem, match="does not isolate"):
        grading.course_folder()
