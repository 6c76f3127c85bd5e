"""The pages made from results: what the blocks ```{lqr-…}``` of a page stand for.

Each block has a template of its name in `book/templates`; one that gives a table gets the box that
scrolls and the block's name as its class. Sphinx resolves the numbers of statements and pages.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
from sphinx_external_toc.parsing import parse_toc_yaml

from book import api, collect
from book.chapters import digest, files_under, hashes_of
from lqrpapers.claims.registry import FORMS
from lqrpapers.claims.verdicts import VERDICTS
from lqrpapers.notebook import readable

BLOCK = re.compile(r"^```\{(lqr-[a-z]+)\} *(.*)\n```$", re.MULTILINE)
SECONDS = re.compile(r"\{lqr-seconds\}`([^`]*)`")
STATEMENT = re.compile(
    r"^ *[:`]{3,}\{prf:(?!proof\b)\w+\} *(.*)\n(?: *:(?!label:).*\n)* *:label: *(\S+)", re.MULTILINE
)
IN_ORDER = "holds corrected fails reproduced differs confirmed refuted planned".split()


@dataclass(frozen=True)
class Book:
    """What the templates can ask for."""

    root: Path
    texts: dict[str, str]  #: The Markdown of every page and chapter.
    records: dict[str, dict[str, Any]]  #: How each executed chapter was run.

    @cached_property
    def pages(self) -> list[str]:
        """The pages in the order of the book."""
        return list(parse_toc_yaml(self.root / "_toc.yml"))

    @cached_property
    def statements(self) -> dict[str, tuple[str, str]]:
        """Title and page of every numbered statement, by label."""
        return {
            label: (title, page)
            for page in self.pages
            for title, label in STATEMENT.findall(self.texts.get(page, ""))
        }

    @cached_property
    def results(self) -> list[collect.Result]:
        return collect.results(self.root)

    def results_of(self, paper: str) -> list[collect.Result]:
        if paper not in VERDICTS:
            raise collect.CollectError(f"{paper!r} is none of {', '.join(VERDICTS)}")
        return [result for result in self.results if result.claim.paper == paper]

    def runs(self) -> dict[str, set[str]]:
        """What the chapters were run with: one value each, or those of all chapters."""
        facts: dict[str, set[str]] = {}
        for record in self.records.values():
            run = record["run"]
            commit = run["commit"] or "no version control"
            told = {"commit": commit + " and uncommitted changes" * run["changed"]}
            told |= {"lock of the environment, SHA-256": run["lock"], "system": run["system"]}
            told |= {"processor": run["processor"], "linear algebra": run["blas"]}
            for name, value in (told | record["versions"]).items():
                facts.setdefault(name, set()).add(value)
        return facts

    def library(self) -> str:
        """Digest of the documented packages: their page changes when they do."""
        folders = (self.root / "lqrlib", self.root / "lqrpapers")
        return digest(hashes_of([f for folder in folders for f in files_under(folder)], self.root))


def plain(text: str) -> str:
    """A text whose signs mean nothing to Markdown, also within a table."""
    return re.sub(r"([\\`*_\[\]{}<>|$&~])", r"\\\1", str(text))


def cell(text: str) -> str:
    """Markdown within a table."""
    return text.replace("|", r"\|")


def command(parameters: dict[str, Any], chapter: str) -> str:
    """The command that runs a chapter again as it was run."""
    given = [shlex.quote(f"{name}={value}") for name, value in sorted(parameters.items())]
    words = f' P="{" ".join(given)}"' if given else ""
    return f"make chapter C={chapter.partition('_')[0]}{words}"


TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {"plain": plain, "cell": cell, "command": command, "readable": readable}
TEMPLATES.globals |= {"VERDICTS": IN_ORDER, "FORMS": FORMS}
TEMPLATES.globals |= {"modules": api.public_modules, "reexporting": api.reexporting_modules}


def filled(book: Book, text: str) -> str:
    """The text of a page with its blocks filled."""

    def filling(found: re.Match[str]) -> str:
        template = TEMPLATES.get_template(f"{found[1]}.md")
        given = template.render(book=book, argument=found[2].strip()).strip()
        if not given.startswith("|"):
            return given
        if given.count("\n") < 2:  # a head without rows
            return "Nothing yet in this build."
        table = f"```{{table}}\n:class: lqr-table {found[1]}\n\n{given}\n```"
        return f":::{{container}} lqr-scroll\n{table}\n:::"

    return BLOCK.sub(filling, with_seconds(text, book.records))


def with_seconds(text: str, records: dict[str, Any]) -> str:
    """``{lqr-seconds}`01_regulator` ``: how long that chapter's last execution took."""

    def seconds(found: re.Match[str]) -> str:
        run = records.get(found[1])
        return f"{run['seconds']:.0f} seconds" if run else "not executed yet"

    return SECONDS.sub(seconds, text)
