"""The processes of one running chapter: a worker with its kernel, watched against the clock.

The worker is a session of its own and so is its kernel: a Ctrl-C in the terminal reaches only the
parent, which then kills both groups, and with them whatever a chapter started.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
REPOSITORY = Path(__file__).resolve().parent.parent


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent is gone, however that ended (Linux)."""
    if LIBC is not None:
        LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


@dataclass(eq=False)
class Run:
    """The processes of a chapter that is running, so that they can be stopped from outside."""

    process: subprocess.Popen[str]
    kernel: int | None = None
    runtime: str | None = None
    cell: str = "before its first cell"
    expired: bool = False

    def kill(self) -> None:
        """Kill the kernel's process group and the worker's, and remove the kernel's sockets."""
        groups = [self.kernel] if self.kernel else []
        if self.process.poll() is None:
            groups.append(self.process.pid)
        for group in groups:
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.runtime:
            shutil.rmtree(self.runtime, ignore_errors=True)

    def follow(self, words: dict[str, Any], budget: float) -> dict[str, Any]:
        """Hand the worker its task and follow it to its end; return what it says of that."""
        clock = threading.Timer(budget, self.expire)
        clock.daemon = True
        clock.start()
        try:
            last = self.last_event(words)
        finally:
            clock.cancel()
            if self.process.poll() != 0:
                self.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()
        if self.expired:
            last = {"failed": f"past its time budget of {budget:g} s, stopped"}
        elif not last:
            last = {"failed": f"its worker ended with status {self.process.returncode}"}
        return {"cell": self.cell, **last}

    def last_event(self, words: dict[str, Any]) -> dict[str, Any]:
        """Read the worker's events; return the final one, empty where it did not get there."""
        process, final = self.process, dict[str, Any]()
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps(words) + "\n")
            process.stdin.flush()  # it stays open: its end tells the worker that we are gone
        except BrokenPipeError:
            return final
        for line in process.stdout:
            event = json.loads(line)
            self.kernel = event.get("kernel", self.kernel)
            self.runtime = event.get("runtime", self.runtime)
            self.cell = event.get("cell", self.cell)
            if "done" in event or "failed" in event:
                final = event
        return {} if process.wait() != 0 and "done" in final else final

    def expire(self) -> None:
        """End a chapter that is past its budget."""
        self.expired = True
        self.kill()


def worker_environment(root: Path) -> dict[str, str]:
    """Return the variables under which a chapter runs: nothing of the reader's own set-up."""
    cache = root / "_build" / "cache" / "matplotlib"
    cache.mkdir(parents=True, exist_ok=True)
    foreign = ("MPLBACKEND", "MATPLOTLIBRC", "PYTHONSTARTUP", "JUPYTER_PATH")
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    threads = ("OPENBLAS_NUM", "OMP_NUM", "MKL_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM")
    return {
        **kept,
        **{f"{name}_THREADS": "1" for name in threads},
        "JUPYTER_NO_CONFIG": "1",
        "MPLCONFIGDIR": str(cache),
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": "0",
        "TZ": "UTC",
    }


def started_run(root: Path, log: Path, *, bar: bool) -> Run:
    """Start a worker; papermill's bar, if any, is drawn on the terminal's stderr."""
    with log.open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "book.worker"],
            cwd=REPOSITORY,
            env=worker_environment(root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if bar else errors,
            text=True,
            start_new_session=True,
        )
    return Run(process)


def list_fonts(root: Path) -> None:
    """Let matplotlib list the fonts once; a kernel that has to would say so in its outputs."""
    settings = worker_environment(root)
    if not any(Path(settings["MPLCONFIGDIR"]).glob("fontlist*")):
        code = "import matplotlib.font_manager"
        command = [sys.executable, "-c", code]
        subprocess.run(command, env=settings, stderr=subprocess.DEVNULL, check=True)
