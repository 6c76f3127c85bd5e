"""What the search page looks through: the built pages, cut into places that a link can lead to."""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

# What is found by itself. Code and what it prints, lists of contents and drawings are not.
PLACES = "section:has(> :is(h1, h2, h3, h4))[id], div:is(.proof, .exercise, .citation)[id], "
PLACES += "figure[id], dl:not(.attribute) > dt.sig[id], :is(#dictionary, #symbols) tbody > tr"
NO_TEXT = ["nav", "svg"]
NO_WORDS = re.compile(r"<(pre|script|style)\b.*?</\1>", re.DOTALL)  # half of a chapter
NO_PART = "cell headerlink eqno field-list lqr-chip lqr-map lqr-map-entry toctree-wrapper".split()
KINDS = {"proof": "statement", "exercise": "exercise", "citation": "source", "sig": "library"}
KINDS |= {"section": "section", "figure": "figure", "tr": "symbol"}
WEIGHTS = {"changelog": 0.2, "map": 0.3, "results": 0.3, "execution": 0.3}
NUMBERED = "Theorem|Lemma|Proposition|Corollary|Definition|Remark|Assumption|Algorithm|Figure"
PAPERS = re.compile(rf"(?:\b(S[12]|TR)\b,? )?\b((?:{NUMBERED}) (?:[A-Z]\.)?\d(?:\.?\d)*[a-z]?)\b")
# Words that are explained where no title says so.
TERMS = {"which-step-is-too-large": ["step size"], "s1-eq-3": ["MAML"]}
# A formula is found, and shown in an excerpt, by its letters and signs.
SIGNS = {name: name for name in "log exp min max det sup inf".split()}
NAMES = "le ge ne top infty sum cdot times to succ succeq preceq ell dots nabla in | lVert rVert"
SIGNS |= dict(zip(NAMES.split(), "≤≥≠ᵀ∞∑·×→≻≽≼ℓ…∇∈‖‖‖", strict=True))
for small in map(chr, range(0x3B1, 0x3CA)):
    letter = unicodedata.name(small).split()[-1].lower().replace("lamda", "lambda")
    SIGNS |= {letter: small, f"var{letter}": small, letter.title(): small.upper()}
PART = r"(?:\{((?:[^{}]|\{[^{}]*\})*)\}|\s*(\w|\\[A-Za-z]+))"
FRACTION = re.compile(rf"\\[td]?frac{PART}{PART}")


def letters(tex: str) -> str:
    """Write a formula in one line: Σ_K^-1 for `\\Sigma_K^{-1}`."""
    tex = re.sub(r"\\(begin|end)\{\w+\*?\}|\\[()\[\]]|\\\\|(?<!\\)&", " ", tex)
    while FRACTION.search(tex):
        tex = FRACTION.sub(lambda part: "/".join(filter(None, part.groups())), tex)
    tex = re.sub(r"\\([A-Za-z]+|.)", lambda command: SIGNS.get(command[1], " "), tex)
    return re.sub(r"[{}]|\^(?=ᵀ)", "", tex).strip()


def text(tag: Any) -> str:
    return " ".join(tag.get_text().split()) if tag else ""


def entry(tag: Any) -> dict[str, Any]:
    """Take a place out of its page; no other stands in it any more."""
    kind = next(KINDS[name] for name in [*tag.get("class", []), tag.name] if name in KINDS)
    number, anchor, title = "", tag.get("id"), ""
    if kind == "symbol":  # a row of the page of notation
        cells = [text(cell) for cell in tag("td") if text(cell)]
        title, about = ": ".join(cells[:2]), " · ".join(cells)
        anchor = tag.find_parent("section")["id"]
    elif kind == "library":
        title, about = anchor, text(tag.find_next_sibling("dd").extract().p)
    else:
        for each in tag.select(".section-number, .caption-number"):
            number = text(each.extract()).rstrip(".")
        head = tag.select_one("h1, h2, h3, h4, .admonition-title")
        title, about = re.sub(r"^\((.*)\)$", r"\1", text(head and head.extract())), text(tag)
        title = title or re.split(r"(?<=[\w)][a-z\d)][.:;]) ", about)[0]  # initials end none
        kind, anchor = ("page", "") if head and head.name == "h1" else (kind, anchor)
    also = [" ".join(filter(None, found)) for found in PAPERS.findall(title)]
    also += re.findall(r"^e\d+$", anchor) + TERMS.get(anchor, [])
    tag.extract()
    told = {"kind": kind, "number": number, "title": title, "also": also, "anchor": anchor}
    return {name: value for name, value in (told | {"text": about}).items() if value}


def entries(html: str) -> list[dict[str, Any]]:
    """The places on a page, in its order."""
    # Cut out before it is parsed: around it a page lists all others.
    article = NO_WORDS.sub("", html[html.find("<article") : html.rfind("</article>")])
    soup = BeautifulSoup(article, "html.parser")
    for tag in [*soup(NO_TEXT), *soup(class_=NO_PART)]:
        tag.decompose()
    for formula in soup(class_="math"):
        formula.string = letters(formula.get_text())
    return [entry(tag) for tag in reversed(soup.select(PLACES))][::-1]  # the inner ones first


def write(html: Path) -> None:
    """Write `_static/search_data.js`: a script, since pages opened from disk may not fetch."""
    pages = []
    for path in sorted(html.glob("*/**/*.html")):
        if found := entries(path.read_text(encoding="utf-8")):
            library = any(each["kind"] == "library" for each in found)
            weight = 0.1 if library else WEIGHTS.get(path.stem, 1)
            place = path.relative_to(html).as_posix()
            pages.append({"place": place, "weight": weight, "entries": found})
    data = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    (html / "_static" / "search_data.js").write_text(f"window.lqrSearch = {data};\n", "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's own search, of which every page would load the index, is not made."""
    app.connect("builder-inited", lambda app: setattr(app.builder, "search", False))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
