"""The staged site holds the executed chapters, and its pages work without a network."""

from __future__ import annotations

import ast
import html
import json
import re
from pathlib import Path
from typing import Any

import links
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from small_book import ALT, CLAIM_OUTPUTS, COMMIT, write_book, write_executed

from book import render, stage
from book.problem import ChapterProblem

CONFIRMED = "lqr-badge-confirmed"
ADDRESS = "https://github.com/someone/policy-gradients"


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book without an address, rendered."""
    root = write_book(tmp_path_factory.mktemp("plain") / "book")
    write_executed(root, parameters={"samples": 7, "preset": "paper"})
    render.render(root)
    return root


@pytest.fixture(scope="session")
def addressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same book with an address, rendered."""
    root = write_book(tmp_path_factory.mktemp("addressed") / "book", ADDRESS)
    write_executed(root)
    render.render(root)
    return root


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The same book with an address, executed and not rendered."""
    root = write_book(tmp_path / "book", ADDRESS)
    write_executed(root)
    return root


def page(root: Path, name: str) -> str:
    return (root / "_build" / "html" / f"{name}.html").read_text()


def words(text: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]*>", "", text).split()))


def test_the_executed_copy_is_shown_in_place_of_the_source(plain: Path) -> None:
    shown = page(plain, "chapters/01_small")
    assert "all is well" in shown
    assert f'alt="{ALT}"' in shown
    assert "Count to 1.25" in words(shown)
    assert "Figure 1.1 A square." in words(shown)


def test_seconds_come_from_the_record_of_the_execution(plain: Path) -> None:
    record = json.loads((plain / "_build/executed/chapters/01_small.json").read_text())
    took = f"took {record['seconds']:.0f} seconds, another not executed yet."
    assert took in words(page(plain, "chapters/01_small"))


def test_a_cell_with_a_figure_may_also_store_and_report(plain: Path) -> None:
    shown = page(plain, "chapters/01_small")
    assert shown.count("<figure") == 1
    assert shown.index("</figure>") < shown.index('lqr-verdict-holds">s2-lemma-3.2<')
    assert shown.count('<span class="n">show</span>') == 1  # the code is not shown again


def test_the_modules_of_the_library_are_told_as_they_are_read(plain: Path) -> None:
    log = (plain / "_build" / "logs" / "render.log").read_text()
    assert "\ndocumenting lqrlib.errors... \n" in log


def test_statements_share_one_counter(plain: Path) -> None:
    shown = words(page(plain, "chapters/01_small"))
    for statement in ("Lemma 1.1", "Theorem 1.2", "Algorithm 1.3", "Definition 1.4"):
        assert statement in shown
    assert "See Lemma 1.1, Figure 1.1" in shown


def test_solutions_are_hidden_and_hold_their_cells(plain: Path) -> None:
    shown = page(plain, "chapters/01_small")
    solution = shown.index('class="solution dropdown admonition"')
    assert solution < shown.index("all is well")


def test_a_folded_proof_has_a_title_to_click_on(plain: Path) -> None:
    proof = page(plain, "chapters/01_small").split('<div class="proof dropdown admonition"')[1]
    assert words(proof).startswith('id="proof-1"> Proof A norm is not negative')
    assert '<p class="admonition-title">Proof</p>' in proof


def test_each_folded_proof_has_an_id_of_its_own(plain: Path) -> None:
    """The script that folds the boxes finds them by id: two alike would fold and unfold one box."""
    ids = re.findall(
        r'<div class="proof dropdown[^>]* id="([^"]*)"', page(plain, "chapters/01_small")
    )
    assert ids == ["proof-1", "proof-2"]


def test_theorem_index_has_numbers_and_titles(plain: Path) -> None:
    index = words(page(plain, "pages/theorems"))
    assert r"Lemma 1.1 S2, Lemma 3.2: domination with \(\mu\)" in index
    assert "Definition 1.4 Task" in index
    assert "mathjax/tex-svg-full.js" in page(plain, "pages/theorems")  # a title holds a formula


def test_results_page_tells_verdicts_and_links_to_the_statement(plain: Path) -> None:
    results = page(plain, "pages/results")
    assert 'href="../chapters/01_small.html#s2-lemma-3.2">Gradient domination</a>' in results
    shown = words(results)
    assert "Lemma 3.2s2-lemma-3.2" in shown.replace(" s2-", "s2-")
    assert "fails as printed; corrected form holds" in shown
    assert "printed 4 / 10 corrected 0 / 10" in shown
    assert "0 / 10" in shown and "confirmed" in shown and "planned" in shown


def test_front_page_counts_verdicts(plain: Path) -> None:
    assert "Meta-learning (S1) 2 – 1 – 1" in words(page(plain, "pages/index"))


def test_execution_page_identifies_the_run(plain: Path) -> None:
    shown = words(page(plain, "pages/execution"))
    assert "1 A small chapter 1.2 123 5 preset = ‘paper’, samples = 7" in shown
    assert 'make chapter C=01 P="preset=paper samples=7"' in shown
    for told in ("numpy 2.4.6", f"commit {COMMIT} and uncommitted changes", "1f1f1f"):
        assert told in shown
    for told in ("system Linux 6.1", "processor A processor", "linear algebra OpenBLAS 0.3"):
        assert told in shown


def test_a_page_run_with_other_parameters_says_so(plain: Path, addressed: Path) -> None:
    line = "This page was run with preset = 'paper', samples = 7 in place of"
    assert line in words(page(plain, "chapters/01_small"))
    assert "This page was run with" not in page(addressed, "chapters/01_small")


def test_pages_need_no_network(plain: Path, addressed: Path) -> None:
    for root in (plain, addressed):
        built = root / "_build" / "html"
        assert links.problems(built) == []
        assert (built / "_static" / "mathjax" / "tex-svg-full.js").stat().st_size > 1_000_000
        assert (built / ".nojekyll").is_file()
        assert "thebe" not in page(root, "chapters/01_small").lower()


def test_the_executed_notebook_is_what_is_downloaded(plain: Path) -> None:
    executed = (plain / "_build/executed/chapters/01_small.ipynb").read_text()
    assert (plain / "_build/html/_sources/chapters/01_small.ipynb").read_text() == executed
    assert 'href="../_sources/chapters/01_small.ipynb"' in page(plain, "chapters/01_small")


def test_old_addresses_lead_to_the_pages(plain: Path) -> None:
    for name in ("index", "results", "CHANGELOG"):
        place = f"pages/{name.lower()}.html"
        shown = page(plain, name)
        assert f'location.replace("{place}" + location.search + location.hash)' in shown
        assert f'<a href="{place}">' in shown and f'content="0; url={place}"' in shown


def first_cell(content: bytes, executed: Path) -> str:
    """The source of the cell that comes before those of the executed notebook."""
    first, *rest = json.loads(content)["cells"]
    assert rest == json.loads(executed.read_text())["cells"]
    source = "".join(first["source"])
    ast.parse(TransformerManager().transform_cell(source))  # IPython can run it
    return source


def test_with_an_address_the_notebook_installs_the_commit_that_made_it(addressed: Path) -> None:
    executed = addressed / "_build/executed/chapters/01_small.ipynb"
    content = (addressed / "_build/html/_sources/chapters/01_small.ipynb").read_bytes()
    wanted = f'"lqrlib[chapters] @ git+{ADDRESS}@{COMMIT}"'
    assert wanted in first_cell(content, executed)


def test_without_version_control_the_notebook_installs_the_branch_and_says_so(book: Path) -> None:
    executed = book / "_build/executed/chapters/01_small.ipynb"
    record = executed.with_suffix(".json")
    record.write_text(record.read_text().replace(COMMIT, ""))
    repository = {"url": ADDRESS, "branch": "trunk"}
    content = render.download(book, book / "chapters" / "01_small.ipynb", repository)
    assert re.search(f'@ git[+]{ADDRESS}@trunk"  # .*not known', first_cell(content, executed))


def test_without_an_address_there_are_no_buttons_that_need_one(plain: Path) -> None:
    for name in ("index", "chapters/01_small", "pages/results"):
        shown = page(plain, name).lower()
        for word in ("mybinder", "colab", "github.com", "repository-button", "launch-buttons"):
            assert word not in shown.replace("https://sphinx-book-theme.readthedocs.io", "")


def test_with_an_address_the_buttons_lead_there(addressed: Path) -> None:
    shown = html.unescape(page(addressed, "chapters/01_small"))
    repository = ADDRESS.removeprefix("https://github.com/")
    binder = (
        f"https://mybinder.org/v2/gh/{repository}/notebooks?urlpath=lab/tree/chapters/01_small.ipynb"
    )
    colab = (
        "https://colab.research.google.com/github/"
        f"{repository}/blob/notebooks/chapters/01_small.ipynb"
    )
    for target in (binder, colab, ADDRESS):
        assert f'href="{target}"' in shown


@pytest.mark.parametrize("given", ["", "https://gitlab.com/a/b/", ADDRESS + ".git"])
def test_buttons_follow_the_address(tmp_path: Path, given: str) -> None:
    config = stage.settings(write_book(tmp_path / "book", given))
    assert config["html"]["use_repository_button"] is config["html"]["use_issues_button"]
    assert config["html"]["use_issues_button"] is bool(given)
    assert ("binderhub_url" in config["launch_buttons"]) is bool(given)
    assert ("colab_url" in config["launch_buttons"]) is ("github" in given)
    assert not config["repository"]["url"].endswith(("/", ".git"))


def tree(root: Path) -> dict[Path, bytes]:
    """The published files."""
    html = root / "_build" / "html"
    return {path: path.read_bytes() for path in html.rglob("*") if path.is_file()}


def modified(root: Path) -> dict[str, int]:
    """When each page in Sphinx's own folder was written."""
    pages = root / "_build" / "render" / "_build" / "html"
    return {path.name: path.stat().st_mtime_ns for path in pages.glob("*/*.html")}


def test_changed_outputs_rewrite_only_their_page_and_those_made_from_results(book: Path) -> None:
    render.render(book)
    assert CONFIRMED in page(book, "pages/results")
    first, before = tree(book), modified(book)
    write_executed(book, printed="all has changed\n", claims=CLAIM_OUTPUTS[:-1])
    render.render(book)
    assert "all has changed" in page(book, "chapters/01_small")
    assert CONFIRMED not in page(book, "pages/results")
    after = modified(book)
    written = {name for name in after if after[name] != before[name]}
    assert written == {"01_small.html", "results.html", "index.html"}
    write_executed(book)
    render.render(book)
    assert tree(book) == first, "the same book has the same bytes, whatever was rendered before"


def test_without_an_executed_copy_the_source_is_shown_and_claims_are_planned(book: Path) -> None:
    for path in (book / "_build/executed/chapters").iterdir():
        path.unlink()
    files = stage.staged(book)
    assert b"all is well" not in files["chapters/01_small.ipynb"]
    assert b"| Meta-learning (S1) | 2 | 2 |" in files["pages/index.md"]
    assert b"Nothing yet in this build." in files["pages/execution.md"]


def test_a_staged_file_is_written_only_when_it_changes_and_goes_with_its_source(book: Path) -> None:
    site = stage.stage(book)
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*.*")}
    (book / "pages" / "changelog.md").write_text("# Changes\n")
    (book / "pages" / "_static" / "favicon.svg").unlink()
    stage.stage(book)
    after = {path: path.stat().st_mtime_ns for path in site.rglob("*.*")}
    assert before.keys() - after.keys() == {site / "pages/_static/favicon.svg"}
    assert {path for path in after if after[path] != before[path]} == {site / "pages/changelog.md"}


def damaged(text: str) -> str:
    return text[:-100]


def unrecorded(text: str) -> str:
    record: dict[str, Any] = json.loads(text)
    del record["run"]
    return json.dumps(record)


@pytest.mark.parametrize(
    ("file", "fault", "cause"),
    [
        ("_build/executed/chapters/01_small.ipynb", damaged, "do not agree"),
        ("_build/executed/chapters/01_small.json", damaged, "do not agree"),
        ("_build/executed/chapters/01_small.json", unrecorded, "do not agree"),
        ("pages/results.md", lambda text: text.replace("} S1", "} S7"), "'S7' is none of S1"),
        ("pages/index.md", lambda text: text.replace("glance", "glimpse"), "lqr-glimpse"),
        ("_toc.yml", lambda text: text + "]", "expected <block end>"),
    ],
)
def test_a_fault_in_what_is_staged_is_told_in_one_line(
    book: Path, file: str, fault: Any, cause: str
) -> None:
    path = book / file
    path.write_text(fault(path.read_text()))
    with pytest.raises(ChapterProblem, match=re.escape(cause)) as caught:
        render.render(book)
    assert "\n" not in str(caught.value)
    assert not (book / "_build" / "html").exists()


def test_tables_keep_signs_of_markdown(book: Path) -> None:
    claims = yaml.safe_load((book / "chapters/claims.yml").read_text())
    claims[0]["title"], claims[2]["title"] = "x|y", "a|b *c* $d$"
    (book / "chapters/claims.yml").write_text(yaml.safe_dump(claims))
    staged = stage.staged(book)["pages/results.md"]
    assert rb"| {prf:ref}`x\|y <s2-lemma-3.2>` |" in staged
    assert rb"| a\|b \*c\* \$d\$ |" in staged
