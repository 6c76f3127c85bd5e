"""Write the staged site, `_build/site`: the book as Sphinx reads it, with everything filled in.

Each chapter is its executed copy, `book.generated` fills the pages made from results. A file is
written only when its content changed, because Sphinx goes by time.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from importlib import metadata
from pathlib import Path
from typing import Any

import jinja2
import yaml

from book import boxes, sweep_examples
from book import chapters as inputs
from book.generated import Book, filled
from book.library_pages import pages as library
from book.mark import PICTURE, picture
from book.parameters import as_table, declared_parameters, parameters_cell
from book.problem import ChapterProblem
from book.solutions import held_back, without_solutions
from lqrpapers.claims.rows import as_csv, table
from lqrpapers.figures.files import CSV, DPI, NARROW, PIXELS
from lqrpapers.live import pictures, shared
from lqrpapers.numbers import glued

MATHJAX = "static/mathjax/tex-svg-full.js"  # one file with every TeX extension and SVG output
KEPT = "static/figures"  # what no page shows, or only a telephone
BESIDE = {CSV: ".csv", NARROW: "-narrow.svg", PIXELS[NARROW]: "-narrow.png"}
ENLARGED = 1.15  # of figures on a wide page
Cell = dict[str, Any]


def stage(root: Path) -> Path:
    """Bring the staged site up to date with the sources and the executed chapters."""
    site = root / "_build" / "site"
    try:
        files = staged(root)
    except (jinja2.TemplateError, yaml.YAMLError, OSError, TypeError, ValueError) as error:
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        raise ChapterProblem(f"the pages cannot be written: {cause}") from None
    for path in inputs.files_under(site):
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
    sources = [path for name in ("pages", "chapters") for path in inputs.files_under(root / name)]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in sources}
    files["_toc.yml"] = (root / "_toc.yml").read_bytes()
    files["_config.yml"] = yaml.safe_dump(settings(root), sort_keys=False).encode()
    wheel: Any = metadata.distribution("sphinx-mathjax-offline")
    files[f"pages/_{MATHJAX}"] = wheel.locate_file(f"{wheel.name}/{MATHJAX}").read_bytes()
    pages = {name[:-3]: files[name].decode() for name in files if re.match(r"pages/\w+\.md", name)}
    texts, records, notebooks, told = dict(pages), {}, {}, {}
    for chapter in inputs.find_chapters(root):
        notebook, name = shown(root, chapter, files), f"chapters/{chapter.stem}"
        texts[name], told[chapter.stem[:2]] = words_of(notebook), minutes(notebook)
        notebooks[name] = notebook
        if record := inputs.read_record(root, chapter):
            records[chapter.stem] = record | {"glued": glued(notebook)}
    book = Book(root, texts, records)
    for name, notebook in notebooks.items():
        for cell in markdown(notebook):
            cell["source"] = boxes.rewritten("".join(cell["source"]), told, book.chip)
        files[f"{name}.ipynb"] = json.dumps(notebook, indent=1, ensure_ascii=False).encode()
    rows, place = table(book.results), "pages/_static/results"
    files[f"{place}.csv"] = as_csv(rows).encode()
    files[f"{place}.json"] = json.dumps(rows, indent=1, ensure_ascii=False).encode()
    files |= {
        f"{name}.md": boxes.rewritten(filled(book, text), told, book.chip).encode()
        for name, text in pages.items()
    }
    files |= pictures(pages.values()) | sweep_examples.pictures(root, pages)
    files[PICTURE] = picture(shared())
    return files | library(pages.get("pages/api", ""))  # which lists what has a page


def words_of(notebook: dict[str, Any]) -> str:
    return "\n\n".join("".join(cell["source"]) for cell in markdown(notebook))


def minutes(notebook: dict[str, Any]) -> str:
    """How long a chapter takes, of its notebook as its page shows it."""
    text = words_of(notebook)
    return boxes.minutes(text, len(re.findall(r"^`+\{figure\}", text, re.MULTILINE)))


def shown(root: Path, chapter: Path, files: dict[str, bytes]) -> dict[str, Any]:
    """The notebook as its page shows it, with the outputs of its run where there was one."""
    run, seconds = inputs.read_record(root, chapter), "not executed yet"
    notebook = inputs.executed_notebook(root, chapter) if run else inputs.read_notebook(chapter)
    if run:
        seconds = f"{run['seconds']:.0f} seconds"
        index, cell = parameters_cell(notebook)
        table = words("parameters-table", as_table(declared_parameters(notebook)))
        cell["metadata"]["tags"] = ["remove-input"]
        notebook["cells"].insert(index, table)
    cells = []
    for cell in without_solutions(notebook["cells"]) if held_back() else notebook["cells"]:
        every = cell.get("outputs", [])
        drawn = [each for each in every if "caption" in each.get("metadata", {}).get("lqrlib", {})]
        if drawn:
            name = f"cell-{cell['id']}"
            cells.append(words(name, f'```{{raw}} html\n<span id="{name}"></span>\n```'))
            cell["outputs"] = [each for each in every if each not in drawn]
        cells += [cell, *(figure(cell, each, files) for each in drawn)]
    notebook["cells"] = cells
    for cell in markdown(notebook):
        text = "".join(cell["source"])
        cell["source"] = text.replace(f"{{lqr-seconds}}`{chapter.stem}`", seconds)
    if run and run["parameters"]:
        given = [f"`` {name} = {value!r} ``" for name, value in sorted(run["parameters"].items())]
        line = f"This page was run with {', '.join(given)} in place of the notebook's own values."
        first = markdown(notebook)[0]
        title, _, rest = first["source"].partition("\n")
        first["source"] = f"{title}\n\n:::{{container}} lqr-parameters\n{line}\n:::\n{rest}"
    return notebook


def markdown(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells of text."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def figure(cell: dict[str, Any], output: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
    """A cell of text with a figure; pictures and data become files (lqrpapers.notebook.show)."""
    told = {"name": f"fig-{cell['id']}"} | output["metadata"]["lqrlib"]
    made = {k: "".join(v) for k, v in output["data"].items()}
    kind = next(kind for kind in made if kind.startswith("image/"))
    picture = bytes_of(kind, made[kind])
    place = f"figures/{told['name']}.{kind[6:].partition('+')[0]}"
    files[f"chapters/{place}"] = picture
    links = [f'<a href="#cell-{cell["id"]}">Code</a>']
    for each, ending in BESIDE.items():
        if each in made:
            files[f"pages/_{KEPT}/{told['name']}{ending}"] = bytes_of(each, made[each])
    if CSV in made:
        links.insert(0, f'<a href="../_{KEPT}/{told["name"]}.csv" download>Data (CSV)</a>')
    alt = json.dumps(told["alt"], ensure_ascii=False)
    head = f"`````{{figure}} {place}\n:name: {told['name']}\n:alt: {alt}\n{width(picture)}"
    row = f'```{{raw}} html\n<p class="lqr-figure-row">{" ".join(links)}</p>\n```'
    text = f"{head}\n{told['caption']}\n\n{row}\n`````"
    if "hide-output" in cell["metadata"].get("tags", []):
        prompt = cell["metadata"].get("mystnb", {}).get("code_prompt_show", "Show the figure")
        text = f"``````{{dropdown}} {prompt}\n{text}\n``````"
    return words(told["name"], text)


def bytes_of(kind: str, data: str) -> bytes:
    """Texts are stored as they are, pixels as base64."""
    return data.encode() if kind.endswith(("+xml", "/csv")) else b64decode(data)


def width(picture: bytes) -> str:
    """The option by which figures of any form have type of one size on a page."""
    inches = 0.0
    if found := re.search(rb'<svg [^>]*width="([\d.]+)pt"', picture[:2000], re.DOTALL):
        inches = float(found[1]) / 72
    elif picture[:4] == b"\x89PNG":
        inches = int.from_bytes(picture[16:20]) / DPI
    return f":width: {96 * ENLARGED * inches:.0f}px\n" if inches else ""


def words(name: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def settings(root: Path) -> dict[str, Any]:
    """`_config.yml`, with buttons that follow its one address."""
    config: dict[str, Any] = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    address = str(config["repository"].get("url") or "").rstrip("/").removesuffix(".git")
    config["repository"]["url"] = address
    config["html"] |= {"use_repository_button": bool(address), "use_issues_button": bool(address)}
    if not address:
        config["launch_buttons"] = {}
    elif address.startswith("https://github.com/"):
        config["repository"]["branch"] = "notebooks"  # .github/workflows/book.yml puts them there
    else:  # Colab opens notebooks from GitHub only; the theme would warn on every page
        config["launch_buttons"].pop("colab_url", None)
    return config
