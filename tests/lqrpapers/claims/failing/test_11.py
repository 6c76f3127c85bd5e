"""A case that must fail for each inequality of chapter 11."""

from __future__ import annotations

from typing import Any

import numpy as np
from cases import Cases, instead, scalars, times

from lqrlib import maml, systems
from lqrpapers.claims import wrong_steps
from lqrpapers.constants import meta, printed, sharp
from lqrpapers.recorded import s1
from lqrpapers.studies import ensembles
from lqrpapers.studies.admission import scaled_to_limit
from lqrpapers.studies.ensembles import random_cases
from lqrpapers.studies.training import PerfectSampling

CASES = Cases()
case = CASES.add

# --- Algorithm 3, Theorems 11 and 13 -------------------------------------------------------------
FAMILIES, K0 = ensembles.random_families(6, 2, np.random.default_rng([1, 2, 0]))
DRAWN = *ensembles.normalised_families(4, 3, np.random.default_rng(3)), 0.3, 5
MEAN = "mean of the estimates, in standard errors"
longer = instead(maml, "gradient", times(1.2))
without_factors = instead(PerfectSampling, "_factors", lambda f, *given: np.ones_like(f(*given)))
case("s1-alg-3", MEAN, *DRAWN, groups=16)  # the printed estimate does not tend to the Hessian
case("s1-alg-3", MEAN, *DRAWN, wrong=longer, form="corrected", groups=16)
case("s1-alg-3", MEAN, *DRAWN, wrong=without_factors, form="sharp", groups=16)

uphill = instead(PerfectSampling, "__call__", times(-1.0))
TASKS = scaled_to_limit(FAMILIES, K0, "printed", 0.9)
IN_THE_SETS = ["iterates in S_ML", "adapted gains in S_ML"]
case("s1-thm-11", IN_THE_SETS, TASKS, K0, wrong=uphill, form="partial")
EQUAL = FAMILIES[:, [0, 0]]  # two equal tasks: no bias, and the start is no minimiser
for form in ("printed", "corrected"):
    case("s1-thm-13", "(8), decrease in a step", TASKS, K0, wrong=uphill, form=form)
    case("s1-thm-13", "(7), K*_ML in S_ML", EQUAL, K0, K0, form=form)

# The far minimiser of a memoryless task.
task, half = scalars([0.0]), [[0.5]]
inner = meta.printed_steps(meta.suprema(task, half), model_free=True).inner
far = np.reshape(np.sqrt(1 - 2 * np.sqrt(inner)), (1, 1))
case("s1-thm-13", "(7), K*_ML outside S_ML", task, half, far)

# --- our statements of chapter 11 ----------------------------------------------------------------
WRONG_STEP, MODEL_FREE = "ours-lemma-wrong-step", "ours-thm-model-free-maml"
STEPS = ["the steps stay in the set", "decrease from the boundary", "rise inside the set"]
smaller = instead(sharp, "hessian_bound", times(0.01))
case(WRONG_STEP, STEPS, *random_cases(12, 2, 2, [1, 2, 0], 0), 3, wrong=smaller)
larger = instead(printed, "gradient_domination", times(10.0))
case(WRONG_STEP, "w is at most 1", *random_cases(12, 1, 1, [1, 1, 0], 0), 3, wrong=larger)


def backwards(true: Any, *given: Any) -> Any:
    """The estimates err by more than is allowed: both steps go far the other way."""
    estimates = true(*given)
    return lambda gain: tuple(-10 * each for each in estimates(gain))


IN_THE_SET = ["iterates in S_ML", "adapted gains in S_i", "gap after t steps", "decrease in a step"]
NEAR = scaled_to_limit(FAMILIES, K0, "sharp", 0.5)
wrong = instead(wrong_steps, "wrong_estimates", backwards)
case(MODEL_FREE, IN_THE_SET, NEAR, K0, 3, wrong=wrong)


# --- Figure 1, left and middle, E7, E8 -----------------------------------------------------------


def like(run: s1.Training, shift: float = 1.0) -> Any:
    """Gaps (T + 1, 12) spread around a record, or around a multiple of it."""
    noise = np.random.default_rng(0).standard_normal(12)
    counted = np.arange(int(run.iterations[-1]) + 1)
    curve = np.exp(np.interp(counted, run.iterations, np.log(run.gaps)))
    return shift * curve[:, None] * np.exp(0.05 * noise)


LEFT, MIDDLE = "s1-fig-1-left", "s1-fig-1-middle"
PUBLISHED = [like(run) for run in s1.FIGURE_1_MIDDLE]
OTHERS = [like(run, 1.5) for run in s1.FIGURE_1_MIDDLE]
ALIKE = [PUBLISHED[0]] * 3  # at one step the levels do not differ
case(LEFT, "closely converges", like(s1.FIGURE_1_LEFT)[:60])
other = like(s1.FIGURE_1_LEFT, 1.5)
case(LEFT, "recorded trace within 4 standard deviations", other)
case(MIDDLE, "recorded traces within 4 standard deviations", OTHERS, OTHERS)
case(MIDDLE, "the larger the level, the larger the gap", PUBLISHED[::-1], PUBLISHED)
case(MIDDLE, "deviates for its heterogeneity", PUBLISHED, ALIKE)
case("e8", "differ by their heterogeneity", PUBLISHED, ALIKE)

REPORT = ["printed start stabilizes", "same A", "condition of the initial state"]
REPORT += ["distances of a run and its level", "quoted levels and those run"]
moment = 0.25 * np.ones((4, 4)) + 1e-6 * np.eye(4)
BOTH = systems.boeing(printed=True), systems.boeing()
case("e7", REPORT, *BOTH, systems.boeing_start(), moment)  # the report against the notebooks
