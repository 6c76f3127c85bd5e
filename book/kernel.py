"""The kernel of one running chapter: watched against the clock, gone when the build is gone.

A kernel is a session of its own: a Ctrl-C in the terminal reaches only the build, which then kills
the kernel's group, and with it whatever the chapter started.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
COMMAND = """
from book.kernel import die_with_parent
die_with_parent()
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""
# Runs after the chapter's last cell: what it loaded decides when it must run again.
LOADED = """
import json, pathlib, resource, sys
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
pathlib.Path({place!r}).write_text(json.dumps([list(filter(None, files)), peak]))
"""


def die_with_parent() -> None:
    """Let the system kill this process when its parent is gone, however busy it is (Linux)."""
    if LIBC is not None:
        LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Kernel(AsyncKernelManager):
    """A kernel of this very Python on sockets of its own.

    A kernel that the reader installed for the name python3 would be another environment, and the
    default socket name is the same for two kernels started in one directory.
    """

    chapter: Chapter  # set by a subclass for each chapter

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.transport = "ipc"
        self.ip = str(self.chapter.runtime / "kernel")
        self.connection_file = str(self.chapter.runtime / "kernel.json")
        command = [sys.executable, "-c", COMMAND, "-f", "{connection_file}"]
        self._kernel_spec = KernelSpec(**{**get_kernel_dict(), "argv": command})

    async def _async_launch_kernel(self, kernel_cmd: list[str], **settings: Any) -> None:
        await super()._async_launch_kernel(
            kernel_cmd, **{**settings, **self.chapter.launch_settings()}
        )
        provisioner: Any = self.provisioner
        self.chapter.started(provisioner.process)

    _launch_kernel = _async_launch_kernel


class Chapter:
    """The processes of a chapter that is running, so that they can be stopped from outside."""

    def __init__(self, root: Path, log: IO[str], runtime: Path) -> None:
        self.root = root
        self.log = log
        self.runtime = runtime
        self.process: Any = None
        self.killed = ""  # why, where it was this program

    def launch_settings(self) -> dict[str, Any]:
        """Return how the kernel is started; what it prints past its cells goes to the log."""
        environment = kernel_environment(self.root) | {"IPYTHONDIR": str(self.runtime)}
        return {"cwd": str(self.root), "env": environment, "stdout": self.log, "stderr": self.log}

    def started(self, process: Any) -> None:
        self.process = process
        if self.killed:
            self.kill(self.killed)

    def kill(self, why: str) -> None:
        """Kill the kernel and every process that it started."""
        self.killed = why
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def ending(self) -> str:
        """Say how the kernel ended."""
        code = None if self.process is None else self.process.poll()
        if self.killed or code is None:
            return self.killed or "the kernel does not answer"
        if code < 0:
            name = signal.Signals(-code).name
            memory = " (out of memory?)" if name == "SIGKILL" else ""
            return f"the kernel died: killed by {name}{memory}"
        return f"the kernel died: it exited with status {code}"


@contextmanager
def running(root: Path, log: Path, budget: float) -> Iterator[Chapter]:
    """A place for a chapter to run, and a clock for the whole of it; nothing is left at the end."""
    # A socket's path may have about 100 characters.
    roomy = len(tempfile.gettempdir()) < 60
    runtime = Path(tempfile.mkdtemp(prefix="book-", dir=None if roomy else "/tmp"))
    with log.open("a") as output:
        chapter = Chapter(root, output, runtime)
        why = f"past its time budget of {budget:g} s, stopped"
        clock = threading.Timer(budget, chapter.kill, [why])
        clock.daemon = True
        clock.start()
        try:
            yield chapter
        finally:
            clock.cancel()
            chapter.kill(chapter.killed)
            shutil.rmtree(runtime, ignore_errors=True)


def kernel_environment(root: Path) -> dict[str, str]:
    """Return the variables under which a chapter runs: nothing of the reader's own set-up."""
    cache = root / "_build" / "cache" / "matplotlib"
    cache.mkdir(parents=True, exist_ok=True)
    foreign = ("MPLBACKEND", "MATPLOTLIBRC", "PYTHONSTARTUP", "JUPYTER_PATH")
    threads = ("OPENBLAS_NUM", "OMP_NUM", "MKL_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM")
    return {
        **{name: value for name, value in os.environ.items() if name not in foreign},
        **{f"{name}_THREADS": "1" for name in threads},
        "MPLCONFIGDIR": str(cache),
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": "0",
        "TZ": "UTC",
    }


def list_fonts(root: Path) -> None:
    """Let matplotlib list the fonts once; a kernel that has to would say so in its outputs."""
    settings = kernel_environment(root)
    if not any(Path(settings["MPLCONFIGDIR"]).glob("fontlist*")):
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        subprocess.run(command, env=settings, stderr=subprocess.DEVNULL, check=True)
