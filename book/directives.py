"""Boxes of the book's own: a statement as it was printed, and a question to answer first."""

from __future__ import annotations

import re

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.domains.std import StandardDomain
from sphinx.util.docutils import SphinxDirective

CHOICE = re.compile(r"- \[([ x])\] +(.+)")


class Printed(SphinxDirective):
    """What a paper prints and the book does not state: no theorem, and without a number."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"verdict": directives.unchanged, "label": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        verdict = self.options.get("verdict", "fails")
        names, messages = self.state.inline_text(f"As printed in {self.arguments[0]}", self.lineno)
        title = nodes.paragraph("", "", *names, classes=["lqr-printed-title"])
        kind = "fails" if verdict == "fails" else "unrefuted"
        said = nodes.inline("", verdict, classes=["lqr-badge", f"lqr-badge-{kind}"])
        box = nodes.container("", title, *messages, classes=["lqr-printed"])
        title += [nodes.Text(" "), said]
        self.set_source_info(box)
        if label := self.options.get("label"):
            box["ids"].append(label)
            standard = self.env.get_domain("std")
            assert isinstance(standard, StandardDomain)
            text = "".join(name.astext() for name in names)
            standard.note_hyperlink_target(label, self.env.docname, label, text)
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


def choices(lines: list[str], place: str) -> tuple[list[tuple[bool, str]], int]:
    """The choices that a question offers, which is right, and where what explains them begins."""
    offered: list[tuple[bool, str]] = []
    at = 0
    for at, line in enumerate([*lines, ""]):  # noqa: B007
        if found := CHOICE.fullmatch(line.strip()):
            offered.append((found[1] == "x", found[2]))
        elif offered and line.startswith("  "):
            offered[-1] = (offered[-1][0], f"{offered[-1][1]} {line.strip()}")
        elif offered or line.strip():
            break
    if sum(right for right, _ in offered) != 1 or len(offered) < 2:
        raise ValueError(f"{place}: predict needs two choices or more, and exactly one - [x]")
    return offered, at


class Predict(SphinxDirective):
    """A question with choices; a script (predict.js) makes buttons of them."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        source, line = self.get_source_info()
        offered, at = choices(list(self.content), f"{source}:{line}")
        box = nodes.container(classes=["lqr-predict"])
        listed = nodes.bullet_list(bullet="-", classes=["lqr-choices"])
        question, messages = self.state.inline_text(self.arguments[0], self.lineno)
        asked = nodes.paragraph("", "", *question, classes=["lqr-question"])
        box += [asked, *messages, listed]
        for right, text in offered:
            words, messages = self.state.inline_text(text, self.lineno)
            item = nodes.list_item("", nodes.paragraph("", "", *words), *messages)
            item["classes"] += ["lqr-right"] * right
            listed += item
            if right:
                box += nodes.raw("", "<details><summary>Answer</summary>", format="html")
                again, _ = self.state.inline_text(text, self.lineno)
                box += nodes.paragraph("", "", *again, classes=["lqr-answer"])
        rest: StringList = self.content[at:]
        self.state.nested_parse(rest, self.content_offset + at, box)
        box += nodes.raw("", "</details>", format="html")
        return [box]
