"""Importing and installing lqrlib: quick, without plotting, with type hints."""

import doctest
import importlib
import inspect
import operator
import os
import pkgutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import lqrlib
import lqrpapers

ROOT = Path(__file__).resolve().parents[2]


def python(code):
    """Standard output of a fresh interpreter that runs `code` from the repository's root."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


def imported_by(code):
    return set(python(f"import sys; {code}; print(*sys.modules)").split())


def test_import_brings_in_nothing_but_numpy_and_scipy():
    added = imported_by("import lqrlib") - imported_by("import numpy, scipy")
    foreign = {name.partition(".")[0] for name in added}
    foreign -= {"lqrlib", "numpy", "scipy"} | sys.stdlib_module_names
    # shared state of extension modules that numpy and scipy were compiled with
    foreign = {name for name in foreign if not name.startswith("_cython_")}
    assert not foreign


def test_gluing_a_number_needs_no_myst_nb():
    """Colab and Binder have none."""
    assert "myst_nb" not in imported_by("from lqrpapers import notebook; notebook.glue(a=1.0)")


def test_import_leaves_the_slow_parts_of_scipy_for_their_first_use():
    """scipy.sparse.linalg and scipy.special cost several times what all of lqrlib does."""
    added = imported_by("import lqrlib") - imported_by("import numpy, scipy")
    assert not {name for name in added if name.startswith("scipy.") and name.count(".") == 1} & {
        "scipy.linalg",
        "scipy.sparse",
        "scipy.special",
        "scipy.optimize",
        "scipy.stats",
    }


def test_import_loads_nothing_of_the_papers():
    assert not {name for name in imported_by("import lqrlib") if name.startswith("lqrpapers")}


def test_every_public_name_exists_and_is_listed_once():
    names = python(
        "import lqrlib; [getattr(lqrlib, n) for n in lqrlib.__all__]; print(*lqrlib.__all__)"
    ).split()
    assert len(set(names)) == len(names)


def test_every_module_is_a_name_of_the_package():
    """So that no new module is forgotten, and `lqrlib.tasks` works where `lqrlib.maml` does."""
    for module in pkgutil.iter_modules(lqrlib.__path__):
        assert inspect.ismodule(getattr(lqrlib, module.name)), module.name


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("LQR", "A B Q R Sigma0 state_noise input_noise"),
        ("evaluate", "problem K"),
        ("cost", "problem K"),
        ("gradient", "problem K"),
        ("hessian", "problem K X"),
        ("hessian_matrix", "problem K"),
        ("mean_square_radius", "problem K"),
        ("is_stabilizing", "problem K"),
        ("optimal_gain", "problem"),
        ("directions.gradient", "problem"),
        ("directions.natural_gradient", "problem"),
        ("directions.gauss_newton", "problem"),
        ("directions.zeroth_order", "oracle radius samples rng points"),
        ("oracles.exact_cost", "problem"),
        ("oracles.finite_horizon_cost", "problem horizon x0"),
    ],
)
def test_the_names_and_arguments_that_chapters_rely_on(name, arguments):
    found = operator.attrgetter(name)(lqrlib)
    assert list(inspect.signature(found).parameters) == arguments.split()


def test_descend_takes_its_four_arguments_in_order_and_the_rest_by_name():
    parameters = inspect.signature(lqrlib.descend).parameters.values()
    by_place = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert by_place == ["direction", "K0", "step_size", "iterations"]
    assert "cost" in [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]


MODULES = [
    name
    for package in (lqrlib, lqrpapers)
    for name in (
        package.__name__,
        *(m.name for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")),
    )
    if not name.startswith("lqrpapers.figures")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_are_true(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert not failed


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel that `pip install .` builds, made with what is installed already."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    [path] = folder.glob("*.whl")
    return path


def test_the_wheel_carries_every_module_and_the_type_marker_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    sources = {
        path.relative_to(ROOT).as_posix()
        for name in ("lqrlib", "lqrpapers")
        for path in (ROOT / name).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert "lqrlib/py.typed" in packed
    assert packed == sources


def test_the_wheel_installs_and_runs_away_from_the_repository(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import lqrlib;"
        f"assert lqrlib.__file__.startswith({str(tmp_path)!r});"
        "print(lqrlib.is_stabilizing(*(lambda p: (p, lqrlib.optimal_gain(p)))"
        "(lqrlib.systems.double_integrator())))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "True"


def test_the_wheel_names_the_two_run_time_dependencies(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [n for n in archive.namelist() if n.endswith("METADATA")]
        lines = archive.read(name).decode().splitlines()
    needed = [line.partition(":")[2].strip() for line in lines if line.startswith("Requires-Dist")]
    always = {text.partition(">")[0] for text in needed if "extra ==" not in text}
    assert always == {"numpy", "scipy"}
