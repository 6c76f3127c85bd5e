"""Built pages are cut into the places that the search page leads to."""

import json

import pytest

from book import search_index

PAGE = """<article><section id="top"><h1><span class="section-number">3. </span>Descents
<a class="headerlink" href="#top">#</a></h1><p>At first.</p><nav><a>Contents</a></nav>
<section id="one"><h2><span class="section-number">3.1. </span>One step</h2>
<p>A step <span class="math">\\(\\eta \\le \\tfrac12\\)</span> with <code><span
class="pre">dlqr</span></code>.</p><div class="cell"><pre>code</pre><div>output</div></div>
<div class="proof theorem admonition" id="s2-thm-3.4"><p class="admonition-title">
<span class="caption-number">Theorem 3.2 </span> Newton (S2, Theorem 3.4)</p>
<section class="theorem-content" id="proof-content"><p>It converges.</p></section></div>
<p>Afterwards.</p><figure id="fig"><img alt="many numbers"/><figcaption><p><span
class="caption-number">Figure 3.1 </span>The costs of J. Doe fall. Fast.</p></figcaption></figure>
<div class="exercise admonition" id="ex"><p class="admonition-title"><span
class="caption-number">Exercise 3.1 </span> (A longer step)</p><p>Try it.</p></div>
<div class="proof observation admonition" id="e5"><p class="admonition-title">Lost</p></div>
</section></section></article>"""
LIBRARY = """<article><section id="api"><h1>The library</h1><dl class="py class">
<dt class="sig sig-object py" id="a.B">class a.B(x)</dt><dd><p>Does it.</p><p>And more.</p>
<dl class="py method"><dt class="sig sig-object py" id="a.B.c">c()</dt><dd><p>Goes on.</p></dd></dl>
<dl class="py attribute"><dt class="sig sig-object py" id="a.B.d">d</dt><dd><p>No.</p></dd></dl>
</dd></dl></section></article>"""
NOTATION = """<article><section id="notation"><h1>Notation</h1>
<section id="symbols"><h2>Symbols</h2><table>
<thead><tr><th>symbol</th><th>meaning</th><th>shape</th></tr></thead>
<tbody><tr><td><span class="math">\\(\\Sigma_K\\)</span></td><td>covariance</td><td></td></tr>
</tbody></table></section></section></article>"""


def told(html, **wanted):
    """The one place of a page with these properties."""
    found = [each for each in search_index.entries(html) if wanted.items() <= each.items()]
    assert len(found) == 1, found
    return found[0]


def test_a_page_is_cut_into_its_places_in_their_order():
    kinds = [each["kind"] for each in search_index.entries(PAGE)]
    assert kinds == ["page", "section", "statement", "figure", "exercise", "statement"]


def test_a_place_has_its_own_words_alone():
    page, section = told(PAGE, kind="page"), told(PAGE, kind="section")
    assert page == {"kind": "page", "number": "3", "title": "Descents", "text": "At first."}
    assert section["text"] == "A step η ≤ 1/2 with dlqr. Afterwards."
    assert (section["number"], section["anchor"]) == ("3.1", "one")


def test_a_statement_has_the_number_of_the_book_and_that_of_the_paper():
    box = told(PAGE, anchor="s2-thm-3.4")
    assert (box["number"], box["also"]) == ("Theorem 3.2", ["S2 Theorem 3.4"])
    assert (box["title"], box["text"]) == ("Newton (S2, Theorem 3.4)", "It converges.")
    assert told(PAGE, anchor="e5")["also"] == ["e5"]


def test_a_figure_is_called_by_its_first_sentence_and_an_exercise_by_its_title():
    assert told(PAGE, kind="figure")["title"] == "The costs of J. Doe fall."
    assert told(PAGE, kind="exercise")["title"] == "A longer step"


def test_names_of_the_library_have_their_first_paragraph():
    assert told(LIBRARY, title="a.B")["text"] == "Does it."
    assert told(LIBRARY, title="a.B.c")["text"] == "Goes on."
    assert "a.B.d" not in json.dumps(search_index.entries(LIBRARY))


def test_a_row_of_symbols_is_a_place_of_its_own():
    row = told(NOTATION, kind="symbol")
    assert (row["title"], row["anchor"]) == ("Σ_K: covariance", "symbols")


@pytest.mark.parametrize(
    ("tex", "line"),
    [
        (r"\(\Sigma_K^{-1}\)", "Σ_K^-1"),
        (r"\[\begin{split} x^\top \\ & y \end{split}\]", "xᵀ     y"),
        (r"\varepsilon\in\mathcal S", "ε∈  S"),
        (r"\frac{2\mu}{\|\Sigma_{K}\|}", "2μ/‖Σ_K‖"),
        (r"\tfrac9{16} \frac\eta M", "9/16 η/M"),
        (r"\frac{\frac{1}{2} a}b", "1/2 a/b"),
    ],
)
def test_a_formula_is_written_in_letters(tex, line):
    assert " ".join(search_index.letters(tex).split()) == " ".join(line.split())


def test_the_data_are_a_script_with_the_library_last_and_the_same_bytes_again(tmp_path):
    html = tmp_path
    texts = {"chapters/03": PAGE, "pages/api": LIBRARY, "_static/part": "<p>x</p>"}
    for name, text in texts.items():
        path = html / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    search_index.write(html)
    written = (html / "_static" / "search_data.js").read_bytes()
    pages = json.loads(written.decode().removeprefix("window.lqrSearch = ").rstrip(";\n"))
    assert {page["place"]: page["weight"] for page in pages} == {
        "chapters/03.html": 1,
        "pages/api.html": 0.1,
    }
    search_index.write(html)
    assert (html / "_static" / "search_data.js").read_bytes() == written
