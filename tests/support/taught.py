"""The chapters as the page for teachers reads them."""

from pathlib import Path

from book import course_tables
from book.chapters import find_chapters, read_notebook

ROOT = Path(__file__).resolve().parents[2]


def taught() -> list[course_tables.Chapter]:
    """Goals, exercises and sections of each chapter of the book."""
    texts = {}
    for path in find_chapters(ROOT):
        cells = read_notebook(path)["cells"]
        words = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        texts[f"chapters/{path.stem}"] = "\n\n".join(words)
    return course_tables.course(ROOT, texts)
