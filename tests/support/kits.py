"""What tests of the course share: the chapters, and where their links lead."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from book.chapters import find_chapters

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = [path.stem for path in find_chapters(ROOT)]
ADDRESS = "https://book.example/"
Made = Callable[[str, str], dict[str, Any]]
