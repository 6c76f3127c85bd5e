"""The pages made from results: what the blocks ```{lqr-…}``` of a page stand for.

Each block has a template of its name in `book/templates`; one that gives a table gets the box that
scrolls and the block's name as its class. Sphinx resolves the numbers of statements and pages.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
import yaml

from book import api, collect
from book.chapters import digest, files_under
from book.problem import ChapterProblem
from lqrpapers.notebook import readable

BLOCK = re.compile(r"^```\{(lqr-[a-z]+)\} *(.*)\n```$", re.MULTILINE)
STATEMENT = re.compile(
    r"^ *[:`]{3,}\{prf:(?!proof\b)\w+\} *(.*)\n(?: *:(?!label:).*\n)* *:label: *(\S+)", re.MULTILINE
)
SHOWN = {
    "holds": "holds",
    "corrected": "fails as printed; corrected form holds",
    "fails": "fails",
    "reproduced": "reproduced",
    "differs": "differs",
    "confirmed": "confirmed",
    "refuted": "refuted",
    "planned": "planned",
}


@dataclass(frozen=True)
class Book:
    """What the templates can ask for."""

    root: Path
    texts: dict[str, str]  #: The Markdown of every page and chapter, by file.
    records: dict[str, dict[str, Any]]  #: The records of the runs, by chapter.

    @cached_property
    def pages(self) -> list[str]:
        """The pages in the order of the book, without suffix."""

        def entries(toc: Any) -> Iterator[str]:
            for key, value in toc.items() if isinstance(toc, dict) else enumerate(toc):
                if key in ("root", "file"):
                    yield value.removesuffix(".md").removesuffix(".ipynb")
                elif isinstance(value, dict | list):
                    yield from entries(value)

        return list(entries(yaml.safe_load((self.root / "_toc.yml").read_text(encoding="utf-8"))))

    @cached_property
    def statements(self) -> dict[str, tuple[str, str]]:
        """Title and page of every numbered statement, by label."""
        return {
            label: (title.strip(), page)
            for page in self.pages
            for title, label in STATEMENT.findall(self.text(page))
        }

    @cached_property
    def results(self) -> list[collect.Result]:
        return collect.results(self.root)

    def results_of(self, paper: str) -> list[collect.Result]:
        if paper not in collect.PAPERS:
            raise collect.CollectError(f"{paper!r} is none of {', '.join(collect.PAPERS)}")
        return [result for result in self.results if result.claim.paper == paper]

    def text(self, page: str) -> str:
        return self.texts.get(f"{page}.md") or self.texts.get(f"{page}.ipynb", "")

    def title(self, page: str) -> str:
        found = re.search(r"^# +(.+)$", self.text(page), re.MULTILINE)
        return found[1].strip() if found else page

    def library(self) -> str:
        """Digest of the documented packages: their page changes when they do."""
        names = ("lqrlib", "lqrpapers")
        files = [path for name in names for path in files_under(self.root / name)]
        return digest(files, self.root)


def plain(text: str) -> str:
    """A text whose signs mean nothing to Markdown, also within a table."""
    return re.sub(r"([\\`*_\[\]{}<>|$&~])", r"\\\1", str(text))


def cell(text: str) -> str:
    """Markdown within a table."""
    return text.replace("|", r"\|")


def command(record: dict[str, Any]) -> str:
    """The command that runs a chapter again as it was run."""
    given = [shlex.quote(f"{name}={value}") for name, value in sorted(record["parameters"].items())]
    words = f' P="{" ".join(given)}"' if given else ""
    return f"make chapter C={record['chapter'].partition('_')[0]}{words}"


TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=jinja2.StrictUndefined,  # a record without a key is an error
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {"plain": plain, "cell": cell, "command": command, "readable": readable}
TEMPLATES.filters["tightest"] = collect.tightest
TEMPLATES.globals |= {"SHOWN": SHOWN, "FORMS": collect.FORMS}
TEMPLATES.globals |= {"modules": api.public_modules, "reexporting": api.reexporting_modules}


def filled(book: Book, name: str, text: str) -> str:
    """The text of a page with its blocks filled; an unknown block is an error."""

    def filling(found: re.Match[str]) -> str:
        block, argument = found[1], found[2].strip()
        try:
            given = TEMPLATES.get_template(f"{block}.md").render(book=book, argument=argument)
        except jinja2.TemplateNotFound:
            raise ChapterProblem(f"{name}: there is no template for {{{block}}}") from None
        except (jinja2.TemplateError, collect.CollectError) as error:
            raise ChapterProblem(f"{name}: {{{block}}}: {error}") from None
        if not given.startswith("|"):
            return given
        table = f"```{{table}}\n:class: lqr-table {block}\n\n{given.rstrip()}\n```"
        return f":::{{container}} lqr-scroll\n{table}\n:::"

    return BLOCK.sub(filling, text)
