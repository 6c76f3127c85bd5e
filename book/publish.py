"""Publish a rendering whole: beside the old pages first, then by renaming, so none is ever lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from book.chapters import executed_paths, find_chapters
from book.generated import TEMPLATES
from book.stage import record, settings

# The front and back matter stood at the top once; its old addresses lead to the new ones.
MOVED = "index notation results theorems execution api bibliography CHANGELOG".split()


def publish(root: Path, rendered: Path, stamp: str) -> None:
    """Put the pages, with the notebooks for download, in the place of `_build/html`."""
    html, config = root / "_build" / "html", settings(root)
    new, old = html.with_suffix(".new"), html.with_suffix(".old")
    shutil.copytree(rendered, new)
    (new / ".nojekyll").touch()  # or a static host may leave out the folders that start with _
    for name in MOVED:
        place = f"pages/{name.lower()}.html"
        if (new / place).is_file():
            text = TEMPLATES.get_template("moved.html").render(place=place, title=config["title"])
            (new / f"{name}.html").write_text(text, encoding="utf-8")
    for chapter in find_chapters(root):
        target = new / "_sources" / "chapters" / chapter.name
        if target.is_file():
            target.write_bytes(download(root, chapter, config["repository"]))
    known = html.with_name("rendered.json")
    known.unlink(missing_ok=True)
    if html.exists():
        html.rename(old)
    new.rename(html)
    known.write_text(stamp + "\n")
    shutil.rmtree(old, ignore_errors=True)


def repair(build: Path) -> None:
    """Undo what a run left that was killed while it published."""
    if (build / "html.old").exists() and not (build / "html").exists():
        (build / "html.old").rename(build / "html")
    for name in ("html.old", "html.new"):
        shutil.rmtree(build / name, ignore_errors=True)


def download(root: Path, chapter: Path, repository: dict[str, Any]) -> bytes:
    """The executed notebook; with an address, after a cell that installs what it needs."""
    run, address = record(root, chapter).get("run", {}), repository["url"]
    content = (executed_paths(root, chapter)[0] if run else chapter).read_bytes()
    if not address:
        return content
    version, comment = run.get("commit"), ""
    if not version:
        version = repository.get("branch") or "main"
        comment = "  # a branch, because the commit that made the page is not known"
    source = (
        "try:\n    import lqrlib\nexcept ModuleNotFoundError:\n"
        f'    %pip install --quiet "lqrlib[chapters] @ git+{address}@{version}"{comment}\n'
        "    import lqrlib"
    )
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "install-lqrlib",
        "execution_count": None,
        "metadata": {},
    }
    notebook = json.loads(content)
    notebook["cells"].insert(0, cell | {"outputs": [], "source": source.splitlines(True)})
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()
