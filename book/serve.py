"""Show the built book in a browser, from this machine to this machine only."""

from __future__ import annotations

import functools
import webbrowser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from book.problem import ChapterProblem


class Handler(SimpleHTTPRequestHandler):
    """Serves files without a line in the terminal for each."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def server(root: Path) -> ThreadingHTTPServer:
    """Return a server of the built book on a free port of the loopback address."""
    built = root / "_build" / "html"
    if not (built / "index.html").exists():
        raise ChapterProblem("there is no built book yet: run make book (or python -m book book)")
    return ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(built)))


def serve(root: Path) -> None:
    """Serve the built book until interrupted."""
    with server(root) as running:
        address = f"http://127.0.0.1:{running.server_port}/"
        print(f"the book is at {address} (Ctrl-C ends)", flush=True)
        webbrowser.open(address)
        running.serve_forever()
