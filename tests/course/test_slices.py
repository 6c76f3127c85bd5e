"""The tests of checks run the statements that an answer needs: the right ones, and not all."""

import pytest
from slices import needed, used


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("for step in steps:\n    low = step\n    print(low, high)", "steps print high"),
        ("K, gaps[method] = start, []", "start gaps method"),
        ("x = x + 1", "x"),
        ("x += y", "x y"),
        ("[a + b for a in c]", "b c"),
        ("def f(x):\n    local = x\n    return local + other", "other"),
        ("many = sorted(many, key=lambda each: each + least)", "sorted many least"),
        ("if quick:\n    n = n // 4", "quick n"),
    ],
)
def test_names_that_a_statement_takes_from_outside(source, names):
    assert used(source) == {*names.split()}


def test_what_an_answer_needs_is_found_through_changes_of_what_it_uses():
    sources = """import numpy as np|n = 1|n = 2|unused = n|x = []|x.append(n)|y = {}|y[0] = x
rng = np.random.default_rng(n)|rng.normal()|show(y)|for i in y:\n    z = i, rng|answer(z)"""
    parts = sources.replace("x\nrng", "x|rng").split("|")
    kept = [parts[at] for at in needed(parts, {len(parts) - 1})]
    assert [each for each in parts if each not in kept] == ["n = 1", "unused = n", "show(y)"]
