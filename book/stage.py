"""Write the staged site, `_build/site`: the book as Sphinx reads it, with everything filled in.

Each chapter is its executed copy, `book.generated` fills the pages made from results, the settings
are completed and MathJax lies beside the style sheet. A file is written only when its content
changed, because Sphinx goes by time.
"""

from __future__ import annotations

import hashlib
import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from book.chapters import executed_paths, files_under, read_notebook
from book.figures import separate_figures
from book.generated import Book, filled
from book.parameters import as_table, declared_parameters, parameters_cell
from book.problem import ChapterProblem

MATHJAX = "static/mathjax/tex-svg-full.js"  # one file with every TeX extension and SVG output
SECONDS = re.compile(r"\{lqr-seconds\}`([^`]*)`")
QUOTED = re.compile(r"\{glue:[a-z:]*\}`[^`]*?([\w-]+)\.ipynb::")


def stage(root: Path) -> Path:
    """Bring the staged site up to date with the sources and the executed chapters."""
    site, files = root / "_build" / "site", staged(root)
    for path in files_under(site):
        if path.relative_to(site).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        path = site / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return site


def staged(root: Path) -> dict[str, bytes]:
    """The files of the staged site by name."""
    sources = [path for name in ("pages", "chapters") for path in files_under(root / name)]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in sources}
    files["_toc.yml"] = (root / "_toc.yml").read_bytes()
    files["_config.yml"] = yaml.safe_dump(settings(root), sort_keys=False).encode()
    files["pages/_static/mathjax/tex-svg-full.js"] = mathjax().read_bytes()
    records = {path.stem: record(root, path) for path in executed(root)}
    chapters = {
        name: shown_notebook(root, root / name, records)
        for name in files
        if Path(name).parent == Path("chapters") and name.endswith(".ipynb")
    }
    texts = {name: content.decode() for name, content in files.items() if name.endswith(".md")}
    book = Book(root, texts | {name: markdown(each) for name, each in chapters.items()}, records)
    for name, text in texts.items():
        text = filled(book, name, with_seconds(text, records))
        versions = [f"% quotes {each}" for each in quoted(text, records)]
        files[name] = "\n".join([text, *versions]).encode()
    for name, notebook in chapters.items():
        notebook["metadata"]["quotes"] = quoted(markdown(notebook), records)
        files[name] = json.dumps(notebook, indent=1, ensure_ascii=False).encode()
    return files


def executed(root: Path) -> list[Path]:
    """The chapters of which there is an executed copy."""
    return [
        path
        for path in sorted((root / "chapters").glob("*.ipynb"))
        if executed_paths(root, path)[0].is_file()
    ]


def record(root: Path, chapter: Path) -> dict[str, Any]:
    """The record of a chapter's run; the executed copy is refused unless it is the record's."""
    copy, path = executed_paths(root, chapter)
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        whole = found["sha256"] == hashlib.sha256(copy.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ChapterProblem(f"{chapter.stem}: {path.name} cannot be read: {error!r}") from None
    if not whole:
        raise ChapterProblem(
            f"{chapter.stem}: the executed copy is damaged, its bytes are not those of its record: "
            f"make chapter C={chapter.stem.partition('_')[0]}"
        )
    return found


def markdown(notebook: dict[str, Any]) -> str:
    """The Markdown of a notebook."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def shown_notebook(root: Path, path: Path, records: dict[str, Any]) -> dict[str, Any]:
    """The notebook as its page shows it: the executed copy where there is one."""
    ran = records.get(path.stem)
    notebook = read_notebook(executed_paths(root, path)[0] if ran else path)
    if ran:
        notebook = with_parameter_table(separate_figures(notebook))
        announce(notebook, ran["parameters"])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = with_seconds("".join(cell["source"]), records)
    return notebook


def with_parameter_table(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with its parameters as a table in place of the cell that declares them."""
    index, cell = parameters_cell(notebook)
    tags = [*cell["metadata"]["tags"], "remove-input"]
    folded = {**cell, "metadata": {**cell["metadata"], "tags": tags}}
    text = as_table(declared_parameters("".join(cell["source"])))
    words = {"cell_type": "markdown", "id": f"{cell['id']}-table", "metadata": {}, "source": text}
    cells = notebook["cells"]
    return {**notebook, "cells": [*cells[:index], words, folded, *cells[index + 1 :]]}


def announce(notebook: dict[str, Any], given: dict[str, Any]) -> None:
    """Say below the title that the page was run with other parameters than the source's."""
    values = ", ".join(f"`` {name} = {value!r} ``" for name, value in sorted(given.items()))
    line = f"This page was run with {values} in place of the notebook's own values."
    box = f":::{{container}} lqr-parameters\n{line}\n:::"
    for cell in notebook["cells"] if given else []:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and text.startswith("# "):
            title, _, rest = text.partition("\n")
            cell["source"] = f"{title}\n\n{box}\n{rest}"
            return


def with_seconds(text: str, records: dict[str, Any]) -> str:
    """``{lqr-seconds}`01_regulator` ``: how long that chapter's last execution took."""

    def seconds(found: re.Match[str]) -> str:
        ran = records.get(found[1])
        return f"{ran['seconds']:.0f} seconds" if ran else "not executed yet"

    return SECONDS.sub(seconds, text)


def quoted(text: str, records: dict[str, Any]) -> list[str]:
    """Chapters whose numbers a page quotes: it changes, and Sphinx writes it, when they do."""
    return [
        f"{name} {records[name]['sha256']}"
        for name in sorted(set(QUOTED.findall(text)) & set(records))
    ]


def mathjax() -> Path:
    files = metadata.files("sphinx-mathjax-offline") or []
    (found,) = (Path(str(file.locate())) for file in files if str(file).endswith(MATHJAX))
    return found


def settings(root: Path) -> dict[str, Any]:
    """`_config.yml`, with buttons that follow its one address."""
    config: dict[str, Any] = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    repository = config.setdefault("repository", {})
    address = str(repository.get("url") or "").rstrip("/").removesuffix(".git")
    repository["url"] = address
    if not address:
        config["launch_buttons"] = {}
    elif not address.startswith("https://github.com/"):
        # Colab opens notebooks from GitHub only; the theme would warn on every page.
        config.get("launch_buttons", {}).pop("colab_url", None)
    buttons = dict.fromkeys(("use_repository_button", "use_issues_button"), bool(address))
    config["html"] = config.get("html", {}) | buttons
    return config
