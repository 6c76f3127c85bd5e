"""JupyterLab opens the chapters, for this machine only, and saves them without outputs."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from book import lab
from book.environment import ROOT, python_of
from book.problem import ChapterProblem

PYTHON = python_of(ROOT / ".venv-lab")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "05_convergence.ipynb").write_text("{}")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "place"), [("05", "chapters/05_convergence.ipynb"), ("", "chapters")]
)
def test_what_opens(book: Path, name: str, place: str) -> None:
    command = lab.lab_command(book, name)
    assert f"--LabApp.default_url=/lab/tree/{place}" in command
    assert "--ServerApp.ip=127.0.0.1" in command


def test_a_chapter_that_does_not_exist(book: Path) -> None:
    with pytest.raises(ChapterProblem, match="there is no chapter '99'"):
        lab.lab_command(book, "99")


@pytest.mark.parametrize(
    ("platform", "display", "browser"),
    [("linux", None, False), ("linux", ":0", True), ("darwin", None, True)],
)
def test_a_browser_only_where_there_is_a_display(
    book: Path, monkeypatch: pytest.MonkeyPatch, platform: str, display: str | None, browser: bool
) -> None:
    monkeypatch.setattr(lab.sys, "platform", platform)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    if display:
        monkeypatch.setenv("DISPLAY", display)
    assert ("--no-browser" not in lab.lab_command(book, "")) == browser


def executed() -> dict[str, Any]:
    """A notebook as JupyterLab sends it after a run."""
    output = {"output_type": "stream", "name": "stdout", "text": "1\n"}
    times = {"execution": {"iopub.execute_input": "now"}, "scrolled": True, "tags": ["parameters"]}
    code = {"cell_type": "code", "id": "a", "source": "print(1)", "metadata": times}
    text = {"cell_type": "markdown", "id": "b", "source": "words", "metadata": {}}
    metadata = {"language_info": {"name": "python", "version": "3.11.7"}}
    cells = [{**code, "outputs": [output], "execution_count": 1}, text]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def test_outputs_of_a_chapter_are_not_saved() -> None:
    model = {"type": "notebook", "content": executed()}
    lab.strip_outputs(model, path="chapters/05_convergence.ipynb", contents_manager=None)
    code, text = model["content"]["cells"]
    assert code["outputs"] == [] and code["execution_count"] is None
    assert code["metadata"] == {"tags": ["parameters"]} and code["source"] == "print(1)"
    assert text == executed()["cells"][1]
    metadata = model["content"]["metadata"]
    assert metadata["language_info"] == {"name": "python"}
    assert metadata["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize(("kind", "path"), [("notebook", "mine/05.ipynb"), ("file", "chapters/a")])
def test_other_files_are_saved_as_they_are(kind: str, path: str) -> None:
    model = {"type": kind, "content": executed()}
    before = copy.deepcopy(model)
    lab.strip_outputs(model, path=path)
    assert model == before


def status(address: str) -> int:
    """Status of a page; the server tells its address a moment before it listens."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address) as answer:
                return int(answer.status)
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.skipif(not PYTHON.exists(), reason="make lab has not made .venv-lab")
def test_the_real_server_opens_strips_and_ends(book: Path) -> None:
    command = [str(PYTHON), *lab.lab_command(book, "05")[1:], "--no-browser"]
    server = subprocess.Popen(
        [*command, "--ServerApp.port_retries=100"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(book)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        lines = iter(server.stderr.readline, "")
        address = next(
            filter(None, (re.search(r"http://127\.0\.0\.1:\d+/lab\S+", x) for x in lines))
        )
        page, _, token = address.group().partition("?token=")
        host = page.partition("/lab/tree/")[0]
        assert status(address.group()) == 200
        with urllib.request.urlopen(f"{host}/api/kernelspecs?token={token}") as answer:
            assert json.load(answer)["default"] == "python3"
        for folder, kept in (("chapters", 0), ("mine", 1)):
            (book / folder).mkdir(exist_ok=True)
            body = json.dumps({"type": "notebook", "content": executed()}).encode()
            request = urllib.request.Request(
                f"{host}/api/contents/{folder}/05_convergence.ipynb?token={token}",
                body,
                method="PUT",
            )
            urllib.request.urlopen(request).close()
            saved = json.loads((book / folder / "05_convergence.ipynb").read_text())
            assert len(saved["cells"][0]["outputs"]) == kept
    finally:
        server.terminate()
        try:
            server.communicate(timeout=60)
        finally:
            server.kill()  # nothing stays, should it not end by itself
