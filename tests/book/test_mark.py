"""What a shared link shows: a picture of the asked size, and a first sentence."""

import io

from docutils.core import publish_doctree
from PIL import Image

from book import mark


def test_the_picture_has_the_size_that_is_asked_for_and_the_same_bytes_again():
    out = io.BytesIO()
    Image.new("RGB", (1042, 879), "grey").save(out, "png")
    card = mark.picture(out.getvalue())
    assert Image.open(io.BytesIO(card)).size == (1200, 630)
    assert card == mark.picture(out.getvalue())


def test_the_first_sentence_is_that_of_the_text_and_has_no_formula():
    box = "Title\n=====\n\n.. note:: In a box.\n"
    text = f"{box}\nWith :math:`x`.\n\nOne two.\nThree.\n\nPart\n----\n\nMore.\n"
    assert mark.first_sentence(read(text)) == "One two."
    assert mark.first_sentence(read(box)) == ""


def read(text):
    return publish_doctree(text, settings_overrides={"doctitle_xform": False})  # as Sphinx does
