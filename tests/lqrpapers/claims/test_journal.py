"""What the journal version of S2 adds: the examples of chapters 4 to 6, and what is refused."""

import numpy as np
import pytest

from lqrlib import LQR, objective, systems
from lqrpapers.claims import check
from lqrpapers.constants import journal, magnitudes
from lqrpapers.studies.ensembles import random_cases
from lqrpapers.studies.robustness import like_the_weights

HALF, ZERO = np.diag([1.0, 0.5]), np.zeros((2, 2))


@pytest.mark.parametrize(
    ("Q", "Sigma0", "part"),
    [
        (HALF, np.eye(2), "‖P_K‖ tr Σ₀, in the proof"),
        (np.eye(2), HALF, "‖Σ_K‖ tr Q_K, in the proof"),
    ],
)
def test_the_printed_steps_of_the_cost_bounds_fail_by_the_chapters_example(Q, Sigma0, part):
    found = check("s2-app-c", LQR(ZERO, np.eye(2), Q, np.eye(2), Sigma0), ZERO)
    np.testing.assert_allclose((found[part].lhs, found[part].rhs), (2, 1.5))
    assert not any(each.violated for each in found if "proof" not in each.part)


def test_without_input_noise_our_h_b_is_at_most_the_norm_of_b():
    for n in (1, 3, 6):
        at = magnitudes(*random_cases(50, n, 2, 3))
        assert (journal.input_weight(at) <= at.B).all()


def test_with_input_noise_the_journals_step_with_the_norm_of_b_is_refused():
    with pytest.raises(ValueError, match="input noise"):
        check("s2-c-pg", *random_cases(3, 2, 2, 3, 1), form="partial")


def test_noise_of_variance_alpha_does_not_protect_from_errors_of_its_root():
    a = alpha = 0.6
    assert a**2 + alpha < 1 < a + np.sqrt(alpha)
    assert not check("s2-robust", a, alpha)[0].violated
    with pytest.raises(ValueError, match="alpha"):
        check("s2-robust", 0.6, 0.7)


def test_the_margin_of_one_state_is_attained_at_the_edge_of_stability():
    edge = check("s2-robust", 0.6, 0.64 - 1e-9)
    assert all(each.tightest > 1 - 1e-6 for each in edge)


def test_fazels_rates_are_asked_of_problems_without_noise_only():
    with pytest.raises(ValueError, match="noise"):
        check("s2-recovery", *random_cases(3, 2, 2, 3, 1))


def test_noise_like_unit_weights_is_independent_in_every_entry():
    quiet = systems.double_integrator()
    noisy = like_the_weights(quiet, np.eye(2), 0.01)
    state = np.full(4, 0.01), np.eye(4).reshape(4, 2, 2)
    same = quiet.replace(state_noise=state, input_noise=(state[0][:2], np.eye(2).reshape(2, 2, 1)))
    K = [[0.4, 0.8]]
    np.testing.assert_allclose(
        objective.gradient(noisy, K), objective.gradient(same, K), rtol=1e-13
    )
    np.testing.assert_allclose(noisy.optimum.K, quiet.optimum.K, rtol=1e-13)
