"""The pages of the library: which there are, what each says, where a name stands."""

import lqrlib
from book import library_pages as library


def test_each_module_is_listed_once_below_its_package():
    found = library.packages()
    listed = [name for names in found.values() for name in names]
    assert listed.count("lqrlib.objective") == 1 and sorted(listed) == sorted(library.modules())
    assert all(names[0] == home or home not in names for home, names in found.items())
    assert "lqrpapers.claims.maml" in found["lqrpapers.claims"]
    assert "lqrlib.validation" in found["lqrlib"]


def test_every_module_and_public_name_says_what_it_is():
    silent = [name for name, line in library.modules().items() if len(line.split()) < 3]
    assert silent == []
    assert set(library.public_names()) == set(lqrlib.__all__)
    assert all(len(line.split()) > 3 for line in library.public_names().values())


def test_a_name_stands_on_the_page_of_its_module():
    module = "lqrpapers.claims.smoothness"
    assert (
        library.place(f"{module}.uniform_bounds")
        == f"library/{module}.html#{module}.uniform_bounds"
    )
    assert library.place("lqrlib.LQR.stack") == "library/lqrlib.html#lqrlib.LQR.stack"
    assert library.place("lqrlib.maml") == "library/lqrlib.maml.html#module-lqrlib.maml"


def test_only_listed_modules_get_a_page_and_names_are_described_once():
    assert library.pages("# The library\n") == {}
    pages = library.pages("```{lqr-modules} lqrlib.objective lqrlib.maml\n```\n")
    assert list(pages) == ["pages/library/lqrlib.objective.rst", "pages/library/lqrlib.maml.rst"]
    above, members = (text.decode() for text in pages.values())
    assert ":members:" not in above and "imported from :doc:`lqrlib`" in above
    assert ":members:" in members
