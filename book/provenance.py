"""What identifies a run: the commit, the lock, the versions, the linear algebra and the machine."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ["numpy", "scipy", "matplotlib", "cvxpy-base", "clarabel", "lqrlib"]
PACKAGES += ["papermill", "ipykernel", "jupyter-book", "sphinx"]


def versions() -> dict[str, str]:
    """Return the versions that the outputs depend on; the lock holds every one of them."""
    found = {"python": platform.python_version()}
    return found | {package: metadata.version(package) for package in PACKAGES}


def provenance(root: Path) -> dict[str, Any]:
    """Return what identifies a run that begins now."""
    commit = git(root, "rev-parse", "HEAD")
    lock = root / "requirements.txt"
    return {
        "commit": commit,
        "changed": bool(commit and git(root, "status", "--porcelain")),
        "lock": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else "",
        "blas": blas(),
        "processor": processor(),
        "system": platform.platform(),
    }


def git(root: Path, *words: str) -> str:
    """Return what git says of this folder; nothing where it is no repository of its own."""
    if not (root / ".git").exists():
        return ""
    try:
        return subprocess.check_output(["git", "-C", str(root), *words], text=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def blas() -> str:
    """Return name, version and build of the library that does numpy's linear algebra."""
    import numpy

    settings: Any = numpy.show_config(mode="dicts")
    found = settings["Build Dependencies"]["blas"]
    build = found.get("openblas configuration", "unknown build")
    return f"{found['name']} {found['version']} ({build})"


def processor() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
