"""What the Sphinx extension remembers about the pages between two builds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sphinx.environment import BuildEnvironment


@dataclass(frozen=True)
class Theorem:
    """A numbered statement of the book, for the index and for links to it."""

    label: str
    kind: str
    counter: str
    title: tuple[Any, ...]  # docutils nodes, as a title may hold formulas
    docname: str


@dataclass
class Memory:
    fingerprints: dict[str, str] = field(default_factory=dict)  # of executed copies, by page
    claims: str = ""  # digest of claims.yml
    read: list[str] = field(default_factory=list)  # pages read in this build
    generated: set[str] = field(default_factory=set)  # pages made from results
    theorems: dict[str, list[Theorem]] = field(default_factory=dict)  # by page


def memory(env: BuildEnvironment) -> Memory:
    """The extension's memory, kept in Sphinx's environment and saved with it."""
    if not hasattr(env, "lqr_memory"):
        env.lqr_memory = Memory()  # type: ignore[attr-defined]
    kept: Memory = env.lqr_memory  # type: ignore[attr-defined]
    return kept
