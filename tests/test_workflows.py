"""What the workflows promise; each rule is also shown to fail on a workflow that breaks it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
BOOK, DEPENDABOT, CI = (
    (ROOT / name).read_text()
    for name in (".github/workflows/book.yml", ".github/dependabot.yml", ".ci/run")
)
Rule = Callable[[str], bool]
RULES: dict[Rule, str] = {}  # each with the text it is about
BROKEN: list[tuple[Rule, str, str]] = []


def rule(text: str, *changes: tuple[str, str]) -> Callable[[Rule], Rule]:
    """Note a rule for this text, and the careless changes that it must notice."""

    def note(holds: Rule) -> Rule:
        RULES[holds] = text
        BROKEN.extend((holds, *change) for change in changes)
        return holds

    return note


def jobs(text: str) -> dict[str, dict[str, Any]]:
    return yaml.safe_load(text)["jobs"]


def steps(text: str, *names: str) -> list[dict[str, Any]]:
    return [step for name in names or jobs(text) for step in jobs(text)[name]["steps"]]


def uses(text: str, action: str) -> list[dict[str, Any]]:
    return [step for step in steps(text) if step.get("uses", "").startswith(f"{action}@")]


COMMIT = re.findall(r"actions/(cache@.*)", BOOK)[0]


@rule(BOOK, (COMMIT, "cache@v5"), (COMMIT, COMMIT.partition(" ")[0]))
def every_action_is_pinned_by_commit_and_says_its_version(text: str) -> bool:
    lines = [line for line in text.splitlines() if re.match(r"\s*(- )?uses:", line)]
    pin = r"\s*(- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+"
    said = len(lines) == sum("uses" in step for step in steps(text))
    return said and all(re.fullmatch(pin, line) for line in lines)


@rule(BOOK, ("    timeout-minutes: 5\n", ""))
def every_job_has_a_time_limit(text: str) -> bool:
    return all(0 < job.get("timeout-minutes", 0) <= 60 for job in jobs(text).values())


@rule(BOOK, ("persist-credentials: false", "fetch-depth: 1"), ("credentials: false", "x: false"))
def no_checkout_leaves_its_token_behind(text: str) -> bool:
    checkouts = uses(text, "actions/checkout")
    return all(step.get("with", {}).get("persist-credentials") is False for step in checkouts)


@rule(BOOK, (" {}", " read-all"), ("s: read", "s: write"), ("pages: write", "actions: write"))
def only_the_named_jobs_may_write_and_only_what_they_write(text: str) -> bool:
    publish, notebooks = {"pages": "write", "id-token": "write"}, {"contents": "write"}
    wanted = {"test": {"contents": "read"}, "publish": publish, "notebooks": notebooks}
    found = {name: job.get("permissions") for name, job in jobs(text).items()}
    return yaml.safe_load(text)["permissions"] == {} and found == wanted


@rule(BOOK, ('"3.11", ', ""), (", macos-15", ""), ("t: false", "t: true"))
@rule(BOOK, ("system: [", "exclude: [{python: '3.11'}]\n        system: ["))
def every_supported_python_is_tested_on_linux_and_macos(text: str) -> bool:
    strategy = jobs(text)["test"]["strategy"]
    matrix = strategy["matrix"]
    systems = [system.partition("-")[0] for system in matrix["system"]]
    whole = set(matrix) == {"system", "python"} and strategy["fail-fast"] is False
    return whole and matrix["python"] == ["3.11", "3.12", "3.13"] and systems == ["ubuntu", "macos"]


@rule(BOOK, (" && make test", ""), ("run: .ci/run", "run: make"), ('R: "1"', 'R: "0"'))
@rule(BOOK, ("run: .ci/run", "continue-on-error: true\n        run: .ci/run"))
def both_systems_build_and_test_with_a_browser(text: str) -> bool:
    linux, mac, _ = (step for step in steps(text, "test") if "run" in step)
    both = [linux["if"], mac["if"]] == ["runner.os == 'Linux'", "runner.os == 'macOS'"]
    looked_at = mac["env"]["LQR_BOOK_REQUIRE_BROWSER"] == "1" and "Chrome" in mac["env"]["CHROMIUM"]
    same = linux["run"] == ".ci/run" and mac["run"] == "make book && make test"
    return both and looked_at and same and "continue-on-error" not in text


@rule(BOOK, ("make pdf && ", ""), (" && make test &&", " &&"), ("F: whole", "F: part"))
@rule(BOOK, ("cp _build/pdf", "rm _build/pdf"))
def the_whole_book_is_printed_and_tested_where_it_is_published(text: str) -> bool:
    *_, step, upload = steps(text, "test")
    tested = step["env"] == {
        "T": "tests/pages/test_pdf.py",
        "LQR_BOOK_PDF": "whole",
        "LQR_BOOK_REQUIRE_BROWSER": "1",
    }
    printed = step["run"] == "make pdf && make test && cp _build/pdf/*.pdf _build/html"
    return tested and printed and step["if"] == upload["if"]


@rule(BOOK, ("~/.cache/uv", "_build"), ("/uv\n", "/uv\n            _build\n"), ("hashFiles", "x"))
def packages_are_cached_and_chapters_never(text: str) -> bool:
    [cache] = uses(text, "actions/cache")
    wanted = ("matrix.system", "matrix.python", "hashFiles('**/requirements*.txt')")
    kept = cache["with"]["path"] == "~/.cache/uv"
    return kept and all(word in cache["with"]["key"] for word in wanted)


@rule(BOOK, (" && github.ref", " || github.ref"), (" needs: test", " x: y"), ("needs: p", "x: p"))
@rule(
    BOOK,
    ("path: _build/html", "path: _build"),
    ("- id: deploy", "- run: make book\n      - id: deploy"),
)
def a_push_to_main_publishes_what_passed_the_matrix(text: str) -> bool:
    *_, upload = steps(text, "test")
    uploaded = [upload] == uses(text, "actions/upload-pages-artifact")
    one = upload["if"] == "matrix.system == 'ubuntu-24.04' && matrix.python == '3.13'"
    deploys = [step["uses"].partition("@")[0] for step in steps(text, "publish")]
    waits = {name: job.get("needs") for name, job in jobs(text).items()}
    in_order = waits == {"test": None, "publish": "test", "notebooks": "publish"}
    on_main = "github.event_name == 'push' && github.ref == 'refs/heads/main'"
    only = jobs(text)["publish"]["if"] == on_main and deploys == ["actions/deploy-pages"]
    return uploaded and one and upload["with"]["path"] == "_build/html" and in_order and only


@rule(BOOK, ("/chapters/*.ipynb", "/*"), ('Y.git" notebooks', 'Y.git" main'))
def the_branch_for_binder_and_colab_holds_the_notebooks_of_the_same_pages(text: str) -> bool:
    [_, download, push] = steps(text, "notebooks")
    taken = "--strip-components=2 './_sources/chapters/*.ipynb'" in push["run"]
    pushed = push["run"].rstrip().endswith('/$GITHUB_REPOSITORY.git" notebooks')
    return taken and pushed and download["with"] == {"name": "github-pages"}


@rule(BOOK, ("* * 1", "1 * *"), ("  pull_request:\n", ""), ("[main]", "[main, next]"))
def it_runs_on_pushes_and_requests_and_every_week(text: str) -> bool:
    events = yaml.safe_load(text)[True]  # YAML 1.1 reads `on` as true
    weekly = re.fullmatch(r"\d+ \d+ \* \* [0-6]", events["schedule"][0]["cron"])
    named = {"push", "pull_request", "schedule", "workflow_dispatch"} == set(events)
    return bool(weekly) and named and events["push"] == {"branches": ["main"]}


@rule(DEPENDABOT, ("interval: weekly", "interval: yearly"))
def actions_are_raised_every_week(text: str) -> bool:
    [update] = yaml.safe_load(text)["updates"]
    weekly = update["schedule"]["interval"] == "weekly"
    return weekly and update["package-ecosystem"] == "github-actions"


@rule(CI, ("time make test", ""), ("BROWSER=1", "BROWSER=0"), ("time make book", "# make book"))
def ci_builds_and_then_tests_with_a_browser(text: str) -> bool:
    commands = re.findall(r"^(?:time )?(make \w+|export LQR_BOOK_REQUIRE_BROWSER=1)", text, re.M)
    return commands == ["make book", "export LQR_BOOK_REQUIRE_BROWSER=1", "make test"]


def test_there_is_one_workflow_so_that_the_rules_see_every_job() -> None:
    assert [path.name for path in (ROOT / ".github/workflows").iterdir()] == ["book.yml"]


@pytest.mark.parametrize("holds", RULES)
def test_rule(holds: Rule) -> None:
    assert holds(RULES[holds])


@pytest.mark.parametrize(("holds", "old", "new"), BROKEN)
def test_broken_rule_is_noticed(holds: Rule, old: str, new: str) -> None:
    broken = RULES[holds].replace(old, new, 1)
    assert broken != RULES[holds]
    assert RULES[holds] == CI or yaml.safe_load(broken)
    try:
        assert not holds(broken)
    except (KeyError, ValueError):
        pass  # what the rule looks for is gone
