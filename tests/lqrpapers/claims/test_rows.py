"""Rows of claims.yml against the records: faults are named, and results make a table."""

import csv
import io
import json

import pytest

from lqrpapers.claims.records import Record
from lqrpapers.claims.rows import Result, as_csv, digits, parsed, problems, results, table

ROW = {"id": "s2-lemma-3.2", "paper": "S2", "kind": "result", "number": "Lemma 3.2"}
ROW |= {"title": "Gradient domination", "chapter": "03_three", "expected": "holds"}
OURS = {**ROW, "id": "ours-descent", "paper": "ours", "number": "this book"}


def record(form="printed", tightest=0.5, violated=0, **more):
    told = {"id": ROW["id"], "part": "", "role": "carrier", "sample": "ensemble", "checked": 10}
    told |= {"median": 0.1, "assumption": "", "anchor": "verdict-1"}
    return Record(**told | {"form": form, "tightest": tightest, "violated": violated} | more)


def test_rows_are_read_in_their_order_and_run_may_be_left_out():
    found = parsed([ROW | {"run": "three steps"}, OURS])
    assert list(found) == [ROW["id"], "ours-descent"]
    assert [claim.run for claim in found.values()] == ["three steps", ""]
    assert found["ours-descent"].number == "this book"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("text", "list of rows"),
        ([{"id": "e1"}], "a row needs id, paper, kind, number, title, chapter, expected, and may"),
        ([ROW | {"more": 1}], "a row needs"),
        ([{k: v for k, v in ROW.items() if k != "kind"}], "a row needs"),
        ([ROW, ROW], "stands there twice"),
        ([ROW | {"paper": "S3"}], "'S3' is not one of"),
        ([ROW | {"kind": "rumour"}], "'rumour' is not one of"),
        ([ROW | {"expected": "hoped"}], "'hoped' is not one of"),
        ([ROW | {"expected": "confirmed"}], "'confirmed' is not one of"),
        ([ROW | {"expected": "unrefuted"}], "unrefuted needs a sentence that says what was run"),
        ([ROW | {"expected": "restated"}], "restated needs a sentence that says what was run"),
    ],
)
def test_a_fault_in_the_rows_is_one_line(given, told):
    with pytest.raises(ValueError, match=told) as caught:
        parsed(given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("verdict", ["unrefuted", "restated"])
def test_a_weaker_verdict_is_accepted_with_what_was_run(verdict):
    assert parsed([ROW | {"expected": verdict, "run": "one step"}])


HOLDS = ("03_three", record())


def problem_lines(row=ROW, evaluations=(HOLDS,), labels=()):
    return problems(parsed([row]), list(evaluations), dict(labels))


def test_a_chapter_that_keeps_its_word_has_no_problem():
    assert problem_lines() == []
    planned = OURS | {"expected": "planned"}
    assert problem_lines(planned, (), {"ours-descent": "03_three", "s1-lemma-7": "03_three"}) == []


def test_what_another_chapter_only_records_changes_nothing():
    recorded = "15_other", record(violated=10, role="record")
    assert problem_lines(evaluations=(HOLDS, recorded)) == []


@pytest.mark.parametrize(
    ("evaluation", "told"),
    [
        (("04_four", record()), "s2-lemma-3.2: checked in 04_four, but its row says 03_three"),
        (("03_three", record(id="s9")), "s9: checked in 03_three, but it has no row"),
        (("03_three", record(violated=1)), "expected is holds, the executed chapter says fails"),
        (("03_three", record("partial")), "the executed chapter says unrefuted (03_three)"),
        (
            ("03_three", record("dropped", assumption="full rank")),
            "s2-lemma-3.2: 03_three drops the assumption 'full rank', but nothing is violated",
        ),
    ],
)
def test_a_disagreement_of_chapter_and_row_is_named(evaluation, told):
    assert [line for line in problem_lines(evaluations=[evaluation]) if told in line]


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({"ours-x": "05_five"}, "ours-x: stands in 05_five, but has no row"),
        ({}, "ours-descent: has a row, but stands in no chapter"),
        ({"ours-descent": "05_five"}, "stands in 05_five, but its row says 03_three"),
    ],
)
def test_a_statement_of_this_book_and_its_row_need_each_other(labels, told):
    lines = problem_lines(OURS | {"expected": "planned"}, (), labels)
    assert [line for line in lines if told in line]


RECORDS = (
    record(tightest=0.3, part="decrease", median=0.02),
    record(tightest=0.2, part="other"),
    record(tightest=0.99, role="guard", part="stability", anchor="verdict-0"),
    record(tightest=0.98, sample="example"),
    record(tightest=9.0, role="record", violated=10),
    record("sharp", tightest=0.8, checked=4),
    record("dropped", tightest=7.0, violated=3),
)


CLAIM = parsed([ROW])[ROW["id"]]


def test_a_line_has_the_cases_that_count_and_the_tightest_carrier_of_a_form_and_a_sample():
    lines = Result(CLAIM, RECORDS).lines
    counts = [(line.form, line.sample, line.violated, line.checked) for line in lines]
    assert counts == [
        ("printed", "ensemble", 0, 20),  # two calls of ten; the parts of one share its cases
        ("printed", "example", 0, 10),
        ("sharp", "ensemble", 0, 4),
    ]
    ratios = [line.worst and (line.worst.part, line.worst.tightest) for line in lines]
    assert ratios == [("decrease", 0.3), ("", 0.98), ("", 0.8)]
    assert Result(CLAIM, RECORDS[-1:]).lines == []
    assert Result(CLAIM, RECORDS[2:3]).lines[0].worst is None, "a guard is not what is tight"


def test_a_dropped_assumption_is_told_with_what_fails_most():
    given = [record("dropped", assumption=each, violated=v) for each, v in [("a", 1), ("b", 2)]]
    given.append(record("dropped", assumption="a", violated=9))
    assert Result(CLAIM, tuple(given)).dropped == {"a": (9, 10), "b": (2, 10)}


def test_the_functions_of_a_result_are_those_of_the_forms_that_were_run():
    place = "lqrpapers.claims.domination"
    assert Result(CLAIM, RECORDS[:1]).functions == [f"{place}.gradient_domination"]
    assert Result(CLAIM, ()).functions == Result(CLAIM, RECORDS[-1:]).functions == []
    unknown = parsed([ROW | {"id": "s9"}])["s9"]
    assert Result(unknown, (record(id="s9"),)).functions == []
    both = parsed([ROW | {"id": "s1-rem-3"}])["s1-rem-3"]
    given = (record("sharp", id="s1-rem-3"), record(id="s1-rem-3"))
    first, second = Result(both, given).functions
    assert first.endswith(".inner_step_stays") and second.startswith("lqrpapers.claims.maml.")


def test_the_link_of_a_result_leads_to_a_carrier():
    page = "chapters/03_three.html#"
    assert Result(CLAIM, RECORDS[2:3] + RECORDS[:2]).cell == f"{page}verdict-1"
    assert Result(CLAIM, RECORDS[2:3]).cell == f"{page}verdict-0"
    assert Result(CLAIM, ()).cell == ""


@pytest.mark.parametrize(
    ("ratio", "told"),
    [
        (1.0, "1"),
        (0.34152, "0.342"),
        (0.99963, "0.9996"),
        (1.00004, "1"),
        (1.0004, "1.0004"),
        (2e-9, "2e-09"),
    ],
)
def test_a_ratio_has_the_digits_that_tell_it_from_1(ratio, told):
    assert digits(ratio) == told


def test_results_belong_to_their_rows():
    found = results(parsed([ROW, OURS]).values(), [record(), record(id="ours-descent", checked=3)])
    assert [[each.checked for each in result.records] for result in found] == [[10], [3]]


def test_the_table_is_plain_json_and_csv_with_each_line_of_a_result():
    infinite = record("sharp", tightest=float("inf"))
    given = table(results(parsed([ROW, OURS]).values(), [*RECORDS, infinite]))
    assert json.loads(json.dumps(given, allow_nan=False)) == given
    assert (given[0]["verdict"], given[0]["words"]) == ("holds", "holds")
    assert given[0]["statement"].startswith("The optimality gap")
    assert given[0]["dropped"] == [{"assumption": "", "violated": 3, "checked": 10}]
    lines = list(csv.DictReader(io.StringIO(as_csv(given))))
    assert [(line["id"], line["form"], line["sample"]) for line in lines] == [
        ("s2-lemma-3.2", "printed", "ensemble"),
        ("s2-lemma-3.2", "printed", "example"),
        ("s2-lemma-3.2", "sharp", "ensemble"),
        ("ours-descent", "", ""),
    ]
    told = {"part": "decrease", "tightest": "0.3", "median": "0.02"}
    told |= {"violated": "0", "checked": "20"}
    assert {name: lines[0][name] for name in told} == told
    assert lines[2]["tightest"] == "inf" and lines[3]["verdict"] == "planned"


@pytest.mark.parametrize(
    ("row", "group"),
    [
        (ROW, "S2"),
        (OURS, "book"),
        (OURS | {"kind": "finding", "expected": "planned"}, "errata"),
        (OURS | {"kind": "observation", "expected": "planned"}, "errata"),
    ],
)
def test_a_row_belongs_to_a_paper_the_errata_or_the_book(row, group):
    assert parsed([row])[row["id"]].group == group
