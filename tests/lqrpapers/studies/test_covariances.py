"""Noise from covariances of the entries: against simulated matrices, and what is refused."""

import numpy as np
import pytest

from lqrlib import LQR, objective
from lqrlib.matrix_equations import closed_loop
from lqrpapers.constants.magnitudes import noise_weight, printed_noise_weight
from lqrpapers.studies.covariances import covariance_of, noise_from_covariance

RNG = np.random.default_rng(8)
A, B = np.array([[0.5, 0.2], [-0.1, 0.4]]), np.array([[1.0, 0.0, 0.3], [0.2, 1.0, 0.0]])
K = np.array([[0.1, 0.0], [0.0, 0.2], [0.1, -0.1]])


def covariance(size: int) -> np.ndarray:
    """Entries that all move together, more or less."""
    root = 0.1 * RNG.standard_normal((size, size))
    return root @ root.T


STATE, INPUT = covariance(4), covariance(6)
PROBLEM = LQR(
    *(A, B, np.eye(2), np.eye(3)),
    state_noise=noise_from_covariance(STATE, 2),
    input_noise=noise_from_covariance(INPUT, 2),
)


def test_simulated_matrices_have_the_second_moment_of_the_closed_loop():
    X, draws = np.array([[2.0, 0.5], [0.5, 1.0]]), 200_000
    entries = (RNG.multivariate_normal(np.zeros(len(S)), S, draws) for S in (STATE, INPUT))
    noise_a, noise_b = (  # columns on top of one another
        each.reshape(draws, -1, 2).swapaxes(1, 2) for each in entries
    )
    closed = A - B @ K + noise_a - noise_b @ K
    samples = closed @ X @ closed.swapaxes(1, 2)
    error = samples.std(axis=0) / np.sqrt(draws)
    difference = samples.mean(axis=0) - closed_loop(PROBLEM, K).apply(X)
    assert (np.abs(difference) < 5 * error).all()
    assert (error < 0.01 * X.max()).all()


def test_noise_has_the_covariance_that_it_is_made_from():
    for given, noise in ((STATE, PROBLEM.state_noise), (INPUT, PROBLEM.input_noise)):
        np.testing.assert_allclose(covariance_of(noise), given, atol=1e-15)


def test_cost_and_our_weight_do_not_depend_on_how_the_covariance_was_split():
    turn = np.linalg.qr(RNG.standard_normal((6, 6)))[0]
    variances, terms = PROBLEM.input_noise
    scaled = np.sqrt(variances)[:, None, None] * terms
    other = PROBLEM.replace(input_noise=(np.ones(6), np.einsum("ij,jkl->ikl", turn, scaled)))
    np.testing.assert_allclose(objective.cost(other, K), objective.cost(PROBLEM, K), rtol=1e-13)
    np.testing.assert_allclose(noise_weight(other), noise_weight(PROBLEM), rtol=1e-13)
    assert abs(printed_noise_weight(other) / printed_noise_weight(PROBLEM) - 1) > 1e-3


def test_a_stack_of_covariances_gives_a_stack_of_noises():
    both = noise_from_covariance(np.stack([INPUT, 2 * INPUT]), 2)
    assert both.directions.shape == (2, 6, 2, 3)
    np.testing.assert_allclose(covariance_of(both)[1], 2 * INPUT, atol=1e-15)


@pytest.mark.parametrize(("wrong", "rows"), [(-np.eye(4), 2), (np.eye(4), 3), (np.ones((4, 3)), 1)])
def test_what_is_no_covariance_is_refused(wrong, rows):
    with pytest.raises(ValueError, match="covariance"):
        noise_from_covariance(wrong, rows)


def test_with_entries_that_move_together_the_gradient_has_a_mixed_term():
    shared_a, shared_b = 0.2 * RNG.standard_normal((3, 2, 2)), 0.2 * RNG.standard_normal((3, 2, 3))

    def solved(gain: np.ndarray, weight: np.ndarray, adjoint: bool) -> np.ndarray:
        """X = weight + F_K(X), or with the adjoint, by one linear solve."""
        loops = [A - B @ gain, *(shared_a - shared_b @ gain)]
        F = sum(np.kron(M.T, M.T) if adjoint else np.kron(M, M) for M in loops)
        return np.linalg.solve(np.eye(4) - F, weight.ravel()).reshape(2, 2)

    def cost(gain: np.ndarray) -> float:
        return float(np.trace(solved(gain, np.eye(2) + gain.T @ gain, adjoint=True)))

    P, Sigma = solved(K, np.eye(2) + K.T @ K, adjoint=True), solved(K, np.eye(2), adjoint=False)
    R_K = np.eye(3) + B.T @ P @ B + sum(b.T @ P @ b for b in shared_b)
    mixed = sum(b.T @ P @ a for a, b in zip(shared_a, shared_b, strict=True))
    E = R_K @ K - B.T @ P @ A - mixed
    steps = 1e-5 * np.eye(6).reshape(6, 3, 2)
    slopes = [(cost(K + h) - cost(K - h)) / 2e-5 for h in steps]
    np.testing.assert_allclose((2 * E @ Sigma).ravel(), slopes, rtol=1e-7, atol=1e-8)
    assert np.abs(mixed @ Sigma).max() > 1e-2
