"""Systems to try things on: the papers' own, classics, and random ensembles.

Every function returns an `LQR` or gains for one. Gains follow u = -K x; S2 and its code write
u = +K x, so gains published there change sign here. Random ensembles are drawn from a
``numpy.random.Generator`` or a seed that the caller passes.
"""

from .boundary import boundary_distance
from .ensembles import noise_scale, random_ensemble, random_stabilizing_gains
from .examples import (
    boeing,
    boeing_start,
    double_integrator,
    from_state_space,
    scalar,
    suspension,
    suspension_start,
    three_state,
)

__all__ = [
    "boeing",
    "boeing_start",
    "boundary_distance",
    "double_integrator",
    "from_state_space",
    "noise_scale",
    "random_ensemble",
    "random_stabilizing_gains",
    "scalar",
    "suspension",
    "suspension_start",
    "three_state",
]
