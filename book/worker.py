"""Run one chapter with papermill in a process of its own, and tell the parent what happens.

The parent (`book.execute`) writes one line of JSON to stdin: notebook, root, parameters, where to
write and log, and whether to show papermill's bar. This process answers in lines of JSON on stdout:
{"kernel": process group}, {"cell": name}, then {"done": {...}} or {"failed": cause, "cell": name}.
When stdin closes, the parent is gone, and so go the kernel and this process.
"""

from __future__ import annotations

import json
import logging
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import threading
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat
import papermill
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from book.finish import cell_name, finish
from book.problem import ChapterProblem

PACKAGES = ("numpy", "scipy", "matplotlib", "lqrlib", "papermill", "ipykernel", "jupyter-book")


class Kernel(AsyncKernelManager):
    """A kernel of this very Python on sockets of its own.

    A kernel that the reader installed for the name python3 would be another environment, and the
    default socket name is the same for two kernels started in one directory.
    """

    started: list[Any] = []  # the kernel's process, kept to learn how it ended

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.transport = "ipc"
        self.ip = str(Path(os.environ["JUPYTER_RUNTIME_DIR"]) / "kernel")
        self._kernel_spec = KernelSpec(**get_kernel_dict())

    async def _async_launch_kernel(self, kernel_cmd: list[str], **settings: Any) -> None:
        await super()._async_launch_kernel(kernel_cmd, **settings)
        provisioner: Any = self.provisioner
        self.started.append(provisioner.process)
        tell(kernel=provisioner.pgid)

    _launch_kernel = _async_launch_kernel


class Events:
    """The way back to the parent, apart from whatever the kernel prints on stdout."""

    file: Any = None


def tell(**event: Any) -> None:
    """Send one event to the parent."""
    Events.file.write(json.dumps(event) + "\n")
    Events.file.flush()


def kill_kernels() -> None:
    """Kill the kernel and every process it started."""
    for process in Kernel.started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def follow_parent() -> None:
    """End together with the parent."""
    sys.stdin.read()
    kill_kernels()
    os._exit(1)


def run(task: dict[str, Any]) -> dict[str, Any]:
    """Execute and finish one chapter; return what its record needs."""
    notebook: Any = nbformat.read(task["notebook"], as_version=4)  # type: ignore[no-untyped-call]
    names = {cell.id: cell_name(cell, index) for index, cell in enumerate(notebook.cells)}

    def note(cell: Any, cell_index: int) -> None:
        tell(cell=names.get(cell.id, f"the injected parameters ({cell.source!r})"))

    try:
        executed = papermill.execute_notebook(
            notebook,
            None,
            parameters=task["parameters"],
            progress_bar={"desc": task["name"]} if task["bar"] else False,
            kernel_name="python3",
            language="python",
            cwd=task["root"],
            kernel_manager_class=Kernel,
            on_cell_start=note,
            record_timing=False,
            coalesce_streams=True,
            # The parent keeps the clock; a process killed with children must not hold up the end.
            shutdown_kernel="immediate",
        )
    except PapermillExecutionError as error:
        logging.error(re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback)))
        raise ChapterProblem(one_line(f"{error.ename}: {error.evalue}")) from None
    except DeadKernelError:
        raise ChapterProblem(f"the kernel died: {ending()}") from None
    tell(cell="")  # what is wrong from here on names its cell itself
    stderr = finish(executed)
    nbformat.validate(executed)
    text = nbformat.writes(executed) + "\n"  # type: ignore[no-untyped-call]
    Path(task["partial"]).write_text(text, encoding="utf-8")
    return {
        "cells": sum(cell.cell_type == "code" for cell in executed.cells),
        "stderr": stderr,
        "versions": versions(),
    }


def ending() -> str:
    """Say how the kernel's process ended."""
    code = Kernel.started[-1].poll() if Kernel.started else None
    if code is None:
        return "it does not answer"
    if code < 0:
        name = signal.Signals(-code).name
        return f"killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")
    return f"it exited with status {code}"


def one_line(text: str) -> str:
    """Return a message on one line of bearable length."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = " ".join(text.split())
    return text if len(text) <= 300 else text[:297] + "..."


def versions() -> dict[str, str]:
    """Return the versions that the outputs depend on."""
    found = {"python": ".".join(str(part) for part in sys.version_info[:3])}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def peak_memory_mb() -> float:
    """Return the largest resident size of the kernel or any process it waited for."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


def main() -> int:
    """Run the task on stdin."""
    task = json.loads(sys.stdin.readline())
    Events.file = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what kernel and libraries print goes to the log
    threading.Thread(target=follow_parent, daemon=True).start()
    logging.basicConfig(filename=task["log"], format="%(message)s", level=logging.WARNING)
    # A socket's path may have about 100 characters.
    roomy = len(tempfile.gettempdir()) < 60
    runtime = tempfile.mkdtemp(prefix="book-", dir=None if roomy else "/tmp")
    os.environ["JUPYTER_RUNTIME_DIR"] = runtime
    os.environ["IPYTHONDIR"] = runtime  # a reader's start-up files are no part of the book
    tell(runtime=runtime)
    try:
        done = run(task)
        tell(done={**done, "peak_memory_mb": peak_memory_mb()})
        return 0
    except ChapterProblem as problem:
        tell(failed=str(problem))
    except Exception as error:  # whatever it is, the parent has to name the chapter
        logging.exception("the worker failed")
        tell(failed=one_line(f"{type(error).__name__}: {error}"))
    finally:
        kill_kernels()
        shutil.rmtree(runtime, ignore_errors=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
