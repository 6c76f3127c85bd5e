"""A module of claims is loaded when one of its results is asked for, and carries what it should."""

import inspect
import subprocess
import sys
from importlib import import_module

import pytest

from lqrpapers.claims import CLAIMS, registry
from lqrpapers.claims.registry import claim, part_of
from lqrpapers.claims.statements import MODULES, STATEMENTS

LOADED = """
import sys
from lqrpapers.claims import CLAIMS, check
{asked}
print(*sorted(name for name in sys.modules if name.startswith("lqrpapers.claims.")))
"""
ALWAYS = {"checking", "registry", "statements", "theorems"}


def loaded(asked=""):
    code = LOADED.format(asked=asked)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.rpartition(".")[2] for name in run.stdout.split()}


def test_no_claim_is_loaded_before_it_is_asked_for():
    assert loaded() == ALWAYS
    assert loaded('CLAIMS["s2-app-a"].statement') == ALWAYS


def test_one_result_loads_its_module_and_what_that_imports():
    assert loaded('CLAIMS["s2-lemma-3.2"].forms') == ALWAYS | {"domination"}
    assert loaded('check("s2-app-a", 0, count=2)') == ALWAYS | {"inequalities", "bernstein"}


@pytest.mark.parametrize("id", CLAIMS)
def test_the_module_of_the_table_registers_the_result(id):
    module = import_module(f"lqrpapers.claims.{MODULES[id]}")
    functions = [inspect.unwrap(function) for function in CLAIMS[id].forms.values()]
    assert functions and {function.__module__ for function in functions} == {module.__name__}


def test_every_module_of_the_table_registers_only_what_the_table_says():
    assert MODULES.keys() == STATEMENTS.keys()
    for module in set(MODULES.values()):
        import_module(f"lqrpapers.claims.{module}")
    found = {
        id_: {inspect.unwrap(function).__module__ for function in forms.values()}
        for id_, forms in registry._FORMS.items()
    }
    assert found == {id_: {f"lqrpapers.claims.{module}"} for id_, module in MODULES.items()}


def test_a_signature_shows_what_check_takes_and_not_what_is_given():
    for id, forms in (("s2-thm-3.5", ("printed", "dropped")), ("s1-thm-12", ("corrected",))):
        for form in forms:
            takes = inspect.signature(CLAIMS[id].forms[form]).parameters
            assert "iterations" in takes and not {"method", "bound", "form"} & set(takes)
    assert list(inspect.signature(CLAIMS["e1"].forms["corrected"]).parameters) == ["problem", "K"]


def test_a_result_is_registered_once_and_under_a_known_id():
    assert "printed" in CLAIMS["e1"].forms
    with pytest.raises(ValueError, match="e1: printed form registered twice"):
        part_of("e1", "s1-lemma-5", "gradient", "printed")
    with pytest.raises(KeyError, match="s9"):
        claim("s9")(lambda: ())
