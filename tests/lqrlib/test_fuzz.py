"""A short run of what `make fuzz` does at length, and that it forgets no public function."""

import inspect

import pytest

from tests.fuzz import arguments, numbers, verdicts


@pytest.mark.parametrize("fuzzer, cases", [(numbers, 250), (verdicts, 150), (arguments, 800)])
def test_a_short_run_finds_nothing(fuzzer, cases):
    found = fuzzer.run(cases, 0)
    assert not found.wrong, "\n".join(found.wrong[:10])
    assert sum(found.counts.values()) > cases / 2


def test_every_argument_of_every_public_function_is_spoilt_now_and_then():
    for name, function in arguments.public_functions():
        known = set(arguments.good_arguments(name, function))
        assert known == set(inspect.signature(function).parameters), name
