"""Pictures of what solving costs."""

import numpy as np
import pytest

from lqrpapers.figures import equations
from lqrpapers.notebook import readable


def test_solvers_name_their_work_and_largest_error():
    n, margin = np.array([5, 10, 100]), np.array([1e-5, 1e-3])
    figure = equations.lyapunov_solvers(
        {"direct": (n, n**6.0), "BiCGStab": (n, 50 * n**3.0)},
        {"direct": (margin, 1e-15 / margin), "BiCGStab": (margin, 1e-14 / margin)},
    )
    assert "direct 1.56·10⁴ to 10¹²" in figure.alt_text
    assert "BiCGStab 6.25·10³ to 5·10⁷" in figure.alt_text
    assert "direct 10⁻¹⁰ to" in figure.alt_text
    assert "BiCGStab 10⁻⁹ to" in figure.alt_text


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
    assert readable(f"value iteration: 1 at 0 to {error[-1]:.3g} at 29") in figure.alt_text
    assert "semidefinite program: 10⁻⁸ at 9" in figure.alt_text
    assert "value iteration: 800 at 0.1 to 20 at 0.9" in figure.alt_text
