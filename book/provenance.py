"""What identifies a run: the commit, the lock, the versions, the linear algebra and the machine."""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

PACKAGES = "numpy scipy matplotlib cvxpy-base clarabel mpmath lqrlib papermill ipykernel".split()
BUILD = "openblas configuration"
PACKAGES += ["jupyter-book", "sphinx"]


def versions() -> dict[str, str]:
    """Return the versions that the outputs depend on; the lock holds every one of them."""
    found = {"python": platform.python_version()}
    return found | {package: metadata.version(package) for package in PACKAGES}


def provenance(root: Path) -> dict[str, Any]:
    """Return what identifies a run that begins now."""
    settings: Any = np.show_config(mode="dicts")
    blas = settings["Build Dependencies"]["blas"]
    commit, lock, cpu = git(root, "rev-parse", "HEAD"), root / "requirements.txt", "/proc/cpuinfo"
    model = re.search(r"model name\s*: (.*)", Path(cpu).read_text()) if Path(cpu).exists() else None
    return {
        "commit": commit,
        "changed": bool(commit and git(root, "status", "--porcelain")),
        "lock": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else "",
        "blas": " ".join(blas.get(key, "") for key in ("name", "version", BUILD)).strip(),
        "processor": model[1] if model else platform.processor() or platform.machine(),
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
