"""MyST becomes plain Markdown: each directive and role that chapters use, and no other."""

import pytest

from book.problem import ChapterProblem
from book.solutions import Directive, blocks
from course.places import published
from course.plain import Plain, folded, quoted


class Places:
    """Two places and a work, as the pages would name them."""

    cited = {"fazel2018": ("Fazel et al.", "2018"), "hewer1971": ("Hewer", "1971")}
    known = {"ours-thm": "Theorem 5.3", "eq-step": "(5.7)", "fig-race": "Figure 5.1"}
    known |= {"ex-count": "Exercise 5.2", "pages/notation": "Notation"}

    def named(self, label):
        return "", self.known[label]

    def link(self, label, words=""):
        return words or self.known[label]


NUMBERS = {"gap": 3.4e-08, "count": 4, "word": "holds"}
PLAIN = Plain("chapters/05_small", NUMBERS, Places(), "30 minutes", "9 seconds")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("{glue:text}`gap:.1e` of {glue:text}`count`", "3.4·10⁻⁸ of 4"),
        ("it {glue:text}`word`", "it holds"),
        ("{prf:ref}`ours-thm`, {eq}`eq-step`", "Theorem 5.3, (5.7)"),
        ("{numref}`fig-race` and {ref}`ex-count`", "Figure 5.1 and Exercise 5.2"),
        ("In {doc}`03_domination`", "In chapter 3"),
        ("{doc}`the same <03_domination>`", "the same"),
        ("See {doc}`/pages/notation`.", "See Notation."),
        ("{cite:t}`fazel2018` prove", "Fazel et al. [2018] prove"),
        ("so {cite}`fazel2018,hewer1971`", "so [Fazel et al., 2018, Hewer, 1971]"),
        ("{lqr-minutes}`05`; {lqr-seconds}`05_small`", "30 minutes; 9 seconds"),
        ("(sec-here)=\n## Here", "## Here"),
        ("$$\nx = 1 .\n$$ (eq-step)", "$$\nx = 1 . \\tag{5.7}\n$$"),
        ("$$x$$", "$$x$$"),
        (":::{prf:theorem} A *step*\n:label: ours-thm\n\nIt\nis.\n:::",
         "> **Theorem 5.3** (A *step*)\n>\n> It\n> is."),
        (":::{prf:proof}\n:class: dropdown\nSo $x$.\n:::",
         "<details><summary>Proof</summary>\n\nSo $x$.\n\n</details>"),
        (":::{prf:proof}\nClear.\n:::", "*Proof.* Clear."),
        ("````{dropdown} What $x$ is\n:::{printed} S1, Lemma 8\n:label: p\nWrong.\n:::\n````",
         "<details><summary>What $x$ is</summary>\n\n> **As printed in S1, Lemma 8** (*fails*)\n>\n"
         "> Wrong.\n\n</details>"),
        (":::{printed} S1\n:verdict: not refuted\nIt is.\n:::",
         "> **As printed in S1** (*not refuted*)\n>\n> It is."),
        (":::{admonition} In this chapter\n:class: chapter-header\n**Time** {lqr-minutes}`05`\n:::",
         "> **In this chapter**\n>\n> **Time** 30 minutes"),
        (":::{predict} Is it?\n- [ ] no\n- [x] yes,\n  always\n\nAs {prf:ref}`ours-thm` says.\n:::",
         "**Predict.** Is it?\n\n- no\n- yes, always\n\n<details><summary>Answer</summary>\n\n"
         "**yes, always**\n\nAs Theorem 5.3 says.\n\n</details>"),
        ("```{exercise} Count ●●\n:label: ex-count\nCount to {glue:text}`count`.\n```",
         "### Exercise 5.2 (Count ●●)\n\nCount to 4."),
        ("```python\n:::{no} directive\n```", "```python\n:::{no} directive\n```"),
    ],
)  # fmt: skip
def test_each_construct_of_a_chapter_has_plain_words(text, plain):
    assert PLAIN(text) == plain


@pytest.mark.parametrize("text", ["{prf:unheard}`x`", ":::{unheard} x\ny\n:::"])
def test_what_has_no_plain_form_is_refused(text):
    with pytest.raises(ChapterProblem, match="unheard"):
        PLAIN(text)


def test_a_formula_in_a_quotation_stands_on_one_line_and_other_lines_keep_theirs():
    text = "Let\n\n$$\nx\n= 1\n$$\n\nand $a\n+ b$\nbe."
    assert quoted(text) == "> Let\n>\n> $$ x = 1 $$\n>\n> and $a + b$\n> be."


def test_the_title_of_a_fold_shows_no_signs_of_emphasis():
    assert folded("Proof of *all*", "x").startswith("<details><summary>Proof of all</summary>")


def test_directives_end_at_a_fence_of_their_own_kind_and_length():
    outer, after = blocks("::::{dropdown} A\n:::{printed} B\nb\n:::\n```\n```\n::::\nafter")
    assert isinstance(outer, Directive)
    assert outer.body == ":::{printed} B\nb\n:::\n```\n```"
    assert after == "after"


@pytest.mark.parametrize(
    ("address", "pages"),
    [
        ("", ""),
        ("https://gitlab.com/a/b", ""),
        ("https://github.com/Someone/lqr", "https://someone.github.io/lqr/"),
    ],
)
def test_pages_are_published_where_github_puts_them(address, pages):
    assert published(address) == pages
