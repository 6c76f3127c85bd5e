"""Lyapunov and Riccati equations with multiplicative noise, for stacks of problems.

The method follows from the size of the problem and can be chosen:

=========================================  =====================================================
stack, no noise                            doubling (`doubling`)
noise, up to 20 states                     one linear solve in n(n+1)/2 unknowns (`direct`)
noise, more states, low-rank directions    exact elimination (`large.low_rank`)
noise, more states                         BiCGStab on I - L Pi with powers of A_K (`large.krylov`)
powers of A_K that grow before they decay  the same in Schur coordinates, alone (`nonnormal`)
Riccati, no noise                          structured doubling and a Newton step
Riccati, noise                             policy iteration from a certified stabilizing gain
=========================================  =====================================================

A member that is not mean-square stable has the solution nan and leaves the others alone.
"""

from lqrlib.matrix_equations.closed_loops import ClosedLoop, closed_loop
from lqrlib.matrix_equations.doubling import Powers
from lqrlib.matrix_equations.iteration import value_step
from lqrlib.matrix_equations.large import bicgstab
from lqrlib.matrix_equations.lyapunov import solve_generalized_lyapunov, solve_lyapunov
from lqrlib.matrix_equations.riccati import solve_riccati

__all__ = [
    "ClosedLoop",
    "Powers",
    "bicgstab",
    "value_step",
    "closed_loop",
    "solve_generalized_lyapunov",
    "solve_lyapunov",
    "solve_riccati",
]
