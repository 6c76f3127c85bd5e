"""JupyterLab opens the chapters, for this machine only, and saves them without outputs."""

import importlib.util
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from small_book import GOOD, REPOSITORY

from book import lab
from book.problem import ChapterProblem


def test_what_opens_for_this_machine_only(book):
    book.chapter("05_convergence", GOOD)
    for name, place in {"05": "chapters/05_convergence.ipynb", "": "chapters"}.items():
        command = lab.lab_command(book.root, name)
        assert f"--LabApp.default_url=/lab/tree/{place}" in command
        assert "--ServerApp.ip=127.0.0.1" in command
    with pytest.raises(ChapterProblem, match="there is no chapter '99'"):
        lab.lab_command(book.root, "99")


@pytest.mark.parametrize(
    ("platform", "display", "browser"),
    [("linux", "", False), ("linux", ":0", True), ("darwin", "", True)],
)
def test_a_browser_only_where_there_is_a_display(book, monkeypatch, platform, display, browser):
    monkeypatch.setattr(lab.sys, "platform", platform)
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if display:
        monkeypatch.setenv("DISPLAY", display)
    assert ("--no-browser" not in lab.lab_command(book.root, "")) == browser


def executed():
    """A notebook as JupyterLab sends it after a run."""
    output = {"output_type": "stream", "name": "stdout", "text": "1\n"}
    times = {"execution": {"iopub.execute_input": "now"}, "scrolled": True, "tags": ["parameters"]}
    code = {"cell_type": "code", "id": "a", "source": "print(1)", "metadata": times}
    text = {"cell_type": "markdown", "id": "b", "source": "words", "metadata": {}}
    metadata = {"language_info": {"name": "python", "version": "3.11.7"}}
    cells = [{**code, "outputs": [output], "execution_count": 1}, text]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def test_outputs_of_a_chapter_are_not_saved():
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
def test_other_files_are_saved_as_they_are(kind, path):
    model = {"type": kind, "content": executed()}
    lab.strip_outputs(model, path=path)
    assert model["content"] == executed()


def read(address, **request):
    """Answer to a request; the server tells its address a moment before it listens."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(address, **request)) as answer:
                return answer.read()
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.skipif(not importlib.util.find_spec("jupyterlab"), reason="make lab installs it")
def test_the_real_server_opens_strips_and_ends(book):
    book.chapter("05_convergence", GOOD)
    book.write("mine/05_convergence.ipynb", "{}")
    command = [*lab.lab_command(book.root, "05"), "--no-browser", "--ServerApp.port_retries=100"]
    environment = {**os.environ, "HOME": str(book.root)}
    server = subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        told = (re.search(r"http://127\.0\.0\.1:\d+/lab\S+", line) for line in server.stderr)
        address = next(filter(None, told)).group()
        page, _, token = address.partition("?token=")
        host = page.partition("/lab/tree/")[0]
        read(address)
        specs = json.loads(read(f"{host}/api/kernelspecs?token={token}"))
        assert specs["default"] == "python3"
        body = json.dumps({"type": "notebook", "content": executed()}).encode()
        for folder, kept in (("chapters", 0), ("mine", 1)):
            name = f"{folder}/05_convergence.ipynb"
            read(f"{host}/api/contents/{name}?token={token}", data=body, method="PUT")
            saved = json.loads((book.root / name).read_text())
            assert len(saved["cells"][0]["outputs"]) == kept
    finally:
        server.terminate()
        try:
            server.communicate(timeout=60)
        finally:
            server.kill()  # nothing stays, should it not end by itself
