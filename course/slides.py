"""Cut the page of a chapter into slides: one idea each, the prose between as speaker notes."""

from __future__ import annotations

import re
from typing import Any

from course import slides_blocks as blocks
from course.slides_blocks import Section, Slide
from course.slides_page import fragment, heading, html
from course.slides_words import ends_in_colon, lead, paragraph, sentences

KINDS = {"proof": "statement", "lqr-printed": "statement", "lqr-predict": "question"}
SHOWN = {"statement": blocks.statement, "question": blocks.question, "figure": blocks.figure}


def cut(page: Any) -> list[Section]:
    """The sections of a chapter's page, `page` being the section of its heading."""
    sections = [Section("", [blocks.opening(page)])]
    walk(page, False, sections)
    codes = [(part, each) for part in sections for each in part.slides if each.kind == "code"]
    for part, each in sorted(codes, key=lambda code: code[0].optional)[1:]:
        part.slides.remove(each)  # one is enough
    questions(page, sections)
    return [section for section in sections if section.slides]


def walk(section: Any, optional: bool, sections: list[Section]) -> None:
    """Add the slides of the sections in `section`, in the order of the page."""
    for each in section.find_all("section", recursive=False):
        special = SPECIAL.get(each["id"], ordinary)
        number, title = heading(each.find(re.compile("^h[23]$")))
        starred = optional or "★" in title
        name = f"{number}{title.replace('★', '').strip()}"
        if slides := special(each, name):
            sections.append(Section(name, slides, starred))
        walk(each, starred, sections)


def ordinary(section: Any, name: str) -> list[Slide]:
    """The slides of a section; prose goes into the notes of the slide before it."""
    slides: list[Slide] = []
    waiting: list[str] = []  # prose before the first slide
    parts = [tag for tag in section.find_all(recursive=False) if tag.name != "section"]
    start = lead(parts[1:])
    if start:
        slides.append(Slide("section", name, [html(each) for each in start], anchor=section["id"]))
    for tag in parts[1:]:
        classes = set(tag.get("class", []))
        kind = next((KINDS[each] for each in KINDS if each in classes), tag.name)
        if kind in ("statement", "question", "figure"):
            slides.append(SHOWN[kind](tag))
        elif tag.table and "cell" not in classes:
            before = tag.find_previous_sibling()
            new = before.name == "p" and before is not parts[1]  # which the section's slide says
            said = [html(paragraph(sentences(before)[-1:]))] if new else []
            slides.append(Slide("table", name, [*said, html(tag.table)]))
        elif "cell" in classes:
            if core := blocks.algorithm(tag):
                slides.append(Slide("code", name, [core]))
        elif tag.name in ("p", "ul", "ol") or "math" in classes:
            (slides[-1].notes if slides else waiting).append(html(tag))
    if slides:
        slides[0].notes[:0] = waiting
    if start and len(slides) > 1 and slides[1].kind == "table" and ends_in_colon(start[-1]):
        slides[0].blocks.append(slides[1].blocks[-1])
        slides[0].notes += slides[1].notes
        del slides[1]
    if start and len(named := [each for each in slides[1:] if each.named]) > 1:
        listed = "".join(f"<li>{each.named}</li>" for each in named)
        slides[0].blocks.append(f'<ul class="plain">{listed}</ul>')
    for slide in slides:
        slide.section = name
    return slides


def questions(page: Any, sections: list[Section]) -> None:
    """Note on the slides what to ask the class: what leads to a statement or figure on them."""
    for fold in page.select("#recall > details"):
        words = fragment(fold.select_one(".sd-summary-text") or fold.summary)
        told(fold, f"Recall {words}", sections)
    for box in page.select(".exercise"):
        told(box, fragment(box.select_one(".admonition-title")), sections)


def told(tag: Any, words: str, sections: list[Section]) -> None:
    """Add the words to the first slide of this page that `tag` leads to."""
    places = {link["href"].partition("#")[2] for link in tag("a", href=True)} - {""}
    for slide in (slide for section in sections for slide in section.slides):
        inside = {slide.anchor, *re.findall(r'data-place="([^"]*)"', "".join(slide.blocks))}
        if places & inside:
            slide.ask.append(words)
            return


def nothing(section: Any, name: str) -> list[Slide]:
    """Further reading is for the page."""
    return []


SPECIAL = {
    "exercises": blocks.exercises,
    "recall": blocks.recall,
    "what-to-take-away": blocks.take_away,
    "further-reading": nothing,
}
