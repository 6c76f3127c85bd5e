"""Gradient and Hessian in closed form against differences of the cost and of the gradient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from .. import objective
from ..constants import frobenius_norm, printed, spectral_norm
from ..matrix_equations import closed_loop
from ..problem import LQR, Array
from .differences import directional_derivative, step_size, units
from .registry import Sides, claim


def _start(problem: LQR, K: ArrayLike) -> Array:
    """K with the batch axes of the problem, stabilizing."""
    gain = objective.gain_array(problem, K)
    objective.require_stabilizing(problem, gain)
    shape = np.broadcast_shapes(problem.batch_shape, gain.shape[:-2])
    return np.broadcast_to(gain, shape + gain.shape[-2:])


def _rounding(problem: LQR, gain: Array) -> Array:
    """Relative rounding error of a cost, magnified by the finest step of the differences."""
    resolvent = closed_loop(problem, gain).solve(np.eye(problem.states))
    return np.asarray(16 * np.finfo(float).eps * (10 + spectral_norm(resolvent)))


def _inner(X: Array, Y: Array) -> Array:
    return np.asarray(np.einsum("...ij,...ij->...", X, Y))


@claim("s2-lemma-3.1", "s2-lemma-b.1", "s1-grad")
def gradient_is_the_derivative(
    problem: LQR, K: ArrayLike, *, tolerance: float = 1e-8
) -> Iterator[Sides]:
    """||2 E Sigma - differences of the cost||_F <= tolerance * ||2 E Sigma||_F.

    The rounding error of the differences, a multiple of C / step, is allowed for on top.
    """
    gain = _start(problem, K)

    def cost(gains: Array) -> Array:
        return objective.cost(problem, gains)

    here = objective.cost(problem, gain)
    directions = units(problem.inputs, problem.states, here.ndim)
    step = step_size(cost, gain, directions, change=0.003)
    slopes = directional_derivative(cost, gain, directions, step)
    differences = np.moveaxis(slopes, 0, -1).reshape(gain.shape)
    gradient = objective.gradient(problem, gain)
    floor = _rounding(problem, gain) * here * np.sqrt((1 / step**2).sum(axis=0))
    size = frobenius_norm(gradient)
    yield Sides("", frobenius_norm(differences - gradient), tolerance * size, floor)


def _against_gradient(problem: LQR, gain: Array, X: Array, image: Array) -> tuple[Array, ...]:
    """Error of `image` as derivative of the gradient along X, its size, and the rounding error."""

    def cost(gains: Array) -> Array:
        return objective.cost(problem, gains)

    def gradient(gains: Array) -> Array:
        return objective.gradient(problem, gains)

    step = step_size(cost, gain, X, change=0.003)
    derivative = directional_derivative(gradient, gain, X, step, core=2)
    floor = _rounding(problem, gain) * objective.cost(problem, gain) / step**2 / frobenius_norm(X)
    return frobenius_norm(image - derivative), frobenius_norm(derivative), floor


@claim("s1-hess", form="corrected")
@claim("e4", form="corrected")
def hessian_is_the_derivative(
    problem: LQR, K: ArrayLike, X: ArrayLike, *, tolerance: float = 1e-7
) -> Iterator[Sides]:
    """The Hessian operator applied to X is the derivative of the gradient along X."""
    gain = _start(problem, K)
    direction = objective.gain_array(problem, X, "X")
    image = objective.hessian(problem, gain, direction)
    error, size, floor = _against_gradient(problem, gain, direction, image)
    yield Sides("operator", error, tolerance * size, floor)
    yield _self_adjoint(problem, gain, tolerance)


def _self_adjoint(problem: LQR, gain: Array, tolerance: float) -> Sides:
    size = problem.inputs * problem.states
    axes = gain.ndim - 2
    basis = units(problem.inputs, problem.states, axes)
    columns = objective.hessian(problem, gain, basis).reshape((size,) + gain.shape[:-2] + (size,))
    matrix = np.moveaxis(columns, 0, -1)
    skew = frobenius_norm(matrix - matrix.swapaxes(-1, -2))
    return Sides("self-adjoint", skew, tolerance * frobenius_norm(matrix))


@claim("e4")
def printed_formula_is_the_derivative(
    problem: LQR, K: ArrayLike, X: ArrayLike, *, tolerance: float = 1e-7
) -> Iterator[Sides]:
    """The printed formula, read as the Hessian operator: fails unless mn = 1."""
    gain = _start(problem, K)
    direction = objective.gain_array(problem, X, "X")
    image = printed.hessian(problem, gain, direction)
    error, size, floor = _against_gradient(problem, gain, direction, image)
    yield Sides("operator", error, tolerance * size, floor)


@claim("s1-hess")
def printed_hessian(
    problem: LQR, K: ArrayLike, X: ArrayLike, *, tolerance: float = 1e-7
) -> Iterator[Sides]:
    """The printed formula as an operator (fails), and its quadratic form <X, .> (holds)."""
    yield from printed_formula_is_the_derivative(problem, K, X, tolerance=tolerance)
    direction = objective.gain_array(problem, X, "X")
    form = _inner(direction, printed.hessian(problem, K, direction))
    image = objective.hessian(problem, K, direction)
    scale = frobenius_norm(direction) * frobenius_norm(image)
    error = np.abs(form - _inner(direction, image))
    yield Sides("quadratic form", error, tolerance * scale)
