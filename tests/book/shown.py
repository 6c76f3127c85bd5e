"""What a rendered page shows."""

import html
import re


def page(root, name):
    return (root / "_build" / "html" / f"{name}.html").read_text()


def words(text):
    return html.unescape(" ".join(re.sub(r"<[^>]*>", "", text).split()))
