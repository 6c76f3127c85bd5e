"""The one exception that says in one line why a chapter or the book could not be made."""


class ChapterProblem(Exception):
    """Something a reader or author can mend; the message is one clear line."""
