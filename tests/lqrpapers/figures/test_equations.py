"""Pictures of what solving costs."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lqrpapers.figures import equations


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_solvers_name_their_work_and_largest_error():
    n, margin = np.array([5, 10, 100]), np.array([1e-5, 1e-3])
    figure = equations.lyapunov_solvers(
        {"direct": (n, n**6.0), "BiCGStab": (n, 50 * n**3.0)},
        {"direct": (margin, 1e-15 / margin), "BiCGStab": (margin, 1e-14 / margin)},
    )
    assert "direct 1e+12 at n = 100 and BiCGStab 5e+07 at n = 100" in figure.alt_text
    assert "direct 1e-10 and BiCGStab 1e-09" in figure.alt_text


def test_unknown_solvers_are_refused():
    with pytest.raises(ValueError, match="work, errors: expected names"):
        equations.lyapunov_solvers({"guess": (np.ones(1), np.ones(1))}, {})
    with pytest.raises(ValueError, match="errors, promised, counts: expected names"):
        equations.riccati_solvers({"guess": np.ones(1)}, {}, {})


@pytest.mark.parametrize("rate", [0.5, 0.9])
def test_riccati_solvers_say_where_they_end(rate):
    error = rate ** np.arange(30.0)
    program = np.append(np.full(9, np.nan), 1e-8)
    figure = equations.riccati_solvers(
        {"value iteration": error, "semidefinite program": program},
        {"value iteration": error / 2},
        {"value iteration": (np.array([0.1, 0.9]), np.array([800, 20]))},
    )
    assert f"value iteration {error[-1]:.3g} after 29" in figure.alt_text
    assert "semidefinite program 1e-08 after 9" in figure.alt_text
    assert "the most are value iteration 800" in figure.alt_text
