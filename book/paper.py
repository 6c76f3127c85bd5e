"""The one page of the whole book as paper needs it (book/pdf.py)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from copy import copy
from operator import itemgetter
from string import Template
from typing import Any
from urllib.parse import unquote

from bs4 import BeautifulSoup

# Folded code outside solutions, and what stands there to click on; the library is not even read.
DROPPED = (
    ".headerlink, script, noscript, .above-input:not(.lqr-solution *), .cell .hide > summary, "
    ".lqr-chip > div, "
    ".lqr-verdict summary ~ *, .lqr-figure-row, .sd-summary-state-marker, .toctree-wrapper, "
    "section:has(> .toctree-wrapper)"
)
# MathJax draws formulas as paths: what a formula says is its LaTeX source.
PAGE = Template("""<!DOCTYPE html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>$title</title>$head
<style>@page {size: A4} @page :first {@bottom-center {content: none}}</style></head>
<body><div class="bd-main"><div class="bd-content"><div class="bd-article-container">
<article class="bd-article lqr-paper"><section class="lqr-cover"><h1>$title</h1>$imprint</section>
<nav><h2>Contents</h2>$listed</nav>$pages</article></div></div></div>
<script>Object.assign(MathJax.options, {enableAssistiveMml: false, enableMenu: false})</script>
<script src="$mathjax"></script><script>MathJax.startup.promise.then(() => {
  for (const {math, typesetRoot} of MathJax.startup.document.math) {
    const drawn = typesetRoot.querySelector("svg");
    drawn.removeAttribute("aria-hidden");
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", math.trim());
  }
})</script></body></html>""")


def printable(html: str, parts: list[dict[str, Any]], imprint: str) -> str:
    """The one page as paper needs it: a cover, the contents, the pages, and last the solutions."""
    soup: Any = BeautifulSoup(html, "html.parser")
    mathjax = soup.find("script", src=re.compile("mathjax"))["src"]
    head = [*soup("link", rel="stylesheet"), *soup("script", string=re.compile("MathJax"))]
    pages: dict[str, Any] = {"pages/index": soup.article.section}
    kept = {page["file"] for part in parts for page in part["chapters"]}
    for mark in soup.article.select("span[id^=document-]"):
        page = mark.find_next_sibling("section").extract()
        if mark["id"][9:] in kept:
            pages[mark["id"][9:]] = page
    link(pages)
    for page in pages.values():
        for tag in page.select(DROPPED):
            tag.decompose()
        for tag in page.select(".cell details"):  # a browser calls one without a summary "Details"
            tag.name = "div"
        for tag in page.select(".cell:not(:has(.cell_input, .cell_output))"):
            tag.decompose()
        levels = [(each, int(each.name[1])) for each in page(re.compile("^h[1-6]$"))]
        for heading, level in levels:
            heading.name = f"h{level - levels[0][1] + 1}"
        for fold in page("details"):
            fold["open"] = ""
    title = pages["pages/index"].h1.extract().get_text()
    pages["solutions"], listed = solutions(pages, soup.new_tag), ""
    last = {"caption": "Appendix", "chapters": [{"file": "solutions"}]}
    for part in [*filter(itemgetter("chapters"), parts), last]:
        found = [pages[page["file"]] for page in part["chapters"]]
        lines = [f'<li><a href="#{page["id"]}">{page.h1.get_text()}</a></li>' for page in found]
        listed += f"<p>{part['caption']}</p><ul>{''.join(lines)}</ul>"
    joined = {"head": "".join(map(str, head)), "pages": "".join(map(str, pages.values()))}
    return PAGE.substitute(joined, title=title, imprint=imprint, listed=listed, mathjax=mathjax)


def solutions(pages: dict[str, Any], tag: Callable[..., Any]) -> Any:
    """Move the solutions into an appendix: each with its exercise's title, and linked both ways."""
    back = tag("section", id="solutions")
    back.append(tag("h1", string="Solutions"))
    for page in pages.values():
        titles = {numbers(each): each for each in page.select(".exercise > .admonition-title")}
        for index, fold in enumerate(page.select(".lqr-solution")):
            title, name = titles[numbers(fold.summary)], tag("h3")
            if index == 0:
                back.append(tag("h2", string=page.h1.get_text()))
            name.append(tag("a", href=f"#{title.parent['id']}"))
            name.a.extend(copy(title).contents)
            line = tag("a", href=f"#{fold['id']}", string="Worked out at the end of the book")
            title.parent.append(tag("p"))
            title.parent.contents[-1].append(line)
            fold.summary.replace_with(name)
            fold.name, fold["class"] = "section", ["lqr-worked"]
            back.append(fold.extract())
    return back


def numbers(tag: Any) -> str:
    """The number of the exercise in a title."""
    return re.findall(r"Exercise ([\d.]*\d)", tag.get_text())[0]


def link(pages: dict[str, Any]) -> None:
    """Give each place an id that no other page has; a reference leads to its place or nowhere."""
    places: dict[tuple[str, str], str] = {}
    for name, page in pages.items():
        places[name, ""] = f"{page['id']}--{name}"  # the page itself
        for tag in [page, *page(id=True)]:
            new = f"{tag['id']}--{name}"
            if places.setdefault((name, tag.attrs.pop("id")), new) is new:
                tag["id"] = new
    for name, page in pages.items():
        for tag in page("a", href=True):
            href = unquote(tag["href"])
            if re.match("https?:|mailto:", href):
                continue
            path, _, place = href.removeprefix("#document-").partition("#")
            if href.startswith("#"):
                there = path if href.startswith("#document-") else name
            else:
                path = re.sub(r"\.html(\?.*)?$", "", path)
                there = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            if found := places.get((there, place), places.get((there, ""))):
                tag["href"] = f"#{found}"
            else:
                tag.name = "span"
                del tag["href"]
