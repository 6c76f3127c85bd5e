"""A page of the book without what only a page needs: folds, marks of links, addresses."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Any

from bs4.element import NavigableString

DROPPED = (
    ".headerlink, .visually-hidden, .sd-summary-state-marker, .lqr-figure-row, .lqr-proof, "
    ".lqr-solution, picture > source, .lqr-chip > div, span[id^=cell-], .tag_hide-cell"
)
KEPT = "section, figure, .proof, .lqr-printed"  # their names are asked for


def tidied(soup: Any, name: str, book: str) -> Any:
    """The section of the page's heading; links lead to the book's page, `book` being its folder."""
    page = soup.article.section
    for tag in page.select(DROPPED):
        tag.decompose()
    for link in page("a", href=True):
        link["href"] = address(link["href"], name, book)
        link["target"] = "_blank"
    for script in page.select("script.lqr-live"):
        script.string = re.sub(
            r'("href": )"([^"]+)"',
            lambda found: f'{found[1]}"{address(found[2], name, book)}"',
            script.string,
        )
    kept = {id(tag) for tag in page.select(KEPT)}
    for tag in page(id=True):
        if id(tag) not in kept:
            tag["data-place"] = tag.attrs.pop("id")
    for formula in page.select("span.math"):
        bind(formula, soup.new_tag)
    return page


def bind(formula: Any, tag: Callable[..., Any]) -> None:
    """Keep a formula on one line with the punctuation, or the pasted number, that follows it."""
    after = formula.next_sibling
    if not isinstance(after, NavigableString):
        return
    if after.isspace() and re.search(r"(=|\\[lg]eq?|\\approx|[<>])\s*\\\)$", formula.get_text()):
        after.replace_with("\u00a0")
    elif found := re.match(r"[.,;:?!)’”]+", after):
        after.replace_with(after[found.end() :])
        formula.wrap(tag("span", attrs={"class": "whole"})).append(found[0])


def address(href: str, name: str, book: str) -> str:
    """Where a link of the page leads from a deck."""
    if re.match(r"[a-z]+:", href):
        return href
    path, mark, place = href.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
    return f"{book}/{path}{mark}{place}"


def html(node: Any) -> str:
    """The node as HTML."""
    return str(node)


def fragment(tag: Any) -> str:
    """What stands in a tag, as HTML."""
    return str(tag.decode_contents()).strip()


def heading(tag: Any) -> tuple[str, str]:
    """The number and the words of a heading, as HTML."""
    number = tag.select_one(".section-number")
    words = "".join(html(child) for child in tag.contents if child is not number)
    return (number.get_text() if number else ""), words.strip()
