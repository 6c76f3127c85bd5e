"""Cut the page of a chapter into slides: one idea each, the prose between as speaker notes."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from course.sentences import first, lead, paragraph, sentences
from course.tidy import fragment, html

LONGEST_CODE = 15  # lines of the one cell of code that a deck shows
STATEMENT = 2  # minutes on top of what is said, as to read it and to vote on a question
KINDS = {"proof": "statement", "lqr-printed": "statement", "lqr-predict": "question"}


@dataclass
class Slide:
    """A slide: its kind, where it stands, its title and its content and notes, as HTML."""

    kind: str
    title: str
    blocks: list[str]
    section: str = ""
    anchor: str = ""
    notes: list[str] = field(default_factory=list)
    ask: list[str] = field(default_factory=list)
    named: str = ""  # in the list of what a section shows

    @property
    def minutes(self) -> int:
        """How long it takes: by its notes, as a page's minutes are told (book/boxes.py)."""
        words = len(re.sub(r"<[^>]*>|\\\(.*?\\\)", " ", " ".join(self.notes)).split())
        extra = {"figure": 1, "question": STATEMENT, "statement": STATEMENT}.get(self.kind, 0)
        return max(1, round(words / 100 + extra))


@dataclass
class Section:
    """The slides of a section of the page; an optional one goes to the end of the deck."""

    title: str
    slides: list[Slide]
    optional: bool = False


def cut(page: Any) -> list[Section]:
    """The sections of a chapter's page, `page` being the section of its heading."""
    head = opening(page)
    sections = [Section("", [head])]
    walk(page, False, sections)
    questions(page, sections)
    return sections


def opening(page: Any) -> Slide:
    """The title: the chapter's number and name, and what one can do afterwards."""
    header = page.select_one(".chapter-header")
    told = {p.strong.get_text(): p for p in header("p") if p.strong}
    for p in told.values():
        p.strong.extract()
    text = html(told["Afterwards you can"]).removeprefix("<p>").removesuffix("</p>")
    goals = [re.sub(r"(; and|;|, and|,|\.)\s*$", "", each) for each in re.split(r"\s*\(\d\)\s", text)]
    items = "".join(f"<li>{goal}</li>" for goal in goals if goal.strip())
    number, title = heading(page.h1)
    plan = [f"<p><b>{name}</b>{html(told[name])[3:]}" for name in ("You need", "Time")]
    blocks = [f"<p>Afterwards you can</p><ol>{items}</ol>"]
    return Slide("title", title, blocks, section=number.rstrip(". "), notes=plan)


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


def heading(tag: Any) -> tuple[str, str]:
    """The number and the words of a heading, as HTML."""
    number = tag.select_one(".section-number")
    words = "".join(html(child) for child in tag.contents if child is not number)
    return (number.get_text() if number else ""), words.strip()


def ordinary(section: Any, name: str) -> list[Slide]:
    """The slides of a section; prose goes into the notes of the slide before it."""
    slides: list[Slide] = []
    waiting: list[str] = []  # prose before the first slide
    blocks = [tag for tag in section.find_all(recursive=False) if tag.name != "section"]
    start = lead(blocks[1:])
    if start:
        slides.append(Slide("section", name, [html(each) for each in start], anchor=section["id"]))
    for tag in blocks[1:]:
        classes = set(tag.get("class", []))
        kind = next((KINDS[each] for each in KINDS if each in classes), tag.name)
        if kind in ("statement", "question", "figure"):
            slides.append(SHOWN[kind](tag))
        elif tag.table and "cell" not in classes:
            before = tag.find_previous_sibling()
            said = [html(paragraph(sentences(before)[-1:]))] if before.name == "p" else []
            slides.append(Slide("table", name, [*said, html(tag.table)]))
        elif "cell" in classes:
            if short_core(tag):
                slides.append(Slide("code", name, [html(tag.select_one(".highlight"))]))
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


def ends_in_colon(tag: Any) -> bool:
    """Whether words announce what follows."""
    return str(tag.get_text()).rstrip().endswith(":")


def short_core(cell: Any) -> bool:
    """Whether a cell shows openly a function that fits a slide."""
    code = cell.select_one(".cell_input pre")
    if not code or code.find_parent("details"):
        return False
    text = code.get_text()
    return text.lstrip().startswith("def ") and len(text.strip().splitlines()) <= LONGEST_CODE


def statement(box: Any) -> Slide:
    """A statement without its proof, under its number, with the verdict on it."""
    title = box.select_one(".admonition-title, .lqr-printed-title").extract()
    if badge := title.select_one(".lqr-badge"):
        badge.extract()
    if chip := box.select_one(".lqr-chip"):
        badge = chip.summary
        chip.extract()
    content = box.find("section") or box
    blocks = [html(child) for child in content.find_all(recursive=False)]
    if badge:
        blocks.insert(0, f'<p class="chip">{fragment(badge)}</p>')
    name = fragment(title)
    named = name if "proof" in box["class"] else ""
    return Slide("statement", name, blocks, anchor=box.get("id", ""), named=named)


def question(box: Any) -> Slide:
    """A question to vote on; the answer comes with the next step."""
    asked = html(box.select_one(".lqr-asked"))
    choices = []
    for item in box.select(".lqr-choices > li"):
        right = ' class="right"' if "lqr-right" in item.get("class", []) else ""
        choices.append(f"<li{right}>{fragment(item)}</li>")
    told = box.details.find_all("p", recursive=False)
    answer = "".join(html(p) for p in told)
    blocks = [asked, f'<ol type="A">{"".join(choices)}</ol>', f'<div class="fragment">{answer}</div>']
    notes = ["<p>Let the class vote before the answer is shown.</p>"]
    return Slide("question", "What do you expect?", blocks, notes=notes)


def figure(tag: Any) -> Slide:
    """A figure as large as the slide, with the first sentence of its caption."""
    caption = tag.select_one(".caption-text")
    number = tag.select_one(".caption-number").get_text().strip()
    notes = [f"<p><b>{number}</b> {fragment(caption)}</p>"]
    words = f"<figcaption><b>{number}</b> {''.join(map(html, first(caption)))}</figcaption>"
    picture = copy(tag.img)
    picture["data-style"] = picture.attrs.pop("style", "")  # how wide it is on the page
    name = tag["id"]
    live = list(tag.parents)[-1].select_one(f'script.lqr-live[data-figure="{name}"]')
    shown = f'<figure id="{name}" data-prevent-swipe>{html(picture)}{words}</figure>'
    return Slide("figure", "", [shown + html(live or "")], anchor=name, notes=notes)


def exercises(section: Any, name: str) -> list[Slide]:
    """The exercises by number, title and difficulty."""
    titles = [fragment(each) for each in section.select(".exercise > .admonition-title")]
    items = [re.sub(r"\s*\((.*?)\s*(●*)\)$", r" \1 <span>\2</span>", each) for each in titles]
    listed = "".join(f"<li>{each}</li>" for each in items)
    texts = [html(each) for each in section.select(".exercise > section > *")]
    blocks = [f'<ul class="exercises">{listed}</ul>']
    return [Slide("exercises", "Exercises", blocks, section=name, notes=texts)]


def recall(section: Any, name: str) -> list[Slide]:
    """The questions; the answers are in the notes."""
    asked, notes = [], []
    for fold in section.find_all("details", recursive=False):
        words = fragment(fold.select_one(".sd-summary-text") or fold.summary)
        asked.append("<li>" + re.sub(r"^\s*\d+\.\s*", "", words) + "</li>")
        notes += [f"<p><b>{words}</b></p>", fragment(fold.select_one(".sd-summary-content"))]
    blocks = [f"<ol>{''.join(asked)}</ol>"]
    return [Slide("recall", "Can you say it?", blocks, section=name, notes=notes)] if asked else []


def take_away(section: Any, name: str) -> list[Slide]:
    """What to take away, whole."""
    blocks = [html(tag) for tag in section.find_all(recursive=False)[1:]]
    return [Slide("take-away", "What to take away", blocks, section=name)]


def nothing(section: Any, name: str) -> list[Slide]:
    """Further reading is for the page."""
    return []


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


SHOWN = {"statement": statement, "question": question, "figure": figure}
SPECIAL = {
    "exercises": exercises,
    "recall": recall,
    "what-to-take-away": take_away,
    "further-reading": nothing,
}
