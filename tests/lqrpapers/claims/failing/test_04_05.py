"""Chapters 4 and 5: for each inequality a wrong object, constant or input that it must notice."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from recorded_gaps import changed, falling, gaps
from replaced import Scaled, scaled, with_value, with_wrong

import lqrlib
from lqrlib import LQR, objective, systems
from lqrpapers.claims import Checks, check, convergence, mean_square, stability_levels
from lqrpapers.constants.magnitudes import Magnitudes


def ensemble(n=3, m=2, noise=1, count=20):
    """Random problems with stabilizing gains."""
    problem = systems.random_ensemble(
        count, n, m, 5, state_noise_terms=noise, input_noise_terms=noise
    )
    return problem, systems.random_stabilizing_gains(problem, 7, fraction=(0.1, 0.9))


def unstable():
    """The same with gains that do not stabilize."""
    problem, K = ensemble()
    best = lqrlib.optimal_gain(problem)
    edge = systems.boundary_distance(problem, best, K - best)
    return problem, best + 1.3 * edge[:, None, None] * (K - best)


def wrong_solution(at):
    at.P, at.Sigma = 0.01 * at.P, 0.01 * at.Sigma
    return at


def wrong_riccati(*methods):
    """solve_riccati with a P that is off by a thousandth, by these methods."""
    true = mean_square.solve_riccati

    def solve(problem, method):
        found = true(problem, method=method)
        return replace(found, P=1.001 * found.P) if method in methods else found

    return solve


def two_sweeps(problem, P, true=mean_square.value_step):
    return true(problem, true(problem, P))


def plants():
    problem = systems.random_ensemble(4, 3, 1, 5, radius=(1.05, 1.8))
    return problem, systems.random_stabilizing_gains(problem, 7)


def stick():
    A, B = np.array([[13, 5], [5, 13]]) / 12, np.array([[1], [5]]) / 12
    return LQR(A, B, np.eye(2), [[1]], input_noise=([0.6], B[None])), [[5 / 3, 5 / 3]]


def method(name, factor, **options):
    """The directions of the three methods, one of them too long or too short by a factor."""
    true = convergence.DIRECTIONS[name]
    wrong = {name: lambda problem: lambda K: factor * true(problem)(K)}
    return with_value(
        convergence, "DIRECTIONS", convergence.DIRECTIONS | wrong, partial(steps, **options)
    )


def steps(**options):
    return check("ours-steps", *ensemble(), **options)


def figure(gaps, **failing):
    return check("s2-fig-2", gaps, dict.fromkeys(convergence.DIRECTIONS, 3) | failing)


def half_a(call):
    return with_value(Magnitudes, "a", property(lambda at: at.A_K * at.B / 2), call)


def longer(id, form, factor, case):
    """A theorem of convergence with steps that are too long by a factor."""
    call = partial(check, id, *case, form=form)
    return with_wrong(convergence, "largest_step", scaled(factor), call)


mss = partial(check, "s2-mss", *ensemble())
riccati = partial(check, "s2-riccati", ensemble()[0])
critical = partial(check, "ours-thm-critical", *plants())
certificate = partial(check, "ours-certificate", *unstable())
visible = with_value(
    stability_levels, "HEAVY", 0.99999, partial(check, "ours-lemma-visible", steps=(10, 20))
)

CASES = {
    ("s2-mss", "printed", "nominal radius"): with_wrong(
        objective, "mean_square_radius", scaled(0.1), mss
    ),
    ("s2-mss", "printed", "half the noise"): with_wrong(
        mean_square, "scaled_noise", lambda p: p.without_noise().replace(A=2 * p.A), mss
    ),
    ("s2-riccati", "printed", "same P"): with_value(
        mean_square, "solve_riccati", wrong_riccati("value_iteration"), riccati
    ),
    ("s2-riccati", "printed", "equation"): with_value(
        mean_square, "solve_riccati", wrong_riccati("policy_iteration"), riccati
    ),
    ("s2-riccati", "printed", "value iteration rises"): with_wrong(
        mean_square, "value_step", scaled(0.9), riccati
    ),
    ("s2-riccati", "printed", "value iteration stays below"): with_wrong(
        mean_square, "value_step", scaled(1.1), riccati
    ),
    ("s2-riccati", "printed", "value iteration misses at least"): with_value(
        mean_square, "value_step", two_sweeps, riccati
    ),
    ("s2-riccati", "printed", "semidefinite program"): lambda: riccati(
        1.001 * lqrlib.solve(ensemble()[0]).P
    ),
    ("s2-riccati", "sharp", "policy iteration is quadratic"): half_a(
        partial(check, "s2-riccati", *ensemble(1, 1, 0), form="sharp")
    ),
    **{
        (id, "printed", part): with_wrong(
            objective, "evaluate", wrong_solution, partial(check, id, *ensemble())
        )
        for id in ("s2-eq-2", "s2-eq-3")
        for part in ("equation", "Kronecker solve", "above the weight")
    },
    (
        "s2-eq-3",
        "printed",
        "relative forward error at most 100 ε / (1 − ρ), up to the largest n",
    ): lambda: Checks([mean_square.forward_errors([1e-6], [1e-3])]),
    ("ours-lemma-visible", "printed", "one to three trajectories, exactly"): visible,
    ("ours-lemma-visible", "printed", "one trajectory alone"): visible,
    ("ours-thm-level", "printed", "all noise together"): with_wrong(
        stability_levels,
        "critical_scale",
        scaled(1.01),
        partial(check, "ours-thm-level", *ensemble()),
    ),
    ("ours-thm-level", "printed", "one term on one input"): with_wrong(
        stability_levels, "survived_level", scaled(0.5), partial(check, "ours-thm-level", *stick())
    ),
    ("ours-thm-critical", "printed", "the solver's verdict changes there"): with_wrong(
        stability_levels, "critical_level", scaled(1.01), critical
    ),
    ("ours-thm-critical", "printed", "no gain survives more"): with_wrong(
        stability_levels, "survived_level", scaled(10), critical
    ),
    ("ours-thm-critical", "printed", "K_c survives less"): with_wrong(
        stability_levels, "last_gain", scaled(1.2), critical
    ),
    ("ours-thm-critical", "printed", "K_c survives as much"): with_wrong(
        stability_levels, "last_gain", scaled(1.01), critical
    ),
    ("ours-thm-critical", "printed", "the stick with two disturbances, to 1e-6"): lambda: Checks(
        [stability_levels.two_disturbances([0.1], [0.5])]
    ),
    **{
        ("ours-certificate", "printed", part): with_wrong(
            stability_levels, "formal_solution", np.negative, certificate
        )
        for part in ("state equation", "value equation")
    },
    ("ours-certificate", "printed", "approximate solution"): with_value(
        stability_levels, "CERTIFIED", 100.0, certificate
    ),
    ("s2-thm-3.4", "printed", "stability"): longer("s2-thm-3.4", "printed", 20, ensemble()),
    ("s2-thm-3.5", "printed", "stability"): longer("s2-thm-3.5", "printed", 1e3, ensemble()),
    **{
        ("s2-thm-3.5", "sharp", part): with_wrong(
            convergence.sharp,
            "natural_gradient_step",
            scaled(factor),
            partial(check, "s2-thm-3.5", *case, form="sharp"),
        )
        for part, factor, case in (
            ("stability", 1e3, ensemble()),
            ("decrease", 1.01, convergence.nearly_quadratic()),
        )
    },
    ("s2-thm-3.6", "sharp", "stability"): longer("s2-thm-3.6", "sharp", 1e9, ensemble()),
    **{
        (id, form, "decrease"): longer(id, form, factor, convergence.nearly_quadratic())
        for id, form, factor in (
            ("s2-thm-3.4", "printed", 1.01),
            ("s2-thm-3.5", "printed", 1.01),
            ("s2-thm-3.6", "sharp", 3),
        )
    },
    **{
        ("ours-improvement", "printed", part): partial(
            check, "ours-improvement", *ensemble(), Scaled(factor)
        )
        for part, factor in (
            ("stability", 5),
            ("P does not grow", 2),
            ("decrease", 2),
            ("rise", 0.5),
        )
    },
    ("ours-steps", "printed", "Gauss-Newton, steps below 1"): method("gauss_newton", 1.5),
    ("ours-steps", "printed", "Gauss-Newton, step 1 changes nothing"): method("gauss_newton", 0.99),
    ("ours-steps", "printed", "Gauss-Newton, steps above 1"): method("gauss_newton", 0.5),
    ("ours-steps", "printed", "natural gradient, steps below 1/‖R‖"): method(
        "natural_gradient", 3, iterations=1
    ),
    **{
        ("ours-steps", "printed", f"{name}, steps above the ceiling"): partial(steps, beyond=0.95)
        for name in ("natural gradient", "gradient")
    },
    ("ours-quadratic", "printed", ""): half_a(
        partial(check, "ours-quadratic", *ensemble(1, 1, 0, 200))
    ),
    ("s2-fig-2", "printed", "final gap at most 5 %"): lambda: figure(
        changed("gradient", lambda g: np.maximum(g, 0.06))
    ),
    ("s2-fig-2", "printed", "every step lowers the cost"): lambda: figure(
        changed("natural_gradient", lambda g: np.vstack([g[:7], 2 * g[7:]]))
    ),
    ("s2-fig-2", "printed", "Gauss-Newton first"): lambda: figure(
        changed("gauss_newton", lambda g: falling(0.01))
    ),
    ("s2-fig-2", "printed", "gradient last"): lambda: figure(
        changed("gradient", lambda g: np.vstack([g[:1], 0.04 + 0 * g[1:]]))
    ),
    ("s2-fig-2", "printed", "recorded means within 3.5 standard errors"): lambda: figure(
        changed("natural_gradient", lambda g: 3 * g)
    ),
    ("s2-fig-2", "printed", "ten times the step is too large"): lambda: figure(gaps(), gradient=0),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_what_is_wrong_is_noticed(case):
    id, form, part = case
    found = CASES[case]()
    assert {(each.id, each.form) for each in found} == {(id, form)}
    assert found[part].violated and found[part].role != "record"
