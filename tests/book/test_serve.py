"""The built book is served to this machine only."""

from __future__ import annotations

import threading
import urllib.request
from pathlib import Path

import pytest

from book.problem import ChapterProblem
from book.serve import server


def test_serves_the_built_book_on_the_loopback_address(tmp_path: Path) -> None:
    built = tmp_path / "_build" / "html"
    built.mkdir(parents=True)
    (built / "index.html").write_text("the book")
    (tmp_path / "secret.txt").write_text("not served")
    with server(tmp_path) as running:
        host, port = running.server_address[:2]
        assert host == "127.0.0.1"
        threading.Thread(target=running.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(f"{address}/") as answer:
            assert answer.read() == b"the book"
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{address}/../../secret.txt")
        caught.value.close()
        running.shutdown()


def test_without_a_built_book(tmp_path: Path) -> None:
    with pytest.raises(ChapterProblem, match="there is no built book yet: run make book"):
        server(tmp_path)
