"""The pages made from results: what the blocks ```{lqr-…}``` of a page stand for.

Each block has a template of its name in `pages/_templates`; one that gives a table gets the box
that scrolls and the block's name as its class. Sphinx resolves the numbers of statements and pages.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
import yaml

from book import boxes, collect, course_tables, library_pages, sweep_examples
from book.problem import ChapterProblem
from book.provenance import git
from lqrpapers.claims.rows import CALLED, GROUPS, PAPERS, Line, Result, digits
from lqrpapers.claims.signs import as_html
from lqrpapers.claims.verdicts import BETTER, KINDS, WORDS
from lqrpapers.live import block
from lqrpapers.map import MARKS, excerpt, mapped
from lqrpapers.notebook import readable

TEMPLATES = "pages/_templates"
#: A verdict in the head of a box, where the results page has more room.
CHIP = {"unrefuted": "not refuted", "restated": WORDS["restated"]}
BLOCK = re.compile(r"^```\{(lqr-[a-z]+)\} *(.*)\n```$", re.MULTILINE)
STATEMENT = re.compile(
    r"^ *[:`]{3,}\{prf:(?!proof\b)\w+\} *(.*)\n(?: *:(?!label:).*\n)* *:label: *(\S+)", re.MULTILINE
)


@dataclass(frozen=True)
class Book:
    """What the templates can ask for."""

    root: Path
    texts: dict[str, str]  #: The Markdown of every page and chapter.
    records: dict[str, dict[str, Any]]  #: How each executed chapter was run.
    library = library_pages
    forms, groups, mapped, live = CALLED, GROUPS, staticmethod(mapped), staticmethod(block)
    efforts, prediction = course_tables.EFFORT, course_tables.PREDICTION
    spoken, direct = staticmethod(boxes.spoken), staticmethod(course_tables.direct)
    verdicts = (*dict.fromkeys(word for words in KINDS.values() for word in words), "planned")

    @cached_property
    def statements(self) -> dict[str, tuple[str, str]]:
        """Title and page of every numbered statement, by label."""
        return {
            label: (title, page)
            for page in sorted(self.texts)
            for title, label in STATEMENT.findall(self.texts[page])
        }

    @cached_property
    def course(self) -> dict[int, course_tables.Chapter]:
        """What the chapters teach, by their numbers."""
        return {each.number: each for each in course_tables.course(self.root, self.texts)}

    def asked(self, page: str, text: str) -> str:
        """A question of a chapter for another page, with the numbers of the run."""
        values = self.records.get(page.rpartition("/")[2], {}).get("glued", {})

        def number(found: re.Match[str]) -> str:
            return readable(format(values[found[1]], found[2])) if found[1] in values else "…"

        filled = re.sub(r"\{glue:text\}`([\w-]+):?([^`]*)`", number, text)
        return excerpt(filled if filled.endswith("?") else f"{filled} …", page, 600)

    def sweep(self, name: str) -> str:
        """An example of a sweep."""
        return sweep_examples.made(self.root, name)[0]

    @cached_property
    def seconds(self) -> list[dict[str, str]]:
        """What sweeps took, as measured."""
        return sweep_examples.seconds(self.root)

    @cached_property
    def results(self) -> list[Result]:
        return collect.results(self.root)

    @cached_property
    def templates(self) -> jinja2.Environment:
        """The templates of the pages, with what they may use."""
        found = jinja2.Environment(undefined=jinja2.StrictUndefined, lstrip_blocks=True)
        found.trim_blocks, found.loader = True, jinja2.FileSystemLoader(self.root / TEMPLATES)
        found.globals |= {"verdict_words": WORDS, "marks": MARKS, "book": self}
        found.filters |= {"plain": plain, "command": command, "readable": readable}
        found.filters |= {"digits": digits, "statement": as_html}
        return found

    @staticmethod
    def deciding(result: Result) -> Line:
        """The line of a result that its box shows: of the form that gave the verdict."""
        better = result.verdict in ("corrected", "restated")
        lines = [each for each in result.lines if (each.form in BETTER) == better] or result.lines
        wrong = [each for each in lines if each.violated and result.verdict != "holds"]
        return (wrong or [each for each in lines if each.worst] or lines)[0]

    def chip(self, label: str) -> str:
        """The verdict on a statement as HTML; nothing where there is none."""
        result = next((each for each in self.results if each.claim.id == label), None)
        if result is None or not result.lines or result.verdict in ("planned", "definition"):
            return ""
        word = CHIP.get(result.verdict, result.verdict)
        template = self.templates.get_template("lqr-chip.md")
        return template.render(result=result, called=word).strip()

    def results_of(self, paper: str, *kinds: str) -> list[Result]:
        """Those of a paper and of these kinds, or of all."""
        for words, known in (((paper,), PAPERS), (kinds, KINDS)):
            for word in {*words} - {*known}:
                raise ChapterProblem(f"{word!r} is none of {', '.join(known)}")
        found = [result for result in self.results if result.claim.paper == paper]
        return [result for result in found if result.claim.kind in (kinds or KINDS)]

    @cached_property
    def parts(self) -> dict[str, str]:
        """The part of the book in which each chapter stands."""
        toc = yaml.safe_load((self.root / "_toc.yml").read_text(encoding="utf-8"))
        pages = (
            (page["file"], part["caption"]) for part in toc["parts"] for page in part["chapters"]
        )
        return {name.partition("/")[2]: part for name, part in pages if "chapters/" in name}

    def runs(self) -> dict[str, set[str]]:
        """What the chapters were run with: one value each, or those of all chapters."""
        facts: dict[str, set[str]] = {}
        for record in self.records.values():
            run = record["run"]
            told = {"commit": run["commit"] + " and uncommitted changes" * run["changed"]}
            told["date of the commit"] = git(self.root, "show", "-s", "--format=%cs", run["commit"])
            told |= {"lock of the environment, SHA-256": run["lock"], "system": run["system"]}
            told |= {"processor": run["processor"], "linear algebra": run["blas"]}
            for name, value in (told | record["versions"]).items():
                facts.setdefault(name, set()).add(value or "not known")
        return facts


def plain(text: str) -> str:
    """A text whose signs mean nothing to Markdown, also within a table."""
    return re.sub(r"([\\`*_\[\]{}<>|$&~])", r"\\\1", str(text))


def command(parameters: dict[str, Any], chapter: str) -> str:
    """The command that runs a chapter again as it was run."""
    given = [shlex.quote(f"{name}={value}") for name, value in sorted(parameters.items())]
    words = f' P="{" ".join(given)}"' if given else ""
    return f"make chapter C={chapter.partition('_')[0]}{words}"


def filled(book: Book, text: str) -> str:
    """The text of a page with its blocks filled."""

    def filling(found: re.Match[str]) -> str:
        template = book.templates.get_template(f"{found[1]}.md")
        given = template.render(argument=found[2].strip()).strip()
        if not given.startswith("|"):
            return given
        if given.count("\n") < 2:  # a head without rows
            return "Nothing yet in this build."
        table = f"```{{table}}\n:class: lqr-table {found[1]}\n\n{given}\n```"
        return f":::{{container}} lqr-scroll\n{table}\n:::"

    return BLOCK.sub(filling, text)
