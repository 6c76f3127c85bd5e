"""Claims about model-based MAML: what must hold, and what must fail."""

import numpy as np
import pytest

import lqrlib
from lqrlib import maml, systems
from lqrpapers.claims import check, maml_theorems, runs
from lqrpapers.constants import meta
from lqrpapers.studies.admission import admitted_factor
from lqrpapers.studies.ensembles import tasks_around
from lqrpapers.studies.families import scaled
from lqrpapers.studies.stationary import stationary_gain
from lqrpapers.studies.task_families import spectral_family


@pytest.fixture(scope="module", params=[0, 2])
def families(request):
    noise = {"state_noise_terms": request.param, "input_noise_terms": request.param}
    many = systems.random_ensemble(20, 2, 2, 1, radius=(0.2, 0.9), spread=2.0, **noise)
    K0 = systems.random_stabilizing_gains(many, 2, fraction=(0.1, 0.5))
    return tasks_around(many, 3, 1e-3, 3), K0


def near(families, form):
    family, K0 = families
    factor = 0.99 * admitted_factor(family, K0, form)
    return scaled(family, factor), K0


@pytest.mark.parametrize("fraction", [1, 0.1, 1e-3])
def test_our_own_statements_hold_for_all_steps(families, fraction):
    family, K0 = families
    found = check("s1-rem-3", family, K0, form="sharp")
    found += check("ours-inner-step", family, K0, fraction=fraction)
    found += check("ours-meta-descent", *near(families, "sharp"), fraction=fraction)
    inner = meta.sharp_steps(meta.suprema(family, K0, "sharp")).inner
    K_ML = stationary_gain(family, lqrlib.optimal_gain(family[:, 0]), inner)
    found += check("ours-meta-descent", family, K0, K_ML)
    assert [c.part for c in found if c.violated] == []
    assert all((c.ratio >= 0).all() for c in found)  # a share of what is allowed
    steps = check("ours-meta-descent", *near(families, "sharp"), iterations=2)
    assert steps["decrease in a step"].lhs.shape == (2, 20, 3)
    assert steps["gap after t steps"].lhs.shape == (1, 20, 3)


def test_the_bias_of_7_with_24_is_nearly_attained_by_a_memoryless_task():
    """x+ = b u, R = 1, K = 0 optimal: gap / ||grad||^2 is 1 / (4 mu^2 r) but for b^2."""
    task = lqrlib.LQR([[[0.0]]], [[[1e-3]]], [[[1.0]]], [[[1.0]]])[None]
    [seven] = check("ours-seven", task, [[1e-4]], [[1e-4]])
    assert 1 - 1e-5 < seven.tightest <= 1 and not seven.violated


def test_the_gain_that_jumps_onto_the_optimum():
    memoryless = lqrlib.LQR([[[0.0]]], [[[1.0]]], [[[1.0]]], [[[1.0]]])
    found = check("ours-far-minimiser", memoryless, np.geomspace(1e-8, 0.2499, 20))
    assert not any(c.violated for c in found)
    assert lqrlib.cost(memoryless[0], [[0.5]]) == pytest.approx(1 / np.sqrt(9 / 64) - 1)  # 5/3


@pytest.mark.parametrize("families", [0], indirect=True, ids=["no noise"])  # as S1 has none
def test_printed_and_corrected_forms_hold_for_near_tasks(families):
    for part, form in (("partial", "printed"), ("corrected", "corrected")):
        for fraction in (1, 0.1):
            found = check("s1-thm-10", *near(families, form), form=part, fraction=fraction)
            found += check("s1-thm-12", *near(families, form), form=form, fraction=fraction)
            assert sum(c.violated for c in found) == 0


def test_a_step_that_overshoots_is_found_out(families):
    """The check of invariance counts a rise of one cost: reverse the steps."""
    family, K0 = near(families, "sharp")
    over = meta.suprema(family, K0, "sharp")
    backwards = meta.Steps(meta.sharp_steps(over).inner, -meta.sharp_steps(over).outer)
    taken = maml_theorems.ideal_run(family, K0, backwards, 2)
    sides = list(runs.stays(family, taken, backwards, every_task=False))
    assert (sides[0].lhs > sides[0].rhs).all()


def test_distant_tasks_are_refused_or_leave():
    opposed = lqrlib.LQR([[[0.0]], [[0.5]]], [[1.0]], [[1.0]], [[1.0]])[None]
    between = np.array([[0.125]])
    for id, form in (
        ("s1-thm-10", "partial"),
        ("s1-thm-10", "corrected"),
        ("ours-meta-descent", "printed"),
    ):
        with pytest.raises(ValueError, match="tasks: expected"):
            check(id, opposed, between, form=form)
    [dropped] = check("s1-thm-10", opposed, between, form="dropped")
    assert dropped.violated and dropped.assumption


@pytest.mark.parametrize("step", [1e-6, 1e-3, 1e-1])
def test_remark_3_fails_between_two_optima_at_every_step(step):
    opposed = lqrlib.LQR([[[0.0]], [[0.5]]], [[1.0]], [[1.0]], [[1.0]])[None]
    stabilizes, stays = check("s1-rem-3", opposed, [[0.125]], [step])
    assert not stabilizes.violated
    assert stays.violated == 2  # each inner step raises the other task's cost
    [own] = check("s1-rem-3", opposed, [[0.125]], form="corrected")
    assert not own.violated
    [leaves] = check("ours-inner-step", opposed, [[0.125]], fraction=[step], apart=True)
    assert not leaves.violated


def test_second_minimiser_breaks_7():
    memoryless = lqrlib.LQR([[[0.0]]], [[[1.0]]], [[[1.0]]], [[[1.0]]])[None]
    half = np.array([[0.5]])
    eta = meta.printed_steps(meta.suprema(memoryless, half)).inner
    other = np.sqrt(1 - 2 * np.sqrt(eta))[:, None, None]
    assert maml.cost(memoryless, other, eta) == pytest.approx([1.0])
    assert lqrlib.cost(memoryless[0], other[0]) == pytest.approx(1 / np.sqrt(eta) - 1)
    _, published, extended = check("s1-thm-12", memoryless, half, other)
    assert published.part == "(7), K*_ML outside S_ML"
    assert published.violated and extended.violated
    with pytest.raises(ValueError, match="minimiser: expected one in S_ML"):
        check("s1-thm-12", memoryless, half, other, form="corrected")
    for form in ("printed", "corrected"):
        _, published, extended = check("s1-thm-12", memoryless, half, [[[0.0]]], form=form)
        assert published.part == "(7), K*_ML in S_ML"
        assert not published.violated and not extended.violated


def test_step_of_algorithm_1():
    family = spectral_family(systems.boeing(), 3, 1e-3, 0)[None]
    K = lqrlib.optimal_gain(systems.boeing()) * 1.05
    [printed] = check("s1-alg-1", family, K, [1e-5])
    [exact] = check("s1-alg-1", family, K, [1e-5], form="corrected")
    [none] = check("s1-alg-1", family, K, [1e-5], form="dropped")
    assert printed.violated and none.violated and not exact.violated


def test_e10_at_published_and_at_shorter_steps():
    nominal, start = lqrlib.LQR.stack([systems.boeing()]), systems.boeing_start()
    [_, *left] = check("e10", nominal, start, 8e-6, 8e-6, 20)
    assert all(c.violated == c.checked == 1 for c in left)  # a family is one case
    held = check("e10", nominal, start, 5e-7, 8e-6, 20, form="corrected")
    assert not any(c.violated for c in held)
    with pytest.raises(ValueError, match="inner: expected inner steps below"):
        check("e10", nominal, start, 8e-6, 8e-6, form="corrected")


def test_e10_leaves_families_out_that_cannot_begin():
    """At eta_l = 1e-4 the first inner step leaves the stabilizing set for the second family."""
    nominal, start = systems.boeing(), systems.boeing_start()
    two = lqrlib.LQR.stack([nominal, nominal.replace(Q=100 * np.eye(4))])[:, None]
    begin, way, end = check("e10", two, start, 8e-6, 8e-6, 3)
    assert (begin.role, begin.checked, begin.violated) == ("record", 2, 1)
    assert way.checked == end.checked == 1
