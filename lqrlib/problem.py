r"""The linear quadratic regulator with multiplicative noise, one problem or a stack of them.

The system is

.. math:: x_{t+1} = \Bigl(A + \sum_i \delta_{i,t} A_i\Bigr) x_t
                  + \Bigl(B + \sum_j \gamma_{j,t} B_j\Bigr) u_t , \qquad u_t = -K x_t ,

with zero-mean :math:`\delta_{i,t}, \gamma_{j,t}`, independent of each other and in time, of
variances :math:`\alpha_i, \beta_j`, and the cost is
:math:`C(K) = \mathbb E \sum_t x_t^\top Q x_t + u_t^\top R u_t` with
:math:`\mathbb E\, x_0 x_0^\top = \Sigma_0` (S2, equation 1). No noise is an empty noise axis, so
every formula is written once.

Leading axes are the batch: a stack of M tasks is one `LQR` whose arrays start with M.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .matrices import transpose
from .validation import Array, Noise, matrix, noise_terms, square_matrix, symmetric_matrix

if TYPE_CHECKING:
    from .matrix_equations.riccati import Solution

__all__ = ["LQR"]

_MATRICES = ("A", "B", "Q", "R", "Sigma0")


@dataclass(frozen=True, eq=False, repr=False)
class LQR:
    """A linear quadratic regulator problem, or a stack of them (S2 equation 1; S1 Definition 1).

    Parameters
    ----------
    A : array (..., n, n)
        Dynamics (dimensionless time steps). Where n or m is one, numbers are taken for matrices.
    B : array (..., n, m)
        Input matrix.
    Q : array (..., n, n)
        State weight, symmetric positive semidefinite. The theorems want it definite.
    R : array (..., m, m)
        Input weight, symmetric positive definite.
    Sigma0 : array (..., n, n), optional
        Second moment of the initial state, symmetric positive semidefinite; the identity by
        default. The theorems want it definite.
    state_noise, input_noise : pair (variances, directions), optional
        Variances (..., p_A) and directions (..., p_A, n, n) of the noise on A; variances
        (..., p_B) and directions (..., p_B, n, m) of the noise on B; one variance and its matrix
        stand for one term. Default: no noise, an empty axis.

    Raises
    ------
    ValueError
        Naming the argument, what was expected and what was given: wrong shapes, NaN or infinity,
        empty or complex arrays, an asymmetric or indefinite Q, R or Sigma0, negative variances,
        batch shapes that do not broadcast.

    Notes
    -----
    Lists, integer and read-only arrays are taken as they are; everything is copied to float64,
    broadcast to the common batch shape and made read-only. Asymmetry of relative size 1e-10 or
    less counts as rounding and is averaged away.

    What there is not, and what to put in its place:

    - a cross term 2 x'Nu in the cost: with v = u + R^-1 N'x take A - B R^-1 N' for A and
      Q - N R^-1 N' for Q, then K = K_v + R^-1 N'; not with noise on the input, which v shares;
    - a discount g: take sqrt(g) A, sqrt(g) B and g times every variance; a gain of finite
      discounted cost need not stabilize the system itself;
    - additive noise of covariance W: take W for Sigma0; C(K) is then the average cost of a step in
      the long run, and only that.
    """

    A: Array
    B: Array
    Q: Array
    R: Array
    Sigma0: Array
    state_noise: Noise
    input_noise: Noise

    def __init__(
        self,
        A: ArrayLike,
        B: ArrayLike,
        Q: ArrayLike,
        R: ArrayLike,
        Sigma0: ArrayLike | None = None,
        state_noise: Any = None,
        input_noise: Any = None,
    ) -> None:
        A = square_matrix("A", A)
        n = A.shape[-1]
        B = matrix("B", B, n, None)
        m = B.shape[-1]
        fields = {
            "A": A,
            "B": B,
            "Q": symmetric_matrix("Q", Q, n, definite=False),
            "R": symmetric_matrix("R", R, m, definite=True),
            "Sigma0": np.eye(n)
            if Sigma0 is None
            else symmetric_matrix("Sigma0", Sigma0, n, definite=False),
        }
        noises = {
            "state_noise": noise_terms("state_noise", state_noise, n, n),
            "input_noise": noise_terms("input_noise", input_noise, n, m),
        }
        self._fill(fields, noises)

    def _fill(self, fields: dict[str, Array], noises: dict[str, Noise]) -> None:
        """Broadcast validated arrays to one batch shape and freeze them."""
        shapes = {name: a.shape[:-2] for name, a in fields.items()}
        for name, noise in noises.items():
            shapes[f"{name} variances"] = noise.variances.shape[:-1]
            shapes[f"{name} directions"] = noise.directions.shape[:-3]
        try:
            batch = np.broadcast_shapes(*shapes.values())
        except ValueError:
            given = ", ".join(f"{name} {shape}" for name, shape in shapes.items() if shape)
            raise ValueError(f"batch axes do not broadcast: {given}") from None

        def frozen(array: Array, core: int) -> Array:
            owner = array
            while isinstance(owner.base, np.ndarray):
                owner = owner.base
            owner.setflags(write=False)  # or a view of it could be made writable again
            shape = batch + array.shape[array.ndim - core :]
            array = array.view() if array.shape == shape else np.broadcast_to(array, shape)
            array.setflags(write=False)
            return array

        for name, array in fields.items():
            object.__setattr__(self, name, frozen(array, 2))
        for name, (variances, directions) in noises.items():
            object.__setattr__(self, name, Noise(frozen(variances, 1), frozen(directions, 3)))

    @property
    def states(self) -> int:
        """Number of states n."""
        return int(self.A.shape[-1])

    @property
    def inputs(self) -> int:
        """Number of inputs m."""
        return int(self.B.shape[-1])

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """Shape of the leading axes; () for a single problem."""
        return self.A.shape[:-2]

    @cached_property
    def has_noise(self) -> bool:
        """Whether any noise term has positive variance."""
        return bool(self.state_noise.variances.any() or self.input_noise.variances.any())

    @cached_property
    def optimum(self) -> Solution:
        """The optimal gain with its value matrix, poles and cost; solved for once and remembered.

        Raises NotStabilizableError as `lqrlib.solve` does.
        """
        from .matrix_equations import solve_riccati  # which stands on this module

        return solve_riccati(self)

    def __len__(self) -> int:
        if not self.batch_shape:
            raise TypeError("a single LQR problem has no len(); a stack does")
        return self.batch_shape[0]

    def __iter__(self) -> Iterator[LQR]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> LQR:
        """Index the batch axes, as numpy would."""
        if not self.batch_shape:
            raise IndexError("a single LQR problem cannot be indexed; a stack can")
        members = self._members()[index]
        if np.size(members) == 0:
            raise IndexError(f"index {index!r} selects no member of a stack {self.batch_shape}")
        return self._picked(members)

    def reshape(self, *batch_shape: int) -> LQR:
        """The same problems with other batch axes, as numpy would reshape them."""
        return self._picked(self._members().reshape(batch_shape))

    def _members(self) -> NDArray[np.intp]:
        """Numbers of the members, in the batch shape."""
        return np.arange(int(np.prod(self.batch_shape))).reshape(self.batch_shape)

    def _picked(self, members: NDArray[np.intp]) -> LQR:
        """The members with the given numbers."""
        flat = np.unravel_index(np.ravel(members), self.batch_shape or (1,))  # numpy 2.4 errs else
        where = tuple(each.reshape(np.shape(members)) for each in flat)

        def picked(array: Array) -> Array:
            return (array if self.batch_shape else array[None])[where]

        return self._from_arrays(
            {name: picked(getattr(self, name)) for name in _MATRICES},
            {name: Noise(*map(picked, noise)) for name, noise in self._noises().items()},
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """What copies and pickles are made of: they are frozen too, and solve for themselves."""
        return self._from_arrays, ({x: getattr(self, x) for x in _MATRICES}, self._noises())

    def _noises(self) -> dict[str, Noise]:
        return {"state_noise": self.state_noise, "input_noise": self.input_noise}

    @classmethod
    def _from_arrays(cls, fields: dict[str, Array], noises: dict[str, Noise]) -> LQR:
        """Build from arrays that are known to be valid."""
        problem = object.__new__(cls)
        problem._fill(fields, noises)
        return problem

    @classmethod
    def stack(cls, problems: Sequence[LQR]) -> LQR:
        """Stack problems of equal sizes along a new first axis.

        Members with fewer noise terms are padded with terms of variance zero.

        Raises
        ------
        ValueError
            If the list is empty or the members differ in states, inputs or batch shape.
        """
        if not isinstance(problems, Iterable):
            raise ValueError(f"problems: expected LQR problems, got {type(problems).__name__}")
        problems = list(problems)
        if not problems:
            raise ValueError("problems: expected at least one LQR, got an empty list")
        first = problems[0]
        for i, other in enumerate(problems):
            require_problem(other, f"problems[{i}]")
            got, want = ((p.states, p.inputs, p.batch_shape) for p in (other, first))
            if got != want:
                raise ValueError(
                    f"problems[{i}]: expected (states, inputs, batch shape) {want}, got {got}"
                )
        fields = {name: np.stack([getattr(p, name) for p in problems]) for name in _MATRICES}
        noises = {}
        for name in ("state_noise", "input_noise"):
            terms = max(getattr(p, name).variances.shape[-1] for p in problems)
            padded = [_pad(getattr(p, name), terms) for p in problems]
            noises[name] = Noise(*(np.stack(arrays) for arrays in zip(*padded, strict=True)))
        return cls._from_arrays(fields, noises)

    def replace(self, **fields: Any) -> LQR:
        """Return the problem with some constructor arguments replaced, validated anew.

        ``state_noise=None`` takes the noise away.
        """
        names = (*_MATRICES, "state_noise", "input_noise")
        unknown = set(fields) - set(names)
        if unknown:
            raise ValueError(f"replace: expected some of {', '.join(names)}, got {sorted(unknown)}")
        return LQR(**({name: getattr(self, name) for name in names} | fields))

    def without_noise(self) -> LQR:
        """Return the deterministic problem with the same A, B, Q, R, Sigma0."""
        return self.replace(state_noise=None, input_noise=None)

    def __repr__(self) -> str:
        stack = f"stack {self.batch_shape} of " if self.batch_shape else ""
        p, q = (noise.variances.shape[-1] for noise in self._noises().values())
        terms = f", {p} state and {q} input noise terms" if p or q else ""
        return f"<{stack}LQR: {self.states} states, {self.inputs} inputs{terms}>"


def _pad(noise: Noise, terms: int) -> Noise:
    missing = terms - noise.variances.shape[-1]
    batch = noise.variances.ndim - 1
    return Noise(
        np.pad(noise.variances, [(0, 0)] * batch + [(0, missing)]),
        np.pad(noise.directions, [(0, 0)] * batch + [(0, missing), (0, 0), (0, 0)]),
    )


def require_problem(problem: LQR, name: str = "problem") -> None:
    """Refuse what is no LQR problem, by name."""
    if not isinstance(problem, LQR):
        raise ValueError(f"{name}: expected an LQR, got {type(problem).__name__}")


@np.errstate(all="ignore")  # of a huge gain, whose cost is inf, or of a tiny one
def stage_weight(problem: LQR, K: Array) -> Array:
    """Q + K'RK, (..., n, n): what one step under u = -K x costs."""
    return problem.Q + transpose(K) @ problem.R @ K


def input_noise_weight(problem: LQR, P: Array) -> Array:
    """Sum of beta_j B_j' P B_j, (..., m, m)."""
    variances, directions = problem.input_noise
    if not variances.size:
        return np.zeros(problem.R.shape[-2:])
    weights = transpose(directions) @ P[..., None, :, :] @ directions
    return np.einsum("...j,...jkl->...kl", variances, weights)


def input_weight(problem: LQR, P: Array) -> Array:
    """R_K = R + B'PB + sum of beta_j B_j' P B_j, (..., m, m)."""
    return problem.R + transpose(problem.B) @ P @ problem.B + input_noise_weight(problem, P)


def require_family(tasks: LQR, name: str = "tasks", *, many: bool = False) -> None:
    """Refuse what is no family (..., M) of tasks, or if `many` no stack (D, M), by name."""
    axes = len(tasks.batch_shape) if isinstance(tasks, LQR) else 0
    if axes != 2 if many else axes < 1:
        shape = "(D, M)" if many else "(..., M)"
        raise ValueError(f"{name}: expected a stack {shape} of LQR problems, got {tasks!r}")
