"""Every figure of the book: its words, its type on a telephone, its data."""

import json
import re

import pytest

from lqrpapers.figures.files import CSV, NARROW, PIXELS
from tests.support.pictures import least_type

from .conftest import ROOT


def figures():
    for path in sorted((ROOT / "_build" / "executed" / "chapters").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                told = output.get("metadata", {}).get("lqrlib", {})
                if "caption" in told:
                    name = f"{path.stem}, {told.get('name', cell['id'])}"
                    yield name, told, {k: "".join(v) for k, v in output["data"].items()}


@pytest.fixture(scope="module")
def every():
    found = list(figures())
    assert len(found) > 80
    return found


def test_alt_texts_are_short_and_their_numbers_printed_as_people_print_them(every):
    number = re.compile(r"\d[eE][-+]?\d|\binf\b|\bnan\b")
    long = [name for name, told, _ in every if not 40 < len(told["alt"]) <= 400]
    assert not long
    assert not [(name, told["alt"]) for name, told, _ in every if number.search(told["alt"])]


def test_type_is_nine_pixels_high_on_a_telephone(every):
    drawn = [(name, data[NARROW]) for name, _, data in every if NARROW in data]
    assert len(drawn) > 70
    small = {name: least_type(svg, 342) for name, svg in drawn}
    assert {name: size for name, size in small.items() if size < 9} == {}


def test_every_figure_but_animations_has_data_and_a_narrow_form(every):
    still = [(name, data) for name, _, data in every if "image/gif" not in data]
    assert not [name for name, data in still if len(data[CSV].splitlines()) < 3]
    assert not [name for name, data in still if not {NARROW, PIXELS[NARROW]} & set(data)]
