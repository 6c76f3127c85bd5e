"""Small books: one to execute for real, and one with the real settings, for what Sphinx makes."""

import hashlib
import json
import shutil
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from book import chapters
from book.execute import Executor
from lqrpapers.claims.rows import Claim
from lqrpapers.live import script

REPOSITORY = Path(__file__).resolve().parent.parent.parent
GOOD = "print('good')"

FILES = {
    "lqrlib/__init__.py": "",
    "lqrlib/unused.py": "ANSWER = 41\n",
    "lqrlib/constants.py": "ANSWER = 42\n",
    "requirements.txt": "numpy==2\n",
}
PARAMETERS = """samples = 3  # random problems: int, 1 to 1000
step = 0.5  # step size: float, > 0
preset = "quick"  # how much: "quick" or "paper"
shift = False  # whether to shift: bool
"""


def new_notebook(cells, **metadata):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, **metadata})


class Book:
    """A book to execute for real, with a library and a lock."""

    def __init__(self, root):
        self.root = root
        self.outputs = root / "_build" / "executed" / "chapters"
        (root / "chapters").mkdir()
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def chapter(self, name, *sources, parameters=PARAMETERS, **metadata):
        """Write a chapter from the sources of its code cells."""
        cells = [new_code_cell(source, id=f"code-{i}") for i, source in enumerate(sources)]
        if parameters is not None:
            tags = {"tags": ["parameters"]}
            cells.insert(0, new_code_cell(parameters, metadata=tags, id="parameters"))
        path = self.root / "chapters" / f"{name}.ipynb"
        nbformat.write(new_notebook(cells, **metadata), path)
        return path

    def execute(self, given="", say=lambda line: None, **how):
        """Execute the chapters that changed."""
        executor = Executor(self.root, how.pop("jobs", 2), say)
        return executor.execute(chapters.find_chapters(self.root), given, **how)

    def executed(self, name):
        """An executed chapter and what it printed."""
        notebook = nbformat.read(self.outputs / f"{name}.ipynb", as_version=4)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        return notebook, [o["text"] for o in outputs if o["output_type"] == "stream"]

    def stale(self):
        """The chapters that must run again."""
        hashes, every = chapters.contents(self.root), chapters.find_chapters(self.root)
        return [path.stem for path in every if not chapters.is_current(self.root, path, hashes)]


def command(root, *words):
    """What runs a command of the book in another process, which needs no environment."""
    code = f"""
import pathlib, signal, sys
# As in a terminal; a shell starts its background jobs with the interrupt ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from book import commands
commands.ROOT = pathlib.Path({str(root)!r})
commands.ensure = commands.go_inside = lambda *arguments: None
commands.webbrowser.open = lambda address: print(address, flush=True)
sys.exit(commands.run(sys.argv[1:]))
"""
    return [sys.executable, "-c", code, *words]


def wait_until(condition, seconds=120.0):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.01)


def is_running(process):
    """Say whether a process lives; a zombie does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
    except NotADirectoryError:  # no /proc
        return subprocess.call(["kill", "-0", str(process)]) == 0


SHORT = (
    "notation",
    "map",
    "api",
    "artefacts",
    "changelog",
)  # pages of the real book that are one line here
COPIED = ("results", "execution", "bibliography")
CLAIMS = [
    ("s2-lemma-3.2", "S2", "result", "Lemma 3.2", "Gradient domination", "01_small", "holds"),
    ("s1-lemma-5", "S1", "result", "Lemma 5", "Uniform bounds", "01_small", "corrected"),
    ("s1-thm-12", "S1", "result", "Theorem 12", "Convergence", "09_maml", "planned"),
    ("s1-def-1", "S1", "definition", "Definition 1", "Task", "01_small", "definition"),
    ("e1", "ours", "finding", "E1", "A factor 2 is missing", "01_small", "confirmed"),
    ("ours-thm", "ours", "result", "this book", "Another", "01_small", "unrefuted", "One < two."),
]
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
:label: ours-thm
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

:::{printed} S1 (TR), Lemma *8* with $x$
:label: printed-lemma
It is $x > x$.
:::
:::{predict} Is $x \ge 0$?
- [ ] never
- [x] for all $x$,
  at {glue:text}`largest:.1f`, too

See {prf:ref}`ours-thm`.
:::
As {ref}`printed-lemma`, see {doc}`01_small`. {doc}`01_small` takes {lqr-minutes}`01`.
This page took {lqr-seconds}`01_small`.
```{exercise} Count
:label: ex-count
Count to {glue:text}`largest:.2f`.
```
```{solution-start} ex-count
:label: sol-count
:class: dropdown
```
"""
ADDRESS = "https://github.com/someone/policy-gradients"
COMMIT = "c0ffee" * 6 + "c0de"
CHECKS = [f"lqrpapers.claims.{name}" for name in ("domination", "smoothness")]
MODULES = " ".join(["lqrlib", "lqrlib.errors", *CHECKS])
API = f"# The library\n\n```{{lqr-modules}} {MODULES}\n```\n"
ALT = "A grey square that fills the whole picture."
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="


def claim(id, form="printed", checked=10, violated=0, **more):
    """An output that carries a claim record, as lqrpapers.notebook.report displays it."""
    record = {"id": id, "part": "", "form": form, "role": "carrier", "sample": "ensemble"}
    record |= {"checked": checked, "violated": violated, "assumption": "", "median": 0.25}
    record |= {"tightest": 0.5 if not violated else 2.0, "anchor": f"verdict-{id}-{form}"} | more
    shown = f'<div class="lqr-verdict lqr-verdict-holds" id="{record["anchor"]}">{id}</div>'
    data = {"text/html": shown, "text/plain": id}
    return new_output("display_data", data=data, metadata={"lqrlib": {"claims": [record]}})


CLAIM_OUTPUTS = (
    claim("s2-lemma-3.2"),
    claim("s1-lemma-5", violated=4),
    claim("s1-lemma-5", form="corrected"),
    claim("s2-lemma-3.2", form="dropped", violated=1, assumption="full rank"),
    claim("ours-thm", form="partial"),
    claim("e1", violated=4),
)


def small(executed, claims=CLAIM_OUTPUTS, printed="all is well\n"):
    """The chapter as its source, or as papermill and the finishing leave it."""
    glued = {"application/papermill.record/text/plain": "1.25"}
    scrapbook = {"name": "largest", "mime_prefix": "application/papermill.record/"}
    stored = new_output("display_data", data=glued, metadata={"scrapbook": scrapbook})
    told = {"lqrlib": {"alt": ALT, "caption": "A square.", "name": "fig-small"}}
    picture = new_output("display_data", data={"image/png": PNG}, metadata=told)
    moving = {"text/html": script("fig-small", "none", {"text": "</p>"})}
    outputs = {
        "samples = 3  # how many: int, >= 1": [],
        "show()": [stored, picture, new_output("display_data", data=moving), CLAIM_OUTPUTS[0]],
        "print('stored')": [new_output("stream", text="stored\n")],
        "report()": list(claims),
        "print()": [new_output("stream", text=printed)],
    }
    cells = [
        new_code_cell(source, id=f"code-{index}", outputs=outputs[source] if executed else [])
        for index, source in enumerate(outputs)
    ]
    cells[0].metadata["tags"] = ["parameters"]
    cells.insert(0, new_markdown_cell("# A small chapter", id="title"))
    cells.insert(-1, new_markdown_cell(STATEMENTS, id="text"))
    cells.append(new_markdown_cell("```{solution-end}\n```", id="end"))
    return new_notebook(cells, **({"mystnb": {"execution_mode": "off"}} if executed else {}))


def write_executed(root, parameters=None, **content):
    """Write the executed copy of the chapter and its record; returns the copy."""
    path = root / "_build" / "executed" / "chapters" / "01_small.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(small(executed=True, **content), path)
    run = {"commit": COMMIT, "changed": True, "lock": "1f" * 32, "blas": "OpenBLAS 0.3"}
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    record = {"sha256": sha256, "parameters": parameters or {}, "seconds": 1.25, "cells": 5}
    record |= {"peak_memory_mb": 123.4, "versions": {"python": "3.11.7", "numpy": "2.4.6"}}
    record |= {"run": run | {"processor": "A processor", "system": "Linux 6.1"}}
    path.with_suffix(".json").write_text(json.dumps(record))
    return path


def write_book(root, address=""):
    """Write the book's files with the repository's settings; returns its folder."""
    for name in ("_static", "_templates"):
        shutil.copytree(REPOSITORY / "pages" / name, root / "pages" / name)
    (root / "chapters").mkdir()
    shutil.copy(REPOSITORY / "chapters" / "references.bib", root / "chapters")
    for name in COPIED:
        shutil.copy(REPOSITORY / "pages" / f"{name}.md", root / "pages")
    settings = yaml.safe_load((REPOSITORY / "_config.yml").read_text())
    settings["repository"]["url"] = address  # a fork may have written its own
    back = [{"file": f"pages/{name}"} for name in (*COPIED, *SHORT)]
    parts = [{"caption": "One", "chapters": [{"file": "chapters/01_small"}]}]
    parts += [{"caption": "Back", "numbered": False, "chapters": back}]
    toc = {"format": "jb-book", "root": "pages/index", "defaults": {"numbered": True}}
    toc["parts"] = parts
    names = [field.name for field in fields(Claim)]
    claims = [dict(zip(names, row, strict=False)) for row in CLAIMS]
    texts = {f"pages/{name}.md": f"# The {name}\n" for name in SHORT}
    texts |= {"pages/api.md": API, "pages/index.md": "# The book\n\n```{lqr-glance}\n```\n"}
    for name, value in {"_config": settings, "_toc": toc, "chapters/claims": claims}.items():
        texts[f"{name}.yml"] = yaml.safe_dump(value)
    for name, text in texts.items():
        (root / name).write_text(text)
    nbformat.write(small(executed=False), root / "chapters" / "01_small.ipynb")
    return root
