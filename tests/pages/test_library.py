"""The library's pages, the bibliography, what a shared link shows, and old addresses of names."""

from pathlib import Path
from types import ModuleType

import links
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page

import lqrlib
from book import library_pages as library

pytestmark = pytest.mark.pages


def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_every_module_has_a_page_and_every_public_name_its_place(built_book: Path) -> None:
    folder = built_book / "pages" / "library"
    anchors = {path.stem: links.Page(path).anchors for path in folder.glob("*.html")}
    assert {*anchors} == {*library.modules()}
    assert [name for name in anchors if f"module-{name}" not in anchors[name]] == []
    names = [n for n in lqrlib.__all__ if not isinstance(getattr(lqrlib, n), ModuleType)]
    assert {f"lqrlib.{name}" for name in names} <= anchors["lqrlib"]


def test_the_first_page_of_the_library_is_short_and_names_what_is_public(built_book: Path) -> None:
    path = built_book / "pages" / "api.html"
    assert path.stat().st_size < 200_000
    found = links.Page(path).links
    assert all(f"library/lqrlib.html#lqrlib.{name}" in found for name in lqrlib.__all__)
    assert all(f"library/{name}.html" in found for name in library.modules())


def test_no_field_is_called_an_alias(built_book: Path) -> None:
    pages = (built_book / "pages" / "library").glob("*.html")
    assert [path.name for path in pages if "Alias for field" in path.read_text()] == []


def test_a_page_of_the_library_unfolds_its_own_package(built_book: Path) -> None:
    page = read(built_book / "pages" / "library" / "lqrpapers.claims.maml.html")
    (unfolded,) = page.select("details.lqr-package[open]")
    assert unfolded.summary is not None and unfolded.summary.get_text() == "lqrpapers.claims"
    assert [link.get_text() for link in unfolded.select("li.current a")] == ["maml"]


@pytest.mark.browser
@pytest.mark.parametrize(
    "old", ["lqrpapers.claims.smoothness.uniform_bounds", "module-lqrlib.maml", "lqrlib.LQR.stack"]
)
def test_an_old_address_of_a_name_leads_to_its_place(page: Page, base: str, old: str) -> None:
    place = library.place(old.removeprefix("module-"))
    page.goto(f"{base}/pages/api.html#{old}", wait_until="commit")
    page.wait_for_url(f"{base}/pages/{place}", wait_until="commit")


def test_the_bibliography_tells_the_paper_from_its_report(built_book: Path) -> None:
    page = read(built_book / "pages" / "bibliography.html")
    labels = [label.get_text().strip("[]") for label in page.select(".citation > .label")]
    assert {"Toso et al., 2024a", "Toso et al., 2024b"} <= {*labels} and len(labels) > 60
    found = [str(link["href"]) for link in page.select(".citation > p a[href]")]
    assert len(found) > 45 and all(place.startswith("https://") for place in found)


@pytest.mark.parametrize("name", ["pages/index", "chapters/05_convergence"])
def test_a_shared_link_has_title_sentence_and_picture(built_book: Path, name: str) -> None:
    path = built_book / f"{name}.html"
    tags = {tag["property"]: str(tag["content"]) for tag in read(path).select("meta[property]")}
    assert len(tags["og:title"]) > 5 and tags["og:description"].endswith((".", "?", "!"))
    assert "Linear Quadratic" in tags["og:site_name"]
    assert (path.parent / tags["og:image"]).is_file()


@pytest.mark.parametrize("name", ["artefacts", "reliability", "execution"])
def test_a_page_made_from_the_run_has_its_rows(built_book: Path, name: str) -> None:
    rows = read(built_book / "pages" / f"{name}.html").select("article tbody tr")
    assert len(rows) >= {"artefacts": 50, "reliability": 12, "execution": 25}[name]
    assert all(cell.get_text().strip() for row in rows for cell in row.select("td"))
