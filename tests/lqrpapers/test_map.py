"""The map of statements: what the Markdown says that a statement uses, and the drawing of it."""

import json
from graphlib import TopologicalSorter
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from lqrpapers.claims.verdicts import KINDS
from lqrpapers.map import HEIGHT, MARKS, WIDTH, excerpt, mapped

CHAPTER = "chapters/03_small"
LEMMA = ":::{prf:lemma} First\n:label: first\nIt is.\n:::\n"
THEOREM = ":::{prf:theorem} Second\n:class: x\n:label: second\nSo.\n:::\n"
USE = "By {prf:ref}`first` and {prf:ref}`a title <first>`, {eq}`first`, {ref}`first`."


def uses(text, label="second"):
    return mapped({CHAPTER: f"# Small\n\n{text}"}, []).statements[label].uses


@pytest.mark.parametrize(
    "proof",
    [
        ":::{prf:proof}\n:class: dropdown\nUSE\n:::",
        ":::{dropdown} Proof\nUSE\n:::",
        ":::{dropdown} Proof by recursion\nUSE\n:::",
        "```{admonition} Proof\n:class: dropdown proof\nUSE\n```",
        "Some words.\n\n`````{dropdown} Proof\n```{math}\nx\n```\nUSE\n`````",
    ],
)
def test_a_statement_uses_what_its_proof_refers_to(proof):
    assert uses(LEMMA + THEOREM + proof.replace("USE", USE)) == ["first"]


def test_a_statement_uses_what_it_refers_to_itself():
    assert uses(LEMMA + THEOREM.replace("So.", USE)) == ["first"]


@pytest.mark.parametrize(
    "text",
    [
        USE,
        "By {eq}`first`, {ref}`first` and {numref}`first`.\n",
        f":::{{dropdown}} Solution\n{USE}\n:::",
        f":::{{dropdown}} Proof\nIt follows.\n:::\n\nMore.\n\n:::{{dropdown}} Proof\n{USE}\n:::",
        f"## Another section\n\n:::{{dropdown}} Proof\n{USE}\n:::",
    ],
    ids=["prose", "equation", "solution", "second proof", "proof of another section"],
)
def test_no_use_is_made_up(text):
    assert uses(LEMMA + THEOREM + text) == []


def test_a_reference_to_an_equation_is_one_to_the_statement_in_whose_box_it_stands():
    lemma = LEMMA.replace("It is.", "It is\n\n$$\nx = 1\n$$ (eq-first)\n")
    proof = ":::{prf:proof}\nBy {eq}`eq-first`.\n:::"
    assert uses(lemma + THEOREM + proof) == ["first"]
    assert uses(LEMMA + "$$\nx = 1\n$$ (eq-first)\n\n" + THEOREM + proof) == []


def test_a_statement_does_not_use_itself_nor_what_is_not_there():
    itself = THEOREM.replace("So.", "{prf:ref}`second` says so.")
    text = LEMMA + itself + ":::{prf:proof}\n{prf:ref}`second`, {prf:ref}`elsewhere`.\n:::"
    assert uses(text) == []


def test_a_proof_of_both_is_that_of_both_and_no_use_between_them():
    third = ":::{prf:lemma} Third\n:label: third\nIt is.\n:::\n"
    proof = ":::{dropdown} Proof of both\n{prf:ref}`third`, {prf:ref}`first`.\n:::"
    text = third + "\n## Two\n\n" + LEMMA + THEOREM + proof
    assert uses(text, "first") == uses(text, "second") == ["third"]


def test_a_statement_in_a_box_is_found_and_one_without_label_is_none():
    boxed = f"::::{{dropdown}} More\n{LEMMA}\n::::\n\n:::{{prf:remark}} None\nSo.\n:::"
    assert list(mapped({CHAPTER: f"# Small\n\n{boxed}"}, []).statements) == ["first"]


def small():
    """Three statements of two chapters, one with a verdict."""
    title = r"Last & <least> $h_{\mathrm{cost}}$"
    later = f":::{{prf:lemma}} {title}\n:label: last\nBy {{prf:ref}}`second`.\n:::"
    first = f"# Small\n\n{LEMMA}{THEOREM}:::{{prf:proof}}\n{USE}\n:::"
    claim = SimpleNamespace(id="second", paper="S2")
    results = [SimpleNamespace(claim=claim, verdict="corrected")]
    return mapped({"chapters/04_next": f"# Next\n\n{later}", CHAPTER: first}, results)


def test_statements_stand_in_the_order_of_the_book_with_users_and_verdicts():
    found = small()
    assert list(found.statements) == ["first", "second", "last"]
    assert found.edges == [("second", "first"), ("last", "second")]
    assert found.statements["second"].used_by == ["last"]
    assert found.count("verdict") == {"corrected": 1, "none": 2}
    assert found.count("paper") == {"S2": 1, "ours": 2}
    assert found.titles == {CHAPTER: "Small", "chapters/04_next": "Next"}
    assert found.number(CHAPTER) == "3" and found.number("pages/notation") == ""


def test_the_drawing_links_every_statement_and_joins_those_of_every_edge():
    found = small()
    svg = ElementTree.fromstring(found.svg())
    boxes = {}
    for node in svg.findall("a[@class='node']"):
        rect = node.find("rect")
        boxes[node.get("data-label")] = (int(rect.get("x")), int(rect.get("y")))
        statement = found.statements[node.get("data-label")]
        assert node.get("href") == f"../{statement.page}.html#{statement.label}"
    assert list(boxes) == list(found.statements)
    assert svg.findall("a/title")[2].text == "Last & <least> h_cost"
    assert boxes["first"][0] == boxes["second"][0] < boxes["last"][0] - WIDTH
    assert boxes["first"][1] == boxes["last"][1] < boxes["second"][1] - HEIGHT
    drawn = [(path.get("data-user"), path.get("data-used")) for path in svg.findall("path")]
    assert drawn == found.edges
    for path in svg.findall("path"):
        numbers = [int(word) for word in path.get("d")[1:].replace("C", " ").split()]
        for label, (x, y) in zip(
            [path.get("data-used"), path.get("data-user")],
            [numbers[:2], numbers[-2:]],
            strict=True,
        ):
            left, top = boxes[label]
            assert x in (left, left + WIDTH) and top < y < top + HEIGHT


def test_a_map_without_statements_can_be_drawn():
    assert ElementTree.fromstring(mapped({CHAPTER: "# Small"}, []).svg()).findall("a") == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Let **all** be *well*,\nand\n\nso on.", "Let all be well, and so on."),
        ("See {doc}`03_small` and {doc}`it <03_small>`.", None),
        ("1. One\n2. Two", "1\\. One 2. Two"),
        ("One:\n\n- *Two.* $3$\n- *Four.*", "One: Two. $3$ Four."),
        ("It is {glue:text}`x:.1f`, they say.", "It is …"),
        ("Then\n\n$$\na\n$$ (eq-a)\n\nand $b$.", "Then\n\n$$\na\n$$\n\nand $b$."),
        ("Then\n\n$$\n|a|\n|b|\n$$\n\n| a |\n|---|\n| b |", "Then\n\n$$\n|a|\n|b|\n$$"),
        ("Then\n\n```{code}\nx\n```", "Then"),
    ],
    ids=["emphasis", "page", "list", "points", "number of the run", "equation", "table", "code"],
)
def test_an_excerpt_can_stand_on_another_page(text, shown):
    placed = "See {doc}`/chapters/03_small` and {doc}`it </chapters/03_small>`."
    assert excerpt(text, CHAPTER).replace(" \n", "\n") == (shown or placed)


@pytest.mark.parametrize("length", range(5, 40, 3))
def test_an_excerpt_is_cut_between_words_formulas_and_references(length):
    text = (
        "Let $a + b = c$ hold by {prf:ref}`first`, and\n\n$$\nx = y + z\n$$ (eq-x)\n\nwith `code`."
    )
    whole = excerpt(text, CHAPTER)
    cut = excerpt(text, CHAPTER, length)
    assert cut.endswith("…") and whole.startswith(cut.removesuffix("…").rstrip())
    assert cut.count("$") % 2 == cut.count("`") % 2 == 0


def test_no_statement_of_the_book_rests_on_itself():
    """Sorting raises CycleError, which names the statements, where the proofs go in a circle."""
    texts = {}
    for path in (Path(__file__).resolve().parents[2] / "chapters").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        words = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        texts[f"chapters/{path.stem}"] = "\n\n".join(words)
    found = mapped(texts, [])
    assert len(found.edges) > 150
    TopologicalSorter({each.label: each.uses for each in found.statements.values()}).prepare()


def test_every_verdict_has_a_sign_of_its_own():
    verdicts = {word for words in KINDS.values() for word in words} | {"planned"}
    assert verdicts | {"none"} == MARKS.keys()
    signs = [MARKS[verdict] for verdict in verdicts - {"definition"}]
    assert all(signs) and len(signs) == len(set(signs))
