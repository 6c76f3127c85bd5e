"""Write the staged site, `_build/site`: the book as Sphinx reads it, with everything filled in.

Each chapter is its executed copy, `book.generated` fills the pages made from results, the settings
are completed and MathJax lies beside the style sheet. A file is written only when its content
changed, because Sphinx goes by time.
"""

from __future__ import annotations

import hashlib
import json
from importlib import metadata
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
import yaml
from sphinx_external_toc.parsing import MalformedError

from book.chapters import (
    executed_notebook,
    executed_paths,
    files_under,
    find_chapters,
    read_notebook,
    read_record,
)
from book.generated import Book, filled, with_seconds
from book.parameters import as_table, declared_parameters, parameters_cell
from book.problem import ChapterProblem

MATHJAX = "static/mathjax/tex-svg-full.js"  # one file with every TeX extension and SVG output
TOLD = {"cells", "parameters", "peak_memory_mb", "run", "seconds", "sha256", "versions"}
BAD = (jinja2.TemplateError, MalformedError, yaml.YAMLError, OSError, ValueError)


def stage(root: Path) -> Path:
    """Bring the staged site up to date with the sources and the executed chapters."""
    site = root / "_build" / "site"
    try:
        files = staged(root)
    except BAD as error:
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        raise ChapterProblem(f"the pages cannot be written: {cause}") from None
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
    wheel = metadata.distribution("sphinx-mathjax-offline")
    mathjax = Path(str(wheel.locate_file(f"sphinx-mathjax-offline/{MATHJAX}")))
    files[f"pages/_{MATHJAX}"] = mathjax.read_bytes()
    records = {path.stem: record(root, path) for path in find_chapters(root)}
    records = {name: found for name, found in records.items() if found}
    texts = {name[:-3]: files[name].decode() for name in files if name.endswith(".md")}
    for chapter in find_chapters(root):
        notebook = shown(root, chapter, records)
        name = f"chapters/{chapter.stem}"
        texts[name] = "\n\n".join(map(source, markdown(notebook)))
        files[f"{name}.ipynb"] = json.dumps(notebook, indent=1, ensure_ascii=False).encode()
    book = Book(root, texts, records)
    for name in files:
        if name.endswith(".md"):
            files[name] = filled(book, texts[name[:-3]]).encode()
    return files


def record(root: Path, chapter: Path) -> dict[str, Any]:
    """The record of a chapter's run, empty without a run; the executed copy must be that run's."""
    copy, _ = executed_paths(root, chapter)
    if not copy.is_file():
        return {}
    found, content = read_record(root, chapter), copy.read_bytes()
    if not TOLD <= found.keys() or found["sha256"] != hashlib.sha256(content).hexdigest():
        again = f"make chapter C={chapter.stem.partition('_')[0]}"
        raise ChapterProblem(f"{chapter.stem}: executed copy and record do not agree: {again}")
    return found


def shown(root: Path, chapter: Path, records: dict[str, Any]) -> dict[str, Any]:
    """The notebook as its page shows it, with the outputs of its run where there was one."""
    run = records.get(chapter.stem)
    notebook = executed_notebook(root, chapter) if run else read_notebook(chapter)
    if run:
        cells = [part for cell in notebook["cells"] for part in with_one_figure(cell)]
        notebook["cells"] = with_parameter_table(cells)
    for cell in markdown(notebook):
        cell["source"] = with_seconds(source(cell), records)
    if run and run["parameters"]:
        announce(markdown(notebook)[0], run["parameters"])
    return notebook


def markdown(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells of text."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def with_parameter_table(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells with the parameters as a table in place of the cell that declares them."""
    index, cell = parameters_cell({"cells": cells})
    text = as_table(declared_parameters({"cells": [cell]}))
    words = {"cell_type": "markdown", "id": f"{cell['id']}-table", "metadata": {}, "source": text}
    return [*cells[:index], words, without_code(cell), *cells[index + 1 :]]


def without_code(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell that shows its outputs only."""
    tags = {*cell["metadata"].get("tags", []), "remove-input"} - {"hide-input", "hide-cell"}
    return {**cell, "metadata": {**cell["metadata"], "tags": sorted(tags)}}


def with_one_figure(cell: dict[str, Any]) -> list[dict[str, Any]]:
    """The cell in parts: MyST-NB makes a figure of every display of a cell with a caption."""
    page, outputs = cell["metadata"].get("mystnb", {}), cell.get("outputs", [])
    if "figure" not in page or sum("data" in output for output in outputs) < 2:
        return [cell]
    plain = {**cell["metadata"], "mystnb": {key: page[key] for key in page if key != "figure"}}
    parts = [{**cell, "outputs": [], "metadata": plain}]
    for picture, group in groupby(outputs, is_picture):
        if not picture and len(parts) == 1:
            parts[0]["outputs"] = list(group)
        else:
            part = {**cell, "id": f"{cell['id']}-{len(parts)}", "outputs": list(group)}
            part["metadata"] = cell["metadata"] if picture else plain
            parts.append(without_code(part))
    return parts


def is_picture(output: dict[str, Any]) -> bool:
    return any(kind.startswith("image/") for kind in output.get("data", {}))


def announce(first: dict[str, Any], given: dict[str, Any]) -> None:
    """Say below the title that the page was run with other parameters than the source's."""
    values = ", ".join(f"`` {name} = {value!r} ``" for name, value in sorted(given.items()))
    line = f"This page was run with {values} in place of the notebook's own values."
    title, _, rest = source(first).partition("\n")
    first["source"] = f"{title}\n\n:::{{container}} lqr-parameters\n{line}\n:::\n{rest}"


def settings(root: Path) -> dict[str, Any]:
    """`_config.yml`, with buttons that follow its one address."""
    config: dict[str, Any] = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    address = str(config["repository"].get("url") or "").rstrip("/").removesuffix(".git")
    config["repository"]["url"] = address
    config["html"] |= {"use_repository_button": bool(address), "use_issues_button": bool(address)}
    if not address:
        config["launch_buttons"] = {}
    elif not address.startswith("https://github.com/"):
        # Colab opens notebooks from GitHub only; the theme would warn on every page.
        config["launch_buttons"].pop("colab_url", None)
    return config
