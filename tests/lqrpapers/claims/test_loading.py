"""A module of claims is loaded when one of its results is asked for, and carries what it should."""

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from lqrlib import systems
from lqrpapers.claims import CLAIMS, FORMS, check, registry
from lqrpapers.claims.registry import Sides, claim, part_of, taken_from
from lqrpapers.claims.statements import MODULES, STATEMENTS

LOADED = """
import sys
from lqrpapers.claims import CLAIMS, check
{asked}
print(*sorted(name for name in sys.modules if name.startswith("lqrpapers.claims.")))
"""
ALWAYS = {"checking", "registry", "statements", "theorems"}
ALWAYS |= {"statements_regulator", "statements_families"}

# Nothing to check: a definition, an algorithm.
NO_CLAIM = {"ours-def-stabilizing", "ours-def-advantage", "ours-alg-pairs", "s1-def-1"}
WRITTEN = [id for id in CLAIMS if id not in NO_CLAIM]


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


def test_reporting_loads_neither_verdicts_nor_rows():
    """The rules of the verdicts may change without a new run of the chapters."""
    found = loaded("from lqrpapers.claims import records, sentences")
    assert found == ALWAYS | {"records", "sentences"}


@pytest.mark.parametrize("id", WRITTEN)
def test_the_module_of_the_table_registers_the_result(id):
    module = import_module(f"lqrpapers.claims.{MODULES[id]}")
    functions = [inspect.unwrap(function) for function in CLAIMS[id].forms.values()]
    assert functions and {function.__module__ for function in functions} == {module.__name__}


def test_every_module_of_the_table_registers_only_what_the_table_says():
    assert MODULES.keys() == STATEMENTS.keys()
    for id in WRITTEN:
        import_module(f"lqrpapers.claims.{MODULES[id]}")
    found = {
        id_: {inspect.unwrap(function).__module__ for function in forms.values()}
        for id_, forms in registry._FORMS.items()
        if id_ in WRITTEN
    }
    assert found == {id_: {f"lqrpapers.claims.{MODULES[id_]}"} for id_ in WRITTEN}


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


def test_every_claim_has_an_id_of_the_book_and_a_function_with_words():
    rows = yaml.safe_load((Path(__file__).parents[3] / "chapters" / "claims.yml").read_text())
    known = {row["id"]: row["title" if row["number"] == "this book" else "number"] for row in rows}
    assert CLAIMS.keys() <= known.keys()
    for id, each in CLAIMS.items():
        assert each.id == id and each.number == known[id], id
        assert each.statement.endswith(".")
        if id in NO_CLAIM:
            continue
        assert each.forms and set(each.forms) <= set(FORMS)
        assert all(function.__doc__ for function in each.forms.values())


@pytest.fixture
def registered(monkeypatch):
    """Return a function that forgets what is registered for an id, until the test ends."""
    return lambda id: monkeypatch.setitem(registry._FORMS, id, {})


def test_a_statement_of_this_book_can_be_taken_from_the_result_it_improves(registered):
    import_module("lqrpapers.claims.smoothness")
    registered("ours-smoothness")
    taken_from("ours-smoothness", "s1-lemma-5", part="gain")
    case = systems.double_integrator(), [[0.4, 0.8]]
    [ours] = check("ours-smoothness", *case)
    assert (ours.id, ours.form, ours.part) == ("ours-smoothness", "printed", "gain")
    assert ours.lhs == check("s1-lemma-5", *case, form="sharp", part="gain")[0].lhs
    registered("ours-smoothness")
    taken_from("ours-smoothness", "s1-lemma-5", form="corrected")
    assert len(check("ours-smoothness", *case)) == 3


def test_a_role_reaches_the_check_and_a_form_without_constants_is_told_its_name(registered):
    import_module("lqrpapers.claims.domination")
    registered("s1-lemma-7")

    @claim("s1-lemma-7", form=("partial", "sharp"))
    def sides(form, constants):
        yield Sides(form, 1.0, 2.0, role="guard")
        yield Sides("constants", float(constants is not None), 1.0)

    [guard, none] = check("s1-lemma-7", form="partial")
    assert (guard.part, guard.role, none.role) == ("partial", "guard", "carrier")
    assert (none.lhs, check("s1-lemma-7", form="sharp")["constants"].lhs) == (0, 1)
