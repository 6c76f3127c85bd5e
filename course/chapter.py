"""One executed chapter for the course: its cells as plain Markdown, code and solutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from book import chapters as inputs
from book.problem import ChapterProblem
from book.solutions import Cell, Piece, pieces
from book.stage import minutes, shown
from course.places import Places
from course.plain import Plain
from lqrpapers.numbers import glued

FOLDED = {"hide-input": "source_hidden", "hide-cell": "source_hidden"}
FOLDED |= {"hide-output": "outputs_hidden"}
SHOWN = ("text/plain", "text/html", "image/svg+xml", "image/png", "image/gif")
POINTS = {1: 2, 2: 3, 3: 5}  # by the marks of an exercise


@dataclass(frozen=True)
class Exercise:
    """What an exercise asks and how it is solved; its words are plain Markdown."""

    label: str
    asked: Cell
    solution: list[Cell]
    points: int


class Chapter:
    """A chapter that was executed, with what its words stand for."""

    def __init__(self, root: Path, path: Path, places: Places) -> None:
        record = inputs.read_record(root, path)
        if not record:
            raise ChapterProblem(f"{path.stem} is not executed yet: make book")
        self.name, self.run = path.stem, record["run"]
        self.places = places
        self.notebook = inputs.executed_notebook(root, path)
        self.numbers = glued(self.notebook)
        seconds, took = f"{record['seconds']:.0f} seconds", minutes(shown(root, path, {}))
        page = f"chapters/{path.stem}"
        self.plain = Plain(page, self.numbers, places, took, seconds)

    def parts(self) -> Iterator[Cell | Exercise]:
        """The chapter in its order; an exercise stands where its solution does."""
        found = list(pieces(self.with_captions()))
        solved: dict[str, list[Piece]] = {}
        for piece in found:
            if piece.kind == "solution":
                solved.setdefault(piece.label, []).append(piece)
        asked = {piece.label: piece for piece in found if piece.kind == "exercise"}
        if alone := solved.keys() ^ asked.keys():
            raise ChapterProblem(f"{self.name}: exercise or solution alone: {', '.join(alone)}")
        for piece in found:
            if piece.kind == "text":
                yield self.cell(piece.cell)
            elif piece.kind == "exercise":
                cell = self.cell(piece.cell) | {"id": f"exercise-{piece.label}"}
                title = cell["source"].partition("\n")[0]
                solution = [self.cell(each.cell) for each in solved[piece.label]]
                points = POINTS.get(title.count("●"), POINTS[1])
                yield Exercise(piece.label, cell, solution, points)

    def with_captions(self) -> Iterator[Cell]:
        """The cells, after each that draws one with the numbers and captions of its figures."""
        for cell in self.notebook["cells"]:
            if "injected-parameters" in cell["metadata"].get("tags", []):
                raise ChapterProblem(f"{self.name} was run with other parameters: make book")
            yield cell
            for output in cell.get("outputs", []):
                told = output.get("metadata", {}).get("lqrlib", {})
                if "caption" in told:
                    label = told.get("name", f"fig-{cell['id']}")
                    source = f"**{self.places.named(label)[1]}.** {told['caption']}"
                    about = {"metadata": {"lqrlib": "caption"}, "id": label}
                    yield {"cell_type": "markdown", "source": source} | about

    def cell(self, cell: Cell) -> Cell:
        """A cell for any Jupyter: words are plain, what the book folds is collapsed."""
        source, tags = "".join(cell["source"]), cell["metadata"].get("tags", [])
        if cell["cell_type"] == "markdown":
            return cell | {"source": self.plain(source)}
        folded = {FOLDED[tag]: True for tag in tags if tag in FOLDED}
        metadata: dict[str, Any] = {"jupyter": folded} if folded else {}
        if kept := [tag for tag in tags if tag not in FOLDED]:
            metadata["tags"] = kept
        outputs = [made for each in cell["outputs"] if (made := plain_output(each))]
        return cell | {"source": source, "metadata": metadata, "outputs": outputs}


def plain_output(output: dict[str, Any]) -> dict[str, Any] | None:
    """An output that any Jupyter can show; None for what is stored or moves on a page."""
    if "data" not in output:
        return output
    data = {kind: output["data"][kind] for kind in SHOWN if kind in output["data"]}
    if not data or "<script" in "".join(data.get("text/html", "")):
        return None
    return output | {"data": data, "metadata": {}}
