"""The one exception that says in one line why a chapter or the book could not be made."""

import re


class ChapterProblem(Exception):
    """Something a reader or author can mend; the message is one clear line."""


def one_line(text: str, most: int = 300) -> str:
    """Return a message on one line of bearable length, without colours."""
    text = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())
    return text if len(text) <= most else text[: most - 3] + "..."
