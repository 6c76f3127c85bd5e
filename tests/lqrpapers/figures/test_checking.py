"""Checks of a figure's data name the argument, what was expected and what was given."""

import importlib
import pkgutil

import numpy as np
import pytest

from lqrpapers import figures
from lqrpapers.figures.checking import positive, same_names, shaped
from lqrpapers.figures.looks import METHODS, SERIES, Look, by_name, in_order


def test_an_array_of_the_right_shape_is_returned_as_floats():
    assert shaped("a", [[1, 2, 3]], 1, "samples").dtype == np.float64


@pytest.mark.parametrize(
    ("values", "shape", "message"),
    [
        (np.ones(2), (3,), r"a: expected shape \(3,\), got \(2,\)"),
        (np.ones((2, 3)), (3, "samples"), r"a: expected shape \(3, samples\), got \(2, 3\)"),
        (np.ones((3, 0)), (3, "samples"), r"a: expected shape \(3, samples\), got \(3, 0\)"),
        (np.ones(3), (3, "samples"), r"a: expected shape \(3, samples\), got \(3,\)"),
    ],
)
def test_another_shape_is_refused(values, shape, message):
    with pytest.raises(ValueError, match=message):
        shaped("a", values, *shape)


def test_names_must_agree_in_order():
    same_names("promised", {"a": 1, "b": 2}, ["a", "b"])
    with pytest.raises(ValueError, match=r"promised: expected the names \['a', 'b'\], got \['b'"):
        same_names("promised", ["b", "a"], ["a", "b"])


def test_logarithms_want_positive_numbers():
    with pytest.raises(ValueError, match="gaps: expected positive numbers"):
        positive("gaps", [1.0, 0.0])


def test_looks_go_by_name_or_by_place():
    assert by_name({"gauss_newton": 1}) == [(METHODS["gauss_newton"], 1)]
    with pytest.raises(ValueError, match="expected methods among gradient, .* got \\['newton'\\]"):
        by_name({"newton": 1})
    with pytest.raises(ValueError, match="expected methods among"):
        by_name({})
    assert in_order(SERIES, {"one": 1, "two": 2})[1] == (SERIES[1]._replace(label="two"), 2)
    with pytest.raises(ValueError, match=r"expected at most 1 curves, got \['one', 'two'\]"):
        in_order(SERIES[:1], {"one": 1, "two": 2})


def test_no_two_kinds_look_alike():
    methods = [(look.color, look.marker) for look in METHODS.values()]
    assert len(set(methods)) == len(methods)
    assert len({look.color for look in SERIES}) == len({look.marker for look in SERIES}) == 5
    assert not {look.color for look in SERIES} & {look.color for look in METHODS.values()}
    assert not {look.marker for look in SERIES} & {look.marker for look in METHODS.values()}


def looks_of(value):
    if isinstance(value, Look):
        yield value
    elif isinstance(value, dict | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from looks_of(each)


@pytest.mark.parametrize("module", [m.name for m in pkgutil.iter_modules(figures.__path__)])
def test_only_methods_look_like_methods(module):
    """A pair of colour and marker means a method, under whatever label a chapter needs."""
    methods = {(look.color, look.marker): name for name, look in METHODS.items()}
    meant = {
        "gradient": {"gradient"},
        "natural_gradient": {"natural gradient"},
        "gauss_newton": {"Gauss–Newton", "policy iteration"},
        "zeroth_order": {"zeroth-order", "one point"},
        "maml": {"MAML", "learned by S1 Algorithm 3", "Hessian operator", "measured", "both"},
        "optimum": {"optimum", "optimum $K^*$"},
    }
    meant["maml"] |= {"true operator", "MAML $K^*_{ML}$"}
    every = vars(importlib.import_module(f"lqrpapers.figures.{module}")).values()
    for look in (look for value in every for look in looks_of(value)):
        if (name := methods.get(look[:2])) is not None:
            assert look.label in meant[name], look
