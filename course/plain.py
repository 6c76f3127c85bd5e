"""MyST as plain Markdown, which any Jupyter shows: directives, roles and labels become words."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Any

from book.boxes import chapters
from book.directives import choices
from book.problem import ChapterProblem
from book.solutions import Directive, blocks
from course.places import Places
from lqrpapers.notebook import readable

ROLE = re.compile(r"\{([a-z][\w:-]*)\}`([^`]+)`")
TITLED = re.compile(r"(.+?)\s*<([^<>]+)>", re.S)
DISPLAYED = re.compile(r"\$\$(.+?)\$\$(?: *\(([\w.-]+)\))?", re.S)
MATH = re.compile(r"(\$\$?)[^$]+\1")


@dataclass(frozen=True)
class Plain:
    """What the words of a chapter stand for."""

    page: str  #: As in chapters/05_convergence.
    numbers: dict[str, Any]
    places: Places
    minutes: str
    seconds: str

    def __call__(self, text: str) -> str:
        """A text as plain Markdown."""
        made = (
            self.directive(block) if isinstance(block, Directive) else self.words(block)
            for block in blocks(text)
        )
        return "\n\n".join(each.strip("\n") for each in made)

    def words(self, text: str) -> str:
        """Text without directives."""
        text = re.sub(r"^\([\w.-]+\)=\n", "", text, flags=re.M)
        text = ROLE.sub(self.role, chapters(text))
        return DISPLAYED.sub(self.displayed, text)

    def displayed(self, found: re.Match[str]) -> str:
        """A formula with its number."""
        body, label = found.groups()
        if label is None:
            return found[0]
        number = self.places.named(label)[1].strip("()")
        return f"$${body.rstrip()} \\tag{{{number}}}{body[len(body.rstrip()) :]}$$"

    def role(self, found: re.Match[str]) -> str:
        """A number of the run, a reference or a citation."""
        name, target = found.groups()
        if name == "glue:text":
            key, _, spec = target.partition(":")
            return readable(format(self.numbers[key], spec))
        if name in ("lqr-minutes", "lqr-seconds"):
            return self.minutes if name == "lqr-minutes" else self.seconds
        titled = TITLED.fullmatch(target)
        title, label = titled.groups() if titled else ("", target)
        if name == "doc":
            place = posixpath.normpath(posixpath.join(posixpath.dirname(self.page), label))
            return self.places.link(place.lstrip("/"), title)
        if name in ("prf:ref", "numref", "eq", "ref"):
            return self.places.link(label, title)
        if name in ("cite", "cite:p", "cite:t"):
            works = [self.places.cited[key.strip()] for key in label.split(",")]
            if name == "cite:t":
                return ", ".join(f"{names} [{year}]" for names, year in works)
            return f"[{', '.join(f'{names}, {year}' for names, year in works)}]"
        raise ChapterProblem(f"{self.page}: the course has no words for {found[0]}")

    def directive(self, block: Directive) -> str:
        """A box as a quotation, what is folded as something to unfold."""
        name, title = block.name, self.words(block.argument)
        if name == "predict":
            return self.predict(block)
        body = self(block.body)
        if name == "exercise":
            return f"### {self.places.named(block.options['label'])[1]} ({title})\n\n{body}"
        if name == "prf:proof" and block.options.get("class") != "dropdown":
            return f"*Proof.* {body}"
        if name in ("dropdown", "prf:proof"):
            return folded(title or "Proof", body)
        if name == "printed":
            verdict = block.options.get("verdict", "fails")
            return quoted(f"**As printed in {title}** (*{verdict}*)\n\n{body}")
        if name == "admonition":
            return quoted(f"**{title}**\n\n{body}")
        if name.startswith("prf:"):
            number = self.places.named(block.options["label"])[1]
            return quoted(f"**{number}**{f' ({title})' if title else ''}\n\n{body}")
        raise ChapterProblem(f"{self.page}: the course has no form for {{{name}}}")

    def predict(self, block: Directive) -> str:
        """A question with its choices; the answer is to unfold."""
        lines = block.body.splitlines()
        offered, at = choices(lines, self.page)
        listed = "\n".join(f"- {self.words(text)}" for _, text in offered)
        right = next(self.words(text) for right, text in offered if right)
        body = self("\n".join(lines[at:]))
        answer = folded("Answer", f"**{right}**\n\n{body}")
        return f"**Predict.** {self.words(block.argument)}\n\n{listed}\n\n{answer}"


def folded(title: str, body: str) -> str:
    """Words that are shown when one asks for them; a title may hold formulas but no emphasis."""
    title = re.sub(r"\*(?=\S)|(?<=\S)\*", "", title) if "$" not in title else title
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def quoted(text: str) -> str:
    """A quotation: with each formula on one line, as Jupyter would take > for a part of it."""
    text = MATH.sub(lambda found: " ".join(found[0].split()), text)
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
