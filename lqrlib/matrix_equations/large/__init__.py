"""Generalised Lyapunov equations with more than 20 states: elimination or iteration."""

from lqrlib.matrix_equations.large.krylov import bicgstab
from lqrlib.matrix_equations.large.solver import solve_large

__all__ = ["bicgstab", "solve_large"]
