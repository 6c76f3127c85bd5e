"""Each fault that `links` looks for is found when a page has it, and only then."""

from pathlib import Path

import links
import pytest

SOUND = """<!doctype html><html><head>
<link rel="stylesheet" href="_static/sheet.css"><link rel="canonical" href="https://x.org/a">
<script src="_static/script.js?v=1"></script><style>p {{ background: url(_static/dot.png) }}</style>
</head><body><article id="top">
<p>Text with <code>{{glue}}`x`</code> and <a href="https://example.org">a link outside</a>.</p>
<a href="#top">here</a> <a href="other.html#there">there</a> <a href="mailto:a@b.org">mail</a>
<img src="_static/dot.png" alt="A dot in the middle of nothing">
{extra}
</article></body></html>"""


def book(folder: Path, extra: str = "", css: str = "p { color: red }") -> Path:
    (folder / "_static").mkdir()
    (folder / "_static" / "sheet.css").write_text(css)
    for name in ("script.js", "dot.png", "template.html"):
        (folder / "_static" / name).write_text("{glue}`template`, not a page")
    (folder / "other.html").write_text('<article><h1 id="there">Other</h1></article>')
    (folder / "index.html").write_text(SOUND.format(extra=extra))
    return folder


def test_a_sound_book_has_no_problem(tmp_path: Path) -> None:
    assert links.problems(book(tmp_path)) == []


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    assert links.problems(tmp_path) == [f"{tmp_path}: no pages"]


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ('<script src="https://cdn.org/a.js"></script>', "loads https://cdn.org/a.js from"),
        ('<script src="//cdn.org/a.js"></script>', "loads //cdn.org/a.js from the network"),
        ('<script>import("https://cdn.org/a.js")</script>', "loads https://cdn.org/a.js from"),
        ('<script>s.src = "https://cdn.org/b.js"</script>', "loads https://cdn.org/b.js from"),
        ('<link rel="stylesheet" href="https://f.org/css">', "loads https://f.org/css from"),
        ('<link rel="preload" href="https://f.org/a.woff2">', "loads https://f.org/a.woff2 from"),
        ('<img src="https://i.org/a.png" alt="a b c d">', "loads https://i.org/a.png from"),
        ('<img srcset="https://i.org/a.png 2x" alt="a b c d">', "loads https://i.org/a.png from"),
        ('<iframe src="https://v.org/a"></iframe>', "loads https://v.org/a from the network"),
        ('<style>@import "https://f.org/css";</style>', "loads https://f.org/css from"),
        ("<style>a { src: url('https://f.org/a.woff') }</style>", "loads https://f.org/a.woff"),
        ('<p style="background: url(https://i.org/a.png)">', "loads https://i.org/a.png from"),
        ('<img src="gone.png" alt="A picture that is gone">', "gone.png does not exist"),
        ('<script src="gone.js"></script>', "gone.js does not exist"),
        ('<a href="gone.html">x</a>', "broken link to gone.html"),
        ('<a href="#gone">x</a>', "broken link to #gone"),
        ('<a href="other.html#gone">x</a>', "broken link to other.html#gone"),
        ('<img src="_static/dot.png">', "no alt text worth the name: None"),
        ('<img src="_static/dot.png" alt="">', "no alt text worth the name: ''"),
        ('<img src="_static/dot.png" alt="_images/a.png">', "no alt text worth the name"),
        ("<p>It is {glue:text}`largest:.3f`.</p>", "role text in the text"),
        ("<p>See {numref}`fig-a`.</p>", "role text in the text"),
        ("<p>```{prf:lemma}</p>", "directive text in the text"),
        ("<p>See Figure ??.</p>", "an unresolved reference in the text"),
        ("<p>$$ x^2 $$</p>", "unread mathematics in the text"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, extra: str, problem: str) -> None:
    found = links.problems(book(tmp_path, extra))
    assert len(found) == 1 and found[0].startswith("index.html: ") and problem in found[0]


@pytest.mark.parametrize("css", ["@import 'https://f.org/a.css';", "a { b: url(//f.org/a.woff) }"])
def test_a_style_sheet_that_loads_from_the_network_is_found(tmp_path: Path, css: str) -> None:
    (line,) = links.problems(book(tmp_path, css=css))
    assert line.startswith("_static/sheet.css: loads ") and "f.org" in line


def test_a_page_that_only_leads_on_has_no_words(tmp_path: Path) -> None:
    book(tmp_path)
    (tmp_path / "old.html").write_text('<meta http-equiv="refresh" content="0; url=other.html">')
    assert links.page_names(tmp_path) == ["index.html", "other.html"]
