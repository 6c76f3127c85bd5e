"""The page of the reader's own system: what is typed, what it prints, what it says of the rest."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from faults import watch
from playwright.sync_api import Page
from system_page import (
    HANDLE,
    KNOWN,
    LABELS,
    ROWS,
    STATE,
    STATUS,
    choose,
    enter,
    number,
    python_of,
    settle,
)

import lqrlib
from lqrpapers.live import plain, system


@pytest.fixture
def front(page: Page, base: str) -> Iterator[Page]:
    """The page with its first system; whatever goes wrong while it is used is a fault."""
    faults = watch(page, base)
    page.goto(f"{base}/pages/your_system.html")
    page.wait_for_function("document.querySelector('.lqr-live-sentence')?.textContent")
    yield page
    assert faults == []


@pytest.mark.pages
@pytest.mark.browser
class TestPage:
    """The page, served and from disk."""

    def test_it_prints_what_lqrlib_finds(self, front: Page) -> None:
        for place, (problem, _) in enumerate(system.known().values()):
            choose(front, place)
            state, rows = front.evaluate(STATE), front.evaluate(ROWS)
            assert state["problem"] == plain(problem)
            best = lqrlib.at_gain(problem, lqrlib.optimal_gain(problem))
            printed = [number(text) for text in rows["Best gain K*"].split()]
            assert printed == pytest.approx(best.K.ravel(), rel=1e-4, abs=1e-6)
            assert number(rows["Its cost C(K*)"]) == pytest.approx(best.cost, rel=1e-4)
            radius, margin = re.findall(r"\d[\d.]*", rows["Mean-square radius of K*"])[:2]
            assert float(radius) == pytest.approx(best.radius, rel=1e-4)
            assert float(margin) == pytest.approx(1 - best.radius, rel=1e-4)
            closed = np.linalg.eigvals(problem.A - problem.B @ best.K)
            poles = rows["Closed-loop poles of A − BK*"]
            assert poles.count(",") + poles.count("±") + 1 == len(closed)
            first = number(re.split(r"[ ,]", poles)[0])
            assert np.abs(closed.real - first).min() < 1e-4
            longest = next(text for head, text in rows.items() if head.startswith("Longest"))
            for line, (name, step) in zip(
                longest.splitlines(), state["allowed"].items(), strict=True
            ):
                told = number(line.split(": ")[1].split(" by ")[0])
                assert told == pytest.approx(state["allowed"][LABELS[line.split(":")[0]]], rel=1e-4)
                assert step > 0 and name in LABELS.values()

    def test_its_lines_of_python_give_its_numbers(
        self, front: Page, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for place in range(len(system.known())):
            choose(front, place)
            front.locator(HANDLE).press("ArrowRight")
            front.locator(".lqr-live-slider input").last.press(
                "ArrowRight"
            )  # noise, if there is any
            settle(front)
            state, names = front.evaluate(STATE), python_of(front)
            found = state["found"]
            assert names["best"].K == pytest.approx(np.array(found["K"]), rel=1e-9)
            assert names["best"].cost == pytest.approx(found["cost"], rel=1e-9)
            assert names["best"].radius == pytest.approx(found["radius"], rel=1e-9)
            assert sorted(np.abs(names["poles"])) == pytest.approx(
                sorted(np.hypot(*np.transpose(found["poles"]))), rel=1e-9
            )
            if found["noisy"]:
                survived = [found["critical"], found["ignorant"]["critical"]]
                assert list(names["survived"]) == pytest.approx(survived, rel=1e-9)
                assert names["noise"] == state["noise"] != 1
            assert names["start"] == state["start"]
            assert names["steps"] == state["steps"]
            assert names["allowed"] == pytest.approx(state["allowed"], rel=1e-9)
            assert names["shares"] == pytest.approx(state["shares"], rel=1e-6, abs=1e-15)
        assert "mean-square radius" in capsys.readouterr().out

    def test_a_system_is_typed(self, front: Page) -> None:
        enter(front, A="[1.1 0; 0.2 0.9]", B="np.array([[1.], [0.]])", Q="eye(2)", R="1")
        assert "A_i" in (front.locator(STATUS).text_content() or "")  # the noise does not fit
        enter(front, Sigma0="", alpha="", A_i="", beta="", B_j="")
        assert front.locator(STATUS).text_content() == ""
        state = front.evaluate(STATE)
        problem = lqrlib.LQR([[1.1, 0.0], [0.2, 0.9]], [[1.0], [0.0]], np.eye(2), [[1.0]])
        assert state["found"]["K"] == pytest.approx(lqrlib.optimal_gain(problem), rel=1e-9)
        assert front.locator(KNOWN).evaluate("it => it.selectedOptions[0].text") == "your own"
        assert front.evaluate(ROWS)["Stabilizable?"] == "Yes."

    def test_a_pair_of_another_size_takes_one_more_step_that_can_be_undone(
        self, front: Page
    ) -> None:
        fields = ("Q", "R", "Sigma0", "alpha", "A_i", "beta", "B_j")
        texts = (
            f"() => {list(fields)}.map(name => document.getElementById('lqr-field-' + name).value)"
        )
        before = front.evaluate(texts)
        enter(front, A="1.1 0.1\n0 0.9")
        button = front.locator(f"{STATUS} button")
        assert button.count() == 0  # B does not fit yet
        enter(front, B="0\n1")
        assert button.text_content() == "Use identity weights and no noise"
        assert front.evaluate(texts) == before
        button.press("Enter")
        settle(front)
        assert front.evaluate(texts) == ["1, 0\n0, 1", "1", "1, 0\n0, 1", "", "", "", ""]
        assert front.locator("#lqr-field-A").input_value() == "1.1 0.1\n0 0.9"
        problem = lqrlib.LQR([[1.1, 0.1], [0.0, 0.9]], [[0.0], [1.0]], np.eye(2), [[1.0]])
        found = front.evaluate(STATE)["found"]
        assert found["K"] == pytest.approx(lqrlib.optimal_gain(problem), rel=1e-9)
        front.locator(f"{STATUS} button:focus", has_text="Undo").press("Enter")
        settle(front)
        assert front.evaluate(texts) == before
        assert "look at Q, R, Sigma0, A_i and B_j" in (front.locator(STATUS).text_content() or "")
        enter(front, A="x")
        assert button.count() == 0

    def test_wrong_input_loses_nothing(self, front: Page) -> None:
        before = front.evaluate(ROWS)
        enter(front, B="1 2\n3 4", Q="<img src=x onerror=alert(1)>")
        assert front.evaluate(ROWS) == before
        fault = front.locator("#lqr-fault-B")
        assert fault.text_content() == "B: expected 3 rows as A has, got 2."
        assert front.locator("#lqr-field-B").get_attribute("aria-invalid") == "true"
        assert front.locator("#lqr-field-B").get_attribute("aria-describedby") == "lqr-fault-B"
        assert "got “<img" in (front.locator("#lqr-fault-Q").text_content() or "")
        assert front.locator(".lqr-system-form img").count() == 0
        told = front.locator(STATUS).text_content() or ""
        assert told == "The results below are those of the last good input: look at B and Q."
        assert front.locator(".lqr-system-results.lqr-system-stale").count() == 1
        choose(front, 1)
        assert front.locator(STATUS).text_content() == ""
        choose(front, len(system.known()))  # your own, as it was left
        assert front.locator("#lqr-field-B").input_value() == "1 2\n3 4"
        assert front.locator("#lqr-field-Q").input_value() == "<img src=x onerror=alert(1)>"

    @pytest.mark.parametrize(
        ("texts", "sentence"),
        [
            ({"A": "1.2", "alpha": "0.9", "beta": "3"}, "the noise is too strong"),
            ({"A": "1.2", "B": "0", "alpha": "0"}, "out of the input's reach"),
            ({"A": "1.0005", "B": "0", "alpha": "0", "beta": "0"}, "close call"),
        ],
    )
    def test_what_nothing_stabilizes_is_told_so(
        self, front: Page, texts: dict[str, str], sentence: str
    ) -> None:
        choose(front, 5)
        enter(front, **texts)
        rows = front.evaluate(ROWS)
        assert sentence in rows[next(head for head in rows if head.startswith("Stabilizable"))]
        assert not front.locator("#fig-system").is_visible()
        lines = front.locator(".lqr-system-python pre").text_content() or ""
        assert "# No gain was found" in lines and "NotStabilizableError" in lines
        with pytest.raises(lqrlib.NotStabilizableError):
            python_of(front)
        choose(front, 0)
        assert front.locator("#fig-system").is_visible()

    def test_an_edge_is_doubted(self, front: Page) -> None:
        choose(front, 5)
        enter(front, A="0.9999999", B="0", alpha="0", beta="0")
        assert "few digits above can be trusted" in front.evaluate(ROWS)["Check"]

    def test_the_address_keeps_the_system(self, front: Page, base: str) -> None:
        enter(front, A="0.5 0 0; 0 0.5 0.1; 0 0 -0.5")
        url, rows = front.url, front.evaluate(ROWS)
        front.goto("about:blank")
        front.goto(url)
        front.wait_for_function("document.querySelector('.lqr-live-sentence')?.textContent")
        assert front.locator("#lqr-field-A").input_value() == "0.5 0 0; 0 0.5 0.1; 0 0 -0.5"
        assert front.evaluate(ROWS) == rows
