"""Keep what autograding runs in a sandbox: bubblewrap as the command of the kernel.

A submission sees the system, this environment and the two packages, all read-only, and a copy of
its own folder that vanishes with the kernel. It has no network, no process outside and nobody's
home. Standard library only: nbgrader loads this from `nbgrader_config.py`, in each of its commands.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/sbin", "/etc/ld.so.cache", "/etc/fonts")
SPACE = 512 * 2**20  # bytes that a submission may write
# Of each process, not of all together.
LIMITS = {"as": 4 * 2**30, "fsize": SPACE, "cpu": 3600, "nproc": 256, "core": 0}
VARIABLES = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}
THREADS = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
ADVICE = (
    "Install it (Debian, Ubuntu: apt install bubblewrap), or say ISOLATED=no: then submissions "
    "can read the solutions and all that you can read, and write it, too"
)


def sandbox() -> list[str]:
    """Return the start of the command that runs another one inside."""
    packages = (str(ROOT / name) for name in ("lqrlib", "lqrpapers"))
    shown = [*SYSTEM, sys.base_prefix, sys.prefix, *packages]
    command = "bwrap --unshare-all --unshare-user --uid 65534 --gid 65534 --cap-drop ALL".split()
    command += "--die-with-parent --new-session --clearenv --proc /proc --dev /dev".split()
    command += ["--size", str(SPACE), "--tmpfs", "/tmp"]
    command += [word for path in shown for word in ("--ro-bind-try", path, path)]
    for name, value in (VARIABLES | THREADS).items():
        command += ["--setenv", name, value]
    return command


def kernel(sockets: Path) -> list[str]:
    """Return the command of the kernel; jupyter fills in {cwd} and {connection_file}."""
    limits = " ".join(f"--{name}={value}" for name, value in LIMITS.items())
    # Its messages go through the sockets; the terminal of whoever grades is not for it.
    start = f'cp -R /submitted /tmp/submission && cd /tmp/submission && exec prlimit {limits} "$@"'
    return [
        *sandbox(),
        *("--ro-bind", "{cwd}", "/submitted", "--bind", str(sockets), str(sockets)),
        *("--ro-bind", "{connection_file}", "{connection_file}", "--remount-ro", "/", "--"),
        *("/bin/sh", "-c", f"exec >/dev/null 2>&1; {start}", "sh"),
        *(sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"),
    ]


def missing() -> str:
    """Say why nothing can be isolated here; empty where it can."""
    if shutil.which("bwrap") is None:
        return f"bubblewrap is missing, which keeps submissions in a sandbox. {ADVICE}"
    tried = subprocess.run([*sandbox(), "true"], capture_output=True, text=True)
    said = tried.stderr.strip() or f"exit status {tried.returncode}"
    return f"bubblewrap is installed and not allowed here ({said})" if tried.returncode else ""


def wanted() -> bool:
    """Return what the variable ISOLATED says: yes unless it says no."""
    text = os.environ.get("ISOLATED") or "yes"
    if text not in ("yes", "no"):
        raise SystemExit(f"ISOLATED is yes or no, not {text!r:.40}")
    return text == "yes"


@functools.cache  # nbgrader loads its settings more than once
def own_folder() -> Path:
    """Return a folder of this process, removed at its end."""
    folder = Path(tempfile.mkdtemp(prefix="grade-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def isolate(config: Any) -> None:
    """Let nbgrader run submissions in the sandbox, and show no HTML that one brings."""
    from jinja2 import pass_context

    config.NbConvertBase.display_data_priority = ["image/png", "image/jpeg", "text/plain"]
    config.HTMLExporter.filters = {"markdown2html": pass_context(words_as_html)}
    folder = own_folder()
    sockets = folder / "sockets"

    def prepare(assignment: str, student: str, notebooks: Sequence[str]) -> None:
        """Before each submission: refuse, or take links away and what another one left."""
        if wanted() and (problem := missing()):
            raise SystemExit(problem)  # nbgrader goes on after any other exception
        remove_links(Path(notebooks[0]).parent)
        shutil.rmtree(sockets, ignore_errors=True)
        sockets.mkdir()

    config.Autograde.pre_convert_hook = prepare
    if wanted():
        specification = folder / "kernels" / "isolated" / "kernel.json"
        specification.parent.mkdir(parents=True, exist_ok=True)
        # bubblewrap would die of a signal: interrupt by message.
        about = {"display_name": "isolated", "language": "python", "interrupt_mode": "message"}
        specification.write_text(json.dumps({"argv": kernel(sockets), **about}))
        paths = [str(folder), *filter(None, [os.environ.get("JUPYTER_PATH")])]
        os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)
        config.Execute.kernel_name = "isolated"
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = str(sockets / "kernel")


def words_as_html(context: Any, source: str) -> str:
    """Render a cell of words; HTML in it is shown as text, where nbgrader would let scripts run."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    attachments = context.get("cell", {}).get("attachments", {})
    renderer = IPythonRenderer(escape=True, attachments=attachments, anchor_link_text="")
    rendered = str(MarkdownWithMath(renderer=renderer).render(source))
    return re.sub(r"&lt;(/?(?:details|summary))&gt;", r"<\1>", rendered)  # what chapters fold with


def remove_links(submission: Path) -> None:
    """Take symbolic links out of a submission: nbgrader would copy what they lead to."""
    for path in submission.rglob("*"):
        if path.is_symlink():
            print(f"{path} is a link, and is removed", file=sys.stderr)
            path.unlink()
