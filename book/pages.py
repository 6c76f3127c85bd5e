"""Directives for the pages made from results: verdicts, theorem index, run times.

Each directive leaves a placeholder when its page is read. The placeholder is filled when every
page has been read, as only then the numbers and places of all theorems are known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from book import collect
from book.memory import Theorem, memory
from book.tables import Content, as_nodes, lines, table
from lqrpapers.notebook import readable

SHOWN = {
    "holds": "holds",
    "corrected": "fails as printed; corrected form holds",
    "fails": "fails",
    "reproduced": "reproduced",
    "differs": "differs",
    "confirmed": "confirmed",
    "refuted": "refuted",
    "planned": "planned",
}
PAPER_TITLES = {
    "S2": "Multiplicative noise (S2)",
    "S1": "Meta-learning (S1)",
    "ours": "Errata: our findings about the printed versions",
}


class placeholder(nodes.General, nodes.Element):  # type: ignore[misc]
    """Stands in a page until every page has been read."""


class Placeholder(SphinxDirective):
    """Leaves a placeholder; `lqr-results` takes the paper whose results it shows."""

    has_content = False
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        wanted = collect.PAPERS if self.name == "lqr-results" else ("",)
        argument = self.arguments[0] if self.arguments else ""
        if argument not in wanted:
            raise self.error(f"{self.name}: expected one of {wanted}, got {argument!r}")
        memory(self.env).generated.add(self.env.docname)
        return [placeholder(kind=self.name, argument=argument)]


def note_theorems(app: Sphinx, doctree: nodes.document) -> None:
    """Remember the numbered statements of a page with their titles (sphinx-proof keeps none)."""
    memory(app.env).theorems[app.env.docname] = [
        Theorem(
            label=node["label"],
            kind=node["realtype"],
            counter=node["countertype"],
            title=_title_nodes(node[0], app.config.proof_title_format),
            docname=app.env.docname,
        )
        for node in doctree.findall(nodes.Element)
        if "realtype" in node and "countertype" in node
    ]


def _title_nodes(title: nodes.Element, frame: str) -> tuple[nodes.Node, ...]:
    """The children of a statement's title without the frame that sphinx-proof puts around it."""
    before, _, after = frame.partition("%t")
    children = [child.deepcopy() for child in title.children]
    if children and isinstance(children[0], nodes.Text):
        children[0] = nodes.Text(children[0].astext().removeprefix(before))
    if children and isinstance(children[-1], nodes.Text):
        children[-1] = nodes.Text(children[-1].astext().removesuffix(after))
    return tuple(children)


def forget_theorems(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    memory(env).theorems.pop(docname, None)
    memory(env).generated.discard(docname)


class Filler:
    """Fills the placeholders of one page."""

    def __init__(self, app: Sphinx, docname: str) -> None:
        self.app = app
        self.env = app.env
        self.docname = docname
        self.root = Path(app.srcdir)
        self.executed = str(app.config.lqr_executed)
        in_order = self.env.toctree_includes.get(self.env.config.root_doc, [])
        self.order = {name: index for index, name in enumerate(in_order)}
        self.theorems: dict[str, Theorem] = {
            theorem.label: theorem
            for name in sorted(self.env.found_docs, key=lambda name: self.order.get(name, -1))
            for theorem in memory(self.env).theorems.get(name, [])
        }

    def link(self, text: Content, docname: str, anchor: str = "") -> nodes.Node:
        uri = self.app.builder.get_relative_uri(self.docname, docname)
        reference = nodes.reference("", "", internal=True, refuri=f"{uri}#{anchor}".rstrip("#"))
        reference += as_nodes(text)
        return reference

    def chapter(self, name: str, titled: bool = False) -> Content:
        """Link to a chapter by its number, or by its title; plain where it is only planned."""
        docname = f"{collect.CHAPTERS}/{name}"
        number = name.partition("_")[0].lstrip("0")
        if docname not in self.env.found_docs:
            return nodes.inline("", number, classes=["lqr-planned"])
        title = f"{number} {self.env.titles[docname].astext()}" if titled else number
        return self.link(title, docname)

    def number(self, theorem: Theorem) -> str:
        numbers = self.env.toc_fignumbers.get(theorem.docname, {}).get(theorem.counter, {})
        return ".".join(map(str, numbers.get(theorem.label, ())))

    # The fillings, one for each directive.

    def at_a_glance(self, _: str) -> list[nodes.Node]:
        """Counts of verdicts, one line for each paper."""
        results = collect.results(self.root, self.executed)
        verdicts = [name for name in SHOWN if any(r.verdict == name for r in results)]
        rows: list[list[Content]] = []
        for paper, title in PAPER_TITLES.items():
            counts = Counter(r.verdict for r in results if r.claim.paper == paper)
            total = sum(counts.values())
            rows.append([title, str(total), *(str(counts[name] or "–") for name in verdicts)])
        header = ["", "results", *(_badge(name) for name in verdicts)]
        return [table(header, rows, "lqr-glance")]

    def results(self, paper: str) -> list[nodes.Node]:
        """Every numbered result of a paper with its verdict and what was checked."""
        found = collect.results(self.root, self.executed)
        rows = [self._result_row(r) for r in found if r.claim.paper == paper]
        header = ["result", "title", "verdict", "violations / checked", "tightest", "chapter"]
        return [table(header, rows, "lqr-results")]

    def _result_row(self, result: collect.Result) -> list[Content]:
        claim = result.claim
        theorem = self.theorems.get(claim.id)
        title = self.link(claim.title, theorem.docname, theorem.label) if theorem else claim.title
        groups = [
            (form, records)
            for form in collect.FORMS
            if form != "dropped" and (records := result.of(form))
        ]
        named = any(form != "printed" for form, _ in groups)
        violated = [(form, _counts(records)) for form, records in groups]
        tightest = [(f, _ratio(collect.tightest(records))) for f, records in groups]
        return [
            lines([claim.number, nodes.literal("", claim.id)]),
            title,
            _badge(result.verdict),
            _values(violated, named),
            _values(tightest, named=False),  # in the order of the forms in the column before
            self.chapter(claim.chapter),
        ]

    def theorem_index(self, _: str) -> list[nodes.Node]:
        """Numbered statements with their titles, in the order of the book."""
        rows: list[list[Content]] = []
        for theorem in self.theorems.values():
            name = f"{theorem.kind.title()} {self.number(theorem)}".strip()
            rows.append(
                [
                    self.link(name, theorem.docname, theorem.label),
                    [child.deepcopy() for child in theorem.title],
                    self.link(self.env.titles[theorem.docname].astext(), theorem.docname),
                ]
            )
        if not rows:
            return [nodes.paragraph("", "No page carries a numbered statement yet.")]
        return [table(["statement", "title", "page"], rows, "lqr-theorems")]

    def execution(self, _: str) -> list[nodes.Node]:
        """Run time, memory and parameters of every executed chapter, and the versions used."""
        runs = collect.executions(self.root, self.executed)
        if not runs:
            return [nodes.paragraph("", "No chapter has been executed in this build.")]
        rows: list[list[Content]] = [
            [
                self.chapter(run.chapter, titled=True),
                f"{run.seconds:.1f}",
                f"{run.peak_memory_mb:.0f}",
                str(run.cells),
                ", ".join(f"{name} = {value!r}" for name, value in sorted(run.parameters.items()))
                or "the notebook's own",
            ]
            for run in runs
        ]
        header = ["chapter", "seconds", "peak memory, MB", "code cells", "parameters"]
        return [table(header, rows, "lqr-execution")]

    def versions(self, _: str) -> list[nodes.Node]:
        """Versions that the executed chapters ran with."""
        runs = collect.executions(self.root, self.executed)
        if not runs:
            return [nodes.paragraph("", "No chapter has been executed in this build.")]
        names = list(dict.fromkeys(name for run in runs for name in run.versions))
        rows: list[list[Content]] = [
            [name, ", ".join(sorted({r.versions[name] for r in runs if name in r.versions}))]
            for name in names
        ]
        return [table(["package", "version"], rows, "lqr-versions")]


FILLINGS: dict[str, Callable[[Filler, str], list[nodes.Node]]] = {
    "lqr-at-a-glance": Filler.at_a_glance,
    "lqr-results": Filler.results,
    "lqr-theorems": Filler.theorem_index,
    "lqr-execution": Filler.execution,
    "lqr-versions": Filler.versions,
}


def fill_placeholders(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    found = list(doctree.findall(placeholder))
    if found:
        filler = Filler(app, docname)
        for node in found:
            node.replace_self(FILLINGS[node["kind"]](filler, node["argument"]))
        if any(doctree.findall(nodes.math)):  # Sphinx loads MathJax only where it is noted
            app.env.get_domain("math").data["has_equations"][docname] = True


def _counts(records: Sequence[collect.Record]) -> str:
    return f"{sum(r.violated for r in records):,} / {sum(r.checked for r in records):,}"


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return "–"
    return readable(f"{ratio:.3g}")


def _values(entries: Sequence[tuple[str, str]], named: bool) -> Content:
    """One value for each form that was run, with the form's name where there are several."""
    if not entries:
        return "–"
    return lines([f"{form} {text}" if named else text for form, text in entries])


def _badge(verdict: str) -> nodes.Node:
    return nodes.inline("", SHOWN[verdict], classes=["lqr-badge", f"lqr-badge-{verdict}"])


def add_directives(app: Sphinx) -> None:
    app.add_node(placeholder)
    for name in FILLINGS:
        app.add_directive(name, Placeholder)
    app.connect("doctree-read", note_theorems)
    app.connect("env-purge-doc", forget_theorems)
    app.connect("doctree-resolved", fill_placeholders)


def setup(app: Sphinx) -> dict[str, Any]:
    add_directives(app)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
