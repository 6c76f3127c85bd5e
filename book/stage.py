"""Show the executed copy of a chapter where there is one: the book's local Sphinx extension.

papermill writes the executed copy of `chapters/NN_title.ipynb` to
`_build/executed/chapters/NN_title.ipynb`. This extension hands that text to Sphinx in place of the
source, reads a page again when its executed copy changed, offers the executed copy for download,
and makes the pages independent of the network. `book.pages` adds the pages made from results.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from book import api, collect, pages
from book.figures import separate_figures
from book.memory import memory
from book.parameters import as_table, declared_parameters, parameters_cell
from book.proofs import title_folded_proofs
from lqrpapers.notebook import readable

MATHJAX = "static/mathjax/tex-svg-full.js"  # one file with every TeX extension and SVG output
SETUP_CELL_ID = "install-lqrlib"


def executed_folder(app: Sphinx) -> Path:
    return Path(app.srcdir) / str(app.config.lqr_executed)


def executed_path(app: Sphinx, docname: str) -> Path:
    return executed_folder(app) / f"{docname}.ipynb"


def fingerprint(app: Sphinx, docname: str) -> str:
    """Digest of the executed copy and its record; empty where there is no executed copy."""
    path = executed_path(app, docname)
    if not path.is_file():
        return ""
    digest = hashlib.sha256(path.read_bytes())
    record = path.with_suffix(".json")
    digest.update(record.read_bytes() if record.is_file() else b"")
    return digest.hexdigest()


def set_repository(app: Sphinx, config: Any) -> None:
    """Let the launch and repository buttons follow the one address in `_config.yml`."""
    options = config.html_theme_options
    address = str(options.get("repository_url") or "").rstrip("/").removesuffix(".git")
    options["repository_url"] = address
    options["use_repository_button"] = bool(address)
    options["use_issues_button"] = bool(address)
    if not address:
        options["launch_buttons"] = {}
    elif not address.startswith("https://github.com/"):
        # Colab opens notebooks from GitHub only; the theme would warn on every page.
        options.get("launch_buttons", {}).pop("colab_url", None)


def copy_mathjax(app: Sphinx) -> None:
    """Serve MathJax from the book; copied before the pages are written, as they carry its hash."""
    if app.builder.format != "html":
        return
    files = metadata.files("sphinx-mathjax-offline") or []
    sources = [file.locate() for file in files if str(file).endswith(MATHJAX)]
    if len(sources) != 1:
        raise ExtensionError("sphinx-mathjax-offline does not carry tex-svg-full.js")
    target = Path(app.outdir) / "_static" / app.config.mathjax_path
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.is_file() or target.stat().st_size != Path(str(sources[0])).stat().st_size:
        shutil.copyfile(str(sources[0]), target)


def outdated_documents(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> set[str]:
    """Pages whose executed copy changed, and with any change the pages made from results."""
    kept = memory(env)
    stale = {
        docname
        for docname in env.found_docs - added
        if kept.fingerprints.get(docname, "") != fingerprint(app, docname)
    }
    claims_file = Path(app.srcdir) / collect.CLAIMS
    claims = hashlib.sha256(claims_file.read_bytes()).hexdigest() if claims_file.is_file() else ""
    if stale | added | changed | removed or kept.claims != claims:
        stale |= kept.generated & env.found_docs
    kept.claims = claims
    return stale


def note_reading(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    memory(env).read = list(docnames)


def rewritten_documents(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """After any change write every page again: theorem numbers are quoted across pages."""
    return sorted(env.found_docs) if memory(env).read else []


def swap_source(app: Sphinx, docname: str, source: list[str]) -> None:
    """Give Sphinx the executed notebook in place of the stripped one."""
    memory(app.env).fingerprints[docname] = fingerprint(app, docname)
    path = executed_path(app, docname)
    if path.is_file():
        notebook = separate_figures(json.loads(path.read_text(encoding="utf-8")))
        source[0] = json.dumps(with_parameter_table(notebook))
    if api.MARK in source[0]:
        source[0] = source[0].replace(api.MARK, api.sections())


def with_parameter_table(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with its parameters as a table in place of the cell that declares them."""
    index, cell = parameters_cell(notebook)
    tags = [*cell["metadata"]["tags"], "remove-input"]
    folded = {**cell, "metadata": {**cell["metadata"], "tags": tags}}
    text = as_table(declared_parameters("".join(cell["source"])))
    words = {"cell_type": "markdown", "id": f"{cell['id']}-table", "metadata": {}, "source": text}
    cells = notebook["cells"]
    return {**notebook, "cells": [*cells[:index], words, folded, *cells[index + 1 :]]}


def announce_parameters(app: Sphinx, doctree: nodes.document) -> None:
    """Say at the top of a page that it was run with other parameters than the source's."""
    record = executed_path(app, app.env.docname).with_suffix(".json")
    if not record.is_file():
        return
    given = json.loads(record.read_text(encoding="utf-8")).get("parameters") or {}
    section = next(iter(doctree.findall(nodes.section)), None)
    if not given or section is None:
        return
    line = nodes.paragraph("", "This page was run with ")
    for index, (name, value) in enumerate(sorted(given.items())):
        line += nodes.Text(", " if index else "")
        line += nodes.literal("", f"{name} = {value!r}")
    line += nodes.Text(" in place of the notebook's own values.")
    section.insert(1, nodes.container("", line, classes=["lqr-parameters"]))


def print_numbers_as_people_do(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """3·10⁻⁸ where a number pasted from a chapter reads 3e-08."""
    for pasted in doctree.findall(
        lambda node: "pasted-text" in getattr(node, "attributes", {}).get("classes", ())
    ):
        for text in list(pasted.findall(nodes.Text)):
            text.parent.replace(text, nodes.Text(readable(text.astext())))


def seconds_role(
    name: str,
    rawtext: str,
    text: str,
    lineno: int,
    inliner: Inliner,
    options: Any = None,
    content: Any = (),
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """``{lqr-seconds}`01_regulator` ``: how long that chapter's last execution took."""
    executed = executed_folder(inliner.document.settings.env.app)
    record = executed / "chapters" / f"{text}.json"
    if not record.is_file():
        return [nodes.Text("not executed yet")], []
    seconds = json.loads(record.read_text(encoding="utf-8"))["seconds"]
    return [nodes.Text(f"{seconds:.0f} seconds")], []


def colab_address(app: Sphinx, docname: str) -> str:
    """Address at which Colab opens the published notebook, which installs lqrlib by itself."""
    repository = app.config.html_theme_options["repository_url"].removeprefix("https://github.com/")
    launcher = app.config.html_theme_options["launch_buttons"]["colab_url"].rstrip("/")
    branch = app.config.lqr_published_branch
    return f"{launcher}/github/{repository}/blob/{branch}/_sources/{docname}.ipynb"


def point_colab_to_published(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if button.get("text") == "Colab":
                button["url"] = colab_address(app, pagename)


def with_setup_cell(notebook: dict[str, Any], address: str, branch: str) -> dict[str, Any]:
    """A copy of the notebook whose first cell installs lqrlib where it is missing."""
    lines = [
        "try:\n",
        "    import lqrlib\n",
        "except ModuleNotFoundError:\n",
        f'    %pip install --quiet "lqrlib[plots] @ git+{address}@{branch}"\n',
        "    import lqrlib",
    ]
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": SETUP_CELL_ID,
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": lines,
    }
    return {**notebook, "cells": [cell, *notebook["cells"]]}


def publish_notebooks(app: Sphinx, exception: Exception | None) -> None:
    """Put the executed notebooks in `_sources/`, where the download button finds them."""
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    (out / ".nojekyll").touch()  # or a static host may leave out the folders that start with _
    address = app.config.html_theme_options["repository_url"]
    branch = app.config.html_theme_options.get("repository_branch") or "main"
    for docname, path in _notebooks(app):
        target = out / "_sources" / f"{docname}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        if address:
            notebook = with_setup_cell(json.loads(text), address, branch)
            text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        target.write_text(text, encoding="utf-8")


def _notebooks(app: Sphinx) -> Iterator[tuple[str, Path]]:
    for docname in sorted(app.env.found_docs):
        source = Path(app.env.doc2path(docname))
        if source.suffix == ".ipynb":
            executed = executed_path(app, docname)
            yield docname, executed if executed.is_file() else source


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("lqr_executed", "_build/executed", "env")
    app.add_config_value("lqr_published_branch", "gh-pages", "html")
    app.connect("config-inited", set_repository)
    app.connect("builder-inited", copy_mathjax)
    app.connect("env-get-outdated", outdated_documents)
    app.connect("env-before-read-docs", note_reading)
    app.connect("env-updated", rewritten_documents)
    app.connect("source-read", swap_source)
    app.connect("doctree-read", announce_parameters)
    app.connect("doctree-read", title_folded_proofs)
    app.connect("doctree-resolved", print_numbers_as_people_do)
    app.connect("html-page-context", point_colab_to_published, priority=502)  # after the theme's
    app.connect("build-finished", publish_notebooks)
    app.add_role("lqr-seconds", seconds_role)
    pages.add_directives(app)
    api.read_bars_as_text()
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
