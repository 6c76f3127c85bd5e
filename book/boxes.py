"""What stage makes of a chapter's words: verdict chips, one widget for proofs, minutes, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import floor

OPEN = re.compile(r" *([`:]{3,})(?:\{([\w:-]+)\})?(.*)")
FOLDED = ("dropdown", "solution", "toggle", "predict", "figure", "math", "mermaid", None)
PROOF = re.compile(
    r"^( *[`:]{3,})\{(?:prf:proof\}\n *:class: dropdown|dropdown\} *(Proof.*))$", re.M
)
SOLUTION = re.compile(r"^([`:]{3,})\{solution-start\}.*?\{solution-end\}.*?^\1", re.M | re.S)
# A box that may have a verdict, with its options; what a definition says needs none.
BOX = re.compile(
    r"^( *)[`:]{3,}\{(?:prf:(?!proof|definition|assumption|notation|axiom)\w+|printed)\}.*\n"
    r"(?: *:\w[\w-]*:.*\n)* *:label: *(\S+)\n(?: *:\w[\w-]*:.*\n)*",
    re.M,
)
CHAPTER = re.compile(r"(^|\n\n|\n *[-*] |[.?!]\s+)?\{doc\}`([\w./]*?(\d\d)_\w+)`")


def proofs(text: str) -> str:
    """Every folded proof as a dropdown of one look."""
    return PROOF.sub(
        lambda found: f"{found[1]}{{dropdown}} {found[2] or 'Proof'}\n:class-container: lqr-proof",
        text,
    )


def chapters(text: str) -> str:
    """A chapter named without words reads "chapter 5"; where a sentence begins, "Chapter 5"."""

    def named(found: re.Match[str]) -> str:
        word = "chapter" if found[1] is None else "Chapter"
        return f"{found[1] or ''}{{doc}}`{word} {int(found[3])} <{found[2]}>`"

    return CHAPTER.sub(named, text)


def chips(text: str, chip: Callable[[str], str]) -> str:
    """The text with `chip(label)`, some HTML or nothing, at the top of each box."""

    def chipped(found: re.Match[str]) -> str:
        return found[0] + (f"\n{html}\n\n" if (html := chip(found[2])) else "")

    return BOX.sub(chipped, text)


def minutes(text: str, figures: int) -> str:
    """How long a chapter takes, in words: its story, and with statements and folded proofs."""
    told = [spoken(each) for each in counted(text, figures)]
    return f"{told[0]} for the story, {told[1]} with the proofs" if told[0] != told[1] else told[0]


def counted(text: str, figures: int) -> tuple[float, float]:
    """The minutes that a text takes: its story, and with statements and folded proofs."""
    text = re.sub(r"\$\$.*?\$\$(\s*\([\w-]+\))?", "formula", SOLUTION.sub("", text), flags=re.S)
    text = re.sub(r"\$[^$]+\$|`[^`\n]+`(?!`)", "word", text)
    count, stack = 0, [("", False)]
    for line in text.splitlines():
        if line.strip() == stack[-1][0] and len(stack) > 1:
            stack.pop()
        elif found := OPEN.match(line):
            folded = found[2] in FOLDED or found[2] == "prf:proof"
            stack.append((found[1], stack[-1][1] or folded))
        elif not stack[-1][1] and not re.match(r" *:\w[\w-]*:|\([\w-]+\)=", line):
            count += len(re.findall(r"[^\s|*_#>]*\w\S*", line))
    statements = len(re.findall(r"\{prf:(?!proof|ref)", text))
    story = count / 100 + figures
    return story, story + 3 * statements + 5 * len(PROOF.findall(text))


def spoken(minutes: float) -> str:
    """Five minutes more or less; from an hour on, a quarter of an hour.

    >>> [spoken(28), spoken(58), spoken(80), spoken(115)]
    ['30 minutes', '1 hour', '1¼ hours', '2 hours']
    """
    if (rounded := 5 * floor(minutes / 5 + 0.5)) < 60:
        return f"{rounded} minutes"
    hours, quarter = divmod(floor(minutes / 15 + 0.5), 4)
    return f"{hours}{' ¼½¾'[quarter].strip()} hour{'s' if (hours, quarter) != (1, 0) else ''}"


def rewritten(text: str, told: Mapping[str, str], chip: Callable[[str], str]) -> str:
    """The words of a cell as its page shows them; `told` are the minutes of the chapters."""
    for number, words in told.items():
        text = text.replace(f"{{lqr-minutes}}`{number}`", words)
    return chips(proofs(chapters(text)), chip)
