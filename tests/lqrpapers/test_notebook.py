"""What a chapter hands to its page: the records that the build reads."""

import base64
import io
import itertools
import json
from collections import Counter

import IPython.display
import matplotlib
import myst_nb
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageSequence

from lqrpapers import claims, live, notebook

matplotlib.use("agg")


@pytest.fixture
def shown(monkeypatch):
    """Everything that is displayed, as (data, metadata)."""
    found = []

    def display(*objects, raw=False, metadata=None, **_):
        assert raw and len(objects) == 1
        found.append((objects[0], metadata))

    monkeypatch.setattr(IPython.display, "display", display)
    # myst_nb imports the name when its own module loads.
    import myst_nb.ext.glue

    monkeypatch.setattr(myst_nb.ext.glue, "ipy_display", display)
    return found


# glue


@pytest.mark.parametrize(
    "value", [1.5, 3, True, -0.0, 1e-300, "0.95", "a word", float("inf")], ids=repr
)
def test_glue_leaves_the_record_that_myst_nb_leaves(shown, value):
    notebook.glue(name=value)
    myst_nb.glue("name", value, display=False)
    mine, theirs = shown
    assert mine == theirs


@pytest.mark.parametrize(
    "value, plain",
    [
        (np.float64(1.5), 1.5),
        (np.int32(3), 3),
        (np.bool_(True), True),
        (np.array(2.5), 2.5),
        (np.array([[4.0]]), 4.0),
        (np.float32(0.5), 0.5),
        (np.str_("word"), "word"),
    ],
    ids=repr,
)
def test_glue_unwraps_numpy_so_that_number_formats_work(shown, value, plain):
    notebook.glue(name=value)
    myst_nb.glue("name", plain, display=False)
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    "value, message",
    [
        (np.nan, "glue 'name': expected a number, got NaN"),
        (np.float64("nan"), "glue 'name': expected a number, got NaN"),
        (np.zeros(2), r"glue 'name': expected one value, got shape \(2,\)"),
        (np.zeros(0), r"glue 'name': expected one value, got shape \(0,\)"),
        (None, "glue 'name': expected a number or a text, got NoneType"),
        ([1.0], "glue 'name': expected a number or a text, got list"),
        (1j, "glue 'name': expected a number or a text, got complex"),
    ],
)
def test_glue_refuses_what_would_print_as_nonsense(shown, value, message):
    with pytest.raises(ValueError, match=message):
        notebook.glue(name=value)
    assert not shown


# show


def figure(alt="A falling curve."):
    drawn = Figure()
    drawn.subplots().plot([1, 2], [2, 1])
    if alt:
        drawn.alt_text = alt
    return drawn


def png(data):
    """The bytes of a PNG, as IPython takes them: raw or base64."""
    return data if isinstance(data, bytes) else base64.b64decode(data)


def test_show_displays_a_picture_and_its_data_with_its_words_caption_and_label(shown):
    notebook.show(figure(), "The curve falls.", name="fig-curve")
    [(data, metadata)] = shown
    assert data["image/svg+xml"].startswith("<?xml")
    assert data["text/csv"].splitlines()[1] == "1,,1,2,,,"
    assert data["text/plain"] == "A falling curve."
    assert metadata["lqrlib"] == {
        "alt": "A falling curve.",
        "caption": "The curve falls.",
        "name": "fig-curve",
    }


def test_show_without_a_name_records_none(shown):
    notebook.show(figure(), "The curve falls.")
    assert set(shown[0][1]["lqrlib"]) == {"alt", "caption"}


def test_show_gives_the_same_bytes_for_the_same_figure(shown):
    notebook.show(figure(), "The curve falls.")
    notebook.show(figure(), "The curve falls.")
    assert shown[0] == shown[1]
    assert "<dc:date>" not in shown[0][0]["image/svg+xml"]


def test_show_gives_a_live_figure_its_data(shown):
    notebook.show(figure(), "A caption.", name="fig-a", live=("landscape", {"x": 1}))
    (picture, _), (data, _) = shown
    assert "image/svg+xml" in picture
    assert data["text/html"] == live.script("fig-a", "landscape", {"x": 1})
    with pytest.raises(ValueError, match="name: expected one, as the figure is live"):
        notebook.show(figure(), "A caption.", live=("landscape", {}))


def test_show_closes_the_figure(shown):
    import matplotlib.pyplot as plt

    drawn, axes = plt.subplots()
    axes.plot([1, 2])
    drawn.alt_text = "A line."
    notebook.show(drawn, "A line.")
    assert not plt.fignum_exists(drawn.number)


def test_show_refuses_a_figure_without_words(shown):
    with pytest.raises(ValueError, match="figure: expected one with alt_text"):
        notebook.show(figure(alt=""), "The curve falls.")
    assert not shown


# animate


def frames(count=3, alt="A dot that moves."):
    """The same figure again and again, with a dot that moves."""
    drawn = figure(alt)
    axes = drawn.axes[0]
    for x in range(count):
        axes.plot([x], [x], "o", color="black")
        yield drawn


def opened(data):
    return Image.open(io.BytesIO(png(data["image/gif"])))


def test_animate_displays_every_frame_with_its_words_caption_and_label(shown):
    notebook.animate(frames(), "The dot moves.", name="fig-dot", seconds=0.2)
    [(data, metadata)] = shown
    assert set(data) == {"image/gif", "text/plain"}
    picture = opened(data)
    assert (picture.n_frames, picture.info["duration"], picture.info["loop"]) == (3, 200, 0)
    shots = [np.asarray(frame.convert("L"), dtype=int) for frame in ImageSequence.Iterator(picture)]
    assert all((one != other).any() for one, other in itertools.pairwise(shots))
    assert metadata["lqrlib"] == {
        "alt": "A dot that moves.",
        "caption": "The dot moves.",
        "name": "fig-dot",
    }


def test_animate_keeps_the_paper_white(shown):
    notebook.animate(frames(), "The dot moves.")
    assert opened(shown[0][0]).convert("RGB").getpixel((1, 1)) == (255, 255, 255)


def test_animate_gives_the_same_bytes_for_the_same_frames(shown):
    for _ in range(2):
        notebook.animate(frames(), "The dot moves.")
    assert png(shown[0][0]["image/gif"]) == png(shown[1][0]["image/gif"])


@pytest.mark.parametrize(
    "given, seconds, message",
    [
        (frames(0), 0.1, "frames: expected at least one figure, got none"),
        (frames(alt=""), 0.1, "frames: expected alt_text"),
        (frames(), 0.0, "seconds: expected a number > 0, got 0.0"),
    ],
)
def test_animate_refuses_what_it_cannot_show(shown, given, seconds, message):
    with pytest.raises(ValueError, match=message):
        notebook.animate(given, "The dot moves.", seconds=seconds)
    assert not shown


# report


@pytest.fixture(autouse=True)
def nothing_reported(monkeypatch):
    monkeypatch.setattr(notebook, "_reported", Counter())


def outcome(form="printed", lhs=(0.5, 1.0), rhs=(1.0, 4.0), assumption="", id="s2-lemma-3.2"):
    return claims.Check(id, "upper", form, np.array(lhs), np.array(rhs), assumption)


def test_report_records_what_the_results_page_counts(shown):
    notebook.report(outcome(lhs=(0.5, 3.0, 1.0), rhs=(1.0, 2.0, 1.0)))
    [(data, metadata)] = shown
    record = {"id": "s2-lemma-3.2", "part": "upper", "form": "printed", "role": "carrier"}
    record |= {"sample": "ensemble", "checked": 3, "violated": 1, "tightest": 1.5, "median": 1.0}
    record |= {"assumption": "", "anchor": "verdict-s2-lemma-3.2-1"}
    assert metadata == {"lqrlib": {"claims": [record]}}
    assert json.loads(json.dumps(metadata)) == metadata
    assert data["text/plain"].startswith("S2 Lemma 3.2 fails as printed in 1 of 3 cases\n- upper, ")
    assert "lqr-verdict-fails" in data["text/html"]


def test_report_gives_a_result_one_line_that_unfolds_to_its_inequalities(shown):
    notebook.report(outcome(), outcome(id="s1-lemma-7"), outcome("sharp"))
    assert [[record["form"] for record in m["lqrlib"]["claims"]] for _, m in shown] == [
        ["printed", "sharp"],
        ["printed"],
    ]
    text = shown[0][0]["text/html"]
    assert "<summary><strong>S2 Lemma 3.2</strong> holds in 2 cases; tightest 0.5 of" in text
    assert text.count("<li>") == 2 and "<li>upper, with our constants: violated in 0 of 2" in text
    assert "<code>s2-lemma-3.2</code>" in text


def test_report_numbers_the_places_of_a_result_on_its_page(shown):
    for id in ("s1-lemma-7", "s2-lemma-3.2", "s1-lemma-7"):
        notebook.report(outcome(id=id))
    places = ["verdict-s1-lemma-7-1", "verdict-s2-lemma-3.2-1", "verdict-s1-lemma-7-2"]
    assert [m["lqrlib"]["claims"][0]["anchor"] for _, m in shown] == places
    for place, (data, _) in zip(places, shown, strict=True):
        assert f'id="{place}"' in data["text/html"]


def test_report_says_that_cases_were_chosen_by_hand(shown):
    notebook.report(outcome(), sample="example")
    [(data, metadata)] = shown
    assert metadata["lqrlib"]["claims"][0]["sample"] == "example"
    assert "holds in 2 examples" in data["text/plain"] and "tightest" not in data["text/plain"]
    with pytest.raises(ValueError, match="sample"):
        notebook.report(outcome(), sample="few")


def test_report_escapes_what_html_would_read(shown):
    notebook.report(outcome("dropped", (2.0,), (1.0,), "n < m & <b>"))
    assert shown[0][0]["text/html"].count("n &lt; m &amp; &lt;b&gt;") == 2


def test_report_of_an_infinite_ratio_stays_valid_json(shown):
    """A left side over zero. JSON has no infinity, so the record has a text that float() reads."""
    notebook.report(outcome(lhs=(1.0,), rhs=(0.0,)))
    [record] = shown[0][1]["lqrlib"]["claims"]
    json.dumps(record, allow_nan=False)
    assert float(record["tightest"]) == float(record["median"]) == np.inf
