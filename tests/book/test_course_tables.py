"""What the page for teachers reads from the chapters, in a small text and in the book itself."""

from pathlib import Path

import pytest
from taught import taught

from book import boxes, course_tables
from book.course_tables import Chapter

ROOT = Path(__file__).resolve().parents[2]
KINDS = {*course_tables.KINDS, "compute", "by hand"}
TEXT = r"""# A small *chapter*

:::{admonition} In this chapter
**Afterwards you can** (1) count
to three; (2) add, and say why.

**You need** {doc}`01_first`, {doc}`03_third` and {doc}`01_first`; patience.

**Time** {lqr-minutes}`07`; see {doc}`09_other`.
:::

## A picture

:::{predict} How many?
- [x] three
- [ ] four
:::

### Aside ★

One two three.

## Extra ★

:::{predict} Not asked in class
:::

## Exercises

```{exercise} ●● Count, with numpy
:label: ex-count
Write `three()`. (Goals 1 and 2.)
```

```{solution-start} ex-count
```

:::{exercise} Add ●
:label: ex-add
:class: wide

*Goal 2.* What is $1 + 1$?
:::
:::{exercise} ●●● Open
:label: ex-open
Show that it ends. (Goals 1, 2, and 3.)
:::
"""


@pytest.fixture
def chapter() -> Chapter:
    return Chapter("chapters/07_small", TEXT, 'x = 3\nanswer("ex-count", three)\n')


def test_goals_and_needs_are_those_of_the_header_box(chapter: Chapter) -> None:
    assert chapter.goals == {1: "count to three", 2: "add, and say why"}
    assert (chapter.number, chapter.title, chapter.needs) == (7, "A small chapter", [1, 3])


def test_an_exercise_has_title_marks_goals_kind_and_whether_it_is_checked(chapter: Chapter) -> None:
    count, add, open_one = chapter.exercises
    assert (count.title, count.marks, count.goals) == ("Count, with numpy", "●●", (1, 2))
    assert (count.kind, count.checked) == ("implement", True)
    assert (add.label, add.title, add.marks, add.goals) == ("ex-add", "Add", "●", (2,))
    assert (add.kind, add.checked) == ("by hand", False)
    assert (open_one.kind, open_one.goals) == ("research", (1, 2, 3))


def test_what_is_assigned_tests_every_goal_once_and_is_no_research(chapter: Chapter) -> None:
    assert [each.label for each in chapter.assigned()] == ["ex-count"]


def test_core_sections_have_no_star_and_are_no_end(chapter: Chapter) -> None:
    (section,) = chapter.core()
    assert (section.number, section.anchor) == ("7.1", "a-picture")
    assert "How many" in section.text and "One two three" not in section.text
    assert chapter.core("Extra") == [chapter.sections[1]]
    with pytest.raises(ValueError, match="no section 'Nothing'"):
        chapter.core("Nothing")


def test_the_minutes_of_a_plan_are_those_of_the_header_boxes_and_of_exercises(
    chapter: Chapter,
) -> None:
    inside, outside = chapter.minutes(chapter.core(), chapter.exercises[:2])
    story, proofs = boxes.counted(chapter.core()[0].text, 0)
    efforts = course_tables.EFFORT
    assert inside == pytest.approx(story + course_tables.PREDICTION + efforts["●●"])
    assert outside == pytest.approx(proofs + efforts["●"])


BOOK = pytest.mark.parametrize("chapter", taught(), ids=lambda each: each.page)


@BOOK
def test_every_goal_has_an_exercise_and_every_exercise_a_goal(chapter: Chapter) -> None:
    assert len(chapter.goals) >= 3 and list(chapter.goals) == [*range(1, len(chapter.goals) + 1)]
    untested = [number for number in chapter.goals if not chapter.testing(number)]
    aimless = [each.label for each in chapter.exercises if not each.goals]
    unknown = [each.label for each in chapter.exercises if {*each.goals} - {*chapter.goals}]
    assert (untested, aimless, unknown) == ([], [], [])


@BOOK
def test_every_exercise_of_a_chapter_is_found_with_marks_and_a_kind(chapter: Chapter) -> None:
    assert len(chapter.exercises) == chapter.text.count("{exercise}") >= 4
    assert all(each.marks in course_tables.EFFORT for each in chapter.exercises)
    assert all(each.kind in KINDS for each in chapter.exercises)


@BOOK
def test_a_chapter_needs_earlier_ones_only(chapter: Chapter) -> None:
    assert all(number < chapter.number for number in chapter.needs)
    assert chapter.needs or chapter.number == 1


def test_what_a_needed_chapter_needs_is_not_needed_directly() -> None:
    texts = {1: "", 2: "{doc}`01_a`", 3: "{doc}`01_a`, {doc}`02_b`", 4: "{doc}`01_a`, {doc}`03_c`"}
    found = {n: Chapter(f"chapters/0{n}_x", f"**You need** {t} **Time**") for n, t in texts.items()}
    assert course_tables.direct(found) == {1: [], 2: [1], 3: [2], 4: [3]}
