"""What a chapter glued, read again for other pages."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lqrpapers.notebook import STORED
from lqrpapers.numbers import glued


def stored(name, text):
    data, scrapbook = {STORED + "text/plain": text}, {"name": name, "mime_prefix": STORED}
    return new_output("display_data", data=data, metadata={"scrapbook": scrapbook})


def test_numbers_and_texts_come_back_as_they_were_glued():
    outputs = [stored("gap", "1e-09"), stored("runs", "6"), stored("told", "'8 of 14'")]
    cells = [new_markdown_cell("# A"), new_code_cell(outputs=outputs)]
    cells.append(new_code_cell(outputs=[stored("no-end", "inf"), new_output("stream", text="6")]))
    expected = {"gap": 1e-9, "runs": 6, "told": "8 of 14", "no-end": float("inf")}
    assert glued(new_notebook(cells=cells)) == expected


def test_what_is_neither_number_nor_text_is_named():
    cell = new_code_cell(outputs=[stored("gap", "<object at 0x7f>")])
    with pytest.raises(ValueError, match="'<object at 0x7f>' is no number and no text"):
        glued(new_notebook(cells=[cell]))
