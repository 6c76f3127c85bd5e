"""How far the boundary of the stabilizing set is along a direction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from .. import objective
from ..matrices import Flags
from ..matrix_equations import ClosedLoop, closed_loop
from ..matrix_equations.closed_loops import DIRECT_CHUNK_BYTES
from ..matrix_equations.direct import MOST_DIRECT_STATES, solve_stack
from ..matrix_equations.doubling import chunks
from ..matrix_equations.radius import spectral_radius
from ..matrix_equations.symmetric import coordinates
from ..problem import LQR
from ..validation import Array

# Halvings of an interval, those before secants, and when these have found what they look for.
HALVINGS, FIRST, MOST_SECANTS, CLOSE = 36, 5, 16, 1e-11


@np.errstate(under="ignore")
def boundary_distance(problem: LQR, K: ArrayLike, direction: ArrayLike) -> Array:
    """Distance t (...) from K to a boundary of the stabilizing set along a direction.

    K + s * direction stabilizes at s = 0 and at s = t, and not just past t (to a relative 1e-10).
    Found by doubling and bisection, so on a ray that leaves and re-enters the set it need not be
    the first crossing.
    """
    gain = objective.gain_array(problem, K)
    step = objective.gain_array(problem, direction, "direction")
    objective.require_stabilizing(problem, gain)
    shape = np.broadcast_shapes(gain.shape[:-2], step.shape[:-2], problem.batch_shape)
    inside, outside = np.zeros(shape), np.full(shape, 1e-3)

    def loop_at(distance: Array) -> ClosedLoop:
        return closed_loop(problem, gain + distance[..., None, None] * step)

    def stable(distance: Array) -> Flags:
        loop = loop_at(distance)
        if problem.has_noise:
            return loop.stable
        # away from one the eigenvalues tell the same, and sooner
        A = loop.A_K.reshape(-1, *loop.A_K.shape[-2:])
        radius = spectral_radius(A, None)
        found, near = radius < 1, np.abs(radius - 1) < 1e-9
        found[near] = ClosedLoop(A[near], None).stable
        return found.reshape(distance.shape)

    for _ in range(60):
        still = stable(outside)
        if not still.any():
            break
        inside, outside = np.where(still, outside, inside), np.where(still, 2 * outside, outside)
    first = HALVINGS if problem.has_noise and problem.states > MOST_DIRECT_STATES else FIRST
    inside, outside = _halved(stable, inside, outside, first)
    if first == HALVINGS:
        return inside
    edge = _edge(lambda distance: _room(loop_at(distance)), inside, outside)
    cell = (outside - inside) / 2.0 ** (HALVINGS - FIRST)
    for _ in range(3):  # what the secants say is tried, and then next to it
        ends = np.stack(_halved(partial(np.greater, edge), inside, outside, HALVINGS - FIRST))
        still, beyond = stable(ends)
        if (still & ~beyond).all():
            return ends[0]
        edge = np.where(still, np.where(beyond, edge + cell, edge), edge - cell)
    return _halved(stable, inside, outside, HALVINGS - FIRST)[0]


def _halved(
    holds: Callable[[Array], Flags], inside: Array, outside: Array, times: int
) -> tuple[Array, Array]:
    """The ends of an interval after so many halvings, told apart by where a predicate holds."""
    for _ in range(times):
        middle = (inside + outside) / 2
        good = holds(middle)
        inside, outside = np.where(good, middle, inside), np.where(good, outside, middle)
    return inside, outside


def _room(loop: ClosedLoop) -> Array:
    """A number that falls through zero at the boundary: 1 - rho, with noise 1 / tr T(I)."""
    n, flat = loop.A_K.shape[-1], loop.A_K.reshape(-1, *loop.A_K.shape[-2:])
    room, unit = np.empty(len(flat)), coordinates(np.eye(n))
    if loop.noise is None:
        room = 1 - spectral_radius(flat, None)
    for part in chunks(len(flat) * (loop.noise is not None), 8 * unit.size**2, DIRECT_CHUNK_BYTES):
        X = solve_stack(np.eye(unit.size) - loop.operator(part), unit[:, None])
        room[part] = 1 / (X[..., 0] @ unit)
    return room.reshape(loop.A_K.shape[:-2])


@np.errstate(all="ignore")
def _edge(room: Callable[[Array], Array], inside: Array, outside: Array) -> Array:
    """Where `room` falls through zero, by secants, or halvings where these lead astray."""
    last, room_last, edge, room_edge = inside, room(inside), outside, room(outside)
    close, found = CLOSE * (outside - inside), np.zeros(inside.shape, dtype=bool)
    for _ in range(MOST_SECANTS):
        zero = edge - room_edge * (edge - last) / (room_edge - room_last)
        near = (inside - close <= zero) & (zero <= outside + close)
        zero = np.where(near, zero, (inside + outside) / 2)
        zero = np.where(found, edge, zero)
        found |= np.abs(zero - edge) <= close
        if found.all():
            return zero
        last, room_last, edge, room_edge = edge, room_edge, zero, room(zero)
        good = room_edge > 0
        inside, outside = np.where(good, edge, inside), np.where(good, outside, edge)
    return edge
