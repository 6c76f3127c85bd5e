"""What identifies a run: the commit, the lock, the versions, the linear algebra and the machine."""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

PACKAGES = "numpy scipy matplotlib cvxpy-base clarabel lqrlib papermill ipykernel jupyter-book"


def provenance(root: Path) -> dict[str, Any]:
    """Return what a run that begins now depends on; the lock holds the version of every package."""
    settings: Any = np.show_config(mode="dicts")
    blas = settings["Build Dependencies"]["blas"]
    commit, lock, cpu = git(root, "rev-parse", "HEAD"), root / "requirements.txt", "/proc/cpuinfo"
    model = re.search(r"model name\s*: (.*)", Path(cpu).read_text()) if Path(cpu).exists() else None
    run = {
        "commit": commit,
        "changed": bool(commit and git(root, "status", "--porcelain")),
        "lock": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else "",
        "blas": f"{blas['name']} {blas['version']} {blas.get('openblas configuration', '')}",
        "processor": model[1] if model else platform.processor() or platform.machine(),
        "system": platform.platform(),
    }
    versions = {package: metadata.version(package) for package in PACKAGES.split()}
    return {"run": run, "versions": {"python": platform.python_version(), **versions}}


def git(root: Path, *words: str) -> str:
    """Return what git says of this folder; nothing where it is no repository of its own."""
    if (root / ".git").exists():
        with suppress(OSError, subprocess.CalledProcessError):
            return subprocess.check_output(["git", "-C", str(root), *words], text=True).strip()
    return ""
