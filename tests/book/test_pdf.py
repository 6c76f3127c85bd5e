"""The one page that the PDF is printed from, and what is said where it cannot be printed."""

import re

import pytest
from bs4 import BeautifulSoup

from book import commands, paper

PARTS = [
    {"caption": "I", "chapters": [{"file": "chapters/01_a"}, {"file": "chapters/02_b"}]},
    {"caption": "Left out", "chapters": []},
]
HTML = r"""<html><head><link rel="stylesheet" href="book.css">
<script>window.MathJax = {options: {}}</script><script async src="static/mathjax.js"></script>
<script src="live.js"></script></head><body><nav>elsewhere</nav><article>
<section id="book"><h1>Book<a class="headerlink">#</a></h1><p>Front</p>
<section id="contents"><h2>Contents</h2><div class="toctree-wrapper">
<span id="document-chapters/01_a"></span><section id="a"><h3>1. A</h3><section id="end"><h4>End</h4>
<a href="#end">here</a> <a href="#document-chapters/02_b#end">there</a>
<a href="../pages/api.html#f">f</a> <a href="02_b.html?x=1#gone">b</a> <a href="https://a.org">web</a>
<details class="lqr-proof"><summary>Proof</summary><p>So.</p></details>
<details class="lqr-chip"><summary>holds</summary><div>cases</div></details>
<div class="cell"><details class="above-input"><summary>S</summary><pre>folded</pre></details></div>
<div class="cell"><div class="cell_input"><pre>shown</pre></div></div>
<div class="exercise" id="ex"><p class="admonition-title"><span class="caption-number">Exercise 1.1
</span>(Why)</p></div>
<details class="lqr-solution" id="sol"><summary>Solution to Exercise 1.1 (Why)</summary>
<div class="sd-card-body">Because.</div><div class="cell"><details class="hide above-input">
<summary>S</summary><div class="cell_input"><pre>solved</pre></div></details></div>
</details></section></section>
<span id="document-chapters/02_b"></span><section id="b"><h3>2. B</h3><p id="end">End</p></section>
<span id="document-pages/c"></span><section id="c"><h3>C</h3></section>
</div></section></section></article></body></html>"""


@pytest.fixture(scope="module")
def page():
    return BeautifulSoup(paper.printable(HTML, PARTS, "<p>Commit</p>"), "html.parser")


def leads(page, words):
    link = page.find("a", string=words)
    return link and page.find(id=link["href"][1:])


def test_cover_and_contents_come_first_and_pages_follow_in_their_order(page):
    text = " ".join(page.article.get_text(" ").split())
    order = re.findall(r"Commit|Contents|Front|1\. A|2\. B|Solutions|Left out|\bC\b", text)
    assert order[:6] == ["Commit", "Contents", "1. A", "2. B", "Solutions", "Front"]
    assert order[6:] == ["1. A", "2. B", "Solutions", "1. A"]
    assert leads(page, "2. B").h1.string == "2. B"


def test_headings_begin_anew_on_every_page(page):
    names = [(tag.name, tag.get_text()) for tag in page(["h1", "h2", "h3", "h4"])]
    wanted = [("h1", "Book"), ("h2", "Contents"), ("h1", "1. A"), ("h2", "End"), ("h1", "2. B")]
    assert names[:5] == wanted and names[5] == ("h1", "Solutions")


def test_a_reference_leads_to_its_own_place_or_to_its_page_or_nowhere(page):
    assert leads(page, "here").name == "section" and leads(page, "there").name == "p"
    assert leads(page, "b").h1.string == "2. B"
    assert leads(page, "f") is None and page.find("span", string="f")
    assert page.find("a", string="web")["href"] == "https://a.org"
    ids = [tag["id"] for tag in page(id=True)]
    assert len(ids) == len(set(ids))


def test_a_solution_moves_to_the_end_and_is_linked_both_ways(page):
    front, _, back = page.article.get_text().rpartition("Solutions")
    assert "Because." in back and "Because." not in front
    assert "Because." in leads(page, "Worked out at the end of the book").get_text()
    assert page.select_one("h3 > a")["href"] == f"#{page.select_one('.exercise')['id']}"
    assert "Solution to" not in page.get_text()


def test_the_code_of_a_solution_is_printed_and_no_fold_has_lost_its_words(page):
    front, _, back = page.article.get_text().rpartition("Solutions")
    assert "solved" in back and "folded" not in front + back
    assert all(fold.summary for fold in page("details"))


def test_proofs_are_open_and_folded_code_and_what_chips_unfold_are_left_out(page):
    assert page.select_one(".lqr-proof").has_attr("open")
    assert [pre.string for pre in page("pre")] == ["shown", "solved"]
    assert len(page.select(".cell")) == 2
    assert page.select_one(".lqr-chip").get_text().strip() == "holds"


def test_nothing_but_mathjax_runs_and_before_it_is_asked_for_its_formulas(page):
    assert [tag["src"] for tag in page("script", src=True)] == ["static/mathjax.js"]
    assert not page.find("script", attrs={"async": True})


def test_without_chromium_one_line_says_so_before_anything_runs(monkeypatch, capsys):
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    for name in ("ensure", "go_inside"):
        monkeypatch.setattr(commands, name, lambda *arguments: None)
    monkeypatch.setattr("book.build.Build", None)
    assert commands.run(["pdf"]) == 1
    said = capsys.readouterr().err
    assert said == "the PDF needs Chromium (Debian: apt install chromium)\n"
