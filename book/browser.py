"""A headless Chromium, driven through its DevTools protocol, that looks at built pages.

One browser process and one tab serve all pages. The browser resolves no host name, so a page that
needs the network fails here, whatever this machine reaches.
"""

from __future__ import annotations

import base64
import functools
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-extensions "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--disable-default-apps --hide-scrollbars --force-color-profile=srgb --remote-debugging-port=0 "
    "--disable-dev-shm-usage --password-store=basic"
).split()
TIMEOUT = 30.0  # seconds for one answer of the browser or one page

# Resolves when the page has loaded and every formula on it is typeset.
SETTLED = """
(async () => {
  if (document.readyState !== "complete")
    await new Promise(done => addEventListener("load", done, {once: true}));
  if (window.MathJax && MathJax.startup) await MathJax.startup.promise;
  await new Promise(done => setTimeout(done, 50));
})()
"""


class BrowserError(RuntimeError):
    """Chromium is missing, did not start, or does not answer."""


def find_chromium() -> str | None:
    """Path of Chromium: the CHROMIUM variable, else one of the usual names on PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Visit:
    """What happened while a page was open."""

    url: str
    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # failed requests
    errors: list[str] = field(default_factory=list)  # console errors and exceptions


class Browser:
    """A tab of a headless Chromium: `open` a page, `evaluate` JavaScript in it, take a picture."""

    def __init__(self, chromium: str) -> None:
        import websocket

        self._WebSocketError = websocket.WebSocketException
        self._profile = tempfile.TemporaryDirectory(prefix="book-chromium-")
        command = [
            chromium,
            *FLAGS,
            f"--user-data-dir={self._profile.name}",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            "about:blank",
        ]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._visit = Visit("about:blank")
        self._loaded = False
        self._next = 0
        self._urls: dict[str, str] = {}
        try:
            self._socket = websocket.create_connection(
                self._address(), timeout=TIMEOUT, suppress_origin=True
            )
            self._session: str | None = None
            target = self.send("Target.createTarget", url="about:blank")["targetId"]
            attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
            self._session = attached["sessionId"]
            for domain in ("Page", "Runtime", "Network", "Log"):
                self.send(f"{domain}.enable")
        except BaseException:
            self.close()
            raise

    def _address(self) -> str:
        """Chromium writes its port and path into a file of its profile."""
        port_file = Path(self._profile.name) / "DevToolsActivePort"
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise BrowserError(f"Chromium ended at once, exit code {self._process.returncode}")
            if port_file.is_file() and len(lines := port_file.read_text().split()) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            time.sleep(0.05)
        raise BrowserError("Chromium did not open its DevTools port")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a DevTools method; events that arrive before its answer are noted."""
        self._next += 1
        message: dict[str, Any] = {"id": self._next, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = self._receive()
            if answer.get("id") == self._next:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _receive(self) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(self._socket.recv())
        except (OSError, ValueError, self._WebSocketError) as error:
            raise BrowserError(f"Chromium does not answer: {error!r}") from None
        if "method" in answer:
            self._note(answer["method"], answer["params"])
        return answer

    def _note(self, event: str, data: dict[str, Any]) -> None:
        visit = self._visit
        if event == "Page.loadEventFired":
            self._loaded = True
        elif event == "Network.requestWillBeSent":
            self._urls[data["requestId"]] = data["request"]["url"]
            visit.requests.append(data["request"]["url"])
        elif event == "Network.loadingFailed" and not data.get("canceled"):
            url = self._urls.get(data["requestId"], "?")
            visit.failures.append(f"{url}: {data['errorText']}")
        elif event == "Network.responseReceived" and data["response"]["status"] >= 400:
            visit.failures.append(f"{data['response']['url']}: {data['response']['status']}")
        elif event == "Runtime.exceptionThrown":
            details = data["exceptionDetails"]
            text = details.get("exception", {}).get("description") or details["text"]
            visit.errors.append(" ".join(text.split()))
        elif event == "Runtime.consoleAPICalled" and data["type"] in ("error", "assert"):
            texts = [str(a.get("value", a.get("description", ""))) for a in data["args"]]
            visit.errors.append(" ".join(texts))
        elif event == "Log.entryAdded" and data["entry"]["level"] == "error":
            visit.errors.append(f"{data['entry']['text']} {data['entry'].get('url', '')}".strip())

    def open(self, url: str) -> Visit:
        """Open a page, wait until its formulas are typeset, and return what happened."""
        self._navigate("about:blank")  # ends what the page before still loads
        visit = self._navigate(url)
        if self._loaded:
            self.evaluate(SETTLED)
        return visit

    def _navigate(self, url: str) -> Visit:
        self._visit, self._loaded = Visit(url), False
        answer = self.send("Page.navigate", url=url)
        if "errorText" in answer:
            self._visit.failures.append(f"{url}: {answer['errorText']}")
            return self._visit
        deadline = time.monotonic() + TIMEOUT
        while not self._loaded:
            if time.monotonic() > deadline:
                raise BrowserError(f"{url}: not loaded after {TIMEOUT:.0f} s")
            self._receive()
        return self._visit

    def evaluate(self, script: str) -> Any:
        """Value of a JavaScript expression in the page; a promise is awaited."""
        answer = self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise BrowserError(f"script failed: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def resize(self, width: int, height: int = 900) -> None:
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,  # a phone would zoom out and hide that a page is too wide
        )

    def picture(self, whole: bool = False) -> bytes:
        """PNG of what is visible, or of the whole page."""
        answer = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(answer["data"])

    def close(self) -> None:
        if hasattr(self, "_socket"):
            self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._profile.name, ignore_errors=True)  # Chromium's children may linger
        self._profile._finalizer.detach()  # type: ignore[attr-defined]

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine's own address; yields the base URL."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
