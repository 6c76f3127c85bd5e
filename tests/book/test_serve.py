"""The built book is served to this machine only."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from book import commands

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def test_serves_the_built_book_on_the_loopback_address(tmp_path: Path) -> None:
    built = tmp_path / "_build" / "html"
    built.mkdir(parents=True)
    (built / "index.html").write_text("the book")
    (tmp_path / "secret.txt").write_text("not served")
    code = (
        f"import pathlib; from book import commands; commands.ROOT = pathlib.Path('{tmp_path}')"
        "; commands.webbrowser.open = print; commands.run(['serve'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=REPOSITORY, stdout=-1, text=True, env=dict(os.environ)
    ) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[4]
            assert address.startswith("http://127.0.0.1:")
            assert server.stdout.readline().strip() == address, "the browser opens it"
            with urllib.request.urlopen(address) as answer:
                assert answer.read() == b"the book"
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"{address}../../secret.txt")
            caught.value.close()
        finally:
            server.kill()


def test_without_a_built_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    assert commands.run(["serve"]) == 1
    assert capsys.readouterr().err.startswith("there is no built book yet: run make book")
