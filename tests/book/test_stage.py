"""The Sphinx extension shows the executed chapters, and only pages that work without a network."""

from __future__ import annotations

import ast
import html
import json
import re
from pathlib import Path
from types import SimpleNamespace

import links
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from small_book import ALT, CLAIM_OUTPUTS, build, write_book, write_executed

from book import stage

CONFIRMED = "lqr-badge-confirmed"
ADDRESS = "https://github.com/someone/policy-gradients"


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book without an address, built."""
    root = write_book(tmp_path_factory.mktemp("plain") / "book")
    write_executed(root, parameters={"samples": 7, "preset": "paper"})
    build(root)
    return root


@pytest.fixture(scope="session")
def addressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same book with an address, built."""
    root = write_book(tmp_path_factory.mktemp("addressed") / "book", ADDRESS)
    write_executed(root)
    build(root)
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


def test_execution_page_tells_times_and_versions(plain: Path) -> None:
    shown = words(page(plain, "pages/execution"))
    assert "1 A small chapter 1.2 123 5 preset = 'paper', samples = 7" in shown
    assert "numpy 2.4.6" in shown


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


def test_with_an_address_the_notebook_installs_lqrlib_first(addressed: Path) -> None:
    published = json.loads((addressed / "_build/html/_sources/chapters/01_small.ipynb").read_text())
    executed = json.loads((addressed / "_build/executed/chapters/01_small.ipynb").read_text())
    first, *rest = published["cells"]
    assert rest == executed["cells"]
    source = "".join(first["source"])
    assert f"lqrlib[plots] @ git+{ADDRESS}@main" in source
    ast.parse(TransformerManager().transform_cell(source))  # IPython can run it


def test_without_an_address_there_are_no_buttons_that_need_one(plain: Path) -> None:
    for name in ("index", "chapters/01_small", "pages/results"):
        shown = page(plain, name).lower()
        for word in ("mybinder", "colab", "github.com", "repository-button", "launch-buttons"):
            assert word not in shown.replace("https://sphinx-book-theme.readthedocs.io", "")


def test_with_an_address_the_buttons_lead_there(addressed: Path) -> None:
    shown = html.unescape(page(addressed, "chapters/01_small"))
    repository = ADDRESS.removeprefix("https://github.com/")
    binder = (
        f"https://mybinder.org/v2/gh/{repository}/main?urlpath=lab/tree/chapters/01_small.ipynb"
    )
    colab = (
        "https://colab.research.google.com/github/"
        f"{repository}/blob/gh-pages/_sources/chapters/01_small.ipynb"
    )
    for target in (binder, colab, ADDRESS):
        assert f'href="{target}"' in shown


@pytest.mark.parametrize("given", [None, "", "https://gitlab.com/a/b/", ADDRESS + ".git"])
def test_buttons_follow_the_address(given: str | None) -> None:
    launch = {"binderhub_url": "https://mybinder.org", "colab_url": "https://colab.org"}
    options = {"repository_url": given, "launch_buttons": launch}
    stage.set_repository(None, SimpleNamespace(html_theme_options=options))  # type: ignore[arg-type]
    assert options["use_repository_button"] is options["use_issues_button"] is bool(given)
    assert ("binderhub_url" in options["launch_buttons"]) is bool(given)
    assert ("colab_url" in options["launch_buttons"]) is ("github" in (given or ""))
    assert not str(options["repository_url"]).endswith(("/", ".git"))


def test_only_a_changed_executed_copy_is_read_again(tmp_path: Path) -> None:
    root = write_book(tmp_path / "book")
    build(root, "-q")  # nothing executed yet: the source is shown, every claim is planned
    assert "all is well" not in page(root, "chapters/01_small")
    assert CONFIRMED not in page(root, "pages/results")

    write_executed(root)
    build(root)
    assert "all is well" in page(root, "chapters/01_small")
    assert CONFIRMED in page(root, "pages/results")

    assert "0 added, 0 changed, 0 removed" in build(root)

    write_executed(root, printed="all has changed\n", claims=CLAIM_OUTPUTS[:-1])
    said = build(root)
    assert "all has changed" in page(root, "chapters/01_small")
    assert CONFIRMED not in page(root, "pages/results")
    assert "bibliography" not in said.split("updating environment")[1].split("looking for")[0]
