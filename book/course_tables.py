"""What the page for teachers says of the chapters: goals, exercises, needs and hours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from docutils.nodes import make_id

from book import boxes, chapters
from lqrpapers.map import plain

#: Minutes that an exercise takes, by its marks, and a prediction in class.
EFFORT, PREDICTION = {"●": 20, "●●": 45, "●●●": 120}, 5
EXERCISE = re.compile(r"^([`:]{3,})\{exercise\} *(.*)\n((?: *:.*\n)+)((?:.*\n)*?)\1 *$", re.M)
#: What an exercise asks for: the first of these that its marks, title and text have.
KINDS = {
    "research": r"^●●● ",
    "change a parameter": r"make chapter|[Cc]hange a parameter|live figure|slider",
    "implement": r"\b(?:[Ii]mplement|Write|write an?|Program)\b|^●+ [^.]*\blines\b",
    "proof": r"\b(?:[Ss]how(?: by \S+)? that|[Pp]rove|[Dd]erive)\b",
}
ENDS = ("Exercises", "Recall", "What to take away", "Further reading")


@dataclass(frozen=True)
class Exercise:
    label: str
    title: str
    marks: str
    goals: tuple[int, ...]
    kind: str
    checked: bool  #: Whether a student's notebook compares the answer (lqrpapers.answers).


@dataclass(frozen=True)
class Section:
    """A section with a number, without its optional subsections."""

    number: str
    title: str
    optional: bool
    text: str

    @property
    def anchor(self) -> str:
        return make_id(plain(self.title))


@dataclass(frozen=True)
class Chapter:
    page: str
    text: str  #: Its Markdown, with the figures of its run.
    code: str = ""

    @property
    def number(self) -> int:
        return int(Path(self.page).name[:2])

    @property
    def title(self) -> str:
        return plain(self.text.partition("\n")[0].lstrip("# "))

    def head(self, opening: str, closing: str) -> str:
        """A part of the box at the top, on one line."""
        return " ".join(self.text.partition(opening)[2].partition(closing)[0].split())

    @cached_property
    def goals(self) -> dict[int, str]:
        """What a reader can do afterwards, by number."""
        parts = re.split(r"\((\d)\) ", self.head("**Afterwards you can**", "**You need**"))[1:]
        return {int(k): v.strip(" ;.") for k, v in zip(parts[::2], parts[1::2], strict=True)}

    @cached_property
    def needs(self) -> list[int]:
        """The chapters that the box names."""
        needed = re.findall(r"\{doc\}`(\d\d)_", self.head("**You need**", "**Time**"))
        return sorted({int(number) for number in needed})

    @cached_property
    def exercises(self) -> list[Exercise]:
        return [self.exercise(*found[1:]) for found in EXERCISE.findall(self.text)]

    def exercise(self, head: str, options: str, text: str) -> Exercise:
        label, words = options.partition(":label:")[2].split()[0], " ".join(text.split())
        title, marks = head.strip("● "), "●" * head.count("●")
        goals = re.findall(r"\bGoals? (\d(?:(?:,| and|, and) \d)*)", words)
        asked = f"{marks} {title}. {words}"
        found = [kind for kind, sign in KINDS.items() if re.search(sign, asked)]
        runs = f"{{solution-start}} {label}" in self.text
        kind = [*found, "compute" if runs else "by hand"][0]
        numbers = tuple(map(int, re.findall(r"\d", " ".join(goals))))
        return Exercise(label, title, marks, numbers, kind, f'answer("{label}"' in self.code)

    def testing(self, goal: int) -> list[Exercise]:
        return [each for each in self.exercises if goal in each.goals]

    def assigned(self, most: int = 9) -> list[Exercise]:
        """The first exercises, none of them research, that test the goals in their order."""
        chosen: list[Exercise] = []
        for goal in self.goals:
            tests = [each for each in self.testing(goal) if each.marks != "●●●"]
            chosen += tests[:1] if not {*tests} & {*chosen} else []
        return [each for each in self.exercises if each in chosen[:most]]

    @cached_property
    def sections(self) -> list[Section]:
        found = []
        for at, part in enumerate(re.split(r"^## ", self.text, flags=re.M)[1:], 1):
            title, _, text = part.partition("\n")
            inner = re.split(r"^(?=### )", text, flags=re.M)
            kept = "".join(each for each in inner if "★" not in each.partition("\n")[0])
            name = title.replace("★", "").strip()
            found.append(Section(f"{self.number}.{at}", name, "★" in title, kept))
        return found

    def core(self, *beginnings: str) -> list[Section]:
        """The sections to teach: those that begin so, or all but optional ones and the ends."""
        for each in beginnings:
            if not any(section.title.startswith(each) for section in self.sections):
                raise ValueError(f"{self.page} has no section {each!r}")
        if beginnings:
            return [each for each in self.sections if each.title.startswith(beginnings)]
        return [each for each in self.sections if not each.optional and each.title not in ENDS]

    @staticmethod
    def predictions(sections: Iterable[Section]) -> list[str]:
        asked = "".join(each.text for each in sections)
        return re.findall(r"^:{3,}\{predict\} *(.*)", asked, re.M)

    def minutes(self, sections: Iterable[Section], set_: list[Exercise]) -> tuple[float, float]:
        """Minutes in class and at home (pages/course says what counts)."""
        text = "\n".join(each.text for each in sections)
        story, proofs = boxes.counted(text, len(re.findall(r"^`+\{figure\}", text, re.M)))
        efforts = [EFFORT[each.marks] for each in set_]
        asked = PREDICTION * len(self.predictions(sections))
        return story + asked + sum(efforts[:1]), proofs + sum(efforts[1:])


def direct(found: Mapping[int, Chapter]) -> dict[int, list[int]]:
    """What each chapter needs, less what these chapters need themselves."""
    known: dict[int, set[int]] = {}
    kept = {}
    for number, chapter in sorted(found.items()):
        indirect: set[int] = set().union(*(known[need] for need in chapter.needs))
        kept[number] = [need for need in chapter.needs if need not in indirect]
        known[number] = {*chapter.needs} | indirect
    return kept


def course(root: Path, texts: Mapping[str, str]) -> list[Chapter]:
    """The chapters of a book by their texts, with the code of their notebooks."""
    found = []
    for path in chapters.find_chapters(root):
        cells = chapters.read_notebook(path)["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        found.append(Chapter(f"chapters/{path.stem}", texts[f"chapters/{path.stem}"], code))
    return found
