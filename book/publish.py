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
MOVED = ("index", "notation", "results", "theorems", "execution", "api", "bibliography")
MOVED += ("CHANGELOG",)


def publish(root: Path, rendered: Path, stamp: str) -> None:
    """Put the pages, with the notebooks for download, in the place of `_build/html`."""
    build = root / "_build"
    new, old, html = build / "html.new", build / "html.old", build / "html"
    shutil.copytree(rendered, new)
    (new / ".nojekyll").touch()  # or a static host may leave out the folders that start with _
    config = settings(root)
    for name in MOVED:
        place = f"pages/{name.lower()}.html"
        if (new / place).is_file():
            text = TEMPLATES.get_template("moved.html").render(place=place, title=config["title"])
            (new / f"{name}.html").write_text(text, encoding="utf-8")
    for chapter in find_chapters(root):
        target = new / "_sources" / "chapters" / chapter.name
        if target.is_file():
            target.write_bytes(download(root, chapter, config["repository"]))
    (build / "rendered.json").unlink(missing_ok=True)
    if html.exists():
        html.rename(old)
    new.rename(html)
    (build / "rendered.json").write_text(stamp + "\n")
    shutil.rmtree(old, ignore_errors=True)


def repair(build: Path) -> None:
    """Undo what a run left that was killed while it published."""
    if (build / "html.old").exists() and not (build / "html").exists():
        (build / "html.old").rename(build / "html")
    for name in ("html.old", "html.new"):
        shutil.rmtree(build / name, ignore_errors=True)


def download(root: Path, chapter: Path, repository: dict[str, Any]) -> bytes:
    """The executed notebook; with an address, after a cell that installs what it needs."""
    copy = executed_paths(root, chapter)[0]
    content = (copy if copy.is_file() else chapter).read_bytes()
    address = repository["url"]
    if not address:
        return content
    commit = record(root, chapter)["run"]["commit"] if copy.is_file() else ""
    branch = repository.get("branch") or "main"
    comment = "" if commit else "  # the commit that made the page is not known"
    lines = [
        "try:\n",
        "    import lqrlib\n",
        "except ModuleNotFoundError:\n",
        f'    %pip install --quiet "lqrlib[chapters] @ git+{address}@{commit or branch}"{comment}\n',
        "    import lqrlib",
    ]
    cell = {"cell_type": "code", "id": "install-lqrlib", "execution_count": None}
    cell |= {"metadata": {}, "outputs": [], "source": lines}
    notebook = json.loads(content)
    notebook["cells"].insert(0, cell)
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()
