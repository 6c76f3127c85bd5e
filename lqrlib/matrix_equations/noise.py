"""The noise part of the closed loop, X -> sum_i S_i X S_i', of a flat stack.

The S_i are the noise directions scaled by their standard deviations: sqrt(alpha_i) A_i and
sqrt(beta_j) B_j K. Summed into second moments once per problem, any number of terms costs the
same for every gain that follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lqrlib.matrix_equations.symmetric import congruence
from lqrlib.problem import LQR
from lqrlib.validation import Array, Noise

Part = slice | NDArray[np.intp]


@dataclass(frozen=True)
class Directions:
    """Noise given by its scaled directions (N, terms, n, n)."""

    scaled: Array

    def directions(self, part: Part) -> Array:
        """Scaled directions S_i (C, terms, n, n) of the members in a slice of the stack."""
        return self.scaled[part]

    def operator(self, part: Part) -> Array:
        """Matrix (C or 1, h, h) of X -> sum_i S_i X S_i' on symmetric matrices."""
        return congruence(self.scaled[part]).sum(axis=1)


def _scaled(noise: Noise) -> Array:
    directions = np.sqrt(noise.variances)[..., None, None] * noise.directions
    count = int(np.prod(directions.shape[:-3]))
    return directions.reshape((count,) + directions.shape[-3:])


class ProblemNoise:
    """Noise terms of a problem, flattened to (P, terms, rows, columns), and their moments."""

    def __init__(self, problem: LQR) -> None:
        self.state = _scaled(problem.state_noise)
        self.input = _scaled(problem.input_noise)

    @cached_property
    def state_moment(self) -> Array:
        """sum_i alpha_i A_i (x) A_i on symmetric matrices, (P, h_n, h_n)."""
        return congruence(self.state).sum(axis=1)

    @cached_property
    def input_moment(self) -> Array:
        """sum_j beta_j B_j (x) B_j on symmetric matrices, (P, h_n, h_m)."""
        return congruence(self.input).sum(axis=1)

    @classmethod
    def of(cls, problem: LQR) -> ProblemNoise:
        """The terms of a problem; kept with it, since its arrays never change."""
        cache = vars(problem)
        if "_noise_terms" not in cache:
            cache["_noise_terms"] = cls(problem)
        terms: ProblemNoise = cache["_noise_terms"]
        return terms


@dataclass(frozen=True)
class GainNoise:
    """Noise terms of a problem under the gains K (N, m, n) of a flat stack."""

    terms: ProblemNoise
    K: Array
    # which problem each gain belongs to; None: there is one problem, or one for each gain
    problems: NDArray[np.intp] | None

    def _members(self, array: Array, part: Part) -> Array:
        if self.problems is not None:
            return array[self.problems[part]]
        return array if len(array) == 1 else array[part]

    def directions(self, part: Part) -> Array:
        K = self.K[part]
        state = self._members(self.terms.state, part)
        state = np.broadcast_to(state, K.shape[:1] + state.shape[1:])
        inputs = self._members(self.terms.input, part) @ K[:, None]
        return np.concatenate([state, inputs], axis=1)

    def operator(self, part: Part) -> Array:
        total = self._members(self.terms.state_moment, part)
        if self.terms.input.shape[1]:
            total = total + self._members(self.terms.input_moment, part) @ congruence(self.K[part])
        return total


NoiseTerms = Directions | GainNoise
