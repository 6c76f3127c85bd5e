"""Write a lecture deck for each chapter, from its built page; each works from disk, offline."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import jinja2
from bs4 import BeautifulSoup

from book.problem import ChapterProblem
from course.slides import cut
from course.slides_blocks import Section, Slide
from course.slides_page import tidied

HERE = Path(__file__).parent / "deck"
REVEAL = "_static/revealjs"  # in the wheel sphinx-revealjs, which carries reveal.js
SHOWS = ("dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js", "LICENSE")
STYLES = ("pygments.css", "live.css", "live_controls.css")  # of the book, for code and figures
MATHJAX = "mathjax/tex-svg-full.js"
PICTURE = re.compile(r'src="\.\./_images/([^"]+)"')
OPTIONAL = "If time allows"


def write_decks(root: Path, target: Path, say: Callable[[str], None]) -> None:
    """Write `target/NN_title.html` for each chapter of the built book, and `target/_static`."""
    built = root / "_build" / "html"
    pages = sorted((built / "chapters").glob("[0-9]*.html"))
    if not pages:
        raise ChapterProblem("there is no built book yet: run make book (or python -m book book)")
    shutil.rmtree(target, ignore_errors=True)
    (target / "_static").mkdir(parents=True)
    template = jinja2.Template((HERE / "deck.html").read_text(encoding="utf-8"))
    book = os.path.relpath(built, target).replace(os.sep, "/")
    scripts: set[str] = set()
    pictures: set[str] = set()
    for path in pages:
        soup: Any = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        live = [each["src"].partition("?")[0] for each in soup("script", src=re.compile("/live/"))]
        page = tidied(soup, f"chapters/{path.name}", book)
        computes = page.select_one("script.lqr-live") is not None
        sections = ordered(cut(page))
        told = {
            "sections": sections,
            "opening": sections[0].slides[0],
            "minutes": minutes(sections),
            "book": soup.title.get_text().rpartition(" \u2014 ")[2],  # as Sphinx joins titles
            "live": [each.removeprefix("../_static/") for each in live if computes],
        }
        scripts.update(told["live"])
        text = template.render(told)
        pictures |= set(PICTURE.findall(text))
        text = PICTURE.sub(r'src="_static/figures/\1"', text)
        (target / path.name).write_text(text, encoding="utf-8")
        say(f"{path.stem}: {sum(len(each.slides) for each in sections)} slides")
    wheel: Any = metadata.distribution("sphinx-revealjs")
    reveal = f"sphinx_revealjs/{REVEAL}"
    files = {f"reveal/{name}": wheel.locate_file(f"{reveal}/{name}") for name in SHOWS}
    files |= {name: built / "_static" / name for name in (MATHJAX, *STYLES, *scripts)}
    files |= {f"figures/{name}": built / "_images" / name for name in pictures}
    files |= {path.name: path for path in HERE.iterdir() if path.suffix in (".css", ".js")}
    for name, path in files.items():
        (target / "_static" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / "_static" / name)


def ordered(sections: list[Section]) -> list[Section]:
    """The optional sections last, behind a slide that says so."""
    later = [section for section in sections if section.optional]
    if not later:
        return sections
    titles = "".join(f"<li>{section.title}</li>" for section in later)
    divider = Slide("divider", OPTIONAL, [f'<ul class="plain">{titles}</ul>'])
    now = [section for section in sections if not section.optional]
    return [*now, Section(OPTIONAL, [divider]), *later]


def minutes(sections: list[Section]) -> int:
    """What the slides take that are not optional."""
    kept = [section for section in sections if not section.optional]
    return sum(slide.minutes for section in kept for slide in section.slides)
