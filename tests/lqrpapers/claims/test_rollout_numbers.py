"""How many roll-outs: the theorem and its cure hold, and E12 is confirmed."""

from lqrpapers.claims import check
from lqrpapers.claims.records import Record
from lqrpapers.claims.verdicts import verdict
from lqrpapers.studies.ensembles import random_cases
from lqrpapers.studies.rollout_numbers import Coin

HEAVY = [Coin(1.7, 80.0), Coin(1.9, 60.0)]


def test_proved_chances_are_below_simulated_ones_and_say_something():
    found = check("ours-thm-rollouts", [Coin(1.7, 8.0), *HEAVY], (100, 10**5), [3], repetitions=60)
    assert not any(each.violated for each in found)
    assert found["averages of costs"].lhs.max() > 0.3
    assert found["pairs, common noise"].lhs.max() > 0.5


def test_tilted_noise_on_two_and_three_states():
    several = [random_cases(4, 2, 1, [3], 1), random_cases(4, 3, 2, [4], 1)]
    found = check("ours-prop-tilted", HEAVY, several, [5])
    assert not any(each.violated for each in found)
    assert found["variance"].checked == 8


def test_the_finding_is_confirmed_where_costs_are_high_and_refuted_where_they_are_not():
    far = [Coin(1.7, 200.0)]
    high = check("e12", HEAVY, far, [6], repetitions=10)
    assert verdict("finding", map(Record.of, high)) == "confirmed"
    low = check("e12", [Coin(1.05, 5.0)], far, [6], repetitions=10)
    assert verdict("finding", map(Record.of, low)) == "refuted"
