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
from contextlib import contextmanager, suppress
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
FOREIGN = {"MPLBACKEND", "MATPLOTLIBRC", "PYTHONSTARTUP", "JUPYTER_PATH"}
THREADS = ("OPENBLAS_NUM", "OMP_NUM", "MKL_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM")


def die_with_parent() -> None:
    """Let the system kill this process when its parent is gone, however busy it is (Linux)."""
    if LIBC is not None:
        LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Chapter:
    """The kernel of a chapter that is running, so that it can be stopped from outside."""

    def __init__(self, root: Path, log: IO[str], runtime: Path) -> None:
        self.log = log
        self.runtime = runtime
        self.process: Any = None
        self.killed = ""  # why, where it was this program
        environment = kernel_environment(root) | {"IPYTHONDIR": str(runtime)}
        # What the kernel prints past its cells goes to the log.
        self.launch = {"cwd": str(root), "env": environment, "stdout": log, "stderr": log}

    def kill(self, why: str = "") -> None:
        """Kill the kernel and every process that it started."""
        self.killed = self.killed or why
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def ending(self) -> str:
        """Say how the kernel ended."""
        code = None if self.process is None else self.process.poll()
        if self.killed or code is None:
            return self.killed or "the kernel does not answer"
        if code > 0:
            return f"the kernel died: it exited with status {code}"
        name = signal.Signals(-code).name
        return f"the kernel died: killed by {name}" + " (out of memory?)" * (name == "SIGKILL")


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
        await super()._async_launch_kernel(kernel_cmd, **{**settings, **self.chapter.launch})
        provisioner: Any = self.provisioner
        self.chapter.process = provisioner.process
        if self.chapter.killed:
            self.chapter.kill()

    _launch_kernel = _async_launch_kernel


@contextmanager
def running(root: Path, log: Path, budget: float) -> Iterator[Chapter]:
    """A place for a chapter to run, and a clock for the whole of it; nothing is left at the end."""
    # A socket's path may have about 100 characters.
    roomy = len(tempfile.gettempdir()) < 60
    runtime = Path(tempfile.mkdtemp(prefix="book-", dir=None if roomy else "/tmp"))
    with log.open("w") as output:
        chapter = Chapter(root, output, runtime)
        why = f"past its time budget of {budget:g} s, stopped"
        clock = threading.Timer(budget, chapter.kill, [why])
        clock.daemon = True
        clock.start()
        try:
            yield chapter
        finally:
            clock.cancel()
            chapter.kill()
            shutil.rmtree(runtime, ignore_errors=True)


def kernel_environment(root: Path) -> dict[str, str]:
    """Return the variables under which a chapter runs: nothing of the reader's own set-up."""
    cache = root / "_build" / "cache" / "matplotlib"
    cache.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    kept |= {f"{name}_THREADS": "1" for name in THREADS} | {"MPLCONFIGDIR": str(cache)}
    return kept | {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0", "TZ": "UTC"}


def list_fonts(root: Path) -> None:
    """Let matplotlib list the fonts once; a kernel that has to would say so in its outputs."""
    settings = kernel_environment(root)
    if not any(Path(settings["MPLCONFIGDIR"]).glob("fontlist*")):
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        subprocess.run(command, env=settings, stderr=subprocess.DEVNULL, check=True)
