"""The page of the reader's own system: what is typed, what it prints, what it says of the rest."""

import re

import numpy as np
import pytest
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


@pytest.mark.pages
@pytest.mark.browser
class TestPage:
    """The page, served and from disk."""

    def test_it_prints_what_lqrlib_finds(self, yours: Page) -> None:
        for place, (problem, _) in enumerate(system.known().values()):
            choose(yours, place)
            state, rows = yours.evaluate(STATE), yours.evaluate(ROWS)
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
        self, yours: Page, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for place in range(len(system.known())):
            choose(yours, place)
            yours.locator(HANDLE).press("ArrowRight")
            yours.locator(".lqr-live-slider input").last.press(
                "ArrowRight"
            )  # noise, if there is any
            settle(yours)
            state, names = yours.evaluate(STATE), python_of(yours)
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

    def test_a_system_is_typed(self, yours: Page) -> None:
        enter(yours, A="[1.1 0; 0.2 0.9]", B="np.array([[1.], [0.]])", Q="eye(2)", R="1")
        assert "A_i" in (yours.locator(STATUS).text_content() or "")  # the noise does not fit
        enter(yours, Sigma0="", alpha="", A_i="", beta="", B_j="")
        assert yours.locator(STATUS).text_content() == ""
        state = yours.evaluate(STATE)
        problem = lqrlib.LQR([[1.1, 0.0], [0.2, 0.9]], [[1.0], [0.0]], np.eye(2), [[1.0]])
        assert state["found"]["K"] == pytest.approx(lqrlib.optimal_gain(problem), rel=1e-9)
        assert yours.locator(KNOWN).evaluate("it => it.selectedOptions[0].text") == "your own"
        assert yours.evaluate(ROWS)["Stabilizable?"] == "Yes."

    def test_a_pair_of_another_size_takes_one_more_step_that_can_be_undone(
        self, yours: Page
    ) -> None:
        fields = ("Q", "R", "Sigma0", "alpha", "A_i", "beta", "B_j")
        texts = (
            f"() => {list(fields)}.map(name => document.getElementById('lqr-field-' + name).value)"
        )
        before = yours.evaluate(texts)
        enter(yours, A="1.1 0.1\n0 0.9")
        button = yours.locator(f"{STATUS} button")
        assert button.count() == 0  # B does not fit yet
        enter(yours, B="0\n1")
        assert button.text_content() == "Use identity weights and no noise"
        assert yours.evaluate(texts) == before
        button.press("Enter")
        settle(yours)
        assert yours.evaluate(texts) == ["1, 0\n0, 1", "1", "1, 0\n0, 1", "", "", "", ""]
        assert yours.locator("#lqr-field-A").input_value() == "1.1 0.1\n0 0.9"
        problem = lqrlib.LQR([[1.1, 0.1], [0.0, 0.9]], [[0.0], [1.0]], np.eye(2), [[1.0]])
        found = yours.evaluate(STATE)["found"]
        assert found["K"] == pytest.approx(lqrlib.optimal_gain(problem), rel=1e-9)
        yours.locator(f"{STATUS} button:focus", has_text="Undo").press("Enter")
        settle(yours)
        assert yours.evaluate(texts) == before
        assert "look at Q, R, Sigma0, A_i and B_j" in (yours.locator(STATUS).text_content() or "")
        enter(yours, A="x")
        assert button.count() == 0

    def test_wrong_input_loses_nothing(self, yours: Page) -> None:
        before = yours.evaluate(ROWS)
        enter(yours, B="1 2\n3 4", Q="<img src=x onerror=alert(1)>")
        assert yours.evaluate(ROWS) == before
        fault = yours.locator("#lqr-fault-B")
        assert fault.text_content() == "B: expected 3 rows as A has, got 2."
        assert yours.locator("#lqr-field-B").get_attribute("aria-invalid") == "true"
        assert yours.locator("#lqr-field-B").get_attribute("aria-describedby") == "lqr-fault-B"
        assert "got “<img" in (yours.locator("#lqr-fault-Q").text_content() or "")
        assert yours.locator(".lqr-system-form img").count() == 0
        told = yours.locator(STATUS).text_content() or ""
        assert told == "The results below are those of the last good input: look at B and Q."
        assert yours.locator(".lqr-system-results.lqr-system-stale").count() == 1
        choose(yours, 1)
        assert yours.locator(STATUS).text_content() == ""
        choose(yours, len(system.known()))  # your own, as it was left
        assert yours.locator("#lqr-field-B").input_value() == "1 2\n3 4"
        assert yours.locator("#lqr-field-Q").input_value() == "<img src=x onerror=alert(1)>"

    @pytest.mark.parametrize(
        ("texts", "sentence"),
        [
            ({"A": "1.2", "alpha": "0.9", "beta": "3"}, "the noise is too strong"),
            ({"A": "1.2", "B": "0", "alpha": "0"}, "out of the input's reach"),
            ({"A": "1.0005", "B": "0", "alpha": "0", "beta": "0"}, "close call"),
        ],
    )
    def test_what_nothing_stabilizes_is_told_so(
        self, yours: Page, texts: dict[str, str], sentence: str
    ) -> None:
        choose(yours, 5)
        enter(yours, **texts)
        rows = yours.evaluate(ROWS)
        assert sentence in rows[next(head for head in rows if head.startswith("Stabilizable"))]
        assert not yours.locator("#fig-system").is_visible()
        lines = yours.locator(".lqr-system-python pre").text_content() or ""
        assert "# No gain was found" in lines and "NotStabilizableError" in lines
        with pytest.raises(lqrlib.NotStabilizableError):
            python_of(yours)
        choose(yours, 0)
        assert yours.locator("#fig-system").is_visible()

    def test_an_edge_is_doubted(self, yours: Page) -> None:
        choose(yours, 5)
        enter(yours, A="0.9999999", B="0", alpha="0", beta="0")
        assert "few digits above can be trusted" in yours.evaluate(ROWS)["Check"]

    def test_the_address_keeps_the_system(self, yours: Page, base: str) -> None:
        enter(yours, A="0.5 0 0; 0 0.5 0.1; 0 0 -0.5")
        url, rows = yours.url, yours.evaluate(ROWS)
        yours.goto("about:blank")
        yours.goto(url)
        yours.wait_for_function("document.querySelector('.lqr-live-sentence')?.textContent")
        assert yours.locator("#lqr-field-A").input_value() == "0.5 0 0; 0 0.5 0.1; 0 0 -0.5"
        assert yours.evaluate(ROWS) == rows
