"""Pictures of what solving costs."""

import numpy as np
import pytest

from lqrpapers.figures import equations


def test_solvers_name_their_work_and_largest_error():
    n, margin = np.array([5, 10, 100]), np.array([1e-5, 1e-3])
    figure = equations.lyapunov_solvers(
        {"direct": (n, n**6.0), "BiCGStab": (n, 50 * n**3.0)},
        {"direct": (margin, 1e-15 / margin), "BiCGStab": (margin, 1e-14 / margin)},
    )
    assert "direct: 15,625 at 5 to 1e+12 at 100" in figure.alt_text
    assert "BiCGStab: 6,250 at 5 to 5e+07 at 100" in figure.alt_text
    assert "direct: 1e-10 at 1e-05" in figure.alt_text
    assert "BiCGStab: 1e-09 at 1e-05" in figure.alt_text


def test_unknown_solvers_are_refused():
    with pytest.raises(ValueError, match="expected solvers among"):
        equations.lyapunov_solvers({"guess": (np.ones(1), np.ones(1))}, {})
    with pytest.raises(ValueError, match="expected ways among"):
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
    assert f"value iteration: 1 at 0 to {error[-1]:.3g} at 29" in figure.alt_text
    assert "semidefinite program: 1e-08 at 9" in figure.alt_text
    assert "value iteration: 800 at 0.1 to 20 at 0.9" in figure.alt_text
