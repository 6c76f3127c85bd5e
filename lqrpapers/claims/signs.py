"""A statement's plain text as people print it: ∇C for grad C, Σ with a subscript for Sigma_K.

No chapter loads this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

NAMES = "beta gamma delta epsilon eta lambda mu nu rho sigma tau"
LETTERS = dict(zip(NAMES.split(), "βγδεηλμνρστ", strict=True))
LETTERS |= {"Sigma": "Σ", "Delta": "Δ"}
WORDS: dict[str, str | Callable[[re.Match[str]], str]] = {
    rf"(?<![A-Za-z])({'|'.join(LETTERS)})(?![a-z])": lambda found: LETTERS[found[1]],
    r"\bsum(?=_| [α-ω])": "∑",
    r"\bgrad (?=[A-Z])": "∇",
    r"\bHess (?=[A-Z])": "∇²",
    r"\bsqrt\b": "√",
    r"\|\|": "‖",
    r"<=": "≤",
    r">=": "≥",
    r"\(x\)": "⊗",
    r"(?<= m) x (?=m )": " × ",
    # S1 counts its statements 1, 2, 3; those of the book have numbers of their own.
    r"(?<!S2 )\b(?=(?:Theorem|Lemma) \d\.\d)": "S2 ",
    r"\+-": "±",
    r"(?<= )-(?=[ a-z])|(?<=\()-(?=\w)": "−",
    r"Σ0": "Σ<sub>0</sub>",
    r"(?<=[A-ZΣx])'(?!s\b)|(?<=_K)'(?!s\b)": "′",
    r"Gauss-Newton": "Gauss–Newton",
    # A star behind a subscript is the optimum's, but for that of an adjoint.
    r"_(\w+?)(?=_|\b)(\*(?!\())?": r"<sub>\1\2</sub>",
    r"\^(-?\w)": r"<sup>\1</sup>",
}


def as_html(statement: str) -> str:
    """The statement in HTML.

    >>> as_html("||grad C||_F^2 <= sigma_min(R) ||Sigma_K*||")
    '‖∇C‖<sub>F</sub><sup>2</sup> ≤ σ<sub>min</sub>(R) ‖Σ<sub>K*</sub>‖'
    """
    text = escape(statement, quote=False).replace("&lt;=", "<=").replace("&gt;=", ">=")
    for pattern, sign in WORDS.items():
        text = re.sub(pattern, sign, text)
    return text
