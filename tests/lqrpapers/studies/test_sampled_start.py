"""The oracle of S1's published code: costs from a start drawn for each query."""

import numpy as np
import pytest

import lqrlib
from lqrlib import oracles, systems
from lqrpapers.studies.sampled_start import sampled_start_cost


@pytest.fixture
def noisy():
    return systems.random_ensemble(
        3, 4, 2, 7, state_noise_terms=2, input_noise_terms=1, noise_level=0.2
    )


class TestSampledStartCost:
    """Costs from an initial state drawn for each query."""

    mean = np.array([0.5, 0.2])

    @pytest.fixture
    def problem(self):
        return systems.double_integrator()

    def test_averages_to_the_cost_of_its_second_moment(self, problem):
        K = lqrlib.optimal_gain(problem)
        moment = np.outer(self.mean, self.mean) + 0.3**2 * np.eye(2)
        oracle = sampled_start_cost(problem, self.mean, 0.3, 0)
        costs = oracle(np.broadcast_to(K, (20_000, *K.shape)))
        # the first axis shares its start: ask along the second
        assert np.ptp(costs) == 0
        costs = oracle(np.broadcast_to(K, (2, 20_000, *K.shape)))
        exact = lqrlib.cost(problem.replace(Sigma0=moment), K)
        assert costs[0].mean() == pytest.approx(exact, rel=0.02)
        assert np.array_equal(costs[0], costs[1])

    def test_without_spread_it_is_the_cost_of_the_mean(self, problem):
        K = lqrlib.optimal_gain(problem)
        exact = lqrlib.cost(problem.replace(Sigma0=np.outer(self.mean, self.mean)), K)
        for horizon in (None, 500):
            oracle = sampled_start_cost(problem, self.mean, 0.0, 0, horizon=horizon)
            assert oracle(K) == pytest.approx(exact, rel=1e-12)

    def test_outside_it_is_infinite_unless_the_horizon_ends(self, problem):
        K = np.zeros((1, 2))
        assert sampled_start_cost(problem, self.mean, 0.1, 0)(K) == np.inf
        finite = sampled_start_cost(problem, self.mean, 0.1, 0, horizon=10)(K)
        assert 0 < finite < np.inf

    def test_own_noise_for_every_query_when_it_is_not_common(self, problem):
        K = lqrlib.optimal_gain(problem)
        oracle = sampled_start_cost(problem, self.mean, 0.1, 0, common_noise=False)
        assert np.ptp(oracle(np.stack([K, K]))) > 0

    def test_counts_queries_and_steps(self, problem):
        K = lqrlib.optimal_gain(problem)
        oracle = sampled_start_cost(problem, self.mean, 0.1, 0, horizon=7)
        oracle(np.stack([K, K]))
        assert (oracle.queries, oracle.steps) == (2, 14)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (([0.5], 0.1), r"mean: expected shape \(2,\)"),
            (([0.5, 0.2], -1.0), "deviation: expected a number >= 0"),
        ],
        ids=["mean", "deviation"],
    )
    def test_bad_arguments_are_named(self, problem, arguments, message):
        with pytest.raises(ValueError, match=message):
            sampled_start_cost(problem, *arguments, 0)


@pytest.mark.parametrize("common_noise", [True, False])
@pytest.mark.parametrize("horizon", [None, 501])
def test_costs_together_are_those_of_one_stack(noisy, horizon, common_noise):
    problem = noisy.without_noise()
    K = lqrlib.optimal_gain(problem)
    U = 1e-3 * np.random.default_rng(0).standard_normal((6, *K.shape))

    def oracle():
        mean = np.full(problem.states, 0.5)
        return sampled_start_cost(problem, mean, 0.1, 3, horizon=horizon, common_noise=common_noise)

    several, one = oracle(), oracle()
    together = several.together(K + U, K - U, K)
    stack = one(np.stack([K + U, K - U, K + 0 * U]))
    assert several.queries == one.queries
    assert together.shape == stack.shape
    np.testing.assert_allclose(together, stack, rtol=1e-12 if common_noise else 0.5)
    exact = oracles.exact_cost(problem).together(K + U, K)
    np.testing.assert_allclose(exact[1], np.broadcast_to(lqrlib.cost(problem, K), exact[1].shape))
