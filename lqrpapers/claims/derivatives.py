"""Gradient and Hessian in closed form against differences of the cost and of the gradient."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import frobenius_norm, inner
from lqrlib.matrix_equations import closed_loop
from lqrlib.validation import Array

from ..constants import printed
from ..studies import moments
from .differences import (
    directional_derivative,
    first_step,
    gradient_by_differences,
    step_size,
    units,
)
from .registry import Inequalities, Sides, claim, part_of, taken_from

# Relative errors that differences of the cost, and of the gradient, are allowed.
GRADIENT = 1e-8
HESSIAN = 1e-7
# Near the optimum: a distance from it, over that to the boundary, and what the second-order terms
# of a step over it may change in the factor by which the distance shrinks.
NEAR, CURVED = 1e-5, 1e-3


def _start(problem: LQR, K: ArrayLike) -> Array:
    """K with the batch axes of the problem, stabilizing."""
    gain = objective.gain_array(problem, K)
    objective.require_stabilizing(problem, gain)
    shape = np.broadcast_shapes(problem.batch_shape, gain.shape[:-2])
    return np.broadcast_to(gain, shape + gain.shape[-2:])


def _rounding(problem: LQR, gain: Array) -> Array:
    """Rounding error of a cost: that of the products in its Lyapunov equation, carried through."""
    at, loop = objective.evaluate(problem, gain), closed_loop(problem, gain)
    products = frobenius_norm(loop.A_K) ** 2 * frobenius_norm(at.P) * frobenius_norm(at.Sigma)
    return 16 * np.finfo(float).eps * (10 * at.cost + products)


def _relative(
    part: str,
    error: Array,
    size: Array,
    tolerance: float,
    floor: Array | float = 0.0,
    role: str = "carrier",
) -> Sides:
    """error / size <= tolerance, up to a rounding error of the size of `floor`."""
    size = np.maximum(size, np.finfo(float).tiny)
    return Sides(part, error / size, tolerance, floor / size, role=role)


@claim("s2-lemma-3.1", "s1-grad")
def gradient_is_the_derivative(problem: LQR, K: ArrayLike) -> Inequalities:
    """Relative error (Frobenius norm) of 2 E Sigma against differences of the cost.

    The rounding error of the cost, divided by the step, is allowed for on top.
    """
    gain, cost = _start(problem, K), partial(objective.cost, problem)
    differences, step = gradient_by_differences(cost, gain, first_step(problem, gain))
    gradient = objective.gradient(problem, gain)
    floor = _rounding(problem, gain) * np.sqrt((1 / step**2).sum(axis=0))
    error = frobenius_norm(differences - gradient)
    yield _relative("", error, frobenius_norm(gradient), GRADIENT, floor)


@claim("s2-lemma-b.1")
def gradient_by_recursion(
    problem: LQR, K: ArrayLike, X: ArrayLike | None = None, *, steps: int = 10
) -> Inequalities:
    """The gradient, and the recursion that proves it, along X (by default a matrix of ones).

    <P'[X], Sigma0> = <X, 2 E_K Sigma_K>, and for N = `steps`
    <P'[X], Sigma0> = 2 <X, E_K (W_0 + ... + W_{N-1})> + <P'[X], W_N> with W_t = F_K^t(Sigma0);
    P'[X] comes from differences of P_K.
    """
    gain = _start(problem, K)
    direction = objective.gain_array(problem, np.ones(gain.shape[-2:]) if X is None else X, "X")
    at, loop = objective.evaluate(problem, gain), closed_loop(problem, gain)
    step, length = _along(problem, gain, direction), frobenius_norm(direction)
    value = partial(objective.value_matrix, problem)
    dP = directional_derivative(value, gain, direction, step, core=2)
    moment, visits = problem.Sigma0, np.zeros_like(at.P)
    for _ in range(steps):
        visits, moment = visits + moment, loop.apply(moment)
    derivative, floor = inner(dP, problem.Sigma0), _rounding(problem, gain) / step
    gradient = objective.gradient(problem, gain)
    error = np.abs(derivative - inner(direction, gradient))
    yield Sides("gradient along X", error, GRADIENT * frobenius_norm(gradient) * length, floor)
    unrolled = 2 * inner(direction, at.E @ visits) + inner(dP, moment)
    scale = frobenius_norm(dP) * frobenius_norm(problem.Sigma0)
    yield Sides("recursion", np.abs(unrolled - derivative), GRADIENT * scale, floor)


@claim("s2-lemma-3.1", form="dropped")
def cost_without_stability(problem: LQR, K: ArrayLike) -> Inequalities:
    """The first 64 terms of the cost sum to at most tr(P Sigma0), P from a linear solve.

    True of stabilizing gains; of others the linear solve returns a number that is not the cost.
    """
    paid, formal = moments.summed_cost(problem, K, 6), moments.formal_cost(problem, K)
    yield Sides("cost", paid, formal, 0.0, "K is mean-square stabilizing")


def _along(problem: LQR, gain: Array, X: Array) -> Array:
    """First step for differences along X."""
    cost = partial(objective.cost, problem)
    return step_size(cost, gain, X, first_step(problem, gain) / frobenius_norm(X))


def _self_adjoint(problem: LQR, gain: Array) -> Sides:
    basis = units(problem.inputs, problem.states, gain.ndim - 2)
    columns = objective.hessian(problem, gain, basis)
    matrix = np.moveaxis(columns.reshape((len(basis), *gain.shape[:-2], len(basis))), 0, -1)
    skew = frobenius_norm(matrix - matrix.swapaxes(-1, -2))
    return _relative("self-adjoint", skew, frobenius_norm(matrix), HESSIAN, role="guard")


@claim("s1-hess", form=("printed", "corrected"))
def hessian_is_the_derivative(
    problem: LQR, K: ArrayLike, X: ArrayLike, *, form: str
) -> Inequalities:
    """The Hessian operator at X is the derivative of the gradient along X, and self-adjoint.

    The printed formula is not, unless mn = 1, but its quadratic form <X, .> is the right one.
    """
    gain = _start(problem, K)
    direction = objective.gain_array(problem, X, "X")
    true = objective.hessian(problem, gain, direction)
    claimed = printed.hessian(problem, gain, direction)
    image = claimed if form == "printed" else true
    step, length = _along(problem, gain, direction), frobenius_norm(direction)
    gradient = partial(objective.gradient, problem)
    derivative = directional_derivative(gradient, gain, direction, step, core=2)
    floor = _rounding(problem, gain) / step**2 / length
    error = frobenius_norm(image - derivative)
    yield _relative("operator", error, frobenius_norm(derivative), HESSIAN, floor)
    if form == "corrected":
        yield _self_adjoint(problem, gain)
    error, size = np.abs(inner(direction, claimed - derivative)), length * frobenius_norm(true)
    yield _relative("quadratic form", error, size, HESSIAN, floor * length, role="guard")


part_of("e4", "s1-hess", "operator", "printed", "corrected")
taken_from("ours-hessian", "s1-hess", form="corrected")


@claim("ours-hessian-optimum")
def hessian_at_the_optimum(problem: LQR, X: ArrayLike) -> Inequalities:
    """At K* the derivative of the gradient along X is 2 R_K* X Sigma_K*.

    The eigenvalues of the Hessian are twice the products of those of both factors (relative to the
    largest).
    """
    gain = _start(problem, problem.optimum.K)
    at, direction = objective.evaluate(problem, gain), objective.gain_array(problem, X, "X")
    step, gradient = _along(problem, gain, direction), partial(objective.gradient, problem)
    derivative = directional_derivative(gradient, gain, direction, step, core=2)
    floor = _rounding(problem, gain) / step**2 / frobenius_norm(direction)
    error = frobenius_norm(2 * at.R_K @ direction @ at.Sigma - derivative)
    yield _relative("operator", error, frobenius_norm(derivative), HESSIAN, floor)
    found = np.asarray(np.linalg.eigvalsh(at.hessian_matrix))
    factors = (np.linalg.eigvalsh(each) for each in (at.R_K, at.Sigma))
    products = 2 * np.einsum("...i,...j->...ij", *factors).reshape(found.shape)
    error = np.abs(found - np.sort(products, axis=-1)).max(axis=-1)
    yield _relative("eigenvalues", error, found[..., -1], GRADIENT)


@claim("ours-step-size")
def steps_near_the_optimum(problem: LQR, X: ArrayLike) -> Inequalities:
    """One step from near K* changes the distance from it by the factor that the spectrum gives.

    At most max|1 - step lambda|, along X and along the worst eigenvector, where it is that, for
    steps 1, 1.5 and 1.99 over lambda_max, and (kappa - 1)/(kappa + 1) for the best; a step of
    2.02/lambda_max moves away.
    """
    best = _start(problem, problem.optimum.K)
    values, frame = np.linalg.eigh(objective.hessian_matrix(problem, best))
    low, high = values[..., 0], values[..., -1]
    tops = frame[..., -1].reshape(best.shape)

    def near(direction: Array) -> Array:
        """A start at NEAR of the way along a direction to where the cost has changed much."""
        far = step_size(partial(objective.cost, problem), best, direction, np.ones(high.shape))
        return NEAR * far[..., None, None] * direction

    def factor(start: tuple[Array, Array], step: Array) -> Array:
        move, slope = start
        return frobenius_norm(move - step[..., None, None] * slope) / frobenius_norm(move)

    random, top = (
        (move, objective.gradient(problem, best + move))
        for move in map(near, (objective.gain_array(problem, X, "X"), tops))
    )
    for name, step in (("1", 1 / high), ("1.5", 1.5 / high), ("1.99", 1.99 / high)):
        worst = np.maximum(np.abs(1 - step * low), np.abs(1 - step * high))
        yield Sides(f"step {name} over the largest", factor(random, step), worst, CURVED)
    best_step, contraction = 2 / (low + high), (high - low) / (high + low)
    yield Sides("best step", factor(random, best_step), contraction, CURVED)
    error = np.abs(factor(top, best_step) - contraction)
    yield Sides("best step, worst direction", error, CURVED, role="guard")
    yield Sides("longer step moves away", 1.0, factor(top, 2.02 / high))
