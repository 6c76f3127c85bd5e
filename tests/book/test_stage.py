"""The staged site holds the executed chapters, and its pages work without a network."""

import ast
import html
import json
import re

import links
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from shown import page, words
from small_book import ADDRESS, ALT, CLAIM_OUTPUTS, COMMIT, write_book, write_executed

from book import render, stage
from book.problem import ChapterProblem

CHAPTER = "chapters/01_small"
EXECUTED = f"_build/executed/{CHAPTER}.ipynb"


def test_the_executed_copy_is_shown_in_place_of_the_source(chapter):
    assert "all is well" in chapter
    assert f'alt="{ALT}"' in chapter
    assert "Count to 1.25" in words(chapter)
    assert "Figure 1.1 A square." in words(chapter)
    assert "This page took 1 seconds." in words(chapter)
    solution = re.search('<details class="[^"]* lqr-solution[^>]* id="sol-count"', chapter).start()
    assert solution < chapter.index("all is well"), "a solution is folded with its cells"


def test_a_figure_without_a_name_takes_that_of_its_cell():
    output = {"data": {"image/png": ""}, "metadata": {"lqrlib": {"alt": "A.", "caption": "B."}}}
    cell = {"id": "x", "metadata": {"tags": ["hide-output"]}}
    shown = stage.figure(cell, output, {})["source"]
    assert ":name: fig-x" in shown and "{dropdown} Show the figure" in shown


def test_a_figure_has_its_data_its_code_and_a_narrow_form_beside_it():
    svg = '<?xml?><svg viewBox="0 0 72 9" width="72pt">'
    data = {"image/svg+xml": svg, "text/csv": "x\n1\n", stage.NARROW: "<svg/>"}
    output = {"data": data, "metadata": {"lqrlib": {"alt": "A.", "caption": "B."}}}
    files = {}
    shown = stage.figure({"id": "x", "metadata": {}}, output, files)["source"]
    assert files == {
        "chapters/figures/fig-x.svg": svg.encode(),
        "pages/_static/figures/fig-x.csv": b"x\n1\n",
        "pages/_static/figures/fig-x-narrow.svg": b"<svg/>",
    }
    assert 'href="#cell-x">Code' in shown and 'href="../_static/figures/fig-x.csv"' in shown
    assert ":width: 110px" in shown


def test_the_cell_of_a_figure_has_an_address(chapter):
    code = re.search(r'class="lqr-figure-row">.*?href="#(cell-[^"]*)">Code', chapter)
    place = chapter.index(f'<span id="{code[1]}">')
    assert place < chapter.index("<figure")


def test_a_cell_with_a_figure_may_also_store_report_and_give_it_data(chapter):
    assert chapter.count("<figure") == 1
    data = r'<script [^>]*class="lqr-live" data-figure="([^"]*)"[^>]*>(.*?)</script>'
    assert re.findall(data, chapter) == [("fig-small", r'{"text": "<\/p>"}')]
    assert chapter.count('">s2-lemma-3.2</div>') == 3
    assert chapter.count('<span class="n">show</span>') == 1  # the code is not shown again


def test_statements_share_one_counter(chapter):
    shown = words(chapter)
    numbers = ("See Lemma 1.1, Figure 1.1", "Theorem 1.2", "Algorithm 1.3", "Definition 1.4")
    assert [number for number in numbers if number not in shown] == []


def test_verdicts_stand_on_the_results_page_with_links_and_are_counted_on_the_front_page(plain):
    results = page(plain, "pages/results")
    assert 'href="../chapters/01_small.html#s2-lemma-3.2">Gradient domination</a>' in results
    assert 'href="../chapters/01_small.html#verdict-s1-lemma-5-printed">chapter 1</a>' in results
    module = "lqrpapers.claims.smoothness"
    assert f'href="library/{module}.html#{module}.uniform_bounds"' in results
    assert 'data-paper="S1" data-part="One" data-verdict="corrected"' in results
    shown = words(re.sub("</span>", " ", results))
    told = ("4 fail of 10 10", "2 0.5 0.25 0.25", "Run: One < two.", "… planned")
    told += ("Without “full rank”: fails in 1 of 10.", "S1 Definition 1: Task (chapter 1 )")
    assert [words for words in told if words not in shown] == []
    tally = page(plain, "pages/index")
    counts = "Meta-learning (S1) 2 ± fails as printed; corrected form holds 1 … planned 1"
    assert counts in words(tally)
    assert 'href="results.html?paper=S1&amp;verdict=corrected"' in tally


def test_other_parameters_and_the_run_are_told(plain, chapter, addressed):
    assert "This page was run with preset = 'paper', samples = 7 in place of" in words(chapter)
    assert "This page was run with" not in page(addressed, CHAPTER)
    shown = words(page(plain, "pages/execution"))
    assert '1 A small chapter 1.2 123 5 make chapter C=01 P="preset=paper samples=7"' in shown
    assert "run with preset = ‘paper’, samples = 7" in shown
    assert "run with preset" not in page(addressed, "pages/execution")
    told = ["numpy 2.4.6", f"commit {COMMIT} and uncommitted changes", "1f1f1f"]
    told += ["system Linux 6.1", "processor A processor", "linear algebra OpenBLAS 0.3"]
    assert [fact for fact in told if fact not in shown] == []


def test_pages_need_no_network(plain, addressed):
    for root in (plain, addressed):
        built = root / "_build" / "html"
        assert links.problems(built) == []
        assert (built / "_static" / "mathjax" / "tex-svg-full.js").stat().st_size > 1_000_000
        assert (built / ".nojekyll").is_file()
        assert "thebe" not in page(root, CHAPTER).lower()


def first_cell(content, executed):
    """The source of the cell that comes before those of the executed notebook."""
    first, *rest = json.loads(content)["cells"]
    assert rest == json.loads(executed.read_text())["cells"]
    source = "".join(first["source"])
    ast.parse(TransformerManager().transform_cell(source))  # IPython can run it
    return source


def test_the_executed_notebook_is_downloaded_and_installs_what_made_it(plain, addressed, pages):
    downloaded = json.loads((plain / f"_build/html/_sources/{CHAPTER}.ipynb").read_text())
    assert downloaded == json.loads((plain / EXECUTED).read_text())
    assert f'href="../_sources/{CHAPTER}.ipynb"' in page(plain, CHAPTER)
    content = (addressed / f"_build/html/_sources/{CHAPTER}.ipynb").read_text()
    wanted = f'"lqrlib[chapters] @ git+{ADDRESS}@{COMMIT}"'
    assert wanted in first_cell(content, addressed / EXECUTED)
    record = (pages / EXECUTED).with_suffix(".json")
    record.write_text(record.read_text().replace(COMMIT, ""))  # without version control
    repository = {"url": ADDRESS, "branch": "trunk"}
    content = render.download(pages, pages / f"{CHAPTER}.ipynb", repository)
    wanted = f'@ git[+]{ADDRESS}@trunk"  # .*not known'
    assert re.search(wanted, first_cell(content, pages / EXECUTED))


def test_buttons_lead_to_the_address_and_without_one_there_are_none(plain, addressed):
    shown, repository = html.unescape(page(addressed, CHAPTER)), ADDRESS.partition(".com/")[2]
    binder, colab = "https://mybinder.org/v2/gh", "https://colab.research.google.com/github"
    for target in (
        f"{binder}/{repository}/notebooks?urlpath=lab/tree/{CHAPTER}.ipynb",
        f"{colab}/{repository}/blob/notebooks/{CHAPTER}.ipynb",
        ADDRESS,
    ):
        assert f'href="{target}"' in shown
    for name in ("index", CHAPTER, "pages/results"):
        shown = page(plain, name).lower()
        for word in ("mybinder", "colab", "github.com", "repository-button", "launch-buttons"):
            assert word not in shown.replace("https://sphinx-book-theme.readthedocs.io", "")


@pytest.mark.parametrize("given", ["", "https://gitlab.com/a/b/", ADDRESS + ".git"])
def test_settings_follow_the_address(tmp_path, given):
    config = stage.settings(write_book(tmp_path / "book", given))
    for name in ("repository", "issues"):
        assert config["html"][f"use_{name}_button"] is bool(given)
    assert ("binderhub_url" in config["launch_buttons"]) is bool(given)
    assert ("colab_url" in config["launch_buttons"]) is ("github" in given)
    assert not config["repository"]["url"].endswith(("/", ".git"))


def files(folder, pattern="*"):
    found = [path for path in folder.rglob(pattern) if path.is_file()]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def changed(before, after, what):
    """Names of the files whose content (0) or time (1) changed."""
    return {path.name for path in after if after[path][what] != before[path][what]}


def test_changed_outputs_rewrite_only_their_page_and_those_made_from_results(addressed):
    html, made = addressed / "_build" / "html", addressed / "_build" / "render" / "_build" / "html"
    assert 'data-verdict="confirmed"' in page(addressed, "pages/results")
    first, before = files(html), files(made, "*/*.html")
    write_executed(addressed, printed="all has changed\n", claims=CLAIM_OUTPUTS[:-1])
    render.render(addressed)
    assert "all has changed" in page(addressed, CHAPTER)
    assert 'data-verdict="confirmed"' not in page(addressed, "pages/results")
    rewritten = changed(before, files(made, "*/*.html"), 1)
    moved = {"theorems.html"}  # an old address, which every rendering writes
    assert rewritten - moved == {"01_small.html", "results.html", "index.html"}
    write_executed(addressed)
    render.render(addressed)
    again = files(html)
    assert again.keys() == first.keys()
    assert not changed(first, again, 0), "the same book has the same bytes, whatever came before"


def test_without_an_executed_copy_the_source_is_shown_and_claims_are_planned(pages):
    for path in (pages / EXECUTED).parent.iterdir():
        path.unlink()
    files = stage.staged(pages)
    assert b"all is well" not in files[f"{CHAPTER}.ipynb"]
    assert b"This page took not executed yet." in files[f"{CHAPTER}.ipynb"]
    assert b"| Meta-learning (S1) | 2 | <a" in files["pages/index.md"]
    assert b"Nothing yet in this build." in files["pages/execution.md"]


def test_a_staged_file_is_written_only_when_it_changes_and_goes_with_its_source(pages):
    site = stage.stage(pages)
    before = files(site)
    (pages / "pages" / "changelog.md").write_text("# Changes\n")
    (pages / "pages" / "_static" / "favicon.svg").unlink()
    stage.stage(pages)
    after = files(site)
    assert before.keys() - after.keys() == {site / "pages/_static/favicon.svg"}
    assert changed(before, after, 1) == {"changelog.md"}


@pytest.mark.parametrize(
    ("file", "old", "new", "cause"),
    [
        ("pages/results.md", "} S1", "} S7", "'S7' is none of S1"),
        ("pages/index.md", "glance", "glimpse", "lqr-glimpse"),
        ("chapters/claims.yml", "S2", "S3", "'S3' is not one of"),
    ],
)
def test_a_fault_in_what_is_staged_is_told_in_one_line(pages, file, old, new, cause):
    (pages / file).write_text((pages / file).read_text().replace(old, new))
    with pytest.raises(ChapterProblem, match=re.escape(cause)) as caught:
        render.render(pages)
    assert "\n" not in str(caught.value)
    assert not (pages / "_build" / "html").exists()


def test_tables_keep_signs_of_markdown(pages):
    path = pages / "chapters" / "claims.yml"
    text = path.read_text().replace("Gradient domination", "x|y")
    path.write_text(text.replace("Convergence", "a|b *c* $d$"))
    staged = stage.staged(pages)["pages/results.md"]
    assert rb" {prf:ref}`x\|y <s2-lemma-3.2>`<br>" in staged
    assert rb" a\|b \*c\* \$d\$<br>" in staged
