"""What a chapter hands to its page: numbers, figures with words, verdicts.

Each function displays something in the notebook and attaches a record that the book's build
reads; in a plain Jupyter session, or on Colab, they just display. IPython is imported when the
first of them is called, never by ``import lqrpapers``.
"""

from __future__ import annotations

import html
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .claims import Check

# The prefix by which myst_nb knows an output that is stored for {glue:} and not shown.
STORED = "application/papermill.record/"
# A number's place in a caption; a name of one letter after ^ or _ is TeX's.
FIELD = re.compile(r"(?<![\w^\\}])\{([a-z][a-z0-9_]+(?::[^{}]*)?)\}(?!`)")
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# Colours of an animation.
COLOURS = 64


def _display(bundle: dict[str, Any], metadata: dict[str, Any]) -> None:
    from IPython.display import display

    display(bundle, raw=True, metadata=metadata)  # type: ignore[no-untyped-call]


def _picture(data: dict[str, Any], alt: str, caption: str, name: str | None) -> None:
    record = {"alt": alt, "caption": caption} | ({"name": name} if name else {})
    _display(data | {"text/plain": alt}, {"lqrlib": record})


def readable(text: str) -> str:
    """Numbers in a text as people print them: 3·10⁻⁸ where Python writes 3e-08, ∞ for inf.

    >>> readable("3.4e-08"), readable("1e-03"), readable("-5.0e-01"), readable("2e+04 to inf")
    ('3.4·10⁻⁸', '10⁻³', '−0.5', '2·10⁴ to ∞')
    """

    def power_of_ten(found: re.Match[str]) -> str:
        if abs(int(found[2])) <= 2:
            return f"{float(found[0]):g}"
        factor = "" if float(found[1]) == 1 else f"{found[1]}·"
        return factor + "10" + str(int(found[2])).translate(SUPERSCRIPTS)

    text = re.sub(r"(?<![\w.])(\d[\d.]*)e([-+]\d+)\b", power_of_ten, text)
    return re.sub(r"(?<!\w)-(?=[\d∞])", "−", re.sub(r"\binf\b", "∞", text))


def _filled(caption: str, numbers: dict[str, Any]) -> str:
    """The caption with its ``{name:format}`` fields; TeX's braces, as in ``10^{-3}``, stay."""

    def value(field: re.Match[str]) -> str:
        name, _, spec = field[1].partition(":")
        if name not in numbers:
            raise ValueError(f"caption: {field[0]} is none of {', '.join(numbers) or 'no numbers'}")
        return readable(format(_plain(name, numbers[name]), spec))

    return FIELD.sub(value, caption)


def _plain(name: str, value: Any) -> str | int | float:
    """The number or text in `value`, out of numpy; ValueError for anything else, and for NaN."""
    if isinstance(value, np.generic | np.ndarray):
        if np.size(value) != 1:
            raise ValueError(f"glue {name!r}: expected one value, got shape {np.shape(value)}")
        value = value.item()
    if not isinstance(value, str | int | float):
        raise ValueError(f"glue {name!r}: expected a number or a text, got {type(value).__name__}")
    if value != value:
        raise ValueError(f"glue {name!r}: expected a number, got NaN")
    return value


def glue(**numbers: Any) -> None:
    """Store numbers and texts under names unique in the chapter, for ``glue:text`` in the prose.

    ``glue(worst_gap=gap.max())`` is ``worst-gap`` there, as in ``worst-gap:.1e``: a name has
    hyphens for underscores. numpy numbers and arrays of one entry are unwrapped, so number formats
    work. ValueError for what is neither a number nor a text, and for NaN: nothing undefined reaches
    a page.
    """
    from IPython.core.formatters import format_display_data

    for key, number in numbers.items():
        name = key.replace("_", "-")
        bundle, metadata = format_display_data(_plain(name, number))  # type: ignore[no-untyped-call]
        metadata["scrapbook"] = {"name": name, "mime_prefix": STORED}
        _display({STORED + mime: data for mime, data in bundle.items()}, metadata)


def show(
    figure: Figure,
    caption: str,
    name: str | None = None,
    live: tuple[str, dict[str, Any]] | None = None,
    **numbers: Any,
) -> None:
    """Display a figure with a caption and the alt text it carries, and close it.

    With it go its narrow form and its data (`lqrpapers.figures.files`).

    The figure is from a function of `lqrpapers.figures`; its ``alt_text`` says in words what it
    shows, and ValueError is raised without one. The caption states the result in one or two
    sentences (MyST Markdown); the name is a label for ``{numref}``. The `numbers` are stored as
    `glue` does, and stand in the caption where it says ``{left:.0e}``, printed as people do. With
    `live`, kind and data from a module of `lqrpapers.live`, the figure of this name moves.
    """
    import matplotlib.pyplot as plt

    from .figures.files import files

    if live and not name:
        raise ValueError("name: expected one, as the figure is live; got none")
    alt = getattr(figure, "alt_text", "")
    if not alt:
        raise ValueError("figure: expected one with alt_text, as lqrpapers.figures returns")
    pictures = files(figure)
    plt.close(figure)
    glue(**numbers)
    _picture(pictures, alt, _filled(caption, numbers), name)
    if name and live:
        from .live import script

        bundle = {"text/html": script(name, *live), "text/plain": f"data of {name}"}
        _display(bundle, {})


def animate(
    frames: Iterable[Figure],
    caption: str,
    name: str | None = None,
    *,
    seconds: float = 0.1,
    **numbers: Any,
) -> None:
    """Display figures one after the other as an animated GIF, which plays without a network.

    The figures are of one size, often one that changes, and each stands for so many seconds; the
    last one's ``alt_text`` says in words what the animation shows. Caption, name and numbers are as
    in `show`. ValueError if there is no frame, no alt text, or `seconds` is not positive. A chapter
    gives the cell the tag `hide-output`: nothing moves before the reader unfolds it.
    """
    import matplotlib.pyplot as plt
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    if not seconds > 0:
        raise ValueError(f"seconds: expected a number > 0, got {seconds!r}")
    pictures, alt = [], None
    for figure in frames:
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        pictures.append(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
        alt = getattr(figure, "alt_text", "")
        plt.close(figure)
    if alt is None:
        raise ValueError("frames: expected at least one figure, got none")
    if not alt:
        raise ValueError("frames: expected alt_text, as figures of lqrpapers.figures have it")
    # One palette for all frames, from the one with the most in it, keeps the file small.
    palette = pictures[-1].quantize(COLOURS)
    colours = np.array(palette.getpalette()).reshape(-1, 3)
    colours[(colours > 247).all(axis=1)] = 255  # or the paper would be a little grey
    palette.putpalette(colours.ravel().tolist())
    first, *rest = (each.quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures)
    buffer = io.BytesIO()
    first.save(
        buffer, "GIF", save_all=True, append_images=rest, duration=round(1000 * seconds), loop=0
    )
    glue(**numbers)
    _picture({"image/gif": buffer.getvalue()}, alt, _filled(caption, numbers), name)


# How often each result was reported, for the places of its verdicts on the page.
_reported: Counter[str] = Counter()


def report(*checks: Check, sample: str | None = None) -> None:
    """Display the outcome of checked claims, a line for each result, for the results page, too.

    A line unfolds to one for each inequality. With `sample`, "ensemble" or "example", the cases are
    said to be drawn or to be chosen by hand, whatever the checks say.
    """
    from .claims import sentences
    from .claims.records import Record

    given = [replace(each, sample=sample) if sample else each for each in checks]
    for id in dict.fromkeys(each.id for each in given):
        found = [each for each in given if each.id == id]
        _reported[id] += 1
        anchor = f"verdict-{id}-{_reported[id]}"
        outcome, sentence = sentences.outcome(id, found)
        name, lines = sentences.name(id), [sentences.line(each) for each in found]
        items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
        head = f"<strong>{html.escape(name)}</strong> {html.escape(sentence)}"
        _display(
            {
                "text/plain": "\n- ".join([f"{name} {sentence}", *lines]),
                "text/html": f'<div class="lqr-verdict lqr-verdict-{outcome}" id="{anchor}">'
                f"<details><summary>{head}</summary>"
                f"<ul>{items}</ul><code>{html.escape(id)}</code></details></div>",
            },
            {"lqrlib": {"claims": [Record.of(each, anchor).as_json() for each in found]}},
        )
