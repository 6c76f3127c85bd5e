"""What a slide is, and the slide of each kind of block of a page."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from course.slides_page import fragment, heading, html
from course.slides_words import first

TITLE = re.compile(r"\s*\((●*)\s*(.*?)\s*(●*)\)$")  # an exercise's, with its difficulty
LONGEST_CODE = 15  # lines of the one function that a deck shows
# Minutes on top of what is said: to look, to read, to vote.
EXTRA = {"figure": 1, "question": 2, "statement": 2}


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
        return max(1, round(words / 100 + EXTRA.get(self.kind, 0)))


@dataclass
class Section:
    """The slides of a section of the page; an optional one goes to the end of the deck."""

    title: str
    slides: list[Slide]
    optional: bool = False


def opening(page: Any) -> Slide:
    """The title: the chapter's number and name, and what one can do afterwards."""
    header = page.select_one(".chapter-header")
    told = {p.strong.get_text(): p for p in header("p") if p.strong}
    for p in told.values():
        p.strong.extract()
    text = html(told["Afterwards you can"]).removeprefix("<p>").removesuffix("</p>")
    goals = [
        re.sub(r"(; and|;|, and|,|\.)\s*$", "", each) for each in re.split(r"\s*\(\d\)\s", text)
    ]
    items = "".join(f"<li>{goal}</li>" for goal in goals if goal.strip())
    number, title = heading(page.h1)
    plan = [f"<p><b>{name}</b>{html(told[name])[3:]}" for name in ("You need", "Time")]
    blocks = [f"<p>Afterwards you can</p><ol>{items}</ol>"]
    return Slide("title", title, blocks, section=number.rstrip(". "), notes=plan)


def algorithm(cell: Any) -> str:
    """The function with a loop that a cell shows openly first, if it is short enough."""
    code = cell.select_one(".cell_input pre")
    if not code or code.find_parent("details"):
        return ""
    function = fragment(code).split("\n\n\n")[0]
    text = re.sub("<[^>]*>", "", function)
    loops = re.search(r"^ +(for|while) ", text, re.MULTILINE)
    fits = text.startswith("def ") and len(text.splitlines()) <= LONGEST_CODE
    return f'<div class="highlight"><pre>{function}</pre></div>' if loops and fits else ""


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
    blocks = [
        asked,
        f'<ol type="A">{"".join(choices)}</ol>',
        f'<div class="fragment">{answer}</div>',
    ]
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
    items = [TITLE.sub(r" \2 <span>\1\3</span>", each) for each in titles]
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
