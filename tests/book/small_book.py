"""A book of one chapter with the real settings, for tests of what Sphinx makes of it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import zlib
from pathlib import Path
from typing import Any

import nbformat

REPOSITORY = Path(__file__).resolve().parent.parent.parent

TOC = """
format: jb-book
root: pages/index
defaults: {numbered: true}
parts:
  - caption: One
    chapters: [{file: chapters/01_small}]
  - caption: Back
    numbered: false
    chapters:
"""
SHORT = ("notation", "api", "changelog")  # pages of the real book that are one line here
COPIED = ("results", "theorems", "execution", "bibliography")

CLAIMS = """
- {id: s2-lemma-3.2, paper: S2, number: Lemma 3.2, title: Gradient domination,
   chapter: 01_small, expected: holds}
- {id: s1-lemma-5, paper: S1, number: Lemma 5, title: Uniform bounds,
   chapter: 01_small, expected: corrected}
- {id: s1-thm-12, paper: S1, number: Theorem 12, title: Model-based convergence,
   chapter: 09_model_based_maml, expected: planned}
- {id: e1, paper: ours, number: E1, title: A factor 2 is missing,
   chapter: 01_small, expected: confirmed}
"""

STATEMENTS = r"""
```{prf:lemma} S2, Lemma 3.2: domination with $\mu$
:label: s2-lemma-3.2
It is $\lVert x \rVert \ge 0$.
```

```{prf:proof}
:class: dropdown
A norm is not negative, $0 \le \lVert x \rVert$.
```

```{prf:theorem} Another
:label: thm-another
See {prf:ref}`s2-lemma-3.2`, {numref}`fig-small` and {cite}`fazel2018`.
```

```{prf:proof}
:class: dropdown
It follows.
```

```{prf:algorithm} Descent
:label: alg-descent
1. $K \leftarrow K_0$
```

```{prf:definition} Task
:label: def-task
A tuple.
```

This page took {lqr-seconds}`01_small`, another {lqr-seconds}`99_missing`.

```{exercise} Count
:label: ex-count
Count to {glue:text}`largest:.2f`.
```

```{solution-start} ex-count
:label: sol-count
:class: dropdown
```
"""

COMMIT = "c0ffee" * 6 + "c0de"
API = "# The library\n\n```{eval-rst}\n.. automodule:: lqrlib.errors\n   :members:\n```\n"
ALT = "A grey square that fills the whole picture."


def png() -> str:
    """A grey picture of one pixel, in base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        size = len(data).to_bytes(4, "big")
        return size + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = b"\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00"
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def claim(id: str, form: str = "printed", checked: int = 10, violated: int = 0, **more: Any) -> Any:
    """An output that carries a claim record, as lqrpapers.notebook.report displays it."""
    record = {"id": id, "part": "", "form": form, "checked": checked, "violated": violated}
    record |= {"tightest": 0.5 if not violated else 2.0, "assumption": ""} | more
    html = f'<div class="lqr-verdict lqr-verdict-holds">{id}</div>'
    return nbformat.v4.new_output(
        "display_data",
        data={"text/html": html, "text/plain": id},
        metadata={"lqrlib": {"claim": record}},
    )


CLAIM_OUTPUTS = (
    claim("s2-lemma-3.2"),
    claim("s1-lemma-5", violated=4),
    claim("s1-lemma-5", form="corrected"),
    claim("s2-lemma-3.2", form="dropped", violated=1, assumption="full rank"),
    claim("e1", violated=4),
)


def notebook(executed: bool, claims: Any = CLAIM_OUTPUTS, printed: str = "all is well\n") -> Any:
    """The chapter as its source, or as papermill and the finishing leave it."""
    new_code, new_output = nbformat.v4.new_code_cell, nbformat.v4.new_output
    new_text = nbformat.v4.new_markdown_cell
    glued = {"application/papermill.record/text/plain": "1.25"}
    scrapbook = {"name": "largest", "mime_prefix": "application/papermill.record/"}
    stored = new_output("display_data", data=glued, metadata={"scrapbook": scrapbook})
    # The second cell stores a number, shows a figure and reports a claim.
    outputs = [
        [],
        [stored, new_output("display_data", data={"image/png": png()}), claim("s2-lemma-3.2")],
        [new_output("stream", name="stdout", text="stored\n")],
        list(claims),
        [new_output("stream", name="stdout", text=printed)],
    ]
    sources = ["samples = 3  # how many: int, >= 1", "show()", "print()", "report()", "print()"]
    cells = [
        new_code(source, id=f"code-{index}", outputs=output if executed else [])
        for index, (source, output) in enumerate(zip(sources, outputs, strict=True))
    ]
    cells[0].metadata["tags"] = ["parameters"]
    figure = {"caption": "A square.", "name": "fig-small"}
    cells[1].metadata["mystnb"] = {"image": {"alt": ALT}, "figure": figure}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata: dict[str, Any] = {"kernelspec": kernel}
    if executed:
        metadata["mystnb"] = {"execution_mode": "off"}
    end = new_text("```{solution-end}\n```", id="end")
    title = new_text("# A small chapter", id="title")
    text = new_text(STATEMENTS, id="text")
    before, solution = cells[:-1], cells[-1]
    return nbformat.v4.new_notebook(cells=[title, *before, text, solution, end], metadata=metadata)


def write_executed(root: Path, parameters: dict[str, Any] | None = None, **content: Any) -> Path:
    """Write the executed copy of the chapter and its record; returns the copy."""
    folder = root / "_build" / "executed" / "chapters"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "01_small.ipynb"
    nbformat.write(notebook(executed=True, **content), path)
    run = {"commit": COMMIT, "changed": True, "lock": "1f" * 32, "blas": "OpenBLAS 0.3"}
    record = {
        "chapter": "01_small",
        "fingerprint": "f",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "parameters": parameters or {},
        "seconds": 1.25,
        "peak_memory_mb": 123.4,
        "cells": 5,
        "finished": True,
        "versions": {"python": "3.11.7", "numpy": "2.4.6"},
        "run": run | {"processor": "A processor", "system": "Linux 6.1"},
    }
    path.with_suffix(".json").write_text(json.dumps(record))
    return path


def write_book(root: Path, address: str = "") -> Path:
    """Write the book's files with the repository's settings; returns its folder."""
    (root / "chapters").mkdir(parents=True)
    settings = (REPOSITORY / "_config.yml").read_text()
    settings, count = re.subn(r"(?m)^  url: .*$", f'  url: "{address}"', settings)
    assert count == 1, "the one place for the address"
    (root / "_config.yml").write_text(settings)
    entries = "".join(f"      - file: pages/{name}\n" for name in (*COPIED, *SHORT))
    (root / "_toc.yml").write_text(TOC + entries)
    (root / "chapters" / "claims.yml").write_text(CLAIMS)
    shutil.copy(REPOSITORY / "chapters" / "references.bib", root / "chapters")
    shutil.copytree(REPOSITORY / "pages" / "_static", root / "pages" / "_static")
    for name in COPIED:
        shutil.copy(REPOSITORY / "pages" / f"{name}.md", root / "pages")
    for name in SHORT:
        (root / "pages" / f"{name}.md").write_text(f"# The {name}\n\n```{{index}} {name}\n```\n")
    (root / "pages" / "api.md").write_text(API)
    (root / "pages" / "index.md").write_text("# The book\n\n```{lqr-glance}\n```\n")
    nbformat.write(notebook(executed=False), root / "chapters" / "01_small.ipynb")
    return root
